//! A lock with a simulated server and a virtual clock.

mod acquire;
mod hold;
mod release;
mod server;

use std::time::Duration;

use bytes::Bytes;

use crate::Options;
use crate::machine::lock::{Event, Held, Lock, Release, Settings};
use crate::machine::{
    Cause, Cleanup, Exchange, Failure, FailureKind, Input, Instant, Lease, LossReason, Machine, Output, Slot,
};
use server::{Reply, Server};

const KEY: &str = "service/leader";

/// An error without content.
#[derive(Clone, Debug)]
struct TestError;

impl From<Cause> for TestError {
    fn from(_: Cause) -> Self {
        Self
    }
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A request in flight.
struct InFlight {
    exchange: Exchange,
    request: http::Request<Bytes>,
    sent_at: Instant,
    deadline: Instant,
    /// When the response arrives, if the server is done with the request.
    response: Option<(Instant, http::Response<Bytes>)>,
}

/// A lock, its driver and its server.
struct World {
    lock: Lock<TestError>,
    server: Server,
    now: Instant,
    in_flight: Vec<InFlight>,
    wanted: Option<Slot>,
    wake_at: Option<Instant>,
    /// The longest time for a granted long poll of a holder.
    longest: Duration,
    /// Method and path of each request, and when it was sent.
    sent: Vec<(Duration, String)>,
    events: Vec<(Duration, Event<TestError>)>,
    is_done: bool,
}

impl World {
    fn new(settings: Settings) -> Self {
        let lock = Lock::new(KEY, &Options::default(), settings, 7).expect("the settings are valid");
        Self {
            lock,
            server: Server::default(),
            now: Instant::ORIGIN,
            in_flight: Vec::new(),
            wanted: None,
            wake_at: None,
            longest: Duration::MAX,
            sent: Vec::new(),
            events: Vec::new(),
            is_done: false,
        }
    }

    /// Creates a world in which the lock is held.
    fn holding(settings: Settings) -> (Self, Lease) {
        let mut world = Self::new(settings);
        world.run(secs(1));
        let lease = world.held().expect("the key is free").lease;
        (world, lease)
    }

    /// Runs for a time.
    fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.drive(None);
        self.serve();
        while let Some(at) = self.next_at().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.step();
        }
        self.now = end;
    }

    fn next_at(&self) -> Option<Instant> {
        let responses = self.in_flight.iter().map(|sent| match &sent.response {
            Some((at, _)) => (*at).min(sent.deadline),
            None => server::wait_ends_at(sent.sent_at, &sent.request)
                .filter(|at| *at > self.now)
                .map_or(sent.deadline, |at| at.min(sent.deadline)),
        });
        self.wake_at.into_iter().chain(responses).chain(self.server.next_at()).min()
    }

    fn step(&mut self) {
        self.server.advance(self.now);
        self.serve();
        let due = self.in_flight.iter().position(|sent| {
            sent.deadline <= self.now || sent.response.as_ref().is_some_and(|(at, _)| *at <= self.now)
        });
        let Some(due) = due else { return self.drive(None) };
        let sent = self.in_flight.remove(due);
        let input = match sent.response.filter(|(at, _)| *at <= self.now) {
            Some((_, response)) => Input::Response(sent.exchange, response),
            None => failed(sent.exchange, FailureKind::Timeout),
        };
        self.drive(Some(input));
    }

    /// Lets the server respond to what it can respond to now.
    fn serve(&mut self) {
        for sent in self.in_flight.iter_mut().filter(|sent| sent.response.is_none()) {
            sent.response = self.server.respond(self.now, sent.sent_at, &sent.request);
        }
    }

    fn drive(&mut self, input: Option<Input<TestError>>) {
        if let Some(input) = input {
            self.lock.handle(self.now, input);
        }
        loop {
            match self.lock.poll(self.now) {
                Output::Send { exchange, request, deadline, .. } => {
                    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
                    self.sent.push((self.now.since_origin(), format!("{} {path}", request.method())));
                    let sent_at = self.now;
                    self.server.arrived(self.now, &request);
                    let mut sent = InFlight { exchange, request, sent_at, deadline, response: None };
                    sent.response = self.server.respond(self.now, sent_at, &sent.request);
                    self.in_flight.push(sent);
                }
                Output::Cancel(exchange) => self.in_flight.retain(|sent| sent.exchange != exchange),
                Output::Event(event) => self.events.push((self.now.since_origin(), event)),
                Output::Wait { until, wants } => {
                    (self.wake_at, self.wanted) = (until, wants);
                    let Some(slot) = wants else { return };
                    self.lock.handle(self.now, Input::Granted { slot, longest: self.longest });
                }
                Output::Done => {
                    self.is_done = true;
                    self.wake_at = None;
                    assert!(self.in_flight.is_empty(), "no request is in flight at the end");
                    return;
                }
            }
        }
    }

    fn stop(&mut self) {
        self.drive(Some(Input::Stop));
    }

    fn held(&self) -> Option<Held> {
        self.events.iter().rev().find_map(|(_, event)| match event {
            Event::Held(held) => Some(held.clone()),
            _ => None,
        })
    }

    fn losses(&self) -> Vec<(Duration, LossReason)> {
        let losses = self.events.iter().filter_map(|(at, event)| match event {
            Event::Lost(reason) => Some((*at, *reason)),
            _ => None,
        });
        losses.collect()
    }

    fn release(&self) -> Option<Release> {
        self.events.iter().find_map(|(_, event)| match event {
            Event::Released(release) => Some(*release),
            _ => None,
        })
    }

    /// Returns the times at which requests with this beginning were sent.
    fn times(&self, start: &str) -> Vec<Duration> {
        self.sent.iter().filter(|(_, sent)| sent.starts_with(start)).map(|(at, _)| *at).collect()
    }

    /// Runs until the machine has ended. Nothing may be left.
    fn end(&mut self) {
        self.run(secs(60));
        assert!(self.is_done);
        assert_eq!(self.lock.cleanup(), Cleanup::Complete);
        assert_eq!(self.server.sessions(), Vec::<&str>::new());
    }
}

fn failed(exchange: Exchange, kind: FailureKind) -> Input<TestError> {
    Input::Failed(exchange, Failure { kind, is_unsent: false, error: TestError })
}

fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings { value: Bytes::from_static(b"ours"), ..Settings::default() };
    change(&mut settings);
    settings
}
