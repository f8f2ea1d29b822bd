//! [Network coordinates](https://developer.hashicorp.com/consul/api-docs/coordinate), from which round-trip times between
//! nodes are estimated.
//!
//! Nodes learn their coordinates from the messages that they exchange. A node that joined seconds ago may not have one
//! yet. Agents with `disable_coordinates` respond to all of these operations with an error.

mod datacenters;
mod node;
mod node_coordinate;
mod nodes;

pub use datacenters::{DatacenterCoordinates, Datacenters};
pub use node::Node;
pub use node_coordinate::NodeCoordinate;
pub use nodes::Nodes;

pub use crate::model::{Coordinate, NodeName};
