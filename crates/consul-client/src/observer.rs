//! Metrics: what happens to calls and watches, as it happens.

use std::fmt::Debug;
use std::time::Duration;

use consul_proto::{Method, Route};
use http::StatusCode;

use crate::client::Exchanged;
use crate::{Error, ErrorKind};

/// Receives what happens to the calls and watches of a client, to count and measure it.
///
/// Set by [`ClientBuilder::observer`](crate::ClientBuilder::observer). The methods are called in the task of the call,
/// so they return quickly; each does nothing by default. No key, value or token is passed to them. For labels,
/// OpenTelemetry's names for HTTP clients fit: `http.request.method`, `url.template`, `http.response.status_code`,
/// `error.type`.
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
    /// A call has ended, with all its attempts. Is not called if the call was dropped.
    fn call_finished(&self, call: &CallFinished<'_>) {
        let _ = call;
    }

    /// An attempt of a call, or a request of a watch, has ended. Is not called if it was dropped.
    fn attempt_finished(&self, attempt: &AttemptFinished<'_>) {
        let _ = attempt;
    }

    /// A watch cannot confirm its state, and has reported that.
    fn watch_degraded(&self, route: &Route, error: &Error) {
        let _ = (route, error);
    }

    /// A watch that was degraded has confirmed its state.
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
    /// What went wrong, if the call failed before its response was decoded.
    pub error: Option<ErrorKind>,
    /// How many attempts were made.
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
    /// What went wrong, if there was no response.
    pub error: Option<ErrorKind>,
    /// The number of the attempt within its call, counted from 1.
    pub number: u32,
    /// How long it lasted.
    pub elapsed: Duration,
}

impl<'a> CallFinished<'a> {
    pub(crate) fn of<B>(route: &'a Route, result: &Result<Exchanged<B>, Error>) -> Self {
        let (status, error, attempts, elapsed) = match result {
            Ok(done) => (Some(done.response.status()), done.error, done.attempts, done.elapsed),
            Err(error) => (error.status(), Some(error.kind()), error.attempts(), error.elapsed()),
        };
        Self { method: route.method(), route: route.path(), status, error, attempts, elapsed }
    }
}
