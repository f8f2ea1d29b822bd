//! What every registration of a service instance can send: in the catalog, in a transaction, with an agent and as a
//! sidecar.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    ConnectProxyConfig, Locality, NodeService, ServiceAddress, ServiceId, ServiceKind, ServicePort, Weights,
};
use crate::types::empty::IsEmpty;
use crate::{EncodeError, RequestWriter};

/// The part that all registrations of a service instance share. Fields that are empty or `None` are not sent.
///
/// Each registration flattens it, adds the name under its own key, and documents the setters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ServiceFields {
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    pub(crate) kind: ServiceKind,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<ServiceId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tagged_addresses: BTreeMap<String, ServiceAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ports: Vec<ServicePort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) socket_path: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) meta: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weights: Option<Weights>,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    pub(crate) enable_tag_override: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<Box<ConnectProxyConfig>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locality: Option<Locality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
}

impl ServiceFields {
    /// Sets the configuration of a proxy or gateway.
    pub(crate) fn set_proxy(&mut self, proxy: ConnectProxyConfig) {
        self.proxy = Some(Box::new(proxy.without_server_parts()));
    }

    /// Rejects what every server rejects, and what it accepts but cannot return.
    pub(crate) fn validate(&self, request: &mut RequestWriter) {
        if let Some(id) = self.id.as_ref().filter(|id| !id.is_empty()) {
            request.check_name("service id", id.as_str());
        }
        if let Some("0.0.0.0" | "::" | "[::]") = self.address.as_deref() {
            let reason = "is the unspecified address".to_owned();
            request.reject(EncodeError::Invalid { name: "service address", reason });
        }
        let has_port = self.port.is_some_and(|port| port > 0);
        request.exclude(("port", has_port), ("ports", !self.ports.is_empty()));
        if let Some(proxy) = &self.proxy {
            proxy.validate(request);
        }
    }
}

/// The instance as it was read, without the parts that servers add to it.
impl From<&NodeService> for ServiceFields {
    fn from(service: &NodeService) -> Self {
        let tagged_addresses =
            service.tagged_addresses.iter().filter(|(tag, _)| !tag.starts_with("consul-virtual"));
        Self {
            kind: service.kind.clone(),
            id: (!service.id.is_empty()).then(|| service.id.clone()),
            tags: service.tags.clone(),
            address: filled(&service.address),
            tagged_addresses: tagged_addresses.map(|(tag, address)| (tag.clone(), address.clone())).collect(),
            // Of several ports, servers also return the default one here.
            port: (service.port > 0 && service.ports.is_empty()).then_some(service.port),
            ports: service.ports.clone(),
            socket_path: filled(&service.socket_path),
            meta: service.meta.clone(),
            weights: Some(service.weights),
            enable_tag_override: service.enable_tag_override,
            proxy: service.proxy.clone().map(|proxy| Box::new(proxy.without_server_parts())),
            locality: service.locality.clone(),
            namespace: filled(&service.namespace),
            partition: filled(&service.partition),
        }
    }
}

/// Returns a text that is not empty.
pub(crate) fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
