//! Timeouts of calls and of their attempts.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use consul_proto::{Endpoint, Options};
use consul_transport::{SendMark, SendState};

use crate::error::Route;
use crate::runtime::{Instant, Runtime, Sleep};

/// Default timeout of a call.
const CALL: Duration = Duration::from_secs(30);
/// Default timeout of an attempt of a read or a session renewal.
const READ: Duration = Duration::from_secs(5);
/// Default timeout of an attempt of other writes. Without a leader, servers hold a request for 7 to 14 s, and rarely
/// for up to 18.9 s. A write that times out earlier has an unknown outcome.
const WRITE: Duration = Duration::from_secs(20);

/// A renewal is not written to the raft log, and must complete before its lease ends.
const RENEW: &str = <consul_proto::session::Renew as Endpoint>::PATH;

/// Default wait of a blocking query on servers.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);
/// Maximum wait of a blocking query on servers.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// The timeouts that a client or a call sets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Timeouts {
    /// The timeout of a call.
    pub(crate) call: Option<Duration>,
    /// The timeout of one attempt.
    pub(crate) attempt: Option<Duration>,
}

impl Timeouts {
    /// Fills unset timeouts from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { call: self.call.or(other.call), attempt: self.attempt.or(other.attempt) }
    }

    /// Returns the timeout of a call whose request the server may hold for `held`.
    pub(crate) fn of_call(self, held: Duration) -> Duration {
        self.call.unwrap_or(CALL).saturating_add(held)
    }

    /// Returns the timeout of an attempt whose request the server may hold for `held`.
    pub(crate) fn of_attempt(self, route: &Route, held: Duration) -> Duration {
        let default = if !route.is_write() || route.path() == RENEW { READ } else { WRITE };
        self.attempt.unwrap_or(default).saturating_add(held)
    }

    /// Returns the timeout of an attempt of a read, without the server's wait.
    pub(crate) fn of_read(self) -> Duration {
        self.attempt.unwrap_or(READ)
    }
}

/// Returns the maximum time that the server may hold a request: the requested wait, and the sixteenth that it may add
/// to spread its responses. Zero if the request is not a blocking query.
pub(crate) fn held(options: &Options) -> Duration {
    if options.index.is_none_or(|index| index == 0) && options.hash.is_none() {
        return Duration::ZERO;
    }
    let wait = options.wait.unwrap_or(DEFAULT_WAIT).min(MAX_WAIT);
    wait + wait / 16
}

/// Error returned if an attempt has timed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimedOut {
    /// Set if the server certainly did not receive the request.
    pub(crate) is_unsent: bool,
}

/// Runs `attempt` until the time `at`. `now` is the time at which it begins.
///
/// No request is sent after that time: the clock is checked before each poll until the request is sent. A response
/// that arrives in time is returned, even if it is polled late. An attempt that completes without waiting creates no
/// timer.
pub(crate) async fn with_timeout<F: Future>(
    runtime: &dyn Runtime,
    now: Instant,
    at: Instant,
    mark: &SendMark,
    attempt: F,
) -> Result<F::Output, TimedOut> {
    let mut attempt = pin!(attempt);
    let mut sleep: Option<Sleep> = None;
    if now >= at {
        return Err(TimedOut { is_unsent: true });
    }
    poll_fn(|cx| {
        if mark.state() == SendState::NotSent && runtime.now() >= at {
            return Poll::Ready(Err(TimedOut { is_unsent: true }));
        }
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
