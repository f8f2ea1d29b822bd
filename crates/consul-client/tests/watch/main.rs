//! Watches with a scripted executor and a virtual clock.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

mod diffs;
mod feed;
mod limiter;
mod properties;
mod stream;
mod typed;
mod view;
mod world;
