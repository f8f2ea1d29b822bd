//! The time-driven protocols of Consul, as state machines without IO and without a clock.
//!
//! A [`Machine`] describes one protocol: a watch, a session and its renewals, a lock. It opens no connection and reads
//! no clock. A *driver* connects it to a transport and a clock. So one machine works on any runtime, and a test can run
//! hours of a protocol in milliseconds.
//!
//! # Inputs and outputs
//!
//! The driver passes inputs to [`Machine::handle`], and gets the next action from [`Machine::poll`]. Both take the
//! current time.
//!
//! | input | meaning |
//! | --- | --- |
//! | [`Response`](Input::Response) | an exchange has ended with a complete response |
//! | [`Failed`](Input::Failed) | an exchange has ended without one, or its deadline has passed |
//! | [`Granted`](Input::Granted) | a slot that the machine wants is free |
//! | [`Stop`](Input::Stop) | the owner wants the machine to end |
//!
//! | output | what the driver does |
//! | --- | --- |
//! | [`Send`](Output::Send) | sends the request and polls again |
//! | [`Cancel`](Output::Cancel) | drops the exchange and polls again |
//! | [`Event`](Output::Event) | passes the new state to the owner, then polls again |
//! | [`Wait`](Output::Wait) | waits for the time, an exchange or the slot |
//! | [`Done`](Output::Done) | stops: the machine has finished and has no exchange in flight |
//!
//! # Duties of a driver
//!
//! A driver repeats three steps:
//!
//! 1. Pass every input that is available to `handle`.
//! 2. Call `poll` and do what it returns, until it returns [`Wait`](Output::Wait) or [`Done`](Output::Done).
//! 3. Wait until an exchange ends, the time in `Wait` is reached, the wanted slot is free, or the owner wants the
//!    machine to end. Then start again with step 1.
//!
//! While it does this:
//!
//! - **Time does not go back.** `now` is never smaller than in the previous call. It may be slightly outdated, since
//!   the driver can be preempted between reading the clock and the call.
//! - **Several exchanges can be in flight**, for different routes. Each ends with exactly one `Response` or `Failed`,
//!   unless the machine has cancelled it. A machine never uses the same [`Exchange`] twice and ignores inputs for an
//!   exchange that it does not know, so a late input does no harm.
//! - **The driver enforces the deadline in `Send`.** When it passes, the driver drops the exchange and reports
//!   [`FailureKind::Timeout`]. A response that is complete counts, even if its deadline has passed in the meantime.
//! - **A failure states whether the request was certainly not sent** ([`Failure::is_unsent`]). If the driver does not
//!   know, it is `false`.
//! - **A grant is valid for the next `poll` only.** If that poll does not return a `Send` for the slot, the slot is
//!   free again. So a grant that comes too late cannot leak a slot.
//! - **Requests are sent once.** The machine decides if it repeats one.
//!
//! # Slots
//!
//! An agent accepts a limited number of connections from one address, and a request that waits at the server occupies
//! one of them. So each `Send` names the [`Slot`] it uses, and a machine sends a request for [`Slot::Short`] or
//! [`Slot::LongPoll`] only in the poll after a grant. The newest [`Wait`](Output::Wait) replaces earlier ones. A
//! driver without limits grants immediately, with [`Duration::MAX`](std::time::Duration::MAX).
//!
//! Requests for [`Slot::Lease`] need no grant: a renewal is sent when it is due. The exception is a request that the
//! server holds, such as a lock holder's watch of its key. For such a request, the machine wants [`Slot::Lease`], and
//! the driver grants it immediately. If the driver has no connection for it, the grant's `longest` is zero, and the
//! machine sends a request that the server does not hold.
//!
//! # Events
//!
//! An event is a level, not an edge: it contains the newest state and replaces every event before it. Machines do not
//! queue events. If several changes happen between two polls, the owner receives the last one.
//!
//! - A machine that *reads*, such as a watch, makes no progress while its driver is not polled. A consumer that does
//!   not take events causes no requests.
//! - A machine that *holds a lease* must not depend on a consumer. Its driver publishes each event, for example in a
//!   channel that keeps the newest value, and continues to poll. Such a machine returns requests that are due before it
//!   returns events.
//!
//! # Example
//!
//! ```
//! use std::error::Error;
//! use std::sync::Arc;
//! use std::time::Duration;
//! use bytes::Bytes;
//! use consul_proto::machine::{Input, Instant, Machine, Output, Slot, watch};
//! use consul_proto::{Options, kv};
//!
//! let get = kv::Get::new("app/color");
//! let mut watch = watch::Watch::<_, Arc<dyn Error + Send + Sync>>::new(get, Options::default(), watch::Settings::default(), 42);
//!
//! let now = Instant::ORIGIN;
//! assert!(matches!(watch.poll(now), Output::Wait { wants: Some(Slot::Short), .. }));
//! watch.handle(now, Input::Granted { slot: Slot::Short, longest: Duration::MAX });
//! let Output::Send { exchange, request, .. } = watch.poll(now) else { panic!("sends a request first") };
//! assert_eq!(request.uri(), "/v1/kv/app/color");
//!
//! // … the request travels, and a response comes back:
//! let response = http::Response::builder()
//!     .header("X-Consul-Index", 42)
//!     .body(Bytes::from(r#"[{"Key": "app/color", "Value": "Ymx1ZQ==", "CreateIndex": 41, "ModifyIndex": 42}]"#))?;
//! let now = now + Duration::from_millis(1);
//! watch.handle(now, Input::Response(exchange, response));
//! let Output::Event(watch::Event::Snapshot(snapshot)) = watch.poll(now) else { panic!("emits the state") };
//! let entry = snapshot.value().expect("first value").as_ref().as_ref().expect("key exists");
//! assert_eq!(entry.value, "blue");
//!
//! // The next request waits for a change.
//! assert!(matches!(watch.poll(now), Output::Wait { wants: Some(Slot::LongPoll), .. }));
//! watch.handle(now, Input::Granted { slot: Slot::LongPoll, longest: Duration::MAX });
//! let Output::Send { request, .. } = watch.poll(now) else { panic!("sends the next request") };
//! assert_eq!(request.uri(), "/v1/kv/app/color?index=42&wait=55000ms");
//! # Ok::<_, http::Error>(())
//! ```
//!
//! A blocking driver executes each exchange immediately and reports its end. The example `watch` of this crate is
//! such a driver, with a blocking HTTP client. It cannot be stopped while a request waits at the server, so use a
//! short [`wait`](watch::Settings::wait).

mod backoff;
mod bucket;
mod cause;
mod contender;
mod contract;
mod destroyer;
mod exchanges;
mod instant;
pub mod keep_alive;
mod lease;
pub mod lock;
mod random;
mod renewal;
mod rules;
pub mod semaphore;
mod session;
pub mod watch;

pub use backoff::Backoff;
pub use bucket::Rate;
pub use cause::{Cause, CauseKind};
pub use contract::{Exchange, Failure, FailureKind, Input, Output, Slot};
pub use destroyer::Cleanup;
pub use instant::Instant;
pub use lease::{Lease, LossReason};
#[doc(hidden)]
pub use rules::Rules;
pub use session::SessionSettings;

/// A time-driven protocol as a state machine.
///
/// The [module](self) documents the contract between a machine and its driver.
pub trait Machine {
    /// The state that the machine reports to its owner.
    type Event;

    /// The driver's error for an exchange without a response. The machine does not inspect it, and returns it in
    /// events.
    type Error;

    /// Handles one input. The resulting actions come from [`poll`](Self::poll).
    ///
    /// `now` is the current time. It must not be earlier than in any previous call.
    fn handle(&mut self, now: Instant, input: Input<Self::Error>);

    /// Returns the next action.
    ///
    /// The driver calls it again until it returns [`Output::Wait`] or [`Output::Done`].
    fn poll(&mut self, now: Instant) -> Output<Self::Event>;
}
