//! Models that several groups share. Each group re-exports those that it uses, so that groups do not import each other.

mod check;
mod check_definition;
mod coordinate;
mod entry;
mod id;
mod instance;
mod node;
mod proxy;
mod service;
mod status;
mod upstream;
mod value;

pub use check::{CheckType, HealthCheck};
pub use check_definition::HealthCheckDefinition;
pub use coordinate::Coordinate;
pub use entry::Entry;
pub use id::{CheckId, NodeId, NodeName, ServiceId, ServiceName, SessionId};
pub use instance::{Locality, PeerMeta, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights};
pub use node::CatalogNode;
pub use proxy::{
    AccessLogs, ConnectProxyConfig, EnvoyExtension, Expose, ExposePath, LogSink, MeshGateway,
    MeshGatewayMode, ProxyMode, TransparentProxy,
};
pub use service::NodeService;
pub use status::Status;
pub use upstream::{DestinationType, Upstream};
pub use value::IntoValue;

pub(crate) use id::is_uuid;
pub(crate) use node::write_node_meta;
