//! Client agents whose certificate comes from the servers.

use consul_client::proto::Method;
use consul_client::transport::TransportErrorKind;
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, unique};
use serde_json::Value;

use super::pki::folder;
use super::secured::configuration;
use super::{Ca, SERVER_NAMES};
use crate::clients::client_of;

/// The CA of such a certificate is that of the service mesh, and not the one in the agent's files.
#[tokio::test]
async fn agent_with_auto_encrypt_is_verified_against_the_roots_of_the_mesh() {
    let (ca, files) = (Ca::new(), folder());
    let tls = configuration(&ca, &ca.sign(SERVER_NAMES), &files);
    let server = Agent::builder()
        .config(tls)
        .config("verify_incoming_rpc = true\nconnect { enabled = true }\nauto_encrypt { allow_tls = true }")
        .start();
    let agent = Agent::builder()
        .client_of([&server])
        .https()
        .config(format!(
            "ca_file = {:?}\nverify_outgoing = true\nverify_server_hostname = true\n\
             auto_encrypt {{ tls = true dns_san = [\"localhost\"] ip_san = [\"127.0.0.1\"] }}",
            files.path().join("ca.pem")
        ))
        .start();
    let roots = client_of(&server).request(Method::GET, "/v1/connect/ca/roots").await.unwrap();
    let roots: Value = serde_json::from_slice(roots.body()).unwrap();
    let roots = roots["Roots"].as_array().unwrap().iter().map(|root| root["RootCert"].as_str().unwrap());
    let address = format!("https://{}", agent.https_addr());

    let mesh = roots.fold(Client::builder().address(&address), |builder, root| builder.ca_pem(root));
    let client = mesh.build().unwrap();
    assert_eq!(client.agent().read_self().await.unwrap().config.node_name, agent.node());
    let key = unique("auto-encrypt");
    client.kv().put(&key, "v").await.unwrap();
    assert_eq!(client_of(&server).kv().get(&key).await.unwrap().unwrap().value, "v");

    let files = Client::builder().address(&address).ca_pem(&ca.pem).build().unwrap();
    let error = files.kv().get(&key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportErrorKind::Tls), "{error:?}");
    assert_eq!(error.attempts(), 1);
}
