//! Answers that are JSON documents.

use std::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::DecodeError;
use crate::response::{FromResponse, Head};

/// A JSON document.
#[derive(Debug)]
pub struct Json<T>(PhantomData<T>);

/// A JSON list; `null` is an empty one.
#[derive(Debug)]
pub struct List<T>(PhantomData<T>);

/// A JSON list with exactly one element, which is the value.
#[derive(Debug)]
pub struct One<T>(PhantomData<T>);

/// A JSON list with at most one element; `None` where it is empty.
#[derive(Debug)]
pub struct First<T>(PhantomData<T>);

impl<T: DeserializeOwned> FromResponse for Json<T> {
    type Output = T;

    fn from_response(head: &Head, body: Bytes) -> Result<T, DecodeError> {
        from_json(head, &body)
    }
}

impl<T: DeserializeOwned> FromResponse for List<T> {
    type Output = Vec<T>;

    fn from_response(head: &Head, body: Bytes) -> Result<Vec<T>, DecodeError> {
        from_json::<Option<Vec<T>>>(head, &body).map(Option::unwrap_or_default)
    }
}

impl<T: DeserializeOwned> FromResponse for One<T> {
    type Output = T;

    fn from_response(head: &Head, body: Bytes) -> Result<T, DecodeError> {
        from_json::<[T; 1]>(head, &body).map(|[value]| value)
    }
}

impl<T: DeserializeOwned> FromResponse for First<T> {
    type Output = Option<T>;

    fn from_response(head: &Head, body: Bytes) -> Result<Option<T>, DecodeError> {
        let mut list = List::<T>::from_response(head, body.clone())?;
        let first = list.pop();
        if list.is_empty() { Ok(first) } else { Err(DecodeError::new(head, &body, "more than one element")) }
    }
}

/// Checks the encoding once for the whole body, and traces a fault's path only when there is one: both would
/// otherwise be paid for each item.
fn from_json<'a, T: Deserialize<'a>>(head: &Head, body: &'a [u8]) -> Result<T, DecodeError> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(DecodeError::new(head, body, "not UTF-8 text"));
    };
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            locate::<T>(head, text)
        } else {
            DecodeError::new(head, body, error.to_string())
        }
    })
}

/// Reads the text once more, to tell where its fault is.
#[cold]
fn locate<'a, T: Deserialize<'a>>(head: &Head, text: &'a str) -> DecodeError {
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) => {
            let path = error.path().to_string();
            DecodeError::at(head, text.as_bytes(), path, error.inner().to_string())
        }
        // What fails once fails again; should it not, something is wrong with the reader of the type.
        Ok(_) => DecodeError::new(head, text.as_bytes(), "cannot be read"),
    }
}
