//! Reading the names under a prefix.

use crate::response;
use crate::{Blocking, Endpoint, Method, OrEmpty, Read, RequestWriter, Watchable};

/// Reads the names of all keys that start with a prefix: `GET /v1/kv/:prefix?keys`.
///
/// Sorted. A prefix under which nothing is gives an empty list, with an index to wait on. Names that the token may
/// not read are left out without a word; [`Meta`](crate::Meta::results_filtered_by_acls) may tell.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The prefix, of the text and not of segments: `app` also lists `apple`. Empty for everything.
    pub prefix: String,
    /// Cuts each name after the first separator that follows the prefix, and gives each result once: with `/`, the
    /// names and folders of one level.
    pub separator: Option<String>,
}

impl Keys {
    /// Reads the names under `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), separator: None }
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
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Keys::new("app/")), "GET /v1/kv/app/?keys");
        let level = Keys { separator: Some("/".to_owned()), ..Keys::new("") };
        assert_eq!(wire(&level), "GET /v1/kv/?keys&separator=%2F");
    }

    #[test]
    fn recorded_answer() {
        let names = answer::<Keys>(200, r#"["app/config","app/empty","app/sub/"]"#).unwrap();
        assert_eq!(names, ["app/config", "app/empty", "app/sub/"]);
    }

    #[test]
    fn an_absent_prefix_is_empty() {
        assert!(answer::<Keys>(404, "").unwrap().is_empty());
        assert!(answer::<Keys>(200, "[]").unwrap().is_empty());
    }
}
