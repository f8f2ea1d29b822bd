//! Runs all rules and reports each.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::{Make, connection, request, response};
use crate::Executor;

/// Result of every rule; see [`run_all`].
#[derive(Clone, Debug)]
#[must_use = "a report can contain failures"]
pub struct Report {
    outcomes: Vec<Outcome>,
}

#[derive(Clone, Debug)]
struct Outcome {
    rule: &'static str,
    failure: Option<String>,
}

type Rule = for<'a> fn(Make<'a>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

const RULES: &[(&str, Rule)] = &[
    ("path_is_sent_byte_for_byte", |make| Box::pin(request::path_is_sent_byte_for_byte(make))),
    ("method_and_headers_arrive", |make| Box::pin(request::method_and_headers_arrive(make))),
    ("bodies_arrive_with_their_length", |make| Box::pin(request::bodies_arrive_with_their_length(make))),
    ("streamed_request_body_arrives_completely", |make| {
        Box::pin(request::streamed_request_body_arrives_completely(make))
    }),
    ("request_asks_for_an_unencoded_response", |make| {
        Box::pin(request::request_asks_for_an_unencoded_response(make))
    }),
    ("every_status_is_a_response", |make| Box::pin(response::every_status_is_a_response(make))),
    ("redirects_are_not_followed", |make| Box::pin(response::redirects_are_not_followed(make))),
    ("head_arrives_before_the_body", |make| Box::pin(response::head_arrives_before_the_body(make))),
    ("body_arrives_exactly", |make| Box::pin(response::body_arrives_exactly(make))),
    ("framing_of_a_body_is_visible", |make| Box::pin(response::framing_of_a_body_is_visible(make))),
    ("truncated_body_is_an_error", |make| Box::pin(response::truncated_body_is_an_error(make))),
    ("broken_chunk_is_a_protocol_error", |make| Box::pin(response::broken_chunk_is_a_protocol_error(make))),
    ("garbage_is_a_protocol_error", |make| Box::pin(response::garbage_is_a_protocol_error(make))),
    ("response_ahead_of_the_request_body_is_delivered", |make| {
        Box::pin(response::response_ahead_of_the_request_body_is_delivered(make))
    }),
    ("concurrent_calls_keep_their_responses", |make| {
        Box::pin(response::concurrent_calls_keep_their_responses(make))
    }),
    ("refused_connection_is_unsent", |make| Box::pin(connection::refused_connection_is_unsent(make))),
    ("lost_response_is_not_unsent", |make| Box::pin(connection::lost_response_is_not_unsent(make))),
    ("request_that_arrived_is_not_marked_unsent", |make| {
        Box::pin(connection::request_that_arrived_is_not_marked_unsent(make))
    }),
    ("closed_idle_connection_is_replaced", |make| {
        Box::pin(connection::closed_idle_connection_is_replaced(make))
    }),
    ("dropped_call_closes_its_connection", |make| {
        Box::pin(connection::dropped_call_closes_its_connection(make))
    }),
    ("dropped_body_closes_its_connection", |make| {
        Box::pin(connection::dropped_body_closes_its_connection(make))
    }),
];

/// Runs every rule that applies to all executors, also after a failure, and returns a report.
pub async fn run_all<F>(make: F) -> Report
where
    F: Fn(SocketAddr) -> Arc<dyn Executor> + Send + Sync,
{
    let mut outcomes = Vec::with_capacity(RULES.len());
    for (rule, check) in RULES {
        outcomes.push(Outcome { rule, failure: failure(check(&make)).await });
    }
    Report { outcomes }
}

/// Returns the message of the panic if the future panics.
async fn failure(mut check: Pin<Box<dyn Future<Output = ()> + Send + '_>>) -> Option<String> {
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| check.as_mut().poll(cx))) {
        Ok(polled) => polled.map(|()| None),
        Err(panic) => Poll::Ready(Some(message(&*panic))),
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(message), _) => message.clone(),
        (None, Some(message)) => (*message).to_owned(),
        (None, None) => "panicked".to_owned(),
    }
}

impl Report {
    /// Returns the names of all rules that ran.
    pub fn rules(&self) -> impl Iterator<Item = &'static str> {
        self.outcomes.iter().map(|outcome| outcome.rule)
    }

    /// Returns the broken rules, each with a message.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.outcomes.iter().filter_map(|outcome| Some((outcome.rule, outcome.failure.as_deref()?)))
    }

    /// Checks that no rule is broken.
    ///
    /// # Panics
    ///
    /// Panics if at least one rule is broken. The message is the report.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.failures().next().is_none(), "the executor breaks its contract:\n{self}");
    }
}

/// One line for each rule.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Outcome { rule, failure } in &self.outcomes {
            match failure {
                None => writeln!(f, "ok      {rule}")?,
                Some(failure) => writeln!(f, "BROKEN  {rule}: {failure}")?,
            }
        }
        Ok(())
    }
}
