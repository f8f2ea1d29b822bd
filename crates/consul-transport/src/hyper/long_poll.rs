//! An exchange whose answer is long in coming.
//!
//! hyper keeps some 26 KiB for a connection, nearly all of it room for what may come. A program can have a thousand
//! watches, and each of them a connection that is silent for minutes. So once the request is written hyper is taken
//! off the connection, and when there is something to read another one is put on it. That one has to be told of the
//! request before it takes an answer; what it writes goes nowhere.

use std::future::poll_fn;
use std::sync::Arc;

use http::{Request, Response};

use crate::hyper::connection::{Begun, Connection, Failed};
use crate::hyper::pool::Pool;
use crate::{Body, TransportError, TransportErrorKind};

/// As [`Connection::exchange`], of a GET without a body.
pub(super) async fn exchange(
    connection: Box<Connection>,
    request: Request<Body>,
    pool: &Arc<Pool>,
) -> Result<Response<Body>, Failed> {
    let mut begun = connection.begin(request, pool).await?;
    loop {
        let stream = match begun {
            Begun::Answered(response) => return Ok(response),
            Begun::Waiting(stream) => stream,
        };
        // What is wrong with the stream, reading it tells.
        let _ = poll_fn(|cx| stream.poll_readable(cx)).await;
        stream.resume();
        // The request was sent, whatever the one that takes its place comes to.
        let closed = |error| Failed::Broken(TransportError::new(TransportErrorKind::Closed, error));
        let resumed = Connection::handshake(stream).await.map_err(closed)?;
        // The meaning of an answer hangs on the method only.
        begun = resumed.begin(Request::new(Body::empty()), pool).await.map_err(|failed| match failed {
            Failed::Unsent(_, error) => closed(error),
            broken @ Failed::Broken(_) => broken,
        })?;
    }
}
