//! Response bodies as streams.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use consul_transport::{Address, Body};
use futures_core::Stream;
use http_body::Body as _;
use tokio::sync::OwnedSemaphorePermit;

use crate::Error;
use crate::error::Route;
use crate::runtime::{Runtime, Sleep};

/// Default time that a stream waits for its next chunk.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The body of a response, as a stream of chunks.
///
/// If the body ends early, or if the server sends no data for longer than the [`idle_timeout`](Self::idle_timeout),
/// the stream ends with an error. Dropping the stream cancels the request.
pub struct BodyStream {
    body: Body,
    route: Route,
    /// For errors.
    agent: Option<Address>,
    runtime: Arc<dyn Runtime>,
    idle_timeout: Duration,
    /// Set while a chunk is awaited.
    timer: Option<Sleep>,
    has_ended: bool,
    /// Counts the request as in flight while the body is read.
    _permit: Option<OwnedSemaphorePermit>,
}

impl BodyStream {
    pub(crate) fn new(
        body: Body,
        route: Route,
        runtime: Arc<dyn Runtime>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        let (timer, has_ended) = (None, false);
        Self {
            body,
            route,
            agent: None,
            runtime,
            idle_timeout: IDLE_TIMEOUT,
            timer,
            has_ended,
            _permit: permit,
        }
    }

    pub(crate) fn of(self, agent: Option<Address>) -> Self {
        Self { agent, ..self }
    }

    /// Sets the maximum time to wait for the next chunk. Defaults to 60 seconds.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self.timer = None;
        self
    }

    /// Waits for the next chunk. Returns `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns an error if the body ends early, or if the server sends no data for too long ([`Timeout`]). The stream
    /// has then ended.
    ///
    /// [`Timeout`]: crate::ErrorKind::Timeout
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Reads the rest of the body.
    ///
    /// # Errors
    ///
    /// Returns an error if the rest is longer than `limit` bytes, or if the body ends early.
    pub async fn collect(self, limit: usize) -> Result<Bytes, Error> {
        let agent = self.agent.as_ref();
        self.body.collect(limit).await.map_err(|error| Error::transport(self.route, error).at(agent))
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        while !this.has_ended {
            let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) else {
                ready!(this.poll_timer(cx));
                // The rest of the body is not read, so the request ends here.
                this.body = Body::empty();
                this.has_ended = true;
                let error = Error::timeout(this.route.clone(), this.idle_timeout, false);
                return Poll::Ready(Some(Err(error.at(this.agent.as_ref()))));
            };
            this.timer = None;
            match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                None => this.has_ended = true,
                Some(Err(error)) => {
                    this.has_ended = true;
                    let error = Error::transport(this.route.clone(), error);
                    return Poll::Ready(Some(Err(error.at(this.agent.as_ref()))));
                }
                Some(Ok(Ok(chunk))) => return Poll::Ready(Some(Ok(chunk))),
                // Ignores trailers, which Consul does not send.
                Some(Ok(Err(_))) => {}
            }
        }
        Poll::Ready(None)
    }
}

impl BodyStream {
    /// Completes if no data arrives within the idle timeout.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self
            .timer
            .get_or_insert_with(|| self.runtime.sleep_until(self.runtime.now() + self.idle_timeout));
        timer.as_mut().poll(cx)
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream")
            .field("body", &self.body)
            .field("route", &self.route)
            .field("idle_timeout", &self.idle_timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "rt"))]
mod tests {
    use std::collections::VecDeque;

    use consul_transport::TransportError;
    use http_body::Frame;

    use super::*;
    use crate::runtime::TokioRuntime;
    use crate::{ErrorKind, proto};

    /// A body with these frames that then never ends.
    struct Frames(VecDeque<Bytes>);

    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = TransportError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
            match self.0.pop_front() {
                Some(chunk) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
                None => Poll::Pending,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silent_stream_ends_with_a_timeout() {
        let route = Route::of(&proto::kv::Raw::new("key"));
        let body = Body::stream(Frames(VecDeque::from([Bytes::from_static(b"chunk")])));
        let mut stream = BodyStream::new(body, route, Arc::new(TokioRuntime::new()), None)
            .idle_timeout(Duration::from_secs(10));
        let start = tokio::time::Instant::now();
        assert_eq!(stream.next().await.unwrap().unwrap(), "chunk");
        // Dropping `next` does not restart the timeout.
        let cut = tokio::time::timeout(Duration::from_secs(6), stream.next());
        assert!(cut.await.is_err());
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(start.elapsed().as_secs(), 10);
        assert!(stream.next().await.is_none());
    }
}
