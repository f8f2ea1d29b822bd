//! [Sessions](https://developer.hashicorp.com/consul/api-docs/session): leases that locks hang on.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! let session = client.session().create().name("worker 7").ttl(Duration::from_secs(15)).await?;
//! if client.kv().put("jobs/leader", "worker 7").acquire(&session).await?.is_yes() {
//!     // … work, and renew well before the TTL is over.
//!     client.session().renew(&session).await?.ok_or("session is gone, and the key with it")?;
//! }
//! client.session().destroy(&session).await?;
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// The sessions, created by [`Client::session`].
#[derive(Clone, Debug)]
pub struct Sessions {
    client: Client,
}

impl Client {
    /// Returns the operations on sessions.
    #[must_use]
    pub fn session(&self) -> Sessions {
        Sessions { client: self.clone() }
    }
}

impl Sessions {
    /// Returns the sessions of another datacenter. Keys there can be locked only with these sessions.
    ///
    /// Creating one requires a [`node`](Create::node) of that datacenter, because the node of the agent is not there.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
