//! Reloading the agent's configuration.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Reloads the configuration files of the agent: `PUT /v1/agent/reload`.
///
/// Not all settings can be changed this way. If the configuration is invalid, the agent returns an error and keeps the old
/// one.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#reload-agent)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Reload(());

impl Reload {
    /// Reloads the configuration files of the agent.
    pub fn new() -> Self {
        Self(())
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
    fn responses() {
        decoded::<Reload>(200, "").unwrap();
        assert!(decoded::<Reload>(403, "Permission denied").is_err());
    }
}
