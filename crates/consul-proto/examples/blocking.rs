//! The protocol with a blocking HTTP client, without an async runtime.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-proto --example blocking
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]
#![allow(
    clippy::disallowed_methods,
    reason = "the program around the protocol may well read its environment"
)]

use bytes::Bytes;
use consul_proto::{Endpoint, Options, Response, decode, encode, kv};

type Failure = Box<dyn std::error::Error>;

/// Sends the request of any endpoint and waits for its response.
struct Consul {
    http: ureq::Agent,
    base: String,
}

impl Consul {
    fn call<E: Endpoint>(
        &self,
        endpoint: &E,
        options: &Options,
    ) -> Result<Response<consul_proto::OutputOf<E>>, Failure> {
        let (mut head, body) = encode(endpoint, options)?.into_parts();
        // The request has a path and a query. The transport adds the address of the agent.
        head.uri = format!("{}{}", self.base, head.uri).parse()?;
        let request = http::Request::from_parts(head, body.to_vec());
        let (head, mut body) = self.http.run(request)?.into_parts();
        let body = Bytes::from(body.read_to_vec()?);
        Ok(decode::<E>(http::Response::from_parts(head, body))?)
    }
}

fn main() -> Result<(), Failure> {
    let address = std::env::var("CONSUL_HTTP_ADDR").unwrap_or_else(|_| "127.0.0.1:8500".to_owned());
    // The protocol handles every status, and rejects redirects.
    let http = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
    let consul = Consul { http, base: format!("http://{}", address.trim_start_matches("http://")) };

    consul.call(&kv::Put::new("example/blocking", "no runtime"), &Options::default())?;

    let read = consul.call(&kv::Get::new("example/blocking"), &Options::default())?;
    let entry = read.value.ok_or("the key is gone")?;
    println!("{} = {:?}, index {:?}", entry.key, entry.text()?, read.meta.index);

    consul.call(&kv::Delete::new("example/blocking"), &Options::default())?;
    let absent = consul.call(&kv::Get::new("example/blocking"), &Options::default())?;
    println!("absent: {}", absent.value.is_none());
    Ok(())
}
