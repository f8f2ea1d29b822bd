//! The paths that a proxy exposes without the encryption of the mesh, for registrations and responses.

use serde::{Deserialize, Serialize};

use crate::types::empty::IsEmpty;
use crate::types::{null, port};

/// The paths that a proxy exposes without the encryption of the mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Expose {
    /// Whether the HTTP and gRPC checks of the instance are exposed.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub checks: bool,
    /// Exposed paths.
    #[serde(deserialize_with = "null::list", skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<ExposePath>,
}

impl Expose {
    /// Creates a setting without exposed paths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exposes the HTTP and gRPC checks of the instance.
    #[must_use]
    pub fn checks(mut self) -> Self {
        self.checks = true;
        self
    }

    /// Exposes a path.
    #[must_use]
    pub fn path(mut self, path: ExposePath) -> Self {
        self.paths.push(path);
        self
    }
}

impl IsEmpty for Expose {
    fn is_empty(&self) -> bool {
        let Self { checks, paths } = self;
        !checks && paths.is_empty()
    }
}

/// A path that a proxy exposes without the encryption of the mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ExposePath {
    /// Port of the proxy's listener.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "IsEmpty::is_empty")]
    pub listener_port: u16,
    /// The path, such as `/metrics`.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Port at which the instance serves the path.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "IsEmpty::is_empty")]
    pub local_path_port: u16,
    /// `http` or `http2`. `http` if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// Whether the path comes from a check of the instance. Servers set this; registrations do not send it.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub parsed_from_check: bool,
}

impl ExposePath {
    /// Exposes `path`, which the instance serves at `local_path_port`, at `listener_port` of the proxy.
    pub fn new(path: impl Into<String>, local_path_port: u16, listener_port: u16) -> Self {
        Self { path: path.into(), local_path_port, listener_port, ..Self::default() }
    }

    /// Sets the protocol, `http` or `http2`. Defaults to `http`.
    #[must_use]
    pub fn protocol(mut self, protocol: impl Into<String>) -> Self {
        self.protocol = protocol.into();
        self
    }
}
