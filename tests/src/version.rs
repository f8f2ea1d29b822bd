//! Versions of Consul.

use std::fmt;
use std::str::FromStr;

/// A released version of Consul.
///
/// Suffixes after the three numbers (`-dev`, `+ent`, a packager's `+dfsg1`) are ignored, since no test depends on
/// them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a version has three numbers")]
pub struct Version {
    /// The major version.
    pub major: u16,
    /// The minor version, which determines the features.
    pub minor: u16,
    /// The patch version.
    pub patch: u16,
}

impl Version {
    /// Creates a version.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Parses `1.22.7`, `v1.22.7` and the longer forms that builds print.
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let invalid = || InvalidVersion(text.to_owned());
        let core = text.strip_prefix('v').unwrap_or(text);
        let core = core.split(['-', '+', '~']).next().unwrap_or(core);
        let mut numbers = core.split('.').map(|number| number.parse::<u16>().map_err(|_| invalid()));
        let mut next = || numbers.next().ok_or_else(invalid)?;
        let version = Self::new(next()?, next()?, next()?);
        if numbers.next().is_some() { Err(invalid()) } else { Ok(version) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Error returned for a string that is not a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidVersion(String);

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a version of Consul such as 1.22.7", self.0)
    }
}

impl std::error::Error for InvalidVersion {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_parsed_and_ordered_by_number() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert_eq!(version("v1.8.7+dfsg1"), Version::new(1, 8, 7));
        assert_eq!(version("1.22.0-dev"), Version::new(1, 22, 0));
        assert!(version("1.8.7") < version("1.22.7"));
        assert_eq!(version("1.22.7").to_string(), "1.22.7");
    }

    #[test]
    fn other_texts_are_rejected() {
        for text in ["", "1", "1.2", "1.2.3.4", "/usr/bin/consul", "1.x.3"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
