//! Responses in which absence is a value.

use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;

use crate::DecodeError;
use crate::error::media;
use crate::error::response::is_without_proxy;
use crate::error::texts::{matches, without_prefixes};
use crate::meta::INDEX;
use crate::response::{FromResponse, Head, Streamed};

/// A value of the key/value store, or `None` if the status is 404.
///
/// Both responses must have an `X-Consul-Index`. Without it, a 404 is not from Consul or the server does not have the
/// route, and a value is not from Consul. So a proxy's page is never read as a deleted key or as a value.
#[derive(Debug)]
pub struct OrMissing<A>(PhantomData<A>);

/// Like [`OrMissing`], with the default value instead of `None`.
#[derive(Debug)]
pub struct OrEmpty<A>(PhantomData<A>);

/// A value, or `None` if the status is 404 and the text says that the session does not exist.
#[derive(Debug)]
pub struct OrNoSession<A>(PhantomData<A>);

/// A value, or `None` if Consul returns a 404 without a body, as it does for `/v1/coordinate/node/:node`.
///
/// Servers before 1.9 return the same for a route that they do not have.
#[derive(Debug)]
pub struct OrEmpty404<A>(PhantomData<A>);

impl<A: FromResponse> FromResponse for OrMissing<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_missing(head, body) || A::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_missing(head, &body) {
            return Ok(None);
        }
        check_index(head)?;
        A::from_response(head, body).map(Some)
    }
}

impl<A: Streamed> Streamed for OrMissing<A> {
    type Opened<B> = Option<A::Opened<B>>;

    fn check(head: &Head) -> Result<(), DecodeError> {
        if is_missing(head, &[]) {
            return Ok(());
        }
        check_index(head)?;
        A::check(head)
    }

    fn open<B>(head: &Head, body: B) -> Self::Opened<B> {
        (!is_missing(head, &[])).then(|| A::open(head, body))
    }
}

impl<A: FromResponse<Output: Default>> FromResponse for OrEmpty<A> {
    type Output = A::Output;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        OrMissing::<A>::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        OrMissing::<A>::from_response(head, body).map(Option::unwrap_or_default)
    }
}

impl<A: FromResponse> FromResponse for OrNoSession<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_gone(head, body) || A::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_gone(head, &body) { Ok(None) } else { A::from_response(head, body).map(Some) }
    }
}

impl<A: FromResponse> FromResponse for OrEmpty404<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_absent(head, body) || A::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_absent(head, &body) { Ok(None) } else { A::from_response(head, body).map(Some) }
    }
}

fn is_missing(head: &Head, body: &[u8]) -> bool {
    head.status == StatusCode::NOT_FOUND
        && head.headers.contains_key(&INDEX)
        && body.is_empty()
        && media::is_text(head)
}

fn check_index(head: &Head) -> Result<(), DecodeError> {
    if head.headers.contains_key(&INDEX) {
        Ok(())
    } else {
        // Without the body, which may be a stored value.
        let reason = if media::is_page(head) { "not from Consul" } else { "X-Consul-Index is missing" };
        Err(DecodeError::new(head, &[], reason))
    }
}

/// Responses to session renewals have no index, so the text decides.
fn is_gone(head: &Head, body: &[u8]) -> bool {
    head.status == StatusCode::NOT_FOUND && media::is_text(head) && is_text(body, "Session id '*' not found")
}

fn is_absent(head: &Head, body: &[u8]) -> bool {
    head.status == StatusCode::NOT_FOUND && body.is_empty() && is_without_proxy(head)
}

/// Returns `true` if the body is an error text that matches the pattern.
pub(crate) fn is_text(body: &[u8], pattern: &str) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| matches(pattern, without_prefixes(text.trim())))
}
