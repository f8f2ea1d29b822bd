//! The imports of a generated file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};

use super::types::{replace, segments};

/// The imports of a file. The last segment of a path is its name, unless another path has the same name.
#[derive(Default)]
pub(super) struct Imports {
    names: BTreeMap<String, Known>,
}

struct Known {
    path: String,
    /// Set if the file defines or re-exports the name.
    is_own: bool,
}

impl Imports {
    /// Creates imports with the paths of the names that the file defines.
    pub(super) fn new(own: impl IntoIterator<Item = String>) -> Self {
        let names = own.into_iter().map(|path| (last(&path).to_owned(), Known { path, is_own: true }));
        Self { names: names.collect() }
    }

    /// Imports a path. Returns `false` if its name is taken.
    pub(super) fn add(&mut self, path: &str) -> bool {
        let new = || Known { path: path.to_owned(), is_own: false };
        self.names.entry(last(path).to_owned()).or_insert_with(new).path == path
    }

    /// Removes the targets of links whose text resolves to the same item, since rustdoc warns about them.
    pub(super) fn shorten_links(&self, code: &str) -> String {
        let mut new = String::new();
        let mut rest = code;
        while let Some(start) = rest.find("[`") {
            new.push_str(&rest[..start]);
            rest = &rest[start..];
            let link =
                rest[2..].split_once("`](").and_then(|(text, after)| Some((text, after.split_once(')')?)));
            match link {
                Some((text, (target, after))) if self.full(text).is_some_and(|full| full == target) => {
                    new.push_str(&format!("[`{text}`]"));
                    rest = after;
                }
                _ => {
                    new.push_str("[`");
                    rest = &rest[2..];
                }
            }
        }
        new + rest
    }

    /// Returns the path of the item that a name in the file refers to.
    fn full(&self, name: &str) -> Option<String> {
        let (first, rest) = name.split_once("::").map_or((name, None), |(first, rest)| (first, Some(rest)));
        let path = &self.names.get(first)?.path;
        Some(rest.map_or_else(|| path.clone(), |rest| format!("{path}::{rest}")))
    }

    /// Returns code with short paths, and imports them.
    pub(super) fn shorten<T: Clone + ToTokens>(
        &mut self,
        code: &T,
        visit: impl FnOnce(&mut Self, &mut T),
    ) -> String {
        let mut code = code.clone();
        visit(self, &mut code);
        code.to_token_stream().to_string()
    }
}

/// The `use` items: first those of the standard library, then of other crates, then of the crate itself.
impl std::fmt::Display for Imports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let imported = self.names.values().filter(|known| !known.is_own);
        let imported = imported.filter_map(|known| known.path.rsplit_once("::"));
        let mut blocks: BTreeMap<u8, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
        for (parent, name) in imported {
            let block = match parent.split("::").next() {
                Some("std") => 0,
                Some("crate") => 2,
                _ => 1,
            };
            blocks.entry(block).or_default().entry(parent).or_default().push(name);
        }
        for (index, parents) in blocks.values().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            for (parent, names) in parents {
                writeln!(f, "use {parent}::{{{}}};", names.join(", "))?;
            }
        }
        Ok(())
    }
}

impl VisitMut for Imports {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let full = segments(path);
        let is_absolute = full.len() > 1 && full[0].starts_with(char::is_lowercase) && full[0] != "self";
        // Models of proto that are not public in the client have a path with their group: `proto::kv::Put`.
        if full[0] == "crate" && full.get(1).is_some_and(|segment| segment == "proto") && full.len() > 2 {
            if self.add("crate::proto") {
                replace(path, &full[1..]);
            }
        } else if is_absolute && self.add(&full.join("::")) {
            replace(path, &full[full.len() - 1..]);
        }
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(imports: &mut Imports, ty: &str) -> String {
        let ty: syn::Type = syn::parse_str(ty).unwrap();
        imports.shorten(&ty, |imports, ty| imports.visit_type_mut(ty)).replace(' ', "")
    }

    #[test]
    fn paths_are_imported_in_blocks() {
        let mut imports = Imports::default();
        assert_eq!(shortened(&mut imports, "Option<crate::kv::Entry>"), "Option<Entry>");
        assert_eq!(shortened(&mut imports, "bytes::Bytes"), "Bytes");
        assert_eq!(shortened(&mut imports, "std::time::Duration"), "Duration");
        assert_eq!(shortened(&mut imports, "crate::proto::kv::Put"), "proto::kv::Put");
        assert_eq!(
            imports.to_string(),
            "use std::time::{Duration};\n\nuse bytes::{Bytes};\n\nuse crate::{proto};\nuse crate::kv::{Entry};\n"
        );
    }

    #[test]
    fn name_in_use_keeps_its_path() {
        let mut imports = Imports::new(["crate::catalog::Node".to_owned()]);
        assert_eq!(shortened(&mut imports, "crate::health::Node"), "crate::health::Node");
        assert_eq!(shortened(&mut imports, "crate::kv::Entry"), "Entry");
        assert_eq!(shortened(&mut imports, "crate::txn::Entry"), "crate::txn::Entry");
        assert_eq!(shortened(&mut imports, "A::Output"), "A::Output");
    }

    #[test]
    fn links_resolved_by_their_text_have_no_target() {
        let mut imports = Imports::new(["crate::kv::Put".to_owned()]);
        imports.add("crate::Error");
        let docs = "/// [`Put`](crate::kv::Put), [`Put::cas`](crate::kv::Put::cas), [`Error`](crate::Error) and [`it`](crate::it)";
        assert_eq!(imports.shorten_links(docs), "/// [`Put`], [`Put::cas`], [`Error`] and [`it`](crate::it)");
        assert_eq!(imports.shorten_links("[`Put`](crate::txn::Put) [`a"), "[`Put`](crate::txn::Put) [`a");
    }
}
