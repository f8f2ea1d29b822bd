//! One HTTP/1.1 connection and its exchange.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::hyper::body::Incoming;
use ::hyper::client::conn::{TrySendError, http1};
use http::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::coop;

use crate::hyper::body::receive;
use crate::hyper::head;
use crate::hyper::idle::Place;
use crate::hyper::io_state::{IoState, Stage};
use crate::hyper::stream::Stream;
use crate::{Body, SendMark, SendState, TransportError, TransportErrorKind};

/// An HTTP/1.1 connection that one call owns.
///
/// - It has exactly one owner: the set of idle connections, a call, or the body of a response. A call takes it from
///   its [`Place`], the response's body takes it from the call, and at the end of the body it returns to its place.
///   It has one exchange at a time.
/// - Its owner drives it, without a task: the connection makes progress only while the call or the body is polled,
///   and wakes the task that polls them.
/// - Dropping it closes the socket. So a dropped call or body ends its exchange, and nothing continues in the
///   background.
/// - No byte is written before [`exchange`](Self::exchange) is polled. If the connection is found to be closed before
///   that, it returns the request.
pub(super) struct Connection {
    /// `None` once it has ended. hyper fails the pending request, or the body, when its connection is dropped.
    http: Option<http1::Connection<TokioIo<Stream>, Body>>,
    sender: http1::SendRequest<Body>,
    state: Arc<IoState>,
    generation: u64,
}

/// How an exchange failed.
pub(super) enum Failed {
    /// No byte was written. Contains the request, which can be sent on another connection.
    Unsent(Box<Request<Body>>, ::hyper::Error),
    /// The request was consumed.
    Broken(TransportError),
}

impl Connection {
    /// Prepares a new stream, without sending data.
    pub(super) async fn handshake(stream: Stream) -> Result<Box<Self>, ::hyper::Error> {
        let (state, generation) = (stream.state(), stream.generation());
        let (sender, http) =
            http1::Builder::new().max_buf_size(head::MAX_SIZE).handshake(TokioIo::new(stream)).await?;
        Ok(Box::new(Self { http: Some(http), sender, state, generation }))
    }

    /// Prepares an idle connection for another exchange. With `look`, the connection checks the socket itself before
    /// it writes.
    ///
    /// This costs one system call. Without it, a request could be written to a connection that the server has closed
    /// and the runtime has not noticed, and its outcome would be unknown.
    pub(super) fn reuse(&self, look: bool) {
        self.state.reuse(look);
    }

    /// Returns the generation of the TLS configuration.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Sends `request` and waits for the head of the response. At the end of the response's body, the connection
    /// returns to `place`.
    pub(super) async fn exchange(
        mut self: Box<Self>,
        request: Box<Request<Body>>,
        place: Place,
    ) -> Result<Response<Body>, Failed> {
        let mark = request.extensions().get::<SendMark>().cloned();
        self.state.set_mark(mark.clone());
        let mut response = pin!(self.sender.try_send_request(*request));
        let mut is_first = true;
        let result: Result<Response<Incoming>, TrySendError<_>> = poll_fn(|cx| {
            if !is_first {
                return self.advance(cx, |cx| response.as_mut().poll(cx));
            }
            is_first = false;
            // A new stream is read only after the request was written, which needs another poll.
            let turns = if self.state.stage() == Stage::New { 2 } else { 1 };
            for _ in 0..turns {
                self.drive(cx);
            }
            quietly(cx, |cx| response.as_mut().poll(cx))
        })
        .await;
        let is_sent = self.state.is_sent();
        let failed = match result {
            Ok(response) => {
                return head::check(&response)
                    .map(|()| receive(response, self, place))
                    .map_err(Failed::Broken);
            }
            Err(mut error) => match error.take_message() {
                Some(request) => Failed::Unsent(Box::new(request), error.into_error()),
                None => Failed::Broken(broken(error.into_error(), is_sent)),
            },
        };
        if let Some(mark) = mark
            && !is_sent
        {
            mark.set(SendState::NotSent);
        }
        Err(failed)
    }

    /// Drives the connection until `ready` is ready, or until the connection waits for its socket.
    ///
    /// The task that drives the connection is the task that waits for its results. If that task woke itself, it would
    /// be polled again needlessly. So hyper's channels, and the connection while it can make progress, are polled
    /// with a waker that does nothing. The task's own waker is only needed to wait for the socket.
    pub(super) fn advance<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut ready: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.drive_quietly();
        let polled = ready(&mut Context::from_waker(Waker::noop()));
        if polled.is_ready() {
            return polled;
        }
        self.drive(cx);
        quietly(cx, ready)
    }

    /// Drives the connection as far as possible without waiting.
    pub(super) fn drive_quietly(&mut self) {
        self.state.set_quiet(true);
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.state.set_quiet(false);
    }

    /// Returns `true` if the connection can be used for another exchange.
    pub(super) fn is_reusable(&mut self) -> bool {
        if !self.sender.is_ready() {
            // The connection needs another poll to notice that the response was read.
            self.drive_quietly();
        }
        self.http.is_some() && self.sender.is_ready() && !self.state.is_broken()
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        // The task that waits for the response or its body gets the error.
        if let Some(http) = &mut self.http
            && http.poll_without_shutdown(cx).is_ready()
        {
            self.http = None;
        }
    }
}

/// Polls a future that only this task can make ready.
fn quietly<T>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    let result = poll(&mut Context::from_waker(Waker::noop()));
    // tokio's channels are also pending if the task has used up its budget. Then the task wakes itself.
    if result.is_pending() && !coop::has_budget_remaining() {
        cx.waker().wake_by_ref();
    }
    result
}

/// Converts the error of an exchange that failed before the head of the response.
fn broken(error: ::hyper::Error, is_sent: bool) -> TransportError {
    let source = error.source();
    let kind = if error.is_parse() {
        TransportErrorKind::Protocol
    } else if source.is_some_and(|source| source.is::<TransportError>()) {
        // The error of the request's own body.
        TransportErrorKind::Other
    } else {
        TransportErrorKind::Closed
    };
    if is_sent { TransportError::new(kind, error) } else { TransportError::unsent(kind, error) }
}

/// Converts the error of a response that ended early after its head.
pub(super) fn truncated(error: ::hyper::Error) -> TransportError {
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let kind = match cause.map(io::Error::kind) {
        // Invalid chunked encoding.
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Closed,
    };
    TransportError::new(kind, error)
}
