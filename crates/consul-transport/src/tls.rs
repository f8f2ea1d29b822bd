//! TLS settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

mod error;

pub use self::error::{TlsConfigError, TlsError};

/// TLS settings of a [`HyperExecutor`](crate::HyperExecutor).
///
/// By default the executor trusts the certificates of the operating system and verifies that the server's certificate
/// is valid for the host of the address. It uses TLS 1.2 or 1.3, and HTTP/2 if the server supports it.
///
/// The executor reads files again when they change. A client certificate and its key are used once they match, so they
/// can be replaced one after the other. Until then the old pair stays in use.
///
/// ```
/// use consul_transport::TlsConfig;
///
/// let tls = TlsConfig::new()
///     .ca_file("/etc/consul.d/consul-agent-ca.pem")
///     .identity_files("/etc/consul.d/client.pem", "/etc/consul.d/client-key.pem");
/// # let _ = tls;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "settings do nothing until they are passed to a builder"]
pub struct TlsConfig {
    pub(crate) roots: Vec<Roots>,
    pub(crate) identity: Option<Identity>,
    pub(crate) server_name: Option<String>,
    pub(crate) skip_verification: bool,
}

/// A source of CA certificates.
#[derive(Clone, Debug)]
pub(crate) enum Roots {
    Pem(Pem),
    Folder(PathBuf),
}

/// A client certificate with its chain, and its private key.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) certificate: Pem,
    pub(crate) key: Pem,
}

/// PEM text, or the file that contains it.
#[derive(Clone)]
pub(crate) enum Pem {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

impl TlsConfig {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the CA certificates in a PEM file, instead of those of the operating system. May be called several times,
    /// also together with [`ca_folder`](Self::ca_folder) and [`ca_pem`](Self::ca_pem).
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.roots.push(Roots::Pem(Pem::File(path.into())));
        self
    }

    /// Trusts the CA certificates in all PEM files of a folder. Other files are skipped. A folder without a certificate
    /// is an error.
    pub fn ca_folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.roots.push(Roots::Folder(path.into()));
        self
    }

    /// Trusts the CA certificates in PEM text.
    pub fn ca_pem(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots.push(Roots::Pem(Pem::Memory(pem.as_ref().into())));
        self
    }

    /// Sets the files of the client certificate, with its chain, and of its private key (PKCS#8, SEC1 or PKCS#1). Both
    /// are in PEM format and may be the same file.
    pub fn identity_files(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let (certificate, key) = (Pem::File(certificate.into()), Pem::File(key.into()));
        self.identity = Some(Identity { certificate, key });
        self
    }

    /// Sets the client certificate, with its chain, and its private key (PKCS#8, SEC1 or PKCS#1) as PEM text.
    pub fn identity_pem(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        let (certificate, key) = (Pem::Memory(certificate.as_ref().into()), Pem::Memory(key.as_ref().into()));
        self.identity = Some(Identity { certificate, key });
        self
    }

    /// Sets the name that the server's certificate must be valid for, such as `server.dc1.consul`. Defaults to the host
    /// of the address.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Accepts every server certificate.
    ///
    /// This is **dangerous**: an attacker on the network can read and change all data, including tokens.
    pub fn dangerously_skip_verification(mut self) -> Self {
        self.skip_verification = true;
        self
    }
}

/// Never shows PEM text, because it can contain a private key.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Memory(_) => f.write_str("PEM"),
        }
    }
}

/// The form that error texts contain.
impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory(_) => f.write_str("PEM text"),
        }
    }
}
