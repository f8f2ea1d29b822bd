//! Starts real Consul agents for tests, and never leaves one behind.
//!
//! ```no_run
//! use consul_tests::{Agent, require, shared_agent, unique};
//!
//! // Most tests only need keys of their own on an agent that the whole process shares.
//! let prefix = unique("counts");
//! println!("{}/v1/kv/{prefix}/a", shared_agent().url());
//!
//! // Those that configure, stop or freeze an agent start one.
//! let agent = Agent::builder().acl().config(r#"{"datacenter": "east"}"#).start();
//! require!(agent.since(1, 14), "cluster peering came with 1.14");
//! agent.pause();
//!
//! // And those about leaders and their loss start a cluster.
//! let cluster = Agent::builder().start_cluster();
//! cluster.leader().kill9();
//! cluster.until_ready();
//! ```
//!
//! The agent is whatever Consul [`binary::find`] finds, so one run of the suite speaks to one version. A test that
//! needs more than the oldest one served asks the agent with [`require!`]; skipped tests are named with their reason.
//! Everything here blocks, and is meant to be called at the start of a test, also of an asynchronous one.

pub mod agent;
pub mod binary;
mod cluster;
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
