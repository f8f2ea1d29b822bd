//! Where a watch continues: the index or hash of the next request.

use crate::meta::INDEX;
use crate::response::Head;
use crate::{Cursor, DecodeError, Meta, Options};

/// The position of a watch.
#[derive(Debug)]
pub(super) struct Position {
    cursor: Cursor,
    index: Option<u64>,
    hash: Option<String>,
    /// The index of the last accepted response, even if the next request has none.
    accepted: Option<u64>,
}

/// How the index of a response relates to the last accepted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexRelation {
    /// The same or higher, or the operation has no order.
    Forward,
    /// Lower.
    Backward,
    /// 1, with which the agent's streaming backend reports that it has no data.
    NoData,
}

impl Position {
    pub(super) fn new(cursor: Cursor) -> Self {
        Self { cursor, index: None, hash: None, accepted: None }
    }

    /// Returns `true` if the next request can wait for a change.
    pub(super) fn is_set(&self) -> bool {
        self.index.is_some() || self.hash.is_some()
    }

    /// Makes the next requests read the current state, until a response is accepted.
    pub(super) fn clear(&mut self) {
        (self.index, self.hash) = (None, None);
    }

    /// Writes index and hash into the options of the next request.
    pub(super) fn write(&self, options: &mut Options) {
        options.index = self.index;
        options.hash.clone_from(&self.hash);
    }

    pub(super) fn relation(&self, meta: &Meta, is_streaming: bool) -> IndexRelation {
        if is_streaming && index(meta).is_some_and(|index| index <= 1) {
            IndexRelation::NoData
        } else if self.cursor == Cursor::Index && index(meta) < self.accepted {
            IndexRelation::Backward
        } else {
            IndexRelation::Forward
        }
    }

    /// Continues from an accepted response.
    ///
    /// If the index of a response to a blocking query is lower than before, the servers were reset, or this is
    /// another one of them. Waiting on it could miss changes before the old index is reached again, so the next
    /// request reads the current state.
    ///
    /// Returns `false` if the response has no index or hash.
    pub(super) fn advance(&mut self, meta: &Meta, was_blocking: bool) -> bool {
        let is_reset = was_blocking && self.relation(meta, false) == IndexRelation::Backward;
        self.accepted = index(meta);
        if is_reset {
            self.clear();
            return true;
        }
        match self.cursor {
            Cursor::Index | Cursor::Opaque => self.index = index(meta),
            Cursor::Hash => self.hash.clone_from(&meta.content_hash),
        }
        self.is_set()
    }
}

/// Returns the index of a response. Old servers sent 0, which cannot be waited on.
fn index(meta: &Meta) -> Option<u64> {
    meta.index.map(|index| index.max(1))
}

/// Returns an error if there is no index. To assume index 0 would cause requests that never wait.
pub(super) fn check(cursor: Cursor, head: &Head, body: &[u8]) -> Result<(), DecodeError> {
    // A missing object has no hash, so it is requested periodically.
    if cursor == Cursor::Hash {
        return Ok(());
    }
    let Some(value) = head.headers.get(&INDEX) else {
        return Err(DecodeError::new(head, body, "X-Consul-Index is missing"));
    };
    if value.to_str().is_ok_and(|text| text.parse::<u64>().is_ok()) {
        return Ok(());
    }
    let text = String::from_utf8_lossy(value.as_bytes());
    let shown: String = text.chars().take(40).collect();
    Err(DecodeError::new(head, body, format!("X-Consul-Index is not a 64-bit unsigned integer: {shown:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(index: u64) -> Meta {
        Meta { index: Some(index), ..Meta::default() }
    }

    fn at(cursor: Cursor, index: u64) -> Position {
        let mut position = Position::new(cursor);
        assert!(position.advance(&meta(index), false));
        position
    }

    fn written(position: &Position) -> (Option<u64>, Option<String>) {
        let mut options = Options::default();
        position.write(&mut options);
        (options.index, options.hash)
    }

    #[test]
    fn index_relations() {
        for (cursor, index, is_streaming, expected) in [
            (Cursor::Index, 50, false, IndexRelation::Forward),
            (Cursor::Index, 51, false, IndexRelation::Forward),
            (Cursor::Index, 49, false, IndexRelation::Backward),
            (Cursor::Index, 1, false, IndexRelation::Backward),
            (Cursor::Index, 0, true, IndexRelation::NoData),
            (Cursor::Index, 1, true, IndexRelation::NoData),
            (Cursor::Index, 2, true, IndexRelation::Backward),
            (Cursor::Opaque, 2, false, IndexRelation::Forward),
        ] {
            let relation = at(cursor, 50).relation(&meta(index), is_streaming);
            assert_eq!(relation, expected, "{cursor:?} {index} {is_streaming}");
        }
    }

    #[test]
    fn backward_index_of_a_blocking_query_clears_the_position() {
        let mut position = at(Cursor::Index, 50);
        assert!(position.advance(&meta(20), true));
        assert!(!position.is_set());
        assert!(position.advance(&meta(20), false));
        assert_eq!(written(&position), (Some(20), None));
    }

    #[test]
    fn index_0_is_sent_as_1() {
        assert_eq!(written(&at(Cursor::Index, 0)), (Some(1), None));
    }

    #[test]
    fn hash_cursor_ignores_the_index() {
        let mut position = Position::new(Cursor::Hash);
        let hashed = Meta { content_hash: Some("ff".to_owned()), index: Some(7), ..Meta::default() };
        assert!(position.advance(&hashed, true));
        assert_eq!(written(&position), (None, Some("ff".to_owned())));
        assert!(!position.advance(&Meta::default(), true));
        assert!(!position.is_set());
    }
}
