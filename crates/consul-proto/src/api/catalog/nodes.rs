//! Listing nodes.

use std::collections::BTreeMap;

use crate::model::{CatalogNode, write_node_meta};
use crate::response;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Scope, Sortable, Watchable};

/// Lists the nodes of a datacenter: `GET /v1/catalog/nodes`.
///
/// To list the nodes that run a service, use [`Service`](crate::catalog::Service). Nodes that the token cannot read
/// are silently omitted; newer servers report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-nodes)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Nodes {
    node_meta: BTreeMap<String, String>,
}

impl Nodes {
    /// Lists all nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only nodes with this metadata. If called several times, a node must match every call.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node_meta.insert(key.into(), value.into());
        self
    }
}

impl Endpoint for Nodes {
    type Response = response::List<CatalogNode>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/nodes";
    const SCOPE: Scope = Scope::DATACENTER_AND_PARTITION;

    fn write(&self, request: &mut RequestWriter) {
        write_node_meta(request, &self.node_meta);
    }
}

impl Read for Nodes {}
impl Blocking for Nodes {}
impl Watchable for Nodes {}
impl Filterable for Nodes {}
impl Sortable for Nodes {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Nodes::new()), "GET /v1/catalog/nodes");
        let nodes = Nodes::new().node_meta("rack", "7:b").node_meta("zone", "a");
        assert_eq!(wire(&nodes), "GET /v1/catalog/nodes?node-meta=rack%3A7%3Ab&node-meta=zone%3Aa");
    }

    #[test]
    fn metadata_key_with_a_colon_is_rejected() {
        let nodes = Nodes::new().node_meta("a:b", "c");
        assert!(matches!(rejected(&nodes), EncodeError::Invalid { name: "node-meta", .. }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"ID":"89da16dc-a228-7d0d-0b43-08862b467756","Node":"node-a","Address":"127.0.0.151","Datacenter":"dc1",
             "TaggedAddresses":{"lan":"127.0.0.151","wan":"127.0.0.151"},
             "Meta":{"consul-network-segment":"","consul-version":"1.22.7"},
             "Locality":{"Region":"us-east-1","Zone":"us-east-1a"},"CreateIndex":11,"ModifyIndex":14},
            {"ID":"","Node":"txn-node","Address":"10.0.0.7","Datacenter":"dc1","TaggedAddresses":null,"Meta":null,
             "CreateIndex":92,"ModifyIndex":99}
        ]"#;
        let nodes = decoded::<Nodes>(200, body).unwrap();
        assert_eq!((nodes[0].name.as_str(), nodes[0].address.as_str()), ("node-a", "127.0.0.151"));
        assert_eq!(nodes[0].meta["consul-version"], "1.22.7");
        assert_eq!(nodes[0].tagged_addresses["wan"], "127.0.0.151");
        assert_eq!(nodes[0].locality.as_ref().unwrap().zone, "us-east-1a");
        assert_eq!((nodes[0].create_index, nodes[0].modify_index), (11, 14));
        let bare = CatalogNode {
            name: "txn-node".into(),
            address: "10.0.0.7".to_owned(),
            datacenter: "dc1".to_owned(),
            create_index: 92,
            modify_index: 99,
            ..CatalogNode::default()
        };
        assert_eq!(nodes[1], bare);
    }

    #[test]
    fn node_without_a_name_is_an_error() {
        assert!(decoded::<Nodes>(200, r#"[{"ID":"","Address":"10.0.0.7"}]"#).is_err());
    }
}
