//! Requests that no endpoint describes.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::{EncodeError, Method, Options, RawRequest};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;

use crate::client::Attempt;
use crate::error::Route;
use crate::{Client, Error, Token};

/// A request that no endpoint describes: method, path, query, headers and body are the caller's.
///
/// The client's token, datacenter, namespace and partition go with it. Every status is an answer, and the body comes as
/// it is, whole.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct RawCall {
    client: Client,
    request: RawRequest,
    token: Option<Token>,
    timeout: Option<Duration>,
}

impl RawCall {
    pub(crate) fn new(client: Client, method: Method, path: String) -> Self {
        let request = RawRequest::new(method, path);
        Self { client, request, token: None, timeout: None }
    }

    /// Adds `name=value` to the query, escaped.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.query.push((name.into(), Some(value.into())));
        self
    }

    /// Adds a bare parameter to the query, escaped.
    pub fn flag(mut self, name: impl Into<String>) -> Self {
        self.request.query.push((name.into(), None));
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request.headers.insert(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.request.body = body.into();
        self
    }

    /// Sets the body to `value` as JSON.
    ///
    /// # Errors
    ///
    /// Where it cannot be written as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_vec(value) {
            Ok(body) => Ok(self.json_bytes(body)),
            Err(error) => Err(Error::encode(Route::raw(self.request.method), EncodeError::Body(error))),
        }
    }

    fn json_bytes(self, body: Vec<u8>) -> Self {
        self.body(body).header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Uses this token instead of the client's.
    pub fn token(mut self, token: &Token) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// How long the attempt may take, instead of the client's [`timeout`](crate::Builder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    async fn send(self) -> Result<http::Response<Bytes>, Error> {
        let Self { client, request, token, timeout } = self;
        let route = Route::raw(request.method.clone());
        let settings = client.settings();
        let allowance = timeout.unwrap_or(settings.timeout);
        // What it reads and how is the caller's; where it goes is the client's.
        let options = Options { consistency: None, ..settings.options.clone() };
        match request.encode(&options) {
            Ok(request) => client.exchange(request, Attempt { route, token, allowance }).await,
            Err(error) => Err(Error::encode(route, error)),
        }
    }
}

impl IntoFuture for RawCall {
    type Output = Result<http::Response<Bytes>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
