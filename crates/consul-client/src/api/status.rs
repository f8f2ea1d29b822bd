//! The [status](https://developer.hashicorp.com/consul/api-docs/status) of the servers' consensus.
//!
//! Needs no token and no leader, so it is what to ask whether anybody is there.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! match client.status().leader().await? {
//!     Some(address) => println!("{address} leads"),
//!     None => println!("nobody leads"),
//! }
//! # Ok(())
//! # }
//! ```

use consul_proto::status;

use crate::{Call, Client};

/// Reads who leads; see [`status::Leader`].
pub type Leader = Call<status::Leader>;
/// Reads who takes part; see [`status::Peers`].
pub type Peers = Call<status::Peers>;

/// The status of the servers; from [`Client::status`].
#[derive(Clone, Debug)]
pub struct Status {
    client: Client,
}

impl Client {
    /// The status of the servers.
    #[must_use]
    pub fn status(&self) -> Status {
        Status { client: self.clone() }
    }
}

impl Status {
    /// The status of the servers of another datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }

    /// Reads the leader's address: `None` where there is no leader.
    pub fn leader(&self) -> Leader {
        self.client.call(status::Leader::new())
    }

    /// Reads the addresses of the servers that take part.
    pub fn peers(&self) -> Peers {
        self.client.call(status::Peers::new())
    }
}
