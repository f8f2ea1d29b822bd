//! A service instance with its health.

use serde::Deserialize;

use crate::model::{CatalogNode, NodeService};
use crate::model::{HealthCheck, Status};
use crate::types::null;

/// An instance of a service, its node, and the checks of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceEntry {
    /// The node that the instance runs on.
    pub node: CatalogNode,
    /// The instance.
    pub service: NodeService,
    /// The checks of the node and those of the instance, mixed.
    #[serde(default, deserialize_with = "null::or_default")]
    pub checks: Vec<HealthCheck>,
}

impl ServiceEntry {
    /// The address to connect to: the instance's own, or else its node's.
    #[must_use]
    pub fn address(&self) -> &str {
        if self.service.address.is_empty() { &self.node.address } else { &self.service.address }
    }

    /// The port to connect to; of several, the default one. 0 where there is none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.service.port
    }

    /// What the checks come to together; see [`Status::of`].
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.checks)
    }
}
