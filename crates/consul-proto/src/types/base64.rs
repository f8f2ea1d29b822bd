//! Bytes as padded base64, and `null` for none.

use std::fmt;

use base64_simd::STANDARD;
use bytes::Bytes;
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// Reads base64 from the document into the bytes, without a string in between.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    deserializer.deserialize_any(Base64)
}

/// Writes base64; nothing is the empty string.
pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode_to_string(bytes))
}

struct Base64;

impl<'de> Visitor<'de> for Base64 {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 or null")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
        // The text may be a secret, so the error does not show it.
        let bytes = STANDARD.decode_to_vec(text).map_err(|_| E::custom("invalid base64"))?;
        Ok(bytes.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Bytes, E> {
        Ok(Bytes::new())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Document(#[serde(with = "super")] Bytes);

    #[test]
    fn every_byte_value_survives() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..=bytes.len() {
            let document = Document(Bytes::copy_from_slice(&bytes[..length]));
            let json = serde_json::to_string(&document).unwrap();
            assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
        }
    }

    #[test]
    fn null_is_empty_and_the_rest_is_refused() {
        assert_eq!(serde_json::from_str::<Document>("null").unwrap().0, "");
        for odd in [r#""a""#, r#""YQ""#, r#""YQ=!""#, r#""Y Q=""#, "7", "[]", "true"] {
            let error = serde_json::from_str::<Document>(odd).unwrap_err().to_string();
            assert!(error.contains("base64"), "{odd}: {error}");
        }
    }
}
