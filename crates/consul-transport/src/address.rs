//! Where an agent listens.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use http::uri::PathAndQuery;

#[cfg(test)]
mod tests;

/// Where an agent listens, in every form that `CONSUL_HTTP_ADDR` takes.
///
/// | form | meaning |
/// | --- | --- |
/// | `127.0.0.1:8500`, `consul:8500`, `[::1]:8500` | HTTP |
/// | `:8500` | HTTP on this machine, `localhost` |
/// | `http://host:port`, `https://host:port` | HTTP, HTTP over TLS |
/// | `http://proxy/consul`, `https://proxy:8443/consul/` | the same behind a proxy, with a path before every path |
/// | `unix:///run/consul.sock` | HTTP over a unix socket |
///
/// **Without a port it is 80 for HTTP and 443 for HTTPS, not 8500.** That is how the `consul` command and everything
/// else built on Consul's own client reads the variable, and one variable has to name one agent in every program of a
/// machine. 8500 is the port of [`Address::default`], for where nothing is said at all.
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

/// Why a text is not an [`Address`].
///
/// Says what is wrong and, but for an unknown scheme, never repeats the text: people put passwords in addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Nothing there.
    #[error("address is empty")]
    Empty,
    /// A scheme other than `http`, `https` and `unix`.
    #[error("scheme {0:?} is not one of http, https and unix")]
    Scheme(String),
    /// `user:password@` before the host. Consul does not look at it; a token goes into a header.
    #[error("address contains credentials; Consul takes a token, which is set apart from the address")]
    Credentials,
    /// Not a host name, an IPv4 address, or an IPv6 address in brackets.
    #[error("host is neither a name nor an IP address (IPv6 in brackets)")]
    Host,
    /// Not a number from 1 to 65535.
    #[error("port is not a number from 1 to 65535")]
    Port,
    /// A path after a host without `http://` or `https://` before it.
    #[error("a path in the address needs http:// or https:// before the host")]
    PathWithoutScheme,
    /// A base path with a query, a fragment, or bytes that a path cannot have.
    #[error("path of the address is not a plain, escaped path")]
    BasePath,
    /// `unix://` without a path, or with a NUL in it.
    #[error("address of a unix socket has no usable path")]
    SocketPath,
}

impl Address {
    /// The agent that listens on the unix socket at `path`.
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Unix(path.into()))
    }

    /// Whether the agent is spoken to over TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.0, Kind::Tcp { tls: true, .. })
    }

    /// The path of the unix socket; `None` for TCP.
    #[must_use]
    pub fn unix_path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Unix(path) => Some(path),
            Kind::Tcp { .. } => None,
        }
    }

    /// The host, an IPv6 address without its brackets; `None` for a unix socket.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match &self.0 {
            Kind::Tcp { host, .. } => Some(host),
            Kind::Unix(_) => None,
        }
    }

    /// The port, also where it was not written; `None` for a unix socket.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.0 {
            Kind::Tcp { port, .. } => Some(port),
            Kind::Unix(_) => None,
        }
    }

    /// What goes before the path of every request, without a slash at its end; empty for none.
    #[must_use]
    pub fn base_path(&self) -> &str {
        match &self.0 {
            Kind::Tcp { base_path, .. } => base_path,
            Kind::Unix(_) => "",
        }
    }

    /// The value of the `Host` header.
    ///
    /// Consul answers 400 to a `/` in it, so a socket has a name that is no path. The port is left out where the
    /// scheme says it, as every browser does, because proxies look for the plain name.
    #[cfg(feature = "hyper")]
    pub(crate) fn host_header(&self) -> String {
        match &self.0 {
            Kind::Tcp { tls, host, port, .. } if *port == default_port(*tls) => Bracketed(host).to_string(),
            Kind::Tcp { host, port, .. } => format!("{}:{port}", Bracketed(host)),
            Kind::Unix(_) => "localhost".to_owned(),
        }
    }
}

/// `http://127.0.0.1:8500`, where an agent listens unless it is told otherwise.
impl Default for Address {
    fn default() -> Self {
        Self(Kind::Tcp { tls: false, host: "127.0.0.1".to_owned(), port: 8500, base_path: String::new() })
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, text),
        };
        let is = |name: &str| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(name));
        if is("unix") {
            return match rest {
                "" => Err(AddressError::SocketPath),
                path if path.contains('\0') => Err(AddressError::SocketPath),
                path => Ok(Self::unix(path)),
            };
        }
        // Anywhere, not only before the first slash: a password may contain one.
        if text.contains('@') {
            return Err(AddressError::Credentials);
        }
        let tls = is("https");
        if let Some(scheme) = scheme
            && !tls
            && !is("http")
        {
            return Err(AddressError::Scheme(scheme.to_owned()));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if scheme.is_none() && !path.is_empty() {
            return Err(AddressError::PathWithoutScheme);
        }
        let (host, port) = parse_authority(authority)?;
        Ok(Self(Kind::Tcp {
            tls,
            host,
            port: port.unwrap_or(default_port(tls)),
            base_path: parse_base_path(path)?,
        }))
    }
}

const fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

fn parse_authority(authority: &str) -> Result<(String, Option<u16>), AddressError> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']').ok_or(AddressError::Host)?;
        host.parse::<Ipv6Addr>().map_err(|_| AddressError::Host)?;
        let port = match port {
            "" => None,
            port => Some(parse_port(port.strip_prefix(':').ok_or(AddressError::Port)?)?),
        };
        return Ok((host.to_owned(), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => return Err(AddressError::Host),
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (authority, None),
    };
    match host {
        "" if port.is_some() => Ok(("localhost".to_owned(), port)),
        host if is_host(host) => Ok((host.to_owned(), port)),
        _ => Err(AddressError::Host),
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn parse_port(port: &str) -> Result<u16, AddressError> {
    // `u16::from_str` takes a sign.
    match port.parse() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(AddressError::Port),
    }
}

fn parse_base_path(path: &str) -> Result<String, AddressError> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    let is_plain = path.is_ascii() && !path.contains(['?', '#']) && PathAndQuery::from_str(path).is_ok();
    if is_plain { Ok(path.to_owned()) } else { Err(AddressError::BasePath) }
}

/// The form that [`FromStr`] takes, with scheme and port.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Tcp { tls, host, port, base_path } => {
                let scheme = if *tls { "https" } else { "http" };
                write!(f, "{scheme}://{}:{port}{base_path}", Bracketed(host))
            }
            Kind::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// A host as it stands before a port.
struct Bracketed<'a>(&'a str);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') { write!(f, "[{}]", self.0) } else { f.write_str(self.0) }
    }
}
