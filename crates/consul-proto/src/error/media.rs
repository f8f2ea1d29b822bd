//! Content types, which indicate if a response is from Consul.

use http::header::CONTENT_TYPE;

use crate::response::Head;

/// Returns `true` if the content type is JSON or missing.
pub(crate) fn is_json(head: &Head) -> bool {
    is(head, "application/json")
}

/// Returns `true` if the content type is plain text, like that of every error text from Consul, or missing.
pub(crate) fn is_text(head: &Head) -> bool {
    is(head, "text/plain")
}

/// Returns `true` if the content type is that of a page, which Consul never sends.
pub(crate) fn is_page(head: &Head) -> bool {
    let is_page = |kind| head.headers.contains_key(CONTENT_TYPE) && is(head, kind);
    is_page("text/html") || is_page("application/xhtml+xml")
}

fn is(head: &Head, kind: &str) -> bool {
    let Some(value) = head.headers.get(CONTENT_TYPE) else { return true };
    let value = value.as_bytes();
    if value == kind.as_bytes() {
        return true;
    }
    let end = value.iter().position(|&byte| byte == b';').unwrap_or(value.len());
    value[..end].trim_ascii().eq_ignore_ascii_case(kind.as_bytes())
}
