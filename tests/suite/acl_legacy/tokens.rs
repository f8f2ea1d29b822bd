//! Every operation on tokens.

use consul_client::acl::Secret;
use consul_client::acl::legacy::{Rules, TokenType};
use consul_client::{ErrorKind, Token};
use consul_tests::unique;

use super::{agent, assert_denied, assert_gone, is_gone, legacy, management};

#[tokio::test]
async fn list_has_all_tokens() {
    if is_gone() {
        return assert_gone(legacy().list().await);
    }
    let (legacy, name) = (legacy(), unique("list"));
    let id = legacy.create().name(&name).await.unwrap();
    let listed = legacy.list().send().await.unwrap();
    assert!(listed.meta.index.unwrap() > 0 && listed.meta.known_leader == Some(true));
    let token = listed.value.iter().find(|token| token.id == id).unwrap();
    assert_eq!((&token.name, &token.kind, token.rules.as_str()), (&name, &TokenType::Client, ""));
    assert!(0 < token.create_index && token.create_index <= token.modify_index);
    let initial = listed.value.iter().find(|token| token.id.expose() == agent().token().unwrap()).unwrap();
    assert_eq!(initial.kind, TokenType::Management);
    assert!(!format!("{:?}", listed.value).contains(id.expose()));

    assert_denied(management().without_token().acl().legacy().list().await);
    assert_denied(management().with_token(Token::try_from(token).unwrap()).acl().legacy().list().await);
}

#[tokio::test]
async fn create_returns_a_new_token() {
    if is_gone() {
        assert_gone(legacy().create().await);
        return assert_gone(legacy().replace("an-id").await);
    }
    let (legacy, name) = (legacy(), unique("create"));
    let plain = legacy.info(legacy.create().await.unwrap()).await.unwrap().unwrap();
    assert_eq!((plain.name.as_str(), plain.kind, plain.rules.as_str()), ("", TokenType::Client, ""));

    let rules = r#"key "" { policy = "read" }"#;
    let id = legacy.create().id(&name).name("of all").kind(TokenType::Management).rules(rules).await.unwrap();
    assert_eq!(id.expose(), name);
    let token = legacy.info(&id).await.unwrap().unwrap();
    assert_eq!(
        (token.name.as_str(), &token.kind, token.rules.as_str()),
        ("of all", &TokenType::Management, rules)
    );

    legacy.create().id(&id).name("replaced").await.unwrap();
    let token = legacy.info(&id).await.unwrap().unwrap();
    assert_eq!((token.name.as_str(), token.rules.as_str()), ("replaced", ""));

    assert_denied(management().without_token().acl().legacy().create().await);
    for odd in [legacy.create().kind("root".into()), legacy.create().id("")] {
        assert_eq!(odd.await.unwrap_err().kind(), ErrorKind::Request);
    }
}

#[tokio::test]
async fn info_reads_a_token() {
    if is_gone() {
        return assert_gone(legacy().info("an-id").await);
    }
    let (legacy, name) = (legacy(), unique("get"));
    let id = legacy.create().name(&name).await.unwrap();
    let token = legacy.info(&id).await.unwrap().unwrap();
    assert_eq!((&token.id, &token.name), (&id, &name));
    assert_eq!(legacy.info(&token).await.unwrap().unwrap(), token, "a token stands for its id");
    let anonymous = management().without_token().acl().legacy();
    assert_eq!(anonymous.info(&id).await.unwrap().unwrap(), token, "the ID is sufficient to read the token");
    assert_eq!(legacy.info("no-such-token").await.unwrap(), None);
    assert_eq!(legacy.info("a//b").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn update_keeps_unset_fields() {
    if is_gone() {
        return assert_gone(legacy().update("an-id").name("new").await);
    }
    let legacy = legacy();
    let (first, second) = (Rules::from([("key", "a", "read")]), Rules::from([("key", "b", "deny")]));
    let id = legacy.create().name("first").rules(&first).await.unwrap();
    let read = async |id: &Secret| {
        let token = legacy.info(id).await.unwrap().unwrap();
        (token.name.clone(), token.kind.clone(), token.rules.parse::<Rules>().unwrap())
    };

    assert!(legacy.update(&id).name("second").await.unwrap());
    assert_eq!(read(&id).await, ("second".to_owned(), TokenType::Client, first.clone()));
    assert!(legacy.update(&id).rules(&second).await.unwrap());
    assert_eq!(read(&id).await, ("second".to_owned(), TokenType::Client, second.clone()));
    assert!(legacy.update(&id).kind(TokenType::Management).await.unwrap());
    assert_eq!(read(&id).await, ("second".to_owned(), TokenType::Management, second.clone()));
    assert!(legacy.update(&id).await.unwrap());
    assert_eq!(read(&id).await, ("second".to_owned(), TokenType::Management, second));

    assert_eq!(legacy.replace(&id).rules(&first).await.unwrap(), id);
    assert_eq!(read(&id).await, (String::new(), TokenType::Client, first), "the whole token is replaced");
}

#[tokio::test]
async fn update_of_a_missing_token_creates_none() {
    if is_gone() {
        return assert_gone(legacy().update("an-id").await);
    }
    let (legacy, id) = (legacy(), unique("update-absent"));
    assert!(!legacy.update(&id).name("new").await.unwrap());
    assert_eq!(legacy.info(&id).await.unwrap(), None);
    // The server's operation replaces the token completely.
    assert_eq!(legacy.replace(&id).name("new").await.unwrap().expose(), id);
    assert_eq!(legacy.info(&id).await.unwrap().unwrap().name, "new");

    let anonymous = management().without_token().acl().legacy();
    assert_denied(anonymous.update(&id).name("theirs").await);
    assert_eq!(legacy.info(&id).await.unwrap().unwrap().name, "new");
    // Listed here, although it is not a legacy token.
    let error = legacy.update(agent().token().unwrap()).name("new").await.unwrap_err();
    assert!(error.message().unwrap().contains("non-legacy token"), "{error:?}");
}

#[tokio::test]
async fn clone_token_copies_a_token() {
    if is_gone() {
        return assert_gone(legacy().clone_token("an-id").await);
    }
    let legacy = legacy();
    let id = legacy.create().name("original").rules(Rules::from([("key", "a", "read")])).await.unwrap();
    let copy = legacy.clone_token(&id).await.unwrap();
    assert_ne!(copy, id);
    let (original, copied) =
        (legacy.info(&id).await.unwrap().unwrap(), legacy.info(&copy).await.unwrap().unwrap());
    assert_eq!((copied.name, copied.kind, copied.rules), (original.name, original.kind, original.rules));

    assert_denied(legacy.clone_token("no-such-token").await);
    assert_denied(management().without_token().acl().legacy().clone_token(&id).await);
}

#[tokio::test]
async fn destroy_deletes_a_token() {
    if is_gone() {
        return assert_gone(legacy().destroy("an-id").await);
    }
    let legacy = legacy();
    let id = legacy.create().await.unwrap();
    assert_denied(management().without_token().acl().legacy().destroy(&id).await);
    assert!(legacy.info(&id).await.unwrap().is_some());
    legacy.destroy(&id).await.unwrap();
    assert_eq!(legacy.info(&id).await.unwrap(), None);
    legacy.destroy(&id).await.unwrap();
    assert_denied(legacy.destroy("anonymous").await);
}
