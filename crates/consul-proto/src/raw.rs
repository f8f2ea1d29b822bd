//! Requests to any path.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::{EncodeError, Options, RequestWriter, Scope};

/// A request without an [`Endpoint`](crate::Endpoint), for operations that this crate does not have.
#[derive(Clone, Debug)]
#[must_use]
pub struct RawRequest {
    method: Method,
    path: String,
    query: Vec<(String, Option<String>)>,
    headers: HeaderMap,
    body: Bytes,
}

/// Headers that frame the body or belong to the connection. With a wrong length, servers would store a truncated
/// value.
const FRAMING: [HeaderName; 8] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

impl RawRequest {
    /// Creates a request with this method and path, without headers and body.
    ///
    /// The path can contain a query. It is sent unchanged, so the caller must escape it.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let (query, headers, body) = (Vec::new(), HeaderMap::new(), Bytes::new());
        Self { method, path: path.into(), query, headers, body }
    }

    /// Adds `name=value` to the query, escaped.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), Some(value.into())));
        self
    }

    /// Adds a parameter without a value to the query, escaped.
    pub fn flag(mut self, name: impl Into<String>) -> Self {
        self.query.push((name.into(), None));
        self
    }

    /// Sets a header. Headers that frame the body or belong to the connection are rejected.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Encodes the request in origin form.
    ///
    /// # Errors
    ///
    /// Returns an error if the path is invalid, or if a header would contradict the framing of the body, such as
    /// `Content-Length`.
    pub fn encode(self, options: &Options) -> Result<http::Request<Bytes>, EncodeError> {
        if let Some(name) = self.headers.keys().find(|name| FRAMING.contains(name)) {
            let reason = format!("{name} is set by the client");
            return Err(EncodeError::Invalid { name: "header", reason });
        }
        let mut request = RequestWriter::raw(&self.path);
        for (name, value) in &self.query {
            request.query(name, value.as_deref());
        }
        options.write(Scope::ALL, &mut request);
        let mut request = request.finish(self.method)?;
        *request.body_mut() = self.body;
        request.headers_mut().extend(self.headers);
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(request: RawRequest) -> Result<String, EncodeError> {
        let options = Options::new().datacenter("dc2");
        request.encode(&options).map(|request| request.uri().to_string())
    }

    #[test]
    fn path_is_unchanged_and_query_is_extended() {
        let request = RawRequest::new(Method::GET, "/v1/kv/a%2Fb/..?raw").query("a&b", "c=d").flag("flag");
        assert_eq!(target(request).unwrap(), "/v1/kv/a%2Fb/..?raw&a%26b=c%3Dd&flag&dc=dc2");
        assert_eq!(target(RawRequest::new(Method::PUT, "/v1/x")).unwrap(), "/v1/x?dc=dc2");
    }

    #[test]
    fn invalid_path_is_rejected() {
        for path in ["", "v1/kv", "/a b", "/a#b", "/a\r\n", "/é", "http://h/v1"] {
            assert!(target(RawRequest::new(Method::GET, path)).is_err(), "{path:?}");
        }
    }

    #[test]
    fn framing_headers_are_rejected() {
        for name in FRAMING {
            let request = RawRequest::new(Method::PUT, "/v1/kv/k").body("value");
            let request = request.header(name.clone(), HeaderValue::from_static("3"));
            let error = request.encode(&Options::default()).unwrap_err();
            assert!(matches!(error, EncodeError::Invalid { name: "header", .. }), "{name}: {error}");
        }
    }
}
