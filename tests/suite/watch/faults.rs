//! A watch while the network fails, and after.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::Agent;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::attempts::Attempts;
use super::{Subject, tell_rate};
use crate::clients::client_of;
use crate::proxy::{At, Cut, Edit, End, Faults, Proxy, Way};

/// How long each fault lasts. A watch may ask ten times in the first ten seconds of an outage.
const FAULT: Duration = Duration::from_secs(9);
/// How long servers are asked to wait, and how much longer an attempt may take: short, so that attempts end in time.
const WAIT: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(1);

/// How many requests a fault may cause while it lasts.
#[derive(Clone, Copy)]
enum Limit {
    /// Nothing can be read: ten.
    Outage,
    /// Answers come, but without waiting: 20 at once, then one a second, and as many for changes and failures.
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
        ("answers held", Faults { answers: held, ..Faults::default() }),
        ("both held", Faults { requests: held, answers: held, ..Faults::default() }),
        ("requests lost", Faults { requests: lost, ..Faults::default() }),
        ("answers lost", Faults { answers: lost, ..Faults::default() }),
        ("both lost", Faults { requests: lost, answers: lost, ..Faults::default() }),
        ("reset instead of an answer", cut(At::Byte(0), End::Reset)),
        ("closed instead of an answer", cut(At::Byte(0), End::Close)),
        ("reset in the head", cut(At::Byte(40), End::Reset)),
        ("closed in the head", cut(At::Byte(40), End::Close)),
        ("reset after the head", cut(At::Head, End::Reset)),
        ("closed after the head", cut(At::Head, End::Close)),
        ("half closed after the head", cut(At::Head, End::HalfClose)),
        ("slower than an attempt may be", Faults { bandwidth: Some(50), ..Faults::default() }),
        ("status 503", edit(Edit::Status("503 Service Unavailable"))),
        ("status 302", edit(Edit::Status("302 Found"))),
        ("no index", edit(Edit::NoHeader("X-Consul-Index"))),
        ("no number for an index", edit(Edit::Header("X-Consul-Index", "abc".to_owned()))),
    ]
}

fn nuisances() -> Vec<(&'static str, Faults)> {
    let index = |index: u64| Faults {
        edits: vec![Edit::Header("X-Consul-Index", index.to_string())],
        ..Faults::default()
    };
    let late = Duration::from_millis(200);
    vec![
        ("late", Faults { latency: late, jitter: late, ..Faults::default() }),
        ("one byte a segment", Faults { one_byte_segments: true, ..Faults::default() }),
        ("slow", Faults { bandwidth: Some(5_000), ..Faults::default() }),
        ("closed when it takes long", Faults { timeout: Some(WAIT / 2), ..Faults::default() }),
        ("not answered when it took long", Faults { write_timeout: Some(WAIT / 2), ..Faults::default() }),
        ("index 0", index(0)),
        ("index 1", index(1)),
        ("the highest index", index(u64::MAX)),
    ]
}

#[tokio::test]
async fn a_watch_rides_out_whatever_the_network_does() {
    // Abandoned waits go on at the server, and count as connections until they are over.
    let agent = Agent::builder().config("limits { http_max_conns_per_client = 2000 }").start();
    let outages = outages().into_iter().map(|(name, faults)| (name, faults, Limit::Outage));
    let nuisances = nuisances().into_iter().map(|(name, faults)| (name, faults, Limit::Burst));
    let mut cases = JoinSet::new();
    for (name, faults, limit) in outages.chain(nuisances) {
        for subject in Subject::both() {
            let name = format!("{:?}, {name}", subject.kind);
            let proxy = Proxy::to(agent.http_addr()).await;
            cases.spawn(ride_out(name, subject, faults.clone(), limit, proxy, client_of(&agent)));
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

async fn ride_out(
    name: String,
    subject: Subject,
    faults: Faults,
    limit: Limit,
    proxy: Proxy,
    direct: Client,
) {
    subject.set(&direct, "before").await;
    let (client, attempts) = Attempts::of_client(&proxy.url(), |client| client.attempt_timeout(GRACE));
    let mut watch = subject.watch(&client, |settings| settings.wait = WAIT);
    watch.until_value("before").await;
    watch.during(proxy.until_requests(2)).await;

    // On established connections nobody is refused.
    let concerns_new_ones = faults.refuse || faults.reset_on_accept;
    proxy.set(faults).await;
    if concerns_new_ones {
        proxy.reset();
    }
    let asked_so_far = || attempts.count().max(proxy.requests().len());
    let (start, before) = (Instant::now(), asked_so_far());
    watch.during(subject.set(&direct, "meanwhile")).await;
    watch.during(sleep(FAULT)).await;
    let requests = asked_so_far() - before;
    tell_rate(&name, requests, start.elapsed());
    assert!((1..=limit.requests()).contains(&requests), "{name}: {requests} requests");

    proxy.lift().await;
    watch.until_value("meanwhile").await;
    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["before", "meanwhile", "after"], "{name}");
}
