//! Answers that are no value.

use std::fmt::{self, Write as _};

use http::StatusCode;
use thiserror::Error;

use crate::ApiError;
use crate::response::Head;

/// An answer without a value: a refusal, or something that cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The server refused or failed, and said so.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The answer is not what the operation answers with.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// An answer that is not what the operation answers with.
///
/// Tells where in the document it went wrong, and shows what stands there instead of a document: status, content
/// type, and the beginning of the body, escaped.
#[derive(Debug)]
pub struct DecodeError(Box<Fault>);

#[derive(Debug)]
struct Fault {
    status: StatusCode,
    content_type: Option<String>,
    path: Option<String>,
    reason: String,
    excerpt: String,
    /// Whether the answer is in order, and only what a value of it says is not.
    is_value: bool,
}

impl ResponseError {
    /// Replaces texts that came from the server, if `map` returns another one. A client masks its token with it.
    ///
    /// The texts may have been cut off.
    #[must_use]
    pub fn map_texts(self, map: impl Fn(&str) -> Option<String>) -> Self {
        match self {
            Self::Api(error) => Self::Api(error.map_texts(&map)),
            Self::Decode(error) => Self::Decode(error.map_texts(&map)),
        }
    }
}

/// Characters of a body that an error shows.
const EXCERPT: usize = 200;

impl DecodeError {
    /// An answer whose body is not the document that is due.
    #[must_use]
    pub fn new(head: &Head, body: &[u8], reason: impl Into<String>) -> Self {
        let content_type = head.headers.get(http::header::CONTENT_TYPE);
        Self(Box::new(Fault {
            status: head.status,
            content_type: content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            path: None,
            reason: reason.into(),
            excerpt: excerpt(body),
            is_value: false,
        }))
    }

    /// An answer that is in order, with a value that does not fit the caller's type; at `path` in it, where that is
    /// known. Shows nothing of answer and value.
    #[must_use]
    pub fn value(path: Option<String>, reason: impl Into<String>) -> Self {
        Self(Box::new(Fault {
            status: StatusCode::OK,
            content_type: None,
            path,
            reason: reason.into(),
            excerpt: String::new(),
            is_value: true,
        }))
    }

    /// An answer in which the item at `path` cannot be read.
    #[must_use]
    pub fn at(head: &Head, body: &[u8], path: String, reason: impl Into<String>) -> Self {
        let mut error = Self::new(head, body, reason);
        error.0.path = Some(path);
        error
    }

    pub(crate) fn map_texts(mut self, map: &dyn Fn(&str) -> Option<String>) -> Self {
        let Fault { content_type, path, reason, excerpt, .. } = &mut *self.0;
        for text in [reason, excerpt].into_iter().chain(content_type).chain(path) {
            if let Some(mapped) = map(text) {
                *text = mapped;
            }
        }
        self
    }

    /// Status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Content type of the answer, where it has one and is at fault.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Where in the document the fault is, such as `[3].Service.Port`; `.` for the document itself. Absent where the
    /// body is no document at all.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The beginning of the body, at most 200 characters, with everything unprintable escaped.
    #[must_use]
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { status, content_type, path, reason, excerpt, is_value } = &*self.0;
        let what = if *is_value { "value" } else { "content" };
        write!(f, "unexpected {what}: {reason}")?;
        if let Some(path) = path {
            write!(f, ", at {path}")?;
        }
        if *is_value {
            return Ok(());
        }
        write!(
            f,
            " (status {}, content type {:?}",
            status.as_u16(),
            content_type.as_deref().unwrap_or("none")
        )?;
        // A document that is nearly right may hold a value that should not be shown.
        if path.is_none() { write!(f, ", body \"{excerpt}\")") } else { f.write_char(')') }
    }
}

impl std::error::Error for DecodeError {}

fn excerpt(body: &[u8]) -> String {
    // Four bytes are the most that one character takes.
    let text = String::from_utf8_lossy(&body[..body.len().min(EXCERPT * 4)]);
    text.chars().flat_map(char::escape_debug).take(EXCERPT).collect()
}
