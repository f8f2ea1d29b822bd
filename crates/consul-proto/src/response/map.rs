//! Responses that are JSON objects with a value for each ID.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::DecodeError;
use crate::response::{FromResponse, Head, Json};

/// The value of a JSON object with at most one entry, or `None` if it is empty.
#[derive(Debug)]
pub struct FirstValue<T>(PhantomData<T>);

impl<T: DeserializeOwned> FromResponse for FirstValue<T> {
    type Output = Option<T>;

    fn from_response(head: &Head, body: Bytes) -> Result<Option<T>, DecodeError> {
        let values = Json::<BTreeMap<String, T>>::from_response(head, body.clone())?;
        if values.len() > 1 {
            return Err(DecodeError::new(head, &body, "more than one entry"));
        }
        Ok(values.into_values().next())
    }
}
