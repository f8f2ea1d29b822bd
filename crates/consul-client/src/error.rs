//! The error of calls, watches and recipes.

mod display;
mod kind;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use consul_proto::Route;
use consul_proto::{ApiError, ApiErrorKind, DecodeError, EncodeError, Method, ResponseError};
use consul_transport::{Address, TransportError, TransportErrorKind};
use http::StatusCode;

pub use self::kind::ErrorKind;
use crate::retry;
use crate::token::mask;
use crate::{ConfigError, Token, TokenSourceError};

/// Error returned by calls, watches and recipes.
///
/// - [`kind`](Self::kind) returns the reason.
/// - [`is_retryable`](Self::is_retryable) returns `true` if sending the request again may succeed and does no harm.
/// - [`is_outcome_unknown`](Self::is_outcome_unknown) returns `true` if a write may have been executed.
///
/// `Display` is complete enough for a log line: it contains the operation, the reason with its causes, and the status
/// and text of the server's response, or the agent if there is no response. [`source`](std::error::Error::source) returns
/// causes that `Display` does not contain. Cloning is cheap.
#[derive(Clone)]
pub struct Error(Arc<Failure>);

struct Failure {
    /// `None` if no operation was involved.
    route: Option<Route>,
    /// The address of the agent, if it did not respond and its executor has one.
    agent: Option<Box<str>>,
    attempts: u32,
    elapsed: Duration,
    cause: Cause,
}

enum Cause {
    Encode(EncodeError),
    Transport(TransportError),
    Timeout { limit: Duration, is_unsent: bool },
    Token(TokenSourceError),
    Config(ConfigError),
    Api(ApiError),
    Decode(DecodeError),
    Recipe { kind: ErrorKind, text: String, error: Option<Error> },
}

impl Error {
    pub(crate) fn encode(route: Route, error: EncodeError) -> Self {
        Self::new(route, Cause::Encode(error))
    }

    pub(crate) fn transport(route: Route, error: TransportError) -> Self {
        Self::new(route, Cause::Transport(error))
    }

    /// `is_unsent` is set if the server certainly did not receive the request.
    pub(crate) fn timeout(route: Route, limit: Duration, is_unsent: bool) -> Self {
        Self::new(route, Cause::Timeout { limit, is_unsent })
    }

    pub(crate) fn token(route: Route, error: TokenSourceError) -> Self {
        Self::new(route, Cause::Token(error))
    }

    /// The end of a recipe, or an object that it cannot use. `error` is the reason, if a request failed.
    pub(crate) fn recipe(kind: ErrorKind, text: impl Into<String>, error: Option<Self>) -> Self {
        Self::new(None, Cause::Recipe { kind, text: text.into(), error })
    }

    /// Masks `token` wherever the server's text contains it.
    pub(crate) fn response(route: Route, error: ResponseError, token: Option<&Token>) -> Self {
        let error = match token {
            Some(token) => error.map_texts(|text| mask(text, token)),
            None => error,
        };
        match error {
            ResponseError::Api(error) => Self::new(route, Cause::Api(error)),
            ResponseError::Decode(error) => Self::new(route, Cause::Decode(error)),
            // The enum is non-exhaustive. Both of its variants are handled above.
            other => {
                Self::new(route, Cause::Transport(TransportError::new(TransportErrorKind::Other, other)))
            }
        }
    }

    fn new(route: impl Into<Option<Route>>, cause: Cause) -> Self {
        let (attempts, elapsed) = (1, Duration::ZERO);
        Self(Arc::new(Failure { route: route.into(), agent: None, attempts, elapsed, cause }))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Config(_) => ErrorKind::Config,
            Cause::Token(_) => ErrorKind::Token,
            Cause::Encode(_) => ErrorKind::Request,
            // For callers, a rejected connection is a connection that was not established.
            Cause::Transport(error)
                if matches!(error.kind(), TransportErrorKind::Connect | TransportErrorKind::Rejected) =>
            {
                ErrorKind::Connect
            }
            Cause::Transport(error) => ErrorKind::Transport(error.kind()),
            Cause::Timeout { .. } => ErrorKind::Timeout,
            Cause::Api(error) => ErrorKind::Api(error.kind()),
            Cause::Decode(error) if error.is_value() => ErrorKind::Decode,
            Cause::Decode(_) => ErrorKind::UnexpectedResponse,
            Cause::Recipe { kind, .. } => *kind,
        }
    }

    /// Returns the path template of the operation, such as `/v1/kv/{*key}`, or `None` if no operation was involved.
    /// It contains no user data, so that it can be the label of a metric.
    #[must_use]
    pub fn route(&self) -> Option<&'static str> {
        self.0.route.as_ref().map(Route::path)
    }

    /// Returns the method of the operation, or `None` if no operation was involved.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.route.as_ref().map(Route::method)
    }

    /// Returns the number of attempts of the call. Zero if the call ended before the first one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the time from the first attempt of the call to its end.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Names the agent that did not respond. Does nothing if the error is already shared.
    pub(crate) fn at(mut self, agent: Option<&Address>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.agent = agent.map(|agent| agent.to_string().into());
        }
        self
    }

    /// Sets the number and time of the attempts, unless the error is already shared.
    pub(crate) fn with_attempts(mut self, attempts: u32, elapsed: Duration) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            (inner.attempts, inner.elapsed) = (attempts, elapsed);
        }
        self
    }

    fn is_idempotent(&self) -> bool {
        self.0.route.as_ref().is_some_and(Route::is_idempotent)
    }

    fn is_write(&self) -> bool {
        self.0.route.as_ref().is_some_and(Route::is_write)
    }

    /// Returns the status of the response, or `None` if there was no response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Api(error) => Some(error.status()),
            Cause::Decode(error) => Some(error.status()),
            Cause::Recipe { error, .. } => error.as_ref()?.status(),
            _ => None,
        }
    }

    /// Returns the text of the server's error response, if there is one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Api(error) => Some(error.message()),
            Cause::Recipe { error, .. } => error.as_ref()?.message(),
            _ => None,
        }
    }

    /// Returns the error that the server reported, if the response was an error.
    #[must_use]
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.0.cause {
            Cause::Api(error) => Some(error),
            Cause::Recipe { error, .. } => error.as_ref()?.api_error(),
            _ => None,
        }
    }

    /// Returns the path and reason of a decode error, if a response or value cannot be decoded.
    #[must_use]
    pub fn decode_error(&self) -> Option<&DecodeError> {
        match &self.0.cause {
            Cause::Decode(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the reason why there is no complete response. `None` for a [timeout](Self::is_timeout).
    #[must_use]
    pub fn transport_error(&self) -> Option<&TransportError> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the reason why the request is invalid, if it is.
    #[must_use]
    pub fn encode_error(&self) -> Option<&EncodeError> {
        match &self.0.cause {
            Cause::Encode(error) => Some(error),
            _ => None,
        }
    }

    /// Returns `true` if repeating the call may succeed, and does no harm if the first one was executed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let is_not_executed = matches!(&self.0.cause, Cause::Api(error) if error.kind().is_not_executed());
        // The error page of a proxy does not tell if the request was executed.
        if let Cause::Decode(error) = &self.0.cause {
            return error.is_transient() && self.is_idempotent();
        }
        let is_transient_for = |route: &Route| self.api_kind().is_some_and(|kind| route.is_transient(kind));
        retry::is_retryable(retry::Failure {
            kind: self.kind(),
            is_transient: self.0.route.as_ref().is_some_and(is_transient_for),
            is_idempotent: self.is_idempotent(),
            is_unsent: self.is_unsent(),
            is_not_executed,
        })
    }

    /// Returns `true` if the call is a write that may have been executed, or may still be executed.
    ///
    /// The write may even be executed after a later write that succeeds, and overwrite it: servers hold requests
    /// during an election, including those that the caller has cancelled. Reading the value back returns the current
    /// state, which may still change.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        let may_be_executed = match &self.0.cause {
            Cause::Encode(_) | Cause::Config(_) | Cause::Token(_) | Cause::Recipe { .. } => false,
            Cause::Timeout { is_unsent, .. } => !is_unsent,
            Cause::Transport(error) => !error.is_unsent(),
            Cause::Api(error) => !error.kind().is_not_executed(),
            // A proxy may respond after the server has executed the request.
            Cause::Decode(_) => true,
        };
        may_be_executed && self.is_write()
    }

    /// Returns `true` if the server certainly received no part of the request.
    ///
    /// Such a request can safely be sent again, even if it is a write. Returns `false` if this is not known.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        match &self.0.cause {
            Cause::Encode(_) | Cause::Config(_) | Cause::Token(_) => true,
            Cause::Transport(error) => error.is_unsent(),
            Cause::Timeout { is_unsent, .. } => *is_unsent,
            Cause::Api(_) | Cause::Decode(_) | Cause::Recipe { .. } => false,
        }
    }

    /// Returns `true` if the object does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.api_kind(),
            Some(
                ApiErrorKind::NotFound
                    | ApiErrorKind::UnknownCheck
                    | ApiErrorKind::UnknownService
                    | ApiErrorKind::UnknownSession
                    | ApiErrorKind::UnknownNode
            )
        )
    }

    /// Returns `true` if the token does not allow the operation, or does not exist.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        matches!(self.api_kind(), Some(ApiErrorKind::PermissionDenied | ApiErrorKind::UnknownToken))
    }

    /// Returns `true` if the cluster has no leader.
    #[must_use]
    pub fn is_no_leader(&self) -> bool {
        self.api_kind() == Some(ApiErrorKind::NoLeader)
    }

    /// Returns `true` if there was no complete response before the deadline.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    fn api_kind(&self) -> Option<ApiErrorKind> {
        match &self.0.cause {
            Cause::Api(error) => Some(error.kind()),
            _ => None,
        }
    }
}

/// Creates an error without an operation.
impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(None, Cause::Config(error))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn display_contains_the_causes_and_the_agent() {
        let refused = TransportError::unsent(TransportErrorKind::Connect, "10.0.0.7:8500 refused");
        let agent = "consul:8500".parse().expect("an address");
        let error = Error::transport(Route::raw(Method::GET), refused).at(Some(&agent));
        let text = "GET (raw): failed to connect: 10.0.0.7:8500 refused (agent http://consul:8500)";
        assert_eq!((error.to_string().as_str(), error.source().is_none()), (text, true));
        let error = error.with_attempts(3, Duration::from_secs(2));
        assert!(error.to_string().ends_with("(agent http://consul:8500, 3 attempts in 2.0s)"), "{error}");
        assert_eq!((error.kind().as_str(), error.is_unsent()), ("connect", true));
    }

    #[test]
    fn text_of_a_recipe_has_a_limit() {
        let cause = Error::recipe(ErrorKind::Lost, "a\n".repeat(10_000), None);
        let error = Error::recipe(ErrorKind::Closed, "\u{1b}".repeat(10_000), Some(cause));
        for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
            assert!(shown.chars().count() < 1500 && !error.to_string().contains('\n'), "{shown}");
        }
    }

    #[test]
    fn display_contains_status_and_text_of_the_server() {
        let response = http::Response::builder().status(500).body("No cluster leader".into());
        let error = consul_proto::decode::<consul_proto::kv::Get>(response.expect("a response")).unwrap_err();
        let error = Error::response(Route::of(&consul_proto::kv::Get::new("k")), error, None);
        assert_eq!(error.to_string(), "GET /v1/kv/{*key}: no cluster leader (status 500): No cluster leader");
        assert_eq!((error.kind().to_string(), error.source().is_none()), ("no_leader".to_owned(), true));
    }

    #[test]
    fn page_of_a_proxy_is_retryable_for_reads_only() {
        let error = |status: u16| {
            let response = http::Response::builder().status(status).header("Content-Type", "text/html");
            let response = response.body("<html>".into()).expect("a response");
            consul_proto::decode::<consul_proto::kv::Get>(response).unwrap_err()
        };
        let read = |status| Error::response(Route::raw(Method::GET), error(status), None);
        let write = |status| Error::response(Route::raw(Method::PUT), error(status), None);
        for status in [200, 403, 404, 502] {
            let error = read(status);
            assert_eq!(error.kind(), ErrorKind::UnexpectedResponse, "{error}");
            assert!(!error.is_not_found() && !error.is_permission_denied(), "{error}");
            assert_eq!(error.is_retryable(), status == 502, "{error}");
            assert!(!write(status).is_retryable() && write(status).is_outcome_unknown(), "{error}");
        }
    }
}
