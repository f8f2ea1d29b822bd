//! Sending a request with retries, until it succeeds, fails permanently, or times out.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::{ResponseError, Target};
use consul_transport::{Hint, SendMark};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use crate::agents::AgentId;
use crate::call::timeout::{TimedOut, Timeouts, with_timeout};
use crate::client::attempt::{Attempt, Opened};
use crate::client::{Client, Settings};
use crate::error::{Error, Route};
use crate::observer::CallFinished;
use crate::retry::{self, RetryPolicy};
use crate::runtime::Instant;
use crate::token::Tokens;
use crate::{ApiErrorKind, ErrorKind, Token};

/// A request of a call, before its first attempt.
pub(crate) struct Outgoing<'a> {
    pub(crate) request: http::Request<Bytes>,
    pub(crate) route: Route,
    /// The token of the call, which overrides the client's.
    pub(crate) tokens: Option<&'a Tokens>,
    /// The timeouts of the call, which override the client's.
    pub(crate) timeouts: Timeouts,
    /// The retry policy of the call, which overrides the client's.
    pub(crate) retry: Option<RetryPolicy>,
    /// Maximum time that the server may hold the request.
    pub(crate) held: Duration,
}

/// A response, and how the call obtained it.
pub(crate) struct Exchanged<B> {
    pub(crate) response: http::Response<B>,
    /// The token that was sent.
    pub(crate) token: Option<Token>,
    pub(crate) agent: AgentId,
    pub(crate) attempts: u32,
    /// The time of the first attempt.
    pub(crate) start: Instant,
    /// The kind of the error, if the response is one.
    pub(crate) error: Option<ErrorKind>,
    /// The permit that counts the request as in flight.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// A failed attempt, and whether to retry it.
struct Failed {
    kind: ErrorKind,
    is_retryable: bool,
    is_unsent: bool,
    /// Whether the error may be permanent, although it is retried.
    is_doubtful: bool,
    retry_after: Option<Duration>,
}

impl Client {
    /// Sends a request with retries, and reads the complete response.
    pub(crate) async fn exchange(&self, outgoing: &Outgoing<'_>) -> Result<Exchanged<Bytes>, Error> {
        let route = &outgoing.route;
        let attempts = pin!(self.with_retries(
            outgoing,
            |attempt| self.attempt(attempt),
            |response: http::Response<Bytes>| {
                if response.status().is_success() {
                    return (response, None);
                }
                let (head, body) = response.into_parts();
                let error = route.error_of(&head, &body);
                (http::Response::from_parts(head, body), error)
            },
        ));
        self.in_span(route, attempts).await
    }

    /// Sends a request with retries, and reads the head of the response. Also reads the body of an error response.
    pub(crate) async fn open(&self, outgoing: &Outgoing<'_>) -> Result<Exchanged<Opened>, Error> {
        let route = &outgoing.route;
        let attempts = pin!(self.with_retries(
            outgoing,
            |attempt| self.attempt_open(attempt),
            |response| {
                let (head, body) = response.into_parts();
                let error = match &body {
                    Opened::Error(body) => route.error_of(&head, body),
                    Opened::Value(_) => None,
                };
                (http::Response::from_parts(head, body), error)
            },
        ));
        self.in_span(route, attempts).await
    }

    async fn with_retries<'a, B, F>(
        &'a self,
        outgoing: &'a Outgoing<'a>,
        send: impl Fn(Attempt<'a>) -> F,
        judge: impl Fn(http::Response<B>) -> (http::Response<B>, Option<ResponseError>),
    ) -> Result<Exchanged<B>, Error>
    where
        F: Future<Output = Result<(http::Response<B>, Option<Token>), Error>>,
    {
        let Outgoing { request, route, tokens, timeouts, retry, held } = outgoing;
        let (held, tokens) = (*held, *tokens);
        let settings = self.settings();
        let (runtime, agents) = (&*settings.runtime, &*settings.agents);
        let policy = retry.unwrap_or(settings.retry);
        let timeouts = timeouts.or(settings.timeouts);
        let start = runtime.now();
        let deadline = start + timeouts.of_call(held);
        let longest = timeouts.of_attempt(route, held);
        let mut agent = agents.of(route, start);
        let (mut attempts, mut doubtful) = (0, 0);
        let mut hint = None;
        loop {
            attempts += 1;
            let now = if attempts == 1 { start } else { runtime.now() };
            let permit = self
                .permit(route, now, deadline)
                .await
                .map_err(|error| error.with_attempts(attempts - 1, runtime.now().since(start)))?;
            let attempt_timeout = longest.min(deadline.since(now));
            let attempt = Attempt {
                request,
                hint,
                route,
                agent,
                tokens,
                timeout: attempt_timeout,
                is_whole: attempt_timeout == longest,
                number: attempts,
            };
            let (result, failed) = match send(attempt).await {
                Ok((response, token)) => {
                    let (response, error) = judge(response);
                    let Some(error) = error else {
                        settings.budget.succeeded();
                        return Ok(Exchanged {
                            response,
                            token,
                            agent,
                            attempts,
                            start,
                            error: None,
                            permit,
                        });
                    };
                    let retry_after = retry::retry_after(response.headers());
                    let failed = self.judged(route, &error, token.as_ref(), tokens, retry_after).await;
                    (Ok((response, token)), failed)
                }
                Err(error) => {
                    let failed = Failed {
                        kind: error.kind(),
                        is_retryable: error.is_retryable(),
                        is_unsent: error.is_unsent(),
                        is_doubtful: false,
                        retry_after: None,
                    };
                    (Err(error), failed)
                }
            };
            drop(permit);
            let give_up = || match result {
                Ok((response, token)) => {
                    let error = Some(failed.kind);
                    Ok(Exchanged { response, token, agent, attempts, start, error, permit: None })
                }
                Err(error) => Err(error.with_attempts(attempts, runtime.now().since(start))),
            };
            doubtful += u32::from(failed.is_doubtful);
            if !policy.allows(attempts) || !failed.is_retryable || doubtful >= retry::MAX_DOUBTFUL {
                return give_up();
            }
            // A shortened attempt could turn the known outcome of a write into an unknown one.
            let needed = if route.is_idempotent() { Duration::ZERO } else { longest };
            let can_move = route.target() == Target::AnyAgent && (route.is_idempotent() || failed.is_unsent);
            let pause = match can_move && agents.moves_from(agent) {
                true => Duration::ZERO,
                false => policy.pause(attempts, failed.retry_after, settings.random.next()),
            };
            let at = runtime.now() + pause;
            if at + needed >= deadline {
                return give_up();
            }
            if !pause.is_zero() {
                runtime.sleep_until(at).await;
            }
            if !settings.budget.take(runtime, deadline.saturating_sub(needed)).await {
                return give_up();
            }
            if failed.kind == ErrorKind::Timeout {
                hint = Some(Hint::FreshConnection);
            }
            if can_move {
                agent = agents.of(route, runtime.now());
            }
        }
    }

    /// Waits for a permit to send another request.
    async fn permit(
        &self,
        route: &Route,
        now: Instant,
        deadline: Instant,
    ) -> Result<Option<OwnedSemaphorePermit>, Error> {
        let Settings { in_flight, runtime, .. } = self.settings();
        if let Ok(permit) = Arc::clone(in_flight).try_acquire_owned() {
            return Ok(Some(permit));
        }
        let acquired = Arc::clone(in_flight).acquire_owned();
        match with_timeout(&**runtime, now, deadline, &SendMark::new(), acquired).await {
            // The semaphore is never closed.
            Ok(permit) => Ok(permit.ok()),
            Err(TimedOut { .. }) => Err(Error::timeout(route.clone(), deadline.since(now), true)),
        }
    }

    /// Classifies an error response.
    async fn judged(
        &self,
        route: &Route,
        error: &ResponseError,
        token: Option<&Token>,
        tokens: Option<&Tokens>,
        retry_after: Option<Duration>,
    ) -> Failed {
        let is_idempotent = route.is_idempotent();
        let (kind, mut is_retryable, is_doubtful) = match error {
            ResponseError::Api(error) => {
                let (kind, is_not_executed) = (ErrorKind::Api(error.kind()), error.kind().is_not_executed());
                let is_transient = route.is_transient(error.kind());
                let failure =
                    retry::Failure { kind, is_transient, is_idempotent, is_unsent: false, is_not_executed };
                let is_known = error.kind().is_transient() && error.kind() != ApiErrorKind::Internal;
                (kind, retry::is_retryable(failure), is_transient && !is_known)
            }
            // The statuses of a proxy that cannot reach the agent.
            ResponseError::Decode(error) => (ErrorKind::Decode, error.is_transient() && is_idempotent, false),
            _ => (ErrorKind::Decode, false, false),
        };
        // The servers did not execute the request, so even a write can be sent again with another token.
        if kind == ErrorKind::Api(ApiErrorKind::UnknownToken)
            && let Some(token) = token
        {
            is_retryable = tokens.unwrap_or(&self.settings().tokens).rejected(token).await;
        }
        Failed { kind, is_retryable, is_unsent: false, is_doubtful, retry_after }
    }

    /// Runs a call in its span and reports how it ended.
    async fn in_span<B>(
        &self,
        route: &Route,
        // Pinned by the caller: each function that takes it by value would make the future of a call larger by it.
        attempts: Pin<&mut impl Future<Output = Result<Exchanged<B>, Error>>>,
    ) -> Result<Exchanged<B>, Error> {
        let settings = self.settings();
        let span = tracing::debug_span!(
            "consul.call",
            http.request.method = %route.method(),
            url.template = route.path(),
            consul.datacenter = settings.options.datacenter.as_deref(),
            consul.attempts = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
        );
        let result = attempts.instrument(span.clone()).await;
        if span.is_disabled() && settings.observer.is_none() {
            return result;
        }
        let finished = CallFinished::of(route, &result, settings.runtime.now());
        span.record("consul.attempts", finished.attempts);
        if let Some(status) = finished.status {
            span.record("http.response.status_code", status.as_u16());
        }
        if let Some(kind) = finished.error {
            span.record("error.type", tracing::field::debug(kind));
        }
        if let Some(observer) = &settings.observer {
            observer.call_finished(&finished);
        }
        result
    }
}
