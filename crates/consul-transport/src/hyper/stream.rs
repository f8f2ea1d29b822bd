//! The byte stream below a connection.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// A connected socket that knows better than hyper when a request has been sent, and when an answer may have come.
pub(super) struct Stream {
    socket: Socket,
    marks: Arc<Marks>,
}

enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// What a stream and the owner of its connection tell each other. hyper, between them, hands nothing through.
///
/// Both are used by one task at a time, so that no order of memory accesses has to be asked for.
pub(super) struct Marks(AtomicU8);

/// Nothing was ever written.
const FRESH: u8 = 1;
/// The next read has to look at the socket itself.
const LOOK: u8 = 1 << 1;
/// Bytes of the present request were taken by the socket.
const WRITTEN: u8 = 1 << 2;
/// A write failed. What is written from now on is lost.
const BROKEN: u8 = 1 << 3;
/// Driven by nobody who waits: a read that is not ready need not ask to be woken.
const QUIET: u8 = 1 << 4;
/// The last read, a quiet one, emptied the socket.
const DRAINED: u8 = 1 << 5;
/// The present request was taken whole by the socket, and nothing has been read since.
const WAITING: u8 = 1 << 6;
/// The next write is that of a request that was written before, and goes nowhere.
const RESUMED: u8 = 1 << 7;

impl Marks {
    fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, marks: u8) {
        self.0.store(marks, Ordering::Relaxed);
    }

    pub(super) fn reuse(&self, look: bool) {
        self.set(if look { LOOK } else { 0 });
    }

    /// Begins or ends a turn in which nobody waits.
    ///
    /// hyper tries three more reads after the one that brought an answer. In such a turn they need not go as far as
    /// the runtime, which would note for each of them whom to wake.
    pub(super) fn quiet(&self, is_quiet: bool) {
        let marks = self.get() & !(QUIET | DRAINED);
        self.set(if is_quiet { marks | QUIET } else { marks });
    }

    /// Whether there is nothing to read before there was a write.
    pub(super) fn is_mute(&self) -> bool {
        self.get() & (FRESH | RESUMED) != 0
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.get() & WAITING != 0
    }

    pub(super) fn is_written(&self) -> bool {
        self.get() & WRITTEN != 0
    }

    pub(super) fn is_broken(&self) -> bool {
        self.get() & BROKEN != 0
    }
}

impl Stream {
    pub(super) fn tcp(socket: TcpStream) -> Self {
        Self::new(Socket::Tcp(socket))
    }

    #[cfg(unix)]
    pub(super) fn unix(socket: UnixStream) -> Self {
        Self::new(Socket::Unix(socket))
    }

    fn new(socket: Socket) -> Self {
        Self { socket, marks: Arc::new(Marks(AtomicU8::new(FRESH))) }
    }

    pub(super) fn marks(&self) -> Arc<Marks> {
        Arc::clone(&self.marks)
    }

    /// Waits until there is something to read, or the end.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.socket {
            Socket::Tcp(socket) => socket.poll_read_ready(cx),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.poll_read_ready(cx),
        }
    }

    /// Prepares a stream whose request is written for another hyper, which has to write it once more.
    pub(super) fn resume(&self) {
        self.marks.set(RESUMED | WRITTEN);
    }

    /// What to answer to a read before the request is written, if the socket has something to say by then.
    #[cold]
    fn look(&mut self, marks: u8) -> Option<Poll<io::Result<()>>> {
        self.marks.set(marks & !LOOK);
        let is_fresh = marks & FRESH != 0;
        match self.socket.peek() {
            // Closed: reading no byte is how hyper is told.
            Ok(0) => Some(Poll::Ready(Ok(()))),
            // An answer ahead of its request, like Consul's 429 where there are too many connections, is an answer.
            // hyper must not see it before it has sent the request, or it takes it for garbage.
            Ok(_) if is_fresh => Some(Poll::Pending),
            Ok(_) => Some(Poll::Ready(Err(io::Error::other("the peer sent something nobody asked for")))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => is_fresh.then_some(Poll::Pending),
            Err(error) => Some(Poll::Ready(Err(error))),
        }
    }

    /// Notes what became of a write of `length` bytes.
    ///
    /// A peer may refuse a request by its head alone, answer, and close. Writing the rest then fails while the answer
    /// waits to be read; hyper would give up. So the rest goes nowhere, and reading tells how the exchange ends.
    fn wrote(&self, written: Poll<io::Result<usize>>, length: usize) -> Poll<io::Result<usize>> {
        let marks = self.marks.get() & !(FRESH | WAITING);
        match written {
            Poll::Ready(Ok(taken)) => {
                let waiting = if taken == length { WAITING } else { 0 };
                self.marks.set(marks | WRITTEN | waiting);
            }
            Poll::Ready(Err(error)) if is_gone(&error) => {
                self.marks.set(marks | BROKEN);
                return Poll::Ready(Ok(length));
            }
            _ => self.marks.set(self.marks.get() & !WAITING),
        }
        written
    }

    /// Whether what is written goes nowhere.
    fn is_deaf(&self) -> bool {
        let marks = self.marks.get();
        if marks & RESUMED != 0 {
            self.marks.set((marks & !RESUMED) | WAITING);
        }
        marks & (BROKEN | RESUMED) != 0
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
        let marks = this.marks.get();
        if marks & (FRESH | LOOK) != 0
            && let Some(seen) = this.look(marks)
        {
            return seen;
        }
        if marks & (DRAINED | RESUMED) != 0 {
            return Poll::Pending;
        }
        let read = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_read(cx, buffer),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_read(cx, buffer),
        };
        // The end of the stream leaves the buffer empty, and has to be told as often as hyper asks.
        if !buffer.filled().is_empty() {
            let drained = if marks & QUIET != 0 && buffer.remaining() > 0 { DRAINED } else { 0 };
            this.marks.set((this.marks.get() & !WAITING) | drained);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.is_deaf() {
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(cx, bytes),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_write(cx, bytes),
        };
        this.wrote(written, bytes.len())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let length = slices.iter().map(|slice| slice.len()).sum();
        if this.is_deaf() {
            return Poll::Ready(Ok(length));
        }
        let written = match &mut this.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write_vectored(cx, slices),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(cx, slices),
        };
        this.wrote(written, length)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Sockets hold nothing back.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(unix)]
            Socket::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

impl Socket {
    /// Whether there is something to read, asked of the socket and not of the runtime. Never blocks: sockets of
    /// tokio's do not.
    fn peek(&self) -> io::Result<usize> {
        let mut byte = [MaybeUninit::uninit()];
        match self {
            Self::Tcp(socket) => SockRef::from(socket).peek(&mut byte),
            #[cfg(unix)]
            Self::Unix(socket) => SockRef::from(socket).peek(&mut byte),
        }
    }
}
