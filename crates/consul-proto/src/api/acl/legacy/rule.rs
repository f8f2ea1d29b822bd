//! What a legacy rule says.

use crate::types::word::word;

/// A legacy rule: what may be done to things of a kind whose names start alike.
///
/// Made of three words, too:
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
    /// What it is about.
    pub resource: Resource,
    /// What the names start with that it is about; empty for all names. Means nothing to a resource that
    /// [has no names](Resource::is_single).
    pub segment: String,
    /// What may be done.
    pub policy: Policy,
    /// What may be done to the intentions of a service; where absent, they may be read where the service may.
    pub intentions: Option<Policy>,
}

impl Rule {
    /// A rule about the things whose names start with `segment`.
    pub fn new(resource: impl Into<Resource>, segment: impl Into<String>, policy: impl Into<Policy>) -> Self {
        Self { resource: resource.into(), segment: segment.into(), policy: policy.into(), intentions: None }
    }

    /// Why the rule would not do what it says, if so.
    pub(super) fn fault(&self) -> Option<String> {
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

/// All of a rule but its [`intentions`](Rule::intentions).
impl<'a> From<&'a Rule> for (&'a str, &'a str, &'a str) {
    fn from(rule: &'a Rule) -> Self {
        (rule.resource.as_str(), &rule.segment, rule.policy.as_str())
    }
}

word! {
    /// What a rule is about.
    ///
    /// Those of policies, such as `key_prefix`, are not among them: a legacy rule's segment is a prefix always.
    Resource {
        /// Agents, by the names of their nodes.
        Agent = "agent",
        /// User events, by name.
        Event = "event",
        /// Keys of the key/value store.
        Key = "key",
        /// The keys that encrypt gossip; has no names.
        Keyring = "keyring",
        /// Nodes of the catalog, by name.
        Node = "node",
        /// The operation of the cluster; has no names.
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
    /// Whether it has no names, so that its rules have no segment.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self, Self::Keyring | Self::Operator)
    }
}

word! {
    /// What a rule allows.
    Policy {
        /// To read.
        Read = "read",
        /// To read and to list; keys only, and only where the agent is configured to tell the two apart.
        List = "list",
        /// To read and to write.
        Write = "write",
        /// Nothing.
        Deny = "deny",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_types_make_the_same_rule() {
        let rule = Rule::new(Resource::Service, "web", Policy::Write);
        assert_eq!(Rule::from(("service", "web", "write")), rule);
        assert_eq!(Rule::from((Resource::Service, "web".to_owned(), Policy::Write)), rule);
        assert_eq!(<(&str, &str, &str)>::from(&rule), ("service", "web", "write"));
    }

    #[test]
    fn words_that_servers_ignore_or_refuse_are_faults() {
        assert_eq!(Rule::from(("key", "", "list")).fault(), None);
        assert!(Rule::from(("key_prefix", "", "read")).fault().unwrap().contains("key_prefix"));
        assert!(Rule::from(("key", "", "none")).fault().unwrap().contains("none"));
        let intentions = Rule { intentions: Some("all".into()), ..Rule::from(("service", "", "read")) };
        assert!(intentions.fault().unwrap().contains("all"));
    }
}
