//! A tour of the client on a real agent.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example tour
//! ```
//!
//! Deletes everything that it creates, under `tour/`.

#![allow(clippy::print_stdout, reason = "a tour shows what it does")]

use std::time::Duration;

use consul_client::Client;
use consul_client::agent::Check;
use consul_client::agent::service::Definition;
use consul_client::txn::Outcome;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;

    heading("the agent");
    let agent = client.agent().read_self().await?;
    let config = &agent.config;
    println!("  {} runs Consul {} in {}", config.node_name, config.version, config.datacenter);
    println!(
        "  leader: {:?}, datacenters: {:?}",
        client.status().leader().await?,
        client.catalog().datacenters().await?
    );

    // Deletes the keys of an interrupted tour.
    client.kv().delete("tour/").recurse().await?;
    keys(&client).await?;
    transaction(&client).await?;
    session(&client).await?;
    service(&client).await?;
    blocking_read(&client).await?;

    client.kv().delete("tour/").recurse().await?;
    heading("done, and nothing left behind");
    Ok(())
}

fn heading(text: &str) {
    println!("\n== {text}");
}

async fn keys(client: &Client) -> Result<(), Failure> {
    heading("keys and values");
    let kv = client.kv();
    kv.put("tour/color", "blue").flags(7).await?;
    kv.put("tour/color scheme", "dark").await?;
    let color = kv.get("tour/color").await?.ok_or("tour/color is gone")?;
    println!("  put and get: {} = {:?}, flags {}", color.key, color.text()?, color.flags);
    println!("  keys below tour/: {:?}", kv.keys("tour/").await?);

    let changed = kv.put("tour/color", "green").cas(color.modify_index).await?;
    let again = kv.put("tour/color", "red").cas(color.modify_index).await?;
    println!("  check-and-set with the index just read: {changed:?}; again with the same index: {again:?}");

    kv.delete("tour/color").await?;
    println!("  delete tour/color: it is {:?} now", kv.get("tour/color").await?.map(|entry| entry.key));
    println!("  other keys are kept: {:?}", kv.keys("tour/color").await?);
    let refused = kv.get("tour//color").await.expect_err("has no path");
    println!("  tour//color: {refused}");
    Ok(())
}

async fn transaction(client: &Client) -> Result<(), Failure> {
    heading("a transaction: all or nothing");
    let outcome = client.txn().set("tour/a", "1").set("tour/b", "2").get("tour/a").await?;
    match &outcome {
        Outcome::Committed(results) => println!("  committed, with {} results", results.len()),
        Outcome::RolledBack(why) => return Err(why.to_string().into()),
    }
    match client.txn().set("tour/a", "3").check_not_exists("tour/b").await? {
        Outcome::Committed(_) => Err("committed, though tour/b exists".into()),
        Outcome::RolledBack(why) => {
            for error in &why.errors {
                println!("  rolled back by operation {}: {}", error.op_index, error.what);
            }
            let untouched = client.kv().get("tour/a").await?.ok_or("tour/a is gone")?;
            println!("  tour/a is still {:?}", untouched.text()?);
            Ok(())
        }
    }
}

async fn session(client: &Client) -> Result<(), Failure> {
    heading("a session that holds a key");
    let session = client.session().create().name("tour").ttl(Duration::from_secs(30)).await?;
    let acquired = client.kv().put("tour/lock", "held").acquire(&session).await?;
    let holder = client.kv().get("tour/lock").await?.and_then(|entry| entry.session);
    println!("  acquired: {acquired:?}, held by our session: {}", holder.as_ref() == Some(&session));
    let renewed = client.session().renew(&session).await?.ok_or("the session is gone")?;
    println!("  renewed for {:?}", renewed.ttl);
    let released = client.kv().put("tour/lock", "free").release(&session).await?;
    client.session().destroy(&session).await?;
    println!("  released: {released:?}, session gone: {}", client.session().renew(&session).await?.is_none());
    Ok(())
}

async fn service(client: &Client) -> Result<(), Failure> {
    heading("a service that is registered and found healthy");
    let check = Check::ttl(Duration::from_secs(60)).status(consul_client::health::Status::Passing);
    let tour = Definition::new("tour").id("tour-1").port(8080).tag("v1").check(check);
    client.agent().service().register(tour).await?;

    // The agent copies it to the catalog with a delay. A blocking query waits for it.
    let mut instances = client.health().service("tour").passing().send().await?;
    while instances.value.is_empty() {
        let index = instances.meta.index.ok_or("no index to wait on")?;
        instances =
            client.health().service("tour").passing().block(index, Duration::from_secs(10)).send().await?;
    }
    for instance in &instances.value {
        println!(
            "  {} at {}:{} is {}",
            instance.service.id,
            instance.address(),
            instance.port(),
            instance.status()
        );
    }
    println!("  services in the catalog: {:?}", client.catalog().services().await?);
    client.agent().service().deregister("tour-1").await?;
    println!("  deregistered");
    Ok(())
}

async fn blocking_read(client: &Client) -> Result<(), Failure> {
    heading("a blocking read, woken by a write from another task");
    let kv = client.kv();
    kv.put("tour/watched", "before").await?;
    let index = kv.get("tour/watched").send().await?.meta.index.ok_or("no index to wait on")?;

    let reader = tokio::spawn({
        let kv = kv.clone();
        async move { kv.get("tour/watched").block(index, Duration::from_secs(60)).send().await }
    });
    println!("  one task waits for an index above {index}, another writes");
    tokio::spawn(async move { kv.put("tour/watched", "after").await }).await??;

    let woken = reader.await??;
    let entry = woken.value.ok_or("tour/watched is gone")?;
    println!("  woken with {:?} at index {:?}", entry.text()?, woken.meta.index);
    Ok(())
}
