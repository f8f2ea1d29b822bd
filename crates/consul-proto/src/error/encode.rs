//! Requests that are not sent.

use std::fmt;

use thiserror::Error;

use crate::error::bounded::Bounded;

/// Error returned for a request that is invalid or too large, and was not sent.
///
/// `Display` and `Debug` show the same text, with truncated names, keys and reasons.
#[derive(Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// An ID or name cannot be sent in a path, so no request could refer to the object.
    #[error("{name} {reason}")]
    Argument {
        /// The parameter of the path, or the field of the body.
        name: &'static str,
        /// What is wrong with it.
        reason: InvalidArgument,
    },
    /// A key cannot be sent in a path: servers would read the path as another key or another operation.
    ///
    /// A [transaction](crate::txn) sends keys in the body and accepts every key except the empty one.
    #[error("{name} {:?} {reason}, which a path cannot contain; use a transaction", Bounded::name(.key))]
    Key {
        /// The parameter of the path template.
        name: &'static str,
        /// The key.
        key: String,
        /// What is wrong with it.
        reason: InvalidArgument,
    },
    /// Two parameters are mutually exclusive.
    #[error("{first} and {second} exclude each other")]
    Conflict {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A value that the server would reject or silently misinterpret.
    #[error("{name} {}", Bounded::message(.reason))]
    Invalid {
        /// The field or parameter.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Path and query exceed the maximum length of the HTTP types.
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
    /// An endpoint's path template and its arguments do not match. This is a bug in the endpoint.
    #[error("path template does not match its arguments: {0}")]
    Template(&'static str),
}

/// Shows the text of [`Display`](fmt::Display).
impl fmt::Debug for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodeError({self})")
    }
}

/// The reason why text cannot be sent in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidArgument {
    /// The text is empty.
    Empty,
    /// The text is or has a segment `.` or `..`, which servers resolve.
    DotSegment,
    /// The text has an empty segment, which servers remove: it starts with a slash or contains two in a row.
    EmptySegment,
    /// The text has a control character, which servers reject in paths.
    ControlCharacter,
    /// The text has a non-printable character, which servers reject in paths: a control or format character, a space
    /// other than the ASCII one, or one that is unassigned or for private use.
    Unprintable,
}

impl fmt::Display for InvalidArgument {
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
