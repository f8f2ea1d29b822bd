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
//! A [`Client`] is cheap to clone and to pass around. Its methods name the groups of the API, and theirs the
//! operations; what comes back is a [`Call`], which setters refine and `.await` sends. The value alone is what
//! `.await` gives; [`Call::send`] also gives what the answer says about itself.
//!
//! Whatever can be waited on can be watched: [`Call::watch`] is a stream of states, [`Call::view`] has the newest one at
//! hand without waiting. What else can be made of them, and how they behave, tells [`watch`].
//!
//! Every attempt is told to [`tracing`](https://docs.rs/tracing) at the level `DEBUG`: method, path template, status or
//! kind of error, time. Never a token, a key or a value.
//!
//! The layers beneath are crates of their own, re-exported here: [`proto`] knows what Consul says, [`transport`] moves
//! it. An operation that is missing here, or is yours alone, is an [`Endpoint`](proto::Endpoint) away: see
//! [`Client::call`]. For everything else there is [`Client::request`].
//!
//! For programs that use another client today, [`migrating`] maps old names to new ones.
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

/// The code in the README compiles, and what runs there holds.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct PackageReadme;
