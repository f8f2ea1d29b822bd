//! Recipes on Consul's sessions, which a background task keeps alive.
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
