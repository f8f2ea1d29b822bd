//! When a failed request is sent again.

mod budget;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use consul_transport::TransportErrorKind;
use http::{HeaderMap, header};

use crate::ErrorKind;

pub(crate) use self::budget::Budget;

/// When and how often a call is sent again.
///
/// What is retried does not depend on the policy. Reads and idempotent writes are retried after transient errors. Any
/// request is retried if it was certainly not sent, or certainly not executed: no leader after the server has held it, a
/// rate limit, a limit of connections, a node that is [not ready](crate::ApiErrorKind::NotReady). A write with an unknown
/// outcome is never retried.
///
/// The pauses between attempts double up to a limit and are partly random, so a call makes at most 6 attempts in its
/// first 3 seconds by default. It never lasts longer than its [`timeout`](crate::ClientBuilder::timeout): if a pause does
/// not fit, or, for a write that is not idempotent, if a whole attempt does not fit, it ends with the error of its last
/// attempt. It also ends with the fifth error that may be permanent, such as one of the kind
/// [`Internal`](crate::ApiErrorKind::Internal).
///
/// All calls of a client share a budget of retries, so that an outage does not multiply its load: 100 retries in a row
/// and 10 more each second. If it is used up, calls wait for the next retry, or for the first success of another call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    initial: Duration,
    max: Duration,
    max_retry_after: Duration,
}

impl RetryPolicy {
    /// Creates the default policy.
    #[must_use]
    pub fn new() -> Self {
        Self {
            max_attempts: u32::MAX,
            initial: Duration::from_millis(200),
            max: Duration::from_secs(1),
            max_retry_after: Duration::from_secs(10),
        }
    }

    /// Creates a policy that sends every request once.
    #[must_use]
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets how many attempts a call has at most, the first one included. Not limited by default, except by the call's
    /// timeout. Zero counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest pause after the first attempt, and the longest of all. Defaults to 200 ms and 1 second, so that
    /// the end of an election is noticed within a second. Each pause lasts three quarters of its longest time at least;
    /// the rest is random.
    #[must_use]
    pub fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        (self.initial, self.max) = (initial, max);
        self
    }

    /// Sets the longest pause that a `Retry-After` header can ask for. Defaults to 10 seconds. Consul itself never sends
    /// that header, proxies do.
    #[must_use]
    pub fn max_retry_after(mut self, pause: Duration) -> Self {
        self.max_retry_after = pause;
        self
    }

    /// Returns whether another attempt is allowed after this many.
    pub(crate) fn allows(&self, attempts: u32) -> bool {
        attempts < self.max_attempts
    }

    /// Returns the pause after the attempt with this number, counted from 1.
    pub(crate) fn pause(&self, attempts: u32, retry_after: Option<Duration>, random: u64) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.initial.saturating_mul(1 << doublings).min(self.max);
        let quarter = u128::from(u64::try_from((longest / 4).as_nanos()).unwrap_or(u64::MAX));
        let jitter = Duration::from_nanos(((u128::from(random) * quarter) >> 64) as u64);
        // Without a fixed part, short pauses in a row would make far more attempts than intended.
        (longest / 4 * 3 + jitter).max(retry_after.unwrap_or_default().min(self.max_retry_after))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// Attempts of a call that end with an error that may be permanent.
pub(crate) const MAX_DOUBTFUL: u32 = 5;

/// What is known about a failed attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// Whether an error that the server reports may pass by itself.
    pub(crate) is_transient: bool,
    /// Whether sending the request twice has the same effect as sending it once.
    pub(crate) is_idempotent: bool,
    /// Whether the server certainly did not see the request.
    pub(crate) is_unsent: bool,
    /// Whether the server certainly did not execute the request, and never will.
    pub(crate) is_not_executed: bool,
}

/// Returns whether sending the request again can help, and does no harm if the failed attempt was executed.
pub(crate) fn is_retryable(failure: Failure) -> bool {
    let is_transient = match failure.kind {
        ErrorKind::Connect | ErrorKind::Timeout => true,
        ErrorKind::Transport(TransportErrorKind::Closed | TransportErrorKind::Rejected) => true,
        ErrorKind::Api(_) => failure.is_transient,
        _ => false,
    };
    is_transient && (failure.is_idempotent || failure.is_unsent || failure.is_not_executed)
}

/// Returns the pause that a response asks for, in its `Retry-After` header. A date is ignored, since the clocks of
/// two machines may differ.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    seconds.parse().ok().map(Duration::from_secs)
}

/// Random numbers, enough to keep clients from acting in step.
#[derive(Debug)]
pub(crate) struct Random {
    keys: RandomState,
    count: AtomicU64,
}

impl Random {
    pub(crate) fn new() -> Self {
        Self { keys: RandomState::new(), count: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self) -> u64 {
        self.keys.hash_one(self.count.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiErrorKind;

    fn failure(kind: ErrorKind) -> Failure {
        let is_transient = matches!(kind, ErrorKind::Api(kind) if kind.is_transient());
        Failure { kind, is_transient, is_idempotent: false, is_unsent: false, is_not_executed: false }
    }

    #[test]
    fn transient_errors_are_retried_unless_a_write_could_be_repeated() {
        let no_leader = ErrorKind::Api(ApiErrorKind::NoLeader);
        for kind in [ErrorKind::Connect, ErrorKind::Timeout, no_leader] {
            let failure = failure(kind);
            assert!(!is_retryable(failure), "{kind:?}");
            assert!(is_retryable(Failure { is_idempotent: true, ..failure }), "{kind:?}");
            assert!(is_retryable(Failure { is_unsent: true, ..failure }), "{kind:?}");
            assert!(is_retryable(Failure { is_not_executed: true, ..failure }), "{kind:?}");
        }
    }

    #[test]
    fn permanent_errors_are_never_retried() {
        for kind in [
            ErrorKind::Request,
            ErrorKind::Decode,
            ErrorKind::Config,
            ErrorKind::Token,
            ErrorKind::Transport(TransportErrorKind::BodyTooLarge),
            ErrorKind::Api(ApiErrorKind::NotFound),
            ErrorKind::Api(ApiErrorKind::PermissionDenied),
            ErrorKind::Api(ApiErrorKind::UnknownDatacenter),
            ErrorKind::Api(ApiErrorKind::TooLarge),
            ErrorKind::Api(ApiErrorKind::Redirect),
        ] {
            let all =
                Failure { is_idempotent: true, is_unsent: true, is_not_executed: true, ..failure(kind) };
            assert!(!is_retryable(all), "{kind:?}");
        }
    }

    #[test]
    fn delays_double_up_to_the_limit_and_a_quarter_is_random() {
        let policy = RetryPolicy::new();
        let longest = |attempts| policy.pause(attempts, None, u64::MAX).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 40, u32::MAX].map(longest), [199, 399, 799, 999, 999, 999, 999]);
        let shortest = |attempts| policy.pause(attempts, None, 0).as_millis();
        assert_eq!([1, 2, 3, 4, 40].map(shortest), [150, 300, 600, 750, 750]);
        assert_eq!(policy.pause(5, None, u64::MAX / 2).as_millis(), 874);
        let six_pauses: u128 = (1..=6).map(shortest).sum();
        assert!(six_pauses > 3000, "at most 6 attempts in 3 seconds");
        let endless = RetryPolicy::new().backoff(Duration::MAX, Duration::MAX);
        assert!(endless.pause(7, None, u64::MAX) > Duration::from_secs(1 << 30));
    }

    #[test]
    fn b13_retry_after_is_honoured_and_capped() {
        let asked = |value: &'static str| {
            retry_after(&HeaderMap::from_iter([(
                header::RETRY_AFTER,
                header::HeaderValue::from_static(value),
            )]))
        };
        assert_eq!(asked("3"), Some(Duration::from_secs(3)));
        assert_eq!([asked("-1"), asked("Wed, 21 Oct 2015 07:28:00 GMT"), asked("")], [None; 3]);
        let policy = RetryPolicy::new();
        assert_eq!(policy.pause(1, asked("3"), 0).as_secs(), 3);
        assert_eq!(policy.pause(1, asked("86400"), 0).as_secs(), 10);
    }

    #[test]
    fn policy_that_never_retries_allows_one_attempt() {
        assert!(!RetryPolicy::never().allows(1));
        assert!(
            RetryPolicy::new().max_attempts(3).allows(2) && !RetryPolicy::new().max_attempts(3).allows(3)
        );
        assert!(!RetryPolicy::new().max_attempts(0).allows(1));
    }
}
