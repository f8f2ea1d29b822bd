//! Checks of a real agent: registered, reported to, read and deregistered.

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::agent::check::{CheckId, CheckType, HealthCheck, Status, Ttl};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::{shared_agent, unique};

use super::{eventually, kind};
use crate::clients::client;

const HOUR: Duration = Duration::from_secs(3600);

/// Returns the check with this ID.
async fn read(id: &str) -> HealthCheck {
    client().agent().check().get(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn list_returns_checks_by_id() {
    let (checks, id) = (client().agent().check(), unique("listed"));
    checks.register(&id, Ttl::new(HOUR)).await.unwrap();
    let all = checks.list().await.unwrap();
    assert_eq!(all[id.as_str()], read(&id).await);
    let narrow = checks.list().filter(format!("CheckID == \"{id}\"")).await.unwrap();
    assert_eq!(narrow.keys().map(CheckId::as_str).collect::<Vec<_>>(), [&id]);
    let error = checks.list().filter("Nope == 1").await.unwrap_err();
    assert_eq!(kind(&error), ApiErrorKind::InvalidRequest);
    checks.deregister(&id).await.unwrap();
    assert!(!checks.list().await.unwrap().contains_key(id.as_str()));
}

#[tokio::test]
async fn registered_check_has_its_fields() {
    let (checks, id) = (client().agent().check(), unique("full"));
    let check = Check::ttl(HOUR).output_max_size(16).id(&id).notes("why").status(Status::Warning);
    checks.register("A check", check).await.unwrap();
    let read = read(&id).await;
    assert_eq!((read.name.as_str(), read.notes.as_str(), &read.status), ("A check", "why", &Status::Warning));
    assert_eq!((read.node.as_str(), read.service_id.as_str()), (shared_agent().node(), ""));
    assert_eq!(read.id, id.as_str());
    checks.deregister(&read).await.unwrap();
}

#[tokio::test]
async fn ttl_check_becomes_critical_without_reports() {
    let (checks, name) = (client().agent().check(), unique("ttl"));
    checks.register(&name, Check::ttl(Duration::from_millis(200))).await.unwrap();
    let check = read(&name).await;
    assert_eq!((check.name.as_str(), &check.check_type), (name.as_str(), &CheckType::Ttl));
    assert_eq!((&check.status, check.output.as_str()), (&Status::Critical, ""));
    checks.pass(&check).await.unwrap();
    let expired =
        eventually(async || Some(read(&name).await).filter(|check| check.output.contains("TTL"))).await;
    assert_eq!(expired.status, Status::Critical, "no report within the TTL");
    checks.deregister(&check).await.unwrap();
}

#[tokio::test]
async fn http_check_becomes_passing() {
    let (checks, name) = (client().agent().check(), unique("http"));
    let url = format!("{}/v1/status/leader", shared_agent().url());
    checks.register(&name, Check::http(url, Duration::from_millis(100))).await.unwrap();
    let check =
        eventually(async || Some(read(&name).await).filter(|check| check.status == Status::Passing)).await;
    assert!(check.output.contains("200 OK"), "{}", check.output);
    assert_eq!(check.check_type, CheckType::Http);
    checks.deregister(&name).await.unwrap();
}

#[tokio::test]
async fn check_of_a_service_is_removed_with_it() {
    let (agent, id) = (client().agent(), unique("checked"));
    agent.service().register(id.as_str()).await.unwrap();
    let name = unique("of-service");
    agent.check().register(&name, Check::ttl(HOUR)).service(&id).await.unwrap();
    let check = read(&name).await;
    assert_eq!((check.service_id.as_str(), check.service_name.as_str()), (id.as_str(), id.as_str()));
    agent.service().deregister(&id).await.unwrap();
    assert_eq!(agent.check().get(&name).await.unwrap(), None, "deregistered with its service");

    let unknown = agent.check().register(&name, Check::ttl(HOUR)).service(&id).await.unwrap_err();
    assert_eq!(kind(&unknown), ApiErrorKind::UnknownService, "500 here, 404 there");
    assert!(unknown.is_not_found() && !unknown.is_outcome_unknown());
}

#[tokio::test]
async fn pass_warn_fail_and_update_set_status_and_output() {
    let (checks, id) = (client().agent().check(), unique("reported"));
    checks.register(&id, Check::ttl(HOUR)).await.unwrap();
    let is = async || {
        let check = read(&id).await;
        (check.status, check.output)
    };
    checks.pass(&id).note("7 of 8 & more").await.unwrap();
    assert_eq!(is().await, (Status::Passing, "7 of 8 & more".to_owned()));
    checks.warn(&id).await.unwrap();
    assert_eq!(is().await, (Status::Warning, String::new()), "no note, no output");
    checks.fail(&id).note("broken").await.unwrap();
    assert_eq!(is().await, (Status::Critical, "broken".to_owned()));
    checks.update(&id, Status::Passing).output("line 1\nline 2\u{1}").await.unwrap();
    assert_eq!(is().await, (Status::Passing, "line 1\nline 2\u{1}".to_owned()));
    checks.update(&id, Status::Warning).output("x".repeat(10_000)).await.unwrap();
    assert!(is().await.1.starts_with(&"x".repeat(1000)));
    checks.deregister(&id).await.unwrap();
}

#[tokio::test]
async fn mark_accepts_the_names_of_statuses() {
    let (checks, id) = (client().agent().check(), unique("marked"));
    checks.register(&id, Check::ttl(HOUR)).await.unwrap();
    for (word, status) in [
        ("passing", Status::Passing),
        ("warn", Status::Warning),
        ("pass", Status::Passing),
        ("failing", Status::Critical),
        ("warning", Status::Warning),
        ("fail", Status::Critical),
    ] {
        checks.mark(&id, word).await.unwrap();
        assert_eq!(read(&id).await.status, status, "{word}");
    }
    checks.mark(&id, Status::Passing).output("well").await.unwrap();
    assert_eq!(read(&id).await.output, "well");
    for word in ["", "any", "maintenance", "Passing"] {
        assert_eq!(checks.mark(&id, word).await.unwrap_err().kind(), ErrorKind::Request, "{word:?}");
    }
    checks.deregister(&id).await.unwrap();
}

#[tokio::test]
async fn check_is_deregistered() {
    let (checks, id) = (client().agent().check(), unique("short-lived"));
    checks.register(&id, Check::ttl(HOUR)).await.unwrap();
    checks.deregister(&id).await.unwrap();
    assert_eq!(checks.get(&id).await.unwrap(), None);
    let again = checks.deregister(&id).await;
    if shared_agent().since(1, 12) {
        assert_eq!(kind(&again.unwrap_err()), ApiErrorKind::UnknownCheck);
    } else {
        again.unwrap();
    }
}

#[tokio::test]
async fn get_finds_checks_with_special_characters_in_the_id() {
    let checks = client().agent().check();
    assert_eq!(checks.get(unique("nothing")).await.unwrap(), None);
    let odd = unique("odd");
    for id in [r#"a"b"#, r"a\b", r#"" or CheckID != ""#, "a`b", "a'b c", "é☃", r"\x41"] {
        let id = format!("{odd} {id}");
        checks.register("odd", Check::ttl(HOUR).id(&id)).await.unwrap();
        let check = checks.get(&id).await.unwrap().unwrap();
        assert_eq!(check.id, id.as_str());
        checks.pass(&check).await.unwrap();
        checks.deregister(&check).await.unwrap();
    }
    for id in ["", "a\nb"] {
        assert_eq!(checks.get(id).await.unwrap_err().kind(), ErrorKind::Request, "{id:?}");
    }
}

#[tokio::test]
async fn values_that_every_agent_rejects_are_not_sent() {
    let checks = client().agent().check();
    let odd = [
        checks.register("", Check::ttl(HOUR)),
        checks.register("x", Check::ttl(Duration::ZERO)),
        checks.register("x", Check::tcp("127.0.0.1:1", Duration::ZERO)),
        checks.register("x", Check::ttl(HOUR)).service(""),
        checks.register("x", Check::ttl(HOUR).status(Status::from("odd"))),
        checks.register("a//b", Check::ttl(HOUR)),
        checks.register("x", Check::ttl(HOUR).id("a\u{a0}b")),
    ];
    for register in odd {
        assert_eq!(register.await.unwrap_err().kind(), ErrorKind::Request);
    }
    for id in ["", "..", "a//b"] {
        for error in [
            checks.pass(id).await.unwrap_err(),
            checks.warn(id).await.unwrap_err(),
            checks.fail(id).await.unwrap_err(),
            checks.mark(id, "passing").await.unwrap_err(),
            checks.deregister(id).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Request, "{id:?}");
        }
    }
}
