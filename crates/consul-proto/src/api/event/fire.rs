//! Firing an event.

use bytes::Bytes;

use crate::event::Event;
use crate::model::IntoValue;
use crate::{EncodeError, Endpoint, Json, Method, RequestWriter, Scope};

/// Fires an event: `PUT /v1/event/fire/:name`.
///
/// Returns the event when a server has started to distribute it. Agents may not have received it yet. Each request
/// creates a new event, so the operation is not idempotent.
///
/// The filters are regular expressions in the
/// [syntax of RE2](https://github.com/google/re2/wiki/Syntax), which match anywhere in a text unless they are anchored.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/event#fire-event)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Fire {
    name: String,
    payload: Bytes,
    node: Option<String>,
    service: Option<String>,
    tag: Option<String>,
}

impl Fire {
    /// Fires an event with the name `name`, without a payload, for every node.
    ///
    /// Some names cannot be sent in a path and are rejected. See [Names](crate::event#names).
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), payload: Bytes::new(), node: None, service: None, tag: None }
    }

    /// Sets the payload. Defaults to an empty one.
    ///
    /// Servers since 1.22 accept up to 300 bytes. Earlier servers limit the complete event, including its name and
    /// filters, to 512 bytes.
    pub fn payload(mut self, payload: impl IntoValue) -> Self {
        self.payload = payload.into_value();
        self
    }

    /// Sends the event only to nodes whose name matches this regular expression.
    pub fn node(mut self, regex: impl Into<String>) -> Self {
        self.node = Some(regex.into());
        self
    }

    /// Sends the event only to nodes with a service whose name matches this regular expression.
    pub fn service(mut self, regex: impl Into<String>) -> Self {
        self.service = Some(regex.into());
        self
    }

    /// Sends the event only to nodes on which a tag of such a service matches this regular expression.
    ///
    /// Requires a [`service`](Self::service).
    pub fn tag(mut self, regex: impl Into<String>) -> Self {
        self.tag = Some(regex.into());
        self
    }
}

impl Endpoint for Fire {
    type Response = Json<Event>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/event/fire/{*name}";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        request.check_name("name", &self.name);
        let is_set = |filter: &Option<String>| filter.as_ref().is_some_and(|filter| !filter.is_empty());
        if is_set(&self.tag) && !is_set(&self.service) {
            let reason = "requires a filter of services".to_owned();
            request.reject(EncodeError::Invalid { name: "tag", reason });
        }
        request.arg(&self.name);
        request.opt("node", self.node.as_deref());
        request.opt("service", self.service.as_deref());
        request.opt("tag", self.tag.as_deref());
        request.bytes(self.payload.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Fire::new("deploy")), "PUT /v1/event/fire/deploy");
        let fire = Fire::new("deploy/web app").payload("payload!").node(".*").service("^web$").tag("v[12]");
        assert_eq!(wire(&Fire::new("deploy/")), "PUT /v1/event/fire/deploy/");
        let target = "/v1/event/fire/deploy/web%20app?node=.%2A&service=%5Eweb%24&tag=v%5B12%5D";
        assert_eq!(wire(&fire), format!("PUT {target}\npayload!"));
    }

    #[test]
    fn tag_without_service_is_rejected() {
        let tag = Fire::new("deploy").tag("v1");
        assert!(matches!(rejected(&tag), EncodeError::Invalid { name: "tag", .. }));
        let empty = tag.clone().service("");
        assert!(matches!(rejected(&empty), EncodeError::Invalid { name: "tag", .. }));
        let both = tag.service("web");
        assert_eq!(wire(&both), "PUT /v1/event/fire/deploy?service=web&tag=v1");
    }

    #[test]
    fn name_without_a_path_is_rejected() {
        for name in ["", "/", "a//b", "/a", "..", "a/./b", "a\nb", "a\u{a0}b"] {
            let error = rejected(&Fire::new(name));
            assert!(matches!(error, EncodeError::Argument { name: "name", .. }), "{name:?}: {error}");
        }
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"ID": "32793f9e-4fd7-69a3-71d3-cf946581c342", "Name": "deploy", "Payload": "cGF5bG9hZCE=",
            "NodeFilter": ".*", "ServiceFilter": "consul", "TagFilter": "", "Version": 1, "LTime": 0}"#;
        let event = decoded::<Fire>(200, body).unwrap();
        assert_eq!(event.id, "32793f9e-4fd7-69a3-71d3-cf946581c342");
        assert_eq!((event.name.as_str(), event.text().unwrap()), ("deploy", "payload!"));
        assert_eq!((event.node_filter.as_str(), event.service_filter.as_str()), (".*", "consul"));
        assert_eq!((event.tag_filter.as_str(), event.version, event.l_time), ("", 1, 0));
    }

    #[test]
    fn fire_is_not_idempotent() {
        assert!(!Fire::new("deploy").is_idempotent());
    }
}
