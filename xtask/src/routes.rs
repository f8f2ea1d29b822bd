//! `cargo xtask routes`: which operations of Consul are covered, as a table that the code vouches for.

mod page;
mod table;

use std::fs;

use self::table::Operation;
use crate::error::{Context, Error};
use crate::sources::{Endpoint, endpoints};
use crate::workspace::{root, rust_files};

/// The known operations, and what covers each.
const TABLE: &str = "xtask/operations.tsv";
/// The page that is written of them.
const PAGE: &str = "ROUTES.md";

/// Compares the table with the sources, then writes the page or checks that it is what would be written.
pub(crate) fn run(check: bool) -> Result<(), Error> {
    let text = fs::read_to_string(root().join(TABLE)).context(|| format!("cannot read {TABLE}"))?;
    let operations = table::parse(&text).context(|| TABLE.to_owned())?;
    let client = rust_files("crates/consul-client/src")?;
    let is_method = |name: &str| client.iter().any(|file| file.text.contains(&format!("    pub fn {name}(")));
    let faults = faults(&operations, &endpoints()?, is_method);
    if !faults.is_empty() {
        return Err(Error::new(faults.join("\n")));
    }
    let page = page::render(&operations);
    let path = root().join(PAGE);
    if !check {
        fs::write(&path, page).context(|| format!("cannot write {PAGE}"))?;
        println!("{PAGE}: {}", page::counts(&operations));
        return Ok(());
    }
    if fs::read_to_string(&path).is_ok_and(|kept| kept == page) {
        Ok(())
    } else {
        Err(Error::new(format!("{PAGE} is stale: run `cargo xtask routes`")))
    }
}

/// Where the table and the sources disagree.
fn faults(operations: &[Operation], endpoints: &[Endpoint], is_method: impl Fn(&str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for operation in operations {
        let at = |text: String| format!("{TABLE}:{}: {}: {text}", operation.line, operation.name);
        for covered in &operation.endpoints {
            if let Some(method) = covered.strip_prefix("Client::") {
                if !is_method(method) {
                    faults.push(at(format!("consul-client has no method {method}")));
                }
                continue;
            }
            let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.path == *covered) else {
                faults.push(at(format!("there is no endpoint {covered}; write it or empty the column")));
                continue;
            };
            let is_it =
                endpoint.method == operation.method && table::covers(&endpoint.template, &operation.path);
            if !is_it {
                let (method, template) = (&endpoint.method, &endpoint.template);
                let wanted = format!("{} {}", operation.method, operation.path);
                faults.push(at(format!("{covered} asks {method} {template}, which is not {wanted}")));
            }
        }
    }
    let is_covered =
        |endpoint: &&Endpoint| operations.iter().any(|known| known.endpoints.contains(&endpoint.path));
    for Endpoint { file, line, path, method, template, .. } in
        endpoints.iter().filter(|known| !is_covered(known))
    {
        let what = format!("{path} ({method} {template}) is missing from {TABLE}");
        faults.push(format!("{file}:{line}: {what}: name it in the column `endpoint` of its operation"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "area\toperation\thttp_method\tpath\tsince\tremoved_in\tenterprise\tworks_on_1_8\tendpoint\n";

    fn all(rows: &str, endpoints: &[Endpoint]) -> String {
        let operations = table::parse(&format!("{HEADER}{rows}")).unwrap();
        faults(&operations, endpoints, |name| name == "request").join("\n")
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
    fn table_and_sources_that_agree_have_no_faults() {
        let rows = "kv\tkv_get\tGET\t/v1/kv/{name}?raw\t-\t-\tn\ty\tkv::Get\nkv\tkv_put\tPUT\t/v1/kv/{key}\t-\t-\tn\ty\t\n\
            raw\traw\tGET\t{any path}\t-\t-\tn\ty\tClient::request\n";
        assert_eq!(all(rows, &[get()]), "");
    }

    #[test]
    fn an_endpoint_that_is_not_there_is_found() {
        let found = all("kv\tkv_get\tGET\t/v1/kv/{key}\t-\t-\tn\ty\tkv::Gone\n", &[]);
        assert!(found.contains("operations.tsv:2: kv_get: there is no endpoint kv::Gone"), "{found}");
        let found = all("raw\traw\tGET\t{any path}\t-\t-\tn\ty\tClient::gone\n", &[]);
        assert!(found.contains("has no method gone"), "{found}");
    }

    #[test]
    fn another_method_or_path_is_found() {
        for row in ["PUT\t/v1/kv/{key}", "GET\t/v1/kv", "GET\t/v1/kv/{key}/x", "GET\t/v1/other/{key}"] {
            let found = all(&format!("kv\tkv_get\t{row}\t-\t-\tn\ty\tkv::Get\n"), &[get()]);
            assert!(found.contains("kv::Get asks GET /v1/kv/{*key}, which is not"), "{row}: {found}");
        }
    }

    #[test]
    fn an_endpoint_without_a_row_is_found() {
        let found = all("kv\tkv_get\tGET\t/v1/kv/{key}\t-\t-\tn\ty\t\n", &[get()]);
        assert!(found.starts_with("kv/get.rs:7: kv::Get (GET /v1/kv/{*key}) is missing"), "{found}");
    }
}
