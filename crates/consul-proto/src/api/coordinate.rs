//! [Network coordinates](https://developer.hashicorp.com/consul/api-docs/coordinate), which estimate the round-trip
//! times between nodes.
//!
//! Nodes compute their coordinates from the messages that they exchange. A node that joined seconds ago may not have
//! one yet. Agents with `disable_coordinates` return an error for all of these operations.

mod datacenters;
mod node;
mod node_coordinate;
mod nodes;

pub use datacenters::{DatacenterCoordinates, Datacenters};
pub use node::Node;
pub use node_coordinate::NodeCoordinate;
pub use nodes::Nodes;

pub use crate::model::{Coordinate, NodeName};
