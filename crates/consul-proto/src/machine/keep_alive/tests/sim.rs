//! A session with simulated servers and a virtual clock.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::keep_alive::{Cleanup, EndReason, Event, KeepAlive};
use crate::machine::{
    Cause, Exchange, Failure, FailureKind, Input, Instant, Lease, Machine, Output, SessionSettings, Slot,
};
use crate::{Options, Route};

const ID: &str = "292ef953-27fa-b363-60a3-95ffc3cc1acb";

pub(super) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) fn at(time: Duration) -> Instant {
    Instant::ORIGIN + time
}

/// The driver's error: its text.
type TestError = String;

impl From<Cause> for TestError {
    fn from(cause: Cause) -> Self {
        cause.to_string()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Renew,
    Info,
    Destroy,
}

/// How a server handles a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Status(u16, String),
    Fail(FailureKind),
    Never,
}

/// A request, as the server sees it.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) at: Duration,
    pub(super) operation: Operation,
    /// How long the attempt lasts at most.
    pub(super) limit: Duration,
}

/// The response of servers that work.
pub(super) fn good(request: &Request) -> Reply {
    good_with_ttl(request, "15s")
}

pub(super) fn good_with_ttl(request: &Request, ttl: &str) -> Reply {
    let session = format!(r#"[{{"ID":"{ID}","TTL":"{ttl}","LockDelay":15000000000}}]"#);
    let body = match request.operation {
        Operation::Create => format!(r#"{{"ID":"{ID}"}}"#),
        Operation::Renew | Operation::Info => session,
        Operation::Destroy => "true".to_owned(),
    };
    Reply::Status(200, body)
}

pub(super) fn unknown_session() -> Reply {
    Reply::Status(404, format!("Session id '{ID}' not found"))
}

pub(super) fn no_leader() -> Reply {
    Reply::Status(500, "No cluster leader".to_owned())
}

/// A machine, its requests and its events.
pub(super) struct Sim {
    pub(super) machine: KeepAlive<TestError>,
    pub(super) now: Duration,
    pub(super) in_flight: Vec<(Exchange, Duration, Reply)>,
    pub(super) sent: Vec<Request>,
    /// What was emitted, and when, as text.
    pub(super) emitted: Vec<(Duration, String)>,
    pub(super) lease: Option<Lease>,
    pub(super) is_done: bool,
}

impl Sim {
    pub(super) fn new(settings: SessionSettings) -> Self {
        Self {
            machine: KeepAlive::new(settings, &Options::default(), 7).unwrap(),
            now: Duration::ZERO,
            in_flight: Vec::new(),
            sent: Vec::new(),
            emitted: Vec::new(),
            lease: None,
            is_done: false,
        }
    }

    /// Runs until `until`, or until the machine has finished.
    pub(super) fn run(&mut self, until: Duration, mut server: impl FnMut(&Request) -> (Duration, Reply)) {
        loop {
            let wake_at = match self.machine.poll(at(self.now)) {
                Output::Send { exchange, route, request, slot, held, deadline } => {
                    assert_eq!((slot, held), (Slot::Lease, Duration::ZERO));
                    let limit = deadline.since(at(self.now));
                    let request = Request { at: self.now, operation: operation(&route, &request), limit };
                    let (after, reply) = server(&request);
                    let is_late = after > limit || matches!(reply, Reply::Never);
                    let (after, reply) =
                        if is_late { (limit, Reply::Fail(FailureKind::Timeout)) } else { (after, reply) };
                    self.in_flight.push((exchange, self.now + after, reply));
                    self.sent.push(request);
                    continue;
                }
                Output::Cancel(exchange) => {
                    let before = self.in_flight.len();
                    self.in_flight.retain(|(in_flight, ..)| *in_flight != exchange);
                    assert_eq!(self.in_flight.len() + 1, before, "cancels what is in flight");
                    continue;
                }
                Output::Event(event) => {
                    self.record(event);
                    continue;
                }
                Output::Wait { until, wants } => {
                    assert_eq!(wants, None);
                    until.map(Instant::since_origin)
                }
                Output::Done => {
                    assert!(self.in_flight.is_empty(), "{:?}", self.in_flight);
                    if !self.is_done {
                        let text = match self.machine.cleanup() {
                            Cleanup::Complete => "clean".to_owned(),
                            Cleanup::Incomplete(left) => format!("{} left", left.len()),
                            Cleanup::InProgress => panic!("done before the clean-up"),
                        };
                        self.emitted.push((self.now, text));
                    }
                    self.is_done = true;
                    return;
                }
            };
            let response_at = self.in_flight.iter().map(|(_, at, _)| *at).min();
            let next = wake_at.into_iter().chain(response_at).min().expect("waits for something");
            if next > until {
                self.now = until;
                return;
            }
            assert!(next > self.now || response_at == Some(next), "no progress at {:?}", self.now);
            self.now = self.now.max(next);
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        while let Some(due) = self.in_flight.iter().position(|(_, at, _)| *at <= self.now) {
            let (exchange, _, reply) = self.in_flight.remove(due);
            let input = match reply {
                Reply::Status(status, body) => {
                    let response = http::Response::builder()
                        .status(status)
                        .header("content-length", body.len())
                        .header("x-consul-index", 7);
                    Input::Response(exchange, response.body(Bytes::from(body)).unwrap())
                }
                Reply::Fail(kind) => {
                    let error = format!("{kind:?}");
                    Input::Failed(exchange, Failure { kind, is_unsent: false, error })
                }
                Reply::Never => unreachable!("became a timeout"),
            };
            self.machine.handle(at(self.now), input);
        }
    }

    pub(super) fn stop(&mut self) {
        self.machine.handle(at(self.now), Input::Stop);
    }

    fn record(&mut self, event: Event<TestError>) {
        let text = match event {
            Event::Creating { error } => format!("creating: {error:?}"),
            Event::Held { session, lease } => {
                assert_eq!(session, ID);
                self.lease = Some(lease);
                "held".to_owned()
            }
            Event::Ended(reason) => {
                let reason = match reason {
                    EndReason::Stopped => "stopped".to_owned(),
                    EndReason::Lost { reason, .. } => format!("lost: {reason:?}"),
                    EndReason::Rejected(error) => format!("rejected: {error}"),
                };
                assert!(!self.is_valid(), "{reason} after the end of the lease");
                assert_ne!(self.emitted.last().map(|(_, text)| text), Some(&reason), "emitted twice");
                reason
            }
        };
        self.emitted.push((self.now, text));
    }

    pub(super) fn is_valid(&self) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.is_valid(at(self.now)))
    }

    pub(super) fn events(&self) -> Vec<&str> {
        self.emitted.iter().map(|(_, text)| text.as_str()).collect()
    }

    pub(super) fn times(&self, operation: Operation) -> Vec<Duration> {
        self.sent.iter().filter(|request| request.operation == operation).map(|request| request.at).collect()
    }
}

fn operation(route: &Route, request: &http::Request<Bytes>) -> Operation {
    match request.uri().path().split('/').nth(3) {
        Some("create") => Operation::Create,
        Some("renew") => Operation::Renew,
        Some("info") => {
            assert_eq!(request.uri().query(), Some("consistent"));
            Operation::Info
        }
        Some("destroy") => Operation::Destroy,
        other => panic!("{other:?} of {route:?}"),
    }
}
