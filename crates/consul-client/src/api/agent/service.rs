//! [Services](https://developer.hashicorp.com/consul/api-docs/agent/service) that are registered with an agent.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use consul_client::agent::Check;
//! use consul_client::agent::service::Definition;
//!
//! let services = client.agent().service();
//! let alive = Check::http("http://127.0.0.1:8080/health", Duration::from_secs(10));
//! services.register(Definition::new("web").id("web-1").port(8080).tag("v2").check(alive)).await?;
//!
//! if let Some(web) = services.get("web-1").await? {
//!     services.enable_maintenance(&web).reason("new version").await?;
//!     services.disable_maintenance(&web).await?;
//! }
//! for health in services.health_by_name("web").await? {
//!     println!("{} is {}", health.service.id, health.status);
//! }
//! services.deregister("web-1").await?;
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// The services that are registered with an agent, created by [`Agent::service`](crate::agent::Agent::service).
///
/// A reference to an [`NodeService`] or a [`Definition`] converts to its id and to its name.
#[derive(Clone, Debug)]
pub struct Services {
    client: Client,
}

impl Services {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}

/// An instance is not a key.
///
/// ```compile_fail,E0277
/// # fn example(client: consul_client::Client, service: consul_client::agent::NodeService) {
/// let _ = client.kv().delete(&service);
/// # }
/// ```
///
/// A node is not a service.
///
/// ```compile_fail,E0277
/// # fn example(client: consul_client::Client, member: consul_client::agent::Member) {
/// let _ = client.agent().service().health_by_name(&member);
/// # }
/// ```
///
/// A check is not a service.
///
/// ```compile_fail,E0277
/// # fn example(client: consul_client::Client, check: consul_client::agent::check::HealthCheck) {
/// let _ = client.agent().service().deregister(&check);
/// # }
/// ```
///
/// ```
/// # fn example(client: consul_client::Client, service: consul_client::agent::NodeService) {
/// let _ = client.agent().service().deregister(&service);
/// let _ = client.agent().service().health_by_name(&service);
/// # }
/// ```
#[cfg(doctest)]
struct ObjectsConvertOnlyToTheirOwnIds;
