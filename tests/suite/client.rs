//! The client: its description, its default options, and raw requests.

use consul_client::proto::{EffectiveConsistency, Method};
use consul_client::{Client, Consistency, Token};
use consul_tests::{Agent, unique};
use http::{HeaderName, HeaderValue};

use crate::clients::{PATIENCE, client};

#[tokio::test]
async fn builder_sets_address_token_and_consistency() {
    let agent = Agent::builder().acl().start();
    let token = Token::new(agent.token().unwrap()).unwrap();
    let builder = Client::builder().address(agent.url()).token(&token).consistency(Consistency::Stale);
    let client = builder.timeout(PATIENCE).attempt_timeout(PATIENCE).build().unwrap();
    assert_eq!(client.options().consistency, Some(Consistency::Stale));
    assert!(client.token().is_some());
    let shown = format!("{client:?}");
    assert!(shown.contains(&format!("port: {}", agent.http_addr().port())), "has the address: {shown}");
    assert!(!shown.contains(agent.token().unwrap()), "{shown}");

    assert_eq!(client.agent().read_self().await.unwrap().config.node_name, agent.node());
    client.kv().put("key", "value").await.unwrap();
    let mode = async |client: &Client| {
        client.catalog().nodes().send().await.unwrap().meta.effective_consistency.unwrap()
    };
    assert_eq!(mode(&client).await, EffectiveConsistency::Stale);
    assert_eq!(
        mode(&client.with_consistency(Consistency::Consistent)).await,
        EffectiveConsistency::Consistent
    );
    // The setting of the call overrides the default.
    let nodes = client.catalog().nodes().consistency(Consistency::Default).send().await.unwrap();
    assert_eq!(nodes.meta.effective_consistency, Some(EffectiveConsistency::Leader));

    let anonymous = client.without_token();
    assert!(anonymous.token().is_none());
    assert!(anonymous.kv().get("key").await.unwrap_err().is_permission_denied());
    assert!(anonymous.kv().get("key").token(&token).await.unwrap().is_some());
}

#[tokio::test]
async fn raw_requests_return_responses_of_every_status() {
    let (client, key) = (client(), unique("request"));
    let path = format!("/v1/kv/{key}");
    let put = client.request(Method::PUT, &*path).query("flags", "7").body("a value").await.unwrap();
    assert_eq!((put.status().as_u16(), put.body().trim_ascii()), (200, b"true".as_slice()));
    let get = client.request(Method::GET, &*path).flag("raw").await.unwrap();
    assert_eq!(get.body(), "a value");
    assert!(get.headers().contains_key("x-consul-index"));
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap().flags, 7);
    let delete = client.request(Method::DELETE, &*path).await.unwrap();
    assert_eq!(delete.status(), 200);

    // A raw request returns responses of every status.
    let absent = client.request(Method::GET, &*path).await.unwrap();
    assert_eq!((absent.status().as_u16(), absent.body().len()), (404, 0));
    let post = client.request(Method::POST, &*path).json(&["x"]).unwrap().await.unwrap();
    assert_eq!(post.status(), 405);
    assert_eq!(client.kv().get(&key).await.unwrap(), None);

    // Raw requests also use the client's default options.
    let elsewhere = client.with_datacenter("nowhere").request(Method::GET, &*path).await.unwrap();
    assert_eq!(
        (elsewhere.status().as_u16(), &elsewhere.body()[..]),
        (500, b"No path to datacenter".as_slice())
    );
}

#[tokio::test]
async fn raw_request_sends_token_and_header() {
    let agent = Agent::builder().acl().start();
    let root = crate::clients::client_of(&agent);
    let (anonymous, token) = (root.without_token(), root.token().unwrap());
    let read = |client: &Client| client.request(Method::GET, "/v1/agent/self");
    assert_eq!(read(&root).await.unwrap().status(), 200);
    assert_eq!(read(&anonymous).await.unwrap().status(), 403);
    assert_eq!(read(&anonymous).token(token).await.unwrap().status(), 200);

    let name = HeaderName::from_static("x-consul-token");
    let value = HeaderValue::from_str(agent.token().unwrap()).unwrap();
    assert_eq!(read(&anonymous).header(name, value).await.unwrap().status(), 200);
}
