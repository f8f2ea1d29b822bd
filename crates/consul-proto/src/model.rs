//! Models that several groups share. Each group re-exports those that it uses, so that groups do not import each other.

mod check;
mod check_definition;
mod check_registration;
mod coordinate;
mod entry;
mod envoy;
mod expose;
mod id;
mod instance;
mod node;
mod node_registration;
mod opaque;
mod proxy;
mod service;
mod service_fields;
mod service_registration;
mod status;
mod upstream;
mod value;

pub use check::{CheckType, HealthCheck};
pub use check_definition::HealthCheckDefinition;
pub use check_registration::CheckRegistration;
pub use coordinate::Coordinate;
pub use entry::Entry;
pub use envoy::{AccessLogs, EnvoyExtension, LogSink};
pub use expose::{Expose, ExposePath};
pub use id::{CheckId, NodeId, NodeName, ServiceId, ServiceName, SessionId};
pub use instance::{Locality, PeerMeta, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights};
pub use node::CatalogNode;
pub use node_registration::NodeRegistration;
pub use proxy::{ConnectProxyConfig, MeshGateway, MeshGatewayMode, ProxyMode, TransparentProxy};
pub use service::NodeService;
pub use service_registration::ServiceRegistration;
pub use status::Status;
pub use upstream::{DestinationType, Upstream};
pub use value::IntoValue;

pub(crate) use id::is_uuid;
pub(crate) use node::write_node_meta;
pub(crate) use service_fields::ServiceFields;
