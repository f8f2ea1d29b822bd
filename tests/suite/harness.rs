//! Tests of the test harness: agents are ready, separate, and end when they should.

mod cluster;
mod proxy;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use consul_tests::{Agent, Version, require, shared_agent, unique};

/// Makes `process_that_leaves_agents_behind` start agents and wait to be killed.
const LEAVE_BEHIND: &str = "CONSUL_TESTS_LEAVE_BEHIND";

#[test]
fn agent_is_ready_after_start_and_ends_when_dropped() {
    let agent = Agent::builder().start();
    let (pid, addr) = (agent.pid(), agent.http_addr());
    assert!(get(&agent, "/v1/status/leader").contains("127.0.0.1:"));
    assert!(get(&agent, "/v1/agent/self").contains(&format!("\"Version\": \"{}", agent.version())));
    assert!(agent.log().contains("Consul agent running"), "{}", agent.log());
    assert!(agent.is_running() && is_process(pid));
    drop(agent);
    assert!(!is_process(pid));
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn concurrent_agents_are_separate() {
    let agents = thread::scope(|scope| {
        let start = || Agent::builder().start();
        let started = [scope.spawn(start), scope.spawn(start)];
        started.map(|handle| handle.join().unwrap())
    });
    put(&agents[0], "/v1/kv/only-here", "1");
    assert!(get(&agents[0], "/v1/kv/?keys").contains("only-here"));
    assert!(!get(&agents[1], "/v1/kv/?keys").contains("only-here"));
}

#[test]
fn agent_with_acls_requires_the_token() {
    let agent = Agent::builder().acl().start();
    let token = agent.token().unwrap();
    let write = |path: &str| exchange(&agent, &put_request(path, "1"), Duration::from_secs(10)).unwrap();
    assert!(write("/v1/kv/a").contains("403 Forbidden"));
    assert!(write(&format!("/v1/kv/a?token={token}")).contains("200 OK"));
    assert!(!format!("{agent:?}").contains(token));
}

#[test]
fn configuration_can_be_json_or_hcl() {
    let agent = Agent::builder()
        .config(r#"{ "datacenter": "east" }"#)
        .config("node_meta { rack = \"r1\" }\nlimits { http_max_conns_per_client = 300 }")
        .start();
    assert!(get(&agent, "/v1/catalog/datacenters").contains("east"));
    assert!(get(&agent, "/v1/catalog/nodes").contains("\"r1\""));
}

#[test]
fn start_error_contains_the_log_of_consul() {
    let error = Agent::builder().config("no_such_setting = 1").try_start().unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}

#[test]
fn paused_agent_responds_only_after_resume() {
    let agent = Agent::builder().start();
    agent.pause();
    assert_eq!(try_get(&agent, "/v1/status/leader", Duration::from_millis(300)), None);
    agent.resume();
    assert!(try_get(&agent, "/v1/status/leader", Duration::from_secs(10)).is_some());
    agent.pause();
    agent.terminate();
    assert!(!agent.is_running());
}

#[test]
fn persistent_server_keeps_its_state_over_a_crash() {
    for persistent in [true, false] {
        let builder = Agent::builder();
        let agent = if persistent { builder.persistent() } else { builder }.start();
        put(&agent, "/v1/kv/kept", "1");
        let before = agent.pid();
        agent.kill9();
        assert!(!agent.is_running() && TcpStream::connect(agent.http_addr()).is_err());
        agent.restart();
        assert_ne!(agent.pid(), before);
        assert_eq!(get(&agent, "/v1/kv/?keys").contains("kept"), persistent);
    }
}

#[test]
fn agent_serves_http_on_a_unix_socket() {
    let dir = tempfile_dir();
    let path = dir.join("consul.sock");
    let _agent = Agent::builder().unix_socket(&path).start();
    assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());
    drop(_agent);
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn shared_agent_is_started_once() {
    assert!(std::ptr::eq(shared_agent(), shared_agent()));
    assert!(shared_agent().version() >= Version::new(1, 8, 0));
    assert_ne!(unique("a"), unique("a"));
}

#[test]
fn killed_test_process_leaves_no_agent_behind() {
    require!(Path::new("/proc/self").exists(), "the test reads /proc");
    let dir = tempfile_dir();
    let mut parent = Command::new(env::current_exe().unwrap())
        .args(["--exact", "harness::process_that_leaves_agents_behind", "--nocapture"])
        .env(LEAVE_BEHIND, "1")
        .env("TMPDIR", &dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pids: Vec<u32> = BufReader::new(parent.stdout.take().unwrap())
        .lines()
        .find_map(|line| line.unwrap().strip_prefix("left behind: ").map(str::to_owned))
        .unwrap()
        .split(' ')
        .map(|pid| pid.parse().unwrap())
        .collect();
    assert!(pids.iter().all(|pid| is_process(*pid)));
    parent.kill().unwrap();
    parent.wait().unwrap();
    let start = Instant::now();
    // Waits until the processes and their files are gone.
    while pids.iter().any(|pid| is_process(*pid)) || std::fs::read_dir(&dir).unwrap().next().is_some() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "still there: {pids:?}, or files in {}",
            dir.display()
        );
        thread::sleep(Duration::from_millis(10));
    }
    std::fs::remove_dir(dir).unwrap();
}

/// Not a test: the process that `killed_test_process_leaves_no_agent_behind` kills.
#[test]
fn process_that_leaves_agents_behind() {
    if env::var_os(LEAVE_BEHIND).is_some() {
        let cluster = Agent::builder().start_cluster();
        let pids = [shared_agent()].into_iter().chain(cluster.servers()).map(|agent| agent.pid().to_string());
        // Written directly to stdout, which the parent test reads.
        writeln!(std::io::stdout(), "left behind: {}", pids.collect::<Vec<_>>().join(" ")).unwrap();
        thread::sleep(Duration::from_secs(120));
    }
}

fn tempfile_dir() -> std::path::PathBuf {
    let dir = env::temp_dir().join(unique("consul-tests-socket"));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Returns `true` if a process exists and is not a zombie.
fn is_process(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat.rsplit_once(") ").unwrap().1.starts_with('Z'),
        Err(_) => false,
    }
}

fn get(agent: &Agent, path: &str) -> String {
    try_get(agent, path, Duration::from_secs(10)).unwrap()
}

/// Returns status line, headers and body, or `None` if no response arrives in time.
fn try_get(agent: &Agent, path: &str, limit: Duration) -> Option<String> {
    exchange(agent, &format!("GET {path} HTTP/1.0\r\n\r\n"), limit)
}

fn put(agent: &Agent, path: &str, body: &str) {
    let response = exchange(agent, &put_request(path, body), Duration::from_secs(10)).unwrap();
    assert!(response.contains("200 OK"), "{response}");
}

fn put_request(path: &str, body: &str) -> String {
    format!("PUT {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn exchange(agent: &Agent, request: &str, limit: Duration) -> Option<String> {
    let mut stream = TcpStream::connect(agent.http_addr()).unwrap();
    stream.set_read_timeout(Some(limit)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).ok()?;
    Some(response)
}
