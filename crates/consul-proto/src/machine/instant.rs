//! Points in time.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

/// A point in time: nanoseconds since an origin that the driver chooses.
///
/// It is not the standard library's type, so that a driver can use a clock that also runs while the computer is
/// suspended, a virtual clock, or WebAssembly. All arithmetic saturates; the range is 584 years.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The origin of the driver's time.
    pub const ORIGIN: Self = Self(0);

    /// The last point in time.
    pub const MAX: Self = Self(u64::MAX);

    /// Returns the time since the origin.
    #[must_use]
    pub fn since_origin(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Returns the time since `earlier`, or zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Returns the point in time `duration` before this one, or the origin if that is later.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(nanos(duration)))
    }

    /// Returns the nanoseconds since the origin, to be kept in an atomic integer.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Creates the point in time this many nanoseconds after the origin.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }
}

/// Saturates at [`Instant::MAX`].
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

/// Returns the nanoseconds of a duration, or the largest number.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instant_arithmetic_saturates() {
        let end = Instant::ORIGIN + Duration::MAX;
        assert_eq!((end, end + Duration::from_secs(1)), (Instant::MAX, end));
        assert_eq!(Instant::ORIGIN.since(end), Duration::ZERO);
        assert_eq!(end.saturating_sub(Duration::MAX), Instant::ORIGIN);
    }

    #[test]
    fn instant_survives_an_atomic_integer() {
        let instant = Instant::ORIGIN + Duration::from_millis(1500);
        assert_eq!(Instant::from_nanos(instant.as_nanos()), instant);
    }
}
