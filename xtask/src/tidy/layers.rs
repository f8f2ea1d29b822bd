//! The dependencies between the crates: client → proto and client → transport, and no other.

use serde_json::Value;

use crate::finding::Finding;

/// Forbidden dependencies of a crate, by the start of the name, with the reason.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("consul-proto", &["consul-"], "proto does not depend on transport or client"),
    (
        "consul-proto",
        &[
            "async-",
            "futures",
            "hyper",
            "mio",
            "native-tls",
            "openssl",
            "rand",
            "reqwest",
            "rustls",
            "smol",
            "socket2",
            "tokio",
            "tower",
            "ureq",
        ],
        "proto has no IO, runtime or randomness",
    ),
    ("consul-transport", &["consul-"], "transport does not depend on Consul's API"),
];

/// Checks the dependencies in `cargo metadata`, except for those of tests and examples.
pub(super) fn check(metadata: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let dependency_name = dependency["name"].as_str().unwrap_or_default();
            for (layer, starts, reason) in FORBIDDEN {
                let is_bad = *layer == name
                    && dependency["kind"] != "dev"
                    && starts.iter().any(|start| dependency_name.starts_with(start));
                if is_bad {
                    let path = format!("crates/{name}/Cargo.toml");
                    let message = format!("{name} depends on {dependency_name}; {reason}: remove it");
                    findings.push(Finding::new(&path, 1, message));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(package: &str, dependency: &str, kind: Option<&str>) -> Value {
        json!({"packages": [{"name": package, "dependencies": [{"name": dependency, "kind": kind}]}]})
    }

    #[test]
    fn forbidden_dependencies_are_found() {
        for (from, to) in [
            ("consul-proto", "consul-transport"),
            ("consul-transport", "consul-proto"),
            ("consul-transport", "consul-client"),
            ("consul-proto", "tokio"),
            ("consul-proto", "hyper-util"),
        ] {
            let found = check(&metadata(from, to, None));
            assert_eq!(found.len(), 1, "{from} → {to}");
            assert!(found[0].message.contains(to));
        }
    }

    #[test]
    fn allowed_dependencies_are_accepted() {
        for (from, to, kind) in [
            ("consul-client", "consul-proto", None),
            ("consul-client", "tokio", None),
            ("consul-transport", "tokio", None),
            ("consul-proto", "bytes", None),
            ("consul-proto", "ureq", Some("dev")),
        ] {
            assert_eq!(check(&metadata(from, to, kind)), [], "{from} → {to}");
        }
    }
}
