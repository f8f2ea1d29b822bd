//! Decoding `null` as an empty list, map or string.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Decodes `null` as the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Decodes `null` as the default, for a field that is `None` if it is absent.
pub(crate) fn or_default_if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    or_default(deserializer).map(Some)
}

/// Decodes a list. `null` is an empty list, and an element that is `null` is the default.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    deserializer.deserialize_any(List(PhantomData))
}

/// Decodes a map. `null` is an empty map, and a value that is `null` is the default.
pub(crate) fn map<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de> + Default,
{
    deserializer.deserialize_any(Map::<V, V>(PhantomData))
}

/// Decodes a map of lists of strings. `null` is empty at every depth.
pub(crate) fn map_of_lists<'de, D>(deserializer: D) -> Result<BTreeMap<String, Vec<String>>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Map::<Texts, Vec<String>>(PhantomData))
}

/// A list of strings whose elements can be `null`.
#[derive(Default, Deserialize)]
pub(crate) struct Texts(#[serde(deserialize_with = "list")] Vec<String>);

impl From<Texts> for Vec<String> {
    fn from(texts: Texts) -> Self {
        texts.0
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<Option<T>>()? {
            list.push(element.unwrap_or_default());
        }
        Ok(list)
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
}

/// A map whose values are decoded as `W`.
struct Map<W, V>(PhantomData<(W, V)>);

impl<'de, W: Deserialize<'de> + Default + Into<V>, V> Visitor<'de> for Map<W, V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<String, V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Option<W>>()? {
            map.insert(key, value.unwrap_or_default().into());
        }
        Ok(map)
    }

    fn visit_unit<E>(self) -> Result<BTreeMap<String, V>, E> {
        Ok(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_empty_at_every_depth() {
        let read = |json| map_of_lists(&mut serde_json::Deserializer::from_str(json)).unwrap();
        assert_eq!(read("null"), BTreeMap::new());
        let expected = [("a".to_owned(), vec![String::new(), "x".to_owned()]), ("b".to_owned(), vec![])];
        assert_eq!(read(r#"{"a":[null,"x"],"b":null}"#), expected.into());
        let texts = list::<_, String>(&mut serde_json::Deserializer::from_str("null")).unwrap();
        assert!(texts.is_empty());
        let texts = map::<_, String>(&mut serde_json::Deserializer::from_str(r#"{"a":null}"#)).unwrap();
        assert_eq!(texts["a"], "");
    }

    #[test]
    fn another_kind_of_value_is_an_error() {
        assert!(list::<_, String>(&mut serde_json::Deserializer::from_str(r#""x""#)).is_err());
        assert!(map::<_, String>(&mut serde_json::Deserializer::from_str("[]")).is_err());
    }
}
