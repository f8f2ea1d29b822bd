//! The one error of calls.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use consul_proto::Route;
use consul_proto::{ApiError, ApiErrorKind, DecodeError, EncodeError, Method, ResponseError};
use consul_transport::{TransportError, TransportErrorKind};
use http::StatusCode;

use crate::retry;
use crate::token::mask;
use crate::{ConfigError, Token, TokenSourceError};

/// A call that gave no value.
///
/// [`kind`](Self::kind) tells what happened, [`is_retryable`](Self::is_retryable) whether sending it again can help and
/// cannot harm, [`is_outcome_unknown`](Self::is_outcome_unknown) whether a write may have been carried out all the
/// same. The cause is in [`source`](StdError::source), and that may have one too: `Display` tells one level, `Debug`
/// all of them. Cheap to clone.
#[derive(Clone)]
pub struct Error(Arc<Fault>);

struct Fault {
    /// Absent if no operation was involved.
    route: Option<Route>,
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
}

/// What happened to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A client could not be built: a setting is invalid.
    Config,
    /// There was no token to send the request with, and it was not sent.
    Token,
    /// It was not sent, because what is asked cannot be meant or cannot be carried.
    Request,
    /// It was not sent, because there was no connection.
    Connect,
    /// There was no whole answer in the time that was allowed.
    Timeout,
    /// There was no whole answer, for another reason.
    Transport(TransportErrorKind),
    /// The server refused or failed, and said so.
    Api(ApiErrorKind),
    /// The answer is not what the operation answers with.
    Decode,
}

impl Error {
    pub(crate) fn encode(route: Route, error: EncodeError) -> Self {
        Self::new(route, Cause::Encode(error))
    }

    pub(crate) fn transport(route: Route, error: TransportError) -> Self {
        Self::new(route, Cause::Transport(error))
    }

    /// `is_unsent` says that the server certainly did not see the request.
    pub(crate) fn timeout(route: Route, limit: Duration, is_unsent: bool) -> Self {
        Self::new(route, Cause::Timeout { limit, is_unsent })
    }

    pub(crate) fn token(route: Route, error: TokenSourceError) -> Self {
        Self::new(route, Cause::Token(error))
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
            // The enum is open; both of its arms are above.
            other => {
                Self::new(route, Cause::Transport(TransportError::new(TransportErrorKind::Other, other)))
            }
        }
    }

    fn new(route: impl Into<Option<Route>>, cause: Cause) -> Self {
        Self(Arc::new(Fault { route: route.into(), attempts: 1, elapsed: Duration::ZERO, cause }))
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0.cause {
            Cause::Config(_) => ErrorKind::Config,
            Cause::Token(_) => ErrorKind::Token,
            Cause::Encode(_) => ErrorKind::Request,
            // A rejected connection was not established, as far as callers are concerned.
            Cause::Transport(error)
                if matches!(error.kind(), TransportErrorKind::Connect | TransportErrorKind::Rejected) =>
            {
                ErrorKind::Connect
            }
            Cause::Transport(error) => ErrorKind::Transport(error.kind()),
            Cause::Timeout { .. } => ErrorKind::Timeout,
            Cause::Api(error) => ErrorKind::Api(error.kind()),
            Cause::Decode(_) => ErrorKind::Decode,
        }
    }

    /// Returns the path template of the operation, such as `/v1/kv/{*key}`. Contains no user data, so it can be a metric's
    /// label. `None` if no operation was involved.
    #[must_use]
    pub fn route(&self) -> Option<&'static str> {
        self.0.route.as_ref().map(Route::path)
    }

    /// Returns the method of the operation. `None` if no operation was involved.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.route.as_ref().map(Route::method)
    }

    /// Returns how many attempts of the call were made. Zero if it ended before the first one.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the time from the first attempt of the call to its end.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Sets the attempts of the call. Only an error that is not shared yet can be changed.
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

    /// Status of the answer, where there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.cause {
            Cause::Api(error) => Some(error.status()),
            Cause::Decode(error) => Some(error.status()),
            _ => None,
        }
    }

    /// The server's own words, where it refused or failed.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Api(error) => Some(error.message()),
            _ => None,
        }
    }

    /// Whether the same call may succeed if it is made again, and does no harm if the first was carried out.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let is_not_executed = matches!(&self.0.cause, Cause::Api(error) if error.kind().is_not_executed());
        if let Cause::Decode(error) = &self.0.cause {
            return error.is_transient() && self.is_idempotent();
        }
        retry::is_retryable(retry::Failure {
            kind: self.kind(),
            is_idempotent: self.is_idempotent(),
            is_unsent: self.is_unsent(),
            is_not_executed,
        })
    }

    /// Whether this is a write of which nobody knows if it was carried out, or still will be.
    ///
    /// It may even be carried out after, and over, a later write that succeeds: servers hold requests through an
    /// election, also those whose caller has left. Reading back tells what is there now, not what comes.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        let may_be_executed = match &self.0.cause {
            Cause::Encode(_) | Cause::Config(_) | Cause::Token(_) => false,
            Cause::Timeout { is_unsent, .. } => !is_unsent,
            Cause::Transport(error) => !error.is_unsent(),
            Cause::Api(error) => !error.kind().is_not_executed(),
            // An answer that cannot be read is an answer to something.
            Cause::Decode(_) => true,
        };
        may_be_executed && self.is_write()
    }

    /// Whether the server certainly received nothing of the request.
    ///
    /// Such a request can be sent again, even if it is a write. `false` if this is not known.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        match &self.0.cause {
            Cause::Encode(_) | Cause::Config(_) | Cause::Token(_) => true,
            Cause::Transport(error) => error.is_unsent(),
            Cause::Timeout { is_unsent, .. } => *is_unsent,
            Cause::Api(_) | Cause::Decode(_) => false,
        }
    }

    /// Whether what was named does not exist.
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

    /// Whether the token may not do this, or does not exist.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        matches!(self.api_kind(), Some(ApiErrorKind::PermissionDenied | ApiErrorKind::UnknownToken))
    }

    /// Whether the cluster has no leader.
    #[must_use]
    pub fn is_no_leader(&self) -> bool {
        self.api_kind() == Some(ApiErrorKind::NoLeader)
    }

    /// Whether the time that was allowed ran out.
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { route, attempts, elapsed, cause } = &*self.0;
        if let Some(route) = route {
            write!(f, "{} {} ", route.method(), route.path())?;
        }
        match cause {
            Cause::Config(error) => error.fmt(f),
            Cause::Token(_) => f.write_str("was not sent: no token"),
            Cause::Encode(_) => f.write_str("was not sent"),
            Cause::Transport(error) if error.is_unsent() => f.write_str("could not be sent"),
            Cause::Transport(_) => f.write_str("got no whole answer"),
            Cause::Timeout { limit, is_unsent } => {
                write!(f, "timed out after {limit:?}")?;
                f.write_str(if *is_unsent { ", request was not sent" } else { "" })
            }
            Cause::Api(_) => f.write_str("was answered with an error"),
            Cause::Decode(_) => f.write_str("was answered with something else"),
        }?;
        if *attempts > 1 { write!(f, " ({attempts} attempts in {elapsed:.1?})") } else { Ok(()) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("method", &self.method())
            .field("route", &self.route())
            .field("kind", &self.kind())
            .field("causes", &Causes(self.source()))
            .finish()
    }
}

/// No operation is involved.
impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(None, Cause::Config(error))
    }
}

/// What led to an error, the nearest first: who sees no more than its [`Debug`](fmt::Debug) form, as after `unwrap`,
/// has to find the address there that refused the connection.
struct Causes<'a>(Option<&'a (dyn StdError + 'static)>);

impl fmt::Debug for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = std::iter::successors(self.0, |&error| error.source());
        f.debug_list().entries(causes.map(ToString::to_string)).finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Encode(error) => Some(error),
            Cause::Transport(error) => Some(error),
            Cause::Timeout { .. } | Cause::Config(_) => None,
            Cause::Token(error) => Some(&**error),
            Cause::Api(error) => Some(error),
            Cause::Decode(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_an_error_for_programmers_is_the_whole_chain() {
        let refused = TransportError::unsent(TransportErrorKind::Connect, "10.0.0.7:8500 refused");
        let error = Error::transport(Route::raw(Method::GET), refused);
        let shown = format!("{error:?}");
        assert!(shown.contains(r#"causes: ["failed to connect", "10.0.0.7:8500 refused"]"#), "{shown}");
        assert_eq!(error.to_string(), "GET (raw) could not be sent");
    }
}
