//! Listing nodes.

use std::collections::BTreeMap;

use crate::model::CatalogNode;
use crate::model::write_node_meta;
use crate::response;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Scope, Sortable, Watchable};

/// Lists the nodes of a datacenter: `GET /v1/catalog/nodes`.
///
/// Nodes that the token may not read are left out without a word; [`Meta`](crate::Meta::results_filtered_by_acls) may
/// tell.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-nodes)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes {
    /// Lists only nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
}

impl Nodes {
    /// Lists all nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
        let node_meta = [("rack".to_owned(), "7:b".to_owned()), ("zone".to_owned(), "a".to_owned())].into();
        assert_eq!(
            wire(&Nodes { node_meta }),
            "GET /v1/catalog/nodes?node-meta=rack%3A7%3Ab&node-meta=zone%3Aa"
        );
    }

    #[test]
    fn a_key_that_would_end_early_is_refused() {
        let nodes = Nodes { node_meta: [("a:b".to_owned(), "c".to_owned())].into() };
        assert!(matches!(rejected(&nodes), EncodeError::Invalid { name: "node-meta", .. }));
    }

    #[test]
    fn recorded_answer() {
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
            name: "txn-node".to_owned(),
            address: "10.0.0.7".to_owned(),
            datacenter: "dc1".to_owned(),
            create_index: 92,
            modify_index: 99,
            ..CatalogNode::default()
        };
        assert_eq!(nodes[1], bare);
    }

    #[test]
    fn a_node_without_a_name_is_none() {
        assert!(decoded::<Nodes>(200, r#"[{"ID":"","Address":"10.0.0.7"}]"#).is_err());
    }
}
