//! From an endpoint to its request, and from the answer to its value.

use bytes::Bytes;

use crate::response::{FromResponse, Head, Response, Streamed};
use crate::{ApiError, EncodeError, Endpoint, Meta, Options, RequestWriter, ResponseError};

/// The value that an endpoint answers with.
pub type OutputOf<E> = <<E as Endpoint>::Response as FromResponse>::Output;

/// What an endpoint answers with while the body is still to be read.
pub type OpenedOf<E, B> = <<E as Endpoint>::Response as Streamed>::Opened<B>;

/// Writes the request of an endpoint, in origin form: path and query, no host, no token.
///
/// A body means `Content-Length`: whoever sends the request has to say the length up front, because some operations
/// ignore a body that comes in chunks.
///
/// # Errors
///
/// Where what is asked cannot be meant or cannot be carried; nothing is sent then.
pub fn encode<E: Endpoint>(endpoint: &E, options: &Options) -> Result<http::Request<Bytes>, EncodeError> {
    let mut request = RequestWriter::new(E::PATH);
    request.offer_datacenter(options.datacenter.as_deref());
    endpoint.write(&mut request);
    options.write(E::SCOPE, &mut request);
    request.finish(E::METHOD)
}

/// Reads the answer to an endpoint's request.
///
/// # Errors
///
/// Where the server refused or failed, and where the answer is not what the operation answers with.
pub fn decode<E: Endpoint>(response: http::Response<Bytes>) -> Result<Response<OutputOf<E>>, ResponseError> {
    let (head, body) = response.into_parts();
    if !E::Response::accepts(&head, &body) {
        return Err(refusal::<E>(&head, &body).into());
    }
    let meta = Meta::from_headers(&head.headers);
    let value = E::Response::from_response(&head, body)?;
    Ok(Response { value, meta })
}

/// Reads the head of the answer to an endpoint's request, and passes the body on unread.
///
/// A refusal comes back as `Err` with the parts of the answer: once its body is there, [`refusal`] tells what it
/// means.
///
/// # Errors
///
/// Where the head is no value's.
pub fn open<E, B>(response: http::Response<B>) -> Result<Response<OpenedOf<E, B>>, (Head, B)>
where
    E: Endpoint<Response: Streamed>,
{
    let (head, body) = response.into_parts();
    if !E::Response::accepts(&head, &[]) {
        return Err((head, body));
    }
    let meta = Meta::from_headers(&head.headers);
    Ok(Response { value: E::Response::open(&head, body), meta })
}

/// Tells what an answer means that carries no value.
#[must_use]
pub fn refusal<E: Endpoint>(head: &Head, body: &[u8]) -> ApiError {
    ApiError::from_response(head, E::PATH, body)
}
