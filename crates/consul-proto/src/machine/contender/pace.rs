//! The request rate of a contender.

use std::time::Duration;

use crate::machine::bucket::Bucket;
use crate::machine::{Instant, Rate};

/// A burst of 4 requests, then 5 per second: at most 9 in any second, and 10 with a renewal, which is never delayed.
const RATE: Rate = Rate { burst: 4, interval: Duration::from_millis(200) };
/// Reads leave one request for the acquisition that follows, so that it is not delayed.
const READS: Rate = Rate { burst: 3, interval: RATE.interval };

/// Limits the requests of a waiting contender, and the watch of a holder whose keys change frequently. Requests that
/// keep or release a lease are never delayed.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    bucket: Bucket,
}

impl Pacer {
    /// Returns when the next read, or request for a session, may be sent.
    pub(super) fn read_at(&self) -> Instant {
        self.bucket.ready_at(&READS)
    }

    /// Returns when the next acquisition may be sent.
    pub(super) fn acquire_at(&self) -> Instant {
        self.bucket.ready_at(&RATE)
    }

    /// Counts a request.
    pub(super) fn sent(&mut self, now: Instant) {
        self.bucket.take(&RATE, now);
    }
}
