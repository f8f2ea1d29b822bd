//! What can go wrong.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// What goes wrong between client and agent; by default nothing does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    /// New connections are refused: nobody listens.
    pub(crate) refuse: bool,
    /// New connections are reset as soon as they are accepted.
    pub(crate) reset_on_accept: bool,
    /// What becomes of requests.
    pub(crate) requests: Way,
    /// What becomes of answers.
    pub(crate) answers: Way,
    /// How long each piece takes, in either direction.
    pub(crate) latency: Duration,
    /// What is added to that at most, at random.
    pub(crate) jitter: Duration,
    /// How many bytes of answers pass in a second.
    pub(crate) bandwidth: Option<u32>,
    /// Answers come one byte a segment.
    pub(crate) one_byte_segments: bool,
    /// How an answer breaks off.
    pub(crate) cut: Option<Cut>,
    /// What is changed in the head of answers.
    pub(crate) edits: Vec<Edit>,
    /// A connection is closed when its request has not been answered for this long, as load balancers do.
    pub(crate) timeout: Option<Duration>,
    /// The status line of an error page that is sent before that, such as `504 Gateway Timeout`.
    pub(crate) timeout_page: Option<&'static str>,
    /// An answer that took longer is not passed on, and the connection closed instead, as `http_config { write_timeout }`
    /// makes agents do.
    pub(crate) write_timeout: Option<Duration>,
}

/// What becomes of the bytes in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// They pass.
    #[default]
    Open,
    /// They are held until it is open again, as by a network that loses packets for a while.
    Held,
    /// They are lost, and the connection stays dead in this direction, as one that a firewall has forgotten.
    Lost,
}

/// Where an answer breaks off, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) at: At,
    pub(crate) by: End,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    /// After the head.
    Head,
    /// After so many bytes, those of the head included.
    Byte(usize),
}

/// How a connection ends for the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It is closed.
    Close,
    /// It is reset.
    Reset,
    /// Nothing more is sent, but what the client sends is still read.
    HalfClose,
    /// An error page with this status is sent, and it is closed.
    Page(&'static str),
}

/// A change of the head of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Puts another status behind the version: `503 Service Unavailable`.
    Status(&'static str),
    /// Gives a header this value, whether it was there or not.
    Header(&'static str, String),
    /// Leaves a header out.
    NoHeader(&'static str),
}

impl Faults {
    /// Waits as long as a piece takes.
    pub(super) async fn delay(&self) {
        let share = f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX);
        let delay = self.latency + self.jitter.mul_f64(share);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// How many bytes of an answer go at once.
    pub(super) fn piece(&self) -> usize {
        match self.bandwidth {
            _ if self.one_byte_segments => 1,
            // Twenty pieces a second.
            Some(bandwidth) => (bandwidth as usize / 20).max(1),
            None => usize::MAX,
        }
    }

    /// Waits as long as the bandwidth wants for so many bytes.
    pub(super) async fn throttle(&self, bytes: usize) {
        match self.bandwidth {
            Some(bandwidth) => {
                tokio::time::sleep(Duration::from_secs_f64(bytes as f64 / f64::from(bandwidth))).await;
            }
            // Lets the segment leave before the next one is there.
            None => tokio::task::yield_now().await,
        }
    }

    /// The head of an answer as the client is to see it.
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
