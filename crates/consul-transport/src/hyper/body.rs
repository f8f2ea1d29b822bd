//! The body of a response over HTTP/1.1.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use ::hyper::body::Incoming;
use bytes::Bytes;
use http::Response;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::hyper::connection::{Connection, truncated};
use crate::hyper::idle::Place;
use crate::{Body, TransportError};

type Piece = Result<Frame<Bytes>, TransportError>;

/// Replaces the body of a response whose head has arrived.
///
/// If the complete body arrived with the head in one piece, as is usual with Consul, the connection returns to its
/// place immediately and the body is plain bytes. This function does not wait.
pub(super) fn receive(
    response: Response<Incoming>,
    mut connection: Box<Connection>,
    place: Place,
) -> Response<Body> {
    let (head, mut incoming) = response.into_parts();
    let body = match gather(&mut incoming, &mut connection) {
        Ok(bytes) => {
            place.put(connection);
            Body::from(bytes)
        }
        Err(held) => Body::stream(Streamed { held, incoming, source: Some((connection, place)) }),
    };
    Response::from_parts(head, body)
}

/// Returns the complete body if it has arrived, otherwise the pieces that have arrived.
fn gather(incoming: &mut Incoming, connection: &mut Connection) -> Result<Bytes, VecDeque<Piece>> {
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
    // The end of a chunked body becomes visible when the connection reads beyond the piece.
    connection.drive_quietly();
    match poll_incoming(incoming) {
        Poll::Ready(None) => Ok(first),
        Poll::Ready(Some(second)) => Err(VecDeque::from([Ok(Frame::data(first)), second])),
        Poll::Pending => Err(VecDeque::from([Ok(Frame::data(first))])),
    }
}

/// Returns the next piece that the connection has read. More pieces only arrive by driving the connection, so no
/// waker is needed.
fn poll_incoming(incoming: &mut Incoming) -> Poll<Option<Piece>> {
    let polled = Pin::new(incoming).poll_frame(&mut Context::from_waker(Waker::noop()));
    polled.map(|piece| piece.map(|piece| piece.map(|frame| frame.map_data(compact)).map_err(truncated)))
}

/// Largest piece that is copied out of the read buffer.
const SMALL: usize = 4 << 10;

/// Copies a small piece. Otherwise it is a slice of the connection's read buffer, and keeps up to 64 KiB allocated
/// while the caller keeps the value.
pub(super) fn compact(data: Bytes) -> Bytes {
    if data.len() <= SMALL { Bytes::copy_from_slice(&data) } else { data }
}

/// A body that is still arriving, with its connection.
struct Streamed {
    /// Pieces that arrived with the head.
    held: VecDeque<Piece>,
    incoming: Incoming,
    /// `None` once the body has ended.
    source: Option<(Box<Connection>, Place)>,
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
        if polled.is_pending()
            && let Some((connection, _)) = &mut this.source
        {
            polled = connection.advance(cx, |_| poll_incoming(&mut this.incoming));
        }
        // A reader that knows the length may not poll for the end.
        let has_ended = matches!(polled, Poll::Ready(None | Some(Err(_)))) || this.incoming.is_end_stream();
        if has_ended && let Some((connection, place)) = this.source.take() {
            place.put(connection);
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
