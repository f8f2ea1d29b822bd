//! Visitors that see `null` and numbers out of range first.

use std::fmt;

use serde::Deserializer;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use crate::types::lenient::Lenient;
use crate::types::lenient::access::{Elements, Entries};

/// The kind of value that a type asks for.
#[derive(Clone, Copy)]
pub(super) enum Expected {
    Bool,
    Integer { min: i64, max: u64 },
    Float,
    Text,
    List,
    Map,
    Struct { name: &'static str, fields: &'static [&'static str] },
}

impl Expected {
    pub(super) fn integer(min: impl Into<i64>, max: impl TryInto<u64>) -> Self {
        Self::Integer { min: min.into(), max: max.try_into().unwrap_or(0) }
    }
}

/// Decodes `null` as the empty value.
pub(super) struct OrNull<V> {
    pub(super) visitor: V,
    pub(super) expected: Expected,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for OrNull<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        let Self { visitor, expected } = self;
        match expected {
            Expected::Bool => visitor.visit_bool(false),
            Expected::Integer { .. } => visitor.visit_u64(0),
            Expected::Float => visitor.visit_f64(0.0),
            Expected::Text => visitor.visit_str(""),
            Expected::List => visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<()>())),
            Expected::Map | Expected::Struct { .. } => {
                visitor.visit_map(MapDeserializer::new(std::iter::empty::<((), ())>()))
            }
        }
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let Self { visitor, expected } = self;
        match expected {
            Expected::Bool => deserializer.deserialize_bool(visitor),
            Expected::Integer { min, max } => deserializer.deserialize_u64(Integer { visitor, min, max }),
            Expected::Float => deserializer.deserialize_f64(visitor),
            Expected::Text => deserializer.deserialize_str(visitor),
            Expected::List => deserializer.deserialize_seq(Nested { visitor, is_typed_list: true }),
            Expected::Map => deserializer.deserialize_map(Nested { visitor, is_typed_list: false }),
            Expected::Struct { name, fields } => {
                deserializer.deserialize_struct(name, fields, Nested { visitor, is_typed_list: false })
            }
        }
    }
}

/// Decodes a number out of range as 0.
struct Integer<V> {
    visitor: V,
    min: i64,
    max: u64,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Integer<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<V::Value, E> {
        self.visitor.visit_u64(if number <= self.max { number } else { 0 })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<V::Value, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) if number >= self.min => self.visitor.visit_i64(number),
            Err(_) => self.visitor.visit_u64(0),
        }
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<V::Value, E> {
        self.visitor.visit_u64(0)
    }
}

/// Decodes what is nested in a list, map or `Option` leniently too.
pub(super) struct Nested<V> {
    pub(super) visitor: V,
    /// Whether the elements have a type of their own, so that `null` is not one of them.
    pub(super) is_typed_list: bool,
}

macro_rules! forward {
    ($($method:ident($type:ty),)+) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        })+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Nested<V> {
    type Value = V::Value;

    forward! {
        visit_bool(bool),
        visit_i64(i64),
        visit_u64(u64),
        visit_f64(f64),
        visit_str(&str),
        visit_borrowed_str(&'de str),
        visit_string(String),
        visit_bytes(&[u8]),
        visit_borrowed_bytes(&'de [u8]),
        visit_byte_buf(Vec<u8>),
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Lenient(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Lenient(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(Elements { access, skips_null: self.is_typed_list })
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Entries(access))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(access)
    }
}
