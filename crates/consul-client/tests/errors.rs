//! The texts of all errors, and their maximum length.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

use std::error::Error as _;
use std::fmt::{Debug, Display, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use consul_client::codec::{self, Codec, CodecError, Json};
use consul_client::runtime::{SpawnError, TokioRuntime};
use consul_client::transport::{
    Address, Body, Executor, SendMark, SendState, TransportError, TransportErrorKind,
};
use consul_client::{
    ApiErrorKind, Client, ConfigError, Error, ErrorKind, RetryPolicy, Token, TokenError, TokenSource,
    TokenSourceError,
};
use expect_test::expect;

/// An agent with a fixed response.
#[derive(Debug)]
struct Agent {
    address: Option<Address>,
    reply: Reply,
}

#[derive(Clone, Debug)]
enum Reply {
    Response(u16, &'static str, String),
    Error(TransportErrorKind, SendState, String),
    Silence(SendState),
}

#[async_trait]
impl Executor for Agent {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let mark = request.extensions().get::<SendMark>().unwrap();
        match self.reply.clone() {
            Reply::Response(status, content_type, body) => {
                let response = http::Response::builder().status(status).header("X-Consul-Index", "7");
                let response = response.header("Content-Type", content_type);
                Ok(response.body(Body::from(Bytes::from(body))).unwrap())
            }
            Reply::Error(kind, SendState::NotSent, text) => Err(TransportError::unsent(kind, text)),
            Reply::Error(kind, _, text) => Err(TransportError::new(kind, text)),
            Reply::Silence(state) => {
                mark.set(state);
                std::future::pending().await
            }
        }
    }

    fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }
}

fn client(reply: Reply) -> Client {
    client_of(Agent { address: Some("10.0.0.7:8500".parse().unwrap()), reply })
}

fn client_of(agent: Agent) -> Client {
    let builder = Client::builder().executor(Arc::new(agent), Arc::new(TokioRuntime::new()));
    builder.retry(RetryPolicy::never()).build().unwrap()
}

fn text(status: u16, text: &str) -> Reply {
    Reply::Response(status, "text/plain", text.to_owned())
}

fn json(text: &str) -> Reply {
    Reply::Response(200, "application/json", text.to_owned())
}

#[derive(Debug)]
struct Sealed(String);

#[async_trait]
impl TokenSource for Sealed {
    async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
        Err(self.0.clone().into())
    }
}

/// Returns the errors of calls that fail in every way. `words` is a text of another party.
async fn call_errors(words: &str) -> Vec<Error> {
    use TransportErrorKind as K;
    let mut errors = Vec::new();
    for reply in [
        text(500, words),
        text(403, &format!("Permission denied: {words}")),
        text(429, ""),
        Reply::Response(502, "text/html", format!("<html>{words}")),
        Reply::Error(K::Connect, SendState::NotSent, words.to_owned()),
        Reply::Error(K::Rejected, SendState::NotSent, words.to_owned()),
        Reply::Error(K::Tls, SendState::NotSent, words.to_owned()),
        Reply::Error(K::Closed, SendState::Sent, words.to_owned()),
        Reply::Error(K::Protocol, SendState::Sent, words.to_owned()),
        Reply::Error(K::BodyTooLarge, SendState::Sent, words.to_owned()),
        Reply::Silence(SendState::Sent),
        Reply::Silence(SendState::NotSent),
    ] {
        errors.push(client(reply).kv().get("k").await.unwrap_err());
    }
    let get_as = |value: &str| {
        let value = base64_simd::STANDARD.encode_to_string(value);
        client(json(&serde_json::json!([{ "Key": words, "Value": value }]).to_string()))
            .kv()
            .get_as::<Vec<u64>>("k")
    };
    errors.push(get_as("[1, true]").await.unwrap_err());
    errors.push(get_as("7").await.unwrap_err());
    errors.push(get_as("[").await.unwrap_err());
    let unused = || client(text(200, "true"));
    errors.push(unused().kv().get(format!("{words}//x")).await.unwrap_err());
    errors.push(unused().kv().get("k").token("two words").await.unwrap_err());
    let sealed = unused().with_token_source(Arc::new(Sealed(words.to_owned())));
    errors.push(sealed.kv().get("k").await.unwrap_err());
    let method = http::Method::from_bytes(b"VERB").unwrap();
    errors.push(unused().request(method, words).await.unwrap_err());
    errors
}

fn config_errors(words: &str) -> Vec<ConfigError> {
    let owned = || words.to_owned();
    vec![
        ConfigError::Invalid { setting: "CONSUL_HTTP_ADDR", value: Some(owned()), reason: owned() },
        ConfigError::Invalid { setting: "CONSUL_HTTP_AUTH", value: None, reason: owned() },
        ConfigError::Contradiction { first: owned(), second: owned(), reason: "a socket has no TLS" },
        ConfigError::Unsupported { setting: "CONSUL_CACERT", reason: "the feature `tls` is off" },
        ConfigError::File {
            setting: "CONSUL_HTTP_TOKEN_FILE",
            path: PathBuf::from(words),
            source: std::io::Error::from_raw_os_error(2),
        },
        ConfigError::Token { setting: "CONSUL_HTTP_TOKEN", source: TokenError::Character },
        ConfigError::Token { setting: "CONSUL_HTTP_TOKEN", source: TokenError::Empty },
        ConfigError::NoExecutor,
    ]
}

fn codec_errors(words: &str) -> Vec<CodecError> {
    let entry = |key: String, value: &str| {
        serde_json::from_value::<consul_client::kv::Entry>(serde_json::json!({
            "Key": key, "Value": base64_simd::STANDARD.encode_to_string(value),
        }))
        .unwrap()
    };
    type Ports = std::collections::BTreeMap<String, Vec<u16>>;
    vec![
        CodecError::new(words),
        Json::decode::<u16>(b"\"x\"").unwrap_err(),
        Json::decode::<Vec<u16>>(b"[1, 70000]").unwrap_err(),
        Json::decode::<u16>(b"[").unwrap_err(),
        codec::from_entries::<Ports>("p/", &[entry(format!("p/{words}"), "[1, -1]")]).unwrap_err(),
        codec::from_entries::<u16>("p", &[entry("p".to_owned(), "many")]).unwrap_err(),
    ]
}

fn lines<E: Display>(errors: impl IntoIterator<Item = E>) -> String {
    errors.into_iter().map(|error| format!("{error}\n")).collect()
}

#[tokio::test(start_paused = true)]
async fn failed_calls() {
    let errors = call_errors("a reason").await;
    expect![[r#"
        GET /v1/kv/{*key}: server error (status 500): a reason
        GET /v1/kv/{*key}: permission denied (status 403): Permission denied: a reason
        GET /v1/kv/{*key}: rate limit exceeded (status 429)
        GET /v1/kv/{*key}: unexpected response: not from Consul (status 502, content type text/html), body starts with "<html>a reason"
        GET /v1/kv/{*key}: failed to connect: a reason (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: server rejected the connection: a reason, request was not sent (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: failed to establish a TLS connection: a reason, request was not sent (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: connection closed before the response was complete: a reason (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: response is not valid HTTP: a reason (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: body exceeds the size limit: a reason (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: timed out after 5s (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: timed out after 5s, request was not sent (agent http://10.0.0.7:8500)
        GET /v1/kv/{*key}: value cannot be decoded: a reason: [1]: invalid type: boolean, expected u64
        GET /v1/kv/{*key}: value cannot be decoded: a reason: invalid type: integer, expected a sequence
        GET /v1/kv/{*key}: value cannot be decoded: a reason: EOF while parsing a list at line 1 column 1
        GET /v1/kv/{*key}: request was not sent: key "a reason//x" has an empty segment, which a path cannot contain; use a transaction
        GET /v1/kv/{*key}: failed to get a token: token contains a character that is not visible ASCII
        GET /v1/kv/{*key}: failed to get a token: a reason
        VERB (raw): request was not sent: path does not start with a slash, or is not percent-encoded
    "#]].assert_eq(&lines(&errors));
}

#[tokio::test(start_paused = true)]
async fn number_of_attempts_and_debug_form() {
    let agent = Agent { address: None, reply: text(500, "No cluster leader") };
    let error = client_of(agent).kv().get("k").retry(RetryPolicy::new().max_attempts(3)).await.unwrap_err();
    let shown = error.to_string();
    let (start, end) = shown.rsplit_once(" in ").unwrap();
    assert_eq!(start, "GET /v1/kv/{*key}: no cluster leader (status 500): No cluster leader (3 attempts");
    assert!(end.ends_with("ms)"), "{shown}");

    let refused = Reply::Error(TransportErrorKind::Connect, SendState::NotSent, "refused".to_owned());
    let error = client(refused).kv().get("k").await.unwrap_err();
    expect![[r#"
        Error {
            method: Some(
                "GET",
            ),
            route: Some(
                "/v1/kv/{*key}",
            ),
            kind: Connect,
            message: GET /v1/kv/{*key}: failed to connect: refused (agent http://10.0.0.7:8500),
            source: None,
        }"#]]
    .assert_eq(&format!("{error:#?}"));
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn refused_connection() {
    let client = Client::builder().address("127.0.0.1:1").retry(RetryPolicy::never()).build().unwrap();
    let error = client.kv().get("k").await.unwrap_err();
    assert_eq!((error.kind(), error.source().is_none()), (ErrorKind::Connect, true));
    assert!(error.transport_error().is_some_and(|error| error.source().is_some()));
    expect!["GET /v1/kv/{*key}: failed to connect to 127.0.0.1:1: Connection refused (os error 111) (agent http://127.0.0.1:1)"].assert_eq(&error.to_string());
}

#[test]
fn invalid_settings() {
    expect![[r#"
        invalid CONSUL_HTTP_ADDR "a reason": a reason
        invalid CONSUL_HTTP_AUTH: a reason
        a reason contradicts a reason: a socket has no TLS
        CONSUL_CACERT is not supported: the feature `tls` is off
        failed to read a reason (CONSUL_HTTP_TOKEN_FILE): No such file or directory (os error 2)
        invalid CONSUL_HTTP_TOKEN: token contains a character that is not visible ASCII
        invalid CONSUL_HTTP_TOKEN: token is empty
        no executor: set one, or enable the feature `hyper`
    "#]]
    .assert_eq(&lines(config_errors("a reason")));
}

#[test]
fn values_that_cannot_be_decoded() {
    expect![[r#"
        a/key
        invalid type: text, expected u16
        [1]: invalid value: integer, expected u16
        invalid type: sequence, expected u16 at line 1 column 0
        a/key: invalid digit found in string, expected u16
        invalid digit found in string, expected u16
    "#]]
    .assert_eq(&lines(codec_errors("a/key")));
}

#[test]
fn kinds_have_stable_names() {
    use TransportErrorKind as T;
    let kinds = [
        ErrorKind::Config,
        ErrorKind::Token,
        ErrorKind::Request,
        ErrorKind::Connect,
        ErrorKind::Timeout,
        ErrorKind::Transport(T::Connect),
        ErrorKind::Transport(T::Rejected),
        ErrorKind::Transport(T::Tls),
        ErrorKind::Transport(T::Closed),
        ErrorKind::Transport(T::Protocol),
        ErrorKind::Transport(T::BodyTooLarge),
        ErrorKind::Transport(T::Request),
        ErrorKind::Transport(T::Other),
        ErrorKind::Api(ApiErrorKind::NoLeader),
        ErrorKind::UnexpectedResponse,
        ErrorKind::Decode,
        ErrorKind::Conflict,
        ErrorKind::Lost,
        ErrorKind::Closed,
    ];
    let mut names = String::new();
    for kind in kinds {
        let _ = writeln!(names, "{kind:?}: {kind}");
        assert_eq!(kind.to_string(), kind.as_str());
    }
    expect![[r#"
        Config: config
        Token: token
        Request: request
        Connect: connect
        Timeout: timeout
        Transport(Connect): connect
        Transport(Rejected): connect
        Transport(Tls): tls
        Transport(Closed): connection_closed
        Transport(Protocol): protocol
        Transport(BodyTooLarge): body_too_large
        Transport(Request): unsupported_request
        Transport(Other): transport
        Api(NoLeader): no_leader
        UnexpectedResponse: unexpected_response
        Decode: decode
        Conflict: conflict
        Lost: lost
        Closed: closed
    "#]]
    .assert_eq(&names);
}

/// Maximum length of an error text, in characters: three texts of 500 and three names of 200 characters, and the text
/// around them.
const LONGEST: usize = 2500;

fn assert_short<E: Display + Debug>(error: E) {
    for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(shown.chars().count() <= LONGEST, "{} characters: {shown}", shown.chars().count());
        assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_text_of_an_error_is_long() {
    for words in ["a", "\u{1b}", "\"", "\\", "é", "\u{202e}", "\n"] {
        let words = words.repeat(50_000 / words.len());
        call_errors(&words).await.into_iter().for_each(assert_short);
        config_errors(&words).into_iter().for_each(assert_short);
        codec_errors(&words).into_iter().for_each(assert_short);
        assert_short(SpawnError::new(words.clone()));
        let address = Some(Address::unix(&words));
        let silent = client_of(Agent { address, reply: Reply::Silence(SendState::Sent) });
        assert_short(silent.kv().get("k").timeout(Duration::from_secs(1)).await.unwrap_err());
    }
}
