//! Bodies that are read piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use consul_transport::Body;
use futures_core::Stream;
use http_body::Body as _;

use crate::Error;
use crate::error::Route;

/// A body as a stream of its chunks.
///
/// Ends after the last byte; a body that breaks off gives an error first. Dropping it closes the connection.
#[derive(Debug)]
pub struct Chunks {
    body: Body,
    route: Route,
}

impl Chunks {
    pub(crate) fn new(body: Body, route: Route) -> Self {
        Self { body, route }
    }

    /// Waits for the next chunk; `None` after the last.
    ///
    /// # Errors
    ///
    /// Where the body breaks off.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Reads the rest, unless it is longer than `limit` bytes.
    ///
    /// # Errors
    ///
    /// Where it is longer, or breaks off.
    pub async fn collect(self, limit: usize) -> Result<Bytes, Error> {
        self.body.collect(limit).await.map_err(|error| Error::transport(self.route, error))
    }
}

impl Stream for Chunks {
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
