//! Reading the coordinates of one node.

use crate::coordinate::NodeCoordinate;
use crate::model::NodeName;
use crate::response::OrEmpty404;
use crate::{Blocking, Endpoint, List, Method, Read, RequestWriter, Scope, Watchable};

/// Reads the coordinates of one node, one for each of its network segments: `GET /v1/coordinate/node/:node`.
///
/// Returns `None` if the node does not exist or has no coordinate yet.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/coordinate#read-lan-coordinates-for-a-node)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Node {
    node: NodeName,
    segment: Option<String>,
}

impl Node {
    /// Reads the coordinates of `node`, in every network segment.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into(), segment: None }
    }

    /// Reads only the coordinate of this network segment (Consul Enterprise). The default segment has an empty name.
    pub fn segment(mut self, name: impl Into<String>) -> Self {
        self.segment = Some(name.into());
        self
    }
}

impl Endpoint for Node {
    type Response = OrEmpty404<List<NodeCoordinate>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/coordinate/node/{node}";
    const SCOPE: Scope = Scope::DATACENTER_AND_PARTITION;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.node.as_str());
        request.opt("segment", self.segment.as_deref());
    }
}

impl Read for Node {}
impl Blocking for Node {}
impl Watchable for Node {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Node::new("node-a")), "GET /v1/coordinate/node/node-a");
        assert_eq!(wire(&Node::new("a").segment("alpha")), "GET /v1/coordinate/node/a?segment=alpha");
    }

    #[test]
    fn response() {
        let body = r#"[{
            "Node": "node-a", "Segment": "",
            "Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0], "Error": 1.5, "Adjustment": 0, "Height": 0.00001}
        }]"#;
        assert_eq!(decoded::<Node>(200, body).unwrap().unwrap()[0].node, "node-a");
        assert_eq!(decoded::<Node>(404, "").unwrap(), None);
    }
}
