//! A scripted HTTP server. Each connection runs a function on its own thread.
//!
//! It uses only the standard library and blocks, so it works with every runtime, and continues while a runtime with one
//! thread runs the executor.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::sync::watch;

use super::wait::within;

/// A server that listens until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    seen: watch::Receiver<Seen>,
    stopped: Arc<AtomicBool>,
}

/// Events that the server has seen so far.
#[derive(Default)]
pub(super) struct Seen {
    /// Number of accepted connections.
    pub(super) connections: usize,
    /// Number of connections that were closed at the end of their script.
    pub(super) ended: usize,
    /// Requests that arrived completely.
    pub(super) requests: Vec<Request>,
}

/// A request as received.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) line: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn method(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }

    pub(super) fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Vec<&str> {
        let of_name = |(given, value): &'_ (String, String)| given == name && !value.is_empty();
        self.headers.iter().filter(|header| of_name(header)).map(|(_, value)| value.as_str()).collect()
    }
}

impl Server {
    /// Starts a server that runs `script` for every connection and then closes it.
    pub(super) fn start(script: impl Fn(&mut Peer) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the loopback address");
        let address = listener.local_addr().expect("the address of a listener");
        let (sender, seen) = watch::channel(Seen::default());
        let stopped = Arc::new(AtomicBool::new(false));
        let is_stopped = Arc::clone(&stopped);
        let script = Arc::new(script);
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept()
                && !is_stopped.load(Ordering::Acquire)
            {
                sender.send_modify(|seen| seen.connections += 1);
                let mut peer = Peer { stream, buffer: Vec::new(), seen: sender.clone() };
                let script = Arc::clone(&script);
                thread::spawn(move || {
                    script(&mut peer);
                    let Peer { stream, seen, .. } = peer;
                    drop(stream);
                    seen.send_modify(|seen| seen.ended += 1);
                });
            }
        });
        Self { address, seen, stopped }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for `condition`. Panics with `what` if that takes too long.
    pub(super) async fn until(&self, what: &str, condition: impl FnMut(&Seen) -> bool + Send) {
        let mut seen = self.seen.clone();
        within(what, async { seen.wait_for(condition).await.map(drop) })
            .await
            .expect("a server that listens");
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.borrow().connections
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.seen.borrow().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
    }
}

/// The server's end of a connection.
pub(super) struct Peer {
    stream: TcpStream,
    buffer: Vec<u8>,
    seen: watch::Sender<Seen>,
}

impl Peer {
    /// Reads the next request. Returns `None` if the client has closed the connection.
    pub(super) fn request(&mut self) -> Option<Request> {
        let mut request = self.head()?;
        request.body = if request.header("transfer-encoding").contains(&"chunked") {
            self.chunks()?
        } else {
            let length = request.header("content-length").first().map_or(Ok(0), |length| length.parse());
            self.exactly(length.expect("the length is a number"))?
        };
        self.seen.send_modify(|seen| seen.requests.push(request.clone()));
        Some(request)
    }

    /// Reads the head of the next request, which is not recorded in [`Seen`].
    pub(super) fn head(&mut self) -> Option<Request> {
        let end = loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            self.read()?;
        };
        let head = self.exactly(end + 4)?;
        let head = String::from_utf8(head).expect("the head is text");
        let mut lines = head.split("\r\n").take_while(|line| !line.is_empty());
        let line = lines.next().unwrap_or_default().to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Some(Request { line, headers: lines.filter_map(header).collect(), body: Vec::new() })
    }

    /// Sends bytes. Errors are ignored, because the client may have closed the connection.
    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref());
    }

    /// Sends a response with a length, and keeps the connection.
    pub(super) fn respond(&mut self, status: &str, body: &str) {
        self.send(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    }

    /// Closes the sending half.
    pub(super) fn finish(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Waits until the client has closed the connection.
    pub(super) fn until_closed(&mut self) {
        while self.read().is_some() {
            self.buffer.clear();
        }
    }

    fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = self.buffer.windows(2).position(|window| window == b"\r\n") {
                    break end;
                }
                self.read()?;
            };
            let line = self.exactly(end + 2)?;
            let length = String::from_utf8_lossy(&line);
            let length = usize::from_str_radix(length.trim(), 16).expect("a length of a chunk");
            body.extend(self.exactly(length)?);
            self.exactly(2)?;
            if length == 0 {
                return Some(body);
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < length {
            self.read()?;
        }
        Some(self.buffer.drain(..length).collect())
    }

    fn read(&mut self) -> Option<()> {
        let mut bytes = [0; 16 << 10];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(length) => {
                    self.buffer.extend_from_slice(&bytes[..length]);
                    return Some(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}
