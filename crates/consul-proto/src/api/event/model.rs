//! What an event is.

use bytes::Bytes;
use serde::Deserialize;

use crate::types::{base64, null};

/// A user event.
///
/// What firing answers with and what the list shows of one event differ in their [`l_time`](Self::l_time), so they are
/// not equal; [`id`](Self::id) tells which event it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Event {
    /// The id, which no other event has.
    #[serde(rename = "ID")]
    pub id: String,
    /// What kind of event it is, in words of those who use it.
    pub name: String,
    /// What it says, empty where nothing was given.
    #[serde(default, deserialize_with = "base64::deserialize")]
    pub payload: Bytes,
    /// Regular expression that the names of the nodes match which take it; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node_filter: String,
    /// Regular expression that the name of a service on such a node matches; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_filter: String,
    /// Regular expression that a tag of such a service matches; empty for all.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tag_filter: String,
    /// Version of the form in which agents tell each other; 1.
    #[serde(default)]
    pub version: u64,
    /// Lamport time of the event among the events of its datacenter: later ones have a greater one. 0 in the answer
    /// to [`Fire`](crate::event::Fire), where it is not known yet.
    #[serde(default, rename = "LTime")]
    pub l_time: u64,
}

impl Event {
    /// The payload as text, where it is UTF-8.
    ///
    /// # Errors
    ///
    /// Where it is not.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.payload)
    }

    /// The [index](crate::event#the-index-of-the-list) of a list that ends with this event. `None` where the id is
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
    fn the_index_is_made_of_the_id() {
        // Ids and indexes as servers gave them.
        assert_eq!(index("2d92e57c-dbe2-5b09-3a0d-0ed495807be1"), Some(1_702_338_292_271_423_720));
        assert_eq!(index("c5302bcb-009c-94f3-ecb6-49438c46c150"), Some(2_992_187_341_052_466_595));
    }

    #[test]
    fn what_is_no_uuid_has_no_index() {
        for id in ["", "c5302bcb-009c-94f3-ecb6-49438c46c15g", "c5302bcb009c94f3ecb649438c46c150", "é"] {
            assert_eq!(index(id), None, "{id:?}");
        }
    }

    #[test]
    fn text_is_what_is_utf8() {
        let event = |payload: &'static [u8]| Event { payload: payload.into(), ..Event::default() };
        assert_eq!(event(b"v7").text().unwrap(), "v7");
        assert!(event(b"\xff").text().is_err());
    }
}
