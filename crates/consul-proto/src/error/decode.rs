//! Responses that are not what the operation returns.

use std::fmt;

use http::StatusCode;
use thiserror::Error;

use crate::ApiError;
use crate::error::bounded::{Bounded, NAME};
use crate::error::media;
use crate::response::Head;

/// A response without a value: an error of Consul, or something that the operation does not return.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// The server reports an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The response is not what the operation returns.
    #[error(transparent)]
    Decode(#[from] DecodeError),
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

/// A response that is not what the operation returns, or a value in it that cannot be decoded.
///
/// For a response that Consul did not write, such as a proxy's error page, `Display` shows status, content type and
/// the beginning of the body, escaped. It shows nothing of a body that may contain values, but where in the document
/// the error is.
pub struct DecodeError(Box<Reason>);

struct Reason {
    status: StatusCode,
    content_type: Option<String>,
    path: Option<String>,
    text: String,
    excerpt: String,
    /// Whether the response is valid, and only a value in it cannot be decoded.
    is_value: bool,
}

impl DecodeError {
    /// A response whose body is not the document that the operation returns.
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

    /// A value of a valid response that cannot be decoded as the caller's type; at `path` in the value, if that is
    /// known.
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

    /// A response in which the item at `path` cannot be decoded.
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

    /// Content type of the response, if it has one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Where in the document the error is, such as `[3].Service.Port`; `.` for the document itself. `None` if the body
    /// is not a document.
    ///
    /// For a [value](Self::is_value) it is the key, followed by the place in a document: `app/limits: sizes[3].unit`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The beginning of the body, at most 200 characters. Empty if the body may contain values.
    #[must_use]
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }

    /// Whether the response is valid, and a value in it cannot be decoded as the caller's type.
    #[must_use]
    pub fn is_value(&self) -> bool {
        self.0.is_value
    }

    /// Whether the same request may get another response later: something between client and server has failed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let status = self.0.status;
        !self.0.is_value && (status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { status, content_type, path, text, excerpt, is_value } = &*self.0;
        // A point is the whole document.
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

/// Whether the body may be the server's data. Consul sends values with success, and documents with other statuses too,
/// but never a page.
fn may_hold_values(head: &Head) -> bool {
    !media::is_page(head) && (head.status.is_success() || (media::is_json(head) && !media::is_text(head)))
}

fn excerpt(body: &[u8]) -> String {
    // One character has at most four bytes.
    let text = String::from_utf8_lossy(&body[..body.len().min(NAME * 4)]);
    text.trim().chars().take(NAME).collect()
}
