//! Writes the page of covered operations.

use std::fmt::Write;

use super::table::Operation;

/// Renders the whole page.
pub(super) fn render(operations: &[Operation]) -> String {
    let mut page = String::from(
        "# Operations\n\n<!-- Written by `cargo xtask codegen` from xtask/operations.tsv and the sources. -->\n\n\
         The operations of Consul's HTTP API, from 1.8 to the newest version, and the type of `consul-proto` that covers\n\
         each. What nothing covers yet can be sent with `Client::request`, or with an endpoint of one's own.\n\n",
    );
    let areas = areas(operations);
    // Writing to a String does not fail.
    let _ = writeln!(page, "{}.\n\n| area | covered | known |\n| --- | ---: | ---: |", counts(operations));
    for area in &areas {
        let of = operations.iter().filter(|operation| operation.area == *area);
        let covered = of.clone().filter(|operation| !operation.endpoints.is_empty()).count();
        let _ = writeln!(page, "| {area} | {covered} | {} |", of.count());
    }
    for area in &areas {
        let _ = writeln!(
            page,
            "\n## {area}\n\n| operation | request | since | on 1.8.7 | endpoint |\n| --- | --- | --- | --- | --- |"
        );
        for operation in operations.iter().filter(|operation| operation.area == *area) {
            let _ = writeln!(page, "{}", row(operation));
        }
    }
    page
}

/// Returns the totals as text.
pub(super) fn counts(operations: &[Operation]) -> String {
    let covered = operations.iter().filter(|operation| !operation.endpoints.is_empty()).count();
    format!("{covered} of {} known operations are covered", operations.len())
}

/// Returns the areas in the order of the table.
fn areas(operations: &[Operation]) -> Vec<&str> {
    let mut areas = Vec::new();
    for operation in operations {
        if !areas.contains(&operation.area.as_str()) {
            areas.push(&operation.area);
        }
    }
    areas
}

fn row(operation: &Operation) -> String {
    let mut since = operation.since.clone().unwrap_or_default();
    if let Some(removed) = &operation.removed_in {
        let _ = write!(since, "{}until {removed}", if since.is_empty() { "" } else { ", " });
    }
    if operation.enterprise {
        let _ = write!(since, "{}Enterprise", if since.is_empty() { "" } else { ", " });
    }
    let (word, details) = operation.on_oldest.split_at(operation.on_oldest.len().min(1));
    let oldest = format!("{}{details}", if word == "y" { "yes" } else { "no" });
    let endpoints: Vec<_> = operation.endpoints.iter().map(|endpoint| format!("`{endpoint}`")).collect();
    let cells = [
        operation.name.replace('_', "\\_"),
        format!("`{} {}`", operation.method, operation.path),
        since,
        oldest,
        endpoints.join(" "),
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::table;

    #[test]
    fn rows_match_the_table() {
        let text = "area\toperation\thttp_method\tpath\tsince\tremoved_in\tenterprise\tworks_on_1_8\tendpoint\n\
            kv\tkv_get\tGET\t/v1/kv/{key}\t-\t-\tn\ty\tkv::Get\n\
            acl\told\tPUT\t/v1/acl/old\t1.1.0\t1.11.0\ty\tn (404)\t\n";
        let page = render(&table::parse(text).unwrap());
        assert!(page.contains("1 of 2 known operations are covered."), "{page}");
        assert!(page.contains("| kv | 1 | 1 |\n| acl | 0 | 1 |"), "{page}");
        assert!(page.contains("| kv\\_get | `GET /v1/kv/{key}` |  | yes | `kv::Get` |"), "{page}");
        assert!(
            page.contains("| `PUT /v1/acl/old` | 1.1.0, until 1.11.0, Enterprise | no (404) |  |"),
            "{page}"
        );
    }
}
