//! Tokens that are replaced while calls and watches continue.

mod login;
mod secrecy;

use std::fs;
use std::time::Duration;

use consul_client::proto::Method;
use consul_client::{ApiErrorKind, Client, ErrorKind};
use consul_tests::{Agent, unique};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::clients::{PATIENCE, client_of};
use crate::traffic::Traffic;

/// Creates a management token.
struct Created {
    accessor: String,
    secret: String,
}

async fn send(client: &Client, method: Method, path: &str, body: Value) -> Value {
    let response = client.request(method, path).json(&body).unwrap().await.unwrap();
    assert_eq!(response.status(), 200, "{path}: {:?}", response.body());
    serde_json::from_slice(response.body()).unwrap()
}

async fn create(root: &Client) -> Created {
    let body = json!({ "Policies": [{ "Name": "global-management" }] });
    let token = send(root, Method::PUT, "/v1/acl/token", body).await;
    let text = |name: &str| token[name].as_str().unwrap().to_owned();
    Created { accessor: text("AccessorID"), secret: text("SecretID") }
}

async fn delete(root: &Client, token: &Created) {
    let path = format!("/v1/acl/token/{}", token.accessor);
    let deleted = root.request(Method::DELETE, path).await.unwrap();
    assert_eq!(deleted.status(), 200);
}

/// Returns the accessor of the token that the client uses.
async fn accessor(client: &Client) -> String {
    let own = client.request(Method::GET, "/v1/acl/token/self").await.unwrap();
    let own: Value = serde_json::from_slice(own.body()).unwrap();
    own["AccessorID"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s10_replaced_token_file_reaches_calls_watches_and_sessions() {
    let agent = Agent::builder().acl().start();
    let root = client_of(&agent);
    let (first, second) = (create(&root).await, create(&root).await);
    let folder = tempfile::tempdir().unwrap();
    let (file, new) = (folder.path().join("token"), folder.path().join("new"));
    fs::write(&file, format!("{}\n", first.secret)).unwrap();
    let client = Client::builder().address(agent.url()).token_file(&file).build().unwrap();
    let session = client.session().create().ttl(Duration::from_secs(60)).await.unwrap();
    let key = unique("token-file");
    let view = client.kv().raw(&key).view();
    timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    let traffic = Traffic::start(&client);
    traffic.until_calls(10).await;
    assert_eq!(accessor(&client).await, first.accessor);

    fs::write(&new, &second.secret).unwrap();
    fs::rename(&new, &file).unwrap();
    assert_eq!(accessor(&client).await, second.accessor, "the next call has the new token");
    delete(&root, &first).await;
    traffic.until_calls(50).await;
    // The poll of the watch that was sent with the first token ends with this change, the next one has the second.
    for value in ["one", "two", "three"] {
        root.kv().put(&key, value).await.unwrap();
        let seen = view.wait_for(|seen| seen.as_deref() == Some(value.as_bytes()));
        timeout(PATIENCE, seen).await.expect("the watch continues").unwrap();
    }
    client.session().renew(&session).await.unwrap().expect("the session lives");
    let report = traffic.stop().await;
    assert!(report.failed.is_empty(), "{report}");
    assert!(view.degraded_for().is_none());
}

#[tokio::test]
async fn s10_token_file_is_read_again_after_a_rejection_and_only_once() {
    let agent = Agent::builder().acl().start();
    let root = client_of(&agent);
    let (first, second) = (create(&root).await, create(&root).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, &first.secret).unwrap();
    let client = Client::builder().address(agent.url()).token_file(&file).build().unwrap();
    client.kv().put("k", "first").await.unwrap();

    delete(&root, &first).await;
    let error = client.kv().put("k", "none").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownToken), "{error:?}");
    assert_eq!(error.attempts(), 1, "the file has no other token, so the request is not sent again");
    fs::write(&file, format!(" {}\r\n", second.secret)).unwrap();
    client.kv().put("k", "second").await.unwrap();
    assert_eq!(root.kv().get("k").await.unwrap().unwrap().value, "second");
}
