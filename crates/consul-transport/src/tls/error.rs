//! Errors of TLS.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::bounded::Bounded;

/// Error in [`TlsConfig`](crate::TlsConfig), or in the files that it names. `Debug` shows the text of `Display`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum TlsConfigError {
    /// A file or folder cannot be read.
    #[error("failed to read {}", Bounded::name(.path.display()))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// A file, folder or PEM text contains no certificate.
    #[error("no certificate found in {}", Bounded::name(.0))]
    NoCertificate(String),
    /// A file or PEM text contains no private key.
    #[error("no private key found in {}", Bounded::name(.0))]
    NoKey(String),
    /// PEM text, a certificate or a private key is malformed, or of an unsupported type.
    #[error("invalid certificate or key in {}: {}", Bounded::name(.origin), Bounded::message(.reason))]
    Invalid {
        /// The file, or "PEM text".
        origin: String,
        /// What is invalid.
        reason: String,
    },
    /// The private key does not belong to the client certificate.
    #[error("private key does not match the client certificate")]
    KeyMismatch,
    /// The operating system has no CA certificates.
    #[error("no CA certificates found on this system: {}", Bounded::message(.0))]
    NativeCertificates(String),
    /// The name is not a DNS name or an IP address.
    #[error("server name {:?} is not a DNS name or an IP address", Bounded::name(.0))]
    ServerName(String),
}

/// Reason why a TLS connection was not established. A retry does not help with any of these.
///
/// It is the source of a [`ConnectError::Tls`](crate::ConnectError::Tls). `Debug` shows the text of `Display`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// No trusted CA has signed the server's certificate.
    #[error("server certificate is signed by an unknown CA")]
    UnknownIssuer,
    /// The server's certificate has expired.
    #[error("server certificate has expired")]
    Expired,
    /// The server's certificate is not valid yet.
    #[error("server certificate is not valid yet")]
    NotYetValid,
    /// The server's certificate is valid for other names.
    #[error("server certificate is not valid for {:?}", Bounded::name(.expected))]
    WrongName {
        /// The name that the certificate must contain.
        expected: String,
    },
    /// The server's certificate is invalid for another reason.
    #[error("invalid server certificate: {}", Bounded::message(.0))]
    InvalidCertificate(String),
    /// The server requires a client certificate, and none is set.
    #[error("server requires a client certificate")]
    ClientCertificateRequired,
    /// The server rejected the client certificate.
    #[error("server rejected the client certificate: {}", Bounded::message(.0))]
    ClientCertificateRejected(String),
    /// The server does not speak TLS on this port.
    #[error("server does not speak TLS")]
    NotTls,
    /// The server rejected the handshake, or broke the protocol.
    #[error("TLS handshake failed: {}", Bounded::message(.0))]
    Handshake(String),
}

impl fmt::Debug for TlsConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsConfigError({self})")
    }
}

impl fmt::Debug for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsError({self})")
    }
}
