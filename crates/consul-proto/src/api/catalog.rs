//! The [catalog](https://developer.hashicorp.com/consul/api-docs/catalog): the nodes and services that servers know.
//!
//! Programs look services up here or, with their health, in the group [`health`](crate::health); they register them
//! with an [`agent`](crate::agent), which brings them here. What is outside of agents is registered here itself.
//!
//! ```
//! use consul_proto::{Options, catalog, encode};
//!
//! let service = catalog::Service { tags: vec!["primary".to_owned()], ..catalog::Service::new("db") };
//! let request = encode(&service, &Options { near: Some("_agent".to_owned()), ..Options::default() })?;
//! assert_eq!(request.uri(), "/v1/catalog/service/db?tag=primary&near=_agent");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! # Models
//!
//! What an endpoint has the name of is named after the group: [`CatalogNode`] is what [`Nodes`] lists. Fields have
//! the words of the wire, where filter expressions spell them in Pascal case, except for names and addresses:
//! `Node.Node` and `Service.Service` are called `name` here.
//!
//! What servers leave out, or send as `null`, is empty, zero or `None`.
//!
//! What was read stands for its name or id where one is asked for, and for itself where something is registered:
//!
//! ```
//! use consul_proto::catalog::{CatalogNode, DeregisterNode, Node, Register};
//!
//! # let node: CatalogNode = Default::default();
//! let (read, deregister, register) = (Node::new(&node), DeregisterNode::new(&node), Register::new(&node));
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
mod registration;
mod service;
mod service_id;
mod services;

use serde::Serialize;

pub use catalog_service::CatalogService;
pub use connect::Connect;
pub use datacenters::Datacenters;
pub use deregister_check::DeregisterCheck;
pub use deregister_node::DeregisterNode;
pub use deregister_service::DeregisterService;
pub use gateway_services::{GatewayService, GatewayServiceKind, GatewayServices, ServiceName};
pub use node::{Node, NodeEntry};
pub use node_services::{NodeServiceList, NodeServices, OrUnknown};
pub use nodes::Nodes;
pub use register::Register;
pub use registration::{CheckRegistration, NodeRegistration, ServiceRegistration};
pub use service::Service;
pub use service_id::ServiceId;
pub use services::Services;

pub use crate::model::{
    AccessLogs, CatalogNode, ConnectProxyConfig, DestinationType, EnvoyExtension, Expose, ExposePath,
    Locality, LogSink, MeshGateway, MeshGatewayMode, NodeService, PeerMeta, ProxyMode, ServiceAddress,
    ServiceConnect, ServiceKind, ServicePort, TransparentProxy, Upstream, Weights,
};

use crate::{ArgumentFault, EncodeError, RequestWriter};

/// Makes `change` the body, with the datacenter that it is for: servers do not read that of the query here.
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

/// Refuses a name or id that is empty: servers take it for one that is not given.
fn refuse_empty(request: &mut RequestWriter, name: &'static str, value: &str) {
    if value.is_empty() {
        request.reject(EncodeError::Argument { name, fault: ArgumentFault::Empty });
    }
}
