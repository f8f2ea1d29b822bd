//! The [status](https://developer.hashicorp.com/consul/api-docs/status) of Raft, the consensus protocol of the
//! servers.
//!
//! The operations need neither a token nor a leader. They are the cheapest check of a cluster's health.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! match client.status().leader().await? {
//!     Some(address) => println!("the leader is {address}"),
//!     None => println!("there is no leader"),
//! }
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// The status of the servers, created by [`Client::status`].
#[derive(Clone, Debug)]
pub struct Status {
    client: Client,
}

impl Client {
    /// Returns the operations on the status of the servers.
    #[must_use]
    pub fn status(&self) -> Status {
        Status { client: self.clone() }
    }
}

impl Status {
    /// Returns the status of the servers of another datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
