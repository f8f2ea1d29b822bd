//! Reading which Consul the agent is.

use serde::Deserialize;

use crate::types::null;
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads which Consul the agent is, since 1.16: `GET /v1/agent/version`.
///
/// Needs no token. An older agent answers with [`UnknownRoute`](crate::ApiErrorKind::UnknownRoute);
/// [`ReadSelf`](crate::agent::ReadSelf) tells the version of each.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#view-version)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version;

impl Version {
    /// Reads the version.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// Which Consul an agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentVersion {
    /// Revision of the source it was built from.
    #[serde(default, rename = "SHA", deserialize_with = "null::or_default")]
    pub sha: String,
    /// When it was built, in RFC 3339.
    #[serde(default, deserialize_with = "null::or_default")]
    pub build_date: String,
    /// Version of Consul, such as `1.22.7` or `1.22.7+ent`.
    pub human_version: String,
    /// What it says of FIPS 140; empty where it was not built for it.
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
    use crate::testing::{decoded, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&Version::new()), "GET /v1/agent/version");
    }

    #[test]
    fn recorded_answer() {
        let body = r#"{"SHA":"","BuildDate":"1970-01-01T00:00:01Z","HumanVersion":"1.22.7","FIPS":""}"#;
        let version = decoded::<Version>(200, body).unwrap();
        assert_eq!(
            (version.human_version.as_str(), version.build_date.as_str()),
            ("1.22.7", "1970-01-01T00:00:01Z")
        );
    }

    #[test]
    fn an_old_agent_does_not_have_it() {
        match decoded::<Version>(404, "") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownRoute),
            other => panic!("{other:?}"),
        }
    }
}
