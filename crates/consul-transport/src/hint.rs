//! Advice to the executor.

use std::time::Duration;

/// Advice to the [`Executor`](crate::Executor) about one request, in the request's extensions.
///
/// A request has at most one hint. An executor may ignore hints: they change which connection carries a request, never
/// its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// Use a new connection, because the present ones may be broken. Over HTTP/2 the new connection also replaces the
    /// shared one.
    FreshConnection,
    /// The server holds the request until it has something to report.
    LongPoll {
        /// How long the server may hold the request. A server can count a cancelled long poll as open until then.
        held: Duration,
    },
    /// The request maintains a lease: a renewal, or the acquisition or release of a lock. It must not fail because
    /// other requests have used up the server's limit of connections.
    ///
    /// Over HTTP/1.1 the executor keeps one connection that only such requests use. While that connection is busy,
    /// they use ordinary ones.
    Reserved,
}

/// Marks a request as idempotent, in the request's extensions: executing it twice has the same effect as once.
///
/// Requests with a safe method, such as `GET`, are idempotent without this mark. An executor is free to send idempotent
/// requests on a connection that the server may be about to close. For other requests it prefers one that was used
/// moments ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Idempotent;

impl Idempotent {
    /// Creates the mark.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}
