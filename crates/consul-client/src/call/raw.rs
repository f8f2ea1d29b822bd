//! Requests to any path.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::{EncodeError, Method, RawRequest};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;

use crate::builder::headers;
use crate::call::timeout::Timeouts;
use crate::client::Outgoing;
use crate::error::Route;
use crate::token::Tokens;
use crate::{Client, Error, RetryPolicy, Token, TokenError};

/// A request without an endpoint. The caller sets method, path, query, headers and body.
///
/// The client adds its token, datacenter, namespace and partition. Responses of every status are returned unchanged,
/// with their complete body.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is awaited"]
pub struct RawCall {
    client: Client,
    request: RawRequest,
    tokens: Option<Tokens>,
    timeouts: Timeouts,
    retry: Option<RetryPolicy>,
}

impl RawCall {
    pub(crate) fn new(client: Client, method: Method, path: String) -> Self {
        let request = RawRequest::new(method, path);
        Self { client, request, tokens: None, timeouts: Timeouts::default(), retry: None }
    }

    /// Adds `name=value` to the query, escaped.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request = self.request.query(name, value);
        self
    }

    /// Adds a parameter without a value to the query, escaped.
    pub fn flag(mut self, name: impl Into<String>) -> Self {
        self.request = self.request.flag(name);
        self
    }

    /// Sets a header.
    ///
    /// Headers that frame a message, such as `Content-Length`, cannot be set: the call returns an error of the kind
    /// [`ErrorKind::Request`](crate::ErrorKind::Request), and the request is not sent.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// Sets the body to `value` as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if `value` cannot be encoded as JSON.
    pub fn json(self, value: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_vec(value) {
            Ok(body) => Ok(self.json_bytes(body)),
            Err(error) => Err(Error::encode(
                Route::raw(self.request.method().clone()),
                EncodeError::Body(error.to_string()),
            )),
        }
    }

    fn json_bytes(self, body: Vec<u8>) -> Self {
        self.body(body).header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// Sets the token, instead of the client's.
    pub fn token(mut self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        self.tokens = Some(Tokens::of(token));
        self
    }

    /// Sets the timeout of the call, instead of the client's [`timeout`](crate::ClientBuilder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = Some(timeout);
        self
    }

    /// Sets the timeout of one attempt, instead of the client's
    /// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout). For a blocking query, both timeouts must be longer
    /// than the wait.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = Some(timeout);
        self
    }

    /// Sets the retry policy, instead of the client's [`retry`](crate::ClientBuilder::retry). If the last attempt has
    /// a response, the call returns that response, whatever its status.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    async fn send(self) -> Result<http::Response<Bytes>, Error> {
        let Self { client, request, tokens, timeouts, retry } = self;
        let route = Route::raw(request.method().clone());
        let rejected = request.headers().keys().find_map(headers::rejected);
        if let Some(reason) = rejected {
            let error = EncodeError::Invalid { name: "header", reason: reason.to_owned() };
            return Err(Error::encode(route, error));
        }
        // The caller sets the consistency mode in the query.
        let mut options = client.settings().options.clone();
        options.consistency = None;
        match request.encode(&options) {
            Ok(request) => {
                let tokens = tokens.as_ref();
                let outgoing = Outgoing { request, route, tokens, timeouts, retry, held: Duration::ZERO };
                client.exchange(&outgoing).await.map(|exchanged| exchanged.response)
            }
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
