//! Certificates of both sides, and the errors of each.

use std::error::Error as StdError;
use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use consul_client::transport::{ConnectError, TlsError, TransportErrorKind};
use consul_client::{Client, ClientBuilder, Error, ErrorKind};
use consul_tests::{Agent, binary, unique};

use super::pki::{EC_PKCS8, EC_SEC1, RSA_PKCS1, RSA_PKCS8, folder};
use super::{Ca, SERVER_NAMES, Secured};
use crate::proxy::Proxy;

/// Sends a write that fails and returns the reason. There is one attempt, of which the agent sees no request.
async fn failure(agent: &Agent, client: impl FnOnce(SocketAddr) -> ClientBuilder) -> TlsError {
    let proxy = Proxy::to_tls(agent.https_addr()).await;
    let client = client(proxy.address()).build().unwrap();
    let error = client.kv().put(unique("tls"), "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportErrorKind::Tls), "{error:?}");
    assert!(error.is_unsent() && !error.is_outcome_unknown() && !error.is_retryable(), "{error:?}");
    assert_eq!((error.attempts(), proxy.accepted()), (1, 1), "{error:?}");
    reason(&error)
}

fn reason(error: &Error) -> TlsError {
    let mut source = error.transport_error().map(|error| error as &(dyn StdError + 'static));
    while let Some(cause) = source {
        if let Some(ConnectError::Tls { source, .. }) = cause.downcast_ref() {
            return source.clone();
        }
        source = cause.source();
    }
    panic!("{error:?}")
}

#[tokio::test]
async fn s6_client_certificate_is_accepted_with_keys_in_every_format() {
    let secured = Secured::start();
    let (ec, rsa) = (secured.ca.sign_key(&["client"], EC_PKCS8), secured.ca.sign_key(&["client"], RSA_PKCS8));
    let keys = [(&ec, EC_PKCS8), (&ec, EC_SEC1), (&rsa, RSA_PKCS8), (&rsa, RSA_PKCS1)];
    for (number, (pair, key)) in keys.into_iter().enumerate() {
        let builder = secured.anonymous_at(secured.agent.https_addr());
        let client = builder.client_certificate_pem(&pair.certificate, key).build().unwrap();
        let name = unique("format");
        client.kv().put(&name, number.to_string()).await.unwrap();
        assert_eq!(client.kv().get(&name).await.unwrap().unwrap().value, number.to_string());
    }
}

#[tokio::test]
async fn s6_missing_and_rejected_client_certificates_have_distinct_errors_and_are_not_retried() {
    let secured = Secured::start();
    let (ca, agent) = (&secured.ca, &secured.agent);
    let error = failure(agent, |address| secured.anonymous_at(address)).await;
    assert_eq!(error, TlsError::ClientCertificateRequired);
    for pair in [Ca::new().sign(&["client"]), ca.sign_expired(&["client"])] {
        let with =
            |address| secured.anonymous_at(address).client_certificate_pem(&pair.certificate, &pair.key);
        let error = failure(agent, with).await;
        assert!(matches!(error, TlsError::ClientCertificateRejected(_)), "{error:?}");
    }
    let other = ca.sign(&["client"]);
    let (certificate, key) = (&ca.sign(&["client"]).certificate, &other.key);
    let builder = secured.anonymous_at(agent.https_addr()).client_certificate_pem(certificate, key);
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("client_certificate") || error.contains("match"), "{error}");
}

#[tokio::test]
async fn s6_invalid_server_certificates_have_distinct_errors_and_are_not_retried() {
    let secured = Secured::start();
    let agent = &secured.agent;
    let stranger = Ca::new();
    let builder = |address| {
        let pair = secured.ca.sign(&["client"]);
        Client::builder()
            .address(format!("https://{address}"))
            .client_certificate_pem(pair.certificate, pair.key)
    };
    let error = failure(agent, |address| builder(address).ca_pem(&stranger.pem)).await;
    assert_eq!(error, TlsError::UnknownIssuer);
    let named = |address| secured.client_at(address).tls_server_name("other.consul");
    assert_eq!(failure(agent, named).await, TlsError::WrongName { expected: "other.consul".to_owned() });
    // The agent works, also with its second name.
    let named = secured.client_at(agent.https_addr()).tls_server_name("server.dc1.consul");
    named.build().unwrap().kv().put(unique("named"), "v").await.unwrap();

    let expired = Secured::start_with("", |ca| ca.sign_expired(SERVER_NAMES));
    let error = failure(&expired.agent, |address| expired.client_at(address)).await;
    assert_eq!(error, TlsError::Expired);
    let unverified = expired.client_at(expired.agent.https_addr()).dangerously_skip_verification();
    unverified.build().unwrap().kv().put(unique("unverified"), "v").await.unwrap();
}

/// The usual setup: files created by Consul's own tool, with keys in SEC1.
#[tokio::test]
async fn certificates_of_consul_tls_are_accepted() {
    let files = folder();
    let consul = binary::find().unwrap();
    for args in [
        &["ca", "create"] as &[&str],
        &["cert", "create", "-server", "-dc", "dc1"],
        &["cert", "create", "-cli", "-dc", "dc1"],
    ] {
        let run = Command::new(&consul).arg("tls").args(args).current_dir(files.path()).output().unwrap();
        assert!(run.status.success(), "{run:?}");
    }
    let path = |name: &str| files.path().join(name);
    let agent = Agent::builder().https_only().config(format!(
        "verify_incoming = true\nverify_outgoing = true\nverify_server_hostname = true\n\
         ca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}\n",
        path("consul-agent-ca.pem"),
        path("dc1-server-consul-0.pem"),
        path("dc1-server-consul-0-key.pem"),
    ));
    let agent = agent.start();
    let key = path("dc1-cli-consul-0-key.pem");
    assert!(fs::read_to_string(&key).unwrap().contains("BEGIN EC PRIVATE KEY"));
    let client =
        || Client::builder().address(agent.url()).client_certificate(path("dc1-cli-consul-0.pem"), &key);
    // The folder also contains certificates of other kinds, and keys.
    for builder in [client().ca_file(path("consul-agent-ca.pem")), client().ca_folder(files.path())] {
        let client = builder.build().unwrap();
        assert_eq!(client.agent().read_self().await.unwrap().config.node_name, agent.node());
    }
}
