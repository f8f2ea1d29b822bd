//! The [catalog](https://developer.hashicorp.com/consul/api-docs/catalog): the nodes and services that servers know.
//!
//! Programs look services up here or, with their health, in the group [`health`](crate::health); they register them
//! with an [`agent`](crate::agent), which brings them here.
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

mod catalog_node;
mod catalog_service;
mod datacenters;
mod instance;
mod node_service;
mod nodes;
mod proxy;
mod service;
mod services;
mod upstream;

use std::collections::BTreeMap;

pub use catalog_node::CatalogNode;
pub use catalog_service::CatalogService;
pub use datacenters::Datacenters;
pub use instance::{Locality, PeerMeta, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights};
pub use node_service::NodeService;
pub use nodes::Nodes;
pub use proxy::{
    AccessLogs, ConnectProxyConfig, EnvoyExtension, Expose, ExposePath, LogSink, MeshGateway,
    MeshGatewayMode, ProxyMode, TransparentProxy,
};
pub use service::Service;
pub use services::Services;
pub use upstream::{DestinationType, Upstream};

use crate::{EncodeError, RequestWriter};

/// Writes the node metadata that an answer is narrowed down to.
pub(crate) fn write_node_meta(request: &mut RequestWriter, node_meta: &BTreeMap<String, String>) {
    for (key, value) in node_meta {
        if key.contains(':') {
            let reason = format!("has a colon in the key {key:?}, where servers end it");
            request.refuse(EncodeError::Invalid { name: "node-meta", reason });
        }
        request.pair("node-meta", format_args!("{key}:{value}"));
    }
}
