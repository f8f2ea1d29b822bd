//! Responses that are JSON objects.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::DecodeError;
use crate::response::json::from_json;
use crate::response::{FromResponse, Head};
use crate::types::null;

/// A JSON object, or `None` if it has no content: its fields are `null`, empty or missing.
#[derive(Debug)]
pub struct OptionalObject<T>(PhantomData<T>);

/// A JSON object of lists of strings, as a map. `null` is an empty object, list or string.
#[derive(Debug)]
pub struct MapOfLists<K>(PhantomData<K>);

impl<T: DeserializeOwned + Default + PartialEq> FromResponse for OptionalObject<T> {
    type Output = Option<T>;

    fn from_response(head: &Head, body: Bytes) -> Result<Option<T>, DecodeError> {
        let value: T = from_json(head, &body)?;
        Ok((value != T::default()).then_some(value))
    }
}

impl<K: From<String> + Ord> FromResponse for MapOfLists<K> {
    type Output = BTreeMap<K, Vec<String>>;

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        let Object(lists) = from_json(head, &body)?;
        Ok(lists.into_iter().map(|(key, list)| (key.into(), list)).collect())
    }
}

#[derive(Deserialize)]
struct Object(#[serde(deserialize_with = "null::map_of_lists")] BTreeMap<String, Vec<String>>);
