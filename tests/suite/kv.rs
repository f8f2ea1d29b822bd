//! The key/value store, on a real agent.

mod absence;
mod blocking;
mod cas;
mod keys;
mod single;
mod tree;
mod typed;
mod values;
