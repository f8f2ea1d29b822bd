//! The harness keeps its promises: agents are ready, separate, and gone when they should be.

mod cluster;
mod proxy;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use consul_tests::{Agent, Version, require, shared_agent, unique};

/// Makes `an_agent_to_leave_behind` start an agent and wait to be killed.
const LEAVE_BEHIND: &str = "CONSUL_TESTS_LEAVE_BEHIND";

#[test]
fn an_agent_is_ready_when_start_returns_and_dead_when_dropped() {
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
fn two_agents_at_once_know_nothing_of_each_other() {
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
fn with_acls_only_the_token_opens_the_door() {
    let agent = Agent::builder().acl().start();
    let token = agent.token().unwrap();
    let write = |path: &str| exchange(&agent, &put_request(path, "1"), Duration::from_secs(10)).unwrap();
    assert!(write("/v1/kv/a").contains("403 Forbidden"));
    assert!(write(&format!("/v1/kv/a?token={token}")).contains("200 OK"));
    assert!(!format!("{agent:?}").contains(token));
}

#[test]
fn configuration_is_taken_as_json_and_as_hcl() {
    let agent = Agent::builder()
        .config(r#"{ "datacenter": "east" }"#)
        .config("node_meta { rack = \"r1\" }\nlimits { http_max_conns_per_client = 300 }")
        .start();
    assert!(get(&agent, "/v1/catalog/datacenters").contains("east"));
    assert!(get(&agent, "/v1/catalog/nodes").contains("\"r1\""));
}

#[test]
fn a_configuration_that_consul_refuses_is_reported_with_its_words() {
    let error = Agent::builder().config("no_such_setting = 1").try_start().unwrap_err().to_string();
    assert!(error.contains("no_such_setting"), "{error}");
}

#[test]
fn a_frozen_agent_is_silent_until_it_goes_on() {
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
fn a_persistent_server_remembers_over_a_crash_and_a_dev_agent_does_not() {
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
fn http_is_served_on_a_unix_socket_too() {
    let dir = tempfile_dir();
    let path = dir.join("consul.sock");
    let _agent = Agent::builder().unix_socket(&path).start();
    assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());
    drop(_agent);
    let _ = std::fs::remove_dir_all(dir);
}

#[test]
fn the_shared_agent_is_one_and_names_are_unique() {
    assert!(std::ptr::eq(shared_agent(), shared_agent()));
    assert!(shared_agent().version() >= Version::new(1, 8, 0));
    assert_ne!(unique("a"), unique("a"));
}

#[test]
fn a_killed_test_process_leaves_no_agent_behind() {
    require!(Path::new("/proc/self").exists(), "looks for processes in /proc");
    let dir = tempfile_dir();
    let mut parent = Command::new(env::current_exe().unwrap())
        .args(["--exact", "harness::an_agent_to_leave_behind", "--nocapture"])
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
    // Neither processes nor their files.
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

/// Not a test of its own: the process that `a_killed_test_process_leaves_no_agent_behind` kills.
#[test]
fn an_agent_to_leave_behind() {
    if env::var_os(LEAVE_BEHIND).is_some() {
        let cluster = Agent::builder().start_cluster();
        let pids = [shared_agent()].into_iter().chain(cluster.servers()).map(|agent| agent.pid().to_string());
        // Straight to stdout, which the test that waits for it reads.
        writeln!(std::io::stdout(), "left behind: {}", pids.collect::<Vec<_>>().join(" ")).unwrap();
        thread::sleep(Duration::from_secs(120));
    }
}

fn tempfile_dir() -> std::path::PathBuf {
    let dir = env::temp_dir().join(unique("consul-tests-socket"));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Whether a process is there and not merely waiting to be reaped.
fn is_process(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => !stat.rsplit_once(") ").unwrap().1.starts_with('Z'),
        Err(_) => false,
    }
}

fn get(agent: &Agent, path: &str) -> String {
    try_get(agent, path, Duration::from_secs(10)).unwrap()
}

/// The status line, headers and body; `None` where nothing comes in time.
fn try_get(agent: &Agent, path: &str, limit: Duration) -> Option<String> {
    exchange(agent, &format!("GET {path} HTTP/1.0\r\n\r\n"), limit)
}

fn put(agent: &Agent, path: &str, body: &str) {
    let answer = exchange(agent, &put_request(path, body), Duration::from_secs(10)).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
}

fn put_request(path: &str, body: &str) -> String {
    format!("PUT {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn exchange(agent: &Agent, request: &str, limit: Duration) -> Option<String> {
    let mut stream = TcpStream::connect(agent.http_addr()).unwrap();
    stream.set_read_timeout(Some(limit)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
