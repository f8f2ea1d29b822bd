//! The contents of published packages, and the features in their crate docs.

use serde_json::Value;

use crate::error::Error;
use crate::finding::Finding;
use crate::run::Run;
use crate::workspace::{self, cargo};

/// Files that every package must contain.
const REQUIRED: &[&str] = &["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
/// Files that cargo adds.
const BY_CARGO: &[&str] = &[".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig"];

/// Checks the published packages in `cargo metadata`.
pub(super) fn check(metadata: &Value) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        // `publish = false` is an empty list of registries.
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let name = package["name"].as_str().unwrap_or_default();
        let manifest = format!("crates/{name}/Cargo.toml");
        let list = ["package", "--quiet", "--list", "--allow-dirty", "--offline", "--package", name];
        let list = Run::new(cargo(&list)).success()?.stdout;
        let docs = std::fs::read_to_string(workspace::root().join(format!("crates/{name}/src/lib.rs")))?;
        let messages = files(&list).chain(fields(package)).chain(features(package, &docs));
        findings.extend(messages.map(|message| Finding::new(&manifest, 1, message)));
    }
    Ok(findings)
}

/// Checks the output of `cargo package --list`.
fn files(list: &str) -> impl Iterator<Item = String> {
    let missing = REQUIRED.iter().filter(|required| !list.lines().any(|file| file == **required));
    let is_source = |file: &str| file.starts_with("src/") && file.ends_with(".rs");
    let is_page = |file: &str| file.starts_with("docs/") && file.ends_with(".md");
    let foreign = list.lines().filter(move |file| {
        !is_source(file) && !is_page(file) && !REQUIRED.contains(file) && !BY_CARGO.contains(file)
    });
    missing
        .map(|file| format!("the package lacks {file}"))
        .chain(foreign.map(|file| format!("the package contains {file}: see `include`")))
}

fn fields(package: &Value) -> impl Iterator<Item = String> {
    let fields = ["description", "documentation", "license", "readme"];
    fields.into_iter().filter(|field| package[field].is_null()).map(|field| format!("`{field}` is missing"))
}

/// Checks that each feature has a row in the table of the crate docs.
fn features(package: &Value, docs: &str) -> impl Iterator<Item = String> {
    let features = package["features"].as_object().into_iter().flat_map(|features| features.keys());
    features
        .filter(|feature| *feature != "default" && !docs.contains(&format!("//! | `{feature}`")))
        .map(|feature| format!("the feature table in src/lib.rs has no row for `{feature}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GOOD: &str = "Cargo.toml\nCargo.toml.orig\nLICENSE-APACHE\nLICENSE-MIT\nREADME.md\nsrc/lib.rs\n";

    #[test]
    fn package_has_sources_readme_and_licenses_only() {
        assert_eq!(files(GOOD).count(), 0);
        let fixture = format!("{GOOD}tests/fixtures/index.tsv\n");
        assert!(files(&fixture).eq(["the package contains tests/fixtures/index.tsv: see `include`"]));
        let bare = GOOD.replace("LICENSE-MIT\n", "");
        assert!(files(&bare).eq(["the package lacks LICENSE-MIT"]));
    }

    #[test]
    fn features_must_be_in_the_table() {
        let package = json!({ "features": { "default": ["a"], "a": [], "b": [] } });
        let docs = "//! | `a` | on | Adds A. |\n";
        assert!(features(&package, docs).eq(["the feature table in src/lib.rs has no row for `b`"]));
    }
}
