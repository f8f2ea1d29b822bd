//! Judging error responses: first whether Consul wrote them, then what they mean.

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::error::texts::without_prefixes;
use crate::error::{general, media};
use crate::response::Head;
use crate::{ApiError, ApiErrorKind, DecodeError, Endpoint, ResponseError, api};

/// A response with an error that Consul wrote, or may have written.
///
/// An [`Endpoint`] can say what such a response means for it: [`Endpoint::error_kind`].
#[derive(Clone, Copy, Debug)]
pub struct ErrorResponse<'a> {
    head: &'a Head,
    path: &'static str,
    message: &'a str,
    text: &'a str,
}

/// Bytes of a message that are kept.
const MAX_MESSAGE: usize = 4096;

/// Returns what a response means that carries no value.
///
/// It is an [`ApiError`] only if Consul wrote it, and otherwise an unexpected response. Two signs show that: a header
/// whose name starts with `X-Consul-`, which every handler of 1.9 and later sends and older ones mostly do not; or a
/// text that servers are known to send.
pub(crate) fn error_of<E: Endpoint>(head: &Head, body: &[u8]) -> ResponseError {
    error_at(head, E::PATH, body, E::error_kind)
}

/// Returns the error of a response to a request that no endpoint describes.
pub(crate) fn error_of_raw(head: &Head, path: &'static str, body: &[u8]) -> ResponseError {
    error_at(head, path, body, |_| None)
}

fn error_at(
    head: &Head,
    path: &'static str,
    body: &[u8],
    of_group: fn(&ErrorResponse<'_>) -> Option<ApiErrorKind>,
) -> ResponseError {
    let text = String::from_utf8_lossy(&body[..body.len().min(MAX_MESSAGE)]);
    let response = ErrorResponse::new(head, path, text.trim());
    match response.kind(of_group) {
        Some(kind) => ApiError::new(head, kind, response.message).into(),
        None => DecodeError::new(head, body, "not from Consul").into(),
    }
}

impl<'a> ErrorResponse<'a> {
    pub(crate) fn new(head: &'a Head, path: &'static str, message: &'a str) -> Self {
        Self { head, path, message, text: without_prefixes(message) }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        &self.head.headers
    }

    /// The server's text, trimmed.
    #[must_use]
    pub fn message(&self) -> &'a str {
        self.message
    }

    /// The server's text without what says how the error was passed on, such as `rpc error making call: `.
    ///
    /// Compare it as a whole: it may contain names and values of the caller's.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Whether this is a 404 without a body.
    #[must_use]
    pub fn is_empty_404(&self) -> bool {
        self.status() == StatusCode::NOT_FOUND && self.message.is_empty()
    }

    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    fn kind(&self, of_endpoint: fn(&Self) -> Option<ApiErrorKind>) -> Option<ApiErrorKind> {
        if self.status().is_redirection() {
            return self.headers().contains_key(header::LOCATION).then_some(ApiErrorKind::Redirect);
        }
        let is_error = self.status().is_client_error() || self.status().is_server_error();
        if !is_error || !media::is_text(self.head) {
            return None;
        }
        if self.message.is_empty() && !is_without_proxy(self.head) {
            return None;
        }
        of_endpoint(self)
            .or_else(|| api::error_kind(self))
            .or_else(|| general::kind(self.text))
            .or_else(|| by_status(self.status(), self.message, is_marked(self.head)))
    }
}

/// Whether the headers of a response without a body are Consul's: marked, or none but those that Go's HTTP server
/// sends. A proxy that responds itself sends others.
pub(crate) fn is_without_proxy(head: &Head) -> bool {
    const PLAIN: [HeaderName; 6] = [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::DATE,
        header::VARY,
        header::X_CONTENT_TYPE_OPTIONS,
    ];
    media::is_text(head) && (is_marked(head) || head.headers.keys().all(|name| PLAIN.contains(name)))
}

fn is_marked(head: &Head) -> bool {
    head.headers.keys().any(|name| name.as_str().starts_with("x-consul-"))
}

/// What a text that is not known, or none, means with this status. Without a mark only some of the responses without
/// a text are Consul's.
fn by_status(status: StatusCode, message: &str, is_marked: bool) -> Option<ApiErrorKind> {
    let without_text = match status.as_u16() {
        // Unprintable characters in the path, which Go's router rejects.
        400 | 405 => Some(ApiErrorKind::InvalidRequest),
        // 1.8 has no text for a route that it does not have. Later servers have one, and without a text an object is
        // missing.
        404 if is_marked => Some(ApiErrorKind::NotFound),
        404 => Some(ApiErrorKind::UnknownRoute),
        429 => Some(ApiErrorKind::RateLimited),
        _ => None,
    };
    if message.is_empty() && without_text.is_some() {
        return without_text;
    }
    is_marked.then(|| match status.as_u16() {
        400 | 405 | 411 | 414 | 415 | 431 => ApiErrorKind::InvalidRequest,
        401 | 403 => ApiErrorKind::PermissionDenied,
        404 => ApiErrorKind::NotFound,
        410 => ApiErrorKind::UnknownRoute,
        413 => ApiErrorKind::TooLarge,
        429 => ApiErrorKind::RateLimited,
        500..=599 => ApiErrorKind::Internal,
        _ => ApiErrorKind::UnexpectedStatus,
    })
}
