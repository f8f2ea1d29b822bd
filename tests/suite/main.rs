//! The test suite on real Consul agents.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

mod acl_legacy;
mod agent;
mod catalog;
mod client;
mod clients;
mod connections;
mod coordinate;
mod event;
mod federation;
mod harness;
mod health;
mod kv;
mod model;
mod objects;
mod outage;
mod proxy;
mod recipe;
mod rolling;
mod service;
mod session;
mod status;
mod tls;
mod tokens;
mod traffic;
mod txn;
mod unix;
mod watch;
