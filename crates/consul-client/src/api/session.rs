//! [Sessions](https://developer.hashicorp.com/consul/api-docs/session): leases that locks hang on.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! let session = client.session().create().name("worker 7").ttl(Duration::from_secs(15)).await?;
//! if client.kv().put("jobs/leader", "worker 7").acquire(&session).await? {
//!     // … work, and renew well before the TTL is over.
//!     client.session().renew(&session).await?.ok_or("session is gone, and the key with it")?;
//! }
//! client.session().destroy(&session).await?;
//! # Ok(())
//! # }
//! ```
//!
//! What an id is, and what is none, is told at [`proto::session`](consul_proto::session#ids).

use std::time::Duration;

use consul_proto::session;
pub use consul_proto::session::{Behavior, ServiceCheck, Session};

use crate::{Call, Client};

/// Creates a session; see [`session::Create`].
pub type Create = Call<session::Create>;
/// Ends a session; see [`session::Destroy`].
pub type Destroy = Call<session::Destroy>;
/// Reads one session; see [`session::Info`].
pub type Info = Call<session::Info>;
/// Reads the sessions of a node; see [`session::Node`].
pub type Node = Call<session::Node>;
/// Reads all sessions; see [`session::List`].
pub type List = Call<session::List>;
/// Keeps a session alive; see [`session::Renew`].
pub type Renew = Call<session::Renew>;

/// The sessions; from [`Client::session`].
#[derive(Clone, Debug)]
pub struct Sessions {
    client: Client,
}

impl Client {
    /// The sessions.
    #[must_use]
    pub fn session(&self) -> Sessions {
        Sessions { client: self.clone() }
    }
}

impl Sessions {
    /// The sessions of another datacenter; keys there are locked with them, and no others. Creating one takes a
    /// [`node`](Create::node) there: the agent's own, which it would live on, is not.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }

    /// Creates a session; gives its id.
    pub fn create(&self) -> Create {
        self.client.call(session::Create::new())
    }

    /// Ends a session. `true` also where there is no such session.
    pub fn destroy(&self, id: impl Into<String>) -> Destroy {
        self.client.call(session::Destroy::new(id))
    }

    /// Reads one session: `None` where it does not exist.
    pub fn info(&self, id: impl Into<String>) -> Info {
        self.client.call(session::Info::new(id))
    }

    /// Reads the sessions that live on a node.
    pub fn node(&self, node: impl Into<String>) -> Node {
        self.client.call(session::Node::new(node))
    }

    /// Reads all sessions.
    pub fn list(&self) -> List {
        self.client.call(session::List::new())
    }

    /// Gives a session its full time again: `None` where it does not exist any more.
    pub fn renew(&self, id: impl Into<String>) -> Renew {
        self.client.call(session::Renew::new(id))
    }
}

impl Create {
    /// Gives it a name for people.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|create| create.name = Some(name.into()))
    }

    /// Lets it live on this node instead of the agent's own.
    pub fn node(self, node: impl Into<String>) -> Self {
        self.with(|create| create.node = Some(node.into()))
    }

    /// How long it lives without being renewed: 10 seconds to 24 hours; without end unless set.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.with(|create| create.ttl = Some(ttl))
    }

    /// How long nobody can lock again what it held when it was invalidated: up to 60 seconds; 15 unless set.
    pub fn lock_delay(self, delay: Duration) -> Self {
        self.with(|create| create.lock_delay = Some(delay))
    }

    /// What becomes of the keys it holds when it ends; they are released unless set.
    pub fn behavior(self, behavior: Behavior) -> Self {
        self.with(|create| create.behavior = Some(behavior))
    }

    /// The node's checks that end it when they turn critical: none where the list is empty, `serfHealth` unless set.
    pub fn node_checks(self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(|create| create.node_checks = Some(ids.into_iter().map(Into::into).collect()))
    }

    /// Checks of the node's services that end it when they turn critical; since Consul 1.7.
    pub fn service_checks(self, checks: impl IntoIterator<Item = ServiceCheck>) -> Self {
        self.with(|create| create.service_checks = Some(checks.into_iter().collect()))
    }
}
