//! Serialization of bytes as padded base64. `null` is decoded as empty.

use std::fmt;

use base64_simd::STANDARD;
use bytes::Bytes;
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// Decodes base64 directly from the document, without an intermediate string.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    deserializer.deserialize_option(Base64)
}

/// Serializes bytes as base64. Empty input becomes an empty string.
pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode_to_string(bytes))
}

struct Base64;

impl<'de> Visitor<'de> for Base64 {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 or null")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        // Requests bytes, since `serde_json` then does not check for UTF-8.
        deserializer.deserialize_bytes(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
        self.visit_bytes(text.as_bytes())
    }

    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<Bytes, E> {
        // The text may be a secret, so the error does not show it.
        let bytes = STANDARD.decode_to_vec(text).map_err(|_| E::custom("invalid base64"))?;
        Ok(bytes.into())
    }

    fn visit_none<E: Error>(self) -> Result<Bytes, E> {
        Ok(Bytes::new())
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
    fn every_byte_value_is_encoded_and_decoded() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..=bytes.len() {
            let document = Document(Bytes::copy_from_slice(&bytes[..length]));
            let json = serde_json::to_string(&document).unwrap();
            assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
        }
    }

    #[test]
    fn escaped_text_and_a_parsed_value_are_decoded() {
        let value = serde_json::json!("YWI/");
        assert_eq!(serde_json::from_str::<Document>(r#""YWI\/""#).unwrap().0, &b"ab?"[..]);
        assert_eq!(serde_json::from_value::<Document>(value).unwrap().0, &b"ab?"[..]);
        assert_eq!(serde_json::from_value::<Document>(serde_json::Value::Null).unwrap().0, "");
    }

    #[test]
    fn null_is_empty_and_other_values_are_rejected() {
        assert_eq!(serde_json::from_str::<Document>("null").unwrap().0, "");
        for odd in
            [r#""a""#, r#""YQ""#, r#""YQ=!""#, r#""Y Q=""#, r#""é===""#, "7", "[]", "[89]", "true", "{}"]
        {
            let error = serde_json::from_str::<Document>(odd).unwrap_err().to_string();
            assert!(error.contains("base64"), "{odd}: {error}");
        }
    }
}
