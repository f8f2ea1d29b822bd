//! The body of requests and responses.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use crate::{TransportError, TransportErrorKind};

/// The body of a request or a response: either bytes in memory or a stream.
///
/// A body created from [`Bytes`] is sent with its length. Consul ignores the body of some writes if it is sent in
/// chunks.
pub struct Body(Inner);

enum Inner {
    Bytes(Bytes),
    Stream(UnsyncBoxBody<Bytes, TransportError>),
}

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Inner::Bytes(Bytes::new()))
    }

    /// Creates a body from a stream of frames.
    #[must_use]
    pub fn stream<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes, Error = TransportError> + Send + 'static,
    {
        Self(Inner::Stream(UnsyncBoxBody::new(body)))
    }

    /// Returns the bytes if they are in memory.
    #[cfg(feature = "tls")]
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Inner::Bytes(bytes) => Some(bytes),
            Inner::Stream(_) => None,
        }
    }

    /// Reads the complete body of at most `limit` bytes.
    ///
    /// If the `Content-Length` is above the limit, the body is not read. Memory is mainly reserved for the bytes that
    /// have arrived, not for the announced length.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is longer than `limit` ([`BodyTooLarge`](TransportErrorKind::BodyTooLarge)), or if
    /// the stream fails or ends early.
    pub async fn collect(self, limit: usize) -> Result<Bytes, TransportError> {
        let mut stream = match self.0 {
            Inner::Bytes(bytes) if bytes.len() <= limit => return Ok(bytes),
            Inner::Bytes(bytes) => return Err(too_large(bytes.len() as u64, limit)),
            Inner::Stream(stream) => stream,
        };
        let announced = stream.size_hint();
        if announced.lower() > limit as u64 {
            return Err(too_large(announced.lower(), limit));
        }
        let mut collected = Collected::None;
        while let Some(frame) = stream.frame().await {
            let Ok(data) = frame?.into_data() else { continue };
            if collected.len() + data.len() > limit {
                return Err(too_large((collected.len() + data.len()) as u64, limit));
            }
            collected.push(data, stream.size_hint().lower());
        }
        Ok(collected.into_bytes())
    }
}

/// Returns a body of one frame without copying, which is the usual case. Copies only if there are more frames.
enum Collected {
    None,
    One(Bytes),
    Many(BytesMut),
}

/// Maximum number of bytes reserved because of a `Content-Length`.
const MAX_RESERVED: u64 = 4 << 20;

impl Collected {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(bytes) => bytes.len(),
            Self::Many(bytes) => bytes.len(),
        }
    }

    fn push(&mut self, data: Bytes, remaining: u64) {
        match self {
            Self::None => *self = Self::One(data),
            Self::One(first) => {
                let reserved = remaining.min(MAX_RESERVED) as usize;
                let mut many = BytesMut::with_capacity(first.len() + data.len() + reserved);
                many.extend_from_slice(first);
                many.extend_from_slice(&data);
                *self = Self::Many(many);
            }
            Self::Many(many) => many.extend_from_slice(&data),
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.freeze(),
        }
    }
}

fn too_large(length: u64, limit: usize) -> TransportError {
    TransportError::new(
        TransportErrorKind::BodyTooLarge,
        format!("at least {length} bytes, limit is {limit} bytes"),
    )
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.get_mut().0 {
            Inner::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream(stream) => Pin::new(stream).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Bytes(bytes) => bytes.is_empty(),
            Inner::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(stream) => stream.size_hint(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Bytes(bytes))
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

/// Shows the length, never the bytes, because a body can contain a secret.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Bytes(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Inner::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::future::Future;
    use std::task::Waker;

    use super::*;

    struct Frames(VecDeque<Bytes>, Option<u64>);

    impl HttpBody for Frames {
        type Data = Bytes;
        type Error = TransportError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
            Poll::Ready(self.0.pop_front().map(|bytes| Ok(Frame::data(bytes))))
        }

        fn size_hint(&self) -> SizeHint {
            self.1.map_or_else(SizeHint::default, SizeHint::with_exact)
        }
    }

    fn collect(
        frames: &[&'static str],
        announced: Option<u64>,
        limit: usize,
    ) -> Result<Bytes, TransportError> {
        let frames = frames.iter().map(|frame| Bytes::from_static(frame.as_bytes())).collect();
        let collecting = Body::stream(Frames(frames, announced)).collect(limit);
        match std::pin::pin!(collecting).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("all frames are available"),
        }
    }

    #[test]
    fn frames_are_joined_in_order() {
        assert_eq!(collect(&["one ", "two ", "three"], None, 13).unwrap(), "one two three");
        assert_eq!(collect(&["one"], None, 3).unwrap(), "one");
        assert_eq!(collect(&[], None, 0).unwrap(), "");
    }

    #[test]
    fn limit_applies_to_announced_and_to_received_bytes() {
        for result in [collect(&["1234"], None, 3), collect(&["12", "34"], None, 3), collect(&[], Some(4), 3)]
        {
            assert_eq!(result.unwrap_err().kind(), TransportErrorKind::BodyTooLarge);
        }
    }

    #[test]
    fn announced_length_reserves_little_memory() {
        assert_eq!(collect(&["1", "2"], Some(1 << 40), usize::MAX).unwrap(), "12");
    }

    #[test]
    fn debug_hides_the_bytes_of_a_body() {
        assert_eq!(format!("{:?}", Body::from(Bytes::from_static(b"secret"))), "Body(6 bytes)");
    }
}
