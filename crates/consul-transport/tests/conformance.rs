//! The hyper executor meets the contract on both of tokio's runtimes.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use consul_transport::{
    Body, Executor, Hint, HyperExecutor, TransportError, TransportErrorKind, conformance,
};
use http::{Request, Response};

fn make(agent: SocketAddr) -> Arc<dyn Executor> {
    let address = agent.to_string().parse().expect("a socket address is a valid address");
    Arc::new(HyperExecutor::new(address).expect("an address without TLS"))
}

#[tokio::test]
async fn every_rule_on_one_thread() {
    conformance::run_all(make).await.assert();
    conformance::sequential_calls_share_a_connection(&make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_rule_on_several_threads() {
    conformance::run_all(make).await.assert();
    conformance::sequential_calls_share_a_connection(&make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_from_spawned_tasks() {
    // Requires the executor's futures to be `Send`.
    tokio::spawn(conformance::run_all(make)).await.unwrap().assert();
}

/// Sends every request as a long poll.
#[derive(Debug)]
struct Patient(Arc<dyn Executor>);

#[async_trait]
impl Executor for Patient {
    async fn execute(&self, mut request: Request<Body>) -> Result<Response<Body>, TransportError> {
        request.extensions_mut().insert(Hint::LongPoll { held: std::time::Duration::from_secs(60) });
        self.0.execute(request).await
    }
}

#[tokio::test]
async fn every_rule_with_long_polls() {
    let make = |agent| -> Arc<dyn Executor> { Arc::new(Patient(make(agent))) };
    conformance::run_all(make).await.assert();
    conformance::sequential_calls_share_a_connection(&make).await;
}

/// Changes one target, and reports every error before the head of a response as another kind.
#[derive(Debug)]
struct Broken(Arc<dyn Executor>);

#[async_trait]
impl Executor for Broken {
    async fn execute(&self, mut request: Request<Body>) -> Result<Response<Body>, TransportError> {
        if request.uri().query().is_none() && request.uri().path() == "/" {
            *request.uri_mut() = "/?".parse().expect("a valid target");
        }
        let error = |error| TransportError::new(TransportErrorKind::Other, error);
        self.0.execute(request).await.map_err(error)
    }
}

#[tokio::test]
async fn report_contains_every_rule_and_every_failure() {
    let report = conformance::run_all(|agent| -> Arc<dyn Executor> { Arc::new(Broken(make(agent))) }).await;
    assert_eq!(report.rules().count(), 21, "{report}");
    let broken: Vec<&str> = report.failures().map(|(rule, _)| rule).collect();
    assert_eq!(
        broken,
        [
            "path_is_sent_byte_for_byte",
            "garbage_is_a_protocol_error",
            "refused_connection_is_unsent",
            "lost_response_is_not_unsent"
        ],
        "{report}"
    );
}
