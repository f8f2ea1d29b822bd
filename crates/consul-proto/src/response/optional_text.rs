//! Strings that are absent if empty.

use bytes::Bytes;

use crate::DecodeError;
use crate::response::{FromResponse, Head, Json};

/// A JSON string, or `None` if it is empty or `null`.
#[derive(Debug)]
#[non_exhaustive]
pub struct OptionalText;

impl FromResponse for OptionalText {
    type Output = Option<String>;

    fn from_response(head: &Head, body: Bytes) -> Result<Option<String>, DecodeError> {
        let text = Json::<Option<String>>::from_response(head, body)?;
        Ok(text.filter(|text| !text.is_empty()))
    }
}
