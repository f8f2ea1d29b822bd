//! The settings of a session that a machine creates, and its lease.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::Rules;
use crate::model::{CheckId, NodeName};
use crate::session::{Create, ServiceCheck};
use crate::{EncodeError, Endpoint, Options, encode};

/// With a shorter lock-delay, a session has no checks and its lease does not depend on the lock-delay.
const MIN_LOCK_DELAY: Duration = Duration::from_secs(3);

/// The settings of a session that is kept alive, on its own or for a lock. The behavior of such a session is always
/// [`Release`](crate::session::Behavior::Release).
///
/// TTL and lock-delay decide the [length of the lease](Self::lease).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSettings {
    /// A display name. It does not have to be unique. Defaults to none.
    pub name: String,
    /// The node of the session. Defaults to the node of the agent.
    pub node: Option<NodeName>,
    /// Time after which the session ends without a renewal: 10 seconds to 24 hours. Defaults to 15 seconds.
    pub ttl: Duration,
    /// The lock-delay: the time in which no session can lock the keys after this session has ended without a release.
    /// At most 60 seconds. Defaults to 15 seconds.
    ///
    /// Below 3 seconds, zero included, the session has no checks, and some guarantees of a lock are missing: if the node
    /// is deregistered, or a leader that was frozen acknowledges a renewal, another holder can start before the loss is
    /// reported.
    pub lock_delay: Duration,
    /// The node's checks that end the session when they become critical. `None` for the default, `serfHealth`. Must be
    /// `None` or empty if the lock-delay is below 3 seconds.
    pub node_checks: Option<Vec<CheckId>>,
    /// The checks of services on the node that end the session when they become critical. Must be empty if the
    /// lock-delay is below 3 seconds.
    pub service_checks: Vec<ServiceCheck>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            node: None,
            ttl: Duration::from_secs(15),
            lock_delay: Duration::from_secs(15),
            node_checks: None,
            service_checks: Vec::new(),
        }
    }
}

impl SessionSettings {
    /// Returns the length of the lease, counted from the sending of a renewal: the TTL or the lock-delay, whichever is
    /// shorter, less a tenth or 500 ms, whichever is longer. With a lock-delay below 3 seconds only the TTL counts.
    ///
    /// 13.5 seconds by default.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease_of(self.ttl, Rules::default())
    }

    /// Returns the length of the lease if servers apply this TTL.
    pub(in crate::machine) fn lease_of(&self, ttl: Duration, rules: Rules) -> Duration {
        let is_limited = self.has_lock_delay() && rules.lock_delay_limits_lease;
        let whole = if is_limited { ttl.min(self.lock_delay) } else { ttl };
        if rules.margin { less_margin(whole) } else { whole }
    }

    /// Returns the time for which a consistent read proves that the key is held, counted from sending the read.
    /// `None` if reads are not used as proof.
    pub(in crate::machine) fn confirmation(&self, rules: Rules) -> Option<Duration> {
        let whole = self.has_lock_delay().then_some(self.lock_delay)?;
        Some(if rules.margin { less_margin(whole) } else { whole })
    }

    /// Writes the request that creates the session.
    pub(in crate::machine) fn create(&self, options: &Options) -> Result<http::Request<Bytes>, EncodeError> {
        // Zero would create a session without a TTL.
        if self.ttl.is_zero() {
            let reason = "is not between 10 seconds and 24 hours".to_owned();
            return Err(EncodeError::Invalid { name: "ttl", reason });
        }
        let mut create = Create::new().ttl(self.ttl).lock_delay(self.lock_delay);
        if !self.name.is_empty() {
            create = create.name(&self.name);
        }
        if let Some(node) = &self.node {
            create = create.node(node);
        }
        if self.has_lock_delay() {
            if let Some(checks) = &self.node_checks {
                create = create.node_checks(checks);
            }
            if !self.service_checks.is_empty() {
                create = create.service_checks(self.service_checks.iter().cloned());
            }
        } else {
            let is_empty = |checks: &Vec<CheckId>| checks.is_empty();
            if !self.node_checks.as_ref().is_none_or(is_empty) || !self.service_checks.is_empty() {
                let reason = "is below 3 seconds, which excludes checks".to_owned();
                return Err(EncodeError::Invalid { name: "lock_delay", reason });
            }
            create = create.node_checks([] as [CheckId; 0]);
        }
        encode(&create, &scoped::<Create>(options))
    }

    fn has_lock_delay(&self) -> bool {
        self.lock_delay >= MIN_LOCK_DELAY
    }
}

/// Returns the datacenter, namespace and partition of `options`, as far as the endpoint accepts them.
pub(in crate::machine) fn scoped<E: Endpoint>(options: &Options) -> Options {
    let Options { datacenter, namespace, partition, .. } = options.clone();
    Options { datacenter, namespace, partition, ..Options::default() }.limited_to(E::SCOPE)
}

/// Returns a time less the safety margin. The margin covers clocks that run at different rates, and the time until
/// the holder has stopped.
fn less_margin(whole: Duration) -> Duration {
    whole.saturating_sub((whole / 10).max(Duration::from_millis(500)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(ttl: u64, lock_delay: u64) -> SessionSettings {
        SessionSettings {
            ttl: Duration::from_secs(ttl),
            lock_delay: Duration::from_millis(lock_delay),
            ..SessionSettings::default()
        }
    }

    fn body(settings: &SessionSettings) -> String {
        let request = settings.create(&Options::default()).unwrap();
        assert_eq!(request.uri(), "/v1/session/create");
        String::from_utf8(request.body().to_vec()).unwrap()
    }

    fn rejected(settings: &SessionSettings) -> String {
        settings.create(&Options::default()).unwrap_err().to_string()
    }

    #[test]
    fn lease_is_the_shorter_of_ttl_and_lock_delay_less_a_margin() {
        for (ttl, lock_delay, lease, confirmation) in [
            (15, 15_000, 13_500, Some(13_500)),
            (60, 15_000, 13_500, Some(13_500)),
            (10, 60_000, 9_000, Some(54_000)),
            (10, 3_000, 2_500, Some(2_500)),
            (10, 2_999, 9_000, None),
            (15, 0, 13_500, None),
        ] {
            let settings = settings(ttl, lock_delay);
            assert_eq!(settings.lease(), Duration::from_millis(lease), "{ttl} s, {lock_delay} ms");
            let confirmation = confirmation.map(Duration::from_millis);
            assert_eq!(settings.confirmation(Rules::default()), confirmation, "{ttl} s, {lock_delay} ms");
        }
    }

    #[test]
    fn l27_absent_settings_are_left_out() {
        assert_eq!(body(&settings(15, 15_000)), r#"{"TTL":"15s","LockDelay":"15s"}"#);
        let all = SessionSettings {
            name: "worker".to_owned(),
            node: Some("node-a".into()),
            node_checks: Some(vec!["serfHealth".into()]),
            service_checks: vec![ServiceCheck::new("service:web")],
            ..settings(15, 15_000)
        };
        let expected = r#"{"Name":"worker","Node":"node-a","TTL":"15s","LockDelay":"15s","NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"service:web"}]}"#;
        assert_eq!(body(&all), expected);
    }

    #[test]
    fn session_with_a_short_lock_delay_has_no_checks() {
        assert_eq!(body(&settings(15, 0)), r#"{"TTL":"15s","LockDelay":"0s","NodeChecks":[]}"#);
        let checked = SessionSettings { node_checks: Some(vec!["serfHealth".into()]), ..settings(15, 2_999) };
        assert_eq!(rejected(&checked), "lock_delay is below 3 seconds, which excludes checks");
    }

    #[test]
    fn l27_times_out_of_bounds_are_rejected() {
        for ttl in [0, 9, 86_401] {
            assert_eq!(rejected(&settings(ttl, 15_000)), "ttl is not between 10 seconds and 24 hours");
        }
        assert!(rejected(&settings(15, 60_001)).starts_with("lock_delay is not between"));
    }

    #[test]
    fn options_of_reads_are_not_sent() {
        let options = Options {
            datacenter: Some("dc2".to_owned()),
            consistency: Some(crate::Consistency::Stale),
            index: Some(7),
            ..Options::default()
        };
        let request = settings(15, 15_000).create(&options).unwrap();
        assert_eq!(request.uri(), "/v1/session/create?dc=dc2");
    }
}
