//! Certificates of both sides, and the errors of each.

use std::error::Error as _;

use consul_transport::{
    BuildError, ConnectError, HyperExecutor, SendMark, SendState, TlsConfig, TlsConfigError, TlsError,
    TransportError, TransportErrorKind,
};
use tokio_rustls::rustls::version;

use crate::pki::{Ca, Directory, Pair};
use crate::server::{H2, HTTP1, Server, Settings, get, put, send};

/// Returns the reason of a TLS failure.
fn reason(error: &TransportError) -> TlsError {
    assert_eq!(error.kind(), TransportErrorKind::Tls, "{error:?}");
    assert!(error.is_unsent(), "nothing is processed without a handshake");
    match error.source().unwrap().downcast_ref() {
        Some(ConnectError::Tls { source, .. }) => source.clone(),
        other => panic!("{other:?}"),
    }
}

/// Returns the error of a request, whose mark must agree that it was not sent.
async fn failure(executor: &HyperExecutor) -> TransportError {
    let (mark, mut request) = (SendMark::new(), put("/"));
    request.extensions_mut().insert(mark.clone());
    let error = send(executor, request).await.unwrap_err();
    assert_eq!(mark.state(), SendState::NotSent, "{error:?}");
    error
}

async fn server_error(pair: &Pair, tls: TlsConfig) -> TlsError {
    let server = Server::start(Settings::new(pair)).await;
    let error = reason(&failure(&server.executor(tls)).await);
    assert_eq!(server.seen().requests, [""; 0]);
    error
}

#[tokio::test]
async fn s6_trusted_certificate_is_accepted_over_both_versions() {
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    for version in [&version::TLS12, &version::TLS13] {
        for alpn in [&[H2, HTTP1] as &[&[u8]], &[H2], &[HTTP1], &[]] {
            let server = Server::start(Settings { alpn, version, ..Settings::new(&pair) }).await;
            let executor = server.executor(TlsConfig::new().ca_pem(&ca.pem));
            for _ in 0..3 {
                assert_eq!(send(&executor, get("/")).await.unwrap(), "1", "{version:?} {alpn:?}");
            }
        }
    }
}

#[tokio::test]
async fn s6_invalid_server_certificates_have_distinct_errors() {
    let (ca, other) = (Ca::new(), Ca::new());
    let tls = || TlsConfig::new().ca_pem(&ca.pem);
    let localhost = &["localhost"];
    assert_eq!(server_error(&other.sign(localhost), tls()).await, TlsError::UnknownIssuer);
    assert_eq!(server_error(&ca.sign_expired(localhost), tls()).await, TlsError::Expired);
    assert_eq!(server_error(&ca.sign_future(localhost), tls()).await, TlsError::NotYetValid);
    assert_eq!(
        server_error(&ca.sign(&["server.dc1.consul"]), tls()).await,
        TlsError::WrongName { expected: "localhost".to_owned() }
    );
    let pair = ca.sign(localhost);
    let error = server_error(&pair, tls().server_name("server.dc1.consul")).await;
    assert_eq!(error, TlsError::WrongName { expected: "server.dc1.consul".to_owned() });
}

#[tokio::test]
async fn skipped_verification_accepts_every_certificate() {
    let pair = Ca::new().sign_expired(&["other"]);
    for version in [&version::TLS12, &version::TLS13] {
        let server = Server::start(Settings { version, ..Settings::new(&pair) }).await;
        let executor = server.executor(TlsConfig::new().dangerously_skip_verification());
        send(&executor, get("/")).await.unwrap();
    }
}

#[tokio::test]
async fn s18_server_name_replaces_the_host_of_the_address() {
    let ca = Ca::new();
    let pair = ca.sign(&["server.dc1.consul"]);
    let server = Server::start(Settings::new(&pair)).await;
    let tls = TlsConfig::new().ca_pem(&ca.pem).server_name("server.dc1.consul");
    send(&server.executor(tls), get("/")).await.unwrap();

    let pair = ca.sign(&["127.0.0.1"]);
    let server = Server::start(Settings::new(&pair)).await;
    let address = format!("https://{}", server.address).parse().unwrap();
    let executor = HyperExecutor::builder(address).tls(TlsConfig::new().ca_pem(&ca.pem)).build().unwrap();
    send(&executor, get("/")).await.unwrap();
}

#[tokio::test]
async fn s6_client_certificate_is_sent_with_keys_in_every_format() {
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    let (ec, rsa) = (ca.sign(&["client"]), ca.sign_rsa(&["client"]));
    for version in [&version::TLS12, &version::TLS13] {
        let settings = Settings { client_ca: Some(&ca), version, ..Settings::new(&pair) };
        let server = Server::start(settings).await;
        for (certificate, key) in [
            (&ec.certificate, ec.key.clone()),
            (&ec.certificate, ec.traditional_key("EC PRIVATE KEY")),
            (&rsa.certificate, rsa.key.clone()),
            (&rsa.certificate, rsa.traditional_key("RSA PRIVATE KEY")),
        ] {
            let tls = TlsConfig::new().ca_pem(&ca.pem).identity_pem(certificate, key);
            send(&server.executor(tls), get("/")).await.unwrap();
        }
        assert!(server.seen().clients.iter().all(Option::is_some));
    }
}

#[tokio::test]
async fn s6_missing_and_rejected_client_certificates_have_distinct_errors() {
    let (ca, other) = (Ca::new(), Ca::new());
    let (pair, client) = (ca.sign(&["localhost"]), other.sign(&["client"]));
    for version in [&version::TLS12, &version::TLS13] {
        for alpn in [&[H2] as &[&[u8]], &[HTTP1]] {
            let settings = Settings { client_ca: Some(&ca), version, alpn, ..Settings::new(&pair) };
            let server = Server::start(settings).await;
            for _ in 0..50 {
                let executor = server.executor(TlsConfig::new().ca_pem(&ca.pem));
                let error = reason(&failure(&executor).await);
                assert_eq!(error, TlsError::ClientCertificateRequired, "{version:?} {alpn:?}");
                let tls = TlsConfig::new().ca_pem(&ca.pem).identity_pem(&client.certificate, &client.key);
                let error = reason(&failure(&server.executor(tls)).await);
                assert!(
                    matches!(error, TlsError::ClientCertificateRejected(_)),
                    "{version:?} {alpn:?} {error:?}"
                );
            }
            assert_eq!(server.seen().requests, [""; 0]);
        }
    }
}

#[tokio::test]
async fn plain_http_server_is_a_tls_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut received = [0; 4096];
        assert_ne!(socket.read(&mut received).await.unwrap(), 0);
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await.unwrap();
    });
    let ca = Ca::new();
    let executor = crate::server::builder(address, TlsConfig::new().ca_pem(&ca.pem)).build().unwrap();
    assert_eq!(reason(&failure(&executor).await), TlsError::NotTls);
}

fn build_error(tls: TlsConfig) -> TlsConfigError {
    match HyperExecutor::builder("https://localhost".parse().unwrap()).tls(tls).build() {
        Err(BuildError::TlsConfig(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn s6_key_of_another_certificate_is_rejected_at_build() {
    let ca = Ca::new();
    let (one, two) = (ca.sign(&["one"]), ca.sign(&["two"]));
    for tls in [TlsConfig::new(), TlsConfig::new().ca_pem(&ca.pem)] {
        let error = build_error(tls.identity_pem(&one.certificate, &two.key));
        assert!(matches!(error, TlsConfigError::KeyMismatch), "{error:?}");
    }
}

#[test]
fn unusable_files_are_rejected_at_build() {
    let (ca, files) = (Ca::new(), Directory::new("unusable"));
    let pair = ca.sign(&["client"]);
    let missing = files.path().join("missing.pem");
    let error = build_error(TlsConfig::new().ca_file(&missing));
    assert!(matches!(&error, TlsConfigError::Read { path, .. } if *path == missing), "{error:?}");

    let text = files.write("text.pem", "nothing\n");
    let error = build_error(TlsConfig::new().ca_file(&text));
    assert!(matches!(&error, TlsConfigError::NoCertificate(path) if path.ends_with("text.pem")), "{error:?}");
    let error = build_error(
        TlsConfig::new().ca_pem(&ca.pem).identity_files(files.write("client.pem", &pair.certificate), &text),
    );
    assert!(matches!(&error, TlsConfigError::NoKey(path) if path.ends_with("text.pem")), "{error:?}");

    let broken = pair.key.replace("-----END PRIVATE KEY-----", "");
    let error = build_error(TlsConfig::new().ca_pem(&ca.pem).identity_pem(&pair.certificate, &broken));
    assert!(matches!(error, TlsConfigError::Invalid { .. }), "{error:?}");
    let secret = broken.lines().nth(1).unwrap();
    assert!(!format!("{error} {error:?}").contains(secret));

    let tls = TlsConfig::new().identity_pem(&pair.certificate, &pair.key);
    assert!(!format!("{tls:?}").contains(pair.key.lines().nth(1).unwrap()));
    let error = build_error(TlsConfig::new().ca_pem(&ca.pem).server_name("a b"));
    assert!(matches!(error, TlsConfigError::ServerName(name) if name == "a b"));
}

#[tokio::test]
async fn s16_every_certificate_of_a_bundle_and_of_a_folder_is_trusted() {
    let (first, second) = (Ca::new(), Ca::new());
    let pair = second.sign(&["localhost"]);
    let files = Directory::new("bundle");
    let bundle = files.write("bundle.pem", &format!("{}\n{}", first.pem, second.pem));
    let server = Server::start(Settings::new(&pair)).await;
    send(&server.executor(TlsConfig::new().ca_file(bundle)), get("/")).await.unwrap();

    let folder = Directory::new("folder");
    folder.write("x.0", &second.pem);
    folder.write("x.r0", "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    folder.write("README", "text");
    std::fs::create_dir_all(folder.path().join("sub")).unwrap();
    send(&server.executor(TlsConfig::new().ca_folder(folder.path())), get("/")).await.unwrap();

    let empty = Directory::new("empty");
    empty.write("README", "text");
    let error = build_error(TlsConfig::new().ca_folder(empty.path()));
    assert!(matches!(error, TlsConfigError::NoCertificate(_)), "{error:?}");
}
