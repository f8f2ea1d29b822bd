//! Locks and semaphores on a model of Consul, in seeded histories with faults.
//!
//! A history has several contenders. Each is a process with its own clock and a driver for one machine. Requests and
//! responses travel over a network that delays, loses and reorders them, to the [model](consul_tests::model). Each
//! history checks these guarantees:
//!
//! - At most the allowed number of contenders consider themselves holders.
//! - Each holder has a higher fencing token than all earlier holders.
//! - A loss is reported once, and never after a release. After the owner has seen the end of a hold, it is never
//!   valid again.
//! - A machine that has ended sends no request, and leaves no session behind.
//! - A waiter sends at most 10 requests in any second.
//! - A contender holds after the faults have ended.
//!
//! `rules` disables one rule of the machines at a time, and checks which of these is violated.
//!
//! The number of histories and the first seed can be set with `CONSUL_SIMULATION_HISTORIES` and `CONSUL_SIMULATION_SEED`.
//! `CONSUL_SIMULATION_TRACE=1` prints what happens, for a run of one history.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests, and the figures of a long run")]

mod changes;
mod contender;
mod drive;
mod faults;
mod findings;
mod history;
mod lock;
mod network;
mod rules;
mod semaphore;
mod setup;
mod user;
