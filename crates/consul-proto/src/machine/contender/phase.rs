//! The states of a contender.

use crate::machine::contender::Protocol;
use crate::machine::{Exchange, Instant, Lease};

/// The phase of a contender.
#[derive(Debug)]
pub(super) enum Phase<P: Protocol> {
    /// Reads the keys.
    Seek,
    /// Tries to acquire.
    Acquire(P::Plan),
    /// Waits for a change of the keys.
    Wait,
    /// Waits for the end of a lock-delay, which servers do not report. Tries again at this time.
    Delay(Instant),
    /// Holds, and watches the keys.
    Held(Hold<P>),
    /// Releases.
    Releasing(Releasing<P>),
    /// Destroys its sessions.
    Ending,
    /// Has ended.
    Done,
}

/// A hold.
#[derive(Debug)]
pub(super) struct Hold<P: Protocol> {
    pub(super) lease: Lease,
    pub(super) token: u64,
    pub(super) state: P::Hold,
    /// The time at which the last request that confirmed the hold was sent.
    pub(super) confirmed_at: Instant,
    /// Whether a server has reported that the session does not exist. The next read decides.
    pub(super) is_in_doubt: bool,
}

/// A release.
#[derive(Debug)]
pub(super) struct Releasing<P: Protocol> {
    /// The state to release. Unknown if it has changed, or if the outcome of an acquisition is unknown.
    pub(super) state: Option<P::Hold>,
    /// Requests without a usable response.
    pub(super) unclear: u32,
    /// The number of releases that failed because the state had changed.
    pub(super) failed_checks: u32,
    /// Set if the result is reported. It is not reported if nothing was held.
    pub(super) is_reported: bool,
}

/// A request for the keys.
#[derive(Debug)]
pub(super) struct Operation<A> {
    pub(super) exchange: Exchange,
    pub(super) kind: Kind<A>,
    pub(super) sent_at: Instant,
}

/// The kinds of requests for the keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<A> {
    /// A read that responds immediately.
    Read,
    /// A read that waits for a change.
    Watch,
    Acquire(A),
    Release,
}

impl<P: Protocol> Phase<P> {
    /// Whether nothing is held so far.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self, Self::Seek | Self::Acquire(_) | Self::Wait | Self::Delay(_))
    }
}

impl<P: Protocol> Releasing<P> {
    pub(super) fn new(state: Option<P::Hold>, is_reported: bool) -> Self {
        Self { state, unclear: 0, failed_checks: 0, is_reported }
    }
}
