//! The workspace against real Consul agents.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

mod catalog;
mod clients;
mod connections;
mod harness;
mod kv;
mod proxy;
mod service;
mod session;
mod status;
mod txn;
