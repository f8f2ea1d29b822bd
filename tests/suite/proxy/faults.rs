//! The faults that a proxy can inject.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Faults between client and agent. Defaults to none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// New connections are refused, since the proxy does not listen.
    pub(crate) refuse: bool,
    /// New connections are reset as soon as they are accepted.
    pub(crate) reset_on_accept: bool,
    /// Whether requests pass.
    pub(crate) requests: Way,
    /// Whether responses pass.
    pub(crate) responses: Way,
    /// Delay of each piece, in both directions.
    pub(crate) latency: Duration,
    /// Maximum random addition to the latency.
    pub(crate) jitter: Duration,
    /// Bandwidth of responses, in bytes per second.
    pub(crate) bandwidth: Option<u32>,
    /// Responses are sent in segments of one byte.
    pub(crate) one_byte_segments: bool,
    /// Where a response is cut off, and how.
    pub(crate) cut: Option<Cut>,
    /// Changes of response heads.
    pub(crate) edits: Vec<Edit>,
    /// Time after which a connection is closed if its request has no response. Load balancers do this.
    pub(crate) timeout: Option<Duration>,
    /// Status of an error page that is sent before the timeout closes the connection, such as `504 Gateway Timeout`.
    pub(crate) timeout_page: Option<&'static str>,
    /// Time after which a response is not forwarded, and the connection is closed instead. Agents with `http_config {
    /// write_timeout }` do this.
    pub(crate) write_timeout: Option<Duration>,
}

/// Whether the bytes in one direction pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// The bytes pass.
    #[default]
    Open,
    /// The bytes are held until the direction is open again, like in a network that loses packets for some time.
    Held,
    /// The bytes are lost, and the connection stays dead in this direction, like after a firewall has dropped its
    /// state.
    Lost,
}

/// Where a response is cut off, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) at: At,
    pub(crate) by: End,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    /// After the head.
    Head,
    /// After this number of bytes, including the head.
    Byte(usize),
}

/// How a connection ends for the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// The sending side is closed. Bytes from the client are still read.
    HalfClose,
    /// An error page with this status is sent, and the connection is closed.
    Page(&'static str),
}

/// A change of a response head.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Replaces the status, for example with `503 Service Unavailable`.
    Status(&'static str),
    /// Adds or replaces a header.
    Header(&'static str, String),
    /// Removes a header.
    NoHeader(&'static str),
}

impl Faults {
    /// Waits for the delay of one piece.
    pub(super) async fn delay(&self) {
        let share = f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX);
        let delay = self.latency + self.jitter.mul_f64(share);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Returns the maximum size of a piece of a response.
    pub(super) fn piece(&self) -> usize {
        match self.bandwidth {
            _ if self.one_byte_segments => 1,
            // 20 pieces per second.
            Some(bandwidth) => (bandwidth as usize / 20).max(1),
            None => usize::MAX,
        }
    }

    /// Waits for the time that the bandwidth requires for this number of bytes.
    pub(super) async fn throttle(&self, bytes: usize) {
        match self.bandwidth {
            Some(bandwidth) => {
                tokio::time::sleep(Duration::from_secs_f64(bytes as f64 / f64::from(bandwidth))).await;
            }
            // Sends the segment before the next one is written.
            None => tokio::task::yield_now().await,
        }
    }

    /// Returns the edited head of a response.
    pub(super) fn edit(&self, head: &str) -> String {
        let mut lines: Vec<_> = head.trim_end().lines().map(str::to_owned).collect();
        for edit in &self.edits {
            let is = |line: &String, name: &str| {
                line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name))
            };
            match edit {
                Edit::Status(status) => lines[0] = format!("HTTP/1.1 {status}"),
                Edit::NoHeader(name) => lines.retain(|line| !is(line, name)),
                Edit::Header(name, value) => {
                    lines.retain(|line| !is(line, name));
                    lines.push(format!("{name}: {value}"));
                }
            }
        }
        lines.join("\r\n") + "\r\n\r\n"
    }
}
