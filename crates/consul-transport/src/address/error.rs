//! Invalid addresses.

use std::fmt;

use crate::bounded::Bounded;

/// Error returned for a string that is not a valid [`Address`](crate::Address).
///
/// Except for an unknown scheme and the path of a socket, the error never contains the string, since addresses may
/// contain passwords. `Debug` shows the text of `Display`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The address is empty.
    #[error("address is empty")]
    Empty,
    /// The scheme is not `http`, `https` or `unix`.
    #[error("unknown scheme {:?}, expected http, https or unix", Bounded::name(.0))]
    Scheme(String),
    /// The address contains `user:password@` before the host. Consul ignores it; tokens are sent in a header.
    #[error("address contains credentials; set the token separately")]
    Credentials,
    /// The host is not a name, an IPv4 address, or an IPv6 address in brackets.
    #[error("host is not a name, an IPv4 address or an IPv6 address in brackets")]
    Host,
    /// The port is not a number from 1 to 65535.
    #[error("port is not a number from 1 to 65535")]
    Port,
    /// A path follows a host without `http://` or `https://`.
    #[error("an address with a path must start with http:// or https://")]
    PathWithoutScheme,
    /// The address is the path of a file, such as `/var/run/consul.sock`.
    #[error("address is a path; the address of a unix socket is unix://{}", Bounded::name(.0))]
    SocketWithoutScheme(String),
    /// The address contains a query or a fragment.
    #[error("address contains a query or a fragment")]
    Query,
    /// The base path contains characters that a path cannot have.
    #[error("path of the address contains characters that must be percent-encoded")]
    BasePath,
    /// The path of the unix socket is missing or contains a NUL byte.
    #[error("path of the unix socket is empty or contains a NUL byte")]
    SocketPath,
}

impl fmt::Debug for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AddressError({self})")
    }
}
