//! Records whether a request was sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Whether the server may have received a request.
#[allow(clippy::exhaustive_enums, reason = "there is no fourth state")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SendState {
    /// The executor did not report a state. The server may have received the request.
    #[default]
    Unknown,
    /// The server has certainly not received the request. Sending it again is safe, even if it is a write.
    NotSent,
    /// At least one byte of the request was written, or is about to be. The server may have received the request.
    Sent,
}

/// Shared record of the [`SendState`] of one request.
///
/// A caller inserts a clone into the extensions of a request and keeps the original. The executor updates the state
/// during the call, so that the caller can read it even after it has dropped the call, for example at a deadline.
///
/// ```
/// use std::time::Duration;
///
/// use consul_transport::{Body, Executor, SendMark, SendState};
///
/// # async fn example(executor: &dyn Executor) -> Result<(), Box<dyn std::error::Error>> {
/// let mark = SendMark::new();
/// let mut request = http::Request::put("/v1/kv/a").body(Body::empty())?;
/// request.extensions_mut().insert(mark.clone());
/// match tokio::time::timeout(Duration::from_secs(1), executor.execute(request)).await {
///     Ok(response) => println!("{}", response?.status()),
///     Err(_) if mark.state() == SendState::NotSent => println!("timed out before the request was sent"),
///     Err(_) => println!("timed out, the server may have executed the request"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # For authors of executors
///
/// An executor that ignores the mark is safe: the state stays [`Unknown`](SendState::Unknown). One that supports it
/// sets [`NotSent`](SendState::NotSent) when it takes the request and [`Sent`](SendState::Sent) before it writes the
/// first byte. It sets `NotSent` again only if the request was certainly not processed, for example if an HTTP/2
/// server refuses the stream. An executor that sends a request several times gives each attempt its own mark.
#[derive(Clone, Debug, Default)]
pub struct SendMark(Arc<AtomicU8>);

impl SendMark {
    /// Creates a mark with the state [`Unknown`](SendState::Unknown).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the state that the executor set last.
    #[must_use]
    pub fn state(&self) -> SendState {
        match self.0.load(Ordering::Acquire) {
            NOT_SENT => SendState::NotSent,
            SENT => SendState::Sent,
            _ => SendState::Unknown,
        }
    }

    /// Sets the state. Only the executor of the request calls this method.
    pub fn set(&self, state: SendState) {
        let number = match state {
            SendState::Unknown => UNKNOWN,
            SendState::NotSent => NOT_SENT,
            SendState::Sent => SENT,
        };
        self.0.store(number, Ordering::Release);
    }
}

const UNKNOWN: u8 = 0;
const NOT_SENT: u8 = 1;
const SENT: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_state() {
        let mark = SendMark::new();
        let clone = mark.clone();
        assert_eq!(clone.state(), SendState::Unknown);
        for state in [SendState::NotSent, SendState::Sent, SendState::NotSent, SendState::Unknown] {
            mark.set(state);
            assert_eq!(clone.state(), state);
        }
    }
}
