//! The keys of a semaphore.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::kv::List;
use crate::machine::contender::{Conflict, Giveback, Protocol, View};
use crate::machine::random::Random;
use crate::model::{Entry, SessionId};
use crate::txn::{KvOp, OpResult};
use crate::types::null;
use crate::{EncodeError, InvalidArgument};

/// The flags of a semaphore's keys, the same as those of Consul's Go client. A coordination key with other flags is not
/// touched.
pub const FLAGS: u64 = 0xe0f6_9a2b_aa41_4de0;

#[derive(Debug)]
pub(super) struct Slots {
    list: List,
    prefix: String,
    /// The coordination key.
    lock: String,
    limit: u32,
    value: Bytes,
    /// Dead holders at the last read.
    dead: Vec<SessionId>,
    /// Those of them whose lock-delay has not elapsed.
    delayed: BTreeSet<SessionId>,
}

/// What an acquisition depends on.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Index of the coordination key; `None` if it does not exist.
    index: Option<u64>,
    /// The other sessions that have a slot afterwards.
    others: BTreeSet<SessionId>,
    /// Dead holders whose slots are taken, with the index of their contender key, if it exists.
    replaced: Vec<(SessionId, Option<u64>)>,
}

/// What a release depends on.
#[derive(Clone, Debug)]
pub(super) struct SlotHold {
    /// Index of the coordination key.
    index: u64,
    others: BTreeSet<SessionId>,
}

/// The value of the coordination key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Coordination {
    limit: u32,
    #[serde(default, deserialize_with = "null::or_default")]
    holders: BTreeMap<SessionId, bool>,
}

impl Slots {
    pub(super) fn new(prefix: String, limit: u32, value: Bytes) -> Result<Self, EncodeError> {
        if prefix.is_empty() {
            return Err(EncodeError::Argument { name: "prefix", reason: InvalidArgument::Empty });
        }
        if limit == 0 {
            return Err(EncodeError::Invalid { name: "limit", reason: "is zero".to_owned() });
        }
        let (list, lock) = (List::new(format!("{prefix}/")), format!("{prefix}/.lock"));
        let (dead, delayed) = (Vec::new(), BTreeSet::new());
        Ok(Self { list, prefix, lock, limit, value, dead, delayed })
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    fn contender_key(&self, session: &SessionId) -> String {
        format!("{}/{session}", self.prefix)
    }

    /// Returns the value of the coordination key if these sessions have a slot.
    fn coordination<'a>(&self, holders: impl Iterator<Item = &'a SessionId>) -> Vec<u8> {
        let holders = holders.map(|holder| (holder.clone(), true)).collect();
        let value = Coordination { limit: self.limit, holders };
        // A number and a map of texts can always be written.
        serde_json::to_vec(&value).unwrap_or_default()
    }

    /// Returns dead holders to replace, so that there is a slot. Those in their lock-delay come last.
    fn replaceable(
        &self,
        count: usize,
        contenders: &BTreeMap<&str, &Entry>,
        random: &mut Random,
    ) -> Vec<(SessionId, Option<u64>)> {
        let mut dead = self.dead.clone();
        let start = (random.next() % dead.len().max(1) as u64) as usize;
        // Waiters start anywhere, so that they do not all try the same one.
        dead.rotate_left(start);
        dead.sort_by_key(|session| self.delayed.contains(session));
        let index = |session: &SessionId| contenders.get(session.as_str()).map(|entry| entry.modify_index);
        dead.into_iter().take(count).map(|session| (session.clone(), index(&session))).collect()
    }
}

impl Protocol for Slots {
    type Read = List;
    type Plan = Plan;
    type Hold = SlotHold;

    fn read(&self) -> &List {
        &self.list
    }

    fn view(
        &mut self,
        entries: &Vec<Entry>,
        session: &SessionId,
        random: &mut Random,
    ) -> View<Plan, SlotHold> {
        let Some(lock) = entries.iter().find(|entry| entry.key == self.lock) else {
            self.dead.clear();
            return View::Free(Plan { index: None, others: BTreeSet::new(), replaced: Vec::new() });
        };
        if lock.flags != FLAGS {
            return View::Conflict(Conflict::ForeignFlags(lock.flags));
        }
        let Ok(Coordination { limit, holders }) = serde_json::from_slice(&lock.value) else {
            return View::Conflict(Conflict::InvalidValue);
        };
        let skipped = self.prefix.len() + 1;
        let contenders: BTreeMap<&str, &Entry> =
            entries.iter().filter_map(|entry| Some((entry.key.get(skipped..)?, entry))).collect();
        let contender = |holder: &SessionId| contenders.get(holder.as_str());
        let is_alive = |holder: &SessionId| {
            contender(holder).is_some_and(|entry| entry.session.as_ref() == Some(holder))
        };
        let holders: BTreeSet<SessionId> =
            holders.into_iter().filter(|(_, holds)| *holds).map(|(holder, _)| holder).collect();
        if holders.contains(session)
            && is_alive(session)
            && let Some(contender) = contender(session)
        {
            let others = holders.into_iter().filter(|holder| holder != session).collect();
            return View::Ours {
                token: contender.modify_index,
                hold: SlotHold { index: lock.modify_index, others },
            };
        }
        let (alive, dead): (Vec<_>, Vec<_>) = holders.iter().cloned().partition(is_alive);
        self.dead = dead;
        if limit != self.limit && !alive.is_empty() {
            return View::Conflict(Conflict::OtherLimit { ours: self.limit, theirs: limit });
        }
        let slots = self.limit as usize;
        if alive.len() >= slots {
            return View::Taken(alive);
        }
        let replaced = self.replaceable((holders.len() + 1).saturating_sub(slots), &contenders, random);
        let is_replaced = |holder: &SessionId| replaced.iter().any(|(session, _)| session == holder);
        let others = holders.into_iter().filter(|holder| !is_replaced(holder) && holder != session).collect();
        View::Free(Plan { index: Some(lock.modify_index), others, replaced })
    }

    fn acquire(&self, plan: &Plan, session: &SessionId) -> Vec<KvOp> {
        let value = self.coordination(plan.others.iter().chain([session]));
        let own = KvOp::lock(self.contender_key(session), self.value.clone(), session).flags(FLAGS);
        let Some(index) = plan.index else {
            let set = KvOp::set(&self.lock, value).flags(FLAGS);
            return vec![KvOp::check_not_exists(&self.lock), own, set];
        };
        let mut operations = vec![KvOp::cas(&self.lock, value, index).flags(FLAGS)];
        for (dead, index) in &plan.replaced {
            let key = self.contender_key(dead);
            operations.push(match index {
                Some(index) => KvOp::check_index(&key, *index),
                None => KvOp::check_not_exists(&key),
            });
            // Fails during the lock-delay. The key is not needed afterwards.
            operations.push(KvOp::lock(&key, "", session).flags(FLAGS));
            operations.push(KvOp::delete(&key));
        }
        operations.push(own);
        operations
    }

    fn acquired(&self, plan: &Plan, session: &SessionId, results: &[OpResult]) -> Option<(u64, SlotHold)> {
        let entry = |key: &str| results.iter().filter_map(OpResult::entry).find(|entry| entry.key == key);
        let contender = entry(&self.contender_key(session))?;
        let index = entry(&self.lock)?.modify_index;
        let hold = SlotHold { index, others: plan.others.clone() };
        (contender.session.as_ref() == Some(session)).then_some((contender.modify_index, hold))
    }

    fn delayed(&mut self, plan: &Plan) -> bool {
        self.delayed.extend(plan.replaced.iter().map(|(session, _)| session.clone()));
        self.dead.iter().any(|session| !self.delayed.contains(session))
    }

    fn retry(&mut self) {
        self.delayed.clear();
    }

    fn release(&self, hold: &SlotHold, session: &SessionId, _: u32) -> Giveback {
        let (key, value) = (self.contender_key(session), self.coordination(hold.others.iter()));
        Giveback::Transaction(vec![
            KvOp::cas(&self.lock, value, hold.index).flags(FLAGS),
            KvOp::check_session(&key, session),
            KvOp::delete(key),
        ])
    }
}
