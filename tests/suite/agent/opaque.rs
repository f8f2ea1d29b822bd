//! Opaque settings of proxies, which servers store without checking them.

use consul_client::ErrorKind;
use consul_client::agent::service::{ConnectProxyConfig, Definition, ServiceKind, Sidecar, Upstream};
use consul_tests::unique;
use serde_json::json;

use crate::clients::client;

/// Servers accept a `null` and then fail: 1.8.7 closes the connection of every read of the service, and an agent of
/// 1.14.11 exits when it reads the service through its cache. So no request is sent.
#[tokio::test]
async fn null_in_opaque_settings_is_not_registered() {
    let (services, name) = (client().agent().service(), unique("null"));
    let proxy = || ConnectProxyConfig::new().destination_service_name("web");
    for value in [json!(null), json!([1, null]), json!({ "a": [{ "b": null }] })] {
        let upstream = Upstream::new("db", 9191).config("k", value.clone());
        for proxy in [proxy().config("k", value), proxy().upstream(upstream)] {
            let instance =
                Definition::new(&name).kind(ServiceKind::ConnectProxy).port(80).proxy(proxy.clone());
            let sidecar = Definition::new(&name).port(80).sidecar(Sidecar::new().proxy(proxy));
            for service in [instance, sidecar] {
                assert_eq!(services.register(service).await.unwrap_err().kind(), ErrorKind::Request);
            }
        }
    }
    assert_eq!(services.get(&name).await.unwrap(), None);
}

#[tokio::test]
async fn nested_opaque_settings_are_read_as_registered() {
    let (client, name) = (client(), unique("opaque"));
    let services = client.agent().service();
    let value = json!({ "list": [1.5, "x", { "on": true }], "empty": {} });
    let proxy = ConnectProxyConfig::new().destination_service_name("web").config("k", value.clone());
    services
        .register(Definition::new(&name).kind(ServiceKind::ConnectProxy).port(80).proxy(proxy))
        .await
        .unwrap();
    let read = services.get(&name).await.unwrap().unwrap();
    assert_eq!(read.proxy.unwrap().config["k"], value);
    services.deregister(&name).await.unwrap();
}
