//! Coordination of programs: an event notifies other programs, and a session shows that a program runs.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example coordination
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use consul_client::Client;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    event(&client).await?;
    session(&client).await
}

async fn event(client: &Client) -> Result<(), Failure> {
    let events = client.event();
    let fired = events.fire("example-deploy").payload("v7").await?;
    println!("fired {} {}", fired.name, fired.id);

    // An agent receives the event after a moment, and keeps the latest events of all names.
    let latest = events.list().name("example-deploy");
    let mut heard = latest.clone().send().await?;
    while !heard.value.iter().any(|event| event.id == fired.id) {
        let index = heard.meta.index.ok_or("no index to wait on")?;
        heard = latest.clone().block(index, Duration::from_secs(10)).send().await?;
    }
    for event in &heard.value {
        println!("heard {} {} with {:?}", event.name, event.id, event.text()?);
    }
    let newest = heard.value.last().ok_or("no event")?;
    assert_eq!((newest.name.as_str(), newest.text()?), ("example-deploy", "v7"));
    Ok(())
}

async fn session(client: &Client) -> Result<(), Failure> {
    let sessions = client.session();
    let node = client.agent().read_self().await?.config.node_name;
    let id = sessions.create().name("example").node(&node).ttl(Duration::from_secs(60)).await?;
    let session = sessions.info(&id).await?.ok_or("the session is not there")?;
    println!("session {} on {}, for {:?} without renewal", session.name, session.node, session.ttl);
    assert_eq!((&session.id, session.name.as_str(), session.node.as_str()), (&id, "example", node.as_str()));
    assert_eq!(session.ttl, Some(Duration::from_secs(60)));

    assert!(sessions.list().await?.contains(&session));
    assert!(sessions.node(&node).await?.contains(&session));

    // A session converts to its ID.
    sessions.destroy(&session).await?;
    println!("destroyed; renewing it gives {:?}", sessions.renew(&session).await?);
    assert_eq!(sessions.info(&session).await?, None);
    assert!(!sessions.list().await?.contains(&session));
    assert!(!sessions.node(&node).await?.contains(&session));
    Ok(())
}
