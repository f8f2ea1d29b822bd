//! The environment variables of the official client.

use std::env::VarError;
use std::path::PathBuf;

use http::HeaderValue;
use zeroize::Zeroizing;

use crate::builder::headers::basic_auth;
use crate::{ConfigError, Token};

/// The values of the environment variables that are set and not empty.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "hyper"), allow(dead_code, reason = "only the default executor connects"))]
pub(super) struct Environment {
    pub(super) address: Option<String>,
    pub(super) ssl: Option<bool>,
    pub(super) token: Option<Token>,
    pub(super) token_file: Option<PathBuf>,
    pub(super) auth: Option<HeaderValue>,
    pub(super) namespace: Option<String>,
    pub(super) partition: Option<String>,
    pub(super) tls: TlsVariables,
}

/// The variables that configure TLS.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "hyper"), allow(dead_code, reason = "only the default executor connects"))]
pub(super) struct TlsVariables {
    pub(super) ca_file: Option<PathBuf>,
    pub(super) ca_folder: Option<PathBuf>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) server_name: Option<String>,
    pub(super) verify: Option<bool>,
}

impl Environment {
    /// Reads the variables through `var`.
    pub(super) fn read(var: impl Fn(&'static str) -> Result<String, VarError>) -> Result<Self, ConfigError> {
        let text = |setting| match var(setting) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(ConfigError::invalid(setting, None, "is not UTF-8 text")),
        };
        let token = |secret: String| Token::new(secret);
        Ok(Self {
            address: text("CONSUL_HTTP_ADDR")?,
            ssl: text(SSL)?.map(|value| parse_bool(SSL, &value)).transpose()?,
            token: text("CONSUL_HTTP_TOKEN")?
                .map(token)
                .transpose()
                .map_err(|source| ConfigError::Token { setting: "CONSUL_HTTP_TOKEN", source })?,
            token_file: text("CONSUL_HTTP_TOKEN_FILE")?.map(PathBuf::from),
            auth: text(AUTH)?.map(|value| parse_auth(Zeroizing::new(value))).transpose()?,
            namespace: text("CONSUL_NAMESPACE")?,
            partition: text("CONSUL_PARTITION")?,
            tls: TlsVariables {
                ca_file: text(CA_FILE)?.map(PathBuf::from),
                ca_folder: text(CA_FOLDER)?.map(PathBuf::from),
                certificate: text(CERTIFICATE)?.map(PathBuf::from),
                key: text(KEY)?.map(PathBuf::from),
                // The official client ignores a port, too.
                server_name: text(SERVER_NAME)?.map(|name| without_port(&name).to_owned()),
                verify: text(VERIFY)?.map(|value| parse_bool(VERIFY, &value)).transpose()?,
            },
        })
    }
}

pub(super) const SSL: &str = "CONSUL_HTTP_SSL";
const AUTH: &str = "CONSUL_HTTP_AUTH";
const CA_FILE: &str = "CONSUL_CACERT";
const CA_FOLDER: &str = "CONSUL_CAPATH";
const CERTIFICATE: &str = "CONSUL_CLIENT_CERT";
const KEY: &str = "CONSUL_CLIENT_KEY";
const SERVER_NAME: &str = "CONSUL_TLS_SERVER_NAME";
pub(super) const VERIFY: &str = "CONSUL_HTTP_SSL_VERIFY";

impl TlsVariables {
    /// Returns the client certificate and its key.
    ///
    /// # Errors
    ///
    /// Returns an error if only one of them is set.
    #[cfg(feature = "tls")]
    pub(super) fn identity(&self) -> Result<Option<(&PathBuf, &PathBuf)>, ConfigError> {
        let (missing, path) = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => return Ok(Some((certificate, key))),
            (None, None) => return Ok(None),
            (Some(path), None) => (format!("{CERTIFICATE} is set, and {KEY} is not"), path),
            (None, Some(path)) => (format!("{KEY} is set, and {CERTIFICATE} is not"), path),
        };
        let setting = if self.key.is_none() { CERTIFICATE } else { KEY };
        Err(ConfigError::invalid(setting, path.display().to_string(), missing))
    }

    /// Returns the names of the variables that are set, for error texts.
    #[cfg(feature = "hyper")]
    pub(super) fn names(&self) -> Vec<&'static str> {
        let Self { ca_file, ca_folder, certificate, key, server_name, verify } = self;
        [
            (CA_FILE, ca_file.is_some()),
            (CA_FOLDER, ca_folder.is_some()),
            (CERTIFICATE, certificate.is_some()),
            (KEY, key.is_some()),
            (SERVER_NAME, server_name.is_some()),
            (VERIFY, verify.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_set)| is_set.then_some(name))
        .collect()
    }
}

/// Removes the port from a host. Does not change an IPv6 address without a port.
fn without_port(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => name,
    }
}

/// Parses a boolean in the forms that the official client accepts.
fn parse_bool(setting: &'static str, value: &str) -> Result<bool, ConfigError> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(ConfigError::invalid(setting, value.to_owned(), "expected true or false (or 1, 0, t, f)")),
    }
}

/// Splits `user:password` at the first colon. Without a colon, the text is the user.
fn parse_auth(value: Zeroizing<String>) -> Result<HeaderValue, ConfigError> {
    let (user, password) = value.split_once(':').unwrap_or((&value, ""));
    basic_auth(user, password).map_err(|reason| ConfigError::invalid(AUTH, None, reason))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use super::*;

    fn read(vars: &[(&'static str, &str)]) -> Result<Environment, ConfigError> {
        Environment::read(|name| {
            let var = vars.iter().find(|(key, _)| *key == name);
            var.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    }

    #[test]
    fn each_variable_sets_its_field() {
        let environment = read(&[
            ("CONSUL_HTTP_ADDR", "10.0.0.1:8501"),
            ("CONSUL_HTTP_TOKEN", "5ecbe7"),
            ("CONSUL_HTTP_TOKEN_FILE", "/run/token"),
            ("CONSUL_HTTP_AUTH", "alice:pass:word"),
            ("CONSUL_HTTP_SSL", "T"),
            ("CONSUL_NAMESPACE", "team"),
            ("CONSUL_PARTITION", "part"),
        ])
        .unwrap();
        assert_eq!(environment.address.as_deref(), Some("10.0.0.1:8501"));
        assert_eq!(environment.token.unwrap().header().as_bytes(), b"5ecbe7");
        assert_eq!(environment.token_file.unwrap().to_str(), Some("/run/token"));
        assert_eq!(environment.auth.unwrap().as_bytes(), b"Basic YWxpY2U6cGFzczp3b3Jk");
        assert_eq!(environment.ssl, Some(true));
        assert_eq!(environment.namespace.as_deref(), Some("team"));
        assert_eq!(environment.partition.as_deref(), Some("part"));
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let all = [
            CA_FILE,
            CA_FOLDER,
            CERTIFICATE,
            KEY,
            SERVER_NAME,
            VERIFY,
            "CONSUL_HTTP_ADDR",
            "CONSUL_HTTP_TOKEN",
            "CONSUL_HTTP_TOKEN_FILE",
            "CONSUL_HTTP_AUTH",
            "CONSUL_HTTP_SSL",
            "CONSUL_NAMESPACE",
            "CONSUL_PARTITION",
        ];
        let empty: Vec<_> = all.into_iter().map(|name| (name, "")).collect();
        let environment = read(&empty).unwrap();
        assert!(environment.address.is_none() && environment.token.is_none() && environment.ssl.is_none());
        assert!(environment.token_file.is_none() && environment.auth.is_none());
        assert!(environment.namespace.is_none() && environment.partition.is_none());
        #[cfg(feature = "tls")]
        assert!(environment.tls.names().is_empty());
    }

    #[test]
    fn malformed_variable_is_an_error_with_name_value_and_expectation() {
        for value in ["yes", "TrUe", "2", " true"] {
            let error = read(&[("CONSUL_HTTP_SSL", value)]).unwrap_err().to_string();
            assert!(error.contains("CONSUL_HTTP_SSL") && error.contains("expected true or false"), "{error}");
            assert!(error.contains(value), "{error}");
        }
    }

    #[test]
    fn malformed_secret_is_an_error_without_its_value() {
        for (name, secret) in [("CONSUL_HTTP_TOKEN", "5ecbe7\n"), ("CONSUL_HTTP_AUTH", "user:5ecbe7\n")] {
            let error = read(&[(name, secret)]).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("5ecbe7"), "{error}");
        }
    }

    #[test]
    fn variable_that_is_not_text_is_an_error() {
        let error = Environment::read(|_| Err(VarError::NotUnicode("\u{fffd}".into()))).unwrap_err();
        assert!(error.to_string().contains("is not UTF-8 text"), "{error}");
    }

    #[test]
    fn every_variable_of_the_official_client_is_documented_and_read() {
        const GRPC: [&str; 3] = ["CONSUL_GRPC_ADDR", "CONSUL_GRPC_CACERT", "CONSUL_GRPC_CAPATH"];
        let http = [
            "CONSUL_CACERT",
            "CONSUL_CAPATH",
            "CONSUL_CLIENT_CERT",
            "CONSUL_CLIENT_KEY",
            "CONSUL_HTTP_ADDR",
            "CONSUL_HTTP_AUTH",
            "CONSUL_HTTP_SSL",
            "CONSUL_HTTP_SSL_VERIFY",
            "CONSUL_HTTP_TOKEN",
            "CONSUL_HTTP_TOKEN_FILE",
            "CONSUL_NAMESPACE",
            "CONSUL_PARTITION",
            "CONSUL_TLS_SERVER_NAME",
        ];
        let read = RefCell::new(BTreeSet::new());
        Environment::read(|name| {
            read.borrow_mut().insert(name);
            Err(VarError::NotPresent)
        })
        .unwrap();
        assert_eq!(read.into_inner(), BTreeSet::from(http));

        // The first column of the table.
        let rows = include_str!("../../docs/environment.md").lines().filter(|line| line.starts_with("| `"));
        let names = rows.filter_map(|row| row.split('|').nth(1)).flat_map(|names| names.split('`'));
        let documented: BTreeSet<_> = names.filter(|name| name.starts_with("CONSUL_")).collect();
        assert_eq!(documented, http.into_iter().chain(GRPC).collect());
    }

    #[test]
    fn tls_variables_set_their_fields() {
        let tls = read(&[
            (CA_FILE, "ca.pem"),
            (CA_FOLDER, "ca"),
            (CERTIFICATE, "cert.pem"),
            (KEY, "key.pem"),
            (SERVER_NAME, "server.dc1.consul:8501"),
            (VERIFY, "false"),
        ])
        .unwrap()
        .tls;
        #[cfg(feature = "tls")]
        assert_eq!(tls.names().len(), 6);
        assert_eq!(tls.server_name.as_deref(), Some("server.dc1.consul"));
        assert_eq!((tls.verify, without_port("::1"), without_port("h")), (Some(false), "::1", "h"));
    }

    #[test]
    fn malformed_verification_is_an_error_and_never_off() {
        let error = read(&[(VERIFY, "no")]).unwrap_err().to_string();
        assert!(error.contains(VERIFY) && error.contains("expected true or false"), "{error}");
    }
}
