//! Groups of operations do not import each other. Shared types are in `model`.

use syn::visit_mut::{self, VisitMut};
use syn::{Item, UseTree};

use crate::finding::Finding;
use crate::sources::API;
use crate::workspace::File;

/// Checks the pages of all groups.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let group = |file: &File| {
        let inner = file.path.strip_prefix(API)?.strip_prefix('/')?;
        Some(inner.split('/').next()?.trim_end_matches(".rs").to_owned())
    };
    let groups: Vec<_> = files.iter().filter_map(group).collect();
    let mut findings = Vec::new();
    for file in files {
        let (Some(own), Ok(mut parsed)) = (group(file), syn::parse_file(&file.text)) else { continue };
        let mut paths = Paths::default();
        paths.visit_file_mut(&mut parsed);
        for (line, path) in paths.0 {
            let [root, other, ..] = &path[..] else { continue };
            if root == "crate" && *other != own && groups.contains(other) {
                let message = format!("`{own}` imports `{other}`: move what they share to `model`");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// Returns the paths in a file outside of its tests and docs, with their lines.
#[derive(Default)]
struct Paths(Vec<(usize, Vec<String>)>);

impl Paths {
    fn imports(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        let ident = match tree {
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.imports(tree, prefix));
            }
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.imports(&path.tree, prefix);
                prefix.pop();
                return;
            }
            UseTree::Name(name) => &name.ident,
            UseTree::Rename(name) => &name.ident,
            UseTree::Glob(_) => return,
        };
        let path = prefix.iter().cloned().chain([ident.to_string()]).collect();
        self.0.push((ident.span().start().line, path));
    }
}

impl VisitMut for Paths {
    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Mod(_) => {}
            Item::Use(item) => self.imports(&item.tree, &mut Vec::new()),
            other => visit_mut::visit_item_mut(self, other),
        }
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(1, |first| first.ident.span().start().line);
        self.0.push((line, names));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: format!("{API}/{path}"), text: text.to_owned() };
        let files = [file("kv.rs", ""), file("kv/put.rs", text), file("session.rs", "")];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn imports_of_other_groups_are_found() {
        let place = format!("{API}/kv/put.rs:2: `kv` imports `session`");
        for text in [
            "\nuse crate::session::SessionId;",
            "\nuse crate::{Flag, session};",
            "\nfn id() -> crate::session::SessionId { loop {} }",
        ] {
            let found = messages(text);
            assert!(found.len() == 1 && found[0].starts_with(&place), "{text}: {found:?}");
        }
    }

    #[test]
    fn own_group_docs_and_tests_are_allowed() {
        let text = "/// See [`crate::session`].\nuse crate::kv::Put;\nuse crate::model::Id;\n\
            #[cfg(test)]\nmod tests { use crate::session::Info; }";
        assert_eq!(messages(text), [""; 0]);
    }
}
