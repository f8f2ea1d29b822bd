//! Ports reserved for one agent.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// The first port. The blocks are below the range that operating systems use for outgoing connections.
const FIRST: u16 = 10_000;
/// Number of blocks.
const BLOCKS: u16 = 2_500;
/// Number of ports in a block: the guard and eight for the agent.
const BLOCK: u16 = 9;

/// A block of ports on the loopback address.
///
/// A listener on the first port guards the block. Tests skip guarded blocks, including those of other processes. The
/// guard needs no lock file and ends with the process.
#[derive(Debug)]
pub(super) struct Ports {
    // Never accepts. It reserves the port while it is open.
    _guard: TcpListener,
    first: u16,
}

impl Ports {
    /// Claims a block whose ports are all free, for TCP and UDP.
    pub(super) fn claim() -> io::Result<Self> {
        let start = RandomState::new().build_hasher().finish();
        (0..u64::from(BLOCKS))
            .map(|offset| FIRST + BLOCK * ((start.wrapping_add(offset) % u64::from(BLOCKS)) as u16))
            .find_map(Self::claim_block)
            .ok_or_else(|| io::Error::other("no block of free ports left for an agent"))
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

    /// Returns the gossip address.
    pub(super) fn lan(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.serf_lan()))
    }

    pub(super) fn serf_wan(&self) -> u16 {
        self.first + 6
    }

    pub(super) fn server(&self) -> u16 {
        self.first + 7
    }

    pub(super) fn https(&self) -> u16 {
        self.first + 8
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
