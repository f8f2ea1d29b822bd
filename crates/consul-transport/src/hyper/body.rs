//! The body of an answer.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::hyper::body::Incoming;
use bytes::Bytes;
use http::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::hyper::connection::{Connection, advance, drive_quietly, keep, truncated};
use crate::hyper::pool::Pool;
use crate::{Body, TransportError};

type Piece = Result<Frame<Bytes>, TransportError>;

/// Puts the body into an answer whose head has arrived.
///
/// What has come along with the head is looked at now. If it is the whole body in one piece, as in most of Consul's
/// answers, the connection is free at once and the body is plain bytes. Nothing is waited for.
pub(super) fn receive(
    response: Response<Incoming>,
    mut connection: Option<Box<Connection>>,
    pool: &Arc<Pool>,
) -> Response<Body> {
    let (head, mut incoming) = response.into_parts();
    let body = match gather(&mut incoming, &mut connection) {
        Ok(bytes) => {
            keep(connection, pool);
            Body::from(bytes)
        }
        Err(held) => Body::stream(Streamed { held, incoming, connection, pool: Arc::clone(pool) }),
    };
    Response::from_parts(head, body)
}

/// The whole body if it is there, or else the pieces of it that are.
fn gather(
    incoming: &mut Incoming,
    connection: &mut Option<Box<Connection>>,
) -> Result<Bytes, VecDeque<Piece>> {
    let first = match poll_incoming(incoming) {
        Poll::Ready(None) => return Ok(Bytes::new()),
        Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
            Ok(data) => data,
            Err(other) => return Err(VecDeque::from([Ok(other)])),
        },
        Poll::Ready(Some(Err(error))) => return Err(VecDeque::from([Err(error)])),
        Poll::Pending => return Err(VecDeque::new()),
    };
    if incoming.is_end_stream() {
        return Ok(first);
    }
    // The end of a chunked body shows when the connection has looked beyond the piece just taken.
    drive_quietly(connection);
    match poll_incoming(incoming) {
        Poll::Ready(None) => Ok(first),
        Poll::Ready(Some(second)) => Err(VecDeque::from([Ok(Frame::data(first)), second])),
        Poll::Pending => Err(VecDeque::from([Ok(Frame::data(first))])),
    }
}

/// Takes what the connection has read. Only driving the connection makes more of it, so there is nobody to wake.
fn poll_incoming(incoming: &mut Incoming) -> Poll<Option<Piece>> {
    Pin::new(incoming)
        .poll_frame(&mut Context::from_waker(Waker::noop()))
        .map(|piece| piece.map(|piece| piece.map_err(truncated)))
}

/// A body that is still arriving, with the connection that it arrives on.
struct Streamed {
    /// Pieces that came with the head.
    held: VecDeque<Piece>,
    incoming: Incoming,
    /// `None` when it has been closed, or handed on.
    connection: Option<Box<Connection>>,
    pool: Arc<Pool>,
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        let this = self.get_mut();
        if let Some(piece) = this.held.pop_front() {
            return Poll::Ready(Some(piece));
        }
        let mut polled = poll_incoming(&mut this.incoming);
        if polled.is_pending() {
            polled = advance(&mut this.connection, cx, |_| poll_incoming(&mut this.incoming));
        }
        // A reader that knows the length does not ask for the end.
        if matches!(polled, Poll::Ready(None)) || this.incoming.is_end_stream() {
            keep(this.connection.take(), &this.pool);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.incoming.size_hint();
        let held =
            self.held.iter().flatten().filter_map(Frame::data_ref).map(Bytes::len).sum::<usize>() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(held));
        }
        hint.set_lower(hint.lower().saturating_add(held));
        hint
    }
}
