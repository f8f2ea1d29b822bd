//! [Network coordinates](https://developer.hashicorp.com/consul/api-docs/coordinate), which estimate the round-trip
//! times between nodes.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! for datacenter in client.coordinate().datacenters().await? {
//!     for server in &datacenter.coordinates {
//!         println!("{} in {}: {:?}", server.node, datacenter.datacenter, server.coordinate.vec);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// Network coordinates, created by [`Client::coordinate`].
#[derive(Clone, Debug)]
pub struct Coordinates {
    client: Client,
}

impl Client {
    /// Returns the operations on network coordinates.
    #[must_use]
    pub fn coordinate(&self) -> Coordinates {
        Coordinates { client: self.clone() }
    }
}

impl Coordinates {
    /// Returns the coordinates of another datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
