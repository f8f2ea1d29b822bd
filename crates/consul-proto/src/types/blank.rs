//! What says nothing: parts that servers send without content, and that requests leave out.

use serde::{Deserialize, Deserializer};

/// Whether a part says nothing; for `skip_serializing_if`.
pub(crate) fn is_blank<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

/// Reads a large part that is nearly always there and rarely says anything, so that it takes room only where it does.
pub(crate) fn or_none<'de, D, T>(deserializer: D) -> Result<Option<Box<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default + PartialEq,
{
    let part = Option::<T>::deserialize(deserializer)?;
    Ok(part.filter(|part| !is_blank(part)).map(Box::new))
}
