//! [User events](https://developer.hashicorp.com/consul/api-docs/event): small messages to the agents of a
//! datacenter, spread by gossip.
//!
//! An event reaches an agent or it does not: nothing is acknowledged, agents that are away miss it, and each keeps
//! the last 256 that it has seen.
//!
//! # Names
//!
//! A name is any text, and may have slashes. It travels in the path of a request, where servers fold empty segments
//! and resolve `.` and `..`; such names are refused here, before they are sent.
//!
//! # The index of the list
//!
//! Events are no part of the replicated state, so their list has an index of another kind: a number made of the id of
//! the last event, 1 where there is none. It says whether two lists end alike and nothing more; it jumps up and down,
//! and a smaller one is not a reset. A read that waits ends when the index is *another* one. [`Event::list_index`]
//! tells it for an event.

mod fire;
mod list;
mod model;

pub use fire::Fire;
pub use list::List;
pub use model::Event;
