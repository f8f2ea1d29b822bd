//! The model of an event.

use bytes::Bytes;
use serde::Deserialize;

use crate::types::{base64, null};

/// A user event.
///
/// The event that [`Fire`](crate::event::Fire) returns and the same event in the list have a different
/// [`l_time`](Self::l_time), so they are not equal. Compare their [`id`](Self::id) instead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Event {
    /// Id of the event, a UUID.
    #[serde(rename = "ID")]
    pub id: String,
    /// Name of the event, chosen by the program that fires it.
    pub name: String,
    /// Payload; empty if there is none.
    #[serde(default, deserialize_with = "base64::deserialize")]
    pub payload: Bytes,
    /// Regular expression that matches the names of the receiving nodes; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node_filter: String,
    /// Regular expression that matches the name of a service on a receiving node; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_filter: String,
    /// Regular expression that matches a tag of such a service; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tag_filter: String,
    /// Version of the format in which agents exchange the event: 1.
    #[serde(default)]
    pub version: u64,
    /// Lamport time of the event in its datacenter: later events have a greater one. 0 in the response to
    /// [`Fire`](crate::event::Fire), since it is not known yet.
    #[serde(default, rename = "LTime")]
    pub l_time: u64,
}

impl Event {
    /// Returns the payload as text.
    ///
    /// # Errors
    ///
    /// Returns an error if the payload is not UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.payload)
    }

    /// Returns the [index](crate::event#the-index-of-the-list) of a list that ends with this event; `None` if the id is
    /// not a UUID.
    #[must_use]
    pub fn list_index(&self) -> Option<u64> {
        let id = self.id.as_bytes();
        let is_uuid = id.len() == 36 && [8, 13, 18, 23].iter().all(|place| id[*place] == b'-');
        let digits = id.iter().filter(|byte| **byte != b'-');
        let mut number = 0_u128;
        let mut count = 0;
        for byte in digits {
            number = number << 4 | u128::from(char::from(*byte).to_digit(16)?);
            count += 1;
        }
        (is_uuid && count == 32).then_some((number >> 64) as u64 ^ number as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(id: &str) -> Option<u64> {
        Event { id: id.to_owned(), ..Event::default() }.list_index()
    }

    #[test]
    fn index_is_computed_from_the_id() {
        // Recorded ids and indexes.
        assert_eq!(index("2d92e57c-dbe2-5b09-3a0d-0ed495807be1"), Some(1_702_338_292_271_423_720));
        assert_eq!(index("c5302bcb-009c-94f3-ecb6-49438c46c150"), Some(2_992_187_341_052_466_595));
    }

    #[test]
    fn id_that_is_not_a_uuid_has_no_index() {
        for id in ["", "c5302bcb-009c-94f3-ecb6-49438c46c15g", "c5302bcb009c94f3ecb649438c46c150", "é"] {
            assert_eq!(index(id), None, "{id:?}");
        }
    }

    #[test]
    fn text_of_a_payload_that_is_not_utf8_is_an_error() {
        let event = |payload: &'static [u8]| Event { payload: payload.into(), ..Event::default() };
        assert_eq!(event(b"v7").text().unwrap(), "v7");
        assert!(event(b"\xff").text().is_err());
    }
}
