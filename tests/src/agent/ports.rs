//! Ports for one agent, which nobody else takes while it lives.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Lies below the range that operating systems give to outgoing connections, so no client takes a port of ours.
const FIRST: u16 = 10_000;
/// How many blocks there are.
const BLOCKS: u16 = 2_500;
/// Ports in a block: the guard and seven to use.
const BLOCK: u16 = 8;

/// A block of ports on the loopback address.
///
/// The first port of the block is held open as its guard: another test, also of another process, that comes upon a
/// guarded block goes on to the next. That needs no lock file, and ends with the process.
#[derive(Debug)]
pub(super) struct Ports {
    // Held, never used: its port is taken while it lives.
    _guard: TcpListener,
    first: u16,
}

impl Ports {
    /// Claims a block in which every port is free, for TCP and for UDP.
    pub(super) fn claim() -> io::Result<Self> {
        let start = RandomState::new().build_hasher().finish();
        (0..u64::from(BLOCKS))
            .map(|offset| FIRST + BLOCK * ((start.wrapping_add(offset) % u64::from(BLOCKS)) as u16))
            .find_map(Self::claim_block)
            .ok_or_else(|| io::Error::other("no block of free ports is left for an agent"))
    }

    fn claim_block(first: u16) -> Option<Self> {
        let guard = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).ok()?;
        let free = |port| {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
                && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        };
        (first + 1..first + BLOCK).all(free).then_some(Self { _guard: guard, first })
    }

    pub(super) fn http(&self) -> u16 {
        self.first + 1
    }

    pub(super) fn grpc(&self) -> u16 {
        self.first + 2
    }

    pub(super) fn grpc_tls(&self) -> u16 {
        self.first + 3
    }

    pub(super) fn dns(&self) -> u16 {
        self.first + 4
    }

    pub(super) fn serf_lan(&self) -> u16 {
        self.first + 5
    }

    /// Where other agents join the one on these ports.
    pub(super) fn lan(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.serf_lan()))
    }

    pub(super) fn serf_wan(&self) -> u16 {
        self.first + 6
    }

    pub(super) fn server(&self) -> u16 {
        self.first + 7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claimed_blocks_do_not_overlap() {
        let claimed: Vec<_> = (0..40).map(|_| Ports::claim().unwrap()).collect();
        let mut firsts: Vec<_> = claimed.iter().map(|ports| ports.first).collect();
        firsts.sort_unstable();
        assert!(firsts.windows(2).all(|pair| pair[1] - pair[0] >= BLOCK), "{firsts:?}");
    }
}
