//! A world in which time passes as told, with one server in it.

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
use consul_client::watch::{Trouble, Update};
use consul_client::{Client, Error, Watch, proto};

/// A clock that stands still until it is moved, and the tasks that live by it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Arc<Mutex<Hands>>);

#[derive(Default)]
pub(crate) struct Hands {
    pub(crate) now: Duration,
    alarms: BTreeMap<(Duration, u64), Waker>,
    ids: u64,
    tasks: Vec<(Task, Arc<Woken>)>,
    polls: usize,
}

impl fmt::Debug for Hands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hands({:?})", self.now)
    }
}

/// Whether a task has been woken.
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
        self.hands().tasks.push((task, Woken::new()));
        Ok(())
    }
}

impl Clock {
    pub(crate) fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap()
    }

    /// Runs a future to its end, and with it all tasks, and moves the clock whenever everybody waits; `None` where
    /// `until` comes first.
    pub(crate) fn run<F: Future>(&self, until: Duration, future: F) -> Option<F::Output> {
        let (mut future, woken) = (pin!(future), Woken::new());
        loop {
            let mut is_quiet = true;
            match woken.poll(future.as_mut()) {
                Some(Poll::Ready(output)) => return Some(output),
                Some(Poll::Pending) => is_quiet = false,
                None => {}
            }
            // Tasks may start tasks.
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

    /// Lets the tasks live until then.
    pub(crate) fn pass(&self, until: Duration) {
        assert!(self.run(until, std::future::pending::<()>()).is_none());
    }

    /// Drops all tasks, as a runtime does that ends.
    pub(crate) fn end(&self) {
        let tasks = mem::take(&mut self.hands().tasks);
        drop(tasks);
    }

    /// How many tasks there are.
    pub(crate) fn tasks(&self) -> usize {
        self.hands().tasks.len()
    }

    /// How many alarms are set.
    pub(crate) fn alarms(&self) -> usize {
        self.hands().alarms.len()
    }

    /// How often tasks have been polled.
    pub(crate) fn polls(&self) -> usize {
        self.hands().polls
    }
}

/// What the server is asked, and when.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Duration,
    pub(crate) target: String,
    pub(crate) token: Option<String>,
}

impl Asked {
    pub(crate) fn is_blocking(&self) -> bool {
        self.index().is_some()
    }

    /// Whether it is to be held until something changes.
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

/// What it answers: status, index, body; or nothing.
pub(crate) type Reply = Option<(u16, u64, &'static str)>;
type Script = Box<dyn FnMut(&Asked) -> (Duration, Reply) + Send>;

pub(crate) struct Server {
    pub(crate) clock: Clock,
    script: Mutex<Script>,
    asked: Mutex<Vec<Asked>>,
    under_way: Mutex<Vec<Asked>>,
    /// The most that were under way at once: at the server for long, and briefly.
    most: Mutex<(usize, usize)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

/// A request that is under way, until it is dropped.
struct UnderWay<'a>(&'a Server, Asked);

impl<'a> UnderWay<'a> {
    fn new(server: &'a Server, asked: Asked) -> Self {
        let mut under_way = server.under_way.lock().unwrap();
        under_way.push(asked.clone());
        let long = under_way.iter().filter(|asked| asked.is_long()).count();
        let mut most = server.most.lock().unwrap();
        *most = (most.0.max(long), most.1.max(under_way.len() - long));
        drop((under_way, most));
        Self(server, asked)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.lock().unwrap();
        let at = under_way.iter().position(|asked| asked.target == self.1.target).unwrap();
        under_way.swap_remove(at);
    }
}

#[async_trait::async_trait]
impl Executor for Server {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let token = request.headers().get("x-consul-token");
        let asked = Asked {
            at: self.clock.now(),
            target: request.uri().to_string(),
            token: token.map(|token| token.to_str().unwrap().to_owned()),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let _under_way = UnderWay::new(self, asked.clone());
        let (after, reply) = (self.script.lock().unwrap())(&asked);
        self.clock.sleep_until(Instant::ORIGIN + asked.at.saturating_add(after)).await;
        let Some((status, index, body)) = reply else {
            return Err(TransportError::new(TransportErrorKind::Connect, "refused"));
        };
        let answer = http::Response::builder().status(status).header("x-consul-index", index);
        Ok(answer.body(Body::from(bytes::Bytes::from_static(body.as_bytes()))).unwrap())
    }
}

pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) server: Arc<Server>,
    pub(crate) client: Client,
}

impl World {
    pub(crate) fn new(script: impl FnMut(&Asked) -> (Duration, Reply) + Send + 'static) -> Self {
        Self::with(64, script)
    }

    /// Where a client may have so many long polls at once.
    pub(crate) fn with(
        long_polls: usize,
        script: impl FnMut(&Asked) -> (Duration, Reply) + Send + 'static,
    ) -> Self {
        let clock = Clock::default();
        let server = Arc::new(Server {
            clock: clock.clone(),
            script: Mutex::new(Box::new(script)),
            asked: Mutex::default(),
            under_way: Mutex::default(),
            most: Mutex::default(),
        });
        let builder = Client::builder()
            .max_long_polls(long_polls)
            .executor(Arc::clone(&server) as _, Arc::new(clock.clone()));
        Self { clock, server, client: builder.build().unwrap() }
    }

    pub(crate) fn watch(&self) -> Watch<proto::kv::Raw> {
        self.client.kv().raw("k").watch()
    }

    /// The next update in short, where there is one before `until`.
    pub(crate) fn next(&self, watch: &mut Watch<proto::kv::Raw>, until: Duration) -> Option<String> {
        self.clock.run(until, watch.next()).map(tell)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.server.asked.lock().unwrap().clone()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.server.under_way.lock().unwrap().len()
    }

    /// The most requests at once: long and brief ones.
    pub(crate) fn most_under_way(&self) -> (usize, usize) {
        *self.server.most.lock().unwrap()
    }
}

/// An update in short.
pub(crate) fn tell(update: Option<Result<Update<Option<Bytes>>, Error>>) -> String {
    match update {
        None => "end".to_owned(),
        Some(Err(error)) => format!("ended: {error}"),
        Some(Ok(Update::State(state))) => text(&state.value).to_owned(),
        Some(Ok(Update::Trouble(Trouble { error, unconfirmed, .. }))) => {
            format!("trouble: {:?} {:?}", error.kind(), unconfirmed.map(|time| time.as_secs()))
        }
        Some(Ok(other)) => format!("{other:?}"),
    }
}

pub(crate) fn text(state: &Option<Bytes>) -> &str {
    state.as_ref().map_or("absent", |body| std::str::from_utf8(body).unwrap())
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const NEVER: Duration = secs(1_000_000);

/// A store whose value changes at the given times; waits as servers do.
pub(crate) fn store(
    versions: &[(Duration, &'static str)],
) -> impl FnMut(&Asked) -> (Duration, Reply) + Send + use<> {
    let versions = versions.to_vec();
    move |asked| {
        let current = versions.iter().rposition(|(at, _)| *at <= asked.at).unwrap();
        let answer = |version: usize| Some((200, version as u64 + 10, versions[version].1));
        let Some(wait) = asked.wait().filter(|_| asked.index() == Some(current as u64 + 10)) else {
            return (Duration::ZERO, answer(current));
        };
        match versions.get(current + 1) {
            Some((at, _)) if *at <= asked.at + wait => (*at - asked.at, answer(current + 1)),
            _ => (wait, answer(current)),
        }
    }
}

/// The answer to a list of keys; without an index to each, so that keys differ by their values alone.
pub(crate) fn entries(entries: &[(&str, &str)]) -> &'static str {
    let entries = entries.iter().map(|(key, value)| {
        format!(r#"{{"Key": "{key}", "Value": "{}"}}"#, base64_simd::STANDARD.encode_to_string(value))
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(",")).leak()
}
