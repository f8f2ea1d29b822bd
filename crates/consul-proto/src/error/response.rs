//! Classification of error responses: if they are from Consul, and their kind.

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::error::texts::without_prefixes;
use crate::error::{general, media};
use crate::response::Head;
use crate::{ApiError, ApiErrorKind, DecodeError, Endpoint, ResponseError, api};

/// An error response that is or may be from Consul.
///
/// An [`Endpoint`] can define its own kind for such a response with [`Endpoint::error_kind`].
#[derive(Clone, Copy, Debug)]
pub struct ErrorResponse<'a> {
    head: &'a Head,
    path: &'static str,
    message: &'a str,
    text: &'a str,
}

/// Maximum size of a message, in bytes.
const MAX_MESSAGE: usize = 4096;

/// Returns the error of a response without a value.
///
/// The error is an [`ApiError`] if the response is from Consul, and otherwise an unexpected response. A response is
/// from Consul if a header's name starts with `X-Consul-`, which all handlers send since 1.9 and few older ones do,
/// or if the body is a known error text.
pub(crate) fn error_of<E: Endpoint>(head: &Head, body: &[u8]) -> ResponseError {
    error_at(head, E::PATH, body, E::error_kind)
}

/// Returns the error of a response to a raw request.
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

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        &self.head.headers
    }

    /// Returns the server's text, trimmed.
    #[must_use]
    pub fn message(&self) -> &'a str {
        self.message
    }

    /// Returns the server's text without the prefixes of forwarded errors, such as `rpc error making call: `.
    ///
    /// Compare the complete text, since it may contain names and values of the caller.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Returns `true` for a 404 without a body.
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

/// Returns `true` if the headers of a response without a body are from Consul: a header of Consul, or only those of
/// Go's HTTP server. Proxies send other headers.
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

/// Returns the kind for a status if the text is unknown or missing. Without a header of Consul, only some responses
/// without a text are from Consul.
fn by_status(status: StatusCode, message: &str, is_marked: bool) -> Option<ApiErrorKind> {
    let without_text = match status.as_u16() {
        // Go's router rejects unprintable characters in the path.
        400 | 405 => Some(ApiErrorKind::InvalidRequest),
        // Consul 1.8 has no text for an unknown route. Later servers have one, so a 404 without a text means a
        // missing object there.
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
