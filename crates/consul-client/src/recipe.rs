//! Locks, semaphores and sessions that a background task keeps alive.
//!
//! | recipe | entry point | guard |
//! | --- | --- | --- |
//! | lock | [`Client::lock`](crate::Client::lock) | [`LockGuard`] |
//! | semaphore | [`Client::semaphore`](crate::Client::semaphore) | [`SemaphoreGuard`] |
//! | session | [`Sessions::keep_alive`](crate::session::Sessions::keep_alive) | [`SessionGuard`] |
//!
//! A *guard* represents the held object. It reports the loss, and dropping it gives the object back.
#![doc = include_str!("../docs/locks.md")]

mod contender;
pub(crate) mod hold;
mod lock;
pub(crate) mod registry;
mod semaphore;
mod session;
pub(crate) mod task;

pub use lock::{Conflict, Held, Holder, Lock, LockGuard, LockWaiter, Release};
pub use registry::Leftover;
pub use semaphore::{Semaphore, SemaphoreGuard, SemaphoreWaiter};
pub use session::{KeepAlive, SessionGuard};
