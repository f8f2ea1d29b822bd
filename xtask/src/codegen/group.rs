//! Writes the file of a group: its operations, its models, and a constructor for each operation.

use std::fmt::Write as _;

use super::MARK;
use super::engine::{CLIENT, Engine};
use super::facade::{Facade, Group, OPERATIONS};
use super::imports::Imports;
use super::operation::Operation;
use super::page::Page;
use crate::finding::Finding;

/// Writes the files of a group, each with its path.
pub(super) fn files(
    facade: &Facade<'_>,
    engine: &Engine,
    group: &Group,
    findings: &mut Vec<Finding>,
) -> Vec<(String, String)> {
    let pages: Vec<_> = facade.pages.iter().filter(|page| page.group == group.path).collect();
    let folder = format!("{}/{OPERATIONS}", group.file.trim_end_matches(".rs"));
    let mut files = Vec::new();
    for page in &pages {
        match Operation::new(facade, engine, group, page).write() {
            Ok(text) => files.push((format!("{folder}/{}.rs", page.stem), text)),
            Err(finding) => findings.push(finding),
        }
    }
    match list(facade, engine, group, &pages) {
        Ok(text) => files.push((format!("{folder}.rs"), text)),
        Err(finding) => findings.push(finding),
    }
    files
}

fn list(facade: &Facade<'_>, engine: &Engine, group: &Group, pages: &[&Page]) -> Result<String, Finding> {
    let (mut modules, mut uses) = (String::new(), String::new());
    for page in pages {
        let _ = writeln!(modules, "mod {};", page.stem);
        let _ = writeln!(uses, "pub use self::{}::{};", page.stem, page.name);
    }
    if !group.models.is_empty() {
        let (path, models) = (group.path.join("::"), group.models.join(", "));
        // Inlines the docs of the models, so that links stay in the client's docs.
        let _ = writeln!(uses, "pub use consul_proto::{path}::{{{models}}};");
    }
    let mark = format!("{MARK} from crates/consul-proto/src/api/{}/.", group.path.join("/"));
    let Some(handle) = &group.handle else {
        check_constructors(facade, group, pages)?;
        return Ok(format!("{mark}\n\n{modules}\n{uses}"));
    };
    if group.models.contains(&handle.name) {
        let message = format!("`{}` is also the name of a model: rename the handle", handle.name);
        return Err(Finding::new(&group.file, handle.line, message));
    }
    let names = pages.iter().map(|page| &page.name).chain(&group.models).chain([&handle.name]);
    let mut imports = Imports::new(names.map(|name| format!("crate::{}::{name}", group.path.join("::"))));
    imports.add("crate::proto");
    let mut methods = Vec::new();
    for page in pages {
        let Some(new) = &page.new else { continue };
        let mut operation = Operation::new(facade, engine, group, page).with_imports(imports);
        let docs = operation.attributes(&new.attrs, new.line)?;
        let inputs = operation.inputs("&self", new, new.line)?;
        let (name, path, arguments) = (&page.name, page.path(), new.arguments().join(", "));
        methods.push(format!(
            "{docs}pub fn {}{inputs} -> {name} {{ {name}(self.client.call(proto::{path}::new({arguments}))) }}\n",
            page.stem
        ));
        imports = operation.into_imports();
    }
    let code = format!(
        "use super::{name};\n\n{uses}\nimpl{parameters} {name}{parameters} {{\n{methods}}}\n",
        name = handle.name,
        parameters = handle.parameters,
        methods = methods.join("\n"),
    );
    Ok(format!("{mark}\n\n{modules}\n{imports}{}", imports.shorten_links(&code)))
}

/// The constructors of a group without a handle are written by hand.
fn check_constructors(facade: &Facade<'_>, group: &Group, pages: &[&Page]) -> Result<(), Finding> {
    let text = facade.sources.module(&group.module).map(|module| module.text.as_str()).unwrap_or_default();
    for page in pages.iter().filter(|page| page.new.is_some()) {
        if !text.contains(&format!("{}(", page.name)) {
            let message = format!(
                "no struct with a `client` and nothing that creates `{}`: add one of them for {CLIENT}",
                page.path()
            );
            return Err(Finding::new(&group.file, 1, message));
        }
    }
    Ok(())
}
