//! Hooks for metrics of calls and watches.

use std::fmt::Debug;
use std::time::Duration;

use consul_proto::{Method, Route};
use http::StatusCode;

use crate::client::Exchanged;
use crate::runtime::Instant;
use crate::{Error, ErrorKind};

/// An observer of the calls and watches of a client, for metrics.
///
/// Set an observer with [`ClientBuilder::observer`](crate::ClientBuilder::observer). Its methods run in the task of
/// the call and must return quickly. By default, each method does nothing. They never receive keys, values or tokens.
/// Suitable label names are OpenTelemetry's attributes of HTTP clients: `http.request.method`, `url.template`,
/// `http.response.status_code`, `error.type`.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use consul_client::{CallFinished, Observer};
///
/// #[derive(Debug, Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn call_finished(&self, call: &CallFinished<'_>) {
///         if call.error.is_some() {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: Debug + Send + Sync + 'static {
    /// Called when a call has ended, after all its attempts. Not called if the call is dropped.
    fn call_finished(&self, call: &CallFinished<'_>) {
        let _ = call;
    }

    /// Called when an attempt of a call, or a request of a watch, has ended. Not called if it is dropped.
    fn attempt_finished(&self, attempt: &AttemptFinished<'_>) {
        let _ = attempt;
    }

    /// Called when a watch cannot confirm its state, and becomes degraded.
    fn watch_degraded(&self, route: &Route, error: &Error) {
        let _ = (route, error);
    }

    /// Called when a lease has started. `recipe` is its kind, such as `session` or `lock`.
    fn lease_started(&self, recipe: &str) {
        let _ = recipe;
    }

    /// Called when a lease was lost. Not called if its guard or [`Client::close`](crate::Client::close) has ended it.
    fn lease_lost(&self, recipe: &str, error: &Error) {
        let _ = (recipe, error);
    }

    /// Called when a degraded watch has confirmed its state.
    fn watch_recovered(&self, route: &Route, degraded_for: Duration) {
        let _ = (route, degraded_for);
    }
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallFinished<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path template, such as `/v1/kv/{*key}`.
    pub route: &'a str,
    /// The status of the last response, if there was one.
    pub status: Option<StatusCode>,
    /// The error, if the call failed before its response was decoded.
    pub error: Option<ErrorKind>,
    /// The number of attempts.
    pub attempts: u32,
    /// The time from the first attempt to the end.
    pub elapsed: Duration,
}

/// An attempt that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptFinished<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path template, such as `/v1/kv/{*key}`.
    pub route: &'a str,
    /// The status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// The error, if there was no response.
    pub error: Option<ErrorKind>,
    /// The number of the attempt within its call, counted from 1.
    pub number: u32,
    /// The duration of the attempt.
    pub elapsed: Duration,
}

impl<'a> CallFinished<'a> {
    pub(crate) fn of<B>(route: &'a Route, result: &Result<Exchanged<B>, Error>, now: Instant) -> Self {
        let (status, error, attempts, elapsed) = match result {
            Ok(done) => (Some(done.response.status()), done.error, done.attempts, now.since(done.start)),
            Err(error) => (error.status(), Some(error.kind()), error.attempts(), error.elapsed()),
        };
        Self { method: route.method(), route: route.path(), status, error, attempts, elapsed }
    }
}
