//! The response to `health/service/web`.
//!
//! Entries have every field that 1.22.7 sends. Most instances were registered through their agent, so their check
//! definitions are empty. Every sixteenth was written to the catalog and has a definition.

use std::ops::Range;

use super::{INSTANCES, Noise, push};

/// Returns the response to a read of all instances of the service `web`.
#[must_use]
pub fn health() -> String {
    health_of(0..INSTANCES)
}

/// Returns the response to a read of some instances.
#[must_use]
pub fn health_of(instances: Range<usize>) -> String {
    let mut json = String::from("[");
    for index in instances {
        if json.len() > 1 {
            json.push(',');
        }
        Instance::new(index).push(&mut json);
    }
    json.push(']');
    json
}

const ZONES: [&str; 3] = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const TEAMS: [&str; 5] = ["checkout", "search", "identity", "payments", "recommendations"];
const STATUSES: [&str; 8] =
    ["passing", "passing", "passing", "passing", "passing", "passing", "warning", "critical"];

/// The values that differ between instances.
struct Instance {
    external: bool,
    node_id: String,
    node: String,
    address: String,
    zone: &'static str,
    team: &'static str,
    status: &'static str,
    version: String,
    port: u64,
    latency: u64,
    raft: u64,
}

impl Instance {
    fn new(index: usize) -> Self {
        let mut noise = Noise::new(index + 1_000_000);
        let (high, low) = (noise.draw(), noise.draw());
        let node_id = format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        );
        let zone = ZONES[index % ZONES.len()];
        Self {
            external: index % 16 == 15,
            node_id,
            node: format!("web-{zone}-{index:04}"),
            address: format!("10.{}.{}.{}", index % 3, noise.below(256), 1 + noise.below(254)),
            zone,
            team: TEAMS[index % TEAMS.len()],
            status: STATUSES[noise.below(8) as usize],
            version: format!("{}.{}.{}", 1 + noise.below(3), noise.below(20), noise.below(10)),
            port: 20_000 + noise.below(12_000),
            latency: noise.below(90),
            raft: 100_000 + noise.below(900_000),
        }
    }

    fn push(&self, json: &mut String) {
        let Self { node_id, node, address, zone, team, version, port, raft, .. } = self;
        push(
            json,
            format_args!(
                "{{\"Node\":{{\"ID\":\"{node_id}\",\"Node\":\"{node}\",\"Address\":\"{address}\",\
                 \"Datacenter\":\"eu-central-1\",\"TaggedAddresses\":{{\"lan\":\"{address}\",\
                 \"lan_ipv4\":\"{address}\",\"wan\":\"{address}\",\"wan_ipv4\":\"{address}\"}},\
                 \"Meta\":{{\"consul-network-segment\":\"\",\"consul-version\":\"1.22.7\"}},"
            ),
        );
        if !self.external {
            push(json, format_args!("\"Locality\":{{\"Region\":\"eu-central-1\",\"Zone\":\"{zone}\"}},"));
        }
        push(
            json,
            format_args!(
                "\"CreateIndex\":{raft},\"ModifyIndex\":{}}},\"Service\":{{\"ID\":\"web-{port}\",\
                 \"Service\":\"web\",\"Tags\":[\"v{version}\",\"{team}\",\"http\"],\
                 \"Address\":\"{address}\",\"TaggedAddresses\":{{\
                 \"lan_ipv4\":{{\"Address\":\"{address}\",\"Port\":{port}}},\
                 \"wan_ipv4\":{{\"Address\":\"{address}\",\"Port\":{port}}}}},\
                 \"Meta\":{{\"version\":\"{version}\",\"team\":\"{team}\",\"protocol\":\"http\"}},\
                 \"Port\":{port},\"Weights\":{{\"Passing\":10,\"Warning\":1}},\
                 \"EnableTagOverride\":false,\"Proxy\":{{\"Mode\":\"\",\"MeshGateway\":{{}},\
                 \"Expose\":{{}}}},\"Connect\":{{}},\"PeerName\":\"\",\"CreateIndex\":{},\
                 \"ModifyIndex\":{}}},\"Checks\":[",
                raft + 3,
                raft + 11,
                raft + 12
            ),
        );
        if self.external {
            self.push_catalog_check(json);
        } else {
            self.push_agent_checks(json);
        }
        json.push_str("]}");
    }

    /// Appends the check of the node, and the checks that its agent runs: an HTTP check and a TTL check.
    fn push_agent_checks(&self, json: &mut String) {
        let Self { node, address, team, version, port, status, latency, raft, .. } = self;
        push(
            json,
            format_args!(
                "{{\"Node\":\"{node}\",\"CheckID\":\"serfHealth\",\"Name\":\"Serf Health Status\",\
                 \"Status\":\"passing\",\"Notes\":\"\",\"Output\":\"Agent alive and reachable\",\
                 \"ServiceID\":\"\",\"ServiceName\":\"\",\"ServiceTags\":[],\"Type\":\"\",\
                 \"Interval\":\"\",\"Timeout\":\"\",\"ExposedPort\":0,\"Definition\":{{}},\
                 \"CreateIndex\":{raft},\"ModifyIndex\":{raft}}},"
            ),
        );
        push(
            json,
            format_args!(
                "{{\"Node\":\"{node}\",\"CheckID\":\"service:web-{port}:1\",\
                 \"Name\":\"HTTP API on port {port}\",\"Status\":\"{status}\",\"Notes\":\"\",\
                 \"Output\":\"HTTP GET http://{address}:{port}/health: 200 OK Output: \
                 {{\\\"status\\\":\\\"{status}\\\",\\\"latency_ms\\\":{latency}}}\\n\",\
                 \"ServiceID\":\"web-{port}\",\"ServiceName\":\"web\",\
                 \"ServiceTags\":[\"v{version}\",\"{team}\",\"http\"],\"Type\":\"http\",\
                 \"Interval\":\"10s\",\"Timeout\":\"2s\",\"ExposedPort\":0,\"Definition\":{{}},\
                 \"CreateIndex\":{},\"ModifyIndex\":{}}},",
                raft + 11,
                raft + 40
            ),
        );
        push(
            json,
            format_args!(
                "{{\"Node\":\"{node}\",\"CheckID\":\"service:web-{port}:2\",\"Name\":\"Worker heartbeat\",\
                 \"Status\":\"passing\",\"Notes\":\"set by the worker itself\",\"Output\":\"queue depth {latency}\",\
                 \"ServiceID\":\"web-{port}\",\"ServiceName\":\"web\",\
                 \"ServiceTags\":[\"v{version}\",\"{team}\",\"http\"],\"Type\":\"ttl\",\
                 \"Interval\":\"\",\"Timeout\":\"\",\"ExposedPort\":0,\"Definition\":{{}},\
                 \"CreateIndex\":{},\"ModifyIndex\":{}}}",
                raft + 11,
                raft + 52
            ),
        );
    }

    /// Appends the check of an instance in the catalog, with its definition.
    fn push_catalog_check(&self, json: &mut String) {
        let Self { node, address, team, version, port, status, raft, .. } = self;
        push(
            json,
            format_args!(
                "{{\"Node\":\"{node}\",\"CheckID\":\"service:web-{port}\",\"Name\":\"web over TCP\",\
                 \"Status\":\"{status}\",\"Notes\":\"watched from outside\",\"Output\":\"\",\
                 \"ServiceID\":\"web-{port}\",\"ServiceName\":\"web\",\
                 \"ServiceTags\":[\"v{version}\",\"{team}\",\"http\"],\"Type\":\"tcp\",\
                 \"Interval\":\"\",\"Timeout\":\"\",\"ExposedPort\":0,\"Definition\":{{\
                 \"Interval\":\"5s\",\"Timeout\":\"1s\",\"DeregisterCriticalServiceAfter\":\"30s\",\
                 \"TCP\":\"{address}:{port}\"}},\"CreateIndex\":{},\"ModifyIndex\":{}}}",
                raft + 11,
                raft + 11
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_json_of_the_documented_size() {
        let entries: Vec<serde_json::Value> = serde_json::from_str(&health()).unwrap();
        assert_eq!(entries.len(), INSTANCES);
        assert_eq!(entries[0]["Checks"].as_array().unwrap().len(), 3);
        assert_eq!(entries[15]["Checks"][0]["Definition"]["Timeout"], "1s");
    }
}
