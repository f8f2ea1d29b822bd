//! The inputs and outputs of machines.

use std::time::Duration;

use bytes::Bytes;

use crate::Route;
use crate::machine::Instant;

/// Something that has happened, for [`Machine::handle`](crate::machine::Machine::handle).
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "the inputs are the contract")]
pub enum Input<X> {
    /// A complete response, whatever its status. The exchange has ended.
    Response(Exchange, http::Response<Bytes>),
    /// The exchange has ended without a complete response.
    Failed(Exchange, Failure<X>),
    /// A slot that the machine [wants](Output::Wait) is free.
    ///
    /// Valid for the next poll only: if that poll does not return a [`Send`](Output::Send) for this slot, the grant has
    /// no effect.
    Granted {
        /// The granted slot.
        slot: Slot,
        /// The longest time that the server may hold the request.
        longest: Duration,
    },
    /// The owner asks the machine to end. The machine may still send requests, for example to release a lock, and
    /// ends with [`Output::Done`].
    Stop,
}

/// An action for the driver, from [`Machine::poll`](crate::machine::Machine::poll).
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to handle every output")]
#[expect(
    clippy::large_enum_variant,
    reason = "it is moved once, and a box would be one allocation a request"
)]
pub enum Output<V> {
    /// Send this request.
    Send {
        /// Identifies the exchange in later inputs and outputs.
        exchange: Exchange,
        /// The operation: labels for errors and metrics, and what the driver has to know about the request.
        route: Route,
        /// The request in origin form, without host and token.
        request: http::Request<Bytes>,
        /// The slot that the request uses until the exchange ends.
        slot: Slot,
        /// How long the server may hold the request. Zero if it responds immediately.
        held: Duration,
        /// The deadline for the complete response. After it, the driver drops the exchange and reports
        /// [`FailureKind::Timeout`].
        deadline: Instant,
    },
    /// Drop this exchange. Later inputs for it have no effect.
    Cancel(Exchange),
    /// The owner's view has changed. The newest event replaces all earlier ones.
    Event(V),
    /// Nothing to do for now.
    Wait {
        /// Poll again at this time, if it is set, and in any case when an exchange ends.
        until: Option<Instant>,
        /// The slot that the machine wants now. When it is free, the driver passes [`Input::Granted`] and polls again.
        wants: Option<Slot>,
    },
    /// The machine has finished. No exchange is in flight, and every further poll returns `Done`.
    Done,
}

/// The capacity that a request uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to grant each of them")]
pub enum Slot {
    /// Requests that keep a lease, such as a session renewal. They never wait behind others and need no grant, unless
    /// the server holds them.
    Lease,
    /// A request that the server responds to immediately, or holds for [`SHORT_WAIT`](Self::SHORT_WAIT) at most.
    Short,
    /// A request that the server holds until something changes.
    LongPoll,
}

impl Slot {
    /// The longest time that the server may hold a request for [`Slot::Short`]: 100 ms.
    pub const SHORT_WAIT: Duration = Duration::from_millis(100);
}

/// Identifies a request and its response. A machine never uses the same number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exchange(u64);

impl Exchange {
    /// Creates the exchange with this number. The number means something to one machine only.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// Why an exchange has ended without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "drivers construct it")]
pub struct Failure<X> {
    /// The kind of the failure.
    pub kind: FailureKind,
    /// Whether the server certainly received nothing of the request. `false` if the driver does not know.
    pub is_unsent: bool,
    /// The driver's error.
    pub error: X,
}

/// The kinds of failures that machines distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection could be established.
    Connect,
    /// The connection was closed before the response was complete.
    Closed,
    /// The deadline has passed.
    Timeout,
    /// The driver dropped the exchange to free its slot. This is not an error: the machine asks for the slot again.
    Preempted,
    /// The servers do not know the token, and another attempt may succeed: the token is new, or there is another one.
    Token,
    /// Any other failure, such as a response that is not HTTP, or is too large.
    Other,
}
