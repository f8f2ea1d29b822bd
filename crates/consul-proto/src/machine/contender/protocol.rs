//! The differences between a lock and a semaphore.

use std::fmt::Debug;

use crate::kv::PutIf;
use crate::machine::contender::Conflict;
use crate::machine::random::Random;
use crate::model::SessionId;
use crate::txn::{KvOp, OpResult};
use crate::{OutputOf, Watchable};

/// The keys of a lock or a semaphore, and the meaning of their values.
pub(in crate::machine) trait Protocol: Debug {
    /// The read that shows the holders.
    type Read: Watchable;
    /// The condition and the contents of an acquisition.
    type Plan: Clone + Debug;
    /// The condition and the contents of a release.
    type Hold: Clone + Debug;

    /// Returns the read that shows the holders.
    fn read(&self) -> &Self::Read;

    /// Interprets a read for this session.
    fn view(
        &mut self,
        value: &OutputOf<Self::Read>,
        session: &SessionId,
        random: &mut Random,
    ) -> View<Self::Plan, Self::Hold>;

    /// Returns the transaction that acquires. It must fail if the state has changed since the plan was made, since
    /// servers do not check a lock-delay that began in the meantime.
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

    /// Forgets which plans were delayed: a lock-delay has elapsed, so every plan may succeed.
    fn retry(&mut self) {}

    /// Returns the request that releases. `failed_checks` is how often the state had changed in between.
    fn release(&self, hold: &Self::Hold, session: &SessionId, failed_checks: u32) -> Giveback;
}

/// The state of the keys.
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
    /// The keys have another use.
    Conflict(Conflict),
}

/// A request that releases.
#[derive(Debug)]
pub(in crate::machine) enum Giveback {
    Transaction(Vec<KvOp>),
    Put(PutIf),
}
