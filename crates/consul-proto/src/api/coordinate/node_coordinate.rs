//! The coordinate of a node.

use serde::Deserialize;

use crate::model::{Coordinate, NodeName};
use crate::types::null;

/// The coordinate of a node in one network segment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NodeCoordinate {
    /// Name of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node: NodeName,
    /// Network segment (Consul Enterprise). Empty for the default segment.
    #[serde(default, deserialize_with = "null::or_default")]
    pub segment: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
    /// The coordinate. Only coordinates of the same segment, or of the same area, are comparable.
    #[serde(rename = "Coord", default, deserialize_with = "null::or_default")]
    pub coordinate: Coordinate,
}
