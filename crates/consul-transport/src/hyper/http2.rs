//! One HTTP/2 connection, which many calls share.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use h2::client::{ResponseFuture, SendRequest};
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::hyper::head;
use crate::hyper::sniff::{First, Sniff};
use crate::{Body, SendMark, SendState, TransportError, TransportErrorKind};

mod body;
mod keep_alive;
mod slots;
mod upload;

use self::keep_alive::drive;
pub(super) use self::slots::Slot;
use self::slots::Slots;
use self::upload::respond;

/// Receive window of a stream, and of all streams of a connection.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 5 << 20;

/// An HTTP/2 connection. A task drives it. The task ends when the connection is closed: by the peer, by the idle
/// timeout, or when the connection is no longer used.
pub(super) struct Http2 {
    sender: SendRequest<Bytes>,
    slots: Arc<Slots>,
    opened: Instant,
    generation: u64,
}

/// The reason why a connection cannot be used.
pub(super) enum Rejected {
    /// The peer sent the start of an HTTP/1.1 response.
    Http1(String),
    /// The connection was closed, for example with a TLS alert.
    Failed(io::Error),
}

/// How an exchange failed.
pub(super) enum Failed {
    /// The server certainly did not process the request, which can be sent on another connection.
    Unsent(TransportError),
    /// The request may have been processed, or was consumed.
    Broken(TransportError),
}

impl Http2 {
    /// Prepares a connection. Completes when the peer has sent its first frame, since it may reject the client
    /// certificate or the connection before that.
    pub(super) async fn handshake<T>(
        io: T,
        generation: u64,
        idle_timeout: Duration,
    ) -> Result<Arc<Self>, Rejected>
    where
        T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, first) = oneshot::channel();
        let reads = Arc::new(AtomicU64::new(0));
        let closed = |error: h2::Error| {
            Rejected::Failed(error.into_io().unwrap_or_else(|| io::ErrorKind::InvalidData.into()))
        };
        let (sender, connection) = h2::client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(head::MAX_SIZE as u32)
            .handshake::<_, Bytes>(Sniff::new(io, sender, Arc::clone(&reads)))
            .await
            .map_err(closed)?;
        let slots = Arc::new(Slots::new());
        tokio::spawn(drive(connection, Arc::clone(&slots), reads, idle_timeout));
        match first.await {
            Ok(First::Http2) => Ok(Arc::new(Self { sender, slots, opened: Instant::now(), generation })),
            Ok(First::Http1(response)) => Err(Rejected::Http1(response)),
            Ok(First::Failed(error)) => Err(Rejected::Failed(error)),
            // The task has ended without a read.
            Err(_) => Err(Rejected::Failed(io::ErrorKind::UnexpectedEof.into())),
        }
    }

    pub(super) fn opened(&self) -> Instant {
        self.opened
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn is_closed(&self) -> bool {
        self.slots.is_closed()
    }

    /// Stops using this connection for new requests. Requests in flight continue.
    pub(super) fn retire(&self) {
        self.slots.close();
    }

    /// Acquires a slot if fewer than `max` are in use. For a long poll, `held` is its wait. `freed` is notified when
    /// the slot is free again.
    pub(super) fn take(
        self: &Arc<Self>,
        max: usize,
        held: Option<Duration>,
        freed: &Arc<Notify>,
    ) -> Option<Slot> {
        self.slots.take(max).then(|| Slot::new(Arc::clone(self), held, Arc::clone(freed)))
    }

    /// Returns when the next slot of a cancelled long poll becomes free.
    pub(super) fn next_free(&self) -> Option<Instant> {
        self.slots.next_free()
    }
}

/// Sends a request in `slot` and waits for the head of the response.
///
/// A body in memory stays in `body`, so that the request can be sent again. A streamed one is consumed.
pub(super) async fn exchange(
    slot: Slot,
    request: Request<()>,
    body: &mut Body,
    mark: Option<&SendMark>,
) -> Result<Response<Body>, Failed> {
    let mut sender = slot.connection().sender.clone();
    let is_empty = http_body::Body::is_end_stream(body);
    // A new clone has no other stream without a slot, so this is ready unless the connection is closed.
    poll_fn(|cx| sender.poll_ready(cx)).await.map_err(|error| Failed::Unsent(unsent(error)))?;
    let (response, upload): (ResponseFuture, _) =
        sender.send_request(request, is_empty).map_err(|error| Failed::Unsent(unsent(error)))?;
    // Pending until the peer's limit of streams allows this one. Until then, no part of the request is written, and
    // dropping it sends no data.
    poll_fn(|cx| sender.poll_ready(cx)).await.map_err(|error| Failed::Unsent(unsent(error)))?;
    if let Some(mark) = mark {
        mark.set(SendState::Sent);
    }
    let is_streamed = body.bytes().is_none();
    let failed = match respond(response, upload, body).await {
        Ok(response) => {
            let response = response.map(|stream| body::receive(stream, slot));
            return head::check(&response).map(|()| response).map_err(Failed::Broken);
        }
        Err(upload::Failed::Body(error)) => return Err(Failed::Broken(error)),
        Err(upload::Failed::Stream(error)) => error,
    };
    if !is_unprocessed(&failed) {
        return Err(Failed::Broken(broken(failed)));
    }
    if let Some(mark) = mark {
        mark.set(SendState::NotSent);
    }
    let error = unsent(failed);
    Err(if is_streamed { Failed::Broken(error) } else { Failed::Unsent(error) })
}

/// Returns `true` if the peer certainly did not process the request.
///
/// After a GOAWAY, only the streams above its last stream ID have it as their error. The others end with an IO error.
fn is_unprocessed(error: &h2::Error) -> bool {
    error.is_remote()
        && (error.is_go_away() || (error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM)))
}

fn unsent(error: h2::Error) -> TransportError {
    TransportError::unsent(TransportErrorKind::Closed, error)
}

fn broken(error: h2::Error) -> TransportError {
    let is_protocol = !error.is_io() && !error.is_remote();
    let kind = if is_protocol { TransportErrorKind::Protocol } else { TransportErrorKind::Closed };
    TransportError::new(kind, error)
}
