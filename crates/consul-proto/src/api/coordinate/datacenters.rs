//! Listing the coordinates of servers, by datacenter.

use serde::Deserialize;

use crate::coordinate::NodeCoordinate;
use crate::types::null;
use crate::{Endpoint, List, Method, RequestWriter, Scope};

/// Lists the coordinates of the servers of all datacenters: `GET /v1/coordinate/datacenters`.
///
/// Servers respond from their own state of the WAN pool, without the leader. The response has no index.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/coordinate#read-wan-coordinates)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Datacenters(());

impl Datacenters {
    /// Lists the coordinates of the servers of all datacenters.
    #[expect(clippy::new_without_default, reason = "requests are built by `new` only")]
    pub fn new() -> Self {
        Self(())
    }
}

/// The coordinates of a datacenter's servers in one area.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DatacenterCoordinates {
    /// Name of the datacenter.
    #[serde(default, deserialize_with = "null::or_default")]
    pub datacenter: String,
    /// Id of the network area: `wan` unless areas are used (Consul Enterprise).
    #[serde(rename = "AreaID", default, deserialize_with = "null::or_default")]
    pub area_id: String,
    /// The coordinate of each server.
    #[serde(default, deserialize_with = "null::or_default")]
    pub coordinates: Vec<NodeCoordinate>,
}

impl Endpoint for Datacenters {
    type Response = List<DatacenterCoordinates>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/coordinate/datacenters";
    const SCOPE: Scope = Scope::NONE;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Datacenters::new()), "GET /v1/coordinate/datacenters");
    }

    #[test]
    fn response() {
        let body = r#"[{
            "Datacenter": "dc1", "AreaID": "wan",
            "Coordinates": [{
                "Node": "node-a", "Segment": "",
                "Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0], "Error": 1.5, "Adjustment": 0, "Height": 0.00001}
            }]
        }]"#;
        let [datacenter] = &decoded::<Datacenters>(200, body).unwrap()[..] else { panic!("one is listed") };
        assert_eq!((datacenter.datacenter.as_str(), datacenter.area_id.as_str()), ("dc1", "wan"));
        let [server] = &datacenter.coordinates[..] else { panic!("one server is listed") };
        assert_eq!((server.node.as_str(), server.coordinate.vec.len()), ("node-a", 8));
        assert!(decoded::<Datacenters>(200, "null").unwrap().is_empty());
    }
}
