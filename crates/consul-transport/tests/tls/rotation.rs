//! Certificates that are replaced while the executor runs.

use std::time::Duration;

use consul_transport::{HyperExecutor, TlsConfig};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::pki::{Ca, Directory, Pair};
use crate::server::{H2, HTTP1, Server, Settings, get, send};

/// Returns the client certificate of the newest connection, after a request.
async fn client(server: &Server, executor: &HyperExecutor) -> Vec<u8> {
    send(executor, get("/")).await.unwrap();
    server.seen().clients.last().unwrap().clone().unwrap()
}

fn der(pair: &Pair) -> Vec<u8> {
    CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap().to_vec()
}

/// Lets the interval between two checks of the files pass.
async fn elapse() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_millis(1100)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn replaced_client_certificate_is_used_once_its_key_matches() {
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    for (alpn, is_key_first) in [(H2, false), (H2, true), (HTTP1, false), (HTTP1, true)] {
        let settings = Settings { client_ca: Some(&ca), alpn: &[alpn], ..Settings::new(&pair) };
        let server = Server::start(settings).await;
        let (old, new) = (ca.sign(&["old"]), ca.sign(&["new"]));
        let files = Directory::new(&format!("rotation-{}-{is_key_first}", alpn.len()));
        let certificate = files.write("client.pem", &old.certificate);
        let key = files.write("client-key.pem", &old.key);
        let tls = TlsConfig::new().ca_pem(&ca.pem).identity_files(certificate, key);
        let executor = server.executor(tls);
        assert_eq!(client(&server, &executor).await, der(&old));

        if is_key_first {
            files.write("client-key.pem", &new.key);
        } else {
            files.write("client.pem", &new.certificate);
        }
        for _ in 0..2 {
            elapse().await;
            assert_eq!(
                client(&server, &executor).await,
                der(&old),
                "the old pair is used until the new one matches"
            );
        }
        assert_eq!(server.seen().handshakes, 1, "its connection is used as well");

        files.write("client.pem", &new.certificate);
        files.write("client-key.pem", &new.key);
        elapse().await;
        assert_eq!(client(&server, &executor).await, der(&new));
        assert_eq!(
            server.seen().handshakes,
            2,
            "the connection with the old certificate carries no new request"
        );
        server.until(|seen| seen.open == 1).await;
    }
}

#[tokio::test]
async fn replaced_ca_file_is_used_for_new_connections() {
    let (old, new) = (Ca::new(), Ca::new());
    let files = Directory::new("rotation-ca");
    let file = files.write("ca.pem", &old.pem);
    let pair = new.sign(&["localhost"]);
    let server = Server::start(Settings::new(&pair)).await;
    let executor = server.executor(TlsConfig::new().ca_file(&file));
    send(&executor, get("/")).await.unwrap_err();
    files.write("ca.pem", &new.pem);
    elapse().await;
    send(&executor, get("/")).await.unwrap();
    std::fs::remove_file(file).unwrap();
    elapse().await;
    send(&executor, get("/")).await.expect("a missing file leaves the last configuration in use");
}
