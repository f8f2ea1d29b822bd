//! Limits of time: of a whole call, and of one attempt.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use consul_proto::{Endpoint, Options};
use consul_transport::{SendMark, SendState};

use crate::error::Route;
use crate::runtime::{Instant, Runtime, Sleep};

/// How long a call lasts at most.
const CALL: Duration = Duration::from_secs(30);
/// How long an attempt of a read or of a session's renewal lasts at most.
const READ: Duration = Duration::from_secs(5);
/// How long an attempt of another write lasts at most: longer than servers hold a request without a leader, which is 7
/// to 14 s, and 18.9 s once in many runs. What is abandoned before has an unknown outcome.
const WRITE: Duration = Duration::from_secs(20);

/// A renewal does not go through the leader's log, and its lease does not wait.
const RENEW: &str = <consul_proto::session::Renew as Endpoint>::PATH;

/// How long a server waits if a blocking query does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);
/// How long a server waits at most.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// The limits that a client or a call sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    /// Of a whole call.
    pub(crate) call: Option<Duration>,
    /// Of one attempt.
    pub(crate) attempt: Option<Duration>,
}

impl Timeouts {
    /// Fills the limits that are not set from those of `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { call: self.call.or(other.call), attempt: self.attempt.or(other.attempt) }
    }

    /// Returns how long a call lasts at most whose request the server holds for `held`.
    pub(crate) fn of_call(self, held: Duration) -> Duration {
        self.call.unwrap_or(CALL).saturating_add(held)
    }

    /// Returns how long an attempt lasts at most whose request the server holds for `held`.
    pub(crate) fn of_attempt(self, route: &Route, held: Duration) -> Duration {
        let default = if !route.is_write() || route.path() == RENEW { READ } else { WRITE };
        self.attempt.unwrap_or(default).saturating_add(held)
    }

    /// Returns how long an attempt of a read lasts at most, apart from the server's wait.
    pub(crate) fn of_read(self) -> Duration {
        self.attempt.unwrap_or(READ)
    }
}

/// Returns how long the server may hold a request: the wait that it is asked for, and the sixteenth that it may add to
/// spread its responses. Zero if the request does not wait.
pub(crate) fn held(options: &Options) -> Duration {
    if options.index.is_none_or(|index| index == 0) && options.hash.is_none() {
        return Duration::ZERO;
    }
    let wait = options.wait.unwrap_or(DEFAULT_WAIT).min(MAX_WAIT);
    wait + wait / 16
}

/// The time of an attempt was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimedOut {
    /// Whether the server certainly did not see the request.
    pub(crate) is_unsent: bool,
}

/// Runs `attempt` until the time `at`.
///
/// Nothing is sent once that time is over: while the request is not sent, the clock is read before each step. A response
/// that is there in time counts, even if it is noticed late. An attempt that never waits costs no timer.
pub(crate) async fn with_timeout<F: Future>(
    runtime: &dyn Runtime,
    at: Instant,
    mark: &SendMark,
    attempt: F,
) -> Result<F::Output, TimedOut> {
    let mut attempt = pin!(attempt);
    let mut sleep: Option<Sleep> = None;
    let mut is_started = false;
    poll_fn(|cx| {
        if (!is_started || mark.state() == SendState::NotSent) && runtime.now() >= at {
            return Poll::Ready(Err(TimedOut { is_unsent: true }));
        }
        is_started = true;
        if let Poll::Ready(output) = attempt.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let sleep = sleep.get_or_insert_with(|| runtime.sleep_until(at));
        let timed_out = || Err(TimedOut { is_unsent: mark.state() == SendState::NotSent });
        sleep.as_mut().poll(cx).map(|()| timed_out())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use consul_proto::{Method, kv};

    #[test]
    fn wait_adds_what_servers_add_to_it() {
        let held = |index, wait| {
            let mut options = Options::new();
            (options.index, options.wait) = (index, wait);
            held(&options).as_secs()
        };
        assert_eq!(held(None, None), 0);
        assert_eq!(held(None, Some(Duration::from_secs(60))), 0);
        assert_eq!(held(Some(0), Some(Duration::from_secs(60))), 0);
        assert_eq!(held(Some(7), Some(Duration::from_secs(160))), 170);
        assert_eq!(held(Some(7), None), 318);
        assert_eq!(held(Some(7), Some(Duration::MAX)), 637);
    }

    #[test]
    fn blocking_on_a_hash_waits_too() {
        let options = Options::new().hash("ff").wait(Duration::from_secs(16));
        assert_eq!(held(&options).as_secs(), 17);
    }

    #[test]
    fn attempts_of_writes_outlast_the_hold_of_servers_without_a_leader() {
        let attempt =
            |timeouts: Timeouts, route: &Route| timeouts.of_attempt(route, Duration::ZERO).as_secs();
        let put = Route::of(&kv::Put::new("k", "v"));
        assert_eq!(attempt(Timeouts::default(), &put), 20);
        assert_eq!(attempt(Timeouts::default(), &Route::raw(Method::PUT)), 20);
        assert_eq!(attempt(Timeouts::default(), &Route::of(&kv::Get::new("k"))), 5);
        let renew = consul_proto::session::Renew::new("a3d9e8c4-0000-4000-8000-000000000000");
        assert_eq!(attempt(Timeouts::default(), &Route::of(&renew)), 5);
        let own = Timeouts { attempt: Some(Duration::from_secs(9)), ..Timeouts::default() };
        assert_eq!(attempt(own, &put), 9);
        let client = Timeouts { call: Some(Duration::from_secs(3)), attempt: Some(Duration::from_secs(4)) };
        assert_eq!(own.or(client).attempt, own.attempt);
        assert_eq!(own.or(client).of_call(Duration::from_secs(1)).as_secs(), 4);
    }
}
