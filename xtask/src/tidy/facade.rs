//! Every endpoint can be reached through the client: an alias for its call, and a constructor. Generated groups have
//! both.

use crate::finding::Finding;
use crate::sources::Endpoint;
use crate::workspace::{File, root};

/// Looks for each endpoint's alias and constructor in the client's files of its group.
pub(super) fn check(endpoints: &[Endpoint], client: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Endpoint { file, line, path, .. } in endpoints {
        if is_generated(path, client) {
            continue;
        }
        let group = path.split("::").next().unwrap_or_default();
        let folder = format!("crates/consul-client/src/api/{group}");
        let is_of_group = |file: &&File| {
            file.path.strip_prefix(&folder).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        let found = client
            .iter()
            .filter(is_of_group)
            .find_map(|file| Some((file, code(file).find_map(|line| aliased(line, path))?)));
        let Some((found, written)) = found else {
            let name = path.rsplit("::").next().unwrap_or_default();
            let message = format!(
                "{path} cannot be called by name: add `pub type {name} = Call<{path}>;` and a constructor to {folder}.rs"
            );
            findings.push(Finding::new(file, *line, message));
            continue;
        };
        // Those without a public constructor are made by a setter of another operation.
        if !has_constructor(file) {
            continue;
        }
        let forms = [format!("{written}::new"), format!("{written} {{"), format!("call({written})")];
        if !code(found).any(|line| forms.iter().any(|form| line.contains(form.as_str()))) {
            let message = format!("nothing in {} makes a {path}: add a constructor to the group", found.path);
            findings.push(Finding::new(file, *line, message));
        }
    }
    findings
}

/// Whether the page of an endpoint has a public constructor.
fn has_constructor(page: &str) -> bool {
    std::fs::read_to_string(root().join(page)).is_ok_and(|text| text.contains("    pub fn new("))
}

/// Returns whether the facade of the endpoint's group is generated.
pub(super) fn is_generated(path: &str, client: &[File]) -> bool {
    let group = path.rsplit_once("::").map_or("", |(group, _)| group).replace("::", "/");
    let group = format!("crates/consul-client/src/api/{group}.rs");
    client.iter().any(|file| file.path == group && code(file).any(|line| line == "mod operations;"))
}

/// How a line writes the endpoint's path, if it is the alias of its call: `kv::Get`, or a shorter end of a longer
/// path such as `service::Register`.
fn aliased<'a>(line: &'a str, path: &str) -> Option<&'a str> {
    let (_, call) = line.strip_prefix("pub type ")?.split_once(" = ")?;
    let written = call.strip_prefix("Call<")?.strip_suffix(">;")?;
    let short = written.trim_start_matches("consul_proto::").trim_start_matches("proto::");
    let is_end = short.contains("::") && path.ends_with(&format!("::{short}"));
    (short == path || is_end).then_some(written)
}

/// Lines that are not comments, without their indentation.
fn code(file: &File) -> impl Iterator<Item = &str> {
    file.text.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(client: &str) -> Vec<String> {
        let endpoint = Endpoint {
            file: "crates/consul-proto/src/api/kv/get.rs".to_owned(),
            line: 26,
            name: "Get".to_owned(),
            path: "kv::Get".to_owned(),
            method: "GET".to_owned(),
            template: "/v1/kv/{*key}".to_owned(),
        };
        let file = File { path: "crates/consul-client/src/api/kv.rs".to_owned(), text: client.to_owned() };
        check(&[endpoint], &[file]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nested_groups_may_write_the_end_of_the_path() {
        let path = "agent::service::Register";
        for written in [path, "proto::agent::service::Register", "service::Register"] {
            assert_eq!(aliased(&format!("pub type Register = Call<{written}>;"), path), Some(written));
        }
        for other in ["Register", "check::Register", "service::Deregister"] {
            assert_eq!(aliased(&format!("pub type Register = Call<{other}>;"), path), None);
        }
    }

    const ALIAS: &str = "pub type Get = Call<kv::Get>;\n";
    const CONSTRUCTOR: &str = "        self.client.call(kv::Get::new(key))\n";

    #[test]
    fn a_missing_alias_is_found() {
        let found = messages(&format!("// {ALIAS}{CONSTRUCTOR}"));
        assert!(
            found[0].starts_with("crates/consul-proto/src/api/kv/get.rs:26: ")
                && found[0].contains("pub type Get")
        );
    }

    #[test]
    fn a_missing_constructor_is_found() {
        assert!(messages(&format!("{ALIAS}// {CONSTRUCTOR}"))[0].contains("constructor"));
    }

    #[test]
    fn generated_groups_have_both() {
        assert_eq!(messages("mod operations;\n"), [""; 0]);
    }

    #[test]
    fn alias_and_constructor_are_enough() {
        assert_eq!(messages(&format!("{ALIAS}{CONSTRUCTOR}")), [""; 0]);
    }
}
