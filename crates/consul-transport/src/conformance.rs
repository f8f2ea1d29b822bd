//! Checks if an [`Executor`] meets its contract.
//!
//! Each rule is a function. It starts a scripted server on the loopback address, makes an executor for it, and panics
//! with a message if the executor breaks the rule. [`run_all`] runs all rules that apply to every executor and reports
//! each. An executor that keeps connections should also pass [`sequential_calls_share_a_connection`].
//!
//! The functions do not depend on a runtime. They wait for conditions, up to a minute each, and do not sleep, so that
//! a slow machine does not break a rule.
//!
//! ```no_run
//! # #[cfg(feature = "hyper")]
//! # async fn example() {
//! use std::sync::Arc;
//! use consul_transport::{Executor, HyperExecutor, conformance};
//!
//! let report = conformance::run_all(|agent| -> Arc<dyn Executor> {
//!     let address = agent.to_string().parse().expect("a socket address is a valid address");
//!     Arc::new(HyperExecutor::new(address).expect("an address without TLS"))
//! })
//! .await;
//! report.assert();
//! # }
//! ```

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::{Body, Executor, TransportError};

mod connection;
mod report;
mod request;
mod response;
mod server;
mod wait;

pub use self::connection::{
    closed_idle_connection_is_replaced, dropped_body_closes_its_connection,
    dropped_call_closes_its_connection, lost_response_is_not_unsent, refused_connection_is_unsent,
    request_that_arrived_is_not_marked_unsent, sequential_calls_share_a_connection,
};
pub use self::report::{Report, run_all};
pub use self::request::{
    bodies_arrive_with_their_length, method_and_headers_arrive, path_is_sent_byte_for_byte,
    request_asks_for_an_unencoded_response, streamed_request_body_arrives_completely,
};
pub use self::response::{
    body_arrives_exactly, broken_chunk_is_a_protocol_error, concurrent_calls_keep_their_responses,
    every_status_is_a_response, framing_of_a_body_is_visible, garbage_is_a_protocol_error,
    head_arrives_before_the_body, redirects_are_not_followed,
    response_ahead_of_the_request_body_is_delivered, truncated_body_is_an_error,
};

/// Creates an executor for the agent at an address. Executors share nothing.
pub type Make<'a> = &'a (dyn Fn(SocketAddr) -> Arc<dyn Executor> + Sync);

/// A limit that is larger than any body in a rule.
const LIMIT: usize = 16 << 20;

fn request(method: Method, target: &str, body: impl Into<Bytes>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(target)
        .body(Body::from(body.into()))
        .expect("the parts of the request are valid")
}

fn get(target: &str) -> Request<Body> {
    request(Method::GET, target, Bytes::new())
}

async fn execute(
    executor: &Arc<dyn Executor>,
    request: Request<Body>,
) -> Result<Response<Body>, TransportError> {
    wait::within("a call must end when the server has responded or closed", executor.execute(request)).await
}

async fn collect(response: Response<Body>) -> Result<Bytes, TransportError> {
    wait::within("a body must end when the server has ended it", response.into_body().collect(LIMIT)).await
}

/// Sends a request that must succeed, and returns the body of its response.
async fn fetch(executor: &Arc<dyn Executor>, request: Request<Body>) -> Bytes {
    let sent = format!("{} {}", request.method(), request.uri());
    let response = execute(executor, request)
        .await
        .unwrap_or_else(|error| panic!("{sent} must get a response: {error:?}"));
    collect(response).await.unwrap_or_else(|error| panic!("the body for {sent} must be complete: {error:?}"))
}
