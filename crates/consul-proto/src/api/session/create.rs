//! Creating a session.

use std::time::Duration;

use serde::Serialize;

use crate::model::{CheckId, NodeName, SessionId};
use crate::response::{Id, Via};
use crate::session::{Behavior, ServiceCheck};
use crate::types::duration;
use crate::{ApiErrorKind, EncodeError, Endpoint, Method, RequestWriter, Target};

const SHORTEST_TTL: Duration = Duration::from_secs(10);
const LONGEST_TTL: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_LOCK_DELAY: Duration = Duration::from_secs(60);

/// Creates a session: `PUT /v1/session/create`.
///
/// Returns the id of the session. All settings are optional. A session without a [`ttl`](Self::ttl) exists until its
/// node or one of its checks fails.
///
/// A check that does not exist is an [error](crate::ApiErrorKind::InvalidRequest), and so is a node that does not
/// [exist](crate::ApiErrorKind::UnknownNode). While a check is critical, the error is the transient
/// [`NotReady`](crate::ApiErrorKind::NotReady): the check `serfHealth` of a node is critical for some seconds after
/// its agent was restarted.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#create-session)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct Create {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<NodeName>,
    #[serde(
        rename = "TTL",
        skip_serializing_if = "Option::is_none",
        serialize_with = "duration::option::serialize"
    )]
    ttl: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "duration::option::serialize")]
    lock_delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    behavior: Option<Behavior>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_checks: Option<Vec<CheckId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_checks: Option<Vec<ServiceCheck>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<CheckId>>,
}

impl Create {
    /// Creates a session with the defaults of the servers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a display name. It does not have to be unique.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the node of the session. Defaults to the agent's node.
    pub fn node(mut self, node: impl Into<NodeName>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// Sets the time after which the session ends without a renewal: 10 seconds to 24 hours. Defaults to no limit.
    /// Zero also means no limit.
    ///
    /// Servers can take up to twice this time to end the session.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// Sets the lock-delay: the time after the session was invalidated in which no session can lock the keys that it
    /// held. Defaults to 15 seconds. The maximum is 60 seconds. With zero, the keys can be locked immediately.
    ///
    /// During the delay, a holder that has not noticed the end of its session can stop its work.
    pub fn lock_delay(mut self, delay: Duration) -> Self {
        self.lock_delay = Some(delay);
        self
    }

    /// Sets what happens to the keys of the session when it ends. Defaults to [`Behavior::Release`].
    pub fn behavior(mut self, behavior: Behavior) -> Self {
        self.behavior = Some(behavior);
        self
    }

    /// Sets the node's checks that end the session when they become critical. Replaces the default, `serfHealth`, the
    /// check of the node's gossip membership. An empty list removes it.
    pub fn node_checks(mut self, ids: impl IntoIterator<Item = impl Into<CheckId>>) -> Self {
        self.node_checks = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the checks of the node's services that end the session when they become critical; since Consul 1.7.
    pub fn service_checks(mut self, checks: impl IntoIterator<Item = ServiceCheck>) -> Self {
        self.service_checks = Some(checks.into_iter().collect());
        self
    }

    /// Sets checks of both kinds, in the form of servers before 1.7.
    ///
    /// Mutually exclusive with [`node_checks`](Self::node_checks) and [`service_checks`](Self::service_checks), since
    /// newer servers silently ignore one of the two forms.
    pub fn checks(mut self, ids: impl IntoIterator<Item = impl Into<CheckId>>) -> Self {
        self.checks = Some(ids.into_iter().map(Into::into).collect());
        self
    }
}

impl Endpoint for Create {
    type Response = Via<Id, SessionId>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/create";
    const TARGET: Target = Target::SameAgent;

    fn transient_error(&self) -> Option<ApiErrorKind> {
        // An agent that has just started responds before its own node is in the catalog.
        self.node.is_none().then_some(ApiErrorKind::UnknownNode)
    }

    fn write(&self, request: &mut RequestWriter) {
        request.exclude(("checks", self.checks.is_some()), ("node_checks", self.node_checks.is_some()));
        request.exclude(("checks", self.checks.is_some()), ("service_checks", self.service_checks.is_some()));
        if let Some(ttl) = self.ttl
            && !ttl.is_zero()
            && !(SHORTEST_TTL..=LONGEST_TTL).contains(&ttl)
        {
            let reason = "is not between 10 seconds and 24 hours".to_owned();
            request.reject(EncodeError::Invalid { name: "ttl", reason });
        }
        if let Some(delay) = self.lock_delay {
            // Servers read a number below a microsecond as seconds: 15 ns would be 15 s.
            let is_misread = !delay.is_zero() && delay < Duration::from_micros(1);
            if is_misread || delay > LONGEST_LOCK_DELAY {
                let reason = "is not between a microsecond and 60 seconds, nor zero".to_owned();
                request.reject(EncodeError::Invalid { name: "lock_delay", reason });
            }
        }
        request.json(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Create::new()), "PUT /v1/session/create\n{}");
        let create = Create::new()
            .name("s1")
            .node("node-a")
            .ttl(Duration::from_secs(15))
            .lock_delay(Duration::from_millis(2500))
            .behavior(Behavior::Delete)
            .node_checks(["serfHealth"])
            .service_checks([ServiceCheck::new("service:web")]);
        let body = r#"{"Name":"s1","Node":"node-a","TTL":"15s","LockDelay":"2500ms","Behavior":"delete","NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"service:web"}]}"#;
        assert_eq!(wire(&create), format!("PUT /v1/session/create\n{body}"));
    }

    #[test]
    fn zero_and_empty_values_are_sent() {
        let create =
            Create::new().ttl(Duration::ZERO).lock_delay(Duration::ZERO).node_checks([] as [CheckId; 0]);
        let body = r#"{"TTL":"0s","LockDelay":"0s","NodeChecks":[]}"#;
        assert_eq!(wire(&create), format!("PUT /v1/session/create\n{body}"));
    }

    #[test]
    fn old_and_new_form_of_checks_are_mutually_exclusive() {
        let old = Create::new().checks(["serfHealth"]);
        assert_eq!(wire(&old), "PUT /v1/session/create\n{\"Checks\":[\"serfHealth\"]}");
        let both = old.clone().node_checks([] as [CheckId; 0]);
        assert!(matches!(rejected(&both), EncodeError::Conflict { first: "checks", second: "node_checks" }));
        let both = old.service_checks([]);
        assert!(matches!(
            rejected(&both),
            EncodeError::Conflict { first: "checks", second: "service_checks" }
        ));
    }

    #[test]
    fn times_out_of_bounds_are_rejected() {
        let ttl = |ttl| Create::new().ttl(ttl);
        for seconds in [10, 86_400] {
            assert!(wire(&ttl(Duration::from_secs(seconds))).contains("TTL"));
        }
        for nanos in [1, 9_999_999_999, 86_400_000_000_001] {
            let error = rejected(&ttl(Duration::from_nanos(nanos)));
            assert!(matches!(error, EncodeError::Invalid { name: "ttl", .. }), "{nanos}");
        }
        let delay = |nanos| Create::new().lock_delay(Duration::from_nanos(nanos));
        assert!(wire(&delay(60_000_000_000)).contains(r#""LockDelay":"60s""#));
        assert!(wire(&delay(1_000)).contains(r#""LockDelay":"1000ns""#));
        for nanos in [1, 999, 60_000_000_001] {
            let error = rejected(&delay(nanos));
            assert!(matches!(error, EncodeError::Invalid { name: "lock_delay", .. }), "{nanos}");
        }
    }

    #[test]
    fn recorded_response() {
        let id = decoded::<Create>(200, r#"{"ID": "292ef953-27fa-b363-60a3-95ffc3cc1acb"}"#).unwrap();
        assert_eq!(id, "292ef953-27fa-b363-60a3-95ffc3cc1acb");
        for odd in ["{}", "null", r#"{"ID":null}"#, ""] {
            assert!(decoded::<Create>(200, odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn missing_node_is_transient_if_it_is_the_node_of_the_agent() {
        use crate::Route;
        assert!(Route::of(&Create::new()).is_transient(ApiErrorKind::UnknownNode));
        assert!(!Route::of(&Create::new().node("n")).is_transient(ApiErrorKind::UnknownNode));
    }

    #[test]
    fn create_is_not_idempotent() {
        assert!(!Create::new().is_idempotent());
    }
}
