//! A machine that keeps a lease, on the real driver.

use std::convert::Infallible;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::{Exchange, Input, Machine, Output, Slot};
use consul_proto::{Options, Route, encode, kv, status};
use consul_transport::{Body, Executor, Hint, TransportError};

use super::Driver;
use crate::runtime::{Instant, TokioRuntime};
use crate::{Client, Error};

const RENEWAL: Duration = Duration::from_millis(200);
const READ: Duration = Duration::from_secs(3);

/// Renews every 200 ms, with a long read beside it, and emits an event for each response.
#[derive(Debug, Default)]
struct Lease {
    exchanges: u64,
    renew_at: Instant,
    renewal: Option<Exchange>,
    read: Option<Exchange>,
    granted: Option<Slot>,
    events: u64,
    emitted: u64,
    errors: Vec<Error>,
    is_stopping: bool,
}

impl Lease {
    fn send(&mut self, now: Instant, route: Route, request: http::Request<Bytes>, slot: Slot) -> Output<u64> {
        self.exchanges += 1;
        let exchange = Exchange::new(self.exchanges);
        let held = if slot == Slot::LongPoll { READ } else { Duration::ZERO };
        *(if slot == Slot::LongPoll { &mut self.read } else { &mut self.renewal }) = Some(exchange);
        Output::Send { exchange, route, request, slot, held, deadline: now + held + RENEWAL }
    }
}

impl Machine for Lease {
    type Event = u64;
    type Error = Error;

    fn handle(&mut self, _: Instant, input: Input<Error>) {
        let exchange = match input {
            Input::Response(exchange, _) => exchange,
            Input::Failed(exchange, failure) => {
                self.errors.push(failure.error);
                exchange
            }
            Input::Granted { slot, .. } => return self.granted = Some(slot),
            Input::Stop => return self.is_stopping = true,
        };
        self.events += 1;
        for in_flight in [&mut self.renewal, &mut self.read] {
            if *in_flight == Some(exchange) {
                *in_flight = None;
            }
        }
    }

    fn poll(&mut self, now: Instant) -> Output<u64> {
        let granted = self.granted.take();
        if self.is_stopping {
            let in_flight = self.read.take().or(self.renewal.take());
            return in_flight.map_or(Output::Done, Output::Cancel);
        }
        if self.renewal.is_none() && now >= self.renew_at {
            self.renew_at = now + RENEWAL;
            let endpoint = status::Leader::new();
            let request = encode(&endpoint, &Options::default()).unwrap();
            return self.send(now, Route::of(&endpoint), request, Slot::Lease);
        }
        if self.read.is_none() && granted == Some(Slot::LongPoll) {
            let endpoint = kv::Raw::new("k");
            let request = encode(&endpoint, &Options::default()).unwrap();
            return self.send(now, Route::of(&endpoint), request, Slot::LongPoll);
        }
        if self.emitted < self.events {
            self.emitted = self.events;
            return Output::Event(self.events);
        }
        let wants = self.read.is_none().then_some(Slot::LongPoll);
        Output::Wait { until: self.renewal.is_none().then_some(self.renew_at), wants }
    }
}

/// Responds to renewals immediately and holds reads. Records when each request came.
#[derive(Debug)]
struct Server {
    start: tokio::time::Instant,
    renewals: Mutex<Vec<Duration>>,
    reads: Mutex<Vec<Duration>>,
    read_takes: Duration,
    in_flight: Arc<()>,
}

#[async_trait::async_trait]
impl Executor for Server {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let _in_flight = Arc::clone(&self.in_flight);
        let at = self.start.elapsed();
        match request.extensions().get::<Hint>() {
            Some(Hint::Reserved) => self.renewals.lock().unwrap().push(at),
            Some(Hint::LongPoll { held: READ }) => {
                self.reads.lock().unwrap().push(at);
                tokio::time::sleep(self.read_takes).await;
            }
            other => panic!("{other:?}"),
        }
        Ok(http::Response::new(Body::from(Bytes::from_static(b"\"\""))))
    }
}

fn driver(read_takes: Duration) -> (Driver<Lease>, Arc<Server>) {
    let server = Arc::new(Server {
        start: tokio::time::Instant::now(),
        renewals: Mutex::default(),
        reads: Mutex::default(),
        read_takes,
        in_flight: Arc::new(()),
    });
    let executor = Arc::clone(&server) as Arc<dyn Executor>;
    let client = Client::builder().executor(executor, Arc::new(TokioRuntime::new())).build().unwrap();
    (Driver::new(Box::default(), client, None), server)
}

/// Runs the machine on a task, as recipes do: it publishes events in a channel that nobody reads.
async fn run(length: Duration) -> (Vec<Duration>, Vec<Duration>) {
    let (mut driver, server) = driver(READ);
    let (sender, _receiver) = tokio::sync::watch::channel(0);
    let task = async {
        while let Some(event) = poll_fn(|cx| driver.poll_event(cx)).await {
            sender.send_replace(event);
        }
    };
    assert!(tokio::time::timeout(length, task).await.is_err(), "the machine runs until it is stopped");
    assert!(driver.machine().errors.is_empty(), "{:?}", driver.machine().errors);
    let (renewals, reads) = (server.renewals.lock().unwrap().clone(), server.reads.lock().unwrap().clone());
    (renewals, reads)
}

/// Returns the longest time between two requests.
fn longest(times: &[Duration]) -> Duration {
    times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_renewal_is_late_in_ten_minutes_of_virtual_time() {
    let (renewals, reads) = run(Duration::from_secs(600)).await;
    assert!(longest(&renewals) <= RENEWAL + Duration::from_millis(5), "{:?}", longest(&renewals));
    assert!(renewals.len() >= 2900, "{}", renewals.len());
    assert!((190..=201).contains(&reads.len()), "{}", reads.len());
}

#[tokio::test]
async fn no_renewal_is_late_in_ten_seconds_of_real_time() {
    let (renewals, reads) = run(Duration::from_secs(10)).await;
    // Generous, for machines that stand still now and then.
    assert!(longest(&renewals) < 10 * RENEWAL, "{:?}", longest(&renewals));
    assert!(renewals.len() >= 25 && reads.len() >= 3, "{} and {}", renewals.len(), reads.len());
}

#[tokio::test(start_paused = true)]
async fn deadline_of_one_exchange_leaves_the_other_and_errors_have_the_right_route() {
    let (mut driver, server) = driver(Duration::from_secs(3600));
    let events = async { while poll_fn(|cx| driver.poll_event(cx)).await.is_some() {} };
    assert!(tokio::time::timeout(Duration::from_secs(10), events).await.is_err());
    let machine = driver.machine();
    assert_eq!(machine.errors.len(), 3, "one read after the other times out");
    for error in &machine.errors {
        assert_eq!((error.route(), error.is_timeout()), (Some("/v1/kv/{*key}"), true));
    }
    assert!(longest(&server.renewals.lock().unwrap()) <= RENEWAL + Duration::from_millis(5));
}

#[tokio::test(start_paused = true)]
async fn stop_cancels_each_exchange() {
    let (mut driver, server) = driver(READ);
    let first = poll_fn(|cx| driver.poll_event(cx)).await;
    assert!(first.is_some());
    let waited = tokio::time::timeout(Duration::from_millis(10), poll_fn(|cx| driver.poll_event(cx))).await;
    assert!(waited.is_err());
    assert_eq!(Arc::strong_count(&server.in_flight), 2, "the read is in flight");
    let now = driver.now();
    driver.machine_mut().handle(now, Input::Stop);
    assert!(poll_fn(|cx| driver.poll_event(cx)).await.is_none());
    assert_eq!(Arc::strong_count(&server.in_flight), 1);
}

/// A machine that wants a long poll for a lease.
#[derive(Debug, Default)]
struct LongLease(Option<Duration>);

impl Machine for LongLease {
    type Event = Infallible;
    type Error = Error;

    fn handle(&mut self, _: Instant, input: Input<Error>) {
        if let Input::Granted { slot: Slot::Lease, longest } = input {
            self.0 = Some(longest);
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Infallible> {
        let endpoint = kv::Raw::new("k");
        match self.0 {
            None => Output::Wait { until: None, wants: Some(Slot::Lease) },
            Some(Duration::ZERO) => Output::Done,
            Some(_) => {
                self.0 = Some(Duration::ZERO);
                Output::Send {
                    exchange: Exchange::new(1),
                    route: Route::of(&endpoint),
                    request: encode(&endpoint, &Options::default()).unwrap(),
                    slot: Slot::Lease,
                    held: READ,
                    deadline: now + READ,
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn at_most_32_leases_have_a_long_poll() {
    let (first, _server) = driver(READ);
    let client = first.client().clone();
    let mut with_long_poll = 0;
    let mut drivers = Vec::new();
    for _ in 0..40 {
        let mut driver = Driver::new(Box::<LongLease>::default(), client.clone(), None);
        let _ = poll_fn(|cx| std::task::Poll::Ready(driver.poll_event(cx).is_ready())).await;
        with_long_poll += driver.in_flight.len();
        drivers.push(driver);
    }
    assert_eq!(with_long_poll, 32);
}
