//! Reads the table of known operations.

use crate::error::Error;

/// The columns, in their order.
const COLUMNS: &str =
    "area\toperation\thttp_method\tpath\tsince\tremoved_in\tenterprise\tworks_on_1_8\tendpoint";

/// One known operation of Consul.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operation {
    /// Line in the table, from 1.
    pub(super) line: usize,
    /// Group of operations.
    pub(super) area: String,
    /// Name, unique in the table.
    pub(super) name: String,
    /// Method of its request.
    pub(super) method: String,
    /// Path of its request, with the query that identifies the operation.
    pub(super) path: String,
    /// First version that has it.
    pub(super) since: Option<String>,
    /// First version that no longer has it.
    pub(super) removed_in: Option<String>,
    /// Whether only Consul Enterprise has it.
    pub(super) enterprise: bool,
    /// Whether 1.8.7 has it: `y` or `n`, optionally followed by details.
    pub(super) on_oldest: String,
    /// The endpoints that cover it: types of proto, or `Client::method`. Empty if there is none yet. The table has
    /// them only if other operations have the same path.
    pub(super) endpoints: Vec<String>,
}

/// Reads the table.
pub(super) fn parse(text: &str) -> Result<Vec<Operation>, Error> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, header)| header) != Some(COLUMNS) {
        return Err(Error::new(format!("the first line is not `{}`", COLUMNS.replace('\t', " "))));
    }
    let mut operations: Vec<Operation> = Vec::new();
    for (index, line) in lines {
        let columns: Vec<_> = line.split('\t').collect();
        let [area, name, method, path, since, removed_in, enterprise, on_oldest, endpoints] = columns[..]
        else {
            return Err(Error::new(format!("line {}: {} columns instead of 9", index + 1, columns.len())));
        };
        if operations.iter().any(|known| known.name == name) {
            return Err(Error::new(format!("line {}: {name} is there twice", index + 1)));
        }
        let some = |text: &str| (text != "-").then(|| text.to_owned());
        operations.push(Operation {
            line: index + 1,
            area: area.to_owned(),
            name: name.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            since: some(since),
            removed_in: some(removed_in),
            enterprise: enterprise == "y",
            on_oldest: on_oldest.to_owned(),
            endpoints: endpoints.split_whitespace().map(str::to_owned).collect(),
        });
    }
    Ok(operations)
}

impl Operation {
    /// Returns `true` if another operation has the same method and path, without the query.
    pub(super) fn shares_path(&self, other: &Self) -> bool {
        self.method == other.method && covers(without_query(&other.path), &self.path)
    }
}

/// Returns `true` if an endpoint's template matches the path of an operation. Names of parameters may differ, the
/// query is ignored, and an endpoint may leave a parameter empty.
pub(super) fn covers(template: &str, path: &str) -> bool {
    let path = without_query(path);
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    template.len() == path.len()
        && template.iter().zip(&path).all(|(ours, theirs)| {
            ours == theirs
                || is_parameter(ours) && is_parameter(theirs)
                || ours.is_empty() && is_parameter(theirs)
        })
}

fn without_query(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parsed_by_column() {
        let row = "kv\tkv_get\tGET\t/v1/kv/{key}\t0.3.0\t-\tn\ty\tkv::Get kv::Raw";
        let operations = parse(&format!("{COLUMNS}\n{row}\n")).unwrap();
        assert_eq!(operations[0].endpoints, ["kv::Get", "kv::Raw"]);
        assert_eq!(
            (operations[0].since.as_deref(), operations[0].removed_in.as_deref()),
            (Some("0.3.0"), None)
        );
        assert_eq!((operations[0].line, operations[0].enterprise), (2, false));
        assert!(parse(&format!("{COLUMNS}\n{row}\n{row}\n")).is_err());
        assert!(parse(&format!("{COLUMNS}\nkv\tkv_get\n")).is_err());
        assert!(parse("kv\tkv_get\n").is_err());
    }

    #[test]
    fn paths_are_compared_by_shape() {
        assert!(covers("/v1/kv/{*key}", "/v1/kv/{prefix}?recurse"));
        assert!(covers("/v1/kv/", "/v1/kv/{prefix}?recurse"));
        assert!(covers("/v1/status/leader", "/v1/status/leader"));
        assert!(!covers("/v1/kv/{*key}", "/v1/kv"));
        assert!(!covers("/v1/acl/token/{id}", "/v1/acl/token/self"));
        assert!(!covers("/v1/acl/token/self", "/v1/acl/policy/self"));
    }
}
