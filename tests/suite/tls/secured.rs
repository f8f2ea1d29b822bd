//! An agent that serves HTTPS only, and requires client certificates.

use std::fs;
use std::net::SocketAddr;

use consul_client::{Client, ClientBuilder};
use consul_tests::{Agent, Builder};
use tempfile::TempDir;

use super::pki::folder;
use super::{Ca, Pair};

/// The names of a server's certificate.
pub(super) const SERVER_NAMES: &[&str] = &["server.dc1.consul", "localhost", "127.0.0.1"];

pub(crate) struct Secured {
    pub(crate) agent: Agent,
    pub(super) ca: Ca,
    _files: TempDir,
}

impl Secured {
    pub(super) fn start() -> Self {
        Self::start_with("", |ca| ca.sign(SERVER_NAMES))
    }

    pub(super) fn start_with(config: &str, sign: impl FnOnce(&Ca) -> Pair) -> Self {
        Self::start_as(Agent::builder().config(config), sign)
    }

    /// Starts an agent that also requires tokens.
    pub(crate) fn start_with_acl() -> Self {
        Self::start_as(Agent::builder().acl(), |ca| ca.sign(SERVER_NAMES))
    }

    fn start_as(builder: Builder, sign: impl FnOnce(&Ca) -> Pair) -> Self {
        let (ca, files) = (Ca::new(), folder());
        let tls = configuration(&ca, &sign(&ca), &files);
        let agent = builder.https_only().config(tls).config("verify_incoming = true").start();
        Self { agent, ca, _files: files }
    }

    /// Starts to build a client with all that the agent requires, and default settings.
    pub(crate) fn client_at(&self, address: SocketAddr) -> ClientBuilder {
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
