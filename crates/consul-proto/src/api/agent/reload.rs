//! Reading the agent's configuration anew.

use crate::{Empty, Endpoint, Method, RequestWriter, Write};

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

    fn write(&self, _: &mut RequestWriter) {}

    fn is_replayable(&self) -> bool {
        true
    }
}

impl Write for Reload {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Reload::new()), "PUT /v1/agent/reload");
    }

    #[test]
    fn answers() {
        answer::<Reload>(200, "").unwrap();
        assert!(answer::<Reload>(403, "Permission denied").is_err());
    }
}
