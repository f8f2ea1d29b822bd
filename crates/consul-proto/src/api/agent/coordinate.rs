//! Where a node is in the network.

use serde::Deserialize;

use crate::types::null;

/// Where a node is in a model of the network, in which distance is round-trip time. All in seconds.
///
/// [Network coordinates](https://developer.hashicorp.com/consul/docs/architecture/coordinates)
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Coordinate {
    /// The point in eight dimensions.
    #[serde(deserialize_with = "null::or_default")]
    pub vec: Vec<f64>,
    /// How sure the node is of its coordinate: 0 is sure, 1.5 is what it starts with.
    pub error: f64,
    /// What is added to every distance, for what the model cannot express.
    pub adjustment: f64,
    /// The part of a distance that every path to the node has.
    pub height: f64,
}
