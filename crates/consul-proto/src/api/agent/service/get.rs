//! Reading one service of an agent.

use crate::model::{NodeService, ServiceId};
use crate::response::OrNoService;
use crate::{Cursor, Endpoint, HashBlocking, Json, Method, RequestWriter, Scope, Target, Watchable};

/// Reads a service instance that is registered with the agent: `GET /v1/agent/service/:service_id`.
///
/// Returns `None` if the agent does not have the instance. The response has a [hash](crate::Meta::content_hash) for blocking
/// queries. A request for a missing instance never waits: the response is immediate.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#get-service-configuration)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Get {
    service_id: ServiceId,
}

impl Get {
    /// Reads the instance with this id, which is not the name of the service.
    pub fn new(service_id: impl Into<ServiceId>) -> Self {
        Self { service_id: service_id.into() }
    }
}

impl Endpoint for Get {
    type Response = OrNoService<Json<NodeService>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/service/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service_id.as_str());
    }
}

impl HashBlocking for Get {}
impl Watchable for Get {
    const CURSOR: Cursor = Cursor::Hash;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::model::{Locality, ServiceAddress, ServicePort, Weights};
    use crate::testing::{decoded, rejected, unmarked, wire};
    use crate::{EncodeError, InvalidArgument, Options, ResponseError, decode, encode};

    #[test]
    fn request() {
        assert_eq!(wire(&Get::new("web:1")), "GET /v1/agent/service/web%3A1");
        let wait = Options {
            hash: Some("50bb14c5d7ce3a8".to_owned()),
            wait: Some(Duration::from_secs(60)),
            ..Options::default()
        };
        let request = encode(&Get::new("web"), &wait).unwrap();
        assert_eq!(request.uri(), "/v1/agent/service/web?hash=50bb14c5d7ce3a8&wait=60000ms");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&Get::new(""));
        assert!(matches!(
            error,
            EncodeError::Argument { name: "service_id", reason: InvalidArgument::Empty }
        ));
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"ID":"web","Service":"web","Tags":["a","b"],"Meta":{"v":"1"},"Port":8080,"Address":"127.0.0.1",
            "TaggedAddresses":{"lan":{"Address":"127.0.0.1","Port":8080},"wan":{"Address":"198.51.100.1","Port":80}},
            "Weights":{"Passing":10,"Warning":1},"EnableTagOverride":true,"ContentHash":"50bb14c5d7ce3a8",
            "Datacenter":"dc1"}"#;
        let response = http::Response::builder()
            .header("X-Consul-Contenthash", "50bb14c5d7ce3a8")
            .body(Bytes::from_static(body.as_bytes()));
        let response = decode::<Get>(response.unwrap()).unwrap();
        let service = response.value.unwrap();
        assert_eq!(response.meta.content_hash.as_deref(), Some(service.content_hash.as_str()));
        assert_eq!((service.address.as_str(), service.port), ("127.0.0.1", 8080));
        assert_eq!((service.tags, service.meta["v"].as_str()), (vec!["a".to_owned(), "b".to_owned()], "1"));
        assert_eq!(service.tagged_addresses["wan"], ServiceAddress::new("198.51.100.1", 80));
        assert_eq!(
            (service.weights, service.enable_tag_override),
            (Weights { passing: 10, warning: 1 }, true)
        );
        assert_eq!(service.datacenter, "dc1");
    }

    #[test]
    fn newer_fields_are_decoded() {
        let body = r#"{"ID":"multi","Service":"multi","Tags":[],"Meta":{},"Port":8080,
            "Ports":[{"Name":"http","Port":8080,"Default":true},{"Name":"admin","Port":9090,"Default":false}],
            "Address":"","SocketPath":"/run/full.sock","Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,
            "Connect":{"Native":true},"ContentHash":"4ebef3d342cf3466","Datacenter":"dc1",
            "Locality":{"Region":"eu","Zone":""}}"#;
        let service = decoded::<Get>(200, body).unwrap().unwrap();
        assert_eq!(service.ports[1], ServicePort { name: "admin".to_owned(), port: 9090, default: false });
        assert_eq!((service.socket_path.as_str(), service.connect.native), ("/run/full.sock", true));
        assert_eq!(service.locality, Some(Locality { region: "eu".to_owned(), zone: String::new() }));
    }

    #[test]
    fn missing_instance_is_none() {
        assert_eq!(decoded::<Get>(404, "unknown service ID: nope").unwrap(), None);
        let newer =
            "Unknown service ID \"nope\". Ensure that the service ID is passed, not the service name.";
        assert_eq!(decoded::<Get>(404, newer).unwrap(), None);
    }

    #[test]
    fn page_of_a_proxy_is_not_absence() {
        assert!(matches!(unmarked::<Get>(404, "404 page not found"), Err(ResponseError::Decode(_))));
    }
}
