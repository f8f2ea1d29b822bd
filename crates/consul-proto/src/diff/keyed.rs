//! What tells one item of a list from another.

use std::fmt::Debug;
use std::hash::Hash;

use crate::acl::legacy::Token;
use crate::agent::Member;
use crate::agent::service::{AgentService, ServiceHealth};
use crate::catalog::{CatalogService, GatewayService};
use crate::event::Event;
use crate::health::ServiceEntry;
use crate::model::Entry;
use crate::model::HealthCheck;
use crate::model::{CatalogNode, NodeService};
use crate::session::Session;

/// Something with a key that nothing else in the same list has.
///
/// Every item of a list that Consul answers with is, and so is a text, whose key is itself, and a pair, whose key is
/// its first half, as in a map. For a type of your own:
///
/// ```
/// use std::fmt::Debug;
/// use std::hash::Hash;
///
/// use consul_proto::diff::{Diff, Keyed};
///
/// #[derive(Debug, PartialEq)]
/// struct Backend {
///     address: String,
///     weight: u16,
/// }
///
/// impl Keyed for Backend {
///     fn key(&self) -> impl Eq + Hash + Debug {
///         &self.address
///     }
/// }
///
/// let backend = |weight| Backend { address: "10.0.0.1".to_owned(), weight };
/// let diff = Diff::between([backend(1)], [backend(2)]);
/// assert_eq!((diff.changed[0].after.weight, diff.removed.len()), (2, 0));
/// ```
pub trait Keyed {
    /// The key.
    fn key(&self) -> impl Eq + Hash + Debug;
}

impl<T: Keyed + ?Sized> Keyed for &T {
    fn key(&self) -> impl Eq + Hash + Debug {
        T::key(self)
    }
}

/// The text itself.
impl Keyed for str {
    fn key(&self) -> impl Eq + Hash + Debug {
        self
    }
}

/// The text itself.
impl Keyed for String {
    fn key(&self) -> impl Eq + Hash + Debug {
        self.as_str()
    }
}

/// The first half, as in a map.
impl<K: Eq + Hash + Debug, V> Keyed for (K, V) {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.0
    }
}

/// Its key.
impl Keyed for Entry {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.partition, &self.namespace, &self.key)
    }
}

/// Its node, and its id there.
impl Keyed for ServiceEntry {
    fn key(&self) -> impl Eq + Hash + Debug {
        (self.node.key(), self.service.key())
    }
}

/// Its id, which no other instance on the node has.
impl Keyed for NodeService {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.namespace, &self.id)
    }
}

/// Its node, and its id there.
impl Keyed for CatalogService {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.namespace, &self.node, &self.service_id)
    }
}

/// Its node, and its id there.
impl Keyed for HealthCheck {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.namespace, &self.node, &self.id)
    }
}

/// Its name: a node keeps that, and the id is empty for some.
impl Keyed for CatalogNode {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.name)
    }
}

/// Gateway, service, and the port at which the one listens for the other.
impl Keyed for GatewayService {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.gateway, &self.service, self.port)
    }
}

/// Its name.
impl Keyed for Member {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.name
    }
}

/// Its id.
impl Keyed for Session {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.id
    }
}

/// Its id.
impl Keyed for Event {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.id
    }
}

/// The id of the instance.
impl Keyed for ServiceHealth {
    fn key(&self) -> impl Eq + Hash + Debug {
        self.service.key()
    }
}

/// Its id, which no other instance of the agent has.
impl Keyed for AgentService {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.namespace, &self.id)
    }
}

/// Its id, which its `Debug` form hides.
impl Keyed for Token {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.id
    }
}
