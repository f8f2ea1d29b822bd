//! What the registration of a service instance and that of its sidecar have in common.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceId, ServiceKind, ServicePort, Weights,
};
use crate::types::blank::is_blank;
use crate::{EncodeError, RequestWriter};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ServiceFields {
    #[serde(skip_serializing_if = "is_blank")]
    pub(super) kind: ServiceKind,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<ServiceId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tagged_addresses: BTreeMap<String, ServiceAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<ServicePort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) socket_path: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) meta: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weights: Option<Weights>,
    #[serde(skip_serializing_if = "is_blank")]
    pub(super) enable_tag_override: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proxy: Option<Box<ConnectProxyConfig>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locality: Option<Locality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partition: Option<String>,
}

impl ServiceFields {
    pub(super) fn set_proxy(&mut self, proxy: ConnectProxyConfig) {
        self.proxy = Some(Box::new(proxy));
    }

    /// Rejects what every agent rejects.
    pub(super) fn validate(&self, request: &mut RequestWriter) {
        if let Some("0.0.0.0" | "::" | "[::]") = self.address.as_deref() {
            let reason = "is the unspecified address".to_owned();
            request.reject(EncodeError::Invalid { name: "service address", reason });
        }
        let has_port = self.port.is_some_and(|port| port > 0);
        request.exclude(("port", has_port), ("ports", !self.ports.is_empty()));
    }
}
