//! TLS and HTTP/2 on the hyper executor.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

mod certificates;
mod conformance;
mod frames;
mod http2;
mod limits;
mod pki;
mod rotation;
mod server;
