//! Checks if an agent is ready for tests.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

/// Timeout for requests that servers respond to from memory.
const PROMPT: Duration = Duration::from_secs(1);

/// Checks the state of one agent.
#[derive(Debug)]
pub(crate) struct Probe<'a> {
    http: ureq::Agent,
    url: &'a str,
    node: &'a str,
    token: Option<&'a str>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(url: &'a str, node: &'a str, token: Option<&'a str>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Self { http: ureq::Agent::new_with_config(config), url, node, token }
    }

    /// Returns why the agent is not ready yet, or `None` if it is ready.
    ///
    /// A leader alone is not enough. The leader adds the agent's node to the catalog a moment later. The agent then
    /// adds its addresses and metadata, which would wake blocking queries during a test.
    pub(crate) fn obstacle(&self) -> Option<&'static str> {
        if self.leader().is_none() {
            return Some("no leader");
        }
        // The catalog has this node name, so this is not another agent on the same port.
        match self.get(&format!("/v1/catalog/node/{}", self.node)) {
            Some(node) if node.contains(self.node) && node.contains("\"lan\"") => {}
            _ => return Some("its node is not in the catalog, or has no addresses"),
        }
        let key = format!("{}/v1/kv/consul-tests/{}", self.url, self.node);
        let put = self
            .header(self.http.put(&key))
            .send("ready")
            .and_then(|mut put| put.body_mut().read_to_string());
        if put.ok().is_none_or(|text| text.trim() != "true") {
            return Some("a write fails");
        }
        // The agent's own copy lags while it reads the log of a cluster.
        if self.get(&format!("/v1/kv/consul-tests/{}?raw&stale", self.node)).as_deref() != Some("ready") {
            return Some("it has not read the stored value yet");
        }
        let deleted = self.header(self.http.delete(&key)).call();
        if deleted.is_ok_and(|deleted| deleted.status().is_success()) { None } else { Some("a write fails") }
    }

    /// Returns the leader that the agent knows. A server that has lost its leader still returns it for a moment.
    pub(crate) fn leader(&self) -> Option<SocketAddr> {
        // Servers respond to this request from memory, so a slow server is frozen.
        let path = format!("{}/v1/status/leader", self.url);
        let request = self.header(self.http.get(path)).config().timeout_global(Some(PROMPT)).build();
        let leader = request.call().and_then(|mut response| response.body_mut().read_to_string()).ok()?;
        leader.trim().trim_matches('"').parse().ok()
    }

    /// Returns the servers that elect the leader.
    pub(crate) fn voters(&self) -> Option<Vec<SocketAddr>> {
        let configuration: Value =
            serde_json::from_str(&self.get("/v1/operator/raft/configuration")?).ok()?;
        let servers = configuration["Servers"].as_array()?.iter();
        let voters = servers.filter(|server| server["Voter"] == true);
        voters.map(|server| server["Address"].as_str()?.parse().ok()).collect()
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut response = self.header(self.http.get(format!("{}{path}", self.url))).call().ok()?;
        if response.status().is_success() { response.body_mut().read_to_string().ok() } else { None }
    }

    fn header<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match self.token {
            Some(token) => request.header("X-Consul-Token", token),
            None => request,
        }
    }
}
