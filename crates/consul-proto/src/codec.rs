//! Encoding requests and decoding responses.

use bytes::Bytes;
use http::{HeaderName, header};

use crate::error::response::error_of;
use crate::response::{FromResponse, Head, Response, Streamed};
use crate::{DecodeError, EncodeError, Endpoint, Meta, Options, RequestWriter, ResponseError};

/// The value that an endpoint returns.
pub type OutputOf<E> = <<E as Endpoint>::Response as FromResponse>::Output;

/// The value that an endpoint returns if the body is streamed.
pub type OpenedOf<E, B> = <<E as Endpoint>::Response as Streamed>::Opened<B>;

/// Encodes the request of an endpoint in origin form: path and query, without host and token.
///
/// The request must be sent with a `Content-Length`, not chunked, since servers ignore a chunked body for some
/// operations.
///
/// # Errors
///
/// Returns an error if an argument is invalid or the request is too large. Such a request must not be sent.
pub fn encode<E: Endpoint>(endpoint: &E, options: &Options) -> Result<http::Request<Bytes>, EncodeError> {
    let mut request = RequestWriter::new(E::PATH);
    request.offer_datacenter(options.datacenter.as_deref());
    endpoint.write(&mut request);
    options.write(E::SCOPE, &mut request);
    request.finish(E::METHOD)
}

/// Decodes the response to an endpoint's request.
///
/// # Errors
///
/// Returns [`ResponseError::Api`] if Consul reports an error, and [`ResponseError::Decode`] if the response is
/// unexpected for the operation, or not from Consul.
pub fn decode<E: Endpoint>(response: http::Response<Bytes>) -> Result<Response<OutputOf<E>>, ResponseError> {
    let (head, body) = response.into_parts();
    check_headers(&head, &body)?;
    if !E::Response::accepts(&head, &body) {
        return Err(error_of::<E>(&head, &body));
    }
    check_encoding(&head, &body)?;
    let meta = Meta::from_headers(&head.headers);
    let value = E::Response::from_response(&head, body)?;
    Ok(Response { value, meta })
}

/// Decodes the head of the response to an endpoint's request, and returns the body for streaming.
///
/// # Errors
///
/// Returns the parts of the response if it has no value. Read the body completely, and pass both to
/// [`error_response`] to get the error.
pub fn open<E, B>(response: http::Response<B>) -> Result<Response<OpenedOf<E, B>>, (Head, B)>
where
    E: Endpoint<Response: Streamed>,
{
    let (head, body) = response.into_parts();
    let is_valid = check_headers(&head, &[]).is_ok() && check_encoding(&head, &[]).is_ok();
    if !is_valid || !E::Response::accepts(&head, &[]) || E::Response::check(&head).is_err() {
        return Err((head, body));
    }
    let meta = Meta::from_headers(&head.headers);
    Ok(Response { value: E::Response::open(&head, body), meta })
}

/// Returns the error of a response without a value: one that [`open`] has rejected.
#[must_use]
pub fn error_response<E>(head: &Head, body: &[u8]) -> ResponseError
where
    E: Endpoint<Response: Streamed>,
{
    let checks = [check_headers(head, body), check_encoding(head, body)];
    if let Some(error) = checks.into_iter().find_map(Result::err) {
        return error.into();
    }
    match E::Response::check(head) {
        Err(error) if E::Response::accepts(head, body) => error.into(),
        _ => error_of::<E>(head, body),
    }
}

/// Rejects a response that has a header twice with different values, since the program and proxies could read
/// different values.
fn check_headers(head: &Head, body: &[u8]) -> Result<(), DecodeError> {
    // Without repeated names, the numbers of names and values are equal.
    if head.headers.len() == head.headers.keys_len() {
        return Ok(());
    }
    for name in head.headers.keys().filter(|name| is_single(name)) {
        let mut values = head.headers.get_all(name).iter();
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(DecodeError::new(head, body, format!("header {name} has two values")));
        }
    }
    Ok(())
}

/// Returns `true` if the header affects decoding and is not a list.
fn is_single(name: &HeaderName) -> bool {
    const SINGLE: [HeaderName; 5] = [
        header::AGE,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::LOCATION,
    ];
    SINGLE.contains(name) || name == "x-cache" || name.as_str().starts_with("x-consul-")
}

/// Rejects a value with a content encoding. No request accepts one, and the encoded bytes are not the value.
fn check_encoding(head: &Head, body: &[u8]) -> Result<(), DecodeError> {
    match head.headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(DecodeError::new(head, body, format!("content encoding {encoding:?} was not requested")))
        }
        _ => Ok(()),
    }
}
