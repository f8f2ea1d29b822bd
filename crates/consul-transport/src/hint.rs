//! Hints for the executor.

use std::time::Duration;

/// A hint for the [`Executor`](crate::Executor), in the extensions of a request.
///
/// A request has at most one hint. An executor may ignore hints: they only affect which connection sends a request,
/// never its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hint {
    /// Use a new connection, since the existing ones may be broken. Over HTTP/2 the new connection also replaces the
    /// shared one.
    FreshConnection,
    /// The request is a long poll: the server holds it until there is a change.
    LongPoll {
        /// Maximum time that the server holds the request. A server may count a cancelled long poll as open until
        /// then.
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
/// Requests with a safe method, such as `GET`, are idempotent without this mark. An executor may send idempotent
/// requests on a connection that the server may be about to close. For other requests, it prefers a connection that
/// was used moments ago.
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
