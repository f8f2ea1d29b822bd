//! Errors that a server reports.

use std::fmt;

use http::{StatusCode, header};

use crate::ApiErrorKind;
use crate::error::bounded::Bounded;
use crate::response::Head;

/// An error that a server reports.
///
/// `Display` and `Debug` show at most 500 characters of the server's text, on one line.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiError(Box<Report>);

#[derive(Clone, PartialEq, Eq)]
struct Report {
    status: StatusCode,
    kind: ApiErrorKind,
    message: String,
    location: Option<String>,
}

impl ApiError {
    pub(crate) fn new(head: &Head, kind: ApiErrorKind, message: &str) -> Self {
        let location = head.headers.get(header::LOCATION);
        Self(Box::new(Report {
            status: head.status,
            kind,
            message: message.to_owned(),
            location: location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        }))
    }

    /// Replaces texts from the server, if `map` returns another text.
    #[must_use]
    pub(crate) fn map_texts(mut self, map: &dyn Fn(&str) -> Option<String>) -> Self {
        let Report { message, location, .. } = &mut *self.0;
        for text in std::iter::once(message).chain(location) {
            if let Some(mapped) = map(text) {
                *text = mapped;
            }
        }
        self
    }

    /// Returns the error of a response whose results were all filtered by ACLs.
    pub(crate) fn filtered_by_acls() -> Self {
        Self(Box::new(Report {
            status: StatusCode::OK,
            kind: ApiErrorKind::PermissionDenied,
            message: "the token may not read any of the results".to_owned(),
            location: None,
        }))
    }

    /// Status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Kind of the error.
    #[must_use]
    pub fn kind(&self) -> ApiErrorKind {
        self.0.kind
    }

    /// The server's text, trimmed and truncated to 4 KiB. Empty if there is none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Target of a [redirect](ApiErrorKind::Redirect).
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { status, kind, message, location } = &*self.0;
        write!(f, "{kind}")?;
        if let Some(location) = location {
            write!(f, " to {}", Bounded::name(location))?;
        }
        write!(f, " (status {})", status.as_u16())?;
        if message.is_empty() { Ok(()) } else { write!(f, ": {}", Bounded::message(message)) }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { status, kind, message, location } = &*self.0;
        f.debug_struct("ApiError")
            .field("status", status)
            .field("kind", kind)
            .field("message", &Bounded::message(message))
            .field("location", &location.as_deref().map(Bounded::name))
            .finish()
    }
}

impl std::error::Error for ApiError {}
