//! The position of a node in the network.

use serde::{Deserialize, Serialize};

use crate::types::null;

/// The position of a node in a model of the network, in which distance is round-trip time. All values are in seconds.
///
/// [Network coordinates](https://developer.hashicorp.com/consul/docs/architecture/coordinates)
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Coordinate {
    /// The point in eight dimensions.
    #[serde(deserialize_with = "null::or_default")]
    pub vec: Vec<f64>,
    /// Error estimate of the coordinate: 0 is exact, 1.5 is the initial value.
    #[serde(deserialize_with = "null::or_default")]
    pub error: f64,
    /// Correction that is added to every distance.
    #[serde(deserialize_with = "null::or_default")]
    pub adjustment: f64,
    /// Distance that every path to the node includes.
    #[serde(deserialize_with = "null::or_default")]
    pub height: f64,
}
