//! Listing the coordinates of nodes.

use crate::coordinate::NodeCoordinate;
use crate::{Blocking, Endpoint, List, Method, Read, RequestWriter, Scope, Watchable};

/// Lists the coordinates of the nodes of a datacenter: `GET /v1/coordinate/nodes`.
///
/// Nodes without a coordinate are not listed. Nodes that the token cannot read are silently omitted; servers since
/// 1.13 report it in [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/coordinate#read-lan-coordinates-for-all-nodes)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Nodes {
    segment: Option<String>,
}

impl Nodes {
    /// Lists the coordinates of all nodes, in every network segment.
    #[expect(clippy::new_without_default, reason = "requests are built by `new` only")]
    pub fn new() -> Self {
        Self { segment: None }
    }

    /// Lists only coordinates of this network segment (Consul Enterprise). The default segment has an empty name.
    pub fn segment(mut self, name: impl Into<String>) -> Self {
        self.segment = Some(name.into());
        self
    }
}

impl Endpoint for Nodes {
    type Response = List<NodeCoordinate>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/coordinate/nodes";
    const SCOPE: Scope = Scope::DATACENTER_AND_PARTITION;

    fn write(&self, request: &mut RequestWriter) {
        request.opt("segment", self.segment.as_deref());
    }
}

impl Read for Nodes {}
impl Blocking for Nodes {}
impl Watchable for Nodes {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Nodes::new()), "GET /v1/coordinate/nodes");
        assert_eq!(wire(&Nodes::new().segment("alpha")), "GET /v1/coordinate/nodes?segment=alpha");
        assert_eq!(wire(&Nodes::new().segment("")), "GET /v1/coordinate/nodes?segment=");
    }

    #[test]
    fn response() {
        let body = r#"[{
            "Node": "node-a", "Segment": "",
            "Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0], "Error": 1.5, "Adjustment": 0, "Height": 0.00001}
        }]"#;
        let [node] = &decoded::<Nodes>(200, body).unwrap()[..] else { panic!("one node is listed") };
        assert_eq!((node.node.as_str(), node.coordinate.error), ("node-a", 1.5));
        assert!(decoded::<Nodes>(200, "[]").unwrap().is_empty());
    }
}
