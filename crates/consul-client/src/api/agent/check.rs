//! [Checks](https://developer.hashicorp.com/consul/api-docs/agent/check) that an agent runs, or that programs report to.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use consul_client::ErrorKind;
//! use consul_client::agent::Check;
//! use consul_client::proto::ApiErrorKind;
//!
//! let checks = client.agent().check();
//! let ttl = || checks.register("backup", Check::ttl(Duration::from_secs(90)));
//! ttl().await?;
//! match checks.pass("backup").note("7 of 7").await {
//!     // The agent has lost its data, and with it the check.
//!     Err(error) if error.kind() == ErrorKind::Api(ApiErrorKind::UnknownCheck) => ttl().await?,
//!     result => result?,
//! }
//!
//! let disk = Check::shell("df --output=pcent / | grep -q '[0-8].%'", Duration::from_secs(60));
//! checks.register("disk", disk.notes("more than a tenth is free")).await?;
//! for check in checks.list().await?.values() {
//!     println!("{}: {}", check.name, check.status);
//! }
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// The checks that are registered with an agent, created by [`Agent::check`](crate::agent::Agent::check).
///
/// A reference to a [`HealthCheck`] converts to its id.
#[derive(Clone, Debug)]
pub struct Checks {
    client: Client,
}

impl Checks {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reports the status of a check. An alias of [`update`](Self::update), with the name that other clients use.
    pub fn mark(&self, check_id: impl Into<CheckId>, status: impl Into<Status>) -> Update {
        self.update(check_id, status)
    }
}
