//! Words of the wire: texts that an enum knows, with an arm for those it does not.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads a word. `null` is the empty one.
pub(crate) fn deserialize<'de, D, W>(deserializer: D) -> Result<W, D::Error>
where
    D: Deserializer<'de>,
    W: for<'a> From<&'a str>,
{
    deserializer.deserialize_any(Word(PhantomData))
}

struct Word<W>(PhantomData<W>);

impl<W: for<'a> From<&'a str>> Visitor<'_> for Word<W> {
    type Value = W;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<W, E> {
        Ok(W::from(word))
    }

    fn visit_unit<E: Error>(self) -> Result<W, E> {
        Ok(W::from(""))
    }
}
