//! Reading the latest events.

use crate::event::Event;
use crate::{Blocking, Cursor, Endpoint, Method, Read, RequestWriter, Scope, Watchable, response};

/// Reads the latest events that this agent has seen, oldest first: `GET /v1/event/list`.
///
/// Those at most that passed their own filters here: an event for other nodes is not in the list. One that was fired a
/// moment ago may not be there yet; an agent needs up to a second to hear of it. Without the right to read an event it
/// is left out without a word.
///
/// The agent answers by itself: consistency modes and datacenters mean nothing to it. It can wait, for an index of its
/// [own kind](crate::event#the-index-of-the-list).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/event#list-events)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Only events of exactly this name; all where absent.
    pub name: Option<String>,
}

impl List {
    /// Reads events of every name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for List {
    type Response = response::List<Event>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/event/list";
    const SCOPE: Scope = Scope::NONE;

    fn write(&self, request: &mut RequestWriter) {
        request.opt("name", self.name.as_deref());
    }
}

impl Read for List {}
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
        assert_eq!(wire(&List { name: Some("a/b&c".to_owned()) }), "GET /v1/event/list?name=a%2Fb%26c");
    }

    #[test]
    fn recorded_answer() {
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
