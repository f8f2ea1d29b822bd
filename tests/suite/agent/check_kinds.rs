//! Every kind of check, on a real agent that runs scripts.

use std::time::Duration;

use consul_client::ApiErrorKind;
use consul_client::agent::Check;
use consul_client::agent::check::Checks;
use consul_client::agent::check::{
    Alias, CheckType, Docker, Grpc, H2ping, Http, OsService, Script, Status, Tcp, Tls, Udp,
};
use consul_tests::{Agent, unique};

use super::{eventually, kind};
use crate::clients::{client, client_of};

const INTERVAL: Duration = Duration::from_secs(600);
const SCRIPTS: &str = r#"{ "enable_script_checks": true }"#;

/// Registers each check and reads its type.
async fn register(checks: &Checks, kinds: Vec<(CheckType, Check)>) {
    for (number, (check_type, check)) in kinds.into_iter().enumerate() {
        let id = format!("{check_type}-{number}");
        checks.register(&id, check).await.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert_eq!(checks.get(&id).await.unwrap().unwrap().check_type, check_type);
    }
}

#[tokio::test]
async fn every_kind_of_check_can_be_registered() {
    let agent = Agent::builder().config(SCRIPTS).start();
    let (client, address) = (client_of(&agent), agent.http_addr().to_string());
    let checks = client.agent().check();
    client.agent().service().register("web").await.unwrap();

    let http = Http::new(format!("{}/v1/status/leader", agent.url()), INTERVAL)
        .method("PUT")
        .header("X-A", "1")
        .header("X-A", "2")
        .body("b")
        .tls(Tls::new().skip_verify())
        .timeout(Duration::from_secs(1));
    let docker = Docker::new("c0ffee", ["true"], INTERVAL).shell("/bin/sh");
    let grpc = Grpc::new("127.0.0.1:1/web", INTERVAL).use_tls().tls(Tls::new().skip_verify());
    let counted = Check::from(Tcp::new(&address, INTERVAL).timeout(Duration::from_secs(1)))
        .success_before_passing(2)
        .failures_before_critical(3);
    let script = Script::new(["true"], INTERVAL).timeout(Duration::from_secs(9));
    register(
        &checks,
        vec![
            (CheckType::Ttl, Check::ttl(INTERVAL)),
            (CheckType::Http, http.into()),
            (CheckType::Tcp, counted),
            (CheckType::Grpc, grpc.into()),
            (CheckType::Docker, docker.into()),
            (CheckType::Script, script.into()),
            (CheckType::Script, Check::shell("exit 1", INTERVAL)),
            (CheckType::Alias, Check::alias("web")),
            // The node must exist: an agent before 1.19.1 crashes otherwise.
            (CheckType::Alias, Alias::node(agent.node()).into()),
        ],
    )
    .await;

    let h2ping = H2ping::new(&address, INTERVAL);
    let warned = Check::tcp(&address, INTERVAL).failures_before_warning(1).failures_before_critical(2);
    // The check, and the minor version that supports all of its fields.
    let newer = [
        (CheckType::H2ping, h2ping.clone().into(), 10),
        (CheckType::H2ping, h2ping.without_tls().into(), 11),
        (CheckType::Http, Http::new(agent.url(), INTERVAL).disable_redirects().into(), 11),
        (CheckType::Tcp, warned, 11),
        (CheckType::Udp, Udp::new("127.0.0.1:9", INTERVAL).into(), 13),
        (CheckType::Tcp, Tcp::new(&address, INTERVAL).use_tls().into(), 17),
    ];
    for (check_type, check, minor) in newer {
        if agent.since(1, minor) {
            register(&checks, vec![(check_type, check)]).await;
        } else {
            let error = checks.register("newer", check).await.unwrap_err();
            assert_eq!(kind(&error), ApiErrorKind::InvalidRequest, "{check_type} since 1.{minor}");
        }
    }
    // Only Windows supports it.
    let error = checks.register("os", OsService::new("sshd", INTERVAL)).await.unwrap_err();
    assert_eq!(kind(&error), ApiErrorKind::InvalidRequest);
}

#[tokio::test]
async fn script_check_runs_its_command() {
    let agent = Agent::builder().config(SCRIPTS).start();
    let checks = client_of(&agent).agent().check();
    let often = Duration::from_millis(100);
    for (id, check, status, output) in [
        ("passes", Check::shell("echo out; exit 0", often), Status::Passing, "out\n"),
        ("warns", Check::shell("echo 'a b' | tr a-z A-Z; exit 1", often), Status::Warning, "A B\n"),
        ("fails", Check::script(["/bin/sh", "-c", "exit 2"], often), Status::Critical, ""),
    ] {
        // Starts with another status, so that the status is a result of the script.
        let before = if status == Status::Passing { Status::Warning } else { Status::Passing };
        checks.register(id, check.status(before)).await.unwrap();
        let check =
            eventually(async || checks.get(id).await.unwrap().filter(|check| check.status == status)).await;
        assert_eq!((check.output.as_str(), check.check_type), (output, CheckType::Script));
        checks.deregister(id).await.unwrap();
    }
}

#[tokio::test]
async fn agent_without_script_checks_rejects_them() {
    let checks = client().agent().check();
    for check in [Check::shell("true", INTERVAL), Check::docker("c0ffee", ["true"], INTERVAL)] {
        let error = checks.register(unique("script"), check).await.unwrap_err();
        assert_eq!(kind(&error), ApiErrorKind::InvalidRequest);
        assert!(!error.is_retryable());
    }
}
