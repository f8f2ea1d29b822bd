//! Certificates for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;

/// A key of each algorithm, in its formats. rcgen writes PKCS#8 only, and generates no RSA keys.
pub(crate) const EC_PKCS8: &str = include_str!("keys/ec-pkcs8.pem");
pub(crate) const EC_SEC1: &str = include_str!("keys/ec-sec1.pem");
pub(crate) const RSA_PKCS8: &str = include_str!("keys/rsa-pkcs8.pem");
pub(crate) const RSA_PKCS1: &str = include_str!("keys/rsa-pkcs1.pem");

/// A certificate authority.
pub(super) struct Ca {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, as PEM.
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Ca {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = format!("test CA {}", NUMBER.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Signs a certificate that is valid now, with a new key.
    pub(super) fn sign(&self, names: &[&str]) -> Pair {
        self.sign_with(names, &KeyPair::generate().unwrap(), |_| {})
    }

    pub(super) fn sign_expired(&self, names: &[&str]) -> Pair {
        self.sign_with(names, &KeyPair::generate().unwrap(), |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    /// Signs a certificate of this key, in PKCS#8.
    pub(super) fn sign_key(&self, names: &[&str], key: &str) -> Pair {
        self.sign_with(names, &KeyPair::from_pem(key).unwrap(), |_| {})
    }

    fn sign_with(&self, names: &[&str], key: &KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let certificate = params.signed_by(key, &self.issuer).unwrap().pem();
        Pair { certificate, key: key.serialize_pem() }
    }
}

impl Pair {
    /// Writes certificate and key into a folder, and returns the paths.
    pub(super) fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}-key.pem")));
        fs::write(&certificate, &self.certificate).unwrap();
        fs::write(&key, &self.key).unwrap();
        (certificate, key)
    }
}

/// Creates a folder that is removed at the end of the test.
pub(super) fn folder() -> TempDir {
    tempfile::Builder::new().prefix("consul-suite-").tempdir().unwrap()
}
