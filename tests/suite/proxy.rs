//! A proxy between client and agent that counts requests and injects network faults.
//!
//! It uses real sockets, for faults that a real agent and a real network do not produce on demand.

mod connection;
mod exchange;
mod faults;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use self::connection::Connection;
pub(crate) use self::exchange::Request;
pub(crate) use self::faults::{At, Cut, Edit, End, Faults, Way};

/// Forwards connections to an agent until it is dropped, even if the agent does not respond.
pub(crate) struct Proxy {
    address: SocketAddr,
    /// Reserves the port while the proxy does not listen on it.
    _reserved: TcpSocket,
    faults: watch::Sender<Faults>,
    /// Number of times that all connections were reset.
    resets: watch::Sender<usize>,
    counts: Arc<Counts>,
}

/// Counters shared by the proxy and its connections.
struct Counts {
    /// The proxy cannot read requests, it only counts connections.
    is_tls: bool,
    accepted: watch::Sender<usize>,
    requests: watch::Sender<Vec<Request>>,
    open: watch::Sender<usize>,
    most_open: AtomicUsize,
    is_listening: watch::Sender<bool>,
}

impl Proxy {
    pub(crate) async fn to(agent: SocketAddr) -> Self {
        Self::new(agent, false).await
    }

    /// Creates a proxy that forwards TLS. It counts connections, but no requests.
    pub(crate) async fn to_tls(agent: SocketAddr) -> Self {
        Self::new(agent, true).await
    }

    async fn new(agent: SocketAddr, is_tls: bool) -> Self {
        let reserved = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let proxy = Self {
            address: reserved.local_addr().unwrap(),
            _reserved: reserved,
            faults: watch::Sender::new(Faults::default()),
            resets: watch::Sender::new(0),
            counts: Arc::new(Counts {
                is_tls,
                accepted: watch::Sender::new(0),
                requests: watch::Sender::default(),
                open: watch::Sender::new(0),
                most_open: AtomicUsize::new(0),
                is_listening: watch::Sender::new(false),
            }),
        };
        let (faults, resets) = (proxy.faults.subscribe(), proxy.resets.subscribe());
        tokio::spawn(serve(proxy.address, agent, faults, resets, Arc::clone(&proxy.counts)));
        proxy.set(Faults::default()).await;
        proxy
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Injects these faults, also on open connections, and returns when they are active.
    pub(crate) async fn set(&self, faults: Faults) {
        let should_listen = !faults.refuse;
        self.faults.send_replace(faults);
        let mut is_listening = self.counts.is_listening.subscribe();
        is_listening.wait_for(|is_listening| *is_listening == should_listen).await.unwrap();
    }

    /// Removes all faults.
    pub(crate) async fn lift(&self) {
        self.set(Faults::default()).await;
    }

    /// Resets all open connections.
    pub(crate) fn reset(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    /// Returns the number of connections accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        *self.counts.accepted.borrow()
    }

    /// Waits until this many connections have been opened.
    pub(crate) async fn until_accepted(&self, connections: usize) {
        self.counts.accepted.subscribe().wait_for(|accepted| *accepted >= connections).await.unwrap();
    }

    /// Counts the most connections that are open at the same time from now on.
    pub(crate) fn watch_open(&self) -> MostOpen {
        let start = self.open();
        self.counts.most_open.store(start, Ordering::SeqCst);
        MostOpen(Arc::clone(&self.counts))
    }

    /// Returns the number of open connections.
    pub(crate) fn open(&self) -> usize {
        *self.counts.open.borrow()
    }

    /// Waits until this many connections are open.
    pub(crate) async fn until_open(&self, connections: usize) {
        self.counts.open.subscribe().wait_for(|open| *open == connections).await.unwrap();
    }

    /// Returns the requests that clients have sent so far, including those that were not forwarded.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.counts.requests.borrow().clone()
    }

    /// Waits until clients have sent this many requests.
    pub(crate) async fn until_requests(&self, requests: usize) {
        self.counts.requests.subscribe().wait_for(|sent| sent.len() >= requests).await.unwrap();
    }
}

/// The most connections of a proxy that were open at the same time.
pub(crate) struct MostOpen(Arc<Counts>);

impl MostOpen {
    pub(crate) fn most(&self) -> usize {
        self.0.most_open.load(Ordering::SeqCst)
    }
}

/// Returns a socket that can listen on an address to which other sockets are bound.
fn bound(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// Accepts connections unless they are to be refused. Ends when the proxy is dropped.
async fn serve(
    address: SocketAddr,
    agent: SocketAddr,
    mut faults: watch::Receiver<Faults>,
    resets: watch::Receiver<usize>,
    counts: Arc<Counts>,
) {
    while faults.wait_for(|faults| !faults.refuse).await.is_ok() {
        let listener = bound(address).listen(1024).unwrap();
        counts.is_listening.send_replace(true);
        let connection = || Connection::new(faults.clone(), resets.clone(), Arc::clone(&counts));
        accept(&listener, agent, faults.clone(), connection).await;
        drop(listener);
        counts.is_listening.send_replace(false);
    }
}

async fn accept(
    listener: &TcpListener,
    agent: SocketAddr,
    mut faults: watch::Receiver<Faults>,
    connection: impl Fn() -> Connection,
) {
    loop {
        let client = tokio::select! {
            accepted = listener.accept() => accepted.unwrap().0,
            _ = faults.wait_for(|faults| faults.refuse) => return,
        };
        tokio::spawn(connection().forward(client, agent));
    }
}
