//! [User events](https://developer.hashicorp.com/consul/api-docs/event): small messages to the agents of a datacenter.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let event = client.event().fire("deploy").payload("v7").service("^web$").await?;
//! println!("fired {}", event.id);
//!
//! // An agent shows what it has taken; it needs a moment to hear of what is fired.
//! let seen = client.event().list().name("deploy").send().await?;
//! for event in &seen.value {
//!     println!("{} at {}: {}", event.name, event.l_time, event.text()?);
//! }
//!
//! // Hear of those that come, each once.
//! let mut deploys = client.event().list().name("deploy").feed();
//! let first = deploys.next().await;
//! # Ok(())
//! # }
//! ```
//!
//! The index of this list is not like others; see [`proto::event`](consul_proto::event#the-index-of-the-list).

mod feed;

use bytes::Bytes;
use consul_proto::event;
pub use consul_proto::event::Event;
pub use feed::{Feed, Heard};

use crate::{Call, Client};

/// Fires an event; see [`event::Fire`].
pub type Fire = Call<event::Fire>;
/// Reads the latest events; see [`event::List`].
pub type List = Call<event::List>;

/// The user events; from [`Client::event`].
#[derive(Clone, Debug)]
pub struct Events {
    client: Client,
}

impl Client {
    /// The user events.
    #[must_use]
    pub fn event(&self) -> Events {
        Events { client: self.clone() }
    }
}

impl Events {
    /// The same, but what is fired goes to another datacenter. The agent that is asked does not hear of it, and goes on
    /// to [list](Self::list) what it has taken itself.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }

    /// Fires an event, for every node unless it is filtered; gives the event.
    pub fn fire(&self, name: impl Into<String>) -> Fire {
        self.client.call(event::Fire::new(name))
    }

    /// Reads the latest events that the agent has taken, oldest first.
    pub fn list(&self) -> List {
        self.client.call(event::List::new())
    }
}

impl Fire {
    /// What the event says: 300 bytes at most.
    pub fn payload(self, payload: impl Into<Bytes>) -> Self {
        self.with(|fire| fire.payload = payload.into())
    }

    /// Only for nodes whose name matches this regular expression.
    pub fn node(self, regex: impl Into<String>) -> Self {
        self.with(|fire| fire.node = Some(regex.into()))
    }

    /// Only for nodes with a service whose name matches this regular expression.
    pub fn service(self, regex: impl Into<String>) -> Self {
        self.with(|fire| fire.service = Some(regex.into()))
    }

    /// Only for nodes on which a tag of such a service matches this regular expression; needs a
    /// [`service`](Self::service).
    pub fn tag(self, regex: impl Into<String>) -> Self {
        self.with(|fire| fire.tag = Some(regex.into()))
    }
}

impl List {
    /// Only events of exactly this name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|list| list.name = Some(name.into()))
    }
}
