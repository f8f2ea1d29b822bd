//! Watches whose waits are cut off by a timeout on the way.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::{Agent, Version, require, shared_agent};
use tokio::time::sleep;

use super::{Subject, report_rate};
use crate::clients::client_of;
use crate::proxy::{Faults, Proxy};

/// Time after which the agent or the proxy cuts off a response.
const LIMIT: Duration = Duration::from_secs(2);
const WAIT: Duration = Duration::from_secs(3);
/// Long enough for several waits.
const QUIET: Duration = Duration::from_secs(6);

#[tokio::test]
async fn waits_cut_off_by_an_agent_are_reduced() {
    let since = Version::new(1, 22, 5);
    require!(shared_agent().version() >= since, "agents limit the time of a response since {since}");
    let agent = Agent::builder().config(r#"http_config { write_timeout = "2s" }"#).start();
    reduce_both(&agent, Faults::default(), "agent").await;
}

#[tokio::test]
async fn waits_cut_off_by_a_proxy_are_reduced() {
    let faults = Faults { write_timeout: Some(LIMIT), ..Faults::default() };
    reduce_both(shared_agent(), faults, "proxy").await;
}

#[tokio::test]
async fn waits_cut_off_by_an_error_page_or_a_close_are_reduced_once() {
    let pages = ["502 Bad Gateway", "504 Gateway Timeout", "524 A Timeout Occurred"];
    let case = |page: Option<&'static str>| {
        let faults = Faults { timeout: Some(LIMIT), timeout_page: page, ..Faults::default() };
        reduce_both(shared_agent(), faults, page.unwrap_or("closed connection"))
    };
    tokio::join!(case(None), case(Some(pages[0])), case(Some(pages[1])), case(Some(pages[2])));
}

async fn reduce_both(agent: &Agent, faults: Faults, by: &str) {
    let [key, service] = Subject::both();
    tokio::join!(reduce(key, agent, faults.clone(), by), reduce(service, agent, faults, by));
}

/// Follows a watch whose waits are cut off by the agent or the proxy.
async fn reduce(subject: Subject, agent: &Agent, faults: Faults, by: &str) {
    let proxy = Proxy::to(agent.http_addr()).await;
    proxy.set(faults).await;
    let direct = client_of(agent);
    let client = Client::builder().address(proxy.url()).build().unwrap();
    let mut watch = subject.watch(&client, |settings| settings.wait = WAIT);
    let start = Instant::now();
    subject.set(&direct, "before").await;
    watch.until_value("before").await;

    // The request without an index, the one that is cut off, and the next one.
    watch.during(proxy.until_requests(3)).await;
    watch.during(subject.set(&direct, "cut off once")).await;
    watch.until_value("cut off once").await;
    watch.until(|watch| !watch.reduced_waits.is_empty()).await;
    watch.during(subject.set(&direct, "reduced")).await;
    watch.until_value("reduced").await;
    watch.during(sleep(QUIET)).await;
    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;

    assert_eq!(watch.values, ["before", "cut off once", "reduced", "after"]);
    let [reduced] = watch.reduced_waits[..] else { panic!("reported once, not {:?}", watch.reduced_waits) };
    assert!(reduced <= LIMIT, "{reduced:?}");
    assert!(watch.degradations.is_empty(), "{:?}", watch.degradations);
    let requests = proxy.requests().len();
    report_rate(&format!("{:?}, waits cut off by the {by}", subject.kind), requests, start.elapsed());
    assert!(requests <= 40, "{requests}");
}
