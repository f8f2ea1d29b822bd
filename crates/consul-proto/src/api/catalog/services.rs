//! Listing the names of services.

use std::collections::BTreeMap;

use crate::model::write_node_meta;
use crate::{Blocking, Cacheable, Endpoint, Filterable, Json, Method, Read, RequestWriter, Watchable};

/// Lists the services of a datacenter, each with the tags that its instances have: `GET /v1/catalog/services`.
///
/// The tags are those of all instances together. `consul`, the service of the servers, is among them. Services that
/// the token may not read are left out without a word; [`Meta`](crate::Meta::results_filtered_by_acls) may tell.
///
/// Servers evaluate a filter here since 1.17 and ignore it before.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Services {
    /// Lists only services of nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
}

impl Services {
    /// Lists all services.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for Services {
    type Response = Json<BTreeMap<String, Vec<String>>>;
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
        let services = Services { node_meta: [("zone".to_owned(), "a".to_owned())].into() };
        assert_eq!(wire(&services), "GET /v1/catalog/services?node-meta=zone%3Aa");
    }

    #[test]
    fn recorded_answer() {
        let body = r#"{"consul":[],"redis":["primary","v1"],"txnweb":["a"]}"#;
        let services = decoded::<Services>(200, body).unwrap();
        assert_eq!(services.keys().collect::<Vec<_>>(), ["consul", "redis", "txnweb"]);
        assert_eq!(services["redis"], ["primary", "v1"]);
        assert!(services["consul"].is_empty());
    }
}
