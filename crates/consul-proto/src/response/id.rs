//! The IDs of created objects.

use bytes::Bytes;
use serde::Deserialize;

use crate::DecodeError;
use crate::response::{FromResponse, Head, Json};

/// The `ID` of a JSON object, as text.
#[derive(Debug)]
#[non_exhaustive]
pub struct Id;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "ID")]
    id: String,
}

impl FromResponse for Id {
    type Output = String;

    fn from_response(head: &Head, body: Bytes) -> Result<String, DecodeError> {
        let Document { id } = Json::from_response(head, body.clone())?;
        if id.is_empty() {
            Err(DecodeError::at(head, &body, "ID".to_owned(), "expected an id"))
        } else {
            Ok(id)
        }
    }
}
