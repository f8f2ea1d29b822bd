//! Pages about running a program with this client.

#[doc = include_str!("../docs/environment.md")]
pub mod environment {}
