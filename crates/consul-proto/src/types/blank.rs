//! Empty values, which servers send and requests omit.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A value that can be empty.
///
/// Structs check their fields. Comparing with a default value would be slower on some processors, since it compares
/// empty strings.
pub(crate) trait Blank {
    /// Returns `true` if the value is empty, zero, `false` or `None`.
    fn is_blank(&self) -> bool;
}

impl Blank for bool {
    fn is_blank(&self) -> bool {
        !self
    }
}

impl Blank for u16 {
    fn is_blank(&self) -> bool {
        *self == 0
    }
}

impl Blank for u64 {
    fn is_blank(&self) -> bool {
        *self == 0
    }
}

impl Blank for Duration {
    fn is_blank(&self) -> bool {
        self.is_zero()
    }
}

impl Blank for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Blank for Option<T> {
    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T> Blank for Vec<T> {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Blank for BTreeMap<K, V> {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

/// Decodes a large value that servers usually send empty. An empty value is `None`, to save memory.
pub(crate) fn or_none<'de, D, T>(deserializer: D) -> Result<Option<Box<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Blank,
{
    let part = Option::<T>::deserialize(deserializer)?;
    Ok(part.filter(|part| !part.is_blank()).map(Box::new))
}
