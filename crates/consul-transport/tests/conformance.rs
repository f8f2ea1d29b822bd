//! The hyper executor keeps every rule, on both of tokio's runtimes.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use consul_transport::{Body, Executor, Hint, HyperExecutor, TransportError, conformance};
use http::{Request, Response};

fn make(agent: SocketAddr) -> Arc<dyn Executor> {
    let address = agent.to_string().parse().expect("a socket address is an address");
    Arc::new(HyperExecutor::new(address).expect("an executor without TLS"))
}

#[tokio::test]
async fn every_rule_on_one_thread() {
    conformance::run_all(make).await;
    conformance::sequential_calls_share_a_connection(&make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_rule_on_several_threads() {
    conformance::run_all(make).await;
    conformance::sequential_calls_share_a_connection(&make).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_from_spawned_tasks() {
    // Needs the futures of the executor to be `Send`.
    tokio::spawn(conformance::run_all(make)).await.unwrap();
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
    conformance::run_all(make).await;
    conformance::sequential_calls_share_a_connection(&make).await;
}
