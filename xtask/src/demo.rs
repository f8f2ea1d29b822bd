//! `cargo xtask demo`: runs the tour on a real agent.

use std::time::Instant;

use consul_tests::{Agent, obtain};

use crate::error::{Context, Error};
use crate::workspace::cargo;

/// Obtains a Consul, starts a dev agent, runs the tour on it, and stops the agent.
pub(crate) fn run(wanted: Option<&str>) -> Result<(), Error> {
    let consul = match wanted {
        Some(wanted) => obtain::named(wanted)?,
        None => obtain::any()?,
    };
    println!("==> Starting a dev agent: Consul {} ({})", consul.version, consul.origin);
    let start = Instant::now();
    let agent = Agent::builder().binary(&consul.path).try_start().context(|| "no agent".to_owned())?;
    println!("    ready at {} after {:.1} s", agent.url(), start.elapsed().as_secs_f32());

    println!("==> Running the tour (crates/consul-client/examples/tour.rs)");
    let mut tour = cargo(&["run", "--quiet", "--package", "consul-client", "--example", "tour"]);
    let status = tour
        .env("CONSUL_HTTP_ADDR", agent.http_addr().to_string())
        .env_remove("CONSUL_HTTP_TOKEN")
        .status()?;

    drop(agent);
    println!("==> Agent stopped");
    if status.success() { Ok(()) } else { Err(Error::new(format!("the tour failed ({status})"))) }
}
