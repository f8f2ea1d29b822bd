//! Recipes on a server that is a function, on tokio's paused clock.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

mod close;
mod server;
mod session;
