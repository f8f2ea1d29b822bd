//! The key of a lock.

use bytes::Bytes;

use crate::kv::{Get, Put};
use crate::machine::contender::{Conflict, Giveback, Protocol, View};
use crate::machine::random::Random;
use crate::model::{Entry, SessionId};
use crate::txn::{KvOp, OpResult};

/// The flags of a lock's key, the same as those of Consul's Go client. A key with other flags is not changed.
pub const FLAGS: u64 = 0x2ddc_cbc0_58a5_0c18;

/// After this number of failed checks, a release no longer depends on the index, since another program frequently
/// writes the key.
const MAX_FAILED_CHECKS: u32 = 5;

#[derive(Debug)]
pub(super) struct LockKey {
    get: Get,
    key: String,
    value: Bytes,
    delete_on_release: bool,
}

/// The state that a free key was seen in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    Index(u64),
    Missing,
}

/// The state of a held key. A release writes its value back.
#[derive(Clone, Debug)]
pub(super) struct KeyHold {
    index: u64,
    value: Bytes,
}

impl LockKey {
    pub(super) fn new(key: String, value: Bytes, delete_on_release: bool) -> Self {
        Self { get: Get::new(&key), key, value, delete_on_release }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

impl Protocol for LockKey {
    type Read = Get;
    type Plan = Seen;
    type Hold = KeyHold;

    fn read(&self) -> &Get {
        &self.get
    }

    fn view(&mut self, entry: &Option<Entry>, session: &SessionId, _: &mut Random) -> View<Seen, KeyHold> {
        let Some(entry) = entry else { return View::Free(Seen::Missing) };
        match &entry.session {
            Some(holder) if holder == session => View::Ours {
                token: entry.modify_index,
                hold: KeyHold { index: entry.modify_index, value: entry.value.clone() },
            },
            // A plain write resets the flags. As long as the key is held, its holder can restore them.
            Some(holder) => View::Taken(vec![holder.clone()]),
            None if entry.flags != FLAGS => View::Conflict(Conflict::ForeignFlags(entry.flags)),
            None => View::Free(Seen::Index(entry.modify_index)),
        }
    }

    fn acquire(&self, seen: &Seen, session: &SessionId) -> Vec<KvOp> {
        let check = match seen {
            Seen::Index(index) => KvOp::check_index(&self.key, *index),
            Seen::Missing => KvOp::check_not_exists(&self.key),
        };
        vec![check, KvOp::lock(&self.key, self.value.clone(), session).flags(FLAGS)]
    }

    fn acquired(&self, _: &Seen, session: &SessionId, results: &[OpResult]) -> Option<(u64, KeyHold)> {
        let entry = results.last().and_then(OpResult::entry)?;
        let is_ours = entry.key == self.key && entry.session.as_ref() == Some(session);
        let index = entry.modify_index;
        is_ours.then(|| (index, KeyHold { index, value: self.value.clone() }))
    }

    fn release(&self, hold: &KeyHold, session: &SessionId, failed_checks: u32) -> Giveback {
        let KeyHold { index, value } = hold;
        let unlock = || KvOp::unlock(&self.key, value.clone(), session).flags(FLAGS);
        if self.delete_on_release {
            Giveback::Transaction(vec![unlock(), KvOp::delete(&self.key)])
        } else if failed_checks < MAX_FAILED_CHECKS {
            Giveback::Transaction(vec![KvOp::check_index(&self.key, *index), unlock()])
        } else {
            Giveback::Put(Put::new(&self.key, value.clone()).release(session).flags(FLAGS))
        }
    }
}
