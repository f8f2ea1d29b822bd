//! The metadata of a response, from its headers.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

use crate::types::string_enum::string_enum;

/// The metadata of a response.
///
/// Every field is optional, since many responses do not have these headers. A missing or malformed header is `None`,
/// not an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// Index to wait on with [`Options::index`](crate::Options::index) (`X-Consul-Index`).
    ///
    /// Only responses with a value have a meaningful index.
    pub index: Option<u64>,
    /// Hash to wait on with [`Options::hash`](crate::Options::hash) (`X-Consul-ContentHash`).
    pub content_hash: Option<String>,
    /// Time since the last contact of the server with the leader (`X-Consul-LastContact`); zero from the leader.
    ///
    /// It has no meaning if [`query_backend`](Self::query_backend) is [`Streaming`](QueryBackend::Streaming).
    pub last_contact: Option<Duration>,
    /// Whether the server knew a leader (`X-Consul-KnownLeader`).
    ///
    /// It has no meaning if [`query_backend`](Self::query_backend) is [`Streaming`](QueryBackend::Streaming).
    pub known_leader: Option<bool>,
    /// The consistency mode that was used (`X-Consul-Effective-Consistency`), from catalog, health and queries.
    pub effective_consistency: Option<EffectiveConsistency>,
    /// Whether the response came from the agent's cache (`X-Cache`).
    pub cache: Option<CacheStatus>,
    /// Age of the cached response (`Age`), in whole seconds.
    pub age: Option<Duration>,
    /// Backend that produced the response (`X-Consul-Query-Backend`), since 1.11.
    pub query_backend: Option<QueryBackend>,
    /// Whether servers omitted objects that the token cannot read (`X-Consul-Results-Filtered-By-ACLs`), since 1.11.
    ///
    /// It is never `Some(false)`, and is absent for anonymous requests. So `None` does not mean that all objects are
    /// present.
    pub results_filtered_by_acls: Option<bool>,
    /// Default policy of the agent's ACL system (`X-Consul-Default-ACL-Policy`), since 1.9.
    pub default_acl_policy: Option<AclPolicy>,
    /// Whether the agent translates addresses (`X-Consul-Translate-Addresses`): nodes and services of other datacenters
    /// have the addresses that they are tagged with as `wan`. Never `Some(false)`.
    pub address_translation: Option<bool>,
}

string_enum! {
    /// The consistency mode that a server used.
    EffectiveConsistency {
        /// The default mode.
        Leader = "leader",
        /// The leader confirmed its leadership with a quorum.
        Consistent = "consistent",
        /// Any server.
        Stale = "stale",
    }
}

/// Whether a response came from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheStatus {
    /// The response came from the cache.
    Hit,
    /// The agent fetched the response.
    Miss,
}

string_enum! {
    /// The backend that produced a response.
    QueryBackend {
        /// The servers, to which the agent forwarded the request.
        BlockingQuery = "blocking-query",
        /// The streaming backend of the agent, which a stream of changes keeps up to date.
        Streaming = "streaming",
    }
}

string_enum! {
    /// The policy of an ACL system for operations without a matching rule.
    AclPolicy {
        /// Operations are allowed unless a rule denies them.
        Allow = "allow",
        /// Operations are denied unless a rule allows them.
        Deny = "deny",
    }
}

pub(crate) static INDEX: HeaderName = HeaderName::from_static("x-consul-index");

impl Meta {
    /// Reads the headers of a response.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let mut meta = Self::default();
        // One pass over the few headers is faster than a look-up for each field.
        for (name, value) in headers {
            let name = name.as_str();
            if !name.starts_with("x-") && name != "age" {
                continue;
            }
            let Ok(value) = value.to_str() else { continue };
            match name {
                "x-consul-index" => meta.index = value.parse().ok(),
                "x-consul-contenthash" => meta.content_hash = Some(value.to_owned()),
                "x-consul-lastcontact" => meta.last_contact = value.parse().ok().map(Duration::from_millis),
                "x-consul-knownleader" => meta.known_leader = value.parse().ok(),
                "x-consul-effective-consistency" => {
                    meta.effective_consistency = Some(value.into());
                }
                "x-cache" => {
                    meta.cache = match value {
                        "HIT" => Some(CacheStatus::Hit),
                        "MISS" => Some(CacheStatus::Miss),
                        _ => None,
                    };
                }
                "age" => meta.age = value.parse().ok().map(Duration::from_secs),
                "x-consul-query-backend" => meta.query_backend = Some(value.into()),
                "x-consul-results-filtered-by-acls" => {
                    meta.results_filtered_by_acls = value.parse().ok();
                }
                "x-consul-default-acl-policy" => meta.default_acl_policy = Some(value.into()),
                "x-consul-translate-addresses" => meta.address_translation = value.parse().ok(),
                _ => {}
            }
        }
        meta
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn meta(headers: &[(&'static str, &'static str)]) -> Meta {
        let headers: HeaderMap = headers
            .iter()
            .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        Meta::from_headers(&headers)
    }

    #[test]
    fn every_header_is_read() {
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
            ("x-consul-translate-addresses", "true"),
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
                address_translation: Some(true),
            }
        );
    }

    #[test]
    fn invalid_headers_are_absent() {
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
