//! The groups of the API: what each operation of the client is made of.

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
