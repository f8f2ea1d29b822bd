//! A client for [HashiCorp Consul](https://developer.hashicorp.com/consul).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::Client;
//!
//! let client = Client::from_env()?;
//!
//! client.kv().put("app/color", "blue").await?;
//! if let Some(entry) = client.kv().get("app/color").await? {
//!     println!("{} = {}", entry.key, entry.text()?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Client`] is cheap to clone. Its methods return the groups of the API, whose methods create operations, such as
//! [`kv::Put`]. Setters configure an operation and `.await` sends it. `.await` returns the value, and `send` also
//! returns the metadata of the response.
//!
//! Every operation that can wait for a change has two more methods: `watch` returns a stream of values, and `view`
//! returns a handle that always has the newest value. See [`watch`].
//!
//! [`recipe`] has sessions that are kept alive, and what is built on them.
//!
//! Every call is a [`tracing`](https://docs.rs/tracing) span, and every attempt is an event at level `DEBUG` with
//! method, path template, status or error kind, and duration. Tokens, keys and values are never logged.
//!
//! The client builds on two crates, re-exported here: [`proto`] has requests, responses and state machines, and
//! [`transport`] sends HTTP requests. For timeouts, retries, several agents, tokens and limits, see the [production
//! notes](guide::production). For environment variables, see [`guide::environment`].
//!
//! For an operation that this crate does not have, implement [`Endpoint`](proto::Endpoint) and pass it to
//! [`Client::call`], or use [`Client::request`].
//!
//! To migrate from another client, see [`migrating`]. It maps the names of other clients to the names here.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `hyper` | on | The default executor, on hyper and tokio. Without it, a client is built on an executor of your own. |
//! | `tls` | on | TLS and HTTP/2 for the default executor. Without it, an `https` address is an error. |
//! | `rt` | on, by `hyper` | tokio's clock and tasks for an executor of your own. |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod agents;
mod api;
mod builder;
mod call;
mod client;
pub mod codec;
mod error;
pub mod guide;
pub mod migrating;
mod observer;
pub mod recipe;
mod retry;
pub mod runtime;
mod token;
pub mod watch;

pub use api::{acl, agent, catalog, coordinate, event, health, kv, session, status, txn};
pub use builder::{ClientBuilder, ConfigError};
pub use call::{BodyStream, Call, CallFuture, RawCall};
pub use client::Client;
pub use consul_proto as proto;
pub use consul_proto::{ApiErrorKind, Cached, Consistency, Meta, Method, Response};
pub use consul_transport as transport;
pub use error::{Error, ErrorKind};
pub use observer::{AttemptFinished, CallFinished, Observer};
pub use retry::RetryPolicy;
pub use token::{Login, Token, TokenError, TokenSource, TokenSourceError};
pub use watch::{View, Watch};

/// The version of this crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Compiles and runs the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct PackageReadme;
