//! Agents with a unix socket.

use std::error::Error as StdError;
use std::fs;
use std::future::IntoFuture;
use std::path::Path;
use std::time::Duration;

use consul_client::transport::ConnectError;
use consul_client::{Client, Error, ErrorKind};
use consul_tests::{Agent, unique};
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::clients::PATIENCE;

fn client(path: &Path) -> Client {
    Client::new(format!("unix://{}", path.display())).unwrap()
}

/// Reads a key until the timeout, and returns the error.
async fn failure(path: &Path) -> Error {
    let error = client(path).kv().get("k").timeout(Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(error.is_unsent(), "{error:?}");
    error
}

fn reason(error: &Error) -> &ConnectError {
    let mut source = error.transport_error().map(|error| error as &(dyn StdError + 'static));
    while let Some(cause) = source {
        if let Some(reason) = cause.downcast_ref() {
            return reason;
        }
        source = cause.source();
    }
    panic!("{error:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s8_agent_is_reached_on_its_socket_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("s");
    let agent = Agent::builder().persistent().unix_socket(&socket).start();
    let (client, key) = (client(&socket), unique("unix"));
    client.kv().put(&key, "v").await.unwrap();
    assert_eq!(client.agent().read_self().await.unwrap().config.node_name, agent.node());
    let view = client.kv().raw(&key).view();
    timeout(PATIENCE, view.ready()).await.unwrap().unwrap();

    // The agent still serves TCP, which no client of a socket uses.
    let missing = folder.path().join("missing");
    assert!(
        matches!(reason(&failure(&missing).await), ConnectError::SocketMissing(path) if *path == missing)
    );
    let file = folder.path().join("file");
    fs::write(&file, "text").unwrap();
    assert!(matches!(reason(&failure(&file).await), ConnectError::NotASocket(path) if *path == file));

    // A killed agent leaves its socket behind, and replaces it when it starts again.
    agent.kill9();
    assert!(matches!(reason(&failure(&socket).await), ConnectError::Socket { path, .. } if *path == socket));
    let write = tokio::spawn(client.kv().put(&key, "after").into_future());
    block_in_place(|| agent.restart());
    timeout(PATIENCE, write).await.unwrap().unwrap().expect("the write is retried until the agent is back");
    let seen = view.wait_for(|seen| seen.as_deref() == Some(b"after".as_slice()));
    timeout(PATIENCE, seen).await.expect("the watch continues").unwrap();
}
