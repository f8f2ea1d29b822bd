//! Reads certificates and keys.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::tls::{Identity, Pem, Roots};
use crate::{TlsConfig, TlsConfigError};

/// The contents of all files of a configuration.
pub(super) struct Material {
    /// CA certificates with their origin.
    pub(super) roots: Vec<(String, CertificateDer<'static>)>,
    pub(super) identity: Option<LoadedIdentity>,
    /// Differs if the contents of a file differ.
    pub(super) fingerprint: u64,
}

pub(super) struct LoadedIdentity {
    pub(super) origin: String,
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl TlsConfig {
    pub(super) fn needs_native_roots(&self) -> bool {
        self.roots.is_empty() && !self.skip_verification
    }

    pub(super) fn has_files(&self) -> bool {
        let is_file = |pem: &Pem| matches!(pem, Pem::File(_));
        let root_files = self.roots.iter().any(|roots| match roots {
            Roots::Pem(pem) => is_file(pem),
            Roots::Folder(_) => true,
        });
        root_files
            || self.identity.as_ref().is_some_and(|pair| is_file(&pair.certificate) || is_file(&pair.key))
    }
}

/// Reads all files of the settings, except for the certificates of the operating system.
pub(super) fn load(config: &TlsConfig) -> Result<Material, TlsConfigError> {
    let mut hasher = DefaultHasher::new();
    let mut roots = Vec::new();
    for source in &config.roots {
        match source {
            Roots::Pem(pem) => {
                let bytes = read(pem)?;
                bytes.hash(&mut hasher);
                let certificates = certificates(&bytes, pem)?;
                roots.extend(certificates.into_iter().map(|certificate| (pem.to_string(), certificate)));
            }
            Roots::Folder(path) => roots.extend(folder(path, &mut hasher)?),
        }
    }
    let identity =
        config.identity.as_ref().map(|identity| load_identity(identity, &mut hasher)).transpose()?;
    Ok(Material { roots, identity, fingerprint: hasher.finish() })
}

fn load_identity(identity: &Identity, hasher: &mut DefaultHasher) -> Result<LoadedIdentity, TlsConfigError> {
    let Identity { certificate, key } = identity;
    let bytes = read(certificate)?;
    bytes.hash(hasher);
    let chain = certificates(&bytes, certificate)?;
    let bytes = read(key)?;
    bytes.hash(hasher);
    let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsConfigError::NoKey(key.to_string()),
        error => invalid(key, &error),
    })?;
    Ok(LoadedIdentity { origin: certificate.to_string(), chain, key })
}

fn read(pem: &Pem) -> Result<Vec<u8>, TlsConfigError> {
    match pem {
        Pem::File(path) => {
            fs::read(path).map_err(|source| TlsConfigError::Read { path: path.clone(), source })
        }
        Pem::Memory(bytes) => Ok(bytes.to_vec()),
    }
}

/// Returns all certificates of a bundle, at least one.
fn certificates(bytes: &[u8], pem: &Pem) -> Result<Vec<CertificateDer<'static>>, TlsConfigError> {
    let certificates = CertificateDer::pem_slice_iter(bytes)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| invalid(pem, &error))?;
    if certificates.is_empty() {
        return Err(TlsConfigError::NoCertificate(pem.to_string()));
    }
    Ok(certificates)
}

/// Returns the certificates of all files in a folder. Files without certificates are skipped.
fn folder(
    path: &Path,
    hasher: &mut DefaultHasher,
) -> Result<Vec<(String, CertificateDer<'static>)>, TlsConfigError> {
    let unreadable = |source| TlsConfigError::Read { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    // The system returns them in any order.
    files.sort();
    let mut roots = Vec::new();
    for file in files {
        let Ok(bytes) = fs::read(&file) else { continue };
        let Ok(certificates) = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>() else {
            continue;
        };
        if !certificates.is_empty() {
            bytes.hash(hasher);
            let origin = file.display().to_string();
            roots.extend(certificates.into_iter().map(|certificate| (origin.clone(), certificate)));
        }
    }
    if roots.is_empty() {
        return Err(TlsConfigError::NoCertificate(path.display().to_string()));
    }
    Ok(roots)
}

fn invalid(pem: &Pem, error: &pem::Error) -> TlsConfigError {
    // The error can contain the text of a line, and the text can be a key.
    let reason = match error {
        pem::Error::MissingSectionEnd { .. } => "a PEM section has no end",
        pem::Error::IllegalSectionStart { .. } => "the start of a PEM section is malformed",
        pem::Error::Base64Decode(_) => "a PEM section is not valid base64",
        _ => "malformed PEM text",
    };
    TlsConfigError::Invalid { origin: pem.to_string(), reason: reason.to_owned() }
}
