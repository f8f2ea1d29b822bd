//! Tests of clusters: losing the leader, rejoining, and client agents.

use std::net::TcpStream;

use consul_tests::Agent;

use super::{exchange, get, is_process, put, put_request};
use crate::clients::PATIENCE;

#[test]
fn cluster_survives_its_leader_which_can_rejoin() {
    let cluster = Agent::builder().start_cluster();
    let leader = cluster.leader();
    assert_eq!((cluster.servers().len(), cluster.followers().len()), (3, 2));
    assert!(cluster.followers().iter().all(|follower| follower.pid() != leader.pid()));
    put(leader, "/v1/kv/before", "1");

    leader.kill9();
    let second = cluster.leader();
    assert_ne!(second.node(), leader.node());
    cluster.until_ready();
    put(second, "/v1/kv/after", "1");

    leader.start_again();
    cluster.until_ready();
    assert!(leader.is_running());
    let keys = get(leader, "/v1/kv/?keys&stale");
    assert!(keys.contains("before") && keys.contains("after"), "{keys}");
    let peers = get(leader, "/v1/operator/raft/configuration");
    assert_eq!(peers.matches("\"Voter\":true").count(), 3, "{peers}");

    // Without a quorum the cluster is not ready. With one server back it is.
    let followers = cluster.followers();
    followers[0].terminate();
    followers[1].kill9();
    followers[1].start_again();
    cluster.until_ready();
    followers[0].restart();
    cluster.until_ready();
}

#[test]
fn leader_ignores_a_frozen_server() {
    let cluster = Agent::builder().start_cluster();
    let leader = cluster.leader();
    leader.pause();
    assert_ne!(cluster.leader().node(), leader.node());
    leader.resume();
    cluster.until_ready();
}

#[test]
fn agents_of_a_cluster_share_token_and_configuration() {
    let config = r#"{ "datacenter": "east" }"#;
    let cluster = Agent::builder().acl().config(config).start_cluster();
    let client = Agent::builder().client_of(cluster.servers()).config(config).start();
    let token = cluster.servers()[0].token().unwrap();
    for agent in cluster.servers().iter().chain([&client]) {
        assert_eq!(agent.token(), Some(token));
        let write = |path: &str| exchange(agent, &put_request(path, "1"), PATIENCE).unwrap();
        assert!(write("/v1/kv/a").contains("403 Forbidden"));
        assert!(write(&format!("/v1/kv/a?dc=east&token={token}")).contains("200 OK"));
    }
}

#[test]
fn client_agent_forwards_to_its_server() {
    let server = Agent::builder().start();
    let client = Agent::builder().client_of([&server]).start();
    put(&client, "/v1/kv/through-the-client", "1");
    assert!(get(&server, "/v1/kv/?keys").contains("through-the-client"));
    assert!(get(&client, "/v1/agent/self").contains("\"Server\":false"));
}

#[test]
fn cluster_ends_when_it_is_dropped() {
    let cluster = Agent::builder().start_cluster();
    let servers: Vec<_> = cluster.servers().iter().map(|agent| (agent.pid(), agent.http_addr())).collect();
    assert!(servers.iter().all(|(pid, _)| is_process(*pid)));
    drop(cluster);
    assert!(servers.iter().all(|(pid, addr)| !is_process(*pid) && TcpStream::connect(addr).is_err()));
}
