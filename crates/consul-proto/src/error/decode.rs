//! Errors of decoding responses.

use std::fmt;

use http::StatusCode;
use thiserror::Error;

use crate::ApiError;
use crate::error::bounded::{Bounded, NAME};
use crate::error::media;
use crate::response::Head;

/// Error returned for a response without a value: an error from Consul, or an unexpected response.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The server reports an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The response is unexpected for the operation.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl ResponseError {
    /// Replaces texts from the server, if `map` returns another text. A client masks its token with it.
    ///
    /// The texts may be truncated.
    #[must_use]
    pub fn map_texts(self, map: impl Fn(&str) -> Option<String>) -> Self {
        match self {
            Self::Api(error) => Self::Api(error.map_texts(&map)),
            Self::Decode(error) => Self::Decode(error.map_texts(&map)),
        }
    }
}

/// Error returned for an unexpected response, or for a value that cannot be decoded.
///
/// For a response that is not from Consul, such as a proxy's error page, `Display` shows status, content type and the
/// beginning of the body, escaped. If the body may contain values, it only shows the path of the error in the
/// document.
pub struct DecodeError(Box<Reason>);

struct Reason {
    status: StatusCode,
    content_type: Option<String>,
    path: Option<String>,
    text: String,
    excerpt: String,
    /// Set if the response is valid, and only a value in it cannot be decoded.
    is_value: bool,
}

impl DecodeError {
    /// Creates the error of a response whose body is not the expected document.
    #[must_use]
    pub fn new(head: &Head, body: &[u8], reason: impl Into<String>) -> Self {
        let content_type = head.headers.get(http::header::CONTENT_TYPE);
        Self(Box::new(Reason {
            status: head.status,
            content_type: content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            path: None,
            text: reason.into(),
            excerpt: if may_hold_values(head) { String::new() } else { excerpt(body) },
            is_value: false,
        }))
    }

    /// Creates the error of a value in a valid response that cannot be decoded as the caller's type. `path` is the
    /// path in the value, if known.
    #[must_use]
    pub fn value(path: Option<String>, reason: impl Into<String>) -> Self {
        Self(Box::new(Reason {
            status: StatusCode::OK,
            content_type: None,
            path,
            text: reason.into(),
            excerpt: String::new(),
            is_value: true,
        }))
    }

    /// Creates the error of a response in which the item at `path` cannot be decoded.
    #[must_use]
    pub fn at(head: &Head, body: &[u8], path: String, reason: impl Into<String>) -> Self {
        let mut error = Self::new(head, body, reason);
        error.0.path = Some(path);
        error
    }

    pub(crate) fn map_texts(mut self, map: &dyn Fn(&str) -> Option<String>) -> Self {
        let Reason { content_type, path, text, excerpt, .. } = &mut *self.0;
        for text in [text, excerpt].into_iter().chain(content_type).chain(path) {
            if let Some(mapped) = map(text) {
                *text = mapped;
            }
        }
        self
    }

    /// Status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the content type of the response, if it has one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Returns the path of the error in the document, such as `[3].Service.Port`, or `.` for the document itself.
    /// Returns `None` if the body is not a document.
    ///
    /// For a [value](Self::is_value), the path is the key, followed by the path in a document: `app/limits:
    /// sizes[3].unit`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Returns the beginning of the body, at most 200 characters. Empty if the body may contain values.
    #[must_use]
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }

    /// Returns `true` if the response is valid, and a value in it cannot be decoded as the caller's type.
    #[must_use]
    pub fn is_value(&self) -> bool {
        self.0.is_value
    }

    /// Returns `true` if the same request may get another response later, since a part between client and server has
    /// failed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let status = self.0.status;
        !self.0.is_value && (status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { status, content_type, path, text, excerpt, is_value } = &*self.0;
        // `.` is the document itself.
        let path = path.as_deref().filter(|path| *path != ".").map(Bounded::name);
        let text = Bounded::message(text);
        if *is_value {
            f.write_str("value cannot be decoded: ")?;
            return match path {
                Some(path) => write!(f, "{path}: {text}"),
                None => write!(f, "{text}"),
            };
        }
        f.write_str("unexpected response: ")?;
        match path {
            Some(path) => write!(f, "{path}: {text}")?,
            None => write!(f, "{text}")?,
        }
        write!(f, " (status {}", status.as_u16())?;
        match content_type {
            Some(content_type) => write!(f, ", content type {})", Bounded::name(content_type))?,
            None => f.write_str(", no content type)")?,
        }
        if excerpt.is_empty() { Ok(()) } else { write!(f, ", body starts with {:?}", Bounded::name(excerpt)) }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { status, content_type, path, text, excerpt, is_value } = &*self.0;
        f.debug_struct("DecodeError")
            .field("status", status)
            .field("content_type", &content_type.as_deref().map(Bounded::name))
            .field("path", &path.as_deref().map(Bounded::name))
            .field("reason", &Bounded::message(text))
            .field("excerpt", &Bounded::name(excerpt))
            .field("is_value", is_value)
            .finish()
    }
}

impl std::error::Error for DecodeError {}

/// Returns `true` if the body may contain the server's data. Consul sends values with a success status, and documents
/// also with other statuses, but never a page.
fn may_hold_values(head: &Head) -> bool {
    !media::is_page(head) && (head.status.is_success() || (media::is_json(head) && !media::is_text(head)))
}

fn excerpt(body: &[u8]) -> String {
    // A character has at most four bytes.
    let text = String::from_utf8_lossy(&body[..body.len().min(NAME * 4)]);
    text.trim().chars().take(NAME).collect()
}
