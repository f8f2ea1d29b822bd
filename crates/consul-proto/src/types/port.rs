//! Port numbers, which servers do not check.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads a port. What cannot be one is 0, which means none: a service that is registered with port 70000 must not
/// make the list unreadable in which it stands. `null` is 0 too.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    deserializer.deserialize_any(Port)
}

struct Port;

impl Visitor<'_> for Port {
    type Value = u16;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port number")
    }

    fn visit_u64<E: Error>(self, port: u64) -> Result<u16, E> {
        Ok(port.try_into().unwrap_or_default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<u16, E> {
        // Only what is negative comes this way.
        Ok(0)
    }

    fn visit_unit<E: Error>(self) -> Result<u16, E> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_port_is_none() {
        for (json, port) in [("80", 80), ("65535", 65535), ("65536", 0), ("-1", 0), ("0", 0), ("null", 0)] {
            let mut json = serde_json::Deserializer::from_str(json);
            assert_eq!(deserialize(&mut json).unwrap(), port);
        }
        assert!(deserialize(&mut serde_json::Deserializer::from_str("\"80\"")).is_err());
    }
}
