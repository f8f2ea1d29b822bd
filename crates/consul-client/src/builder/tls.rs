//! TLS settings of the program and of the environment.

use std::path::PathBuf;

use consul_transport::TlsConfig;
use zeroize::Zeroizing;

use crate::builder::environment::{TlsVariables, VERIFY};
use crate::builder::{ClientBuilder, ConfigError};

/// The TLS settings of the program.
#[derive(Debug, Default)]
pub(super) struct TlsSettings {
    roots: Vec<Roots>,
    identity: Option<Identity>,
    server_name: Option<String>,
    skip_verification: bool,
}

#[derive(Debug)]
enum Roots {
    File(PathBuf),
    Folder(PathBuf),
    Pem(Vec<u8>),
}

enum Identity {
    Files { certificate: PathBuf, key: PathBuf },
    Pem { certificate: Vec<u8>, key: Zeroizing<Vec<u8>> },
}

/// TLS settings, for addresses that start with `https`. Files are read again when they change, so that certificates
/// can be replaced while the client runs.
impl ClientBuilder {
    /// Trusts the CA certificates in a PEM file, instead of those of the operating system. May be called several times,
    /// also together with [`ca_folder`](Self::ca_folder) and [`ca_pem`](Self::ca_pem).
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.roots.push(Roots::File(path.into()));
        self
    }

    /// Trusts the CA certificates in all PEM files of a folder. Other files are skipped. A folder without a certificate is
    /// an error.
    pub fn ca_folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.roots.push(Roots::Folder(path.into()));
        self
    }

    /// Trusts the CA certificates in PEM text.
    pub fn ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.tls.roots.push(Roots::Pem(pem.as_ref().to_owned()));
        self
    }

    /// Sets the PEM files of the client certificate, with its chain, and of its private key (PKCS#8, SEC1 or PKCS#1).
    ///
    /// If they change, the new pair is used as soon as both match.
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls.identity = Some(Identity::Files { certificate: certificate.into(), key: key.into() });
        self
    }

    /// Sets the client certificate, with its chain, and its private key as PEM text.
    pub fn client_certificate_pem(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        let (certificate, key) = (certificate.as_ref().to_owned(), Zeroizing::new(key.as_ref().to_owned()));
        self.tls.identity = Some(Identity::Pem { certificate, key });
        self
    }

    /// Sets the name that the certificate of every agent must be valid for, such as `server.dc1.consul`. Defaults to the
    /// host of each address.
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.tls.server_name = Some(name.into());
        self
    }

    /// Accepts every server certificate.
    ///
    /// This is **dangerous**: an attacker on the network can read and change all data, including tokens.
    pub fn dangerously_skip_verification(mut self) -> Self {
        self.tls.skip_verification = true;
        self
    }
}

impl TlsSettings {
    /// Returns the name of a TLS setting of the program, if one is set.
    pub(super) fn first(&self) -> Option<&'static str> {
        let Self { roots, identity, server_name, skip_verification } = self;
        let roots = roots.first().map(|root| match root {
            Roots::File(_) => "ca_file",
            Roots::Folder(_) => "ca_folder",
            Roots::Pem(_) => "ca_pem",
        });
        roots
            .or(identity.as_ref().map(|_| "client_certificate"))
            .or(server_name.as_ref().map(|_| "tls_server_name"))
            .or(skip_verification.then_some("dangerously_skip_verification"))
    }

    /// Merges the settings with those of the environment, field by field.
    ///
    /// # Errors
    ///
    /// Returns an error if the environment has a client certificate without a key, or a key without a certificate.
    pub(super) fn config(&self, environment: &TlsVariables) -> Result<TlsConfig, ConfigError> {
        let mut config = TlsConfig::new();
        for root in &self.roots {
            config = match root {
                Roots::File(path) => config.ca_file(path),
                Roots::Folder(path) => config.ca_folder(path),
                Roots::Pem(pem) => config.ca_pem(pem),
            };
        }
        if self.roots.is_empty() {
            // The official client has the same precedence.
            config = match (&environment.ca_file, &environment.ca_folder) {
                (Some(file), _) => config.ca_file(file),
                (None, Some(folder)) => config.ca_folder(folder),
                (None, None) => config,
            };
        }
        config = match (&self.identity, environment.identity()) {
            (Some(Identity::Files { certificate, key }), _) => config.identity_files(certificate, key),
            (Some(Identity::Pem { certificate, key }), _) => config.identity_pem(certificate, key.as_slice()),
            (None, identity) => match identity? {
                Some((certificate, key)) => config.identity_files(certificate, key),
                None => config,
            },
        };
        if let Some(name) = self.server_name.as_ref().or(environment.server_name.as_ref()) {
            config = config.server_name(name);
        }
        if self.skip_verification {
            config = config.dangerously_skip_verification();
        } else if environment.verify == Some(false) {
            tracing::warn!("{VERIFY}=false: server certificates are not verified");
            config = config.dangerously_skip_verification();
        }
        Ok(config)
    }
}

/// Shows no PEM text, which may contain a private key.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Files { certificate, key } => {
                f.debug_struct("Files").field("certificate", certificate).field("key", key).finish()
            }
            Self::Pem { .. } => f.write_str("PEM"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(builder: &ClientBuilder) -> String {
        let environment = TlsVariables {
            ca_file: Some("env-ca.pem".into()),
            ca_folder: Some("env-folder".into()),
            certificate: Some("env-cert.pem".into()),
            key: Some("env-key.pem".into()),
            server_name: Some("env.consul".to_owned()),
            verify: Some(false),
        };
        format!("{:?}", builder.tls.config(&environment).unwrap())
    }

    #[test]
    fn s17_setting_of_the_program_changes_its_own_field_only() {
        let all = ["env-ca.pem", "env-cert.pem", "env-key.pem", "env.consul", "skip_verification: true"];
        let cases = [
            (ClientBuilder::new(), None),
            (ClientBuilder::new().ca_file("own.pem"), Some("env-ca.pem")),
            (ClientBuilder::new().tls_server_name("own.consul"), Some("env.consul")),
            (ClientBuilder::new().dangerously_skip_verification(), None),
        ];
        for (builder, replaced) in cases {
            let config = config(&builder);
            for text in all {
                assert_eq!(config.contains(text), Some(text) != replaced, "{text}: {config}");
            }
            assert!(!config.contains("env-folder"), "the file wins over the folder: {config}");
        }
        let own = config(&ClientBuilder::new().client_certificate("own-cert.pem", "own-key.pem"));
        assert!(
            own.contains("own-cert.pem") && !own.contains("env-cert.pem") && own.contains("env-ca.pem"),
            "{own}"
        );
    }

    #[test]
    fn client_certificate_without_a_key_is_an_error_that_names_both() {
        for (certificate, key) in [(Some("c.pem".into()), None), (None, Some("k.pem".into()))] {
            let environment = TlsVariables { certificate, key, ..TlsVariables::default() };
            let error = TlsSettings::default().config(&environment).unwrap_err().to_string();
            assert!(error.contains("CONSUL_CLIENT_CERT") && error.contains("CONSUL_CLIENT_KEY"), "{error}");
            let own = ClientBuilder::new().client_certificate("c", "k");
            assert!(own.tls.config(&environment).is_ok(), "the program's own pair is complete");
        }
    }

    #[test]
    fn debug_hides_the_private_key() {
        let builder = ClientBuilder::new().client_certificate_pem("cert", "5ecbe7");
        assert!(!format!("{builder:?}").contains("5ecbe7"));
    }
}
