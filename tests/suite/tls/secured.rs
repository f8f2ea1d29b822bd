//! An agent that serves HTTPS only, and requires client certificates.

use std::fs;
use std::net::SocketAddr;

use consul_client::{Client, ClientBuilder};
use consul_tests::Agent;
use tempfile::TempDir;

use super::pki::folder;
use super::{Ca, Pair};

/// The names of a server's certificate.
pub(super) const SERVER_NAMES: &[&str] = &["server.dc1.consul", "localhost", "127.0.0.1"];

pub(super) struct Secured {
    pub(super) agent: Agent,
    pub(super) ca: Ca,
    _files: TempDir,
}

impl Secured {
    pub(super) fn start() -> Self {
        Self::start_with("", |ca| ca.sign(SERVER_NAMES))
    }

    pub(super) fn start_with(config: &str, sign: impl FnOnce(&Ca) -> Pair) -> Self {
        let (ca, files) = (Ca::new(), folder());
        let tls = configuration(&ca, &sign(&ca), &files);
        let agent = Agent::builder().https_only().config(tls).config("verify_incoming = true").config(config);
        Self { agent: agent.start(), ca, _files: files }
    }

    /// Starts to build a client with all that the agent requires, and default settings.
    pub(super) fn client_at(&self, address: SocketAddr) -> ClientBuilder {
        let pair = self.ca.sign(&["client"]);
        self.anonymous_at(address).client_certificate_pem(pair.certificate, pair.key)
    }

    /// Starts to build a client that trusts the agent, and has no client certificate.
    pub(super) fn anonymous_at(&self, address: SocketAddr) -> ClientBuilder {
        Client::builder().address(format!("https://{address}")).ca_pem(&self.ca.pem)
    }

    /// Returns a client with all that the agent requires, and default settings.
    pub(super) fn client(&self) -> Client {
        self.client_at(self.agent.https_addr()).build().unwrap()
    }
}

/// Returns the configuration of an agent with this CA and certificate, which it reads from files in the folder.
pub(super) fn configuration(ca: &Ca, pair: &Pair, files: &TempDir) -> String {
    let ca_file = files.path().join("ca.pem");
    fs::write(&ca_file, &ca.pem).unwrap();
    let (certificate, key) = pair.write(files.path(), "server");
    format!(
        "ca_file = {ca_file:?}\ncert_file = {certificate:?}\nkey_file = {key:?}\n\
         verify_outgoing = true\nverify_server_hostname = true\n"
    )
}
