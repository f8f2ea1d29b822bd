//! Functions for the wire tests of endpoints.

use bytes::Bytes;

use crate::{EncodeError, Endpoint, Options, OutputOf, ResponseError, decode, encode};

/// Returns the request of an endpoint as text: `GET /v1/kv/a?raw`, and the body, if any, on its own line.
pub(crate) fn wire<E: Endpoint>(endpoint: &E) -> String {
    let request = encode(endpoint, &Options::default()).unwrap();
    let (method, uri, body) = (request.method(), request.uri(), request.body());
    match std::str::from_utf8(body) {
        Ok("") => format!("{method} {uri}"),
        Ok(text) => format!("{method} {uri}\n{text}"),
        Err(_) => format!("{method} {uri}\n({} bytes)", body.len()),
    }
}

/// Returns the error of encoding an endpoint's request.
pub(crate) fn rejected<E: Endpoint>(endpoint: &E) -> EncodeError {
    encode(endpoint, &Options::default()).unwrap_err()
}

/// Decodes a response with index 7.
pub(crate) fn decoded<E: Endpoint>(status: u16, body: &str) -> Result<OutputOf<E>, ResponseError> {
    let response = response(status, body).header("X-Consul-Index", "7");
    read::<E>(response, body)
}

/// Decodes a response without Consul's headers, like those of proxies and of Consul 1.8.
pub(crate) fn unmarked<E: Endpoint>(status: u16, body: &str) -> Result<OutputOf<E>, ResponseError> {
    read::<E>(response(status, body), body)
}

fn response(status: u16, body: &str) -> http::response::Builder {
    http::Response::builder().status(status).header("Content-Length", body.len())
}

fn read<E: Endpoint>(response: http::response::Builder, body: &str) -> Result<OutputOf<E>, ResponseError> {
    let response = response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    decode::<E>(response).map(|response| response.value)
}
