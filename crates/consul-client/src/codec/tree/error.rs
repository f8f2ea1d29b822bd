//! The error of decoding a subtree, with its path.

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::codec::{CodecError, Details};

/// The reason of a decode error, without the value.
#[derive(Debug)]
pub(super) struct Error {
    reason: String,
    /// The key, if it is known.
    key: Option<String>,
    /// The path in the key's JSON document.
    place: String,
}

impl Error {
    /// Sets the key, unless a longer one is set.
    pub(super) fn at(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.to_owned());
        self
    }

    /// Adds the field of a document to the path.
    pub(super) fn in_field(mut self, name: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{name}{dot}{}", self.place);
        self
    }

    /// Adds the item of a list in a document to the path.
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
        CodecError(Box::new(Details { path: Some(path), ..Details::new(reason) }))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

/// Uses the error texts of serde, without the value.
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
