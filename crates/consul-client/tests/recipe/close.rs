//! Closing a client.

use std::time::Duration;

use consul_client::ErrorKind;
use consul_client::recipe::Leftover;
use tokio::time::Instant;

use crate::server::Server;

#[tokio::test(start_paused = true)]
async fn close_destroys_all_sessions() {
    let server = Server::new();
    let client = server.client();
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(client.with_datacenter("dc2").session().keep_alive().await.unwrap());
    }
    assert_eq!(client.close(Duration::from_secs(10)).await, []);
    assert!(server.state().sessions.is_empty());
    for session in sessions {
        assert!(!session.is_held());
        assert_eq!(session.lost().await.kind(), ErrorKind::Closed);
    }
    let error = client.session().keep_alive().await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Closed, "the client is closed"));
}

#[tokio::test(start_paused = true)]
async fn x3_close_returns_within_its_limit_and_lists_what_is_left() {
    let server = Server::new();
    let client = server.client();
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(client.session().keep_alive().await.unwrap());
    }
    server.state().is_frozen = true;
    let start = Instant::now();
    let left = client.close(Duration::from_secs(6)).await;
    assert!(start.elapsed() <= Duration::from_secs(7), "{:?}", start.elapsed());
    assert_eq!(left, vec![Leftover::Unfinished("session"); 5]);

    // Long enough for the sessions to give up.
    let left = client.close(Duration::from_secs(120)).await;
    let mut expected: Vec<_> =
        sessions.iter().map(|session| Leftover::Session(session.id().clone())).collect();
    expected.sort_by_key(|left| format!("{left:?}"));
    let mut left_sorted = left.clone();
    left_sorted.sort_by_key(|left| format!("{left:?}"));
    assert_eq!(left_sorted, expected);
}
