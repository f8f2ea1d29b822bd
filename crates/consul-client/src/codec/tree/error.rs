//! What does not fit, and where.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::codec::{CodecError, Fault};

/// What does not fit, in words that show no value.
#[derive(Debug)]
pub(super) struct Error {
    reason: String,
    /// The key, once it is known.
    key: Option<String>,
    /// The place in the key's document.
    place: String,
}

impl Error {
    /// Sets the key, unless a longer one is set.
    pub(super) fn at(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.to_owned());
        self
    }

    /// Tells that the place is in a field of a document.
    pub(super) fn in_field(mut self, name: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{name}{dot}{}", self.place);
        self
    }

    /// Tells that the place is in an item of a list in a document.
    pub(super) fn in_item(mut self, index: usize) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("[{index}]{dot}{}", self.place);
        self
    }

    pub(super) fn into_codec_error(self) -> CodecError {
        let Self { reason, key, place } = self;
        let path = match key {
            Some(key) if place.is_empty() => key,
            Some(key) => format!("{key}: {place}"),
            None if place.is_empty() => ".".to_owned(),
            None => place,
        };
        CodecError(Box::new(Fault { path: Some(path), ..Fault::new(reason) }))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

/// Says the same as serde, without the value.
impl de::Error for Error {
    fn custom<T: Display>(reason: T) -> Self {
        Self { reason: reason.to_string(), key: None, place: String::new() }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid type: {}, expected {expected}", kind(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("invalid value: {}, expected {expected}", kind(unexpected)))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        match expected {
            [] => Self::custom("unknown variant, there are no variants"),
            [variant] => Self::custom(format_args!("unknown variant, expected `{variant}`")),
            _ => Self::custom(format_args!("unknown variant, expected one of `{}`", expected.join("`, `"))),
        }
    }
}

fn kind(unexpected: Unexpected<'_>) -> &str {
    match unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "floating point number",
        Unexpected::Char(_) => "character",
        Unexpected::Str(_) => "text",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit => "null",
        Unexpected::Option => "optional value",
        Unexpected::NewtypeStruct => "newtype struct",
        Unexpected::Seq => "sequence",
        Unexpected::Map => "map",
        Unexpected::Enum => "enum",
        Unexpected::UnitVariant => "variant without data",
        Unexpected::NewtypeVariant => "newtype variant",
        Unexpected::TupleVariant => "tuple variant",
        Unexpected::StructVariant => "struct variant",
        Unexpected::Other(words) => words,
    }
}
