//! Reading everything under a prefix.

use crate::model::Entry;
use crate::response;
use crate::{Blocking, Endpoint, Method, OrEmpty, Read, RequestWriter, Watchable};

/// Reads all keys that start with a prefix, and their values: `GET /v1/kv/:prefix?recurse`.
///
/// Sorted by key. A prefix under which nothing is gives an empty list, with an index to wait on. Keys that the token
/// may not read are left out without a word; [`Meta`](crate::Meta::results_filtered_by_acls) may tell.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The prefix, of the text and not of segments: `app` also lists `apple`. Empty for everything.
    pub prefix: String,
}

impl List {
    /// Reads what is under `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }
}

impl Endpoint for List {
    type Response = OrEmpty<response::List<Entry>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/kv/{*prefix}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.prefix);
        request.flag("recurse", true);
    }
}

impl Read for List {}
impl Blocking for List {}
impl Watchable for List {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new("app/")), "GET /v1/kv/app/?recurse");
        assert_eq!(wire(&List::new("")), "GET /v1/kv/?recurse");
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[
            {"LockIndex":0,"Key":"app/config","Flags":42,"Value":"aGVsbG8=","CreateIndex":38,"ModifyIndex":38},
            {"LockIndex":0,"Key":"app/empty","Flags":0,"Value":null,"CreateIndex":39,"ModifyIndex":39}
        ]"#;
        let entries = answer::<List>(200, body).unwrap();
        assert_eq!(
            entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(),
            ["app/config", "app/empty"]
        );
        assert_eq!(entries[1].value, "");
    }

    #[test]
    fn an_absent_prefix_is_empty() {
        assert_eq!(answer::<List>(404, "").unwrap(), []);
    }
}
