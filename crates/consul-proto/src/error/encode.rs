//! Requests that are not sent.

use std::fmt;

use thiserror::Error;

use crate::error::bounded::Bounded;

/// A request that is invalid or too large to send, and was not sent.
///
/// `Display` and `Debug` show the same text, in which names, keys and reasons are shortened.
#[derive(Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// An id or name cannot be an argument of a path, and so no request could name the object.
    #[error("{name} {fault}")]
    Argument {
        /// The parameter of the path, or the field of the body.
        name: &'static str,
        /// What is wrong with it.
        fault: ArgumentFault,
    },
    /// A key has no path of its own: servers would take the path for another key's, or for another operation's.
    ///
    /// A [transaction](crate::txn) carries its keys in the body and reaches every key but the empty one.
    #[error("{name} {:?} {fault}, which a path cannot contain; use a transaction", Bounded::name(.key))]
    Key {
        /// The parameter of the path template.
        name: &'static str,
        /// The key.
        key: String,
        /// What is wrong with it.
        fault: ArgumentFault,
    },
    /// Two parameters exclude each other.
    #[error("{first} and {second} exclude each other")]
    Conflict {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A value that the server would refuse, or silently take for another.
    #[error("{name} {}", Bounded::message(.reason))]
    Invalid {
        /// The field or parameter.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Path and query are longer than the HTTP types hold.
    #[error("path and query have {length} bytes, at most {limit} are possible")]
    TooLong {
        /// Their length in bytes.
        length: usize,
        /// The longest possible length in bytes.
        limit: usize,
    },
    /// The body cannot be encoded as JSON, for this reason.
    #[error("request body cannot be encoded as JSON: {}", Bounded::message(.0))]
    Body(String),
    /// An endpoint's path template and its arguments do not agree; a mistake in the endpoint's definition.
    #[error("path template does not match its arguments: {0}")]
    Template(&'static str),
}

/// The text of [`Display`](fmt::Display).
impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodeError({self})")
    }
}

/// Why text cannot stand in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArgumentFault {
    /// There is none.
    Empty,
    /// It is or has a segment `.` or `..`, which servers resolve.
    DotSegment,
    /// It starts with a slash or has two in a row, which servers fold.
    EmptySegment,
    /// It has a control character, which servers reject in paths.
    ControlCharacter,
    /// It has a character that is not printable, which servers reject in paths: a control or format character, a space
    /// other than the ASCII one, or one that is unassigned or for private use.
    Unprintable,
}

impl fmt::Display for ArgumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::DotSegment => "has a segment \".\" or \"..\"",
            Self::EmptySegment => "has an empty segment",
            Self::ControlCharacter => "has a control character",
            Self::Unprintable => "has a character that is not printable",
        })
    }
}
