//! Listing the services of a gateway.

use serde::Deserialize;

use crate::model::ServiceKind;
use crate::response;
use crate::types::word::word;
use crate::types::{null, port};
use crate::{Blocking, Endpoint, Method, Read, RequestWriter, Watchable};

/// Lists the services that an ingress or terminating gateway stands for:
/// `GET /v1/catalog/gateway-services/:gateway`, since 1.8.
///
/// Empty for a gateway that does not exist. Without the right to read it the answer is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services-for-gateway)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayServices {
    /// Name of the gateway's service.
    pub gateway: String,
}

impl GatewayServices {
    /// Lists the services of `gateway`.
    pub fn new(gateway: impl Into<String>) -> Self {
        Self { gateway: gateway.into() }
    }
}

/// A service that a gateway stands for, and how. What does not apply is empty or zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GatewayService {
    /// The gateway.
    pub gateway: ServiceName,
    /// The service.
    pub service: ServiceName,
    /// Kind of the gateway.
    #[serde(default)]
    pub gateway_kind: ServiceKind,
    /// What the service is, on newer servers.
    #[serde(default)]
    pub service_kind: GatewayServiceKind,
    /// Port at which an ingress gateway listens for the service.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Protocol of that port, such as `tcp` and `http`.
    #[serde(default)]
    pub protocol: String,
    /// Hosts by which requests reach the service through an ingress gateway; it has defaults where empty.
    #[serde(default, deserialize_with = "null::or_default")]
    pub hosts: Vec<String>,
    /// File with the certificate authority that a terminating gateway trusts.
    #[serde(default, rename = "CAFile")]
    pub ca_file: String,
    /// File with the certificate that a terminating gateway shows.
    #[serde(default)]
    pub cert_file: String,
    /// File with the key of that certificate.
    #[serde(default)]
    pub key_file: String,
    /// Server name that a terminating gateway asks for.
    #[serde(default, rename = "SNI")]
    pub sni: String,
    /// Whether a terminating gateway puts the address of the instance into the host header, since 1.18.
    #[serde(default)]
    pub auto_host_rewrite: bool,
    /// Whether the gateway's configuration says `*`, and not this name.
    #[serde(default)]
    pub from_wildcard: bool,
    /// Raft index at which the two were joined.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default)]
    pub modify_index: u64,
}

/// The full name of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceName {
    /// The name.
    pub name: String,
    /// Namespace, from Consul Enterprise.
    #[serde(default)]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
}

word! {
    /// What a service is that a gateway stands for.
    #[derive(Default)]
    GatewayServiceKind {
        /// Not known: from older servers, and where no such service is registered; the empty word.
        #[default]
        Unknown = "",
        /// A service of the catalog.
        Service = "service",
        /// A destination that a configuration entry describes.
        Destination = "destination",
    }
}

impl Endpoint for GatewayServices {
    type Response = response::List<GatewayService>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/gateway-services/{gateway}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.gateway);
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
    fn recorded_answer() {
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
    fn an_unknown_gateway_is_empty() {
        assert_eq!(decoded::<GatewayServices>(200, "null").unwrap(), []);
        assert_eq!(decoded::<GatewayServices>(200, "[]").unwrap(), []);
    }
}
