//! [Sessions](https://developer.hashicorp.com/consul/api-docs/session): leases that hold locks.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! let session = client.session().create().name("worker 7").ttl(Duration::from_secs(15)).await?;
//! if client.kv().put("jobs/leader", "worker 7").acquire(&session).await?.is_yes() {
//!     // … work, and renew well before the TTL has elapsed.
//!     client.session().renew(&session).await?.ok_or("session is gone, and the key with it")?;
//! }
//! client.session().destroy(&session).await?;
//! # Ok(())
//! # }
//! ```
//!
//! These operations are single requests. [`keep_alive`](Sessions::keep_alive) renews a session in the background and
//! reports its loss. For a lock, use [`Client::lock`].

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
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the sessions of another datacenter. Only these sessions can lock keys in that datacenter.
    ///
    /// Creating a session there requires a [`node`](Create::node) of that datacenter, since the agent's node belongs
    /// to its own datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
