//! Certificates and keys for tests.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// An RSA key, because rcgen does not generate one.
const RSA: &str = include_str!("rsa.pem");

/// A certificate authority.
pub(crate) struct Ca {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    /// PKCS#8
    pub(crate) key: String,
    pkcs8: Vec<u8>,
}

impl Ca {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = format!("test CA {}", NUMBER.fetch_add(1, Ordering::Relaxed));
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Signs a certificate that is valid now.
    pub(crate) fn sign(&self, names: &[&str]) -> Pair {
        self.sign_with(names, KeyPair::generate().unwrap(), |_| {})
    }

    pub(crate) fn sign_expired(&self, names: &[&str]) -> Pair {
        self.sign_with(names, KeyPair::generate().unwrap(), |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    pub(crate) fn sign_future(&self, names: &[&str]) -> Pair {
        self.sign_with(names, KeyPair::generate().unwrap(), |params| {
            params.not_before = date_time_ymd(2100, 1, 1);
            params.not_after = date_time_ymd(2101, 1, 1);
        })
    }

    pub(crate) fn sign_rsa(&self, names: &[&str]) -> Pair {
        self.sign_with(names, KeyPair::from_pem(RSA).unwrap(), |_| {})
    }

    fn sign_with(&self, names: &[&str], key: KeyPair, change: impl FnOnce(&mut CertificateParams)) -> Pair {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Pair { certificate, key: key.serialize_pem(), pkcs8: key.serialize_der() }
    }
}

impl Pair {
    /// Returns the key in the form of its algorithm: SEC1 or PKCS#1.
    pub(crate) fn traditional_key(&self, label: &str) -> String {
        let der = traditional(&self.pkcs8);
        let text = base64_simd::STANDARD.encode_to_string(der);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }
}

/// Returns the content of a PKCS#8 key: the octet string after the version and the algorithm.
fn traditional(pkcs8: &[u8]) -> &[u8] {
    let (content, _) = element(pkcs8);
    let (_, after_version) = element(content);
    let (_, after_algorithm) = element(after_version);
    element(after_algorithm).0
}

/// Splits the first DER element into its content and the bytes after it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let length = usize::from(der[1]);
    let (start, length) = if length < 0x80 {
        (2, length)
    } else {
        let digits = length - 0x80;
        (2 + digits, der[2..2 + digits].iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    };
    (&der[start..start + length], &der[start + length..])
}

/// A directory that is removed at the end of the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("consul-transport-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.clone()
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
