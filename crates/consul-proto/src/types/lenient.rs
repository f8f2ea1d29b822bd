//! Lenient decoding of values that servers do not check.
//!
//! Go often writes an empty list, map or string as `null`, and servers store numbers of any size in fields that are a
//! `u16` here. One such value must not make an entire list unreadable. This deserializer converts these values at
//! every depth:
//!
//! - `null` is an empty string, list or map, `0`, `false`, or an object without fields. In a list, it is skipped.
//! - A number that the type cannot represent is 0.
//!
//! For an `Option`, `null` is `None`. User documents inside a response (`serde_json::Value`) are unchanged.

mod access;
mod visit;

use serde::Deserializer;
use serde::de::Visitor;

use self::visit::{Expected, Nested, OrNull};

/// A deserializer that decodes `null` as empty, and a number out of range as 0.
pub(crate) struct Lenient<D>(pub(crate) D);

/// Deserializes a value that can be `null`.
macro_rules! or_null {
    ($($method:ident($($argument:ident: $type:ty),*) => $expected:expr,)+) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.deserialize_option(OrNull { visitor, expected: $expected })
        })+
    };
}

/// Forwards a request, so that nested values are decoded in the same way.
macro_rules! nested {
    ($($method:ident($($argument:ident: $type:ty),*),)+) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* Nested { visitor, is_typed_list: false })
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<D> {
    type Error = D::Error;

    or_null! {
        deserialize_bool() => Expected::Bool,
        deserialize_i8() => Expected::integer(i8::MIN, i8::MAX),
        deserialize_i16() => Expected::integer(i16::MIN, i16::MAX),
        deserialize_i32() => Expected::integer(i32::MIN, i32::MAX),
        deserialize_i64() => Expected::integer(i64::MIN, i64::MAX),
        deserialize_u8() => Expected::integer(0, u8::MAX),
        deserialize_u16() => Expected::integer(0, u16::MAX),
        deserialize_u32() => Expected::integer(0, u32::MAX),
        deserialize_u64() => Expected::Integer { min: 0, max: u64::MAX },
        deserialize_f32() => Expected::Float,
        deserialize_f64() => Expected::Float,
        deserialize_str() => Expected::Text,
        deserialize_string() => Expected::Text,
        deserialize_seq() => Expected::List,
        deserialize_map() => Expected::Map,
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) => Expected::Struct { name, fields },
    }

    nested! {
        deserialize_any(),
        deserialize_option(),
        deserialize_char(),
        deserialize_bytes(),
        deserialize_byte_buf(),
        deserialize_unit(),
        deserialize_unit_struct(name: &'static str),
        deserialize_newtype_struct(name: &'static str),
        deserialize_tuple(length: usize),
        deserialize_tuple_struct(name: &'static str, length: usize),
        deserialize_enum(name: &'static str, variants: &'static [&'static str]),
        deserialize_identifier(),
        deserialize_ignored_any(),
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Object {
        text: String,
        list: Vec<String>,
        map: BTreeMap<String, Vec<u8>>,
        number: u16,
        signed: i8,
        flag: bool,
        float: f64,
        option: Option<String>,
        object: Option<Box<Object>>,
        objects: Vec<Object>,
        value: Value,
    }

    fn decode(value: Value) -> Result<Object, serde_json::Error> {
        let text = value.to_string();
        Object::deserialize(Lenient(&mut serde_json::Deserializer::from_str(&text)))
    }

    #[test]
    fn null_is_empty_at_every_depth() {
        let null = json!({"text": null, "list": null, "map": null, "number": null, "signed": null, "flag": null,
            "float": null, "option": null, "object": null, "objects": null, "value": null});
        assert_eq!(decode(null.clone()).unwrap(), Object::default());
        let nested =
            decode(json!({"objects": [null, null, null], "map": {"a": null, "b": [1, null]}})).unwrap();
        assert_eq!((nested.objects.len(), &nested.map["a"], &nested.map["b"]), (0, &vec![], &vec![1]));
        let nested = decode(json!({"object": null, "objects": [null]})).unwrap();
        assert_eq!(nested.object, None);
        let inner =
            decode(json!({"object": null, "objects": [{"text": null, "objects": [{"list": [null, "a"]}]}]}));
        assert_eq!(inner.unwrap().objects[0].objects[0].list, ["a"]);
    }

    #[test]
    fn number_out_of_range_is_0() {
        for (number, expected) in [("65535", 65535), ("65536", 0), ("-1", 0), ("1.5", 0), ("1e99", 0)] {
            let number: Value = serde_json::from_str(number).unwrap();
            assert_eq!(decode(json!({"number": number})).unwrap().number, expected, "{number}");
        }
        assert_eq!(decode(json!({"signed": -128})).unwrap().signed, -128);
        assert_eq!(decode(json!({"signed": -129})).unwrap().signed, 0);
        assert_eq!(decode(json!({"signed": 128})).unwrap().signed, 0);
    }

    #[test]
    fn other_types_are_errors_and_values_are_unchanged() {
        assert!(decode(json!({"text": 7})).is_err() && decode(json!({"number": "7"})).is_err());
        assert!(decode(json!({"list": {}})).is_err() && decode(json!({"map": []})).is_err());
        let value = json!({"a": [null, {"b": null}], "c": 70000});
        assert_eq!(decode(json!({"value": value.clone()})).unwrap().value, value);
    }
}
