//! Requests that no endpoint describes.

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::{EncodeError, Options, RequestWriter, Scope};

/// A request that no endpoint describes; the caller knows what it means.
///
/// For what has no [`Endpoint`](crate::Endpoint), and is not worth one.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// Method.
    pub method: Method,
    /// Path, with or without a query. Sent as it is: what needs escaping has to be escaped.
    pub path: String,
    /// Parameters that are added to the query, escaped; without a value where it is `None`.
    pub query: Vec<(String, Option<String>)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl RawRequest {
    /// A request of this method and path, and nothing else.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), ..Self::default() }
    }

    /// Writes the request, in origin form.
    ///
    /// # Errors
    ///
    /// Where the path is none.
    pub fn encode(self, options: &Options) -> Result<http::Request<Bytes>, EncodeError> {
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
        let options = Options { datacenter: Some("dc2".to_owned()), ..Options::default() };
        request.encode(&options).map(|request| request.uri().to_string())
    }

    #[test]
    fn path_stays_and_query_grows() {
        let mut request = RawRequest::new(Method::GET, "/v1/kv/a%2Fb/..?raw");
        request.query = vec![("a&b".to_owned(), Some("c=d".to_owned())), ("flag".to_owned(), None)];
        assert_eq!(target(request).unwrap(), "/v1/kv/a%2Fb/..?raw&a%26b=c%3Dd&flag&dc=dc2");
        assert_eq!(target(RawRequest::new(Method::PUT, "/v1/x")).unwrap(), "/v1/x?dc=dc2");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in ["", "v1/kv", "/a b", "/a#b", "/a\r\n", "/é", "http://h/v1"] {
            assert!(target(RawRequest::new(Method::GET, path)).is_err(), "{path:?}");
        }
    }
}
