//! What the headers of an answer tell about it.

use std::time::Duration;

use http::HeaderMap;

/// What an answer says about itself, beside its value.
///
/// Every item is optional: many operations send none of them, and what is missing or malformed is `None`, never an
/// error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// Index to wait on with [`Options::index`](crate::Options::index) (`X-Consul-Index`).
    ///
    /// Only from answers that carry a value; errors carry meaningless ones.
    pub index: Option<u64>,
    /// Hash to wait on with [`Options::hash`](crate::Options::hash) (`X-Consul-ContentHash`).
    pub content_hash: Option<String>,
    /// How long ago the answering server had heard the leader (`X-Consul-LastContact`); zero from the leader.
    ///
    /// Says nothing where [`query_backend`](Self::query_backend) is [`Streaming`](QueryBackend::Streaming).
    pub last_contact: Option<Duration>,
    /// Whether the answering server knew a leader (`X-Consul-KnownLeader`).
    ///
    /// Says nothing where [`query_backend`](Self::query_backend) is [`Streaming`](QueryBackend::Streaming).
    pub known_leader: Option<bool>,
    /// The consistency mode that was used (`X-Consul-Effective-Consistency`), from catalog, health and queries.
    pub effective_consistency: Option<EffectiveConsistency>,
    /// Whether the agent's cache had the answer (`X-Cache`).
    pub cache: Option<CacheStatus>,
    /// How long the cached answer has been in the cache (`Age`), in whole seconds.
    pub age: Option<Duration>,
    /// What produced the answer (`X-Consul-Query-Backend`), since 1.11.
    pub query_backend: Option<QueryBackend>,
    /// Whether something was left out that the token may not see (`X-Consul-Results-Filtered-By-ACLs`), since 1.11.
    ///
    /// Never `Some(false)`, and absent for anonymous requests: absence is no promise.
    pub results_filtered_by_acls: Option<bool>,
    /// What the agent's ACL system does by default (`X-Consul-Default-ACL-Policy`), since 1.9.
    pub default_acl_policy: Option<AclPolicy>,
}

/// The consistency mode that a server used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EffectiveConsistency {
    /// The default mode.
    Leader,
    /// The leader made sure of its office.
    Consistent,
    /// Any server.
    Stale,
    /// A word that this version does not know.
    Other(String),
}

/// Whether a cache had the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheStatus {
    /// The answer came out of the cache.
    Hit,
    /// The answer was fetched.
    Miss,
}

/// What produced an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryBackend {
    /// The servers, asked by the agent.
    BlockingQuery,
    /// A view that lives in the agent and is fed by a stream of changes.
    Streaming,
    /// A word that this version does not know.
    Other(String),
}

/// What an ACL system does where no rule applies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AclPolicy {
    /// What is not forbidden is allowed.
    Allow,
    /// What is not allowed is forbidden.
    Deny,
    /// A word that this version does not know.
    Other(String),
}

pub(crate) const INDEX: &str = "x-consul-index";

impl Meta {
    /// Reads the headers of an answer.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut meta = Self::default();
        // One pass over the few headers there are, instead of a look-up for each that there could be.
        for (name, value) in headers {
            let Ok(value) = value.to_str() else { continue };
            match name.as_str() {
                INDEX => meta.index = value.parse().ok(),
                "x-consul-contenthash" => meta.content_hash = Some(value.to_owned()),
                "x-consul-lastcontact" => meta.last_contact = value.parse().ok().map(Duration::from_millis),
                "x-consul-knownleader" => meta.known_leader = value.parse().ok(),
                "x-consul-effective-consistency" => {
                    meta.effective_consistency = Some(match value {
                        "leader" => EffectiveConsistency::Leader,
                        "consistent" => EffectiveConsistency::Consistent,
                        "stale" => EffectiveConsistency::Stale,
                        other => EffectiveConsistency::Other(other.to_owned()),
                    });
                }
                "x-cache" => {
                    meta.cache = match value {
                        "HIT" => Some(CacheStatus::Hit),
                        "MISS" => Some(CacheStatus::Miss),
                        _ => None,
                    };
                }
                "age" => meta.age = value.parse().ok().map(Duration::from_secs),
                "x-consul-query-backend" => {
                    meta.query_backend = Some(match value {
                        "blocking-query" => QueryBackend::BlockingQuery,
                        "streaming" => QueryBackend::Streaming,
                        other => QueryBackend::Other(other.to_owned()),
                    });
                }
                "x-consul-results-filtered-by-acls" => {
                    meta.results_filtered_by_acls = value.parse().ok();
                }
                "x-consul-default-acl-policy" => {
                    meta.default_acl_policy = Some(match value {
                        "allow" => AclPolicy::Allow,
                        "deny" => AclPolicy::Deny,
                        other => AclPolicy::Other(other.to_owned()),
                    });
                }
                _ => {}
            }
        }
        meta
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn meta(headers: &[(&'static str, &'static str)]) -> Meta {
        let headers: HeaderMap = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Meta::from_headers(&headers)
    }

    #[test]
    fn every_header_has_its_item() {
        let meta = meta(&[
            ("x-consul-index", "18446744073709551615"),
            ("x-consul-contenthash", "4e8ad4"),
            ("x-consul-lastcontact", "12"),
            ("x-consul-knownleader", "true"),
            ("x-consul-effective-consistency", "stale"),
            ("x-cache", "HIT"),
            ("age", "3"),
            ("x-consul-query-backend", "streaming"),
            ("x-consul-results-filtered-by-acls", "true"),
            ("x-consul-default-acl-policy", "deny"),
        ]);
        assert_eq!(
            meta,
            Meta {
                index: Some(u64::MAX),
                content_hash: Some("4e8ad4".to_owned()),
                last_contact: Some(Duration::from_millis(12)),
                known_leader: Some(true),
                effective_consistency: Some(EffectiveConsistency::Stale),
                cache: Some(CacheStatus::Hit),
                age: Some(Duration::from_secs(3)),
                query_backend: Some(QueryBackend::Streaming),
                results_filtered_by_acls: Some(true),
                default_acl_policy: Some(AclPolicy::Deny),
            }
        );
    }

    #[test]
    fn what_is_odd_is_absent() {
        for odd in ["abc", "-1", "1.5", "18446744073709551616", "", "é"] {
            let headers: HeaderMap =
                ["x-consul-index", "x-consul-lastcontact", "x-consul-knownleader", "x-cache", "age"]
                    .into_iter()
                    .map(|name| {
                        (HeaderName::from_static(name), HeaderValue::from_bytes(odd.as_bytes()).unwrap())
                    })
                    .collect();
            assert_eq!(Meta::from_headers(&headers), Meta::default(), "{odd:?}");
        }
    }
}
