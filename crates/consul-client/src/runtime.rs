//! The clock of a client, and the spawner of its background tasks.
//!
//! Clients use [`TokioRuntime`] by default. Implement [`Runtime`] for another async runtime or for a virtual clock,
//! and pass it to the builder together with an executor.

mod error;
#[cfg(feature = "rt")]
mod suspend;
#[cfg(feature = "rt")]
mod tokio;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

pub use consul_proto::machine::Instant;

#[cfg(feature = "rt")]
pub use self::tokio::TokioRuntime;
pub use error::SpawnError;

/// A future that completes at a point in time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A future that runs in the background.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A client's clock and task spawner. It is the only clock above the protocol crate.
pub trait Runtime: Debug + Send + Sync + 'static {
    /// Returns the current time. It is monotonic, and its origin is fixed by the runtime.
    ///
    /// The clock should also run while the machine is suspended. A lock expires during a suspend, and only the clock
    /// can detect this.
    fn now(&self) -> Instant;

    /// Returns a future that completes when [`now`](Self::now) reaches `at`. If that time has passed, the future is
    /// ready immediately.
    ///
    /// The future may complete late if the machine was suspended in the meantime. A caller that must detect a suspend
    /// soon uses several short sleeps.
    fn sleep_until(&self, at: Instant) -> Sleep;

    /// Runs a task in the background until it completes or the runtime ends.
    ///
    /// Callers may call it from any thread, outside of a runtime, and from a destructor. It must not block or panic.
    ///
    /// # Errors
    ///
    /// Returns an error, and drops the task, if no runtime is available or the runtime has shut down.
    fn spawn(&self, task: Task) -> Result<(), SpawnError>;
}
