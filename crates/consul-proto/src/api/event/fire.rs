//! Firing an event.

use bytes::Bytes;

use crate::event::Event;
use crate::{ArgumentFault, EncodeError, Endpoint, Json, Method, RequestWriter, Scope};

/// Fires an event: `PUT /v1/event/fire/:name`.
///
/// Answers with the event as soon as a server has begun to spread it, which tells nothing of who takes it. In another
/// datacenter where one is given. Each request is an event of its own, so it must not be sent twice.
///
/// The filters are regular expressions in the
/// [syntax of RE2](https://github.com/google/re2/wiki/Syntax), which match anywhere in a text unless they are anchored.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/event#fire-event)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fire {
    /// What kind of event it is; see the [module](crate::event#names) for names that cannot be sent.
    pub name: String,
    /// What it says, empty for nothing. Servers take 300 bytes, those before 1.22 more; the whole event, with its name
    /// and filters, may have 512.
    pub payload: Bytes,
    /// Only for nodes whose name matches.
    pub node: Option<String>,
    /// Only for nodes with a service whose name matches.
    pub service: Option<String>,
    /// Only for nodes on which a tag of such a service matches; needs a [`service`](Self::service).
    pub tag: Option<String>,
}

impl Fire {
    /// Fires an event without a payload, for every node.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), payload: Bytes::new(), node: None, service: None, tag: None }
    }
}

impl Endpoint for Fire {
    type Response = Json<Event>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/event/fire/{*name}";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        if let Some(fault) = fault(&self.name) {
            request.reject(EncodeError::Argument { name: "name", fault });
        }
        let is_given = |filter: &Option<String>| filter.as_ref().is_some_and(|filter| !filter.is_empty());
        if is_given(&self.tag) && !is_given(&self.service) {
            let reason = "is a filter of services: give a service too".to_owned();
            request.reject(EncodeError::Invalid { name: "tag", reason });
        }
        request.arg(&self.name);
        request.opt("node", self.node.as_deref());
        request.opt("service", self.service.as_deref());
        request.opt("tag", self.tag.as_deref());
        request.bytes(self.payload.clone());
    }
}

/// Why a name has no path of its own, if so.
fn fault(name: &str) -> Option<ArgumentFault> {
    if name.is_empty() {
        return Some(ArgumentFault::Empty);
    }
    if name.chars().any(char::is_control) {
        return Some(ArgumentFault::ControlCharacter);
    }
    name.split('/').find_map(|segment| match segment {
        "" => Some(ArgumentFault::EmptySegment),
        "." | ".." => Some(ArgumentFault::DotSegment),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Fire::new("deploy")), "PUT /v1/event/fire/deploy");
        let fire = Fire {
            payload: "payload!".into(),
            node: Some(".*".to_owned()),
            service: Some("^web$".to_owned()),
            tag: Some("v[12]".to_owned()),
            ..Fire::new("deploy/web app")
        };
        let target = "/v1/event/fire/deploy/web%20app?node=.%2A&service=%5Eweb%24&tag=v%5B12%5D";
        assert_eq!(wire(&fire), format!("PUT {target}\npayload!"));
    }

    #[test]
    fn a_tag_needs_a_service() {
        let tag = Fire { tag: Some("v1".to_owned()), ..Fire::new("deploy") };
        assert!(matches!(rejected(&tag), EncodeError::Invalid { name: "tag", .. }));
        let empty = Fire { service: Some(String::new()), ..tag.clone() };
        assert!(matches!(rejected(&empty), EncodeError::Invalid { name: "tag", .. }));
        let both = Fire { service: Some("web".to_owned()), ..tag };
        assert_eq!(wire(&both), "PUT /v1/event/fire/deploy?service=web&tag=v1");
    }

    #[test]
    fn a_name_that_is_none_is_not_sent() {
        for name in ["", "/", "a//b", "a/", "..", "a/./b", "a\nb"] {
            let refused = rejected(&Fire::new(name));
            assert!(matches!(refused, EncodeError::Argument { name: "name", .. }), "{name:?}: {refused}");
        }
    }

    #[test]
    fn recorded_answer() {
        let body = r#"{"ID": "32793f9e-4fd7-69a3-71d3-cf946581c342", "Name": "deploy", "Payload": "cGF5bG9hZCE=",
            "NodeFilter": ".*", "ServiceFilter": "consul", "TagFilter": "", "Version": 1, "LTime": 0}"#;
        let event = decoded::<Fire>(200, body).unwrap();
        assert_eq!(event.id, "32793f9e-4fd7-69a3-71d3-cf946581c342");
        assert_eq!((event.name.as_str(), event.text().unwrap()), ("deploy", "payload!"));
        assert_eq!((event.node_filter.as_str(), event.service_filter.as_str()), (".*", "consul"));
        assert_eq!((event.tag_filter.as_str(), event.version, event.l_time), ("", 1, 0));
    }

    #[test]
    fn is_sent_once() {
        assert!(!Fire::new("deploy").is_idempotent());
    }
}
