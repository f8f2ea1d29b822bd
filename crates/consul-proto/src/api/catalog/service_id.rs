//! The id of a service instance.

use serde::Serialize;

use crate::catalog::CatalogService;
use crate::model::NodeService;

/// The id of a service instance: a text, or an instance that was read.
///
/// A type of its own, because an instance has a name as well, which other operations ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ServiceId(String);

impl ServiceId {
    /// The id as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for ServiceId {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

impl From<&NodeService> for ServiceId {
    fn from(service: &NodeService) -> Self {
        Self(service.id.clone())
    }
}

impl From<&CatalogService> for ServiceId {
    fn from(service: &CatalogService) -> Self {
        Self(service.service_id.clone())
    }
}
