//! Responses that are not JSON documents.

use bytes::Bytes;
use http::{Version, header};

use crate::DecodeError;
use crate::error::media;
use crate::response::{FromResponse, Head, Streamed};

/// `true` or `false`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Flag;

/// `true`, which means that the servers executed the request. Any other body is an error.
#[derive(Debug)]
#[non_exhaustive]
pub struct True;

/// The empty response of an operation without a value. The body must be empty.
#[derive(Debug)]
#[non_exhaustive]
pub struct Empty;

/// Plain text, unchanged.
#[derive(Debug)]
#[non_exhaustive]
pub struct Text;

/// The bytes of the body, unchanged.
///
/// The length of the body must be known, from `Content-Length`, from chunks or from HTTP/2. Otherwise a truncated
/// body would look like a shorter value.
#[derive(Debug)]
#[non_exhaustive]
pub struct Raw;

impl FromResponse for Flag {
    type Output = bool;

    fn from_response(head: &Head, body: Bytes) -> Result<bool, DecodeError> {
        match body.trim_ascii() {
            b"true" if media::is_json(head) => Ok(true),
            b"false" if media::is_json(head) => Ok(false),
            _ => Err(DecodeError::new(head, &body, "expected true or false")),
        }
    }
}

impl FromResponse for True {
    type Output = ();

    fn from_response(head: &Head, body: Bytes) -> Result<(), DecodeError> {
        match Flag::from_response(head, body.clone())? {
            true => Ok(()),
            false => Err(DecodeError::new(head, &body, "expected true")),
        }
    }
}

impl FromResponse for Empty {
    type Output = ();

    fn from_response(head: &Head, body: Bytes) -> Result<(), DecodeError> {
        if body.trim_ascii().is_empty() && !media::is_page(head) {
            Ok(())
        } else {
            Err(DecodeError::new(head, &body, "expected no body"))
        }
    }
}

impl FromResponse for Text {
    type Output = String;

    fn from_response(head: &Head, body: Bytes) -> Result<String, DecodeError> {
        if !media::is_text(head) {
            return Err(DecodeError::new(head, &body, "expected plain text"));
        }
        String::from_utf8(body.into())
            .map_err(|error| DecodeError::new(head, error.as_bytes(), "text is not valid UTF-8"))
    }
}

impl FromResponse for Raw {
    type Output = Bytes;

    fn from_response(head: &Head, body: Bytes) -> Result<Bytes, DecodeError> {
        Self::check(head)?;
        let length = head.headers.get(header::CONTENT_LENGTH);
        let is_complete = length.is_none_or(|length| length.as_bytes() == body.len().to_string().as_bytes());
        if is_complete {
            Ok(body)
        } else {
            Err(DecodeError::new(head, &body, "body and Content-Length have different lengths"))
        }
    }
}

impl Streamed for Raw {
    type Opened<B> = B;

    fn check(head: &Head) -> Result<(), DecodeError> {
        let is_framed = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING]
            .iter()
            .any(|name| head.headers.contains_key(name));
        if media::is_page(head) {
            Err(DecodeError::new(head, &[], "expected a value"))
        } else if is_framed || head.version >= Version::HTTP_2 {
            Ok(())
        } else {
            Err(DecodeError::new(head, &[], "body without a length may be incomplete"))
        }
    }

    fn open<B>(_: &Head, body: B) -> B {
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&str, &str)]) -> Head {
        let mut response = http::Response::builder();
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap().into_parts().0
    }

    #[test]
    fn page_is_not_an_empty_response() {
        let read = |headers: &[(&str, &str)], body: &'static str| {
            Empty::from_response(&head(headers), Bytes::from_static(body.as_bytes()))
        };
        assert!(
            read(&[], "").is_ok() && read(&[("content-type", "application/json; charset=utf-8")], "").is_ok()
        );
        for (kind, body) in [
            ("text/html", "<html>Sign in</html>"),
            ("text/html; charset=utf-8", ""),
            ("text/plain", "OK"),
            ("application/json", r#"{"status":"maintenance"}"#),
        ] {
            assert!(read(&[("content-type", kind)], body).is_err(), "{kind} {body}");
        }
    }

    #[test]
    fn value_must_be_complete() {
        let read = |headers: &[(&str, &str)]| {
            Raw::from_response(&head(headers), Bytes::from_static(b"value"))
                .map_err(|error| error.to_string())
        };
        assert_eq!(read(&[("content-length", "5")]).unwrap(), "value");
        assert_eq!(read(&[("transfer-encoding", "chunked")]).unwrap(), "value");
        assert!(read(&[]).unwrap_err().contains("body without a length may be incomplete"));
        assert!(read(&[("content-length", "9")]).unwrap_err().contains("different lengths"));
        assert!(read(&[("content-length", "5"), ("content-type", "text/html")]).is_err());
    }

    #[test]
    fn error_does_not_contain_the_value() {
        let error =
            Raw::from_response(&head(&[("content-type", "text/plain")]), Bytes::from_static(b"s3cret"));
        let error = error.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}
