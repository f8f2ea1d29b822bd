//! A virtual clock and a scripted server.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use std::{fmt, mem};

use bytes::Bytes;
use consul_client::runtime::{Instant, Runtime, Sleep, SpawnError, Task};
use consul_client::transport::{Body, Executor, TransportError, TransportErrorKind};
use consul_client::watch::Snapshot;
use consul_client::{Client, Error, Watch};

/// A clock that only moves when it is set, and the tasks that use it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Mutex<Hands>>);

#[derive(Default)]
pub(crate) struct Hands {
    pub(crate) now: Duration,
    alarms: BTreeMap<(Duration, u64), Waker>,
    ids: u64,
    tasks: Vec<(Task, Arc<Woken>)>,
    polls: usize,
    refuses_tasks: bool,
}

impl fmt::Debug for Hands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hands({:?})", self.now)
    }
}

/// Set if a task has been woken.
#[derive(Debug)]
struct Woken(AtomicBool);

impl Woken {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    /// Polls a future if its task was woken.
    fn poll<F: Future + ?Sized>(self: &Arc<Self>, future: Pin<&mut F>) -> Option<Poll<F::Output>> {
        let was_woken = self.0.swap(false, Ordering::Relaxed);
        was_woken.then(|| future.poll(&mut Context::from_waker(&Waker::from(Arc::clone(self)))))
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Alarm {
    clock: Clock,
    at: Duration,
    id: u64,
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut hands = self.clock.hands();
        if hands.now >= self.at {
            return Poll::Ready(());
        }
        let before = hands.alarms.insert((self.at, self.id), cx.waker().clone());
        drop(hands);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let removed = self.clock.hands().alarms.remove(&(self.at, self.id));
        drop(removed);
    }
}

impl Clock {
    /// The time since the origin.
    pub(crate) fn now(&self) -> Duration {
        self.hands().now
    }
}

impl Runtime for Clock {
    fn now(&self) -> Instant {
        Instant::ORIGIN + self.hands().now
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        let at = at.since_origin();
        let mut hands = self.hands();
        hands.ids += 1;
        let id = hands.ids;
        drop(hands);
        Box::pin(Alarm { clock: self.clone(), at, id })
    }

    fn spawn(&self, task: Task) -> Result<(), SpawnError> {
        let mut hands = self.hands();
        if hands.refuses_tasks {
            drop(hands);
            return Err(SpawnError::new("no runtime"));
        }
        hands.tasks.push((task, Woken::new()));
        Ok(())
    }
}

impl Clock {
    pub(crate) fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap()
    }

    /// Runs a future to its end together with all tasks, and moves the clock whenever all of them wait. Returns
    /// `None` if `until` is reached first.
    pub(crate) fn run<F: Future>(&self, until: Duration, future: F) -> Option<F::Output> {
        let (mut future, woken) = (pin!(future), Woken::new());
        loop {
            let mut is_quiet = true;
            match woken.poll(future.as_mut()) {
                Some(Poll::Ready(output)) => return Some(output),
                Some(Poll::Pending) => is_quiet = false,
                None => {}
            }
            // Tasks can spawn tasks.
            let mut tasks = mem::take(&mut self.hands().tasks);
            let mut polls = 0;
            tasks.retain_mut(|(task, woken)| match woken.poll(task.as_mut()) {
                None => true,
                Some(polled) => {
                    polls += 1;
                    polled.is_pending()
                }
            });
            let mut hands = self.hands();
            hands.polls += polls;
            hands.tasks.append(&mut tasks);
            if polls > 0 || !is_quiet {
                continue;
            }
            match hands.alarms.first_key_value().map(|((at, _), _)| *at).filter(|at| *at <= until) {
                Some(at) => hands.now = hands.now.max(at),
                None => {
                    hands.now = until;
                    return None;
                }
            }
            let now = hands.now;
            while let Some(entry) = hands.alarms.first_entry()
                && entry.key().0 <= now
            {
                entry.remove().wake();
            }
        }
    }

    /// Runs the tasks until this time.
    pub(crate) fn pass(&self, until: Duration) {
        assert!(self.run(until, std::future::pending::<()>()).is_none());
    }

    /// Drops all tasks, like a runtime that shuts down.
    pub(crate) fn end(&self) {
        let tasks = mem::take(&mut self.hands().tasks);
        drop(tasks);
    }

    /// Fails to spawn tasks from now on.
    pub(crate) fn refuse_tasks(&self) {
        self.hands().refuses_tasks = true;
    }

    /// Returns the number of tasks.
    pub(crate) fn tasks(&self) -> usize {
        self.hands().tasks.len()
    }

    /// Returns the number of timers.
    pub(crate) fn alarms(&self) -> usize {
        self.hands().alarms.len()
    }

    /// Returns the number of polls of all tasks.
    pub(crate) fn polls(&self) -> usize {
        self.hands().polls
    }
}

/// A request and the time when it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Duration,
    pub(crate) target: String,
    pub(crate) token: Option<String>,
}

impl Request {
    pub(crate) fn is_blocking(&self) -> bool {
        self.index().is_some()
    }

    pub(crate) fn is_long(&self) -> bool {
        self.wait().is_some_and(|wait| wait > Duration::from_millis(100))
    }

    pub(crate) fn index(&self) -> Option<u64> {
        Some(self.query("index")?.parse().unwrap())
    }

    pub(crate) fn wait(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.query("wait")?.strip_suffix("ms")?.parse().unwrap()))
    }

    fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// A response: status, index, body; or none.
pub(crate) type Reply = Option<(u16, u64, &'static str)>;
type Script = Box<dyn FnMut(&Request) -> (Duration, Reply) + Send>;

pub(crate) struct Server {
    pub(crate) clock: Clock,
    script: Mutex<Script>,
    requests: Mutex<Vec<Request>>,
    in_flight: Mutex<Vec<Request>>,
    /// The highest number of concurrent requests: long polls and short ones.
    most: Mutex<(usize, usize)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

/// Counts a request as in flight until it is dropped.
struct InFlight<'a>(&'a Server, Request);

impl<'a> InFlight<'a> {
    fn new(server: &'a Server, request: Request) -> Self {
        let mut in_flight = server.in_flight.lock().unwrap();
        in_flight.push(request.clone());
        let long = in_flight.iter().filter(|request| request.is_long()).count();
        let mut most = server.most.lock().unwrap();
        *most = (most.0.max(long), most.1.max(in_flight.len() - long));
        drop((in_flight, most));
        Self(server, request)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut in_flight = self.0.in_flight.lock().unwrap();
        let at = in_flight.iter().position(|request| request.target == self.1.target).unwrap();
        in_flight.swap_remove(at);
    }
}

#[async_trait::async_trait]
impl Executor for Server {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let token = request.headers().get("x-consul-token");
        let request = Request {
            at: self.clock.now(),
            target: request.uri().to_string(),
            token: token.map(|token| token.to_str().unwrap().to_owned()),
        };
        self.requests.lock().unwrap().push(request.clone());
        let _in_flight = InFlight::new(self, request.clone());
        let (after, reply) = (self.script.lock().unwrap())(&request);
        self.clock.sleep_until(Instant::ORIGIN + request.at.saturating_add(after)).await;
        let Some((status, index, body)) = reply else {
            return Err(TransportError::new(TransportErrorKind::Connect, "refused"));
        };
        let answer = http::Response::builder().status(status).header("x-consul-index", index);
        let answer = answer.header("content-length", body.len());
        Ok(answer.body(Body::from(bytes::Bytes::from_static(body.as_bytes()))).unwrap())
    }
}

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) server: Arc<Server>,
    pub(crate) client: Client,
}

impl World {
    pub(crate) fn new(script: impl FnMut(&Request) -> (Duration, Reply) + Send + 'static) -> Self {
        Self::with(64, script)
    }

    /// Creates a client with this limit of long polls.
    pub(crate) fn with(
        long_polls: usize,
        script: impl FnMut(&Request) -> (Duration, Reply) + Send + 'static,
    ) -> Self {
        let clock = Clock::default();
        let server = Arc::new(Server {
            clock: clock.clone(),
            script: Mutex::new(Box::new(script)),
            requests: Mutex::default(),
            in_flight: Mutex::default(),
            most: Mutex::default(),
        });
        let builder = Client::builder()
            .max_long_polls(long_polls)
            .executor(Arc::clone(&server) as _, Arc::new(clock.clone()));
        Self { clock, server, client: builder.build().unwrap() }
    }

    pub(crate) fn watch(&self) -> Watch<Option<Bytes>> {
        self.client.kv().raw("k").watch()
    }

    /// Returns the next snapshot as text, if there is one before `until`.
    pub(crate) fn next(&self, watch: &mut Watch<Option<Bytes>>, until: Duration) -> Option<String> {
        self.clock.run(until, watch.next()).map(shown)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests.lock().unwrap().clone()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.server.in_flight.lock().unwrap().len()
    }

    /// Returns the highest number of concurrent requests: long polls and short ones.
    pub(crate) fn most_in_flight(&self) -> (usize, usize) {
        *self.server.most.lock().unwrap()
    }
}

/// Formats a snapshot: the value, and the kind of the error if it is degraded.
pub(crate) fn shown(next: Option<Result<Snapshot<Option<Bytes>>, Error>>) -> String {
    let snapshot = match next {
        None => return "end".to_owned(),
        Some(Err(error)) => return format!("ended: {error}"),
        Some(Ok(snapshot)) => snapshot,
    };
    let value = snapshot.value().map_or("nothing", |value| text(value));
    match snapshot.degraded() {
        None => value.to_owned(),
        Some(degraded) => format!("{value}, degraded: {:?}", degraded.cause.kind()),
    }
}

pub(crate) fn text(state: &Option<Bytes>) -> &str {
    state.as_ref().map_or("absent", |body| std::str::from_utf8(body).unwrap())
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const NEVER: Duration = secs(1_000_000);

/// A store whose value changes at the given times. It waits like a server.
pub(crate) fn store(
    versions: &[(Duration, &'static str)],
) -> impl FnMut(&Request) -> (Duration, Reply) + Clone + Send + use<> {
    let versions = versions.to_vec();
    move |request| {
        let current = versions.iter().rposition(|(at, _)| *at <= request.at).unwrap();
        let answer = |version: usize| Some((200, version as u64 + 10, versions[version].1));
        let Some(wait) = request.wait().filter(|_| request.index() == Some(current as u64 + 10)) else {
            return (Duration::ZERO, answer(current));
        };
        match versions.get(current + 1) {
            Some((at, _)) if *at <= request.at + wait => (*at - request.at, answer(current + 1)),
            _ => (wait, answer(current)),
        }
    }
}

/// Returns the response to a list of keys. They have no index, so they only differ in their values.
pub(crate) fn entries(entries: &[(&str, &str)]) -> &'static str {
    let entries = entries.iter().map(|(key, value)| {
        format!(r#"{{"Key": "{key}", "Value": "{}"}}"#, base64_simd::STANDARD.encode_to_string(value))
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(",")).leak()
}
