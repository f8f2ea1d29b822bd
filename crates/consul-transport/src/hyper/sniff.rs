//! The byte stream below an HTTP/2 connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

/// A stream that classifies the first bytes of its peer.
///
/// The peer may have agreed on HTTP/2 and still reject the connection: with an HTTP/1.1 response at its connection limit,
/// or with a TLS alert if it does not accept the client certificate. h2 reports neither.
pub(super) struct Sniff<T> {
    io: T,
    seen: Vec<u8>,
    /// `None` once the first bytes are classified.
    first: Option<oneshot::Sender<First>>,
    /// Number of reads, which shows that the peer is alive.
    reads: Arc<AtomicU64>,
}

/// The first bytes of a peer.
#[derive(Debug)]
pub(super) enum First {
    Http2,
    /// The start of an HTTP/1.1 response.
    Http1(String),
    /// The read failed, for example with a TLS alert.
    Failed(io::Error),
}

/// Length of a frame's head.
const FRAME_HEAD: usize = 9;

/// Length of `HTTP/1.1 429`.
const STATUS_LINE: usize = 12;

impl<T> Sniff<T> {
    pub(super) fn new(io: T, first: oneshot::Sender<First>, reads: Arc<AtomicU64>) -> Self {
        Self { io, seen: Vec::new(), first: Some(first), reads }
    }

    /// Reports the first bytes. The receiver may have been dropped.
    fn report(&mut self, first: First) {
        if let Some(sender) = self.first.take() {
            let _ = sender.send(first);
        }
        self.seen = Vec::new();
    }

    /// Classifies the bytes received so far. Returns an error if h2 must not receive them.
    fn classify(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            self.report(First::Failed(io::ErrorKind::UnexpectedEof.into()));
            return Ok(());
        }
        self.seen.extend_from_slice(bytes);
        if self.seen.starts_with(b"HTTP/1.") {
            // The response nearly always arrives in one piece, and its status is sufficient.
            if self.seen.len() >= STATUS_LINE {
                self.report(First::Http1(String::from_utf8_lossy(&self.seen).into_owned()));
                return Err(io::Error::other("HTTP/1.1 response on an HTTP/2 connection"));
            }
        } else if self.seen.len() >= FRAME_HEAD {
            self.report(First::Http2);
        }
        Ok(())
    }

    /// Ignores the failure of a write of `length` bytes until the first bytes have arrived. A peer that rejects the
    /// connection may close it during a write, and h2 would end before it reads the reason.
    fn ignore_failure(&self, written: Poll<io::Result<usize>>, length: usize) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Err(_)) if self.first.is_some() => Poll::Ready(Ok(length)),
            written => written,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Sniff<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let start = buffer.filled().len();
        let read = ready!(Pin::new(&mut this.io).poll_read(cx, buffer));
        if this.first.is_none() {
            this.reads.fetch_add(1, Ordering::Relaxed);
            return Poll::Ready(read);
        }
        Poll::Ready(match read {
            Ok(()) => this.classify(&buffer.filled()[start..]),
            Err(error) => {
                let kind = error.kind();
                this.report(First::Failed(error));
                Err(kind.into())
            }
        })
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Sniff<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, bytes);
        this.ignore_failure(written, bytes.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(cx, slices);
        this.ignore_failure(written, slices.iter().map(|slice| slice.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.io).poll_flush(cx).map_ok(|()| 0);
        this.ignore_failure(flushed, 0).map_ok(|_| ())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
