//! Empty values, which servers send and requests omit.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A value that can be empty.
///
/// Structs check their fields. Comparing with a default value would be slower on some processors, since it compares
/// empty strings.
pub(crate) trait IsEmpty {
    /// Returns `true` if the value is empty, zero, `false` or `None`.
    fn is_empty(&self) -> bool;
}

impl IsEmpty for bool {
    fn is_empty(&self) -> bool {
        !self
    }
}

impl IsEmpty for u16 {
    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl IsEmpty for u64 {
    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl IsEmpty for Duration {
    fn is_empty(&self) -> bool {
        self.is_zero()
    }
}

impl IsEmpty for String {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T> IsEmpty for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl<T> IsEmpty for Vec<T> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> IsEmpty for BTreeMap<K, V> {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Decodes a large value that servers usually send empty. An empty value is `None`, to save memory.
pub(crate) fn or_none<'de, D, T>(deserializer: D) -> Result<Option<Box<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + IsEmpty,
{
    let part = Option::<T>::deserialize(deserializer)?;
    Ok(part.filter(|part| !part.is_empty()).map(Box::new))
}
