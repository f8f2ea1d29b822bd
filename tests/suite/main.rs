//! The workspace against real Consul agents.

mod clients;
mod connections;
mod harness;
mod kv;
mod proxy;
