//! The address of an agent.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

mod error;
mod parse;
#[cfg(test)]
mod tests;

pub use self::error::AddressError;

/// The address of an agent, in every form that `CONSUL_HTTP_ADDR` accepts.
///
/// | form | meaning |
/// | --- | --- |
/// | `127.0.0.1:8500`, `consul:8500`, `[::1]:8500` | HTTP |
/// | `[fe80::1%eth0]:8500` | HTTP to a link-local address, with its zone |
/// | `:8500` | HTTP to `localhost` |
/// | `http://host:port`, `https://host:port` | HTTP, HTTP over TLS |
/// | `http://proxy/consul`, `https://proxy:8443/consul/` | the same through a gateway, with a prefix for the path of every request |
/// | `unix:///run/consul.sock` | HTTP over a unix socket |
/// | `unix://@consul` | HTTP over an abstract unix socket (Linux) |
///
/// **The port defaults to 80 for HTTP and to 443 for HTTPS, not to 8500.** The `consul` command and all programs with
/// Consul's official client interpret the variable in this way, so that it refers to the same agent in every program.
/// Only [`Address::default`], which is used if no address is set, has the port 8500.
///
/// ```
/// use consul_transport::Address;
///
/// let address: Address = "https://proxy.example:8443/consul/".parse()?;
/// assert!(address.is_tls());
/// assert_eq!((address.host(), address.port()), (Some("proxy.example"), Some(8443)));
/// assert_eq!(address.base_path(), "/consul");
/// assert_eq!(Address::default().to_string(), "http://127.0.0.1:8500");
/// # Ok::<(), consul_transport::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Tcp { tls: bool, host: String, port: u16, base_path: String },
    Unix(PathBuf),
}

impl Address {
    /// Creates the address of an agent that listens on the unix socket at `path`.
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Unix(path.into()))
    }

    /// Returns `true` if the agent is reached over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.0, Kind::Tcp { tls: true, .. })
    }

    /// Returns the path of the unix socket, or `None` for TCP. The path of an abstract socket starts with a NUL byte.
    #[must_use]
    pub fn unix_path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Unix(path) => Some(path),
            Kind::Tcp { .. } => None,
        }
    }

    /// Returns the host, or `None` for a unix socket. An IPv6 address has no brackets, and its zone follows a `%`.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match &self.0 {
            Kind::Tcp { host, .. } => Some(host),
            Kind::Unix(_) => None,
        }
    }

    /// Returns the port, which may be the default one, or `None` for a unix socket.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.0 {
            Kind::Tcp { port, .. } => Some(port),
            Kind::Unix(_) => None,
        }
    }

    /// Returns the path that precedes the path of every request, without a slash at its end. Empty if there is none.
    #[must_use]
    pub fn base_path(&self) -> &str {
        match &self.0 {
            Kind::Tcp { base_path, .. } => base_path,
            Kind::Unix(_) => "",
        }
    }

    /// Returns the value of the `Host` header.
    ///
    /// Consul rejects a value with a `/` with 400, so the value for a unix socket is not its path. A default port is
    /// omitted, since proxies compare the plain name. An IPv6 zone is omitted too, since it has no meaning on another
    /// machine.
    #[cfg(feature = "hyper")]
    pub(crate) fn host_header(&self) -> String {
        match &self.0 {
            Kind::Tcp { tls, host, port, .. } => {
                let host = Bracketed(without_zone(host));
                if *port == parse::default_port(*tls) { host.to_string() } else { format!("{host}:{port}") }
            }
            Kind::Unix(_) => "localhost".to_owned(),
        }
    }
}

#[cfg(feature = "tls")]
impl Address {
    /// Returns the default name for which the server's certificate must be valid.
    pub(crate) fn server_name(&self) -> String {
        self.host().map_or("localhost", without_zone).to_owned()
    }
}

#[cfg(feature = "hyper")]
fn without_zone(host: &str) -> &str {
    host.split_once('%').map_or(host, |(address, _)| address)
}

/// `http://127.0.0.1:8500`, the default address of an agent.
impl Default for Address {
    fn default() -> Self {
        Self(Kind::Tcp { tls: false, host: "127.0.0.1".to_owned(), port: 8500, base_path: String::new() })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parse::parse(text).map(Self)
    }
}

/// Writes the form that [`FromStr`] accepts, with scheme and port.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Tcp { tls, host, port, base_path } => {
                let scheme = if *tls { "https" } else { "http" };
                write!(f, "{scheme}://{}:{port}{base_path}", Bracketed(host))
            }
            Kind::Unix(path) => write!(f, "unix://{}", path.display().to_string().replacen('\0', "@", 1)),
        }
    }
}

/// A host, formatted for a port to follow.
struct Bracketed<'a>(&'a str);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') { write!(f, "[{}]", self.0) } else { f.write_str(self.0) }
    }
}
