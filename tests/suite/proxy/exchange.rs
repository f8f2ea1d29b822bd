//! Which bytes belong to which request and answer.

use std::sync::Mutex;
use std::time::Instant;

/// A request that a client has sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) target: String,
}

/// The exchange that a connection is in.
///
/// HTTP/1.1 clients send nothing before the last answer is whole, so a request begins with the first bytes after an
/// answer, and an answer with the first ones after a request. Nothing else of the messages need be understood.
#[derive(Debug, Default)]
pub(super) struct Exchange(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the request began that has no answer yet.
    asked: Option<Instant>,
    /// The first line of that request, as far as it has come.
    line: Option<Vec<u8>>,
}

impl Exchange {
    /// Takes note of bytes from the client; gives the request back whose first line they complete.
    pub(super) fn sent(&self, bytes: &[u8]) -> Option<Request> {
        let mut state = self.0.lock().unwrap();
        if state.asked.is_none() {
            *state = State { asked: Some(Instant::now()), line: Some(Vec::new()) };
        }
        let (at, line) = (state.asked?, state.line.as_mut()?);
        line.extend_from_slice(bytes);
        let end = line.windows(2).position(|two| two == b"\r\n")?;
        let text = String::from_utf8_lossy(&line[..end]).into_owned();
        state.line = None;
        let mut words = text.split(' ').map(str::to_owned);
        Some(Request { at, method: words.next()?, target: words.next()? })
    }

    /// When the request began that is not answered yet.
    pub(super) fn asked(&self) -> Option<Instant> {
        self.0.lock().unwrap().asked
    }

    /// Takes note of bytes from the agent; where an answer begins with them, tells when its request did.
    pub(super) fn answered(&self) -> Option<Instant> {
        self.0.lock().unwrap().asked.take()
    }
}
