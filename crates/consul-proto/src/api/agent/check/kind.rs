//! The kinds of checks, each with its own settings.

use serde::Serialize;

use crate::agent::check::{Alias, Docker, Grpc, H2ping, Http, OsService, Script, Tcp, Ttl, Udp};

/// How a check determines its status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Kind {
    /// The service reports its own status.
    Ttl(Ttl),
    /// An HTTP request.
    Http(Http),
    /// A TCP connection.
    Tcp(Tcp),
    /// A UDP datagram.
    Udp(Udp),
    /// gRPC's health protocol.
    Grpc(Grpc),
    /// An HTTP/2 ping.
    H2ping(H2ping),
    /// A program that runs in a container.
    Docker(Docker),
    /// A program.
    Script(Script),
    /// The checks of another service or node.
    Alias(Alias),
    /// The state of a service of the operating system.
    OsService(OsService),
}

impl Kind {
    /// Returns the field and the reason if every agent would reject the check.
    pub(super) fn invalid_field(&self) -> Option<(&'static str, &'static str)> {
        let (field, is_empty, interval) = match self {
            Self::Ttl(ttl) => return ttl.invalid_field(),
            Self::Alias(alias) => return alias.invalid_field(),
            Self::Http(Http { url, interval, .. }) => ("url", url.is_empty(), interval),
            Self::Tcp(Tcp { address, interval, .. })
            | Self::Udp(Udp { address, interval, .. })
            | Self::Grpc(Grpc { address, interval, .. })
            | Self::H2ping(H2ping { address, interval, .. }) => ("address", address.is_empty(), interval),
            Self::Docker(Docker { args, interval, .. }) | Self::Script(Script { args, interval, .. }) => {
                ("args", args.is_empty(), interval)
            }
            Self::OsService(OsService { name, interval, .. }) => ("name", name.is_empty(), interval),
        };
        match is_empty {
            true => Some((field, "is empty")),
            false => interval.is_zero().then_some(("interval", "is zero")),
        }
    }
}

impl From<Ttl> for Kind {
    fn from(kind: Ttl) -> Self {
        Self::Ttl(kind)
    }
}

impl From<Http> for Kind {
    fn from(kind: Http) -> Self {
        Self::Http(kind)
    }
}

impl From<Tcp> for Kind {
    fn from(kind: Tcp) -> Self {
        Self::Tcp(kind)
    }
}

impl From<Udp> for Kind {
    fn from(kind: Udp) -> Self {
        Self::Udp(kind)
    }
}

impl From<Grpc> for Kind {
    fn from(kind: Grpc) -> Self {
        Self::Grpc(kind)
    }
}

impl From<H2ping> for Kind {
    fn from(kind: H2ping) -> Self {
        Self::H2ping(kind)
    }
}

impl From<Docker> for Kind {
    fn from(kind: Docker) -> Self {
        Self::Docker(kind)
    }
}

impl From<Script> for Kind {
    fn from(kind: Script) -> Self {
        Self::Script(kind)
    }
}

impl From<Alias> for Kind {
    fn from(kind: Alias) -> Self {
        Self::Alias(kind)
    }
}

impl From<OsService> for Kind {
    fn from(kind: OsService) -> Self {
        Self::OsService(kind)
    }
}
