//! A lock: waits for a key, holds it, and reports its loss in time.
//!
//! The key and its flags are those of `consul lock` and of Consul's Go client, so that they exclude each other,
//! within the limits of those programs. The key is acquired by a transaction that names the state that was read,
//! never by a plain `?acquire=`, since a lock-delay that begins between the leader's check and the write would not
//! prevent the write.
//!
//! # States
//!
//! | state | input → what follows |
//! | --- | --- |
//! | start | session created → seek; it is renewed while waiting |
//! | any before ending | lease ended, or session gone: with a hold → report **lost**, ending; without one → destroy the session, create another, seek |
//! | seek: a consistent read | ours → held, if the lease is valid, otherwise another session · free, with foreign flags → conflict, ending · free at an index → acquire · held by another → wait · failure → backoff, seek |
//! | acquire: `[check-index, lock]`, or `[check-not-exists, lock]` | success at most 1 s old → held; older → seek · changed, or held by another → wait · lock-delay → delay · unknown session → another session · certainly not executed → backoff, seek · unknown → seek |
//! | wait: a blocking consistent read of 10 s | as seek; without a slot for 0.8 s, a read that does not wait |
//! | delay | after 0.7 to 1 s, and when the key was first seen free plus the own lock-delay → seek |
//! | held | renewed → extend · watch of the key: older than the token → ignore; ours → confirmation; not ours → lost · watch fails → retry · renewal is 404 → one read of at most 1 s: ours → renew again; otherwise → lost |
//! | stop | held, or an acquisition whose outcome is unknown → the lease ends, releasing · otherwise → ending |
//! | releasing: `[check-index, unlock]` | done → report, ending · check failed → read: ours → again; not ours → report, ending · unclear → the same twice more, then ending |
//! | ending | destroy the session until that succeeds, for 30 s; a session that is being created is awaited and destroyed → done |
//!
//! # Safety
//!
//! Let *s* be the time at which a successful renewal was sent. Servers end the session no earlier than *s* + TTL, and
//! the holder stops at *s* + TTL less a margin of a tenth, which covers clocks that run at different rates. If a
//! check, the node or a new leader ends the session, it does so after the last confirmation was sent, and no session
//! can lock the key during the lock-delay after that. A hold therefore also ends a lock-delay, less the margin, after
//! the last confirmation: the acquisition, or a consistent read that shows the session as the holder.
//!
//! Not covered are: a third party that deletes the key or destroys the session, or a snapshot that is restored (this is
//! reported within 1 s if servers respond promptly, otherwise at the next response or at the end of the lease); a server
//! that restarts from a snapshot during a lock-delay; a new leader that checks a lock-delay before it has applied its
//! log; contenders that use a plain `?acquire=`; a virtual machine that is paused or migrated with its clocks; and a pause
//! of the program between the check of the lease and the action that it guards. For all of these, use the
//! [fencing token](Held::token), or [`check_session`](crate::txn::Apply::check_session) in a transaction.
//!
//! # Example
//!
//! ```
//! use std::error::Error;
//! use std::sync::Arc;
//! use consul_proto::Options;
//! use consul_proto::machine::lock::{Lock, Settings};
//! use consul_proto::machine::{Instant, Machine, Output};
//!
//! let lock = Lock::<Arc<dyn Error + Send + Sync>>::new("service/leader", &Options::default(), Settings::default(), 42);
//! let mut lock = lock?;
//! // First it creates a session.
//! let Output::Send { request, .. } = lock.poll(Instant::ORIGIN) else { panic!("sends a request first") };
//! assert_eq!(request.uri(), "/v1/session/create");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod key;
mod settings;
#[cfg(test)]
mod tests;

pub use crate::machine::contender::{Conflict, Event, Held, Holder, Release, Waiting};
pub use key::FLAGS;
pub use settings::Settings;

use crate::machine::contender::Contender;
use crate::machine::destroyer::Cleanup;
use crate::machine::{Cause, Input, Instant, Machine, Output, Rules};
use crate::{EncodeError, Options};
use key::LockKey;

/// A contender for a lock. The [module](self) describes its states.
///
/// It waits for the key, holds it once, and ends. Each hold needs a new machine, since each hold has its own session.
///
/// `X` is the driver's error.
#[derive(Debug)]
pub struct Lock<X>(Contender<LockKey, X>);

impl<X: Clone + From<Cause>> Lock<X> {
    /// Creates a contender for `key`.
    ///
    /// Of `options`, datacenter, namespace and partition apply. `seed` determines the random parts of delays. Use a
    /// different seed for each contender.
    ///
    /// # Errors
    ///
    /// Returns an error if the key or a setting is invalid.
    pub fn new(
        key: impl Into<String>,
        options: &Options,
        settings: Settings,
        seed: u64,
    ) -> Result<Self, EncodeError> {
        Self::with_rules(key, options, settings, seed, Rules::default())
    }

    /// Creates a contender that ignores some rules, for simulations.
    #[doc(hidden)]
    pub fn with_rules(
        key: impl Into<String>,
        options: &Options,
        settings: Settings,
        seed: u64,
        rules: Rules,
    ) -> Result<Self, EncodeError> {
        let Settings { session, value, max_wait, delete_on_release } = settings;
        let key = LockKey::new(key.into(), value, delete_on_release);
        Contender::new(key, options, session, max_wait, rules, seed).map(Self)
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.protocol().key()
    }

    /// Returns the sessions that the machine has left on the servers.
    #[must_use]
    pub fn cleanup(&self) -> Cleanup {
        self.0.cleanup()
    }
}

impl<X: Clone + From<Cause>> Machine for Lock<X> {
    type Event = Event<X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        self.0.handle(now, input);
    }

    fn poll(&mut self, now: Instant) -> Output<Event<X>> {
        self.0.poll(now)
    }
}
