//! Builds the configuration of rustls.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, Error, InconsistentKeys, RootCertStore};

use super::load::Material;
use super::verify::AcceptAll;
use crate::{TlsConfig, TlsConfigError};

impl Material {
    /// Checks the client certificate and its key.
    pub(super) fn check(self) -> Result<(), TlsConfigError> {
        let Some(identity) = self.identity else { return Ok(()) };
        CertifiedKey::from_der(identity.chain, identity.key, &ring::default_provider())
            .map(drop)
            .map_err(|error| mismatch(identity.origin, &error))
    }
}

/// Builds a configuration. Reads the certificates of the operating system if the settings name no others.
///
/// The crypto provider is passed explicitly, because the default one of the process belongs to the program.
pub(super) fn build(config: &TlsConfig, material: Material) -> Result<ClientConfig, TlsConfigError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid("the crypto provider".to_owned(), &error))?;
    let builder = if config.skip_verification {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAll::new(provider)))
    } else if config.needs_native_roots() {
        builder.with_root_certificates(native_roots()?)
    } else {
        builder.with_root_certificates(roots(material.roots)?)
    };
    let mut client = match material.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(identity.chain, identity.key)
            .map_err(|error| mismatch(identity.origin, &error))?,
    };
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(client)
}

fn roots(certificates: Vec<(String, CertificateDer<'static>)>) -> Result<RootCertStore, TlsConfigError> {
    let mut roots = RootCertStore::empty();
    for (origin, certificate) in certificates {
        roots.add(certificate).map_err(|error| invalid(origin, &error))?;
    }
    Ok(roots)
}

/// Certificates of the operating system that cannot be parsed are skipped.
fn native_roots() -> Result<RootCertStore, TlsConfigError> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        let reason = loaded.errors.first().map_or_else(|| "none exist".to_owned(), ToString::to_string);
        return Err(TlsConfigError::NativeCertificates(reason));
    }
    Ok(roots)
}

fn mismatch(origin: String, error: &Error) -> TlsConfigError {
    match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsConfigError::KeyMismatch,
        error => invalid(origin, error),
    }
}

fn invalid(origin: String, error: &Error) -> TlsConfigError {
    TlsConfigError::Invalid { origin, reason: error.to_string() }
}
