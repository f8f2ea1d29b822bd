//! [User events](https://developer.hashicorp.com/consul/api-docs/event): small messages to the agents of a datacenter.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let event = client.event().fire("deploy").payload("v7").service("^web$").await?;
//! println!("fired {}", event.id);
//!
//! // An agent lists the events that it has received, which takes it a moment.
//! let seen = client.event().list().name("deploy").send().await?;
//! for event in &seen.value {
//!     println!("{} at {}: {}", event.name, event.l_time, event.text()?);
//! }
//!
//! // Yields each new event once.
//! let mut deploys = client.event().list().name("deploy").feed();
//! let first = deploys.next().await;
//! # Ok(())
//! # }
//! ```
//!
//! The index of this list differs from other indexes. See
//! [`proto::event`](crate::proto::event#the-index-of-the-list).

mod feed;
mod operations;

pub use self::feed::{Feed, FeedItem};
pub use self::operations::*;
use crate::Client;

/// The user events, created by [`Client::event`].
#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
}

impl Client {
    /// Returns the operations on user events.
    #[must_use]
    pub fn event(&self) -> Events {
        Events { client: self.clone() }
    }
}

impl Events {
    /// Returns operations that fire events in another datacenter.
    ///
    /// The agent does not receive these events. [`list`](Self::list) still returns the events that the agent has
    /// received in its own datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
