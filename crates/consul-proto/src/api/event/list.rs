//! Listing the latest events.

use crate::event::Event;
use crate::{Blocking, Cursor, Endpoint, Method, RequestWriter, Scope, Target, Watchable, response};

/// Lists the latest events that this agent has received, oldest first: `GET /v1/event/list`.
///
/// The list has at most 256 events, and only those whose filters match this agent. An agent can need up to a second
/// to receive an event that was fired. Events that the token cannot read are silently omitted.
///
/// The agent responds from its own memory, so consistency modes have no effect. A blocking query can wait for a
/// change of the list, by an index of its [own kind](crate::event#the-index-of-the-list).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/event#list-events)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct List {
    name: Option<String>,
}

impl List {
    /// Lists events of every name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists only events with exactly this name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Removes the name, so that events of every name are listed, and returns it.
    #[must_use = "events of every name are listed afterwards"]
    pub fn take_name(&mut self) -> Option<String> {
        self.name.take()
    }
}

impl Endpoint for List {
    type Response = response::List<Event>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/event/list";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.opt("name", self.name.as_deref());
    }
}

impl Blocking for List {}
impl Watchable for List {
    const CURSOR: Cursor = Cursor::Opaque;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new()), "GET /v1/event/list");
        assert_eq!(wire(&List::new().name("a/b&c")), "GET /v1/event/list?name=a%2Fb%26c");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"ID": "b92fb2fc-7fb7-4354-8ba4-d93bfc87d1d4", "Name": "deploy2", "Payload": null, "NodeFilter": "",
             "ServiceFilter": "", "TagFilter": "", "Version": 1, "LTime": 3},
            {"ID": "2d92e57c-dbe2-5b09-3a0d-0ed495807be1", "Name": "deploy2", "Payload": null, "NodeFilter": "",
             "ServiceFilter": "", "TagFilter": "", "Version": 1, "LTime": 5}
        ]"#;
        let events = decoded::<List>(200, body).unwrap();
        assert_eq!(events.iter().map(|event| event.l_time).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(events[0].payload, "");
        assert_eq!(decoded::<List>(200, "[]").unwrap(), []);
    }
}
