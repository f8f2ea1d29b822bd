//! The byte stream below an HTTP/1.1 connection.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
#[cfg(feature = "tls")]
use tokio_rustls::client::TlsStream;

use crate::hyper::io_state::{IoState, Reads, Stage};

/// A connected socket that keeps an [`IoState`], which tells the owner of the connection what hyper does not report.
pub(super) struct Stream {
    socket: Socket,
    state: Arc<IoState>,
    generation: u64,
}

enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn tcp(socket: TcpStream) -> Self {
        Self::new(Socket::Tcp(socket))
    }

    #[cfg(unix)]
    pub(super) fn unix(socket: UnixStream) -> Self {
        Self::new(Socket::Unix(socket))
    }

    #[cfg(feature = "tls")]
    pub(super) fn tls(socket: TlsStream<TcpStream>, generation: u64) -> Self {
        Self { generation, ..Self::new(Socket::Tls(Box::new(socket))) }
    }

    fn new(socket: Socket) -> Self {
        Self { socket, state: Arc::default(), generation: 0 }
    }

    /// Returns the generation of the TLS configuration.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn state(&self) -> Arc<IoState> {
        Arc::clone(&self.state)
    }

    /// Returns the result of a read before the request is written, or `None` if the socket has nothing to read.
    #[cold]
    fn look(&self, is_new: bool) -> Option<Poll<io::Result<()>>> {
        if !is_new {
            self.state.set_stage(Stage::Ready);
        }
        match self.socket.peek() {
            // The peer has closed the connection, which hyper detects by a read of 0 bytes.
            Ok(0) => Some(Poll::Ready(Ok(()))),
            // A response ahead of its request, such as Consul's 429 at its connection limit, is a valid response. hyper
            // rejects it as garbage unless it has sent the request.
            Ok(_) if is_new => Some(Poll::Pending),
            Ok(_) => Some(Poll::Ready(Err(io::Error::other("unexpected data on an idle connection")))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => is_new.then_some(Poll::Pending),
            Err(error) => Some(Poll::Ready(Err(error))),
        }
    }

    /// Records the result of a write of `length` bytes.
    ///
    /// A server may reject a request after its head, respond, and close. Writing the rest then fails before the
    /// response is read, and hyper would fail the exchange. So further writes are discarded, and the read side
    /// decides how the exchange ends.
    fn record(&self, written: Poll<io::Result<usize>>, length: usize) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(_)) => {
                self.state.set_stage(Stage::Written);
                written
            }
            Poll::Ready(Err(error)) if is_gone(&error) => {
                // TLS may have sent a part of a failed write.
                let is_sent = self.state.stage() == Stage::Written || self.socket.is_tls();
                self.state.set_stage(if is_sent { Stage::Broken } else { Stage::Unwritable });
                Poll::Ready(Ok(length))
            }
            written => written,
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionReset | ConnectionAborted)
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let stage = this.state.stage();
        if matches!(stage, Stage::New | Stage::Unchecked)
            && let Some(seen) = this.look(stage == Stage::New)
        {
            return seen;
        }
        let reads = this.state.reads();
        if reads == Reads::Drained {
            return Poll::Pending;
        }
        let read = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_read(cx, buffer),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_read(cx, buffer),
            #[cfg(feature = "tls")]
            Socket::Tls(socket) => Pin::new(socket).poll_read(cx, buffer),
        };
        // At the end of the stream, the buffer stays empty, and every read must report the end.
        if reads == Reads::Quiet && !buffer.filled().is_empty() && buffer.remaining() > 0 {
            this.state.set_reads(Reads::Drained);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if !this.state.begin_write() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(cx, bytes),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_write(cx, bytes),
            #[cfg(feature = "tls")]
            Socket::Tls(socket) => Pin::new(socket).poll_write(cx, bytes),
        };
        this.record(written, bytes.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let length = slices.iter().map(|slice| slice.len()).sum();
        if !this.state.begin_write() {
            return Poll::Ready(Ok(length));
        }
        let written = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write_vectored(cx, slices),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(cx, slices),
            #[cfg(feature = "tls")]
            Socket::Tls(socket) => Pin::new(socket).poll_write_vectored(cx, slices),
        };
        this.record(written, length)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// TLS buffers data in this process. As for writes, the read side decides after an error.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        #[cfg(feature = "tls")]
        if let Socket::Tls(socket) = &mut self.get_mut().socket {
            return match Pin::new(socket).poll_flush(cx) {
                Poll::Ready(Err(error)) if is_gone(&error) => Poll::Ready(Ok(())),
                flushed => flushed,
            };
        }
        let _ = cx;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Socket::Tls(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

impl Socket {
    fn is_tls(&self) -> bool {
        match self {
            Self::Tcp(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(_) => true,
        }
    }

    /// Peeks at the socket itself instead of the runtime's state of it. Never blocks, since tokio's sockets are
    /// non-blocking.
    fn peek(&self) -> io::Result<usize> {
        let mut byte = [MaybeUninit::uninit()];
        match self {
            Self::Tcp(socket) => SockRef::from(socket).peek(&mut byte),
            #[cfg(unix)]
            Self::Unix(socket) => SockRef::from(socket).peek(&mut byte),
            // On an idle connection, any data from the server means that it is being closed.
            #[cfg(feature = "tls")]
            Self::Tls(socket) => SockRef::from(socket.get_ref().0).peek(&mut byte),
        }
    }
}
