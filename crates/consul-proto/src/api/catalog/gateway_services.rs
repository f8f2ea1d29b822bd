//! Listing the services of a gateway.

use serde::{Deserialize, Serialize};

use crate::model::{ServiceKind, ServiceName};
use crate::response;
use crate::types::string_enum::string_enum;
use crate::types::{null, port};
use crate::{Blocking, Endpoint, Method, Read, RequestWriter, Watchable};

/// Lists the services of an ingress or terminating gateway: `GET /v1/catalog/gateway-services/:gateway`, since 1.8.
///
/// Returns an empty list if the gateway does not exist. If the token cannot read the gateway, the error is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services-for-gateway)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct GatewayServices {
    gateway: ServiceName,
}

impl GatewayServices {
    /// Lists the services of the gateway with the service name `gateway`.
    pub fn new(gateway: impl Into<ServiceName>) -> Self {
        Self { gateway: gateway.into() }
    }
}

/// A service of a gateway. Settings of the other type of gateway are empty or zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GatewayService {
    /// The gateway.
    pub gateway: QualifiedName,
    /// The service.
    pub service: QualifiedName,
    /// Kind of the gateway.
    #[serde(default)]
    pub gateway_kind: ServiceKind,
    /// Kind of the service, on newer servers.
    #[serde(default)]
    pub service_kind: GatewayServiceKind,
    /// Port at which an ingress gateway listens for the service.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Protocol of that port, such as `tcp` and `http`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub protocol: String,
    /// Hosts for which an ingress gateway forwards requests to the service. Empty for the default hosts.
    #[serde(default, deserialize_with = "null::list")]
    pub hosts: Vec<String>,
    /// File with the certificate authority that a terminating gateway trusts.
    #[serde(default, rename = "CAFile", deserialize_with = "null::or_default")]
    pub ca_file: String,
    /// File with the client certificate of a terminating gateway.
    #[serde(default, deserialize_with = "null::or_default")]
    pub cert_file: String,
    /// File with the key of that certificate.
    #[serde(default, deserialize_with = "null::or_default")]
    pub key_file: String,
    /// TLS server name that a terminating gateway requests.
    #[serde(default, rename = "SNI", deserialize_with = "null::or_default")]
    pub sni: String,
    /// Whether a terminating gateway sets the host header to the address of the instance, since 1.18.
    #[serde(default, deserialize_with = "null::or_default")]
    pub auto_host_rewrite: bool,
    /// Whether the configuration of the gateway contains `*` instead of this name.
    #[serde(default, deserialize_with = "null::or_default")]
    pub from_wildcard: bool,
    /// Raft index at which the service was linked to the gateway.
    #[serde(default, deserialize_with = "null::or_default")]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default, deserialize_with = "null::or_default")]
    pub modify_index: u64,
}

/// The name of a service with its namespace and partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct QualifiedName {
    /// Name of the service.
    pub name: ServiceName,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub partition: String,
}

impl From<&QualifiedName> for ServiceName {
    fn from(service: &QualifiedName) -> Self {
        service.name.clone()
    }
}

string_enum! {
    /// The kind of a gateway's service.
    #[derive(Default)]
    GatewayServiceKind {
        /// Unknown: from older servers, or if no such service is registered. Sent as an empty string.
        #[default]
        Unknown = "",
        /// A service of the catalog.
        Service = "service",
        /// A destination that a configuration entry defines.
        Destination = "destination",
    }
}

impl Endpoint for GatewayServices {
    type Response = response::List<GatewayService>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/gateway-services/{gateway}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.gateway.as_str());
    }
}

impl Read for GatewayServices {}
impl Blocking for GatewayServices {}
impl Watchable for GatewayServices {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&GatewayServices::new("ing")), "GET /v1/catalog/gateway-services/ing");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"Gateway":{"Name":"ing"},"Service":{"Name":"web"},"GatewayKind":"ingress-gateway","Port":8443,
             "Protocol":"http","Hosts":["web.example"],"CreateIndex":190,"ModifyIndex":190},
            {"Gateway":{"Name":"term"},"Service":{"Name":"db"},"GatewayKind":"terminating-gateway",
             "FromWildcard":true,"ServiceKind":"service","CreateIndex":191,"ModifyIndex":198,
             "AutoHostRewrite":true}]"#;
        let services = decoded::<GatewayServices>(200, body).unwrap();
        let [ingress, terminating] = &services[..] else { panic!("{services:?}") };
        assert_eq!((ingress.gateway.name.as_str(), ingress.service.name.as_str()), ("ing", "web"));
        assert_eq!((&ingress.gateway_kind, ingress.port), (&ServiceKind::IngressGateway, 8443));
        assert_eq!(
            (ingress.protocol.as_str(), &ingress.hosts[..]),
            ("http", &["web.example".to_owned()][..])
        );
        assert_eq!(terminating.service_kind, GatewayServiceKind::Service);
        assert!(terminating.from_wildcard && terminating.auto_host_rewrite);
    }

    #[test]
    fn unknown_gateway_is_an_empty_list() {
        assert_eq!(decoded::<GatewayServices>(200, "null").unwrap(), []);
        assert_eq!(decoded::<GatewayServices>(200, "[]").unwrap(), []);
    }
}
