//! Keys that identify the items of a list.

use std::fmt::Debug;
use std::hash::Hash;

use crate::acl::legacy::Token;
use crate::agent::Member;
use crate::agent::service::ServiceHealth;
use crate::catalog::{CatalogService, GatewayService};
use crate::event::Event;
use crate::health::ServiceEntry;
use crate::model::Entry;
use crate::model::HealthCheck;
use crate::model::{CatalogNode, NodeService};
use crate::session::Session;

/// An item with a key that is unique in its list.
///
/// The trait is implemented for the items of all lists that Consul returns. It is also implemented for strings, which
/// are their own key, and for pairs, whose key is the first element, as in a map. To implement it for your own type:
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
    /// Returns the key.
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

/// The key is the first element, as in a map.
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

/// The key is the ID, which is unique on the node.
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

/// The key is the name. Some nodes have no ID, and a node keeps its name.
impl Keyed for CatalogNode {
    fn key(&self) -> impl Eq + Hash + Debug {
        (&self.peer_name, &self.partition, &self.name)
    }
}

/// The key is the gateway, the service, and the port on which the gateway listens for it.
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

/// The key is the ID of the instance.
impl Keyed for ServiceHealth {
    fn key(&self) -> impl Eq + Hash + Debug {
        self.service.key()
    }
}

/// The key is the ID, which `Debug` does not show.
impl Keyed for Token {
    fn key(&self) -> impl Eq + Hash + Debug {
        &self.id
    }
}
