//! Numbers that servers do not check.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Decodes a number. `null` and a number out of range are zero, so that one invalid entry does not make a list
/// unreadable: servers store a port of 70000.
pub(crate) fn or_zero<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64> + Default,
{
    deserializer.deserialize_any(OrZero(PhantomData)).map(Option::unwrap_or_default)
}

/// Decodes a weight. `null` and a number out of range are 1, which servers use for an instance without weights.
pub(crate) fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    deserializer.deserialize_any(OrZero(PhantomData)).map(|weight| weight.unwrap_or(1))
}

struct OrZero<T>(PhantomData<T>);

impl<T: TryFrom<u64>> Visitor<'_> for OrZero<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<T>, E> {
        Ok(number.try_into().ok())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Option<T>, E> {
        // Only negative numbers are passed as `i64`.
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_out_of_range_is_zero() {
        for (json, port) in [("80", 80), ("65535", 65535), ("65536", 0), ("-1", 0), ("0", 0), ("null", 0)] {
            let mut json = serde_json::Deserializer::from_str(json);
            assert_eq!(or_zero::<_, u16>(&mut json).unwrap(), port);
        }
        assert!(or_zero::<_, u16>(&mut serde_json::Deserializer::from_str("\"80\"")).is_err());
    }

    #[test]
    fn weight_out_of_range_is_one() {
        for (json, expected) in [("10", 10), ("0", 0), ("-1", 1), ("70000", 1), ("null", 1)] {
            assert_eq!(weight(&mut serde_json::Deserializer::from_str(json)).unwrap(), expected);
        }
    }
}
