//! Reading the version of the agent.

use serde::{Deserialize, Serialize};

use crate::types::null;
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads the version of the agent, since 1.16: `GET /v1/agent/version`.
///
/// Requires no token. If the agent is older, the error is [`UnknownRoute`](crate::ApiErrorKind::UnknownRoute);
/// [`ReadSelf`](crate::agent::ReadSelf) also returns the version of older agents.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#view-version)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Version(());

impl Version {
    /// Reads the version of the agent, since 1.16.
    pub fn new() -> Self {
        Self(())
    }
}

/// The version of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentVersion {
    /// Revision of the source.
    #[serde(default, rename = "SHA", deserialize_with = "null::or_default")]
    pub sha: String,
    /// Time of the build in RFC 3339.
    #[serde(default, deserialize_with = "null::or_default")]
    pub build_date: String,
    /// Version of Consul, such as `1.22.7` or `1.22.7+ent`.
    pub human_version: String,
    /// FIPS 140 compliance. Empty for a build without it.
    #[serde(default, rename = "FIPS", deserialize_with = "null::or_default")]
    pub fips: String,
}

impl Endpoint for Version {
    type Response = Json<AgentVersion>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/version";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, unmarked, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&Version::new()), "GET /v1/agent/version");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"SHA":"","BuildDate":"1970-01-01T00:00:01Z","HumanVersion":"1.22.7","FIPS":""}"#;
        let version = decoded::<Version>(200, body).unwrap();
        assert_eq!(
            (version.human_version.as_str(), version.build_date.as_str()),
            ("1.22.7", "1970-01-01T00:00:01Z")
        );
    }

    #[test]
    fn old_agent_reports_an_unknown_route() {
        match unmarked::<Version>(404, "") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownRoute),
            other => panic!("{other:?}"),
        }
    }
}
