//! Watches whose waits are cut off when they are over.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::{Agent, Version, require, shared_agent};
use tokio::time::sleep;

use super::{Subject, tell_rate};
use crate::clients::client_of;
use crate::proxy::{Faults, Proxy};

/// What takes longer is not answered.
const LIMIT: Duration = Duration::from_secs(2);
const WAIT: Duration = Duration::from_secs(3);
/// Long enough for some waits of any length.
const QUIET: Duration = Duration::from_secs(6);

#[tokio::test]
async fn waits_that_an_agent_cuts_off_are_shortened() {
    let since = Version::new(1, 22, 5);
    require!(shared_agent().version() >= since, "agents have a limit to the time of an answer since {since}");
    let agent = Agent::builder().config(r#"http_config { write_timeout = "2s" }"#).start();
    shorten_both(&agent, Faults::default(), "agent").await;
}

#[tokio::test]
async fn waits_that_a_proxy_cuts_off_are_shortened() {
    let faults = Faults { write_timeout: Some(LIMIT), ..Faults::default() };
    shorten_both(shared_agent(), faults, "proxy").await;
}

#[tokio::test]
async fn waits_that_end_with_an_error_page_or_a_closed_connection_are_reduced_and_reported_once() {
    let pages = ["502 Bad Gateway", "504 Gateway Timeout", "524 A Timeout Occurred"];
    let case = |page: Option<&'static str>| {
        let faults = Faults { timeout: Some(LIMIT), timeout_page: page, ..Faults::default() };
        shorten_both(shared_agent(), faults, page.unwrap_or("closed connection"))
    };
    tokio::join!(case(None), case(Some(pages[0])), case(Some(pages[1])), case(Some(pages[2])));
}

async fn shorten_both(agent: &Agent, faults: Faults, by: &str) {
    let [key, service] = Subject::both();
    tokio::join!(shorten(key, agent, faults.clone(), by), shorten(service, agent, faults, by));
}

/// A watch that is cut off by the agent or by the proxy.
async fn shorten(subject: Subject, agent: &Agent, faults: Faults, by: &str) {
    let proxy = Proxy::to(agent.http_addr()).await;
    proxy.set(faults).await;
    let direct = client_of(agent);
    let client = Client::builder().address(proxy.url()).build().unwrap();
    let mut watch = subject.watch(&client, |settings| settings.wait = WAIT);
    let start = Instant::now();
    subject.set(&direct, "before").await;
    watch.until_value("before").await;

    // The one without an index, the one that is cut off, the one after that.
    watch.during(proxy.until_requests(3)).await;
    watch.during(subject.set(&direct, "cut off once")).await;
    watch.until_value("cut off once").await;
    watch.until(|watch| !watch.reduced_waits.is_empty()).await;
    watch.during(subject.set(&direct, "shortened")).await;
    watch.until_value("shortened").await;
    watch.during(sleep(QUIET)).await;
    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;

    assert_eq!(watch.values, ["before", "cut off once", "shortened", "after"]);
    let [reduced] = watch.reduced_waits[..] else { panic!("reported once, not {:?}", watch.reduced_waits) };
    assert!(reduced <= LIMIT, "{reduced:?}");
    assert!(watch.degradations.is_empty(), "{:?}", watch.degradations);
    let requests = proxy.requests().len();
    tell_rate(&format!("{:?}, waits cut off by the {by}", subject.kind), requests, start.elapsed());
    assert!(requests <= 40, "{requests}");
}
