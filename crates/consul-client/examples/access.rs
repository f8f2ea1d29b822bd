//! Access control: a token that can read every key except those below one prefix.
//!
//! Requires an agent with ACLs, and a token that can manage them:
//!
//! ```sh
//! CONSUL_HTTP_TOKEN=… cargo run -p consul-client --example access
//! ```
//!
//! Uses legacy tokens if the server has them, and a policy otherwise. Deletes everything that it creates.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use consul_client::acl::Secret;
use consul_client::acl::legacy::{Rules, Support};
use consul_client::proto::EffectiveConsistency;
use consul_client::{Client, Consistency, Method, RawCall, Token};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// Keys that the token can read, and keys that it cannot.
const OPEN: &str = "access-example";
const CLOSED: &str = "access-example/closed";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // The address and the token are from the environment, and reads are stale.
    let client = Client::builder().env()?.consistency(Consistency::Stale).build()?;
    let agent = client.agent().read_self().await?;
    println!("asking {}, with {:?}", agent.config.node_name, client.token());
    let nodes = client.catalog().nodes().send().await?;
    println!("the catalog was read {:?} behind the leader", nodes.meta.last_contact);
    assert_eq!(nodes.meta.effective_consistency, Some(EffectiveConsistency::Stale));

    client.kv().put(OPEN, "for all").await?;
    client.kv().put(CLOSED, "secret").await?;
    match client.acl().legacy().is_supported().await? {
        Support::Enabled => with_legacy_token(&client).await?,
        Support::Gone => with_policy(&client).await?,
        Support::Disabled => return Err("the agent runs without ACLs".into()),
        _ => return Err("CONSUL_HTTP_TOKEN is no token that may manage ACLs".into()),
    }
    client.kv().delete(CLOSED).await?;
    client.kv().delete(OPEN).await?;
    Ok(())
}

/// A legacy token contains its rules.
async fn with_legacy_token(client: &Client) -> Result<(), Failure> {
    let legacy = client.acl().legacy();
    // If several rules match a key, the one with the longest prefix applies.
    let rules = Rules::from([("key", "", "read"), ("key", &format!("{OPEN}/"), "deny")]);
    let id = legacy.create().name("reader").rules(&rules).await?;
    reads_but_does_not_write(client, Token::try_from(&id)?).await?;

    for token in legacy.list().await? {
        println!("token {:?} of the type {}", token.name, token.kind);
    }
    let token = legacy.info(&id).await?.ok_or("the token is gone")?;
    assert_eq!(token.rules.parse::<Rules>()?, rules);
    legacy.destroy(&token).await?;
    Ok(())
}

/// On later servers, rules are in policies, and tokens refer to policies. This client has no types for these
/// operations yet, so the example uses raw requests.
async fn with_policy(client: &Client) -> Result<(), Failure> {
    let rules = json!({"key_prefix": {"": {"policy": "read"}, (format!("{OPEN}/")): {"policy": "deny"}}});
    let policy = json!({"Name": "access-example", "Rules": rules.to_string()});
    let policy = answer(client.request(Method::PUT, "/v1/acl/policy").json(&policy)?).await?;
    let token = json!({"Description": "reader", "Policies": [{"ID": policy["ID"]}]});
    let token = answer(client.request(Method::PUT, "/v1/acl/token").json(&token)?).await?;
    let secret = Secret::from(token["SecretID"].as_str().ok_or("the token has no secret")?);
    reads_but_does_not_write(client, Token::try_from(secret)?).await?;

    let tokens = answer(client.request(Method::GET, "/v1/acl/tokens")).await?;
    let tokens = tokens.as_array().ok_or("tokens are a list")?;
    for token in tokens {
        println!("token {}", token["Description"]);
    }
    assert!(tokens.iter().any(|listed| listed["AccessorID"] == token["AccessorID"]));
    for (kind, id) in [("token", &token["AccessorID"]), ("policy", &policy["ID"])] {
        let id = id.as_str().ok_or("what was created has no id")?;
        answer(client.request(Method::DELETE, format!("/v1/acl/{kind}/{id}"))).await?;
    }
    Ok(())
}

/// Returns the document of a raw response, of any status.
async fn answer(call: RawCall) -> Result<Value, Failure> {
    let answer = call.await?;
    if !answer.status().is_success() {
        return Err(format!("{}: {}", answer.status(), String::from_utf8_lossy(answer.body())).into());
    }
    Ok(serde_json::from_slice(answer.body())?)
}

/// Uses the permissions of the token, and tries operations that it does not allow.
async fn reads_but_does_not_write(client: &Client, token: Token) -> Result<(), Failure> {
    let reader = client.with_token(token);
    let entry = reader.kv().get(OPEN).await?.ok_or("the key is gone")?;
    println!("reading {OPEN}: {:?}", entry.text()?);

    let refused = reader.kv().put(OPEN, "mine").await.expect_err("may not be written");
    println!("writing {OPEN}: {:?}", refused.kind());
    assert!(refused.is_permission_denied());

    let refused = reader.kv().get(CLOSED).await.expect_err("may not be read");
    println!("reading {CLOSED}: {:?}", refused.kind());
    assert!(refused.is_permission_denied());
    // Lists omit keys that the token cannot read.
    let keys = reader.kv().keys(OPEN).await?;
    println!("existing keys: {keys:?}");
    assert_eq!(keys, [OPEN]);
    Ok(())
}
