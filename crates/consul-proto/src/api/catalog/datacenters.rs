//! Listing datacenters.

use crate::response;
use crate::{Cacheable, Endpoint, Method, Read, RequestWriter, Scope};

/// Lists the known datacenters, the nearest first: `GET /v1/catalog/datacenters`.
///
/// The agent itself responds, so a datacenter in the options has no effect. The response has no index, so it cannot
/// be watched.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-datacenters)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Datacenters(());

impl Datacenters {
    /// Lists the datacenters.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for Datacenters {
    type Response = response::List<String>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/datacenters";
    const SCOPE: Scope = Scope::NONE;

    fn write(&self, _: &mut RequestWriter) {}
}

impl Read for Datacenters {}
impl Cacheable for Datacenters {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Datacenters::new()), "GET /v1/catalog/datacenters");
    }

    #[test]
    fn recorded_response() {
        assert_eq!(decoded::<Datacenters>(200, r#"["dc1","dc2"]"#).unwrap(), ["dc1", "dc2"]);
    }
}
