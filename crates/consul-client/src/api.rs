//! The groups of the API.

pub mod acl;
pub mod agent;
pub mod catalog;
pub mod coordinate;
pub mod event;
pub mod health;
pub mod kv;
pub mod session;
pub mod status;
pub mod txn;
