//! ROUTES.md: the operations of Consul's API, and the endpoint that covers each.

mod page;
mod table;

use std::fs;

use self::table::Operation;
use crate::error::{Context, Error};
use crate::finding::Finding;
use crate::sources::{Endpoint, endpoints};
use crate::workspace::{File, root, rust_files};

/// The table of known operations.
const TABLE: &str = "xtask/operations.tsv";
/// The generated page.
pub(crate) const PAGE: &str = "ROUTES.md";

/// Returns the page and the coverage of the API.
pub(crate) fn page() -> Result<(String, String), Error> {
    let text = fs::read_to_string(root().join(TABLE)).context(|| format!("cannot read {TABLE}"))?;
    let mut operations = table::parse(&text).context(|| TABLE.to_owned())?;
    let endpoints = endpoints()?;
    let client = rust_files("crates/consul-client/src")?;
    let is_method = |name: &str| client.iter().any(|file| file.text.contains(&format!("    pub fn {name}(")));
    let findings = cover(&mut operations, &endpoints, is_method);
    if !findings.is_empty() {
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        return Err(Error::new(findings.join("\n")));
    }
    Ok((page::render(&operations), page::counts(&operations)))
}

/// Returns the existing page, if any.
pub(crate) fn present() -> Option<File> {
    let text = fs::read_to_string(root().join(PAGE)).ok()?;
    Some(File { path: PAGE.to_owned(), text })
}

/// Adds to each operation the endpoints that send its request. If several operations share method and path, the table
/// has the endpoints. Returns the differences between table and sources.
fn cover(
    operations: &mut [Operation],
    endpoints: &[Endpoint],
    is_method: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for index in 0..operations.len() {
        let operation = &operations[index];
        let is_shared = operations.iter().filter(|other| operation.shares_path(other)).count() > 1;
        let covering = |endpoint: &&Endpoint| {
            endpoint.method == operation.method && table::covers(&endpoint.template, &operation.path)
        };
        let found: Vec<_> = endpoints.iter().filter(covering).map(|endpoint| endpoint.path.clone()).collect();
        let mut report = |text: String| {
            findings.push(Finding::new(TABLE, operation.line, format!("{}: {text}", operation.name)));
        };
        for covered in &operation.endpoints {
            if let Some(method) = covered.strip_prefix("Client::") {
                if !is_method(method) {
                    report(format!("consul-client has no method {method}"));
                }
            } else if !found.contains(covered) {
                let Operation { method, path, .. } = operation;
                report(format!("no endpoint {covered} sends {method} {path}: correct the column `endpoint`"));
            } else if !is_shared {
                report(format!("{covered} is found by its path: leave the column `endpoint` empty"));
            }
        }
        if operation.endpoints.is_empty() && !is_shared {
            operations[index].endpoints = found;
        }
    }
    for endpoint in endpoints {
        if !operations.iter().any(|operation| operation.endpoints.contains(&endpoint.path)) {
            let Endpoint { file, line, path, method, template, .. } = endpoint;
            let message = format!(
                "{path} ({method} {template}) is no operation of {TABLE}: add it there, or name the endpoint in the \
                 column `endpoint` if several operations have this path"
            );
            findings.push(Finding::new(file, *line, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "area\toperation\thttp_method\tpath\tsince\tremoved_in\tenterprise\tworks_on_1_8\tendpoint\n";

    /// Returns the endpoints of each operation, and the findings.
    fn covered(rows: &str, endpoints: &[Endpoint]) -> (Vec<String>, String) {
        let mut operations = table::parse(&format!("{HEADER}{rows}")).unwrap();
        let findings = cover(&mut operations, endpoints, |name| name == "request");
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        (operations.iter().map(|operation| operation.endpoints.join(" ")).collect(), findings.join("\n"))
    }

    fn get() -> Endpoint {
        Endpoint {
            file: "kv/get.rs".to_owned(),
            line: 7,
            name: "Get".to_owned(),
            path: "kv::Get".to_owned(),
            method: "GET".to_owned(),
            template: "/v1/kv/{*key}".to_owned(),
        }
    }

    #[test]
    fn endpoints_are_found_by_their_path() {
        let rows = "kv\tkv_get\tGET\t/v1/kv/{name}\t-\t-\tn\ty\t\nkv\tkv_put\tPUT\t/v1/kv/{key}\t-\t-\tn\ty\t\n\
            raw\traw\tGET\t{any path}\t-\t-\tn\ty\tClient::request\n";
        let expected = ["kv::Get", "", "Client::request"].map(str::to_owned).to_vec();
        assert_eq!(covered(rows, &[get()]), (expected, String::new()));
        let rows = "kv\tkv_get\tGET\t/v1/kv/{name}\t-\t-\tn\ty\tkv::Get\n";
        let (_, findings) = covered(rows, &[get()]);
        assert!(findings.contains("operations.tsv:2: kv_get: kv::Get is found by its path"), "{findings}");
    }

    #[test]
    fn operations_that_share_a_path_name_their_endpoints() {
        let rows = |endpoint: &str| {
            format!(
                "kv\tkv_get\tGET\t/v1/kv/{{key}}\t-\t-\tn\ty\t{endpoint}\n\
                 kv\tkv_raw\tGET\t/v1/kv/{{key}}?raw\t-\t-\tn\ty\t\n"
            )
        };
        let expected = ["kv::Get", ""].map(str::to_owned).to_vec();
        assert_eq!(covered(&rows("kv::Get"), &[get()]), (expected, String::new()));
        let (_, findings) = covered(&rows(""), &[get()]);
        assert!(
            findings.starts_with("kv/get.rs:7: kv::Get (GET /v1/kv/{*key}) is no operation"),
            "{findings}"
        );
    }

    #[test]
    fn names_that_do_not_exist_are_found() {
        let (_, findings) = covered("kv\tkv_get\tGET\t/v1/kv/{key}\t-\t-\tn\ty\tkv::Gone\n", &[]);
        assert!(findings.contains("operations.tsv:2: kv_get: no endpoint kv::Gone"), "{findings}");
        let (_, findings) = covered("raw\traw\tGET\t{any path}\t-\t-\tn\ty\tClient::gone\n", &[]);
        assert!(findings.contains("has no method gone"), "{findings}");
    }

    #[test]
    fn another_method_or_path_is_found() {
        for row in ["PUT\t/v1/kv/{key}", "GET\t/v1/kv", "GET\t/v1/kv/{key}/x", "GET\t/v1/other/{key}"] {
            let (_, findings) = covered(&format!("kv\tkv_get\t{row}\t-\t-\tn\ty\tkv::Get\n"), &[get()]);
            assert!(findings.contains("no endpoint kv::Get sends"), "{row}: {findings}");
        }
    }
}
