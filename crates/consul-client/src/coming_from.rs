//! From other clients to this one: which name became which, and what behaves differently.
//!
//! One page for each: [`aioconsul`] for Python, [`go`] for the official client, [`rs_consul`] for Rust.
//!
//! What they have in common here: a method names an operation and takes what it cannot do without, setters add the rest,
//! `.await` sends it. There are no structs of options; what many operations share are setters of
//! [`Call`](crate::Call). Absence is `None` or an empty list and no error. A failure is an [`Error`](crate::Error), whose
//! [`kind`](crate::Error::kind) is the same on every version of Consul.

pub mod aioconsul;
pub mod go;
pub mod rs_consul;
