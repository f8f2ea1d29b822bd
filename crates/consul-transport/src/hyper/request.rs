//! Completes requests for sending.

use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use http_body::Body as _;

use crate::hyper::idle::Demand;
use crate::{Body, Hint, Idempotent, TransportError, TransportErrorKind};

/// Adds the parts of a request that do not depend on the HTTP version.
pub(super) fn prepare(request: &mut Request<Body>, base_path: &str) -> Result<(), TransportError> {
    let uri = request.uri();
    if uri.authority().is_some() || !uri.path().starts_with('/') {
        return Err(invalid("request is not in origin form: its target must start with a slash"));
    }
    if !base_path.is_empty() {
        *request.uri_mut() = below(base_path, uri)?;
    }
    let is_empty = request.body().is_end_stream();
    let method = request.method();
    if is_empty {
        // hyper and h2 send no length for an empty body, and Consul rejects some writes without one.
        if matches!(*method, Method::PUT | Method::POST | Method::PATCH) {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
    } else if matches!(*method, Method::GET | Method::HEAD) && request.body().size_hint().exact().is_none() {
        // hyper would not send such a body.
        return Err(invalid("a GET or HEAD request cannot have a body of unknown length"));
    }
    request.headers_mut().entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    Ok(())
}

/// Returns the properties that decide which HTTP/1.1 connections a request can use.
pub(super) fn demand(request: &Request<Body>, generation: u64) -> Demand {
    let (is_read, extensions) = (request.method().is_safe(), request.extensions());
    Demand {
        is_read,
        is_idempotent: is_read || extensions.get::<Idempotent>().is_some(),
        is_reserved: extensions.get() == Some(&Hint::Reserved),
        generation,
    }
}

/// Returns the target of `uri` below `base_path`, byte for byte.
fn below(base_path: &str, uri: &Uri) -> Result<Uri, TransportError> {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    PathAndQuery::try_from(format!("{base_path}{target}"))
        .map(Uri::from)
        .map_err(|error| TransportError::unsent(TransportErrorKind::Request, error))
}

#[cold]
fn invalid(reason: &'static str) -> TransportError {
    TransportError::unsent(TransportErrorKind::Request, reason)
}
