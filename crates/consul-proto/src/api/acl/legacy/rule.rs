//! A rule of a legacy token.

use crate::types::string_enum::string_enum;

/// A legacy rule: the access to all objects of a kind whose names start with a prefix.
///
/// Converts from three strings:
///
/// ```
/// use consul_proto::acl::legacy::{Policy, Resource, Rule};
///
/// let rule = Rule::from(("key", "foo/", "deny"));
/// assert_eq!(rule, Rule::new(Resource::Key, "foo/", Policy::Deny));
/// assert_eq!(<(&str, &str, &str)>::from(&rule), ("key", "foo/", "deny"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// The kind of object that the rule applies to.
    pub resource: Resource,
    /// The name prefix that the rule applies to; empty for all names. It is ignored for a resource that [has no
    /// names](Resource::is_single).
    pub segment: String,
    /// The access that the rule grants.
    pub policy: Policy,
    /// The access to the intentions of a service. If it is absent, they can be read if the service can.
    pub intentions: Option<Policy>,
}

impl Rule {
    /// Creates a rule for the objects whose names start with `segment`.
    pub fn new(resource: impl Into<Resource>, segment: impl Into<String>, policy: impl Into<Policy>) -> Self {
        Self { resource: resource.into(), segment: segment.into(), policy: policy.into(), intentions: None }
    }

    /// Returns the reason if servers would ignore or reject the rule.
    pub(super) fn rejection(&self) -> Option<String> {
        if let Resource::Other(word) = &self.resource {
            return Some(format!("are about {word:?}, which servers ignore in legacy rules"));
        }
        let policies = [Some(&self.policy), self.intentions.as_ref()];
        policies.into_iter().flatten().find_map(|policy| match policy {
            Policy::Other(word) => Some(format!("have the policy {word:?}, which does not exist")),
            _ => None,
        })
    }
}

impl<R: Into<Resource>, S: Into<String>, P: Into<Policy>> From<(R, S, P)> for Rule {
    fn from((resource, segment, policy): (R, S, P)) -> Self {
        Self::new(resource, segment, policy)
    }
}

/// Returns the rule without its [`intentions`](Rule::intentions).
impl<'a> From<&'a Rule> for (&'a str, &'a str, &'a str) {
    fn from(rule: &'a Rule) -> Self {
        (rule.resource.as_str(), &rule.segment, rule.policy.as_str())
    }
}

string_enum! {
    /// The kind of object that a rule applies to.
    ///
    /// Resources of newer ACL policies, such as `key_prefix`, are not supported: the segment of a legacy rule is always a
    /// prefix.
    Resource {
        /// Agents, by the names of their nodes.
        Agent = "agent",
        /// User events, by name.
        Event = "event",
        /// Keys of the key/value store.
        Key = "key",
        /// The gossip encryption keys. Rules for this resource have no name.
        Keyring = "keyring",
        /// Nodes of the catalog, by name.
        Node = "node",
        /// The operation of the cluster. Rules for this resource have no name.
        Operator = "operator",
        /// Prepared queries, by name.
        Query = "query",
        /// Services, by name.
        Service = "service",
        /// Sessions, by the names of their nodes.
        Session = "session",
    }
}

impl Resource {
    /// Returns `true` if rules for the resource have no name.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self, Self::Keyring | Self::Operator)
    }
}

string_enum! {
    /// The access that a rule grants.
    Policy {
        /// Read access.
        Read = "read",
        /// Access to read and to list keys. Servers treat it as [`Read`](Self::Read), unless they are configured to
        /// distinguish the two.
        List = "list",
        /// Access to read and to write.
        Write = "write",
        /// No access.
        Deny = "deny",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_types_convert_into_the_same_rule() {
        let rule = Rule::new(Resource::Service, "web", Policy::Write);
        assert_eq!(Rule::from(("service", "web", "write")), rule);
        assert_eq!(Rule::from((Resource::Service, "web".to_owned(), Policy::Write)), rule);
        assert_eq!(<(&str, &str, &str)>::from(&rule), ("service", "web", "write"));
    }

    #[test]
    fn values_that_servers_ignore_or_reject_have_a_reason_to_be_rejected() {
        assert_eq!(Rule::from(("key", "", "list")).rejection(), None);
        assert!(Rule::from(("key_prefix", "", "read")).rejection().unwrap().contains("key_prefix"));
        assert!(Rule::from(("key", "", "none")).rejection().unwrap().contains("none"));
        let intentions = Rule { intentions: Some("all".into()), ..Rule::from(("service", "", "read")) };
        assert!(intentions.rejection().unwrap().contains("all"));
    }
}
