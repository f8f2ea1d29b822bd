//! Sending a request, once.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use consul_transport::{Body, Idempotent, SendMark, TransportError, TransportErrorKind};

use crate::call::timeout::{TimedOut, Timeouts, with_timeout};
use crate::client::{Client, TOKEN};
use crate::error::{Error, Route};
use crate::token::Tokens;
use crate::watch::limiter;
use crate::{BodyStream, Token};

/// The largest body of an error response, in bytes. The texts of servers are far shorter.
const MAX_ERROR_BODY: usize = 1 << 20;

/// How soon an agent at its limit of connections closes a new one.
const SUDDENLY: Duration = Duration::from_millis(100);

/// A request of a call, before its first attempt.
pub(crate) struct Outgoing {
    pub(crate) request: http::Request<Bytes>,
    pub(crate) route: Route,
    /// Instead of the client's.
    pub(crate) tokens: Option<Tokens>,
    /// Before those of the client.
    pub(crate) timeouts: Timeouts,
    /// How long the server may hold the request.
    pub(crate) held: Duration,
}

/// What one attempt needs besides its request.
pub(crate) struct Attempt {
    pub(crate) route: Route,
    /// Instead of the client's.
    pub(crate) tokens: Option<Tokens>,
    /// How long it lasts at most.
    pub(crate) timeout: Duration,
}

impl Client {
    /// Sends a request and reads the complete response. Also returns the token that was sent.
    pub(crate) async fn exchange(
        &self,
        outgoing: Outgoing,
    ) -> Result<(http::Response<Bytes>, Option<Token>), Error> {
        let (request, attempt) = self.first_attempt(outgoing);
        self.attempt(request, attempt).await
    }

    /// Sends a request and reads the head of the response. Also returns the token that was sent.
    pub(crate) async fn open(
        &self,
        outgoing: Outgoing,
    ) -> Result<(http::Response<Body>, Option<Token>), Error> {
        let (request, Attempt { route, tokens, timeout }) = self.first_attempt(outgoing);
        let token = self.current_token(&route, tokens.as_ref()).await?;
        let (request, mark) = self.outgoing(request, &route, token.as_ref());
        let exchange = self.settings().executor.execute(request);
        let response = self.settle(exchange, &mark, route, timeout).await?;
        Ok((response, token))
    }

    /// Sends a request once and reads the complete response. Also returns the token that was sent.
    pub(crate) async fn attempt(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt,
    ) -> Result<(http::Response<Bytes>, Option<Token>), Error> {
        let Attempt { route, tokens, timeout } = attempt;
        let settings = self.settings();
        let limited = route.clone();
        let token = self.current_token(&route, tokens.as_ref()).await?;
        let (request, mark) = self.outgoing(request, &route, token.as_ref());
        // Pinned, since each function that takes it by value would make the future larger by it.
        let exchange = pin!(async {
            let (head, body) = settings.executor.execute(request).await?.into_parts();
            let limit = match limited.may_be_large(&head) {
                true => settings.max_response_size,
                false => settings.max_response_size.min(MAX_ERROR_BODY),
            };
            Ok(http::Response::from_parts(head, body.collect(limit).await?))
        });
        let response = self.settle(exchange, &mark, route, timeout).await?;
        if limiter::is_connection_limit(&response) {
            settings.limiter.connection_limit_reached(true);
        }
        Ok((response, token))
    }

    /// Reads the body of an error response.
    pub(crate) async fn read_error_body(
        &self,
        body: BodyStream,
        route: &Route,
        timeout: Duration,
    ) -> Result<Bytes, Error> {
        let settings = self.settings();
        let at = settings.runtime.now() + timeout;
        // The request was sent, which this mark does not say.
        let mark = SendMark::new();
        let read = body.collect(settings.max_response_size.min(MAX_ERROR_BODY));
        match with_timeout(&*settings.runtime, at, &mark, read).await {
            Ok(result) => result,
            Err(TimedOut { .. }) => Err(Error::timeout(route.clone(), timeout, false)),
        }
    }

    fn first_attempt(&self, outgoing: Outgoing) -> (http::Request<Bytes>, Attempt) {
        let Outgoing { request, route, tokens, timeouts, held } = outgoing;
        let timeouts = timeouts.or(self.settings().timeouts);
        let timeout = timeouts.of_attempt(&route, held).min(timeouts.of_call(held));
        (request, Attempt { route, tokens, timeout })
    }

    async fn current_token(&self, route: &Route, tokens: Option<&Tokens>) -> Result<Option<Token>, Error> {
        let tokens = tokens.unwrap_or(&self.settings().tokens);
        tokens.current().await.map_err(|error| Error::token(route.clone(), error))
    }

    /// Waits for an exchange and logs how it ended.
    async fn settle<B>(
        &self,
        exchange: impl Future<Output = Result<http::Response<B>, TransportError>>,
        mark: &SendMark,
        route: Route,
        timeout: Duration,
    ) -> Result<http::Response<B>, Error> {
        let runtime = &*self.settings().runtime;
        let start = runtime.now();
        let result = match with_timeout(runtime, start + timeout, mark, exchange).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                // An agent at its limit of connections closes new ones without a response.
                let is_closed = error.kind() == TransportErrorKind::Closed;
                let is_sudden = is_closed && runtime.now().since(start) < SUDDENLY;
                if is_sudden || error.kind() == TransportErrorKind::Rejected {
                    self.settings().limiter.connection_limit_reached(false);
                }
                Err(Error::transport(route.clone(), error))
            }
            Err(TimedOut { is_unsent }) => Err(Error::timeout(route.clone(), timeout, is_unsent)),
        };
        if tracing::enabled!(tracing::Level::DEBUG) {
            log(&route, result.as_ref().map(http::Response::status), runtime.now().since(start));
        }
        result
    }

    /// Adds what the client adds to every request.
    fn outgoing(
        &self,
        request: http::Request<Bytes>,
        route: &Route,
        token: Option<&Token>,
    ) -> (http::Request<Body>, SendMark) {
        let mut request = request.map(Body::from);
        let headers = request.headers_mut();
        for (name, value) in &*self.settings().headers {
            if !headers.contains_key(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
        if let Some(token) = token
            && !headers.contains_key(TOKEN)
        {
            headers.insert(TOKEN, token.header());
        }
        let mark = SendMark::new();
        let extensions = request.extensions_mut();
        extensions.insert(mark.clone());
        if route.is_idempotent() && !route.method().is_safe() {
            extensions.insert(Idempotent::new());
        }
        (request, mark)
    }
}

/// Logs an attempt: the operation, how it ended and how long it took. Contains no data of the user, and no token.
#[cold]
fn log(route: &Route, result: Result<http::StatusCode, &Error>, elapsed: Duration) {
    let (method, template) = (route.method(), route.path());
    match result {
        Ok(status) => {
            tracing::debug!(%method, route = template, status = status.as_u16(), ?elapsed, "received a response")
        }
        Err(error) => {
            let kind = error.kind();
            tracing::debug!(%method, route = template, ?kind, ?elapsed, "attempt failed");
        }
    }
}
