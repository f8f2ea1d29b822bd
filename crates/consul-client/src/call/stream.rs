//! Bodies that are read in chunks.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use consul_transport::Body;
use futures_core::Stream;
use http_body::Body as _;

use crate::Error;
use crate::error::Route;

/// The body of a response, as a stream of chunks.
///
/// Ends after the last byte; if the body is cut off, with an error. Dropping the stream cancels the request.
#[derive(Debug)]
pub struct BodyStream {
    body: Body,
    route: Route,
}

impl BodyStream {
    pub(crate) fn new(body: Body, route: Route) -> Self {
        Self { body, route }
    }

    /// Waits for the next chunk. Returns `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is cut off.
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
    /// Returns an error if the rest is longer than `limit` bytes, or if the body is cut off.
    pub async fn collect(self, limit: usize) -> Result<Bytes, Error> {
        self.body.collect(limit).await.map_err(|error| Error::transport(self.route, error))
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => None,
                Some(Err(error)) => Some(Err(Error::transport(self.route.clone(), error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) => Some(Ok(chunk)),
                    // Trailers; Consul sends none.
                    Err(_) => continue,
                },
            });
        }
    }
}
