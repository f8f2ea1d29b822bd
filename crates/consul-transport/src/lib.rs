//! The transport beneath a Consul client: sends HTTP messages, and knows nothing of Consul.
//!
//! [`Executor`] takes an `http::Request` and returns an `http::Response`. It is object-safe, so a program can put its
//! own HTTP stack, a test double or a recording proxy under an unchanged client. [`Body`] and [`TransportError`] are
//! the only other types of this interface.
//!
//! The feature `hyper` (on by default) adds `HyperExecutor`, which uses HTTP/1.1 over TCP and unix sockets on a small
//! set of connections. [`Address`] is the address of an agent, in every form that `CONSUL_HTTP_ADDR` accepts.
//!
//! Authors of executors find what theirs has to do as functions to run in `conformance` (feature `conformance`).

mod address;
mod body;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod executor;
mod hint;
#[cfg(feature = "hyper")]
mod hyper;
mod send_state;

pub use address::{Address, AddressError};
pub use body::Body;
pub use error::{TransportError, TransportErrorKind};
pub use executor::Executor;
pub use hint::{Hint, Idempotent};
pub use send_state::{SendMark, SendState};
// `self`, because there is a crate of that name.
#[cfg(feature = "hyper")]
pub use self::hyper::{BuildError, ConnectError, HyperExecutor, HyperExecutorBuilder};
