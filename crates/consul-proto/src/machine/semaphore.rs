//! A semaphore: waits for one of several slots, holds it, and reports its loss in time.
//!
//! The keys and their format are those of `consul lock -n` and of Consul's Go client. Under a prefix, the key `.lock`
//! lists the sessions that have a slot, and each of them locks a key of its own, named after the session: its *contender
//! key*. `.lock` is only changed by a check-and-set, so it never lists more sessions than the limit.
//!
//! The lock-delay protects the contender key, not the slot: the Go client removes a dead holder from `.lock` without any
//! delay. This one locks the contender key of the dead holder in the transaction that takes its slot, so the servers
//! enforce the delay.
//!
//! # States
//!
//! The states, the lease and what is not covered are those of a [lock](crate::machine::lock#states), with these
//! differences:
//!
//! | state | what |
//! | --- | --- |
//! | seek | one consistent read of everything under the prefix · foreign flags, a value that cannot be read, or another limit while a slot is held → conflict, ending |
//! | as many live holders as the limit → wait | watches the prefix |
//! | free slot → acquire | `[cas .lock with us, lock our contender key]`; without `.lock`: `[check-not-exists .lock, lock our contender key, set .lock]` |
//! | no free slot, dead holders → acquire | the same without as many of them as needed, and for each of them `check-index` (or `check-not-exists`), `lock` and `delete` of its contender key |
//! | lock-delay | another dead holder, otherwise again after 0.7 to 1 s |
//! | held | watches the prefix: not listed, or the contender key is not ours → lost |
//! | releasing | `[cas .lock without us, check-session and delete our contender key]` |
//!
//! Also not covered: clients that follow the rules of the Go client under the same prefix; a third party that deletes
//! `.lock` or contender keys; and a lock-delay of zero.
//!
//! # Fairness
//!
//! There is no queue: each free slot goes to the first waiter whose transaction is applied.

mod settings;
mod slots;
#[cfg(test)]
mod tests;

pub use crate::machine::contender::{Conflict, Event, Held, Holder, Release, Waiting};
pub use settings::Settings;
pub use slots::FLAGS;

use crate::machine::contender::Contender;
use crate::machine::destroyer::Cleanup;
use crate::machine::{Cause, Input, Instant, Machine, Output, Rules};
use crate::{EncodeError, Options};
use slots::Slots;

/// A contender for a slot of a semaphore. The [module](self) describes its states.
///
/// It waits for a slot, holds it once, and ends. Another hold needs another machine: each hold has a session of its own.
///
/// `X` is the driver's error.
#[derive(Debug)]
pub struct Semaphore<X>(Contender<Slots, X>);

impl<X: Clone + From<Cause>> Semaphore<X> {
    /// Creates a contender for a slot under `prefix`, which all contenders have in common, without a slash at its end.
    ///
    /// `limit` is the number of slots. All contenders must agree on it; while no slot is held, it can change.
    ///
    /// Of `options`, datacenter, namespace and partition apply. `seed` decides the random parts of delays; use another one
    /// for each contender.
    ///
    /// # Errors
    ///
    /// Returns an error if the prefix, the limit or a setting is invalid.
    pub fn new(
        prefix: impl Into<String>,
        limit: u32,
        options: &Options,
        settings: Settings,
        seed: u64,
    ) -> Result<Self, EncodeError> {
        Self::with_rules(prefix, limit, options, settings, seed, Rules::default())
    }

    /// Creates a contender that does not follow all rules.
    #[doc(hidden)]
    pub fn with_rules(
        prefix: impl Into<String>,
        limit: u32,
        options: &Options,
        settings: Settings,
        seed: u64,
        rules: Rules,
    ) -> Result<Self, EncodeError> {
        let Settings { session, value, max_wait } = settings;
        let slots = Slots::new(prefix.into(), limit, value)?;
        Contender::new(slots, options, session, max_wait, rules, seed).map(Self)
    }

    /// Returns the prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.protocol().prefix()
    }

    /// Returns whether the machine has left a session on the servers.
    #[must_use]
    pub fn cleanup(&self) -> Cleanup {
        self.0.cleanup()
    }
}

impl<X: Clone + From<Cause>> Machine for Semaphore<X> {
    type Event = Event<X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        self.0.handle(now, input);
    }

    fn poll(&mut self, now: Instant) -> Output<Event<X>> {
        self.0.poll(now)
    }
}
