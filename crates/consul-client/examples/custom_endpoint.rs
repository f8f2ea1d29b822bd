//! A custom operation, used like any other.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example custom_endpoint
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use consul_client::Client;
use consul_client::proto::{Endpoint, Json, Method, Read, RequestWriter};
use serde::Deserialize;

/// Lists nodes for the web UI: `GET /v1/internal/ui/nodes`, which is not documented.
#[derive(Debug)]
struct UiNodes;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UiNode {
    node: String,
    address: String,
}

impl Endpoint for UiNodes {
    type Response = Json<Vec<UiNode>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/internal/ui/nodes";
    fn write(&self, _: &mut RequestWriter) {}
}

impl Read for UiNodes {}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let nodes = client.call(UiNodes).stale().send().await?;
    println!("response has index {:?}, known leader {:?}", nodes.meta.index, nodes.meta.known_leader);
    for UiNode { node, address } in nodes.value {
        println!("{node} at {address}");
    }
    Ok(())
}
