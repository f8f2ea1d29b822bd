//! A session that is kept alive, a lock, and a semaphore.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example locks
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use consul_client::Client;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    session(&client).await?;
    lock(&client).await?;
    semaphore(&client).await?;
    // A program calls this after its termination signal.
    let left = client.close(Duration::from_secs(10)).await;
    assert!(left.is_empty(), "{left:?}");
    Ok(())
}

async fn session(client: &Client) -> Result<(), Failure> {
    let session = client.session().keep_alive().name("example").await?;
    println!("session {} is valid for at least {:?}", session.id(), session.valid_for());
    session.close().await?;
    Ok(())
}

async fn lock(client: &Client) -> Result<(), Failure> {
    let lock = client.lock("example/lock").value("this program").delete_on_release();
    let run = lock.run(async |held| {
        println!("lock is held with token {} for at least {:?}", held.token(), held.valid_for());
        held.guarded_txn().set("example/progress", "42").await?.into_committed()?;
        Ok::<_, Failure>(held.token())
    });
    let first = run.await??;

    let guard = lock.acquire().await?;
    assert!(guard.token() > first);
    assert!(lock.try_acquire().await?.is_none(), "it is held");
    println!("released: {:?}", guard.release().await?);
    client.kv().delete("example/progress").await?;
    Ok(())
}

async fn semaphore(client: &Client) -> Result<(), Failure> {
    let semaphore = client.semaphore("example/slots", 2);
    let (one, two) = (semaphore.acquire().await?, semaphore.acquire().await?);
    assert!(semaphore.try_acquire().await?.is_none(), "both slots are held");
    println!("slots are held with the tokens {} and {}", one.token(), two.token());
    one.release().await?;
    two.release().await?;
    client.kv().delete("example/slots/").recurse().await?;
    Ok(())
}
