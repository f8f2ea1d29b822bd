//! Detects new and empty responses.

use std::hash::Hasher;

use bytes::Bytes;
use http::{StatusCode, header};
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::machine::random::Random;
use crate::response::Head;

/// Recognizes the response that was accepted last, so that an equal one is neither decoded nor compared.
#[derive(Debug)]
pub(super) struct Fingerprints {
    key: (u64, u64),
    last: Option<Fingerprint>,
}

/// Status, length and keyed hash of a response. Without the key, it is not possible to construct two equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    status: StatusCode,
    length: usize,
    hash: u128,
}

impl Fingerprints {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self { key: (random.next(), random.next()), last: None }
    }

    /// Returns the fingerprint of a response, or `None` for one that has to be read in any case.
    pub(super) fn of(&self, head: &Head, body: &Bytes) -> Option<Fingerprint> {
        // A header that is repeated may make the response invalid.
        if head.headers.len() != head.headers.keys_len() {
            return None;
        }
        let mut hasher = SipHasher13::new_with_keys(self.key.0, self.key.1);
        // Headers that decide whether and how the body is read.
        for name in [header::CONTENT_TYPE.as_str(), header::CONTENT_ENCODING.as_str(), "x-consul-reason"] {
            hasher.write(head.headers.get(name).map_or(&[], |value| value.as_bytes()));
            hasher.write_u8(0xff);
        }
        hasher.write(body);
        Some(Fingerprint { status: head.status, length: body.len(), hash: hasher.finish128().as_u128() })
    }

    pub(super) fn is_last(&self, fingerprint: Option<Fingerprint>) -> bool {
        fingerprint.is_some() && fingerprint == self.last
    }

    pub(super) fn accepted(&mut self, fingerprint: Option<Fingerprint>) {
        self.last = fingerprint;
    }
}

/// Returns whether a response contains nothing: no object, or an empty list or map.
pub(super) fn is_empty(status: StatusCode, body: &[u8]) -> bool {
    status == StatusCode::NOT_FOUND || matches!(body.trim_ascii(), b"[]" | b"{}" | b"null" | b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(seed: u64, content_type: &str, status: u16, body: &'static str) -> Option<Fingerprint> {
        let response = http::Response::builder().status(status).header("content-type", content_type);
        let (head, ()) = response.body(()).expect("valid head").into_parts();
        Fingerprints::new(seed).of(&head, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn equal_responses_have_equal_fingerprints() {
        let one = fingerprint(1, "json", 200, "[]");
        assert!(one.is_some());
        assert_eq!(one, fingerprint(1, "json", 200, "[]"));
        for other in [
            fingerprint(1, "json", 404, "[]"),
            fingerprint(1, "html", 200, "[]"),
            fingerprint(1, "json", 200, "{}"),
            fingerprint(1, "json", 200, "[] "),
            fingerprint(2, "json", 200, "[]"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn repeated_headers_have_no_fingerprint() {
        let response = http::Response::builder().header("x-consul-index", "7").header("x-consul-index", "x");
        let (head, ()) = response.body(()).expect("valid head").into_parts();
        assert_eq!(Fingerprints::new(1).of(&head, &Bytes::new()), None);
    }

    #[test]
    fn empty_contents() {
        for body in ["[]", " [ ]", "{}", "null\n", ""] {
            assert_eq!(is_empty(StatusCode::OK, body.as_bytes()), body != " [ ]", "{body:?}");
        }
        assert!(is_empty(StatusCode::NOT_FOUND, b"anything"));
        assert!(!is_empty(StatusCode::OK, b"[1]"));
    }
}
