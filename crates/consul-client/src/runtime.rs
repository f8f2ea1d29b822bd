//! The clock of a client and the place where its background tasks run.
//!
//! A client built with an executor of your own also gets a [`Runtime`]. [`TokioRuntime`] is the one that clients use by
//! default; another one is needed only for another async runtime or for a virtual clock.

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
    /// Returns the time since an origin that the runtime chooses and keeps. It never goes back.
    ///
    /// The clock should also run while the machine is suspended: a lock is lost by then, and only the clock can tell.
    fn now(&self) -> Instant;

    /// Returns a future that completes when [`now`](Self::now) has reached `at`. If it already has, the future is ready
    /// immediately.
    ///
    /// A sleep may complete late if the machine was suspended in the meantime. A caller that must notice a suspend soon
    /// sleeps in short pieces.
    fn sleep_until(&self, at: Instant) -> Sleep;

    /// Runs a task in the background until it completes or the runtime ends.
    ///
    /// Can be called from any thread, also outside of a runtime and from a destructor. It neither blocks nor panics.
    ///
    /// # Errors
    ///
    /// Returns an error, and drops the task, if no runtime is available or the runtime has shut down.
    fn spawn(&self, task: Task) -> Result<(), SpawnError>;
}
