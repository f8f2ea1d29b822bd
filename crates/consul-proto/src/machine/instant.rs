//! Time, as machines are told it.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

/// A point in time: nanoseconds since an origin that the driver chooses.
///
/// Not the standard library's, so that a clock which runs on while the computer sleeps, a virtual clock and
/// WebAssembly can all drive a machine. Ends, and stays, at 584 years.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// Where the driver's time begins.
    pub const ORIGIN: Self = Self(0);

    /// The time that has passed since the origin.
    #[must_use]
    pub fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// The time that has passed since `earlier`; zero where that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The point in time that lies `duration` before this one, but not before the origin.
    pub(super) fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(duration)))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.since_origin().fmt(f)
    }
}

/// Nanoseconds, as many as there can be.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_ends_where_numbers_do() {
        let end = Instant::ORIGIN + Duration::MAX;
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Instant::ORIGIN.since(end), Duration::ZERO);
        assert_eq!(end.before(Duration::MAX), Instant::ORIGIN);
    }
}
