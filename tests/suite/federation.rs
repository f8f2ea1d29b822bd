//! Two joined datacenters.

use std::time::{Duration, Instant};

use consul_client::proto::Method;
use consul_tests::Agent;
use serde_json::Value;

use crate::clients::{PATIENCE, client_of};

/// Two joined datacenters.
pub(crate) struct Federation {
    pub(crate) east: Agent,
    pub(crate) west: Agent,
}

impl Federation {
    pub(crate) async fn new() -> Self {
        let start = |name: &str| Agent::builder().config(format!("{{\"datacenter\": \"{name}\"}}")).start();
        let this = Self { east: start("east"), west: start("west") };
        let (east, west) = (client_of(&this.east), client_of(&this.west));
        let members = west.request(Method::GET, "/v1/agent/members").query("wan", "1").await.unwrap();
        let members: Value = serde_json::from_slice(members.body()).unwrap();
        let join = format!("/v1/agent/join/127.0.0.1:{}", members[0]["Port"]);
        let joined = east.request(Method::PUT, join).query("wan", "1").await.unwrap();
        assert_eq!(joined.status(), 200, "{:?}", joined.body());
        // Each learns of the other with a delay, and later of the other's leader.
        for (from, to) in [(&east, "west"), (&west, "east")] {
            let start = Instant::now();
            while let Err(error) = from.catalog().datacenter(to).nodes().await {
                assert!(start.elapsed() < PATIENCE, "{error:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        this
    }
}
