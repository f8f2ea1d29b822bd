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

use std::time::Duration;

use consul_proto::session;
pub use consul_proto::session::{Behavior, CheckId, NodeName, ServiceCheck, Session, SessionId};

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
    pub fn destroy(&self, id: impl Into<SessionId>) -> Destroy {
        self.client.call(session::Destroy::new(id))
    }

    /// Reads one session: `None` where it does not exist.
    pub fn info(&self, id: impl Into<SessionId>) -> Info {
        self.client.call(session::Info::new(id))
    }

    /// Reads the sessions that live on a node.
    pub fn node(&self, node: impl Into<NodeName>) -> Node {
        self.client.call(session::Node::new(node))
    }

    /// Reads all sessions.
    pub fn list(&self) -> List {
        self.client.call(session::List::new())
    }

    /// Gives a session its full time again: `None` where it does not exist any more.
    pub fn renew(&self, id: impl Into<SessionId>) -> Renew {
        self.client.call(session::Renew::new(id))
    }
}

impl Create {
    /// Sets a name for people. It does not have to be unique.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.map(|create| create.name(name))
    }

    /// Sets the node that the session lives on. Defaults to the node of the agent.
    pub fn node(self, node: impl Into<NodeName>) -> Self {
        self.map(|create| create.node(node))
    }

    /// Sets how long the session lives without a renewal: 10 seconds to 24 hours. Defaults to no limit, as zero does.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.map(|create| create.ttl(ttl))
    }

    /// Sets how long no session can lock the keys that this one held when it was invalidated: up to 60 seconds.
    pub fn lock_delay(self, delay: Duration) -> Self {
        self.map(|create| create.lock_delay(delay))
    }

    /// Sets what happens to the keys of the session when it ends. Defaults to [`Behavior::Release`].
    pub fn behavior(self, behavior: Behavior) -> Self {
        self.map(|create| create.behavior(behavior))
    }

    /// Sets the node's checks that end the session when they become critical.
    pub fn node_checks(self, ids: impl IntoIterator<Item = impl Into<CheckId>>) -> Self {
        self.map(|create| create.node_checks(ids))
    }

    /// Sets the checks of the node's services that end the session when they become critical; since Consul 1.7.
    pub fn service_checks(self, checks: impl IntoIterator<Item = ServiceCheck>) -> Self {
        self.map(|create| create.service_checks(checks))
    }
}
