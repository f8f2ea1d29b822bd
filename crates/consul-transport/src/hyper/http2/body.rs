//! The body of a response over HTTP/2.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::broken;
use super::slots::Slot;
use crate::hyper::body::compact;
use crate::{Body, TransportError};

/// Returns the body of a stream, which keeps its slot until its end.
pub(super) fn receive(stream: RecvStream, mut slot: Slot) -> Body {
    if stream.is_end_stream() {
        slot.end();
        return Body::empty();
    }
    Body::stream(Streamed { stream, slot })
}

struct Streamed {
    stream: RecvStream,
    slot: Slot,
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = self.get_mut();
        let polled = match ready!(this.stream.poll_data(cx)) {
            Some(Ok(data)) => {
                // Fails only if the stream has ended, and the window is then not needed.
                let _ = this.stream.flow_control().release_capacity(data.len());
                Some(Ok(Frame::data(compact(data))))
            }
            Some(Err(error)) => Some(Err(broken(error))),
            None => None,
        };
        if !matches!(polled, Some(Ok(_))) || this.stream.is_end_stream() {
            this.slot.end();
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
