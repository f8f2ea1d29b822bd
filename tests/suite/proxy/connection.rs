//! One proxied connection.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::sleep_until;

use super::Counts;
use super::exchange::Exchange;
use super::faults::{At, End, Faults, Way};

pub(super) struct Connection {
    faults: watch::Receiver<Faults>,
    resets: watch::Receiver<usize>,
    counts: Arc<Counts>,
    exchange: Exchange,
}

impl Connection {
    pub(super) fn new(
        faults: watch::Receiver<Faults>,
        mut resets: watch::Receiver<usize>,
        counts: Arc<Counts>,
    ) -> Self {
        let exchange = Exchange::new(counts.is_tls);
        resets.mark_unchanged();
        counts.accepted.send_modify(|accepted| *accepted += 1);
        counts.open.send_modify(|open| *open += 1);
        counts.most_open.fetch_max(*counts.open.borrow(), Ordering::SeqCst);
        Self { faults, resets, counts, exchange }
    }

    pub(super) async fn forward(self, mut client: TcpStream, agent: SocketAddr) {
        let mut resets = self.resets.clone();
        let end = if self.faults.borrow().reset_on_accept {
            End::Reset
        } else {
            tokio::select! {
                end = self.exchange(&mut client, agent) => end,
                _ = resets.changed() => End::Reset,
            }
        };
        match end {
            End::Close => {}
            End::Reset => client.set_zero_linger().unwrap(),
            End::Page(status) => {
                let page = "<html><body>the gateway gave up</body></html>";
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    page.len()
                );
                let _ = client.write_all((head + page).as_bytes()).await;
            }
            End::HalfClose => {
                let _ = client.shutdown().await;
                let mut rest = Vec::new();
                let _ = client.read_to_end(&mut rest).await;
            }
        }
    }

    async fn exchange(&self, client: &mut TcpStream, agent: SocketAddr) -> End {
        let Ok(mut server) = TcpStream::connect(agent).await else { return End::Close };
        // Bytes sent in pieces must arrive in pieces.
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        // Ends when either side closes. An agent that waits for a change does not notice.
        tokio::select! {
            end = self.requests(from_client, to_server) => end,
            end = self.responses(from_server, to_client) => end,
        }
    }

    async fn requests(&self, mut client: ReadHalf<'_>, mut server: WriteHalf<'_>) -> End {
        let mut faults = self.faults.clone();
        let mut held = Vec::new();
        let mut is_dead = false;
        loop {
            let now = faults.borrow_and_update().clone();
            is_dead |= now.requests == Way::Lost;
            if is_dead {
                held.clear();
            } else if now.requests == Way::Open && !held.is_empty() {
                now.delay().await;
                if server.write_all(&held).await.is_err() {
                    // The agent has closed the connection. What it has sent before is still passed on.
                    return pending().await;
                }
                held.clear();
            }
            let timed_out = async {
                if let (Some(timeout), Some(request_began)) = (now.timeout, self.exchange.request_began()) {
                    sleep_until((request_began + timeout).into()).await;
                    if self.exchange.request_began() == Some(request_began) {
                        return;
                    }
                }
                pending::<()>().await;
            };
            let before = held.len();
            tokio::select! {
                read = client.read_buf(&mut held) => match read {
                    Ok(0) | Err(_) => return End::Close,
                    Ok(_) => {
                        let request = self.exchange.client_sent(&held[before..]);
                        self.counts.requests.send_modify(|requests| requests.extend(request));
                    }
                },
                changed = faults.changed() => if changed.is_err() { return End::Close },
                () = timed_out => return now.timeout_page.map_or(End::Close, End::Page),
            }
        }
    }

    async fn responses(&self, mut server: ReadHalf<'_>, client: WriteHalf<'_>) -> End {
        let mut response =
            ResponseWriter { client, head: None, head_length: 0, passed: 0, faults: self.faults.clone() };
        let mut bytes = Vec::with_capacity(65_536);
        loop {
            bytes.clear();
            if !matches!(server.read_buf(&mut bytes).await, Ok(1..)) {
                // The end is held or lost like the bytes before it.
                return response.pass(&[]).await.unwrap_or(End::Close);
            }
            if let Some(request_began) = self.exchange.response_began() {
                let limit = self.faults.borrow().write_timeout;
                if limit.is_some_and(|limit| request_began.elapsed() >= limit) {
                    return End::Close;
                }
                response.begin();
            }
            if let Some(end) = response.receive(&bytes).await {
                return end;
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.counts.open.send_modify(|open| *open -= 1);
    }
}

/// Forwards a response to the client.
struct ResponseWriter<'a> {
    client: WriteHalf<'a>,
    /// The head, until it is complete.
    head: Option<Vec<u8>>,
    head_length: usize,
    /// Number of forwarded bytes.
    passed: usize,
    faults: watch::Receiver<Faults>,
}

impl ResponseWriter<'_> {
    fn begin(&mut self) {
        (self.head, self.head_length, self.passed) = (Some(Vec::new()), 0, 0);
    }

    /// Handles bytes from the agent. Returns how the connection ends, if it does.
    async fn receive(&mut self, bytes: &[u8]) -> Option<End> {
        let faults = self.faults.borrow().clone();
        faults.delay().await;
        let Some(head) = &mut self.head else { return self.pass(bytes).await };
        head.extend_from_slice(bytes);
        let end = head.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let mut edited = faults.edit(&String::from_utf8_lossy(&head[..end])).into_bytes();
        self.head_length = edited.len();
        edited.extend_from_slice(&head[end..]);
        self.head = None;
        self.pass(&edited).await
    }

    /// Forwards bytes, in pieces if a fault requires it.
    async fn pass(&mut self, mut bytes: &[u8]) -> Option<End> {
        loop {
            let faults = self.faults.borrow_and_update().clone();
            match faults.responses {
                Way::Open => {}
                Way::Held => {
                    if self.faults.changed().await.is_err() {
                        return Some(End::Close);
                    }
                    continue;
                }
                // The client receives no more bytes, not even the end of the connection.
                Way::Lost => pending().await,
            }
            let mut piece = bytes.len().min(faults.piece());
            if let Some(cut) = faults.cut {
                let at = match cut.at {
                    At::Head => self.head_length,
                    At::Byte(at) => at,
                };
                let left = at.saturating_sub(self.passed);
                if left == 0 {
                    return Some(cut.by);
                }
                piece = piece.min(left);
            }
            let (now, rest) = bytes.split_at(piece);
            if now.is_empty() {
                return None;
            }
            if self.client.write_all(now).await.is_err() {
                return Some(End::Close);
            }
            self.passed += piece;
            bytes = rest;
            faults.throttle(piece).await;
        }
    }
}
