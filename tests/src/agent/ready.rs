//! Checks if an agent is ready for tests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// Timeout for requests that servers respond to from memory.
const PROMPT: Duration = Duration::from_secs(1);
/// Timeout for other requests.
const PATIENT: Duration = Duration::from_secs(5);

/// The address of an agent's HTTP server.
#[derive(Debug)]
pub(super) enum Origin {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Checks the state of one agent.
#[derive(Debug)]
pub(crate) struct Probe<'a> {
    origin: &'a Origin,
    node: &'a str,
    token: Option<&'a str>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(origin: &'a Origin, node: &'a str, token: Option<&'a str>) -> Self {
        Self { origin, node, token }
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
        let key = format!("/v1/kv/consul-tests/{}", self.node);
        if self.send("PUT", &key, "ready", PATIENT).is_none_or(|text| text.trim() != "true") {
            return Some("a write fails");
        }
        // The agent's own copy lags while it reads the log of a cluster.
        if self.get(&format!("{key}?raw&stale")).as_deref() != Some("ready") {
            return Some("it has not read the stored value yet");
        }
        let deleted = self.send("DELETE", &key, "", PATIENT);
        if deleted.is_some() { None } else { Some("a write fails") }
    }

    /// Returns the leader that the agent knows. A server that has lost its leader still returns it for a moment.
    pub(crate) fn leader(&self) -> Option<SocketAddr> {
        // Servers respond to this request from memory, so a slow server is frozen.
        let leader = self.send("GET", "/v1/status/leader", "", PROMPT)?;
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
        self.send("GET", path, "", PATIENT)
    }

    /// Sends a request on a connection of its own and returns the body of the response, if its status is a success.
    ///
    /// A server ends a response over HTTP/1.0 by closing the connection, so nothing has to be parsed but the head.
    fn send(&self, method: &str, target: &str, body: &str, limit: Duration) -> Option<String> {
        let token = self.token.map(|token| format!("X-Consul-Token: {token}\r\n")).unwrap_or_default();
        let length = body.len();
        let request = format!("{method} {target} HTTP/1.0\r\n{token}Content-Length: {length}\r\n\r\n{body}");
        let response = match self.origin {
            Origin::Tcp(address) => {
                let stream = TcpStream::connect_timeout(address, limit).ok()?;
                stream.set_read_timeout(Some(limit)).ok()?;
                exchange(stream, &request)
            }
            Origin::Unix(path) => {
                let stream = UnixStream::connect(path).ok()?;
                stream.set_read_timeout(Some(limit)).ok()?;
                exchange(stream, &request)
            }
        }?;
        let (head, body) = response.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?;
        status.starts_with('2').then(|| body.to_owned())
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Option<String> {
    stream.write_all(request.as_bytes()).ok()?;
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    Some(response)
}
