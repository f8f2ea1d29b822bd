//! [Transactions](https://developer.hashicorp.com/consul/api-docs/txn): several operations that are applied
//! atomically.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::txn::Outcome;
//!
//! match client.txn().check_not_exists("jobs/7/owner").set("jobs/7/owner", "worker 3").await? {
//!     Outcome::Committed(_) => println!("ours"),
//!     Outcome::RolledBack(why) if why.is_conflict() => println!("another worker was faster"),
//!     Outcome::RolledBack(why) => println!("{why}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! For results and limits, see [`proto::txn`](crate::proto::txn#results).

mod operations;

pub use self::operations::*;
use crate::{Client, proto};

impl Client {
    /// Creates an empty transaction. Its setters add operations.
    pub fn txn(&self) -> Apply {
        Apply(self.call(proto::txn::Apply::new()))
    }
}
