//! The [catalog](https://developer.hashicorp.com/consul/api-docs/catalog): the nodes and services that servers know.
//!
//! To find services, use this group, or [`health`](crate::health), which also returns their health. To register
//! services, use an [`agent`](crate::agent), which copies them to the catalog. Register external nodes and services
//! here.
//!
//! ```
//! use consul_proto::{Options, catalog, encode};
//!
//! let service = catalog::Service::new("db").tag("primary");
//! let request = encode(&service, &Options::new().near("_agent"))?;
//! assert_eq!(request.uri(), "/v1/catalog/service/db?tag=primary&near=_agent");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! # Models
//!
//! If an operation and a model would have the same name, the model's name starts with the name of the group:
//! [`CatalogNode`] is an item of [`Nodes`]. Fields have the names of the API in snake case. The exceptions are names
//! and addresses: `Node.Node` and `Service.Service` are `name` here. Filter expressions use the names of the API.
//!
//! A value that servers omit or send as `null` is empty, zero or `None`.
//!
//! Arguments and registrations also accept models from responses:
//!
//! ```
//! use consul_proto::catalog::{CatalogNode, DeregisterNode, Node, Register};
//!
//! # let node: CatalogNode = Default::default();
//! let (read, deregister, register) = (Node::new(&node), DeregisterNode::new(&node), Register::new(&node));
//! ```
//!
//! IDs and names have their own types, so that a service cannot be used as a node or a key:
//!
//! ```compile_fail,E0277
//! # let service: consul_proto::catalog::NodeService = Default::default();
//! consul_proto::kv::Delete::new(&service);
//! ```

mod catalog_service;
mod connect;
mod datacenters;
mod deregister_check;
mod deregister_node;
mod deregister_service;
pub(super) mod errors;
mod gateway_services;
mod node;
mod node_services;
mod nodes;
mod register;
mod service;
mod services;

use serde::Serialize;

pub use catalog_service::CatalogService;
pub use connect::Connect;
pub use datacenters::Datacenters;
pub use deregister_check::DeregisterCheck;
pub use deregister_node::DeregisterNode;
pub use deregister_service::DeregisterService;
pub use gateway_services::{GatewayService, GatewayServiceKind, GatewayServices, QualifiedName};
pub use node::{Node, NodeEntry};
pub use node_services::{NodeServiceList, NodeServices};
pub use nodes::Nodes;
pub use register::Register;
pub use service::Service;
pub use services::Services;

pub use crate::model::{
    AccessLogs, CatalogNode, CheckId, CheckRegistration, CheckType, ConnectProxyConfig, DestinationType,
    EnvoyExtension, Expose, ExposePath, HealthCheck, HealthCheckDefinition, Locality, LogSink, MeshGateway,
    MeshGatewayMode, NodeId, NodeName, NodeRegistration, NodeService, PeerMeta, ProxyMode, ServiceAddress,
    ServiceConnect, ServiceId, ServiceKind, ServiceName, ServicePort, ServiceRegistration, Status,
    TransparentProxy, Upstream, Weights,
};

use crate::RequestWriter;

/// Sets the body to `change` with the datacenter, since servers ignore the datacenter in the query here.
fn write_change(request: &mut RequestWriter, change: &impl Serialize) {
    #[derive(Serialize)]
    struct Body<'a, T> {
        #[serde(rename = "Datacenter", skip_serializing_if = "Option::is_none")]
        datacenter: Option<String>,
        #[serde(flatten)]
        change: &'a T,
    }
    let datacenter = request.take_datacenter();
    request.json(&Body { datacenter, change });
}
