//! A service instance with its health.

use serde::{Deserialize, Serialize};

use crate::model::{CatalogNode, HealthCheck, NodeService, Status};
use crate::types::null;

/// A service instance, its node, and the checks of both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceEntry {
    /// The node that the instance runs on.
    pub node: CatalogNode,
    /// The instance.
    pub service: NodeService,
    /// The checks of the node and those of the instance, in no particular order.
    #[serde(default, deserialize_with = "null::or_default")]
    pub checks: Vec<HealthCheck>,
}

impl ServiceEntry {
    /// Returns the address to connect to: that of the instance, or that of its node if the instance has none.
    #[must_use]
    pub fn address(&self) -> &str {
        if self.service.address.is_empty() { &self.node.address } else { &self.service.address }
    }

    /// Returns the port to connect to: of several ports the default one, 0 if there is none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.service.port
    }

    /// Returns the status of all checks together; see [`Status::of`].
    #[must_use]
    pub fn status(&self) -> Status {
        Status::of(&self.checks)
    }
}
