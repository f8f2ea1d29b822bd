//! Sending one attempt of a request.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::ResponseError;
use consul_transport::{Body, Hint, Idempotent, SendMark, TransportError, TransportErrorKind};
use http::HeaderMap;

use crate::agents::AgentId;
use crate::call::timeout::{TimedOut, with_timeout};
use crate::client::{Client, TOKEN};
use crate::error::{Error, Route};
use crate::observer::AttemptFinished;
use crate::token::Tokens;
use crate::watch::limiter;
use crate::{ApiErrorKind, ErrorKind, Token};

/// Maximum size of an error response's body, in bytes. The texts of servers are much shorter.
const MAX_ERROR_BODY: usize = 1 << 20;

/// Number of header fields of a usual request, with those of the executor.
const HEADERS: usize = 6;

/// Time within which an agent at its connection limit closes a new connection.
const SUDDENLY: Duration = Duration::from_millis(100);

/// The body of a response that the caller reads.
pub(crate) enum Opened {
    Value(Body),
    Error(Bytes),
}

/// The settings of one attempt.
pub(crate) struct Attempt<'a> {
    pub(crate) request: &'a http::Request<Bytes>,
    /// Overrides the hint of the request.
    pub(crate) hint: Option<Hint>,
    pub(crate) route: &'a Route,
    pub(crate) agent: AgentId,
    /// The token of the call, which overrides the client's.
    pub(crate) tokens: Option<&'a Tokens>,
    /// The timeout of the attempt.
    pub(crate) timeout: Duration,
    /// Set if the timeout is the full timeout of an attempt, not the rest of the call's.
    pub(crate) is_whole: bool,
    /// The number of the attempt within its call, counted from 1.
    pub(crate) number: u32,
}

impl Client {
    /// Sends a request once and reads the complete response. Also returns the token that was sent.
    pub(crate) async fn attempt(
        &self,
        attempt: Attempt<'_>,
    ) -> Result<(http::Response<Bytes>, Option<Token>), Error> {
        let settings = self.settings();
        let token = self.current_token(&attempt).await?;
        let (request, mark) = self.outgoing(&attempt, token.as_ref());
        // Called outside of the future, which would otherwise contain the request.
        let executing = settings.agents.executor(attempt.agent).execute(request);
        // Pinned, since each function that takes the future by value would make its own future larger.
        let exchange = pin!(async {
            let (head, body) = executing.await?.into_parts();
            let limit = match attempt.route.may_be_large(&head) {
                true => settings.max_response_size,
                false => settings.max_response_size.min(MAX_ERROR_BODY),
            };
            Ok(http::Response::from_parts(head, body.collect(limit).await?))
        });
        let response = self.settle(exchange, &mark, &attempt).await?;
        if limiter::is_connection_limit(&response) {
            self.connection_limit_reached(&attempt, true);
        }
        let response = if response.status().is_server_error() {
            let (head, body) = response.into_parts();
            let error = attempt.route.error_of(&head, &body);
            let is_no_leader = |error: &ResponseError| matches!(error, ResponseError::Api(error) if error.kind() == ApiErrorKind::NoLeader);
            let is_well = !error.as_ref().is_some_and(is_no_leader);
            settings.agents.record(attempt.agent, is_well, settings.runtime.now());
            http::Response::from_parts(head, body)
        } else {
            settings.agents.record_response(attempt.agent);
            response
        };
        Ok((response, token))
    }

    /// Sends a request of a machine once and reads the complete response, whose extensions contain the token that was
    /// sent: errors that the machine finds in the response must not show it.
    ///
    /// If the servers do not know the token, and its source wants another attempt, the response becomes an error. A watch
    /// repeats the request after such an error soon, and is not degraded by it.
    pub(crate) async fn attempt_of_machine(
        &self,
        attempt: Attempt<'_>,
    ) -> Result<http::Response<Bytes>, Error> {
        let Attempt { route, tokens, .. } = attempt;
        let (mut response, token) = self.attempt(attempt).await?;
        let Some(token) = token else { return Ok(response) };
        if response.status() == http::StatusCode::FORBIDDEN {
            let (head, body) = response.into_parts();
            let error = route.error_of(&head, &body);
            let tokens = tokens.unwrap_or(&self.settings().tokens);
            if let Some(error) = error
                && matches!(&error, ResponseError::Api(error) if error.kind() == ApiErrorKind::UnknownToken)
                && tokens.rejected(&token).await
            {
                return Err(Error::response(route.clone(), error, Some(&token)));
            }
            response = http::Response::from_parts(head, body);
        }
        response.extensions_mut().insert(token);
        Ok(response)
    }

    /// Sends a request once and reads the head of the response, and the body of an error. Also returns the token that was
    /// sent.
    pub(crate) async fn attempt_open(
        &self,
        attempt: Attempt<'_>,
    ) -> Result<(http::Response<Opened>, Option<Token>), Error> {
        let settings = self.settings();
        let token = self.current_token(&attempt).await?;
        let (request, mark) = self.outgoing(&attempt, token.as_ref());
        let executing = settings.agents.executor(attempt.agent).execute(request);
        let exchange = pin!(async {
            let (head, body) = executing.await?.into_parts();
            let body = match attempt.route.has_value(&head) {
                true => Opened::Value(body),
                false => Opened::Error(body.collect(settings.max_response_size.min(MAX_ERROR_BODY)).await?),
            };
            Ok(http::Response::from_parts(head, body))
        });
        let response = self.settle(exchange, &mark, &attempt).await?;
        Ok((response, token))
    }

    async fn current_token(&self, attempt: &Attempt<'_>) -> Result<Option<Token>, Error> {
        let settings = self.settings();
        let tokens = attempt.tokens.unwrap_or(&settings.tokens);
        if let Some(token) = tokens.known() {
            return Ok(token);
        }
        let current = tokens.current();
        let now = settings.runtime.now();
        match with_timeout(&*settings.runtime, now, now + attempt.timeout, &SendMark::new(), current).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(Error::token(attempt.route.clone(), error)),
            Err(TimedOut { .. }) => Err(Error::timeout(attempt.route.clone(), attempt.timeout, true)),
        }
    }

    /// Waits for an exchange and reports how it ended.
    async fn settle<B>(
        &self,
        exchange: impl Future<Output = Result<http::Response<B>, TransportError>>,
        mark: &SendMark,
        attempt: &Attempt<'_>,
    ) -> Result<http::Response<B>, Error> {
        let Attempt { route, timeout, number, .. } = *attempt;
        let settings = self.settings();
        let runtime = &*settings.runtime;
        let start = runtime.now();
        let result: Result<_, Error> =
            match with_timeout(runtime, start, start + timeout, mark, exchange).await {
                Ok(Ok(response)) => Ok(response),
                Ok(Err(error)) => {
                    // An agent at its connection limit closes new connections without a response.
                    let is_closed = error.kind() == TransportErrorKind::Closed;
                    let is_sudden = is_closed && runtime.now().since(start) < SUDDENLY;
                    if is_sudden || error.kind() == TransportErrorKind::Rejected {
                        self.connection_limit_reached(attempt, false);
                    }
                    Err(Error::transport(route.clone(), error))
                }
                Err(TimedOut { is_unsent }) => Err(Error::timeout(route.clone(), timeout, is_unsent)),
            };
        let result = result.map_err(|error| error.at(settings.agents.executor(attempt.agent).address()));
        match result.as_ref().map_err(Error::kind) {
            Err(ErrorKind::Connect) => settings.agents.record(attempt.agent, false, runtime.now()),
            // A shortened timeout is not the agent's fault.
            Err(ErrorKind::Timeout) if attempt.is_whole => {
                settings.agents.record(attempt.agent, false, runtime.now());
            }
            _ => {}
        }
        if settings.observer.is_some() || tracing::enabled!(tracing::Level::DEBUG) {
            let finished = AttemptFinished {
                method: route.method(),
                route: route.path(),
                status: result.as_ref().ok().map(http::Response::status),
                error: result.as_ref().err().map(Error::kind),
                number,
                elapsed: runtime.now().since(start),
            };
            log(&finished);
            if let Some(observer) = &settings.observer {
                observer.attempt_finished(&finished);
            }
        }
        result
    }

    /// Reacts to a sign that the agent has no connection left for this host.
    ///
    /// Over HTTP/2, long polls share few connections, so fewer polls do not free connections. A lost connection ends
    /// many requests at the same time, some of which were just sent, so it does not mean that the limit was reached.
    fn connection_limit_reached(&self, attempt: &Attempt<'_>, is_certain: bool) {
        let settings = self.settings();
        let has_connections = settings.agents.executor(attempt.agent).max_long_polls().is_none();
        if has_connections {
            settings.limiter.connection_limit_reached(is_certain);
        }
    }

    /// Returns the request of an attempt, with the client's headers and extensions.
    fn outgoing(&self, attempt: &Attempt<'_>, token: Option<&Token>) -> (http::Request<Body>, SendMark) {
        let mut request = http::Request::new(Body::from(attempt.request.body().clone()));
        request.method_mut().clone_from(attempt.request.method());
        request.uri_mut().clone_from(attempt.request.uri());
        request.extensions_mut().clone_from(attempt.request.extensions());
        let headers = request.headers_mut();
        // A clone of the request's headers would have no room for what the client and the executor add.
        *headers = HeaderMap::with_capacity(HEADERS);
        for (name, value) in attempt.request.headers() {
            headers.append(name, value.clone());
        }
        for (name, value) in &*self.settings().headers {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if let Some(token) = token {
            headers.entry(TOKEN).or_insert_with(|| token.header());
        }
        let mark = SendMark::new();
        let extensions = request.extensions_mut();
        extensions.insert(mark.clone());
        if attempt.route.is_idempotent() && !attempt.route.method().is_safe() {
            extensions.insert(Idempotent::new());
        }
        if let Some(hint) = attempt.hint {
            extensions.insert(hint);
        }
        (request, mark)
    }
}

/// Logs an attempt, without user data and without the token.
#[cold]
fn log(attempt: &AttemptFinished<'_>) {
    let AttemptFinished { method, route, status, error, number, elapsed } = attempt;
    match (status, error) {
        (Some(status), _) => tracing::debug!(
            http.request.method = %method,
            url.template = route,
            http.response.status_code = status.as_u16(),
            consul.attempt = number,
            ?elapsed,
            "received a response"
        ),
        (None, Some(kind)) => tracing::debug!(
            http.request.method = %method,
            url.template = route,
            error.type = ?kind,
            consul.attempt = number,
            ?elapsed,
            "attempt failed"
        ),
        (None, None) => {}
    }
}
