//! The time that one attempt may take.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use consul_proto::Options;

use crate::runtime::{Instant, Runtime, Sleep};

/// What a server waits when a blocking query does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);
/// What a server waits at most.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// How long an attempt may take: `timeout`, and where the server is asked to wait, also that time and the sixteenth
/// that it may add to spread its answers.
pub(crate) fn allowance(options: &Options, timeout: Duration) -> Duration {
    if options.index.is_none_or(|index| index == 0) && options.hash.is_none() {
        return timeout;
    }
    let wait = options.wait.unwrap_or(DEFAULT_WAIT).min(MAX_WAIT);
    timeout.saturating_add(wait + wait / 16)
}

/// Runs `attempt` until `at`; `None` where it was not finished by then.
///
/// What finishes without a wait costs no timer.
pub(crate) async fn within<F: Future>(runtime: &dyn Runtime, at: Instant, attempt: F) -> Option<F::Output> {
    let mut attempt = pin!(attempt);
    let mut sleep: Option<Sleep> = None;
    poll_fn(|cx| {
        if let Poll::Ready(output) = attempt.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        let sleep = sleep.get_or_insert_with(|| runtime.sleep_until(at));
        sleep.as_mut().poll(cx).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_extends_the_allowance_by_what_servers_add() {
        let timeout = Duration::from_secs(5);
        let allow =
            |index, wait| allowance(&Options { index, wait, ..Options::default() }, timeout).as_secs();
        assert_eq!(allow(None, None), 5);
        assert_eq!(allow(None, Some(Duration::from_secs(60))), 5);
        assert_eq!(allow(Some(0), Some(Duration::from_secs(60))), 5);
        assert_eq!(allow(Some(7), Some(Duration::from_secs(160))), 5 + 170);
        assert_eq!(allow(Some(7), None), 5 + 318);
        assert_eq!(allow(Some(7), Some(Duration::from_secs(86_400))), 5 + 637);
        let hash = Options {
            hash: Some("ff".to_owned()),
            wait: Some(Duration::from_secs(16)),
            ..Options::default()
        };
        assert_eq!(allowance(&hash, timeout).as_secs(), 5 + 17);
    }
}
