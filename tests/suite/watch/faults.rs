//! Watches during network faults, and after.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::Agent;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::attempts::Attempts;
use super::{Subject, report_rate};
use crate::clients::client_of;
use crate::proxy::{At, Cut, Edit, End, Faults, Proxy, Way};

/// Duration of each fault. A watch sends at most 10 requests in the first 10 seconds of an outage.
const FAULT: Duration = Duration::from_secs(9);
/// The wait, and the time that an attempt may take beyond it. Both are short, so that attempts end in time.
const WAIT: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(1);

/// The maximum number of requests during a fault.
#[derive(Clone, Copy)]
enum Limit {
    /// No state can be read: 10 requests.
    Outage,
    /// Responses arrive without waiting: a burst of 20 requests, then one per second, and the same number for changes
    /// and failures.
    Burst,
}

impl Limit {
    fn requests(self) -> usize {
        match self {
            Self::Outage => 10,
            Self::Burst => 40,
        }
    }
}

fn outages() -> Vec<(&'static str, Faults)> {
    let cut = |at, by| Faults { cut: Some(Cut { at, by }), ..Faults::default() };
    let edit = |edit| Faults { edits: vec![edit], ..Faults::default() };
    let (held, lost) = (Way::Held, Way::Lost);
    vec![
        ("connections refused", Faults { refuse: true, ..Faults::default() }),
        ("connections reset", Faults { reset_on_accept: true, ..Faults::default() }),
        ("requests held", Faults { requests: held, ..Faults::default() }),
        ("responses held", Faults { responses: held, ..Faults::default() }),
        ("both held", Faults { requests: held, responses: held, ..Faults::default() }),
        ("requests lost", Faults { requests: lost, ..Faults::default() }),
        ("responses lost", Faults { responses: lost, ..Faults::default() }),
        ("both lost", Faults { requests: lost, responses: lost, ..Faults::default() }),
        ("reset instead of a response", cut(At::Byte(0), End::Reset)),
        ("closed instead of a response", cut(At::Byte(0), End::Close)),
        ("reset in the head", cut(At::Byte(40), End::Reset)),
        ("closed in the head", cut(At::Byte(40), End::Close)),
        ("reset after the head", cut(At::Head, End::Reset)),
        ("closed after the head", cut(At::Head, End::Close)),
        ("half closed after the head", cut(At::Head, End::HalfClose)),
        ("slower than the attempt timeout", Faults { bandwidth: Some(50), ..Faults::default() }),
        ("status 503", edit(Edit::Status("503 Service Unavailable"))),
        ("status 302", edit(Edit::Status("302 Found"))),
        ("no index", edit(Edit::NoHeader("X-Consul-Index"))),
        ("index is not a number", edit(Edit::Header("X-Consul-Index", "abc".to_owned()))),
    ]
}

fn degradations() -> Vec<(&'static str, Faults)> {
    let index = |index: u64| Faults {
        edits: vec![Edit::Header("X-Consul-Index", index.to_string())],
        ..Faults::default()
    };
    let late = Duration::from_millis(200);
    vec![
        ("late", Faults { latency: late, jitter: late, ..Faults::default() }),
        ("one byte a segment", Faults { one_byte_segments: true, ..Faults::default() }),
        ("slow", Faults { bandwidth: Some(5_000), ..Faults::default() }),
        ("slow exchanges are closed", Faults { timeout: Some(WAIT / 2), ..Faults::default() }),
        ("slow responses are dropped", Faults { write_timeout: Some(WAIT / 2), ..Faults::default() }),
        ("index 0", index(0)),
        ("index 1", index(1)),
        ("the highest index", index(u64::MAX)),
    ]
}

#[tokio::test]
async fn watch_survives_every_network_fault() {
    // The server continues abandoned waits, which count as connections until they end.
    let agent = Agent::builder().config("limits { http_max_conns_per_client = 2000 }").start();
    let outages = outages().into_iter().map(|(name, faults)| (name, faults, Limit::Outage));
    let degradations = degradations().into_iter().map(|(name, faults)| (name, faults, Limit::Burst));
    let mut cases = JoinSet::new();
    for (name, faults, limit) in outages.chain(degradations) {
        for subject in Subject::both() {
            let name = format!("{:?}, {name}", subject.kind);
            let proxy = Proxy::to(agent.http_addr()).await;
            cases.spawn(survive(name, subject, faults.clone(), limit, proxy, client_of(&agent)));
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

async fn survive(name: String, subject: Subject, faults: Faults, limit: Limit, proxy: Proxy, direct: Client) {
    subject.set(&direct, "before").await;
    let (client, attempts) = Attempts::of_client(&proxy.url(), |client| client.attempt_timeout(GRACE));
    let mut watch = subject.watch(&client, |settings| settings.wait = WAIT);
    watch.until_value("before").await;
    watch.during(proxy.until_requests(2)).await;

    // Faults of new connections do not affect open ones, which are reset.
    let affects_new_connections = faults.refuse || faults.reset_on_accept;
    proxy.set(faults).await;
    if affects_new_connections {
        proxy.reset();
    }
    let requests_so_far = || attempts.count().max(proxy.requests().len());
    let (start, before) = (Instant::now(), requests_so_far());
    watch.during(subject.set(&direct, "meanwhile")).await;
    watch.during(sleep(FAULT)).await;
    let requests = requests_so_far() - before;
    report_rate(&name, requests, start.elapsed());
    assert!((1..=limit.requests()).contains(&requests), "{name}: {requests} requests");

    proxy.lift().await;
    watch.until_value("meanwhile").await;
    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["before", "meanwhile", "after"], "{name}");
}
