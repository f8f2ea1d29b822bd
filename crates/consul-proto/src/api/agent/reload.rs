//! Reading the agent's configuration anew.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Lets the agent read its configuration files anew: `PUT /v1/agent/reload`.
///
/// Not every setting can be changed so. A configuration that cannot be used is the agent's failure, and it goes on with
/// the old one. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#reload-agent)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reload;

impl Reload {
    /// Lets the agent read its configuration files anew.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Endpoint for Reload {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/reload";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Reload::new()), "PUT /v1/agent/reload");
    }

    #[test]
    fn answers() {
        decoded::<Reload>(200, "").unwrap();
        assert!(decoded::<Reload>(403, "Permission denied").is_err());
    }
}
