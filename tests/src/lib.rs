//! Starts real Consul agents for tests, and ends them with the tests.
//!
//! ```no_run
//! use consul_tests::{Agent, require, shared_agent, unique};
//!
//! // Most tests only need unique keys on an agent that the process shares.
//! let prefix = unique("counts");
//! println!("{}/v1/kv/{prefix}/a", shared_agent().url());
//!
//! // Tests that configure, stop or freeze an agent start their own.
//! let agent = Agent::builder().acl().config(r#"{"datacenter": "east"}"#).start();
//! require!(agent.since(1, 14), "cluster peering came with 1.14");
//! agent.pause();
//!
//! // Tests of leader changes start a cluster.
//! let cluster = Agent::builder().start_cluster();
//! cluster.leader().kill9();
//! cluster.until_ready();
//! ```
//!
//! The binary is the one that [`binary::find`] returns, so one run of the suite tests one version. A test that
//! requires a later version than the oldest one states this with [`require!`]. Skipped tests are reported with their
//! reason. All functions block. Call them at the start of a test, even of an async one.

pub mod agent;
pub mod binary;
mod cluster;
pub mod model;
pub mod obtain;
pub mod run;
mod shared;
mod skip;
mod version;

pub use agent::{Agent, Builder};
pub use cluster::Cluster;
pub use shared::{shared_agent, unique};
pub use skip::{Passed, SKIPPED, skip};
pub use version::{InvalidVersion, Version};
