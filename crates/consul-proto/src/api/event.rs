//! [User events](https://developer.hashicorp.com/consul/api-docs/event): small messages to the agents of a
//! datacenter, spread by gossip.
//!
//! Delivery is not acknowledged: agents that are unreachable miss the event. Each agent keeps the last 256 events
//! that it has received.
//!
//! ```
//! use consul_proto::{Options, encode, event};
//!
//! let fire = event::Fire::new("deploy").payload("v7").service("^web$");
//! let request = encode(&fire, &Options::default())?;
//! assert_eq!(request.uri(), "/v1/event/fire/deploy?service=%5Eweb%24");
//! assert_eq!(request.body(), "v7");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! # Names
//!
//! A name can be any text, including slashes. It is sent in the path of a request, in which servers remove empty
//! segments and resolve `.` and `..`. Names with such segments are rejected before a request is sent.
//!
//! # The index of the list
//!
//! Events are not part of the replicated state, so the index of their list differs from other indexes: it is computed
//! from the ID of the last event, or 1 if there is none. Equal indexes only mean that two lists end with the same
//! event. The index goes up and down, and a lower one is not a reset. A blocking query returns when the index is
//! *different*. [`Event::list_index`] computes it for an event.

pub(super) mod errors;
mod fire;
mod list;
mod model;

pub use fire::Fire;
pub use list::List;
pub use model::Event;

pub use crate::model::IntoValue;
