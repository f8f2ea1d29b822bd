//! Sends the body of a request while its response is awaited.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream, SendStream};
use http::Response;
use http_body_util::BodyExt;

use crate::{Body, TransportError};

/// How an exchange failed.
pub(super) enum Failed {
    /// The stream failed.
    Stream(h2::Error),
    /// The body of the request failed.
    Body(TransportError),
}

/// Sends `body` and waits for the head of the response. A response that arrives earlier ends the upload.
pub(super) async fn respond(
    response: ResponseFuture,
    mut upload: SendStream<Bytes>,
    body: &mut Body,
) -> Result<Response<RecvStream>, Failed> {
    match body.bytes() {
        Some(bytes) if bytes.is_empty() => return response.await.map_err(Failed::Stream),
        Some(bytes) => {
            upload.send_data(bytes.clone(), true).map_err(Failed::Stream)?;
            return response.await.map_err(Failed::Stream);
        }
        None => {}
    }
    let mut response = pin!(response);
    let mut sending = pin!(send(upload, std::mem::take(body)));
    let mut is_sending = true;
    poll_fn(|cx| {
        if let Poll::Ready(response) = response.as_mut().poll(cx) {
            return Poll::Ready(response.map_err(Failed::Stream));
        }
        if is_sending && let Poll::Ready(sent) = sending.as_mut().poll(cx) {
            is_sending = false;
            if let Err(error) = sent {
                return Poll::Ready(Err(Failed::Body(error)));
            }
        }
        Poll::Pending
    })
    .await
}

/// Sends a streamed body. Ends without an error if the peer stops accepting it, since the response has the reason.
async fn send(mut upload: SendStream<Bytes>, mut body: Body) -> Result<(), TransportError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.inspect_err(|_| upload.send_reset(Reason::CANCEL))?;
        let Ok(mut data) = frame.into_data() else { continue };
        while !data.is_empty() {
            upload.reserve_capacity(data.len());
            let Some(Ok(capacity)) = poll_fn(|cx| upload.poll_capacity(cx)).await else { return Ok(()) };
            let part = data.split_to(capacity.min(data.len()));
            if upload.send_data(part, false).is_err() {
                return Ok(());
            }
        }
    }
    let _ = upload.send_data(Bytes::new(), true);
    Ok(())
}
