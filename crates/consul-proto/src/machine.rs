//! Protocols that go on in time, as machines that are told the time.
//!
//! A [`Machine`] does no IO and reads no clock. A driver feeds it what has happened ([`handle`](Machine::handle)) and
//! asks what to do ([`poll`](Machine::poll)), both with the present time. So one machine serves any runtime, and hours
//! of a protocol's life are milliseconds of a test's.
//!
//! The loop of every driver is the same:
//!
//! 1. Hand in the answers and failures that are there.
//! 2. Poll, and do what the [`Output`] says, until it is [`Wait`](Output::Wait), [`Queue`](Output::Queue) or
//!    [`Done`](Output::Done).
//! 3. Wait until an exchange ends, the time of `Wait` or `Queue` has come, or it is the machine's turn; go on with 1.
//!
//! A blocking driver carries an exchange out on the spot and hands in how it ended: the example `watch` of this crate is
//! one, with a blocking HTTP client. It hears of nothing else meanwhile, not of [`Stop`](Input::Stop) either; with a
//! shorter [`wait`](watch::Settings::wait) it comes back sooner.
//!
//! ```
//! use std::time::Duration;
//! use bytes::Bytes;
//! use consul_proto::machine::{Input, Instant, Machine, Output, Turn, watch};
//! use consul_proto::{Options, kv};
//!
//! let get = kv::Get::new("app/color");
//! let mut watch = watch::Watch::<_, std::io::Error>::new(get, Options::default(), watch::Settings::default(), 42);
//!
//! let now = Instant::ORIGIN;
//! assert!(matches!(watch.poll(now), Output::Queue { turn: Turn::Brief, .. }));
//! watch.handle(now, Input::Turn(Duration::MAX));
//! let Output::Send { exchange, request, .. } = watch.poll(now) else { panic!("asks first") };
//! assert_eq!(request.uri(), "/v1/kv/app/color");
//!
//! // … the request travels, and an answer comes back:
//! let answer = http::Response::builder()
//!     .header("X-Consul-Index", 42)
//!     .body(Bytes::from(r#"[{"Key": "app/color", "Value": "Ymx1ZQ==", "CreateIndex": 41, "ModifyIndex": 42}]"#))?;
//! let now = now + Duration::from_millis(1);
//! watch.handle(now, Input::Answer(exchange, answer));
//! let Output::Event(watch::Event::State(state)) = watch.poll(now) else { panic!("tells the state") };
//! assert_eq!(state.value.as_ref().as_ref().expect("key exists").value, "blue");
//!
//! // The next request waits for a change. A driver that does not limit them lets it.
//! assert!(matches!(watch.poll(now), Output::Queue { turn: Turn::Long, .. }));
//! watch.handle(now, Input::Turn(Duration::MAX));
//! let Output::Send { request, .. } = watch.poll(now) else { panic!("asks again") };
//! assert_eq!(request.uri(), "/v1/kv/app/color?index=42&wait=55000ms");
//! # Ok::<_, http::Error>(())
//! ```

mod backoff;
mod bucket;
mod instant;
mod random;
pub mod watch;

use std::time::Duration;

use bytes::Bytes;

pub use backoff::Backoff;
pub use bucket::Rate;
pub use instant::Instant;

/// A protocol that goes on in time.
///
/// `now` never goes back from one call to the next.
pub trait Machine {
    /// What it tells its owner.
    type Event;

    /// What the driver has to say of an exchange that brought no answer. Travels through the machine unread, and comes
    /// out in an event.
    type Error;

    /// Takes in what has happened. What to do about it is told by [`poll`](Self::poll).
    fn handle(&mut self, now: Instant, input: Input<Self::Error>);

    /// Tells what to do next; to be asked until there is nothing to do but to wait.
    ///
    /// A machine does not go on before an event is taken: whoever takes no events sends no requests.
    fn poll(&mut self, now: Instant) -> Output<Self::Event>;
}

/// What happens to a machine.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "what a driver can have to tell is the contract")]
pub enum Input<X> {
    /// The answer to a request, whatever its status.
    Answer(Exchange, http::Response<Bytes>),
    /// A request that got no answer. The exchange is over.
    Failed(Exchange, Failure<X>),
    /// It is the turn of a machine that [queues](Output::Queue): its next request may be sent, and held by the server for
    /// this long at most. Where the next [`poll`](Machine::poll) does not send it the turn is over.
    Turn(Duration),
    /// The machine shall come to an end, in its own good order.
    Stop,
}

/// What a machine queues for. Servers allow a client few connections, and a request that waits has one to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to grant both")]
pub enum Turn {
    /// A request that is answered at once, or [nearly](Self::BRIEF) so.
    Brief,
    /// A request that the server holds until something changes.
    Long,
}

impl Turn {
    /// How long the server may hold a request of a brief turn.
    pub const BRIEF: Duration = Duration::from_millis(100);
}

/// What a machine wants to be done.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a driver has to do all of it")]
#[expect(
    clippy::large_enum_variant,
    reason = "moved once, and a box would be an allocation for each request"
)]
pub enum Output<V> {
    /// Send this request: in origin form, without host and token.
    Send {
        /// Names the exchange in what is told of it later.
        exchange: Exchange,
        /// The request.
        request: http::Request<Bytes>,
        /// How long the server may hold it; zero where it is to be answered at once.
        held: Duration,
        /// When the driver gives the exchange up, whole answer included, and says
        /// [`Timeout`](FailureKind::Timeout).
        deadline: Instant,
    },
    /// Give this exchange up. What is told of it later is not heard.
    Cancel(Exchange),
    /// Something that the owner should know.
    Event(V),
    /// Nothing to do before this time, or before an exchange ends where there is none.
    Wait(Option<Instant>),
    /// A request is due. As [`Wait`](Self::Wait), and when there is room for another request: [`Input::Turn`]. A driver
    /// that limits nothing says so at once, with [`Duration::MAX`].
    Queue {
        /// What there has to be room for.
        turn: Turn,
        /// When to poll again all the same.
        until: Option<Instant>,
    },
    /// It is over; nothing follows.
    Done,
}

/// One request and its answer. A machine never uses the same twice, so what comes late is no danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exchange(u64);

/// Why an exchange brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure<X> {
    /// What a machine goes by.
    pub kind: FailureKind,
    /// What the driver knows of it.
    pub error: X,
}

/// What a machine goes by when an exchange brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// There was no connection.
    Connect,
    /// The connection was closed before the answer was complete.
    Closed,
    /// The deadline has passed.
    Timeout,
    /// Anything else: what came was not HTTP, or larger than allowed.
    Other,
}
