//! What every [`Executor`] must do, as functions that any implementation can run.
//!
//! Each rule is a function. It starts a scripted server on the loopback address, makes an executor for it, and panics
//! with a sentence where the executor breaks the rule. [`run_all`] runs those that hold for every executor; one that
//! keeps connections runs [`sequential_calls_share_a_connection`] as well.
//!
//! The functions need no particular runtime: they run wherever the executor does. They wait for conditions, up to a
//! minute each, and never for time to pass, so a slow machine breaks no rule.
//!
//! ```no_run
//! # #[cfg(feature = "hyper")]
//! # async fn example() {
//! use std::sync::Arc;
//! use consul_transport::{Executor, HyperExecutor, conformance};
//!
//! conformance::run_all(|agent| -> Arc<dyn Executor> {
//!     let address = agent.to_string().parse().expect("a socket address is an address");
//!     Arc::new(HyperExecutor::new(address).expect("an executor without TLS"))
//! })
//! .await;
//! # }
//! ```

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};

use crate::{Body, Executor, TransportError};

mod answer;
mod connection;
mod request;
mod server;
mod wait;

pub use self::answer::{
    answer_ahead_of_the_request_body_is_delivered, body_arrives_exactly, broken_chunk_is_a_protocol_error,
    concurrent_calls_keep_their_answers, every_status_is_an_answer, garbage_is_a_protocol_error,
    head_comes_before_the_body, redirects_are_not_followed, truncated_body_is_an_error,
};
pub use self::connection::{
    closed_idle_connection_is_replaced, dropped_body_closes_its_connection,
    dropped_call_closes_its_connection, lost_answer_is_not_unsent, refused_connection_is_unsent,
    request_that_arrived_is_not_marked_unsent, sequential_calls_share_a_connection,
};
pub use self::request::{
    bodies_arrive_with_their_length, method_and_headers_arrive, path_is_sent_byte_for_byte,
    streamed_request_body_arrives_whole,
};

/// Makes an executor for the agent at an address, with nothing shared between one and the next.
pub type Make<'a> = &'a (dyn Fn(SocketAddr) -> Arc<dyn Executor> + Sync);

/// Every rule that holds for every executor, one after the other.
///
/// # Panics
///
/// Where the executor breaks a rule; the message says which.
pub async fn run_all<F>(make: F)
where
    F: Fn(SocketAddr) -> Arc<dyn Executor> + Send + Sync,
{
    path_is_sent_byte_for_byte(&make).await;
    method_and_headers_arrive(&make).await;
    bodies_arrive_with_their_length(&make).await;
    streamed_request_body_arrives_whole(&make).await;

    every_status_is_an_answer(&make).await;
    redirects_are_not_followed(&make).await;
    head_comes_before_the_body(&make).await;
    body_arrives_exactly(&make).await;
    truncated_body_is_an_error(&make).await;
    broken_chunk_is_a_protocol_error(&make).await;
    garbage_is_a_protocol_error(&make).await;
    answer_ahead_of_the_request_body_is_delivered(&make).await;
    concurrent_calls_keep_their_answers(&make).await;

    refused_connection_is_unsent(&make).await;
    lost_answer_is_not_unsent(&make).await;
    request_that_arrived_is_not_marked_unsent(&make).await;
    closed_idle_connection_is_replaced(&make).await;
    dropped_call_closes_its_connection(&make).await;
    dropped_body_closes_its_connection(&make).await;
}

/// More than any body of a rule.
const LIMIT: usize = 16 << 20;

fn request(method: Method, target: &str, body: impl Into<Bytes>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(target)
        .body(Body::from(body.into()))
        .expect("a request that can be built")
}

fn get(target: &str) -> Request<Body> {
    request(Method::GET, target, Bytes::new())
}

async fn execute(
    executor: &Arc<dyn Executor>,
    request: Request<Body>,
) -> Result<Response<Body>, TransportError> {
    wait::within("a call must end when the server has answered or closed", executor.execute(request)).await
}

async fn collect(answer: Response<Body>) -> Result<Bytes, TransportError> {
    wait::within("a body must end when the server has ended it", answer.into_body().collect(LIMIT)).await
}

/// The body of an answer that has to come.
async fn fetch(executor: &Arc<dyn Executor>, request: Request<Body>) -> Bytes {
    let sent = format!("{} {}", request.method(), request.uri());
    let answer =
        execute(executor, request).await.unwrap_or_else(|error| panic!("{sent} must be answered: {error:?}"));
    collect(answer).await.unwrap_or_else(|error| panic!("the body for {sent} must be complete: {error:?}"))
}
