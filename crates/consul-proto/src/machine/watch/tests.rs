//! A watch against servers that are functions, on a clock that is a number.

mod answers;
mod failures;
mod pace;
mod properties;
mod views;

use std::time::Duration;

use bytes::Bytes;

use crate::kv;
use crate::machine::watch::{Cause, Event, Settings, Watch};
use crate::machine::{Exchange, Failure, FailureKind, Input, Instant, Machine, Output, Slot};
use crate::{Consistency, Cursor, Endpoint, Method, Options, RequestWriter, Watchable};

/// A request, as the server sees it.
#[derive(Clone, Debug)]
struct Asked {
    at: Duration,
    index: Option<u64>,
    wait: Option<Duration>,
    query: String,
}

/// What a server does with a request.
#[derive(Clone, Debug)]
enum Reply {
    Answer { status: u16, index: Option<String>, headers: Vec<(&'static str, String)>, body: String },
    Fail(FailureKind),
    Never,
}

impl Reply {
    fn ok(index: u64, body: impl Into<String>) -> Self {
        Self::Answer { status: 200, index: Some(index.to_string()), headers: Vec::new(), body: body.into() }
    }

    fn absent(index: u64) -> Self {
        Self::status(404, Some(index), "")
    }

    fn status(status: u16, index: Option<u64>, body: &str) -> Self {
        let index = index.map(|index| index.to_string());
        Self::Answer { status, index, headers: Vec::new(), body: body.to_owned() }
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
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

/// A server that answers at once without an index, and otherwise when the wait is over.
fn quiet(asked: &Asked, reply: Reply) -> (Duration, Reply) {
    (asked.wait.unwrap_or_default(), reply)
}

/// An endpoint whose answers have a hash and no index.
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

/// A watch and what came of it.
struct Sim<E: Watchable = kv::Raw> {
    watch: Watch<E, &'static str>,
    now: Duration,
    under_way: Option<(Exchange, Duration, Reply)>,
    /// How long a turn is.
    longest: Duration,
    /// What was asked.
    asked: Vec<Asked>,
    /// What was told, and when.
    told: Vec<(Duration, String)>,
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
            under_way: None,
            asked: Vec::new(),
            told: Vec::new(),
            longest: Duration::MAX,
        }
    }

    fn instant(&self) -> Instant {
        Instant::ORIGIN + self.now
    }

    /// Lives until `until`, or until the watch has ended.
    fn run(&mut self, until: Duration, server: &mut dyn FnMut(&Asked) -> (Duration, Reply)) {
        loop {
            let wake_at = match self.watch.poll(self.instant()) {
                Output::Wait { wants: Some(slot), .. } => {
                    let longest = if slot == Slot::LongPoll { self.longest } else { Slot::SHORT_WAIT };
                    self.watch.handle(self.instant(), Input::Granted { slot, longest });
                    continue;
                }
                Output::Send { exchange, request, held, deadline, .. } => {
                    let asked = self.receive(&request);
                    // On the wire it is rounded up to whole milliseconds.
                    let at_server = asked.wait.map_or(Duration::ZERO, |wait| wait + wait / 16);
                    assert!(at_server >= held && at_server - held < millis(2), "{asked:?}, {held:?}");
                    let (after, reply) = server(&asked);
                    let (at, deadline) = (self.now.saturating_add(after), deadline.since_origin());
                    assert!(
                        deadline >= self.now + asked.wait.unwrap_or_default(),
                        "{asked:?} until {deadline:?}"
                    );
                    let is_late = at > deadline || matches!(reply, Reply::Never);
                    let outcome =
                        if is_late { (deadline, Reply::Fail(FailureKind::Timeout)) } else { (at, reply) };
                    assert!(self.under_way.is_none(), "one request at a time");
                    self.under_way = Some((exchange, outcome.0, outcome.1));
                    self.asked.push(asked);
                    continue;
                }
                Output::Event(event) => {
                    self.told.push((self.now, tell(event)));
                    continue;
                }
                Output::Cancel(exchange) => {
                    assert_eq!(self.under_way.take().map(|(exchange, ..)| exchange), Some(exchange));
                    continue;
                }
                Output::Done => return,
                Output::Wait { until, wants: None } => until.map(Instant::since_origin),
            };
            let answer_at = self.under_way.as_ref().map(|(_, at, _)| *at);
            let next = wake_at.into_iter().chain(answer_at).min().expect("waits for something");
            if next > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next);
            if answer_at.is_some_and(|at| at <= self.now) {
                self.deliver();
            }
        }
    }

    fn deliver(&mut self) {
        let (exchange, _, reply) = self.under_way.take().unwrap();
        let input = match reply {
            Reply::Answer { status, index, headers, body } => {
                let mut answer = http::Response::builder().status(status);
                for (name, value) in headers {
                    answer = answer.header(name, value);
                }
                if let Some(index) = index {
                    answer = answer.header("x-consul-index", index);
                }
                Input::Response(exchange, answer.body(Bytes::from(body)).unwrap())
            }
            Reply::Fail(kind) => Input::Failed(exchange, Failure { kind, is_unsent: false, error: "failed" }),
            Reply::Never => unreachable!("became a timeout"),
        };
        self.watch.handle(self.instant(), input);
    }

    fn receive(&self, request: &http::Request<Bytes>) -> Asked {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let value = |name: &str| {
            query.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        };
        let index = value("index").map(|index| index.parse().unwrap());
        let wait = value("wait").map(|wait| millis(wait.trim_end_matches("ms").parse().unwrap()));
        assert_eq!(index.is_some() || value("hash").is_some(), wait.is_some(), "both or none: {query}");
        Asked { at: self.now, index, wait, query }
    }

    /// The events, without their times.
    fn events(&self) -> Vec<&str> {
        self.told.iter().map(|(_, event)| event.as_str()).collect()
    }

    /// The indexes that were sent.
    fn indexes(&self) -> Vec<Option<u64>> {
        self.asked.iter().map(|asked| asked.index).collect()
    }

    /// Requests from `from` to before `until`, in seconds.
    fn requests(&self, from: u64, until: u64) -> usize {
        self.asked.iter().filter(|asked| (secs(from)..secs(until)).contains(&asked.at)).count()
    }
}

fn tell(event: Event<Option<Bytes>, &'static str>) -> String {
    match event {
        Event::State(state) => match state.value.as_ref() {
            Some(body) => String::from_utf8(body.to_vec()).unwrap(),
            None => "(absent)".to_owned(),
        },
        Event::Trouble(trouble) => {
            let since = trouble.unconfirmed.map(|time| time.as_secs());
            format!("({}, unconfirmed {since:?})", name(&trouble.cause))
        }
        Event::Confirmed => "(confirmed)".to_owned(),
        Event::Shortened(wait) => format!("(shortened {wait:?})"),
        Event::Ended(cause) => format!("(ended: {})", name(&cause)),
    }
}

fn name(cause: &Cause<&'static str>) -> String {
    match cause {
        Cause::Failed(failure) => format!("{:?}", failure.kind),
        Cause::Api(error) => format!("{:?}", error.kind()),
        Cause::Decode(error) => error.to_string().split(" (").next().unwrap_or_default().to_owned(),
        Cause::Request(error) => error.to_string(),
    }
}

fn stale() -> Options {
    Options { consistency: Some(Consistency::Stale), ..Options::default() }
}
