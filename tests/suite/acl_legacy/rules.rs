//! Effects of legacy rules.

use std::time::{Duration, Instant};

use consul_client::acl::legacy::{Policy, Resource, Rule, Rules};
use consul_client::proto::{EncodeError, Method};
use consul_client::{ApiErrorKind, Client, ErrorKind, Token};
use consul_tests::unique;

use super::{assert_denied, assert_gone, is_gone, legacy, management};
use crate::clients::PATIENCE;

/// Returns a client with a new token with these rules.
async fn client_with(rules: impl Into<String>) -> Client {
    let id = legacy().create().rules(rules).await.unwrap();
    management().with_token(Token::try_from(id).unwrap())
}

/// The typical use of legacy tokens.
#[tokio::test]
async fn rules_limit_a_token() {
    let (management, prefix) = (management(), unique("bind"));
    let (foo, bar) = (format!("{prefix}/foo"), format!("{prefix}/foo/bar"));
    let rules = Rules::from([("key", "", "read"), ("key", &format!("{prefix}/foo/"), "deny")]);
    if is_gone() {
        return assert_gone(legacy().create().rules(&rules).await);
    }
    management.kv().put(&foo, "1").await.unwrap();
    management.kv().put(&bar, "2").await.unwrap();

    let id = legacy().create().name(&prefix).rules(&rules).await.unwrap();
    let bound = management.with_token(Token::try_from(&id).unwrap());
    assert_eq!(bound.kv().get(&foo).await.unwrap().unwrap().value, "1");
    assert_denied(bound.kv().put(&foo, "x").await);
    assert_denied(bound.kv().get(&bar).await);

    let tokens = legacy().list().await.unwrap();
    let token = tokens.iter().find(|token| token.name == prefix).unwrap();
    assert_eq!(token.rules.parse::<Rules>().unwrap(), rules);
}

#[tokio::test]
async fn hcl_and_json_rules_are_equivalent() {
    let prefix = unique("texts");
    let odd = format!("{prefix}/\"quotes\" \\ ${{x}} ${{\" é");
    let rules = Rules::from([
        Rule::new(Resource::Key, &odd, Policy::Write),
        Rule::new(Resource::Key, format!("{prefix}/twice"), Policy::Read),
        Rule::new(Resource::Key, format!("{prefix}/twice"), Policy::Deny),
        Rule::new(Resource::Operator, "", Policy::Read),
        Rule::new(Resource::Agent, "", Policy::Read),
        Rule::new(Resource::Event, "", Policy::Read),
        Rule::new(Resource::Keyring, "", Policy::Deny),
        Rule::new(Resource::Node, "", Policy::Read),
        Rule::new(Resource::Query, "", Policy::Read),
        Rule::new(Resource::Service, "", Policy::Read),
        Rule::new(Resource::Session, "", Policy::Read),
        Rule::new(Resource::Key, format!("{prefix}/list"), Policy::List),
    ]);
    if is_gone() {
        return assert_gone(legacy().create().rules(rules.to_hcl()).await);
    }
    for text in [rules.to_json(), rules.to_hcl()] {
        assert_eq!(text.parse::<Rules>().unwrap().as_slice().len(), rules.as_slice().len());
        let bound = client_with(&text).await;
        bound.kv().put(format!("{odd}/below"), "x").await.unwrap();
        assert_denied(bound.kv().get(format!("{prefix}/twice")).await);
        assert_eq!(bound.kv().get(format!("{prefix}/list")).await.unwrap(), None);
        assert_denied(bound.kv().get(&prefix).await);
        let raft = bound.request(Method::GET, "/v1/operator/raft/configuration").await.unwrap();
        assert_eq!(raft.status(), 200, "{text}");
    }
}

#[tokio::test]
async fn every_form_of_hcl_that_servers_accept_is_read() {
    let prefix = unique("hcl");
    let text = format!(
        r#"
        # Two assignments on one line, names in quotes, commas and comments
        service "{prefix}" {{ policy = "read" intentions = "deny" }}
        "key" "{prefix}/a" {{ "policy" = "write", }} // the rest of a line
        key = {{ "{prefix}/b" = {{ policy = "READ" }} }}
        /* A resource
           without names */
        operator = "read"
        "#
    );
    let mut rules =
        Rules::from([("key", format!("{prefix}/a"), "write"), ("key", format!("{prefix}/b"), "read")]);
    rules.push(Rule::new(Resource::Operator, "", Policy::Read));
    let read: Rules = text.parse().unwrap();
    assert_eq!(read.as_slice()[1..], *rules.as_slice());
    assert_eq!(read.as_slice()[0].intentions, Some(Policy::Deny));
    if is_gone() {
        return assert_gone(legacy().create().rules(&text).await);
    }
    let bound = client_with(&text).await;
    bound.kv().put(format!("{prefix}/a"), "x").await.unwrap();
    assert_eq!(bound.kv().get(format!("{prefix}/b")).await.unwrap(), None);
    assert_denied(bound.kv().put(format!("{prefix}/b"), "x").await);
    let raft = bound.request(Method::GET, "/v1/operator/raft/configuration").await.unwrap();
    assert_eq!(raft.status(), 200);
}

#[tokio::test]
async fn intentions_have_their_own_policy() {
    let service = unique("intentions");
    let rule = Rule::new(Resource::Service, &service, Policy::Write);
    let mut open = rule.clone();
    open.intentions = Some(Policy::Write);
    if is_gone() {
        return assert_gone(legacy().create().rules(Rules::from([open])).await);
    }
    let intend = async |rule: Rule| {
        let bound = client_with(Rules::from([rule])).await;
        let body = format!(r#"{{"SourceName":"*","DestinationName":"{service}","Action":"deny"}}"#);
        bound.request(Method::POST, "/v1/connect/intentions").body(body).await.unwrap().status()
    };
    assert_eq!(intend(rule).await, 403);
    assert_eq!(intend(open).await, 200);
}

#[tokio::test]
async fn rules_that_would_be_ignored_are_not_sent() {
    for rule in [("key_prefix", "a", "deny"), ("key", "a", "none")] {
        let error = legacy().create().rules(Rules::from([rule])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(matches!(error.encode_error(), Some(EncodeError::Invalid { name: "rules", .. })));
    }
}

#[tokio::test]
async fn translate_converts_legacy_rules() {
    let rules = Rules::from([("key", "foo", "read"), ("operator", "", "read")]);
    if is_gone() {
        return assert_gone(legacy().translate(rules).await);
    }
    let legacy = legacy();
    let (json, hcl) =
        (legacy.translate(&rules).await.unwrap(), legacy.translate(rules.to_hcl()).await.unwrap());
    for text in [json, hcl] {
        assert!(text.contains("key_prefix \"foo\" {\n  policy = \"read\"\n}"), "{text}");
    }
    assert_eq!(legacy.translate("").await.unwrap(), "");
    let error = legacy.translate("nope nope").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::InvalidRequest));
    assert_denied(management().without_token().acl().legacy().translate(&rules).await);
}

#[tokio::test]
async fn translate_token_converts_the_rules_of_a_token() {
    let absent = "11111111-2222-3333-4444-555555555555";
    if is_gone() {
        return assert_gone(legacy().translate_token(absent).await);
    }
    let bound = client_with(r#"key "foo" { policy = "read" }"#).await;
    let accessor = accessor(&bound).await;
    let text = legacy().translate_token(accessor).stale().await.unwrap();
    assert_eq!(text, "key_prefix \"foo\" {\n  policy = \"read\"\n}");
    let error = legacy().translate_token(absent).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::NotFound));
    assert_eq!(legacy().translate_token("my-legacy-id").await.unwrap_err().kind(), ErrorKind::Request);
}

/// Returns the accessor ID of a client's token, which the server assigns a moment after its creation.
async fn accessor(client: &Client) -> String {
    let start = Instant::now();
    loop {
        let answer = client.request(Method::GET, "/v1/acl/token/self").await.unwrap();
        let token: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        match token["AccessorID"].as_str() {
            Some(accessor) if !accessor.is_empty() => return accessor.to_owned(),
            _ => assert!(start.elapsed() < PATIENCE, "no accessor: {token}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
