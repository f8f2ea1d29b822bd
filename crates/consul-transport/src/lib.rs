//! The transport of a Consul client. It sends HTTP messages and does not depend on Consul's API.
//!
//! [`Executor`] takes an `http::Request` and returns an `http::Response`. It is object-safe, so a program can use its
//! own HTTP stack, a test double or a recording proxy with an unchanged client. [`Body`] and [`TransportError`] are
//! the only other types that every executor uses. [`SendMark`], [`Hint`] and [`Idempotent`] are optional extensions
//! of a request.
//!
//! The feature `hyper` adds an implementation, `HyperExecutor`. It supports HTTP/1.1 over TCP and unix sockets, and
//! HTTP/1.1 and HTTP/2 over TLS (feature `tls`), and keeps a small number of idle connections. [`Address`] is the
//! address of an agent, in every form that `CONSUL_HTTP_ADDR` accepts.
//!
//! The module `conformance` checks whether an executor meets the contract.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `hyper` | on | `HyperExecutor`. |
//! | `tls` | on | TLS and HTTP/2 for `HyperExecutor`. |
//! | `tower` | off | `TowerExecutor`, an executor on a service of the crate `tower`. |
//! | `conformance` | off | The module `conformance`, for the tests of executors. |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod body;
mod bounded;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod executor;
mod hint;
#[cfg(feature = "hyper")]
mod hyper;
mod send_state;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tower")]
mod tower;

pub use address::{Address, AddressError};
pub use body::Body;
pub use error::{TransportError, TransportErrorKind};
pub use executor::Executor;
pub use hint::{Hint, Idempotent};
pub use send_state::{SendMark, SendState};
#[cfg(feature = "tls")]
pub use tls::{TlsConfig, TlsConfigError, TlsError};
#[cfg(feature = "tower")]
pub use tower::TowerExecutor;
// `self`, because there is a crate of that name.
#[cfg(feature = "hyper")]
pub use self::hyper::{BuildError, ConnectError, HyperExecutor, HyperExecutorBuilder};
