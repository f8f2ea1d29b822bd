//! Sources of tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use consul_client::{ApiErrorKind, ErrorKind, Token, TokenSource, TokenSourceError};

use crate::{Agent, FINE, Step, builder, client};

/// A source whose token changes with each rejection.
#[derive(Debug, Default)]
struct Rotating(AtomicUsize);

#[async_trait]
impl TokenSource for Rotating {
    async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
        Ok(Some(Token::new(format!("token-{}", self.0.load(Ordering::Relaxed)))?))
    }

    async fn rejected(&self, _: &Token) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) < 3
    }
}

#[tokio::test(start_paused = true)]
async fn s20_rejected_token_is_replaced_and_the_request_sent_again() {
    let rejected = Step::Respond(403, "ACL not found");
    let agent = Agent::new([rejected.clone(), rejected.clone(), FINE]);
    let client = client(&agent).with_token_source(Arc::new(Rotating::default()));
    client.kv().put("k", "v").await.unwrap();
    let tokens: Vec<_> = agent.requests().into_iter().map(|request| request.token.unwrap()).collect();
    assert_eq!(tokens, ["token-0", "token-1", "token-2"]);

    let agent = Agent::new([rejected]);
    let client = builder(&agent).token_source(Arc::new(Rotating::default())).build().unwrap();
    let error = client.kv().put("k", "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownToken));
    assert_eq!(agent.count(), 4, "until the source gives up");
}

#[tokio::test(start_paused = true)]
async fn source_without_a_token_ends_the_call_before_it_is_sent() {
    #[derive(Debug)]
    struct Broken;
    #[async_trait]
    impl TokenSource for Broken {
        async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
            Err("vault is sealed".into())
        }
    }
    let agent = Agent::new([FINE]);
    let error = client(&agent).with_token_source(Arc::new(Broken)).kv().put("k", "v").await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Token, 0));
    assert!(error.is_unsent() && format!("{error:?}").contains("vault is sealed"), "{error:?}");
    let error = client(&agent).kv().get("k").token("two words").await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Token, 0));
}
