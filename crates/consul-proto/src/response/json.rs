//! Responses that are JSON documents.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{DeserializeOwned, DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::DecodeError;
use crate::error::media;
use crate::response::{FromResponse, Head};
use crate::types::lenient::Lenient;

/// A JSON document.
#[derive(Debug)]
pub struct Json<T>(PhantomData<T>);

/// A JSON list. `null` is an empty list.
#[derive(Debug)]
pub struct List<T>(PhantomData<T>);

/// A JSON list with exactly one element, which is the value.
#[derive(Debug)]
pub struct One<T>(PhantomData<T>);

/// A JSON list with at most one element, which is `None` if it is empty.
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
        let text = text(head, &body)?;
        let mut json = serde_json::Deserializer::from_str(text);
        let list = Elements::<T>::fitting(text).deserialize(&mut json);
        let list = list.and_then(|list| json.end().map(|()| list));
        list.or_else(|error| again(head, text, &error))
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

/// Decodes a document.
///
/// Checks the encoding once for the entire body. Only if a document cannot be decoded, it is decoded again with
/// `null` and numbers out of range as defaults, and with the path of errors, since these cost time for each item.
pub(super) fn from_json<'a, T: Deserialize<'a>>(head: &Head, body: &'a [u8]) -> Result<T, DecodeError> {
    let text = text(head, body)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    value.or_else(|error| again(head, text, &error))
}

fn text<'a>(head: &Head, body: &'a [u8]) -> Result<&'a str, DecodeError> {
    if !media::is_json(head) {
        return Err(DecodeError::new(head, body, "expected JSON"));
    }
    simdutf8::basic::from_utf8(body).map_err(|_| DecodeError::new(head, body, "text is not valid UTF-8"))
}

/// Decodes a document leniently after an error. A remaining error has its path.
#[cold]
fn again<'a, T: Deserialize<'a>>(
    head: &Head,
    text: &'a str,
    error: &serde_json::Error,
) -> Result<T, DecodeError> {
    let invalid = |error: &serde_json::Error| DecodeError::new(head, text.as_bytes(), error.to_string());
    if !error.is_data() {
        return Err(invalid(error));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(Lenient(&mut json)) {
        Ok(value) => json.end().map(|()| value).map_err(|error| invalid(&error)),
        Err(error) if error.inner().is_data() => {
            let path = error.path().to_string();
            let reason = without_value(&error.inner().to_string());
            Err(DecodeError::at(head, text.as_bytes(), path, without_position(&reason)))
        }
        Err(error) => Err(invalid(error.inner())),
    }
}

/// Reads the elements of a list into a vector with an estimated capacity, so that long lists are rarely copied.
struct Elements<T> {
    capacity: usize,
    element: PhantomData<T>,
}

impl<T> Elements<T> {
    /// Reserves at most as much memory as the text uses.
    fn fitting(text: &str) -> Self {
        let capacity = text.len().checked_div(size_of::<T>()).unwrap_or(0);
        Self { capacity, element: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Elements<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::with_capacity(self.capacity);
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(list)
    }
}

/// Removes the value from an error text of serde, such as `invalid type: string "secret", expected u64 at line 1
/// column 9`.
fn without_value(message: &str) -> String {
    const STARTS: [&str; 3] = ["invalid type: ", "invalid value: ", "unknown variant "];
    let start = STARTS.iter().find(|start| message.starts_with(*start));
    let (Some(start), Some(end)) = (start, message.rfind(", expected ")) else { return message.to_owned() };
    let kind = message[start.len()..end].split([' ', '`', '"']).next().unwrap_or_default();
    format!("{start}{kind}{}", &message[end..])
}

/// Removes ` at line 1 column 9` from the end of an error text of serde, if the path says where the error is.
fn without_position(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_message_does_not_contain_values() {
        for (message, expected) in [
            (
                "invalid type: string \"a, expected b\", expected u64 at line 1",
                "invalid type: string, expected u64 at line 1",
            ),
            ("invalid type: integer `7`, expected a string", "invalid type: integer, expected a string"),
            ("invalid type: null, expected a map", "invalid type: null, expected a map"),
            ("missing field `Key`", "missing field `Key`"),
        ] {
            assert_eq!(without_value(message), expected);
        }
    }

    #[test]
    fn b17_truncated_and_non_json_documents_are_errors() {
        let head =
            |kind| http::Response::builder().header("content-type", kind).body(()).unwrap().into_parts().0;
        let read = |kind| List::<u8>::from_response(&head(kind), Bytes::from_static(b"[1]"));
        assert!(read("application/json").is_ok() && read("application/json; charset=utf-8").is_ok());
        assert!(read("text/html").is_err() && read("text/plain").is_err());
    }
}
