//! A watch with a blocking HTTP client, without an async runtime.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-proto --example watch
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]
#![allow(
    clippy::disallowed_methods,
    reason = "the program around the protocol may well read its environment and its clock"
)]

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant as Clock};

use bytes::Bytes;
use consul_proto::machine::{Failure, FailureKind, Input, Instant, Machine, Output, watch};
use consul_proto::{Endpoint, Options, encode, kv};

/// The error of the driver.
type Error = Arc<dyn std::error::Error + Send + Sync>;

const KEY: &str = "example/watched";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let driver = Driver::new();
    driver
        .send(encode(&kv::Delete::new(KEY), &Options::default())?, driver.now() + Duration::from_secs(5))?;

    let mut watch =
        watch::Watch::new(kv::Get::new(KEY), Options::default(), watch::Settings::default(), driver.seed());
    let mut values = Vec::new();
    while let Some(event) = driver.next(&mut watch) {
        let snapshot = match event {
            watch::Event::Snapshot(snapshot) => snapshot,
            watch::Event::Ended(error) => return Err(error.to_string().into()),
        };
        if let Some(degraded) = snapshot.degraded() {
            println!("cannot be confirmed: {}", degraded.cause);
            continue;
        }
        let value = snapshot.value().and_then(|entry| Some(entry.as_ref().as_ref()?.value.clone()));
        println!("now {value:?}");
        values.push(value);
        // Another client changes the key, while the server holds the next request.
        match values.len() {
            1 => change(kv::Put::new(KEY, "blue")),
            2 => change(kv::Delete::new(KEY)),
            _ => watch.handle(driver.now(), Input::Stop),
        }
    }
    assert_eq!(values, [None, Some("blue".into()), None]);
    Ok(())
}

/// A driver that executes the outputs of a machine one after the other.
struct Driver {
    http: ureq::Agent,
    base: String,
    origin: Clock,
}

impl Driver {
    fn new() -> Self {
        let address = std::env::var("CONSUL_HTTP_ADDR").unwrap_or_else(|_| "127.0.0.1:8500".to_owned());
        // The protocol handles every status, and rejects redirects.
        let http =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        let base = format!("http://{}", address.trim_start_matches("http://"));
        Self { http, base, origin: Clock::now() }
    }

    fn now(&self) -> Instant {
        Instant::ORIGIN + self.origin.elapsed()
    }

    /// The seed differs for each watch. A program with many watches uses random seeds.
    fn seed(&self) -> u64 {
        u64::from(std::process::id())
    }

    /// Returns the next event of the machine, or `None` after it has finished.
    fn next<M: Machine<Error = Error>>(&self, machine: &mut M) -> Option<M::Event> {
        loop {
            match machine.poll(self.now()) {
                Output::Send { exchange, request, deadline, .. } => {
                    let input = match self.send(request, deadline) {
                        Ok(response) => Input::Response(exchange, response),
                        Err(error) => {
                            let (kind, is_unsent) = (kind(&error), false);
                            let error: Error = Arc::new(error);
                            Input::Failed(exchange, Failure { kind, is_unsent, error })
                        }
                    };
                    machine.handle(self.now(), input);
                }
                // A single request needs no limit.
                Output::Wait { wants: Some(slot), .. } => {
                    machine.handle(self.now(), Input::Granted { slot, longest: Duration::MAX });
                }
                Output::Wait { until, wants: None } => {
                    // Without a time, the machine would wait for an exchange, and here none is in flight.
                    let until = until?;
                    thread::sleep(until.since(self.now()));
                }
                // No exchange is in flight that could be cancelled.
                Output::Cancel(_) => {}
                Output::Event(event) => return Some(event),
                Output::Done => return None,
            }
        }
    }

    /// Sends a request and waits for the complete response, until the deadline.
    fn send(
        &self,
        request: http::Request<Bytes>,
        deadline: Instant,
    ) -> Result<http::Response<Bytes>, ureq::Error> {
        let (mut head, body) = request.into_parts();
        // The request has a path and a query. The transport adds the address of the agent.
        head.uri = format!("{}{}", self.base, head.uri).parse().map_err(http::Error::from)?;
        let request = http::Request::from_parts(head, body.to_vec());
        let left = deadline.since(self.now());
        let request = self.http.configure_request(request).timeout_global(Some(left)).build();
        let (head, mut body) = self.http.run(request)?.into_parts();
        Ok(http::Response::from_parts(head, Bytes::from(body.read_to_vec()?)))
    }
}

/// Returns the kind of a failure: a machine distinguishes transient errors from unexpected responses.
fn kind(error: &ureq::Error) -> FailureKind {
    match error {
        ureq::Error::Timeout(_) => FailureKind::Timeout,
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => FailureKind::Connect,
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            FailureKind::Connect
        }
        ureq::Error::Io(_) => FailureKind::Closed,
        _ => FailureKind::Other,
    }
}

fn change(endpoint: impl Endpoint) {
    thread::spawn(move || {
        let driver = Driver::new();
        let request = encode(&endpoint, &Options::default()).expect("a key that can be addressed");
        let deadline = driver.now() + Duration::from_secs(5);
        driver.send(request, deadline).expect("the agent takes it");
    });
}
