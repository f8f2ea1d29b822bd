//! Watches over an executor that is a function, on a clock that is a number.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use consul_client::transport::{Body, Executor, Runtime, Sleep, TransportError, TransportErrorKind};
use consul_client::watch::{Ends, Update};
use consul_client::{Client, Error, Watch, proto};
use futures_core::Stream;

/// A clock that stands still until it is moved.
#[derive(Clone, Debug, Default)]
struct Clock(Arc<Mutex<Hands>>);

#[derive(Debug, Default)]
struct Hands {
    now: Duration,
    alarms: Vec<Duration>,
}

impl Runtime for Clock {
    fn now(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        let clock = self.clone();
        Box::pin(std::future::poll_fn(move |_| {
            let mut hands = clock.0.lock().unwrap();
            if hands.now >= at {
                return Poll::Ready(());
            }
            hands.alarms.push(at);
            Poll::Pending
        }))
    }
}

impl Clock {
    /// Runs a future to its end, and moves the clock whenever it waits; `None` where `until` comes first.
    fn run<F: Future>(&self, until: Duration, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        loop {
            self.0.lock().unwrap().alarms.clear();
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Some(output);
            }
            let mut hands = self.0.lock().unwrap();
            let next = hands.alarms.iter().copied().min().expect("waits for something");
            if next > until {
                hands.now = until;
                return None;
            }
            hands.now = next;
        }
    }
}

/// What the server is asked, and when.
#[derive(Clone, Debug)]
struct Asked {
    at: Duration,
    target: String,
    token: Option<String>,
}

impl Asked {
    fn is_blocking(&self) -> bool {
        self.target.contains("index=")
    }
}

/// What it answers: status, index, body; or nothing.
type Reply = Option<(u16, u64, &'static str)>;
type Script = Box<dyn FnMut(&Asked) -> (Duration, Reply) + Send>;

struct Server {
    clock: Clock,
    script: Mutex<Script>,
    asked: Mutex<Vec<Asked>>,
    under_way: AtomicUsize,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

/// Counts a request that is under way, until it is dropped.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl Executor for Server {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        let _counted = Counted(&self.under_way);
        let token = request.headers().get("x-consul-token");
        let asked = Asked {
            at: self.clock.now(),
            target: request.uri().to_string(),
            token: token.map(|token| token.to_str().unwrap().to_owned()),
        };
        self.asked.lock().unwrap().push(asked.clone());
        let (after, reply) = (self.script.lock().unwrap())(&asked);
        self.clock.sleep_until(asked.at.saturating_add(after)).await;
        let Some((status, index, body)) = reply else {
            return Err(TransportError::new(TransportErrorKind::Connect, "refused"));
        };
        let answer = http::Response::builder().status(status).header("x-consul-index", index);
        Ok(answer.body(Body::from(bytes::Bytes::from_static(body.as_bytes()))).unwrap())
    }
}

struct World {
    clock: Clock,
    server: Arc<Server>,
    client: Client,
}

impl World {
    fn new(script: impl FnMut(&Asked) -> (Duration, Reply) + Send + 'static) -> Self {
        let clock = Clock::default();
        let server = Arc::new(Server {
            clock: clock.clone(),
            script: Mutex::new(Box::new(script)),
            asked: Mutex::default(),
            under_way: AtomicUsize::new(0),
        });
        let builder = Client::builder().executor(Arc::clone(&server) as _, Arc::new(clock.clone()));
        Self { clock, server, client: builder.build().unwrap() }
    }

    fn watch(&self) -> Watch<proto::kv::Raw> {
        self.client.kv().raw("k").watch()
    }

    /// The next update in short, where there is one before `until`.
    fn next(&self, watch: &mut Watch<proto::kv::Raw>, until: Duration) -> Option<String> {
        let update = self.clock.run(until, watch.next())?;
        Some(match update {
            None => "end".to_owned(),
            Some(Err(error)) => format!("ended: {error}"),
            Some(Ok(Update::State(state))) => match state.value.as_ref() {
                Some(body) => String::from_utf8(body.to_vec()).unwrap(),
                None => "absent".to_owned(),
            },
            Some(Ok(Update::Trouble(trouble))) => {
                format!(
                    "trouble: {:?} {:?}",
                    trouble.error.kind(),
                    trouble.unconfirmed.map(|time| time.as_secs())
                )
            }
            Some(Ok(other)) => format!("{other:?}"),
        })
    }

    fn asked(&self) -> Vec<Asked> {
        self.server.asked.lock().unwrap().clone()
    }

    fn under_way(&self) -> usize {
        self.server.under_way.load(Ordering::Relaxed)
    }
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const NEVER: Duration = secs(1_000_000);

/// A store whose value changes at the given times; waits as servers do.
fn store(versions: &[(Duration, &'static str)]) -> impl FnMut(&Asked) -> (Duration, Reply) + Send + use<> {
    let versions = versions.to_vec();
    move |asked| {
        let value = |asked: &Asked| versions.iter().rposition(|(at, _)| *at <= asked.at).unwrap();
        let current = value(asked);
        let is_known = asked.target.contains(&format!("index={}&", current + 10));
        match versions.get(current + 1) {
            Some((at, body)) if is_known && *at <= asked.at + secs(55) => {
                (*at - asked.at, Some((200, current as u64 + 11, body)))
            }
            _ if is_known => (secs(55), Some((200, current as u64 + 10, versions[current].1))),
            _ => (Duration::ZERO, Some((200, current as u64 + 10, versions[current].1))),
        }
    }
}

#[test]
fn states_come_as_they_change() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b"), (secs(4000), "c")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.clock.now(), secs(100));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "c");
    assert_eq!(world.clock.now(), secs(4000), "told when it happens");
    assert_eq!(watch.state().unwrap().as_deref(), Some(&b"c"[..]));
    assert_eq!(watch.unconfirmed(), Some(Duration::ZERO));
}

#[test]
fn a_watch_asks_as_its_call_would() {
    let world = World::new(store(&[(secs(0), "a")]));
    let token = "5ecbe7".parse().unwrap();
    let call = world.client.kv().raw("k").token(&token).stale().datacenter("dc2");
    let mut watch = call.index(99).wait(secs(7)).watch();
    assert!(world.asked().is_empty(), "nothing is sent before the first poll");
    world.next(&mut watch, secs(1));
    world.next(&mut watch, secs(1));
    let asked = world.asked();
    assert_eq!(asked[0].target, "/v1/kv/k?raw&dc=dc2&stale");
    assert_eq!(asked[1].target, "/v1/kv/k?raw&dc=dc2&stale&index=10&wait=7000ms");
    assert!(asked.iter().all(|asked| asked.token.as_deref() == Some("5ecbe7")));
    assert!(!format!("{watch:?}").contains("5ecbe7"));
}

#[test]
fn dropping_it_drops_the_request() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    world.next(&mut watch, secs(10));
    world.next(&mut watch, secs(10));
    assert_eq!((world.under_way(), world.asked().len()), (1, 2));
    drop(watch);
    assert_eq!(world.under_way(), 0);
}

#[test]
fn giving_up_on_an_update_gives_up_nothing() {
    let world = World::new(store(&[(secs(0), "a"), (secs(20), "b")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, secs(1)).unwrap(), "a");
    for second in 2..20 {
        assert_eq!(world.next(&mut watch, secs(second)), None);
    }
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.asked().len(), 2, "one request all the time");
}

#[test]
fn a_slow_consumer_gets_the_newest_state_at_once() {
    let mut versions = vec![(secs(0), "old")];
    versions.extend((1..1000).map(|second| (secs(second), if second == 999 { "newest" } else { "between" })));
    let world = World::new(store(&versions));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "old");
    assert_eq!(world.under_way(), 0, "nothing piles up while the consumer is busy");
    world.clock.0.lock().unwrap().now = secs(2000);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "newest");
    assert_eq!((world.clock.now(), world.asked().len()), (secs(2000), 2));
}

#[test]
fn an_outage_is_ridden_out_and_its_end_told() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(10) && !asked.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        at if at < secs(100) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "trouble: Connect Some(10)");
    assert_eq!((world.clock.now(), watch.unconfirmed()), (secs(10), Some(secs(10))));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "Confirmed");
    assert!((100..130).contains(&world.clock.now().as_secs()));
}

#[test]
fn an_attempt_ends_with_its_time() {
    let world = World::new(|asked| match asked.is_blocking() {
        true => (NEVER, None),
        false => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.client.kv().raw("k").timeout(secs(3)).watch().wait(secs(16)).ends(Ends::OnFailure);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    let end = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(end, "ended: GET /v1/kv/{*key} got no whole answer within 20s");
    assert_eq!((world.clock.now(), world.under_way()), (secs(20), 0));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn refusals_are_told_and_tried_again_or_end_it() {
    let world = World::new(|_| (Duration::ZERO, Some((403, 1, "Permission denied"))));
    let mut watch = world.watch();
    let told = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(told, "trouble: Api(PermissionDenied) None");
    assert_eq!(world.next(&mut watch, secs(300)), None, "once");
    assert!(world.asked().len() <= 11, "{}", world.asked().len());

    let mut watch = world.watch().ends(Ends::OnRefusal);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "ended: GET /v1/kv/{*key} was answered with an error");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn a_request_that_cannot_be_written_ends_it() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.client.kv().raw("").watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "ended: GET /v1/kv/{*key} was not sent");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn whoever_only_wants_states_gets_only_states() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(60) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    let state = world.clock.run(NEVER, watch.changed()).unwrap().unwrap().unwrap();
    assert_eq!((state.value.as_deref(), state.meta.index), (Some(&b"a"[..]), Some(10)));
}

#[test]
fn it_is_a_stream_that_goes_anywhere() {
    fn is_stream<S>(_: &S)
    where
        S: Stream<Item = Result<Update<Option<bytes::Bytes>>, Error>> + Send + Unpin + 'static,
    {
    }
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    is_stream(&watch);
    let next = std::future::poll_fn(|cx| Pin::new(&mut watch).poll_next(cx));
    assert!(matches!(world.clock.run(secs(1), next), Some(Some(Ok(Update::State(_))))));
}
