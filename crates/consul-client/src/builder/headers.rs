//! Headers that a client adds to all requests.

use base64_simd::STANDARD;
use http::{HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use crate::client::TOKEN;

/// Returns the reason if a caller must not set this header.
///
/// The executor writes the headers that frame a message. With a second `Content-Length`, Consul would store a truncated
/// value.
pub(crate) fn rejected(name: &HeaderName) -> Option<&'static str> {
    const FRAMING: [HeaderName; 8] = [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::EXPECT,
        header::HOST,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    if FRAMING.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection") {
        return Some("the executor sets this header");
    }
    if *name == header::ACCEPT_ENCODING {
        return Some("the client does not decode compressed responses");
    }
    None
}

/// Returns the reason if this header must not be set for all requests of a client.
pub(super) fn rejected_for_all(name: &HeaderName) -> Option<&'static str> {
    match rejected(name) {
        None if *name == TOKEN => Some("use `token`"),
        reason => reason,
    }
}

/// Returns the `Authorization` header of these credentials.
pub(super) fn basic_auth(user: &str, password: &str) -> Result<HeaderValue, &'static str> {
    if user.contains(':') {
        return Err("the user contains a colon");
    }
    let credentials = Zeroizing::new(format!("{user}:{password}"));
    if credentials.chars().any(char::is_control) {
        return Err("the credentials contain a control character");
    }
    let encoded = Zeroizing::new(STANDARD.encode_to_string(credentials.as_bytes()));
    let mut value = HeaderValue::try_from(format!("Basic {}", *encoded))
        .map_err(|_| "the credentials cannot be sent in a header")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_auth_is_encoded_and_hidden() {
        let value = basic_auth("Aladdin", "open sesame").unwrap();
        assert_eq!(value.as_bytes(), b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(!format!("{value:?}").contains("QWxh"));
        assert!(basic_auth("a:b", "c").is_err() && basic_auth("a", "b\r\n").is_err());
    }

    #[test]
    fn framing_headers_are_rejected() {
        for name in
            ["content-length", "transfer-encoding", "connection", "host", "keep-alive", "accept-encoding"]
        {
            assert!(rejected(&HeaderName::from_static(name)).is_some(), "{name}");
        }
        assert!(rejected(&TOKEN).is_none() && rejected_for_all(&TOKEN).is_some());
        assert!(rejected_for_all(&HeaderName::from_static("x-request-id")).is_none());
    }
}
