//! Semaphores.

use std::time::Duration;

use consul_client::ErrorKind;
use consul_client::recipe::Release;
use consul_tests::unique;
use tokio::time::{sleep, timeout};

use crate::clients::{PATIENCE, client};

#[tokio::test]
async fn semaphore_is_held_by_as_many_contenders_as_its_limit() {
    let (client, prefix) = (client(), unique("semaphore"));
    let semaphore = client.semaphore(&prefix, 2).session_name("a holder");
    let first = semaphore.acquire().await.unwrap();
    let second = semaphore.acquire().await.unwrap();
    assert!(second.token() > first.token() && first.is_held() && second.is_held());
    assert!(semaphore.try_acquire().await.unwrap().is_none());

    let waiter = semaphore.contend().unwrap();
    let known = async {
        while waiter.holders().len() < 2 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, known).await.expect("the holders become known");
    assert!(waiter.holders().iter().any(|holder| holder.session == *first.session()));
    assert_eq!(first.release().await.unwrap(), Release::Released);
    // Far less than the lock-delay of 15 seconds, which does not apply to a slot that was released.
    let third = timeout(Duration::from_secs(14), waiter.acquired()).await.expect("no lock-delay").unwrap();
    assert!(third.token() > second.token() && second.is_held());
    assert_eq!(client.close(PATIENCE).await, []);
    assert!(!second.is_held() && !third.is_held());
    assert_eq!(third.lost().await.kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn l29_l42_other_limit_is_a_conflict_while_a_slot_is_held_and_is_adopted_when_none_is() {
    let (client, prefix) = (client(), unique("semaphore-limit"));
    let held = client.semaphore(&prefix, 3).acquire().await.unwrap();
    let error = client.semaphore(&prefix, 5).acquire().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let text = error.to_string();
    assert!(text.contains('3') && text.contains('5'), "names both limits: {text}");
    assert!(held.is_held());
    held.release().await.unwrap();
    let other = client.semaphore(&prefix, 5).try_acquire().await.unwrap().expect("no slot is held");
    other.release().await.unwrap();
    client.kv().delete(format!("{prefix}/")).recurse().await.unwrap();
}
