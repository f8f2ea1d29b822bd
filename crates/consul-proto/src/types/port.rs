//! Port numbers, which servers do not check.

use serde::Deserializer;

use crate::types::number;

/// Decodes a port. `null` and numbers that are not a port are 0, which means no port.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    number::or_zero(deserializer)
}
