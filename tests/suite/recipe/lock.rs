//! Locks.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use consul_client::recipe::{Lock, Release};
use consul_client::txn::Outcome;
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, unique};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::clients::{PATIENCE, client, client_of};

/// Short, so that a test that waits for it ends soon, and long enough to be a real one.
const DELAY: Duration = Duration::from_secs(3);

fn lock(client: &Client, key: &str) -> Lock {
    client.lock(key).lock_delay(DELAY).ttl(Duration::from_secs(10))
}

/// Returns the session that holds the key.
async fn holder(client: &Client, key: &str) -> Option<String> {
    let entry = client.kv().get(key).consistent().await.unwrap()?;
    entry.session.map(|session| session.to_string())
}

#[tokio::test]
async fn lock_is_held_by_one_contender_after_the_other_with_rising_tokens() {
    let (client, key) = (client(), unique("lock"));
    let first = client.lock(&key).session_name("first").value("one").acquire().await.unwrap();
    assert_eq!(holder(&client, &key).await.as_deref(), Some(first.session().as_str()));
    assert!(client.lock(&key).try_acquire().await.unwrap().is_none());

    let waiter = client.lock(&key).value("two").contend().unwrap();
    let known = async {
        while waiter.holder().and_then(|holder| holder.name).is_none() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, known).await.expect("the holder becomes known");
    let seen = waiter.holder().unwrap();
    assert_eq!((&seen.session, seen.name.as_deref()), (first.session(), Some("first")));
    assert!(seen.node.is_some());

    let token = first.token();
    assert_eq!(first.release().await.unwrap(), Release::Released);
    let second = timeout(PATIENCE, waiter.acquired()).await.unwrap().unwrap();
    assert!(second.token() > token && second.is_held());
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap().value, "two");
    assert_eq!(second.release().await.unwrap(), Release::Released);
    assert_eq!(holder(&client, &key).await, None);
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn l41_wait_ends_with_its_time_and_the_error_names_the_holder() {
    let (client, key) = (client(), unique("lock-wait"));
    let held = client.lock(&key).session_name("the holder").acquire().await.unwrap();
    let start = Instant::now();
    let error = client.lock(&key).max_wait(Duration::from_secs(3)).acquire().await.unwrap_err();
    assert!(start.elapsed() >= Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let text = error.to_string();
    assert!(text.starts_with("lock was not acquired within 3s, held by session"), "{text}");
    assert!(text.contains("the holder"), "{text}");
    held.release().await.unwrap();
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn dropped_guard_releases_the_lock_without_a_lock_delay() {
    let (client, key) = (client(), unique("lock-dropped"));
    let guard = client.lock(&key).acquire().await.unwrap();
    let session = guard.session().clone();
    drop(guard);
    // Far less than the lock-delay of 15 seconds would take, and without a limit on the time of a slow computer.
    let next = timeout(Duration::from_secs(14), client.lock(&key).acquire()).await.expect("no lock-delay");
    assert_ne!(*next.unwrap().session(), session);
    let destroyed = async {
        while client.session().info(&session).consistent().await.unwrap().is_some() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, destroyed).await.expect("the session is destroyed");
}

#[tokio::test]
async fn l16_l40_value_that_a_third_party_writes_stays_and_the_lock_is_kept() {
    let (client, key) = (client(), unique("lock-written"));
    let guard = lock(&client, &key).value("ours").acquire().await.unwrap();
    client.kv().put(&key, "theirs").await.unwrap();
    sleep(Duration::from_secs(2)).await;
    assert!(guard.is_held());
    assert_eq!(guard.release().await.unwrap(), Release::Released);
    let entry = client.kv().get(&key).consistent().await.unwrap().unwrap();
    assert_eq!((entry.value.as_ref(), entry.session.is_none()), (b"theirs".as_slice(), true));
    // The flags are the lock's, so the next one finds no conflict.
    let next = lock(&client, &key).try_acquire().await.unwrap().expect("it is free");
    next.release().await.unwrap();
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn l17_l14_deleted_key_is_a_loss_and_the_same_process_can_lock_it_again() {
    let (client, key) = (client(), unique("lock-deleted"));
    let lock = lock(&client, &key);
    let guard = lock.acquire().await.unwrap();
    client.kv().delete(&key).await.unwrap();
    let error = timeout(guard.valid_for(), guard.lost()).await.expect("long before the lease ends");
    assert_eq!(error.kind(), ErrorKind::Lost);
    assert_eq!(
        error.to_string(),
        "lock was lost: the key was deleted, released or locked by another session"
    );
    assert!(!guard.is_held());
    assert_eq!(guard.set_value("x").await.unwrap_err().kind(), ErrorKind::Lost);
    let again = timeout(PATIENCE, lock.acquire()).await.unwrap().unwrap();
    assert_ne!(again.session(), guard.session());
    assert!(again.token() > guard.token());
    assert_eq!(guard.release().await.unwrap_err().kind(), ErrorKind::Lost);
    assert!(again.is_held(), "the release of the lost guard does not touch it");
    again.release().await.unwrap();
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn l25_key_of_something_else_is_a_conflict_and_is_not_touched() {
    let (client, key) = (client(), unique("lock-foreign"));
    client.kv().put(&key, "data").flags(42).await.unwrap();
    let before = client.kv().get(&key).await.unwrap().unwrap();
    for error in
        [client.lock(&key).acquire().await.unwrap_err(), client.lock(&key).try_acquire().await.unwrap_err()]
    {
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.to_string().contains("0x2a"), "{error}");
    }
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap(), before);
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn guarded_transaction_commits_only_while_the_lock_is_held() {
    let (client, key) = (client(), unique("lock-guarded"));
    let data = format!("{key}-data");
    let guard = lock(&client, &key).acquire().await.unwrap();
    guard.guarded_txn().set(&data, "1").await.unwrap().into_committed().unwrap();
    guard.set_value("published").await.unwrap();
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap().value, "published");
    assert!(guard.is_held());

    let late = guard.guarded_txn().set(&data, "2");
    guard.release().await.unwrap();
    let Outcome::RolledBack(why) = late.await.unwrap() else { panic!("the lock is not held any more") };
    assert!(why.is_conflict(), "{why}");
    assert_eq!(client.kv().get(&data).await.unwrap().unwrap().value, "1");
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap().value, "published", "a release keeps it");
    client.kv().delete(&data).await.unwrap();
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn l39_key_is_gone_after_a_release_that_deletes_it() {
    let (client, key) = (client(), unique("lock-deleting"));
    let guard = client.lock(&key).delete_on_release().acquire().await.unwrap();
    let waiter = client.lock(&key).delete_on_release().contend().unwrap();
    guard.release().await.unwrap();
    // Without a lock-delay, which would be 15 seconds.
    let next = timeout(Duration::from_secs(14), waiter.acquired()).await.expect("no lock-delay").unwrap();
    next.release().await.unwrap();
    assert_eq!(client.kv().get(&key).consistent().await.unwrap(), None);
}

#[tokio::test]
async fn work_runs_while_the_lock_is_held_and_is_dropped_when_it_is_lost() {
    let (client, key) = (client(), unique("lock-run"));
    let lock = lock(&client, &key);
    let token = lock.run(async |held| {
        assert!(held.is_held());
        held.token()
    });
    assert!(token.await.unwrap() > 0);
    assert_eq!(holder(&client, &key).await, None, "released after the work");

    struct Dropped<'a>(&'a AtomicBool);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let was_dropped = AtomicBool::new(false);
    let lost = lock.run(async |_| {
        let _dropped = Dropped(&was_dropped);
        client.kv().delete(&key).await.unwrap();
        std::future::pending::<()>().await;
    });
    let error = timeout(PATIENCE, lost).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    assert!(was_dropped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn run_that_is_dropped_releases_the_lock_although_a_clone_of_its_guard_remains() {
    let (client, key) = (client(), unique("lock-dropped-run"));
    let lock = client.lock(&key);
    let (sender, receiver) = oneshot::channel();
    let run = lock.run(async move |held| {
        sender.send(held.clone()).unwrap();
        pending::<()>().await;
    });
    let held = tokio::select! {
        result = run => panic!("{result:?}"),
        held = receiver => held.unwrap(),
    };
    let next = timeout(PATIENCE, client.lock(&key).acquire()).await.unwrap().unwrap();
    assert!(next.token() > held.token() && !held.is_held());
    assert_eq!(held.lost().await.kind(), ErrorKind::Closed);
    next.release().await.unwrap();
    client.kv().delete(&key).await.unwrap();
}

#[tokio::test]
async fn closing_the_client_releases_its_locks_and_ends_its_waiters() {
    let (client, other, key) = (client(), client(), unique("lock-closed"));
    let guard = client.lock(&key).acquire().await.unwrap();
    let waiting = client.lock(&key);
    let waiting = tokio::spawn(async move { waiting.acquire().await });
    sleep(Duration::from_millis(300)).await;
    assert_eq!(client.close(PATIENCE).await, []);
    assert!(!guard.is_held());
    assert_eq!(guard.lost().await.kind(), ErrorKind::Closed);
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(client.lock(&key).acquire().await.unwrap_err().kind(), ErrorKind::Closed);
    let next = timeout(Duration::from_secs(14), other.lock(&key).acquire()).await.expect("no lock-delay");
    next.unwrap().release().await.unwrap();
    other.kv().delete(&key).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l2_loss_is_reported_within_the_lease_when_the_agent_is_frozen() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    let guard = client.lock("frozen").ttl(Duration::from_secs(10)).acquire().await.unwrap();
    sleep(Duration::from_secs(4)).await;
    agent.pause();
    assert!(guard.valid_for() <= Duration::from_secs(9), "10 seconds less a tenth");
    assert_eq!(guard.lost().await.kind(), ErrorKind::Lost);
    assert!(!guard.is_held() && guard.valid_for().is_zero());
    agent.resume();
    let next = timeout(PATIENCE, client.lock("frozen").acquire()).await.expect("acquired again").unwrap();
    assert!(next.token() > guard.token() && !guard.is_held());
}
