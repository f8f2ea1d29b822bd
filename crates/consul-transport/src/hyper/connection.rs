//! One connection, and one exchange over it.

use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::hyper::body::Incoming;
use ::hyper::client::conn::{TrySendError, http1};
use http::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::coop;

use crate::hyper::body::receive;
use crate::hyper::pool::Pool;
use crate::hyper::stream::{Marks, Stream};
use crate::{Body, TransportError, TransportErrorKind};

/// How large the head of an answer may be, and how much is read at once. Consul's heads are well below 2 KiB.
const MAX_BUFFER: usize = 64 << 10;

/// A connection that carries one exchange at a time, driven by whoever owns it.
pub(super) struct Connection {
    http: http1::Connection<TokioIo<Stream>, Body>,
    sender: http1::SendRequest<Body>,
    marks: Arc<Marks>,
}

/// How an exchange failed.
pub(super) enum Failed {
    /// Before anything was written; here is the request, to be sent elsewhere.
    Unsent(Box<Request<Body>>, ::hyper::Error),
    /// The request is gone.
    Broken(TransportError),
}

/// How far an exchange has come.
pub(super) enum Begun {
    /// The head of the answer is there.
    Answered(Response<Body>),
    /// The request is written, and nothing of its answer was read.
    Waiting(Stream),
}

impl Connection {
    pub(super) async fn handshake(stream: Stream) -> Result<Box<Self>, ::hyper::Error> {
        let marks = stream.marks();
        let (sender, http) =
            http1::Builder::new().max_buf_size(MAX_BUFFER).handshake(TokioIo::new(stream)).await?;
        Ok(Box::new(Self { http, sender, marks }))
    }

    /// Prepares a kept connection for another exchange. With `look` it looks at the socket itself before it writes,
    /// because what the runtime knows of a socket is as old as the last turn of its driver.
    pub(super) fn reuse(&self, look: bool) {
        self.marks.reuse(look);
    }

    /// Sends `request`, and resolves when the head of its answer is there.
    ///
    /// The connection goes to `pool` when the answer's body has ended.
    pub(super) async fn exchange(
        mut self: Box<Self>,
        request: Request<Body>,
        pool: &Arc<Pool>,
    ) -> Result<Response<Body>, Failed> {
        let marks = Arc::clone(&self.marks);
        let mut response = pin!(self.sender.try_send_request(request));
        let mut connection = Some(self);
        let mut is_begun = false;
        let result =
            poll_fn(|cx| poll_response(response.as_mut(), &mut connection, &mut is_begun, &marks, cx)).await;
        settle(result, connection, &marks, pool)
    }

    /// As [`exchange`](Self::exchange), until there is nothing to do but to wait for the answer. Then hyper goes, with
    /// all that it keeps for a connection, and the stream stays.
    pub(super) async fn begin(
        mut self: Box<Self>,
        request: Request<Body>,
        pool: &Arc<Pool>,
    ) -> Result<Begun, Failed> {
        let marks = Arc::clone(&self.marks);
        let mut response = pin!(self.sender.try_send_request(request));
        let mut connection = Some(self);
        let mut is_begun = false;
        let sent = poll_fn(|cx| {
            let polled = poll_response(response.as_mut(), &mut connection, &mut is_begun, &marks, cx);
            if polled.is_pending()
                && marks.is_waiting()
                && let Some(open) = connection.take()
            {
                return Poll::Ready(Err(open));
            }
            polled.map(Ok)
        })
        .await;
        match sent {
            Ok(sent) => settle(sent, connection, &marks, pool).map(Begun::Answered),
            Err(open) => Ok(Begun::Waiting(open.http.into_parts().io.into_inner())),
        }
    }
}

/// What has become of a request that was given to hyper.
type Sent = Result<Response<Incoming>, TrySendError<Request<Body>>>;

/// Drives the connection for the answer.
fn poll_response(
    mut response: Pin<&mut impl Future<Output = Sent>>,
    connection: &mut Option<Box<Connection>>,
    is_begun: &mut bool,
    marks: &Marks,
    cx: &mut Context<'_>,
) -> Poll<Sent> {
    if *is_begun {
        return advance(connection, cx, |cx| response.as_mut().poll(cx));
    }
    *is_begun = true;
    // What a fresh stream has to read, it shows after it was written to.
    let turns = if marks.is_mute() { 2 } else { 1 };
    for _ in 0..turns {
        drive(connection, cx);
    }
    quietly(cx, |cx| response.as_mut().poll(cx))
}

/// Makes an answer of what hyper says, and hands the connection on.
fn settle(
    sent: Sent,
    connection: Option<Box<Connection>>,
    marks: &Marks,
    pool: &Arc<Pool>,
) -> Result<Response<Body>, Failed> {
    match sent {
        Ok(response) => Ok(receive(response, connection, pool)),
        Err(mut error) => Err(match error.take_message() {
            Some(request) => Failed::Unsent(Box::new(request), error.into_error()),
            None => Failed::Broken(broken(error.into_error(), marks.is_written())),
        }),
    }
}

/// Moves the connection on until `ready` is, or until the connection waits for its socket.
///
/// The connection is driven by the same task that waits for what comes out of it. To be woken by oneself would cost
/// another turn of the whole task, so hyper's channels are polled with a waker that does nothing, and the connection
/// too as long as it has something to do: the task's own waker is needed only where there is something to wait for.
pub(super) fn advance<T>(
    connection: &mut Option<Box<Connection>>,
    cx: &mut Context<'_>,
    mut ready: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    drive_quietly(connection);
    let at_once = ready(&mut Context::from_waker(Waker::noop()));
    if at_once.is_ready() {
        return at_once;
    }
    drive(connection, cx);
    quietly(cx, ready)
}

/// Polls what only this task can make ready.
fn quietly<T>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    let result = poll(&mut Context::from_waker(Waker::noop()));
    // tokio's channels are pending, too, when the task has used up its turn; then the waker is asked for another.
    if result.is_pending() && !coop::has_budget_remaining() {
        cx.waker().wake_by_ref();
    }
    result
}

/// Drives a connection as far as it goes without waiting. One that has come to its end is closed.
pub(super) fn drive_quietly(connection: &mut Option<Box<Connection>>) {
    if let Some(open) = connection {
        open.marks.quiet(true);
        drive(connection, &mut Context::from_waker(Waker::noop()));
    }
    if let Some(open) = connection {
        open.marks.quiet(false);
    }
}

fn drive(connection: &mut Option<Box<Connection>>, cx: &mut Context<'_>) {
    // An error has gone to whoever waits for the answer or its body; there is nobody else who could use it.
    if let Some(open) = connection
        && open.http.poll_without_shutdown(cx).is_ready()
    {
        *connection = None;
    }
}

/// Keeps a connection for the next call if it can carry one.
pub(super) fn keep(mut connection: Option<Box<Connection>>, pool: &Pool) {
    if connection.as_ref().is_some_and(|connection| !connection.sender.is_ready()) {
        // It learns in another turn that the answer has been read.
        drive_quietly(&mut connection);
    }
    if let Some(connection) = connection
        && connection.sender.is_ready()
        && !connection.marks.is_broken()
    {
        pool.put(connection);
    }
}

/// The error of an exchange that broke off. `is_written` tells whether the socket took any byte of the request.
fn broken(error: ::hyper::Error, is_written: bool) -> TransportError {
    let source = error.source();
    let kind = if error.is_parse() {
        TransportErrorKind::Protocol
    } else if source.is_some_and(|source| source.is::<TransportError>()) {
        // Of the request's own body.
        TransportErrorKind::Other
    } else {
        TransportErrorKind::Closed
    };
    if is_written { TransportError::new(kind, error) } else { TransportError::unsent(kind, error) }
}

/// The error of an answer that broke off after its head.
pub(super) fn truncated(error: ::hyper::Error) -> TransportError {
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let kind = match cause.map(io::Error::kind) {
        // A chunk that is none.
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Closed,
    };
    TransportError::new(kind, error)
}
