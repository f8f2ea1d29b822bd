//! A watch with simulated servers and a virtual clock.

mod failures;
mod properties;
mod responses;
mod streaming;
mod throttle;

use std::time::Duration;

use bytes::Bytes;

use crate::kv;
use crate::machine::watch::{Event, Health, Settings, Snapshot, Watch};
use crate::machine::{
    Cause, CauseKind, Exchange, Failure, FailureKind, Input, Instant, Machine, Output, Slot,
};
use crate::{Consistency, Cursor, Endpoint, Method, Options, RequestWriter, Watchable};

/// A request, as the server sees it.
#[derive(Clone, Debug)]
struct Request {
    at: Duration,
    index: Option<u64>,
    wait: Option<Duration>,
    query: String,
}

/// How a server handles a request.
#[derive(Clone, Debug)]
enum Reply {
    Response { status: u16, index: Option<String>, headers: Vec<(&'static str, String)>, body: String },
    Fail(FailureKind),
    Never,
}

impl Reply {
    fn ok(index: u64, body: impl Into<String>) -> Self {
        Self::Response { status: 200, index: Some(index.to_string()), headers: Vec::new(), body: body.into() }
    }

    fn absent(index: u64) -> Self {
        Self::status(404, Some(index), "")
    }

    fn status(status: u16, index: Option<u64>, body: &str) -> Self {
        let index = index.map(|index| index.to_string());
        Self::Response { status, index, headers: Vec::new(), body: body.to_owned() }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Response { headers, .. } = &mut self {
            headers.push((name, value.to_string()));
        }
        self
    }

    fn streaming(self) -> Self {
        self.with("x-consul-query-backend", "streaming").with("x-consul-knownleader", "false")
    }
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A server that responds immediately without an index, and otherwise at the end of the wait.
fn quiet(request: &Request, reply: Reply) -> (Duration, Reply) {
    (request.wait.unwrap_or_default(), reply)
}

/// An endpoint with hashes instead of indexes.
#[derive(Clone, Debug)]
struct Hashed;

impl Endpoint for Hashed {
    type Response = <kv::Raw as Endpoint>::Response;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/hashed";

    fn write(&self, _: &mut RequestWriter) {}
}

impl Watchable for Hashed {
    const CURSOR: Cursor = Cursor::Hash;
}

/// An endpoint whose index has no order.
#[derive(Clone, Debug)]
struct Unordered;

impl Endpoint for Unordered {
    type Response = <kv::Raw as Endpoint>::Response;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/unordered";

    fn write(&self, _: &mut RequestWriter) {}
}

impl Watchable for Unordered {
    const CURSOR: Cursor = Cursor::Opaque;
}

/// A watch, its requests and its snapshots.
struct Sim<E: Watchable = kv::Raw> {
    watch: Watch<E, TestError>,
    now: Duration,
    in_flight: Option<(Exchange, Duration, Reply)>,
    /// The granted time of a long poll.
    longest: Duration,
    /// The sent requests.
    sent: Vec<Request>,
    /// The emitted events as text, with their times.
    emitted: Vec<(Duration, String)>,
    /// The snapshot that was emitted last.
    last: Snapshot<Option<Bytes>, TestError>,
}

/// The driver's error.
#[derive(Clone, Debug)]
struct TestError(String);

impl From<Cause> for TestError {
    fn from(cause: Cause) -> Self {
        Self(cause.to_string())
    }
}

impl Sim {
    fn new(settings: Settings) -> Self {
        Self::with(Options::default(), settings, 1)
    }

    fn with(options: Options, settings: Settings, seed: u64) -> Self {
        Self::of(kv::Raw::new("k"), options, settings, seed)
    }
}

impl<E: Watchable<Response = <kv::Raw as Endpoint>::Response>> Sim<E> {
    fn of(endpoint: E, options: Options, settings: Settings, seed: u64) -> Self {
        let watch = Watch::new(endpoint, options, settings, seed);
        Self {
            watch,
            now: Duration::ZERO,
            in_flight: None,
            sent: Vec::new(),
            emitted: Vec::new(),
            longest: Duration::MAX,
            last: Snapshot::default(),
        }
    }

    fn instant(&self) -> Instant {
        Instant::ORIGIN + self.now
    }

    /// Runs until `until`, or until the watch has ended.
    fn run(&mut self, until: Duration, server: &mut dyn FnMut(&Request) -> (Duration, Reply)) {
        loop {
            let wake_at = match self.watch.poll(self.instant()) {
                Output::Wait { wants: Some(slot), .. } => {
                    let longest = if slot == Slot::LongPoll { self.longest } else { Slot::SHORT_WAIT };
                    self.watch.handle(self.instant(), Input::Granted { slot, longest });
                    continue;
                }
                Output::Send { exchange, request, held, deadline, .. } => {
                    let request = self.receive(&request);
                    // On the wire it is rounded up to whole milliseconds.
                    let at_server = request.wait.map_or(Duration::ZERO, |wait| wait + wait / 16);
                    assert!(at_server >= held && at_server - held < millis(2), "{request:?}, {held:?}");
                    let (after, reply) = server(&request);
                    let (at, deadline) = (self.now.saturating_add(after), deadline.since_origin());
                    assert!(
                        deadline >= self.now + request.wait.unwrap_or_default(),
                        "{request:?} until {deadline:?}"
                    );
                    let is_late = at > deadline || matches!(reply, Reply::Never);
                    let outcome =
                        if is_late { (deadline, Reply::Fail(FailureKind::Timeout)) } else { (at, reply) };
                    assert!(self.in_flight.is_none(), "one request at a time");
                    self.in_flight = Some((exchange, outcome.0, outcome.1));
                    self.sent.push(request);
                    continue;
                }
                Output::Event(event) => {
                    self.record(event);
                    continue;
                }
                Output::Cancel(exchange) => {
                    assert_eq!(self.in_flight.take().map(|(exchange, ..)| exchange), Some(exchange));
                    continue;
                }
                Output::Done => return,
                Output::Wait { until, wants: None } => until.map(Instant::since_origin),
            };
            let response_at = self.in_flight.as_ref().map(|(_, at, _)| *at);
            let next = wake_at.into_iter().chain(response_at).min().expect("waits for something");
            if next > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next);
            if response_at.is_some_and(|at| at <= self.now) {
                self.deliver();
            }
        }
    }

    fn record(&mut self, event: Event<Option<Bytes>, TestError>) {
        match event {
            Event::Snapshot(snapshot) => {
                assert_ne!(snapshot, self.last, "emitted twice");
                let news = news(&self.last, &snapshot, &self.watch, self.instant());
                assert!(!news.is_empty(), "{snapshot:?} shows nothing new");
                self.emitted.extend(news.into_iter().map(|news| (self.now, news)));
                self.last = snapshot;
            }
            Event::Ended(cause) => self.emitted.push((self.now, format!("(ended: {})", cause.0))),
        }
    }

    /// Emits everything again, as for a new owner.
    fn replay(&mut self) {
        self.watch.replay();
        self.last = Snapshot::default();
    }

    fn deliver(&mut self) {
        let (exchange, _, reply) = self.in_flight.take().unwrap();
        let input = match reply {
            Reply::Response { status, index, headers, body } => {
                let mut answer =
                    http::Response::builder().status(status).header("content-length", body.len());
                for (name, value) in headers {
                    answer = answer.header(name, value);
                }
                if let Some(index) = index {
                    answer = answer.header("x-consul-index", index);
                }
                Input::Response(exchange, answer.body(Bytes::from(body)).unwrap())
            }
            Reply::Fail(kind) => Input::Failed(
                exchange,
                Failure { kind, is_unsent: false, error: TestError("failed".to_owned()) },
            ),
            Reply::Never => unreachable!("became a timeout"),
        };
        self.watch.handle(self.instant(), input);
    }

    fn receive(&self, request: &http::Request<Bytes>) -> Request {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let value = |name: &str| {
            query.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        };
        let index = value("index").map(|index| index.parse().unwrap());
        let wait = value("wait").map(|wait| millis(wait.trim_end_matches("ms").parse().unwrap()));
        assert_eq!(index.is_some() || value("hash").is_some(), wait.is_some(), "both or none: {query}");
        Request { at: self.now, index, wait, query }
    }

    /// Returns the emitted texts without their times.
    fn events(&self) -> Vec<&str> {
        self.emitted.iter().map(|(_, event)| event.as_str()).collect()
    }

    /// Returns the indexes of the requests.
    fn indexes(&self) -> Vec<Option<u64>> {
        self.sent.iter().map(|request| request.index).collect()
    }

    /// Returns the number of requests in these seconds.
    fn requests(&self, from: u64, until: u64) -> usize {
        self.sent.iter().filter(|request| (secs(from)..secs(until)).contains(&request.at)).count()
    }
}

/// Returns what is new in a snapshot, as text.
fn news<E>(
    before: &Snapshot<Option<Bytes>, TestError>,
    after: &Snapshot<Option<Bytes>, TestError>,
    watch: &Watch<E, TestError>,
    now: Instant,
) -> Vec<String>
where
    E: Watchable<Response = <kv::Raw as Endpoint>::Response>,
{
    let mut news = Vec::new();
    let is_new = !after.has_value_of(before);
    if is_new {
        let value = after.value().expect("a value never disappears");
        news.push(match value.as_ref() {
            Some(body) => String::from_utf8(body.to_vec()).unwrap(),
            None => "(absent)".to_owned(),
        });
    }
    match (before.health(), after.health()) {
        (before, after) if before == after => {}
        (_, Health::Degraded(degraded)) => {
            let name = name(degraded.kind, &degraded.cause);
            let confirmed = watch.confirmed_at().map(|at| now.since(at).as_secs());
            news.push(format!("({name}, confirmed {confirmed:?})"));
        }
        // A new value shows the recovery.
        (_, Health::Healthy) if is_new => {}
        (_, Health::Healthy) => news.push("(recovered)".to_owned()),
    }
    if before.reduced_wait() != after.reduced_wait() {
        news.push(match after.reduced_wait() {
            Some(wait) => format!("(wait reduced to {wait:?})"),
            None => "(full wait)".to_owned(),
        });
    }
    news
}

fn name(kind: CauseKind, cause: &TestError) -> String {
    match kind {
        CauseKind::Failed(kind) => format!("{kind:?}"),
        CauseKind::Api(kind) => format!("{kind:?}"),
        CauseKind::Decode => cause.0.split(" (").next().unwrap_or_default().to_owned(),
        CauseKind::Request => cause.0.clone(),
    }
}

fn stale() -> Options {
    Options { consistency: Some(Consistency::Stale), ..Options::default() }
}
