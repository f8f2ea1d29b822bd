//! Assigns bytes to requests and responses.

use std::sync::Mutex;
use std::time::Instant;

/// A request that a client has sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) target: String,
}

/// The current exchange of a connection.
///
/// HTTP/1.1 clients do not send a request before the last response is complete. So a request begins with the first
/// bytes after a response, and a response with the first bytes after a request. The messages need not be parsed.
///
/// Over TLS there are no requests and responses that the proxy can see.
#[derive(Debug)]
pub(super) struct Exchange(Option<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// Start of the request that has no response yet.
    request_began: Option<Instant>,
    /// The first line of that request, as far as received.
    line: Option<Vec<u8>>,
}

impl Exchange {
    pub(super) fn new(is_tls: bool) -> Self {
        Self((!is_tls).then(Mutex::default))
    }

    /// Records bytes from the client. Returns the request if they complete its first line.
    pub(super) fn client_sent(&self, bytes: &[u8]) -> Option<Request> {
        let mut state = self.0.as_ref()?.lock().unwrap();
        if state.request_began.is_none() {
            *state = State { request_began: Some(Instant::now()), line: Some(Vec::new()) };
        }
        let (at, line) = (state.request_began?, state.line.as_mut()?);
        line.extend_from_slice(bytes);
        let end = line.windows(2).position(|two| two == b"\r\n")?;
        let text = String::from_utf8_lossy(&line[..end]).into_owned();
        state.line = None;
        let mut words = text.split(' ').map(str::to_owned);
        Some(Request { at, method: words.next()?, target: words.next()? })
    }

    /// Returns the start of the request that has no response yet.
    pub(super) fn request_began(&self) -> Option<Instant> {
        self.0.as_ref()?.lock().unwrap().request_began
    }

    /// Records bytes from the agent. If a response begins with them, returns the start of its request.
    pub(super) fn response_began(&self) -> Option<Instant> {
        self.0.as_ref()?.lock().unwrap().request_began.take()
    }
}
