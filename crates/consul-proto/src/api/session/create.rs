//! Creating a session.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::response::Head;
use crate::session::{Behavior, ServiceCheck};
use crate::types::duration;
use crate::{DecodeError, EncodeError, Endpoint, FromResponse, Json, Method, RequestWriter, Write};

const SHORTEST_TTL: Duration = Duration::from_secs(10);
const LONGEST_TTL: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_LOCK_DELAY: Duration = Duration::from_secs(60);

/// Creates a session, and answers with its id: `PUT /v1/session/create`.
///
/// Everything is optional. A session without a [`ttl`](Self::ttl) lives as long as its node and its checks are well.
/// A check that is critical already, or that does not exist, is an
/// [error](crate::ApiErrorKind::InvalidRequest); so is a node that does not [exist](crate::ApiErrorKind::UnknownNode).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#create-session)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Create {
    /// A name for people; need not be unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The node it lives on; the agent's own where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How long it lives without being renewed: 10 seconds to 24 hours; nothing and zero mean without end. Servers
    /// may take up to twice as long to notice.
    #[serde(
        rename = "TTL",
        skip_serializing_if = "Option::is_none",
        serialize_with = "duration::option::serialize"
    )]
    pub ttl: Option<Duration>,
    /// How long nobody can lock again what it held when it was invalidated: up to 60 seconds, 15 where absent, zero
    /// for at once. Gives a holder that has lost its session unknowingly the time to stop.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "duration::option::serialize")]
    pub lock_delay: Option<Duration>,
    /// What becomes of the keys it holds when it ends; they are released where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behavior: Option<Behavior>,
    /// Ids of the node's checks that end it when they turn critical. `serfHealth`, which tells whether the node is
    /// alive, where absent; an empty list takes that one away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_checks: Option<Vec<String>>,
    /// Checks of the node's services that end it when they turn critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_checks: Option<Vec<ServiceCheck>>,
    /// Ids of checks of both kinds, in the form of servers before 1.7. Excludes the two forms that came after it:
    /// newer servers ignore one of them without a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<String>>,
}

impl Create {
    /// Creates a session as servers do by default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for Create {
    type Response = Created;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/create";

    fn write(&self, request: &mut RequestWriter) {
        request.exclude(("checks", self.checks.is_some()), ("node_checks", self.node_checks.is_some()));
        request.exclude(("checks", self.checks.is_some()), ("service_checks", self.service_checks.is_some()));
        if let Some(ttl) = self.ttl
            && !ttl.is_zero()
            && !(SHORTEST_TTL..=LONGEST_TTL).contains(&ttl)
        {
            let reason = "is not between 10 seconds and 24 hours".to_owned();
            request.refuse(EncodeError::Invalid { name: "ttl", reason });
        }
        if let Some(delay) = self.lock_delay {
            // Servers take what is below a microsecond for seconds: 15 ns would be 15 s.
            let is_mistaken = !delay.is_zero() && delay < Duration::from_micros(1);
            if is_mistaken || delay > LONGEST_LOCK_DELAY {
                let reason = "is not between a microsecond and 60 seconds, nor zero".to_owned();
                request.refuse(EncodeError::Invalid { name: "lock_delay", reason });
            }
        }
        request.json(self);
    }
}

impl Write for Create {}

/// The answer to a creation; its value is the id of the session.
#[derive(Debug)]
pub struct Created;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "ID")]
    id: String,
}

impl FromResponse for Created {
    type Output = String;

    fn from_response(head: &Head, body: Bytes) -> Result<String, DecodeError> {
        Json::<Document>::from_response(head, body).map(|document| document.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, refusal, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Create::new()), "PUT /v1/session/create\n{}");
        let create = Create {
            name: Some("s1".to_owned()),
            node: Some("node-a".to_owned()),
            ttl: Some(Duration::from_secs(15)),
            lock_delay: Some(Duration::from_millis(2500)),
            behavior: Some(Behavior::Delete),
            node_checks: Some(vec!["serfHealth".to_owned()]),
            service_checks: Some(vec![ServiceCheck::new("service:web")]),
            checks: None,
        };
        let body = r#"{"Name":"s1","Node":"node-a","TTL":"15s","LockDelay":"2500ms","Behavior":"delete","NodeChecks":["serfHealth"],"ServiceChecks":[{"ID":"service:web"}]}"#;
        assert_eq!(wire(&create), format!("PUT /v1/session/create\n{body}"));
    }

    #[test]
    fn zero_and_empty_are_not_absent() {
        let create = Create {
            ttl: Some(Duration::ZERO),
            lock_delay: Some(Duration::ZERO),
            node_checks: Some(Vec::new()),
            ..Create::new()
        };
        let body = r#"{"TTL":"0s","LockDelay":"0s","NodeChecks":[]}"#;
        assert_eq!(wire(&create), format!("PUT /v1/session/create\n{body}"));
    }

    #[test]
    fn the_form_of_old_servers_stands_alone() {
        let old = Create { checks: Some(vec!["serfHealth".to_owned()]), ..Create::new() };
        assert_eq!(wire(&old), "PUT /v1/session/create\n{\"Checks\":[\"serfHealth\"]}");
        let both = Create { node_checks: Some(Vec::new()), ..old.clone() };
        assert!(matches!(refusal(&both), EncodeError::Conflict { first: "checks", second: "node_checks" }));
        let both = Create { service_checks: Some(Vec::new()), ..old };
        assert!(matches!(
            refusal(&both),
            EncodeError::Conflict { first: "checks", second: "service_checks" }
        ));
    }

    #[test]
    fn times_out_of_bounds_are_refused() {
        let ttl = |ttl| Create { ttl: Some(ttl), ..Create::new() };
        for seconds in [10, 86_400] {
            assert!(wire(&ttl(Duration::from_secs(seconds))).contains("TTL"));
        }
        for nanos in [1, 9_999_999_999, 86_400_000_000_001] {
            let fault = refusal(&ttl(Duration::from_nanos(nanos)));
            assert!(matches!(fault, EncodeError::Invalid { name: "ttl", .. }), "{nanos}");
        }
        let delay = |nanos| Create { lock_delay: Some(Duration::from_nanos(nanos)), ..Create::new() };
        assert!(wire(&delay(60_000_000_000)).contains(r#""LockDelay":"60s""#));
        assert!(wire(&delay(1_000)).contains(r#""LockDelay":"1000ns""#));
        for nanos in [1, 999, 60_000_000_001] {
            let fault = refusal(&delay(nanos));
            assert!(matches!(fault, EncodeError::Invalid { name: "lock_delay", .. }), "{nanos}");
        }
    }

    #[test]
    fn recorded_answer() {
        let id = answer::<Create>(200, r#"{"ID": "292ef953-27fa-b363-60a3-95ffc3cc1acb"}"#).unwrap();
        assert_eq!(id, "292ef953-27fa-b363-60a3-95ffc3cc1acb");
        for odd in ["{}", "null", r#"{"ID":null}"#, ""] {
            assert!(answer::<Create>(200, odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn is_sent_once() {
        assert!(!Create::new().is_replayable());
    }
}
