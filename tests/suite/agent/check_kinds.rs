//! Every kind of check, on a real agent that may run scripts.

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

/// Registers each check under its type's word, and reads that type back.
async fn register(checks: &Checks, kinds: Vec<(CheckType, Check)>) {
    for (number, (check_type, check)) in kinds.into_iter().enumerate() {
        let id = format!("{check_type}-{number}");
        checks.register(&id, check).await.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert_eq!(checks.get(&id).await.unwrap().unwrap().check_type, check_type);
    }
}

#[tokio::test]
async fn agent_checks_register_in_every_kind() {
    let agent = Agent::builder().config(SCRIPTS).start();
    let (client, address) = (client_of(&agent), agent.http_addr().to_string());
    let checks = client.agent().check();
    client.agent().service().register("web").await.unwrap();

    let http = Http {
        method: Some("PUT".to_owned()),
        header: [("X-A".to_owned(), vec!["1".to_owned(), "2".to_owned()])].into(),
        body: Some("b".to_owned()),
        tls: Tls { skip_verify: true, ..Tls::default() },
        timeout: Some(Duration::from_secs(1)),
        ..Http::new(format!("{}/v1/status/leader", agent.url()), INTERVAL)
    };
    let docker = Docker { shell: Some("/bin/sh".to_owned()), ..Docker::new("c0ffee", ["true"], INTERVAL) };
    let grpc = Grpc {
        use_tls: true,
        tls: Tls { skip_verify: true, ..Tls::default() },
        ..Grpc::new("127.0.0.1:1/web", INTERVAL)
    };
    let counted = Check {
        success_before_passing: Some(2),
        failures_before_critical: Some(3),
        ..Check::from(Tcp { timeout: Some(Duration::from_secs(1)), ..Tcp::new(&address, INTERVAL) })
    };
    let script = Script { timeout: Some(Duration::from_secs(9)), ..Script::new(["true"], INTERVAL) };
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
            // One that exists: an agent before 1.19.1 crashes over others.
            (CheckType::Alias, Alias::node(agent.node()).into()),
        ],
    )
    .await;

    let udp = || Check::from(Udp::new("127.0.0.1:9", INTERVAL));
    let h2ping = || Check::from(H2ping { use_tls: Some(false), ..H2ping::new(&address, INTERVAL) });
    let redirects = || Check::from(Http { disable_redirects: true, ..Http::new(agent.url(), INTERVAL) });
    let tcp_tls = || Check::from(Tcp { use_tls: true, ..Tcp::new(&address, INTERVAL) });
    let warned = || Check {
        failures_before_warning: Some(1),
        failures_before_critical: Some(2),
        ..Check::tcp(&address, INTERVAL)
    };
    let newer = vec![
        (CheckType::Udp, udp()),
        (CheckType::H2ping, h2ping()),
        (CheckType::Http, redirects()),
        (CheckType::Tcp, tcp_tls()),
        (CheckType::Tcp, warned()),
    ];
    if agent.since(1, 17) {
        register(&checks, newer).await;
    } else if !agent.since(1, 10) {
        for (check_type, check) in newer {
            let refused = checks.register("newer", check).await.unwrap_err();
            assert_eq!(kind(&refused), ApiErrorKind::InvalidRequest, "{check_type}");
        }
    }
    // Windows has it; elsewhere an agent that knows it says so.
    let refused = checks.register("os", OsService::new("sshd", INTERVAL)).await.unwrap_err();
    assert_eq!(kind(&refused), ApiErrorKind::InvalidRequest);
}

#[tokio::test]
async fn agent_checks_register_script() {
    let agent = Agent::builder().config(SCRIPTS).start();
    let checks = client_of(&agent).agent().check();
    let often = Duration::from_millis(100);
    for (id, check, status, output) in [
        ("passes", Check::shell("echo out; exit 0", often), Status::Passing, "out\n"),
        ("warns", Check::shell("echo 'a b' | tr a-z A-Z; exit 1", often), Status::Warning, "A B\n"),
        ("fails", Check::script(["/bin/sh", "-c", "exit 2"], often), Status::Critical, ""),
    ] {
        // Starts as something else, so that what is seen is the script's word.
        let before = if status == Status::Passing { Status::Warning } else { Status::Passing };
        checks.register(id, check).status(before).await.unwrap();
        let check =
            eventually(async || checks.get(id).await.unwrap().filter(|check| check.status == status)).await;
        assert_eq!((check.output.as_str(), check.check_type), (output, CheckType::Script));
        checks.deregister(id).await.unwrap();
    }
}

#[tokio::test]
async fn an_agent_that_may_not_run_scripts_refuses_them() {
    let checks = client().agent().check();
    for check in [Check::shell("true", INTERVAL), Check::docker("c0ffee", ["true"], INTERVAL)] {
        let refused = checks.register(unique("script"), check).await.unwrap_err();
        assert_eq!(kind(&refused), ApiErrorKind::InvalidRequest);
        assert!(!refused.is_retryable());
    }
}
