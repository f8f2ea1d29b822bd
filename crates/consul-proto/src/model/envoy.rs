//! Access logs and extensions of a proxy, for registrations and responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::empty::IsEmpty;
use crate::types::null;
use crate::types::string_enum::string_enum;

/// Access logs of a proxy, since 1.15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AccessLogs {
    /// Whether the proxy writes access logs.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub enabled: bool,
    /// Whether connections that no listener accepts are omitted.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub disable_listener_logs: bool,
    /// Destination of the logs (`Type`).
    #[serde(rename = "Type", skip_serializing_if = "IsEmpty::is_empty")]
    pub sink: LogSink,
    /// File of the logs, for [`LogSink::File`].
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Format of a line as a JSON object. Mutually exclusive with [`text_format`](Self::text_format).
    #[serde(
        rename = "JSONFormat",
        deserialize_with = "null::or_default",
        skip_serializing_if = "String::is_empty"
    )]
    pub json_format: String,
    /// Format of a line as text. Mutually exclusive with [`json_format`](Self::json_format).
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub text_format: String,
}

impl AccessLogs {
    /// Creates the settings of enabled access logs.
    #[must_use]
    pub fn new(sink: LogSink) -> Self {
        Self { enabled: true, sink, ..Self::default() }
    }

    /// Creates the settings of access logs in a file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::new(LogSink::File) }
    }
}

impl IsEmpty for AccessLogs {
    fn is_empty(&self) -> bool {
        let Self { enabled, disable_listener_logs, sink, path, json_format, text_format } = self;
        !enabled
            && !disable_listener_logs
            && sink.is_empty()
            && path.is_empty()
            && json_format.is_empty()
            && text_format.is_empty()
    }
}

string_enum! {
    /// The destination of access logs.
    #[derive(Default)]
    LogSink {
        /// Consul's default, standard output. Sent as an empty string.
        #[default]
        Unset = "",
        /// A file.
        File = "file",
        /// Standard output.
        Stdout = "stdout",
        /// Standard error.
        Stderr = "stderr",
    }
}

/// An extension of Envoy, since 1.15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct EnvoyExtension {
    /// Name of the extension, such as `builtin/lua`.
    #[serde(deserialize_with = "null::or_default")]
    pub name: String,
    /// Whether a proxy gets no configuration if the extension fails.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub required: bool,
    /// Opaque arguments of the extension.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Value>,
    /// Versions of Consul that the extension supports, such as `>= 1.15`. All if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub consul_version: String,
    /// Versions of Envoy that the extension supports. All if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub envoy_version: String,
}

impl EnvoyExtension {
    /// Creates an extension without arguments.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }
}
