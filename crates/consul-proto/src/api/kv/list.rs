//! Reading the entries under a prefix.

use crate::model::Entry;
use crate::response;
use crate::{Blocking, Endpoint, Method, OrEmpty, Read, RequestWriter, Watchable};

/// Reads all keys that start with a prefix, with their values: `GET /v1/kv/:prefix?recurse`.
///
/// Returns the entries sorted by key; an empty list if there are none. That response also has an index, so that a
/// blocking query can wait for the first key. Keys that the token cannot read are silently omitted, so an empty list
/// can also mean a missing permission; servers since 1.13 report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// A key that is not UTF-8 is listed with replacement characters (U+FFFD). That text is another key, so the listed
/// key cannot be read or deleted with it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct List {
    prefix: String,
}

impl List {
    /// Reads all keys that start with `prefix`, with their values.
    ///
    /// The prefix matches text, not segments: `app` also lists `apple`. An empty prefix lists all keys.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    /// Returns the prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
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
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new("app/")), "GET /v1/kv/app/?recurse");
        assert_eq!(wire(&List::new("")), "GET /v1/kv/?recurse");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"LockIndex":0,"Key":"app/config","Flags":42,"Value":"aGVsbG8=","CreateIndex":38,"ModifyIndex":38},
            {"LockIndex":0,"Key":"app/empty","Flags":0,"Value":null,"CreateIndex":39,"ModifyIndex":39}
        ]"#;
        let entries = decoded::<List>(200, body).unwrap();
        assert_eq!(
            entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(),
            ["app/config", "app/empty"]
        );
        assert_eq!(entries[1].value, "");
    }

    #[test]
    fn prefix_without_keys_is_an_empty_list() {
        assert_eq!(decoded::<List>(404, "").unwrap(), []);
    }
}
