//! The texts of an error.

use std::error::Error as StdError;
use std::fmt::{self, Display};

use consul_proto::Bounded;
#[cfg(feature = "hyper")]
use consul_transport::ConnectError;
use consul_transport::{TransportError, TransportErrorKind};

use super::{Cause, Error, Failure};

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { route, agent, attempts, elapsed, cause } = &*self.0;
        if let Some(route) = route {
            write!(f, "{} {}: ", Bounded::name(route.method()), route.path())?;
        }
        match cause {
            Cause::Config(error) => error.fmt(f),
            Cause::Token(error) => write!(f, "failed to get a token: {}", Bounded::message(error)),
            Cause::Encode(error) => write!(f, "request was not sent: {error}"),
            Cause::Transport(error) => {
                Bounded::message(Reason(error)).fmt(f)?;
                // Implied if there was no connection.
                let is_new = error.is_unsent() && error.kind() != TransportErrorKind::Connect;
                f.write_str(if is_new { ", request was not sent" } else { "" })
            }
            Cause::Timeout { limit, is_unsent } => {
                write!(f, "timed out after {limit:?}")?;
                f.write_str(if *is_unsent { ", request was not sent" } else { "" })
            }
            Cause::Api(error) => error.fmt(f),
            Cause::Decode(error) => error.fmt(f),
            Cause::Recipe { text, error: None, .. } => Bounded::message(text).fmt(f),
            Cause::Recipe { text, error: Some(error), .. } => {
                write!(f, "{}: {error}", Bounded::message(text))
            }
        }?;
        let agent = agent.as_deref().map(Bounded::name);
        match (agent, *attempts > 1) {
            (None, false) => Ok(()),
            (Some(agent), false) => write!(f, " (agent {agent})"),
            (None, true) => write!(f, " ({attempts} attempts in {elapsed:.1?})"),
            (Some(agent), true) => write!(f, " (agent {agent}, {attempts} attempts in {elapsed:.1?})"),
        }
    }
}

/// Why there is no complete response: an error with its causes, as one text.
struct Reason<'a>(&'a TransportError);

impl Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(error) = self;
        match error.source() {
            // It says the same with more details.
            #[cfg(feature = "hyper")]
            Some(source) if source.is::<ConnectError>() => Chain(source).fmt(f),
            Some(source) => write!(f, "{error}: {}", Chain(source)),
            None => error.fmt(f),
        }
    }
}

/// An error and its causes, as one text. A cause that the text before it already ends with is left out.
struct Chain<'a>(&'a (dyn StdError + 'static));

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(&text)?;
        match self.0.source() {
            Some(source) if text.ends_with(&source.to_string()) => Ok(()),
            Some(source) => write!(f, ": {}", Self(source)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("method", &self.method().map(Bounded::name))
            .field("route", &self.route())
            .field("kind", &self.kind())
            .field("message", &format_args!("{self}"))
            .field("source", &self.source().map(|source| Bounded::message(Chain(source))))
            .finish()
    }
}

/// Returns the causes that `Display` does not contain.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Token(error) => error.source(),
            Cause::Config(error) => error.source(),
            Cause::Recipe { error, .. } => error.as_ref()?.source(),
            Cause::Encode(_)
            | Cause::Transport(_)
            | Cause::Timeout { .. }
            | Cause::Api(_)
            | Cause::Decode(_) => None,
        }
    }
}
