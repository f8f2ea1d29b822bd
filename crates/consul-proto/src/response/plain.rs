//! Answers that are not documents.

use bytes::Bytes;

use crate::DecodeError;
use crate::response::{FromResponse, Head, Streamed};

/// `true` or `false`.
#[derive(Debug)]
pub struct Flag;

/// `true`, which means that the servers carried out the request. Anything else is an error.
#[derive(Debug)]
pub struct True;

/// Nothing; whatever the body holds is left unread.
#[derive(Debug)]
pub struct Empty;

/// Text, as it is.
#[derive(Debug)]
pub struct Text;

/// Bytes, as they are.
#[derive(Debug)]
pub struct Raw;

impl FromResponse for Flag {
    type Output = bool;

    fn from_response(head: &Head, body: Bytes) -> Result<bool, DecodeError> {
        match body.trim_ascii() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err(DecodeError::new(head, &body, "neither true nor false")),
        }
    }
}

impl FromResponse for True {
    type Output = ();

    fn from_response(head: &Head, body: Bytes) -> Result<(), DecodeError> {
        match body.trim_ascii() {
            b"true" => Ok(()),
            _ => Err(DecodeError::new(head, &body, "not `true`")),
        }
    }
}

impl FromResponse for Empty {
    type Output = ();

    fn from_response(_: &Head, _: Bytes) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl FromResponse for Text {
    type Output = String;

    fn from_response(head: &Head, body: Bytes) -> Result<String, DecodeError> {
        String::from_utf8(body.into())
            .map_err(|error| DecodeError::new(head, error.as_bytes(), "not UTF-8 text"))
    }
}

impl FromResponse for Raw {
    type Output = Bytes;

    fn from_response(_: &Head, body: Bytes) -> Result<Bytes, DecodeError> {
        Ok(body)
    }
}

impl Streamed for Raw {
    type Opened<B> = B;

    fn open<B>(_: &Head, body: B) -> B {
        body
    }
}
