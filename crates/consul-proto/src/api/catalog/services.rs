//! Listing the names of services.

use std::collections::BTreeMap;

use crate::model::{ServiceName, write_node_meta};
use crate::response::MapOfLists;
use crate::{Blocking, Cacheable, Endpoint, Filterable, Method, Read, RequestWriter, Watchable};

/// Lists the services of a datacenter, each with the tags of its instances: `GET /v1/catalog/services`.
///
/// The tags are the union of the tags of all instances. `consul`, the service of the servers, is included. Services
/// that the token cannot read are silently omitted; newer servers report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// Servers apply a filter since 1.17, and since the last patch releases of 1.14 to 1.16. Older servers ignore it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Services {
    node_meta: BTreeMap<String, String>,
}

impl Services {
    /// Lists all services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only services on nodes with this metadata. If called several times, a node must match every call.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node_meta.insert(key.into(), value.into());
        self
    }
}

impl Endpoint for Services {
    type Response = MapOfLists<ServiceName>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/services";

    fn write(&self, request: &mut RequestWriter) {
        write_node_meta(request, &self.node_meta);
    }
}

impl Read for Services {}
impl Blocking for Services {}
impl Watchable for Services {}
impl Cacheable for Services {}
impl Filterable for Services {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Services::new()), "GET /v1/catalog/services");
        let services = Services::new().node_meta("zone", "a");
        assert_eq!(wire(&services), "GET /v1/catalog/services?node-meta=zone%3Aa");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"consul":[],"redis":["primary","v1"],"txnweb":["a"]}"#;
        let services = decoded::<Services>(200, body).unwrap();
        assert_eq!(
            services.keys().map(ServiceName::as_str).collect::<Vec<_>>(),
            ["consul", "redis", "txnweb"]
        );
        assert_eq!(services["redis"], ["primary", "v1"]);
        assert!(services["consul"].is_empty());
    }

    #[test]
    fn null_list_of_tags_does_not_hide_the_other_services() {
        let services = decoded::<Services>(200, r#"{"web":null,"db":["a",null]}"#).unwrap();
        assert!(services["web"].is_empty());
        assert_eq!(services["db"], ["a", ""]);
        assert!(decoded::<Services>(200, "null").unwrap().is_empty());
    }
}
