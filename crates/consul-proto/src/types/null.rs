//! `null` in place of a list, a map or a text.

use serde::{Deserialize, Deserializer};

/// Decodes `null` as the default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Decodes `null` as the default, of a field whose absence means something else: `None`.
pub(crate) fn or_default_if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    or_default(deserializer).map(Some)
}
