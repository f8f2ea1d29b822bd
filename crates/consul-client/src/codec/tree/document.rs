//! Decoding values in JSON.

use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::error::Error;
use super::text::Text;

/// A JSON document, or a part of one.
///
/// Does not use the deserializer of `serde_json`, whose errors contain values.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    value: &'a Value,
    place: Place<'a>,
}

/// The position of an item in its parent.
#[derive(Clone, Copy)]
enum Place<'a> {
    Whole,
    Field(&'a str),
    Item(usize),
}

impl<'a> Document<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        Self { value, place: Place::Whole }
    }

    fn read<T>(self, read: impl FnOnce(Self) -> Result<T, Error>) -> Result<T, Error> {
        read(self).map_err(|error| match self.place {
            Place::Whole => error,
            Place::Field(name) => error.in_field(name),
            Place::Item(index) => error.in_item(index),
        })
    }
}

fn visit<'de, V: Visitor<'de>>(value: &Value, visitor: V) -> Result<V::Value, Error> {
    match value {
        Value::Null => visitor.visit_unit(),
        Value::Bool(value) => visitor.visit_bool(*value),
        Value::Number(number) => {
            if let Some(number) = number.as_u64() {
                visitor.visit_u64(number)
            } else if let Some(number) = number.as_i64() {
                visitor.visit_i64(number)
            } else {
                visitor.visit_f64(number.as_f64().ok_or_else(|| Error::custom("number out of range"))?)
            }
        }
        Value::String(text) => visitor.visit_str(text),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, value)| Document { value, place: Place::Item(index) });
            let mut items = SeqDeserializer::new(items);
            let value = visitor.visit_seq(&mut items)?;
            items.end().map(|()| value)
        }
        Value::Object(fields) => visitor.visit_map(MapDeserializer::new(fields.iter().map(field))),
    }
}

fn field<'a>((name, value): (&'a String, &'a Value)) -> (Text<'a>, Document<'a>) {
    (Text(name), Document { value, place: Place::Field(name) })
}

impl<'de> Deserializer<'de> for Document<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(|Self { value, .. }| visit(value, visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(|Self { value, .. }| match value {
            Value::String(variant) => visitor.visit_enum(variant.as_str().into_deserializer()),
            Value::Object(fields) if fields.len() == 1 => {
                let fields = MapDeserializer::new(fields.iter().map(field));
                visitor.visit_enum(MapAccessDeserializer::new(fields))
            }
            Value::Object(_) => Err(Error::custom("expected a variant and nothing beside it")),
            other => visit(other, visitor),
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier
    }
}

impl<'de> IntoDeserializer<'de, Error> for Document<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
