//! The texts of all errors, and their maximum length.

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use consul_transport::{
    Address, AddressError, BuildError, ConnectError, TlsConfigError, TlsError, TransportError,
    TransportErrorKind,
};
use expect_test::expect;

fn address_errors(text: &str) -> Vec<AddressError> {
    vec![
        AddressError::Empty,
        AddressError::Scheme(text.to_owned()),
        AddressError::Credentials,
        AddressError::Host,
        AddressError::Port,
        AddressError::PathWithoutScheme,
        AddressError::SocketWithoutScheme(text.to_owned()),
        AddressError::Query,
        AddressError::BasePath,
        AddressError::SocketPath,
    ]
}

fn connect_errors(text: &str) -> Vec<ConnectError> {
    let refused = || io::Error::from_raw_os_error(111);
    let address = || Address::unix(text);
    vec![
        ConnectError::Resolve { host: text.to_owned(), source: refused() },
        ConnectError::Tcp { address: ([127, 0, 0, 1], 8500).into(), source: refused() },
        ConnectError::Timeout { address: address(), limit: Duration::from_secs(5) },
        ConnectError::SocketMissing(PathBuf::from(text)),
        ConnectError::SocketPermission(PathBuf::from(text)),
        ConnectError::NotASocket(PathBuf::from(text)),
        ConnectError::Socket { path: PathBuf::from(format!("\0{text}")), source: refused() },
        ConnectError::Handshake { address: address(), source: refused() },
        ConnectError::Tls { address: address(), source: TlsError::UnknownIssuer },
        ConnectError::Status { address: address(), status: 429 },
    ]
}

fn tls_errors(text: &str) -> Vec<TlsError> {
    let text = || text.to_owned();
    vec![
        TlsError::UnknownIssuer,
        TlsError::Expired,
        TlsError::NotYetValid,
        TlsError::WrongName { expected: text() },
        TlsError::InvalidCertificate(text()),
        TlsError::ClientCertificateRequired,
        TlsError::ClientCertificateRejected(text()),
        TlsError::NotTls,
        TlsError::Handshake(text()),
    ]
}

fn tls_config_errors(text: &str) -> Vec<TlsConfigError> {
    let owned = || text.to_owned();
    vec![
        TlsConfigError::Read { path: PathBuf::from(text), source: io::Error::from_raw_os_error(2) },
        TlsConfigError::NoCertificate(owned()),
        TlsConfigError::NoKey(owned()),
        TlsConfigError::Invalid { origin: owned(), reason: owned() },
        TlsConfigError::KeyMismatch,
        TlsConfigError::NativeCertificates(owned()),
        TlsConfigError::ServerName(owned()),
    ]
}

fn build_errors(text: &str) -> Vec<BuildError> {
    vec![
        BuildError::Tls(Address::unix(text)),
        BuildError::Host(Address::unix(text)),
        BuildError::TlsConfig(TlsConfigError::KeyMismatch),
    ]
}

fn transport_errors(text: &str) -> Vec<TransportError> {
    use TransportErrorKind as K;
    [K::Connect, K::Rejected, K::Tls, K::Closed, K::Protocol, K::BodyTooLarge, K::Request, K::Other]
        .map(|kind| TransportError::new(kind, text))
        .into()
}

fn lines<E: Display>(errors: impl IntoIterator<Item = E>) -> String {
    errors.into_iter().map(|error| format!("{error}\n")).collect()
}

#[test]
fn invalid_addresses() {
    expect![[r#"
        address is empty
        unknown scheme "/run/consul.sock", expected http, https or unix
        address contains credentials; set the token separately
        host is not a name, an IPv4 address or an IPv6 address in brackets
        port is not a number from 1 to 65535
        an address with a path must start with http:// or https://
        address is a path; the address of a unix socket is unix:///run/consul.sock
        address contains a query or a fragment
        path of the address contains characters that must be percent-encoded
        path of the unix socket is empty or contains a NUL byte
    "#]]
    .assert_eq(&lines(address_errors("/run/consul.sock")));
}

#[test]
fn failed_connections() {
    expect![[r#"
        failed to resolve host "consul.sock"
        failed to connect to 127.0.0.1:8500
        connecting to unix://consul.sock timed out after 5s
        unix socket consul.sock does not exist
        permission denied for unix socket consul.sock
        consul.sock is not a socket
        failed to connect to unix socket @consul.sock
        connection to unix://consul.sock was closed during the TLS handshake
        no TLS connection to unix://consul.sock
        unix://consul.sock rejected the connection with status 429
    "#]]
    .assert_eq(&lines(connect_errors("consul.sock")));
}

#[test]
fn failed_handshakes() {
    expect![[r#"
        server certificate is signed by an unknown CA
        server certificate has expired
        server certificate is not valid yet
        server certificate is not valid for "the reason"
        invalid server certificate: the reason
        server requires a client certificate
        server rejected the client certificate: the reason
        server does not speak TLS
        TLS handshake failed: the reason
    "#]]
    .assert_eq(&lines(tls_errors("the reason")));
}

#[test]
fn invalid_settings() {
    let texts = lines(tls_config_errors("ca.pem")) + &lines(build_errors("consul.sock"));
    expect![[r#"
        failed to read ca.pem
        no certificate found in ca.pem
        no private key found in ca.pem
        invalid certificate or key in ca.pem: ca.pem
        private key does not match the client certificate
        no CA certificates found on this system: ca.pem
        server name "ca.pem" is not a DNS name or an IP address
        unix://consul.sock requires TLS, which this build does not support
        host of unix://consul.sock cannot be sent in a header
        invalid TLS settings
    "#]]
    .assert_eq(&texts);
}

#[test]
fn failed_requests() {
    let mut texts = lines(transport_errors("the reason"));
    for error in transport_errors("the reason").into_iter().take(1) {
        texts.push_str(&format!("{error:?}\n"));
    }
    expect![[r#"
        failed to connect
        server rejected the connection
        failed to establish a TLS connection
        connection closed before the response was complete
        response is not valid HTTP
        body exceeds the size limit
        executor does not support this request
        transport failed
        TransportError { kind: Connect, unsent: false, source: "the reason" }
    "#]]
    .assert_eq(&texts);
}

/// Maximum length of an error text, in characters: a text of 500 and a name of 200 characters, and the text around
/// them.
const LONGEST: usize = 900;

fn assert_short(errors: impl IntoIterator<Item = impl Error>) {
    for error in errors {
        for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
            assert!(shown.chars().count() <= LONGEST, "{} characters: {shown}", shown.chars().count());
        }
        assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
    }
}

#[test]
fn no_text_of_an_error_is_long() {
    for text in ["a", "\u{1b}", "\"", "\\", "é", "\u{202e}", "\n"] {
        let text = text.repeat(100_000 / text.len());
        assert_short(address_errors(&text));
        assert_short(connect_errors(&text));
        assert_short(tls_errors(&text));
        assert_short(tls_config_errors(&text));
        assert_short(build_errors(&text));
        assert_short(transport_errors(&text));
        for address in [text.clone(), format!("{text}://h"), format!("/{text}"), format!("http://{text}")] {
            assert_short(address.parse::<Address>().err());
        }
    }
}
