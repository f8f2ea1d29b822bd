//! Reading the keys under a prefix.

use crate::response;
use crate::{Blocking, Endpoint, Method, OrEmpty, Read, RequestWriter, Watchable};

/// Reads all keys that start with a prefix, without their values: `GET /v1/kv/:prefix?keys`.
///
/// Returns the keys sorted; an empty list if there are none. That response also has an index, so that a blocking
/// query can wait for the first key. Keys that the token cannot read are silently omitted, so an empty list can also
/// mean a missing permission; servers since 1.13 report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// A key that is not UTF-8 is listed with replacement characters (U+FFFD). That text is another key, so the listed
/// key cannot be read or deleted with it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Keys {
    prefix: String,
    separator: Option<String>,
}

impl Keys {
    /// Reads all keys that start with `prefix`, without their values.
    ///
    /// The prefix matches text, not segments: `app` also lists `apple`. An empty prefix lists all keys.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), separator: None }
    }

    /// Truncates each key after the first separator that follows the prefix, and returns each result once.
    ///
    /// With the separator `/`, the list has the keys and folders of one level.
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.separator = Some(separator.into());
        self
    }
}

impl Endpoint for Keys {
    type Response = OrEmpty<response::List<String>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/kv/{*prefix}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.prefix);
        request.flag("keys", true);
        request.opt("separator", self.separator.as_deref());
    }
}

impl Read for Keys {}
impl Blocking for Keys {}
impl Watchable for Keys {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Keys::new("app/")), "GET /v1/kv/app/?keys");
        assert_eq!(wire(&Keys::new("").separator("/")), "GET /v1/kv/?keys&separator=%2F");
    }

    #[test]
    fn recorded_response() {
        let keys = decoded::<Keys>(200, r#"["app/config","app/empty","app/sub/"]"#).unwrap();
        assert_eq!(keys, ["app/config", "app/empty", "app/sub/"]);
    }

    #[test]
    fn prefix_without_keys_is_an_empty_list() {
        assert!(decoded::<Keys>(404, "").unwrap().is_empty());
        assert!(decoded::<Keys>(200, "[]").unwrap().is_empty());
    }
}
