//! Settings that Consul stores without interpreting them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{EncodeError, RequestWriter};

/// Rejects a `null` at any depth of the settings.
///
/// Servers accept it. Then 1.8.7 closes the connection of every read of the service, and an agent of 1.14.11 exits when
/// it reads the service through its cache.
pub(crate) fn validate(request: &mut RequestWriter, name: &'static str, settings: &BTreeMap<String, Value>) {
    if let Some((key, _)) = settings.iter().find(|(_, value)| has_null(value)) {
        let reason = format!("has a null under {key:?}, which servers cannot return");
        request.reject(EncodeError::Invalid { name, reason });
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_detected_at_every_depth() {
        for value in [json!(null), json!([1, null]), json!({"a": {"b": [{"c": null}]}})] {
            assert!(has_null(&value), "{value}");
        }
        for value in [json!(0), json!(""), json!([]), json!({"null": false})] {
            assert!(!has_null(&value), "{value}");
        }
    }
}
