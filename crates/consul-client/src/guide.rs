//! Guides for running a program with this client.

#[doc = include_str!("../docs/production.md")]
pub mod production {}

#[doc = include_str!("../docs/environment.md")]
pub mod environment {}
