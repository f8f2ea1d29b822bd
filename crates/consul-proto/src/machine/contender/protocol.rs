//! What a lock and a semaphore do not have in common.

use std::fmt::Debug;

use crate::kv::PutIf;
use crate::machine::contender::Conflict;
use crate::machine::random::Random;
use crate::model::SessionId;
use crate::txn::{KvOp, OpResult};
use crate::{OutputOf, Watchable};

/// The keys of a lock or a semaphore, and what their values mean.
pub(in crate::machine) trait Protocol: Debug {
    /// The read that shows who holds.
    type Read: Watchable;
    /// What an acquisition depends on, and writes.
    type Plan: Clone + Debug;
    /// What a release depends on, and writes.
    type Hold: Clone + Debug;

    /// Returns the read that shows who holds.
    fn read(&self) -> &Self::Read;

    /// Returns what a read means for this session.
    fn view(
        &self,
        value: &OutputOf<Self::Read>,
        session: &SessionId,
        random: &mut Random,
    ) -> View<Self::Plan, Self::Hold>;

    /// Returns the transaction that acquires. It must fail if anything has changed since the plan was made: a lock-delay
    /// that began in the meantime is not checked.
    fn acquire(&self, plan: &Self::Plan, session: &SessionId) -> Vec<KvOp>;

    /// Returns the fencing token, and the state to release. `None` if the results are not those of the transaction.
    fn acquired(
        &self,
        plan: &Self::Plan,
        session: &SessionId,
        results: &[OpResult],
    ) -> Option<(u64, Self::Hold)>;

    /// The keys of this plan are in their lock-delay. Returns whether another plan may succeed now.
    fn delayed(&mut self, _: &Self::Plan) -> bool {
        false
    }

    /// The time of a lock-delay has passed: every plan may succeed.
    fn retry(&mut self) {}

    /// Returns the request that releases. `failed_checks` is how often the state had changed in between.
    fn release(&self, hold: &Self::Hold, session: &SessionId, failed_checks: u32) -> Giveback;
}

/// What the keys show.
#[derive(Debug)]
pub(in crate::machine) enum View<P, H> {
    /// This session holds.
    Ours {
        /// Rises with each acquisition.
        token: u64,
        hold: H,
    },
    /// The session can try to acquire.
    Free(P),
    /// These sessions hold.
    Taken(Vec<SessionId>),
    /// The keys belong to something else.
    Conflict(Conflict),
}

/// A request that releases.
#[derive(Debug)]
pub(in crate::machine) enum Giveback {
    Transaction(Vec<KvOp>),
    Put(PutIf),
}
