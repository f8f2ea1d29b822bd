//! The protocol of [Consul's HTTP API](https://developer.hashicorp.com/consul/api-docs), without any IO.
//!
//! An [`Endpoint`] is a plain struct. [`encode`] turns it into an [`http::Request`], and [`decode`] turns the
//! [`http::Response`] into a typed value. The caller moves the messages: this crate opens no socket, reads no clock and
//! needs no runtime, so it works in blocking programs, WebAssembly and unit tests.
//!
//! ```
//! use consul_proto::{Options, decode, encode, kv};
//!
//! let get = kv::Get::new("app/color");
//! let request = encode(&get, &Options::default())?;
//! assert_eq!((request.method().as_str(), request.uri().to_string()), ("GET", "/v1/kv/app/color".to_owned()));
//!
//! // … the caller sends the request and receives a response:
//! let response = http::Response::builder()
//!     .header("X-Consul-Index", 42)
//!     .body(r#"[{"Key": "app/color", "Value": "Ymx1ZQ==", "Flags": 0, "CreateIndex": 41, "ModifyIndex": 42}]"#.into())?;
//! let response = decode::<kv::Get>(response)?;
//! assert_eq!(response.value.expect("key exists").value, "blue");
//! assert_eq!(response.meta.index, Some(42));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! Requests are in origin form: path and query, no host, no token. The caller adds `X-Consul-Token`, sends the body
//! with its length, and does not follow redirects.
//!
//! # Groups
//!
//! There is one module for each group of the API and one type for each operation, named after its route:
//! [`kv::Get`], [`session::Create`], [`health::Service`]. `new` takes the required arguments, setters add the optional
//! ones, and [`Options`] has those that many operations share.
//!
//! # Decoding
//!
//! Unknown fields are ignored, `null` is decoded as an empty list, map or string, and enums keep values that they do
//! not know. A value that cannot be decoded is a [`DecodeError`] with its path. Absence is part of the type of a
//! value, not an error.
//!
//! The crate has no features.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod codec;
pub mod diff;
mod endpoint;
mod error;
pub mod machine;
mod meta;
mod model;
mod options;
mod raw;
pub mod response;
mod route;
#[cfg(test)]
mod testing;
mod types;
mod writer;

pub use api::{acl, agent, catalog, coordinate, event, health, kv, session, status, txn};
pub use codec::{OpenedOf, OutputOf, decode, encode, error_response, open};
pub use endpoint::{
    Blocking, Cacheable, Cursor, Endpoint, Filterable, HashBlocking, Peerable, Read, Scope, Sortable, Target,
    Watchable,
};
pub use error::{
    ApiError, ApiErrorKind, Bounded, DecodeError, EncodeError, ErrorResponse, InvalidArgument, ResponseError,
};
pub use http::Method;
pub use meta::{AclPolicy, CacheStatus, EffectiveConsistency, Meta, QueryBackend};
pub use options::{Cached, Consistency, Options};
pub use raw::RawRequest;
#[doc(no_inline)]
pub use response::{
    Empty, First, Flag, FromResponse, Json, List, One, OrEmpty, OrEmpty404, OrMissing, OrNoSession, Raw,
    Response, Text, True, Via,
};
pub use route::Route;
pub use types::string_enum::UnknownValue;
pub use writer::RequestWriter;

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
