//! Name resolution: modules, imports and public paths of the libraries.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenTree;
use syn::{Item, UseTree, Visibility};

use super::MARK;
use crate::finding::Finding;
use crate::workspace::File;

/// The segments of a path. An absolute path starts with the name of its crate: `consul_proto`, `api`, `kv`, `Put`.
pub(super) type Path = Vec<String>;

/// The modules of the libraries, each under its absolute path.
#[derive(Default)]
pub(super) struct Sources {
    modules: BTreeMap<Path, Module>,
}

/// One source file.
#[derive(Default)]
pub(super) struct Module {
    /// Path of the file from the root of the workspace.
    pub(super) file: String,
    /// Its text.
    pub(super) text: String,
    /// Its items, including those of its tests.
    pub(super) items: Vec<Item>,
    names: BTreeMap<String, Name>,
    globs: Vec<(Path, bool)>,
}

struct Name {
    is_public: bool,
    refers_to: RefersTo,
}

enum RefersTo {
    /// A `mod name;`.
    Module,
    /// A type, trait, constant or function that the module defines.
    Definition,
    /// A `use` of this path.
    Import(Path),
}

/// The definition that a path refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A module of the libraries, by its absolute path.
    Module(Path),
    /// An item of the libraries, by the absolute path of its definition, and the segments that follow it.
    Item(Path, Path),
    /// Another name: of another crate, of the prelude, or a type parameter.
    Foreign(Path),
}

/// The public paths of the items that a crate defines or re-exports.
#[derive(Debug, Default)]
pub(super) struct Public {
    /// The public paths of each item.
    pub(super) items: BTreeMap<Path, Vec<Path>>,
    /// The first public path of each module.
    pub(super) modules: BTreeMap<Path, Path>,
}

impl Sources {
    /// Parses the files of `crates/…/src`, except for generated files and tests.
    pub(super) fn parse(files: &[File]) -> Result<Self, Vec<Finding>> {
        let (mut sources, mut findings) = (Self::default(), Vec::new());
        for file in files {
            let Some(path) = module_path(&file.path) else { continue };
            if file.text.starts_with(MARK) {
                continue;
            }
            match syn::parse_file(&file.text) {
                Ok(parsed) => {
                    sources.modules.insert(path, Module::new(file, parsed.items));
                }
                Err(error) => {
                    findings.push(Finding::new(&file.path, error.span().start().line, error.to_string()));
                }
            }
        }
        if findings.is_empty() { Ok(sources) } else { Err(findings) }
    }

    /// Returns the modules of a crate, in order of their paths.
    pub(super) fn of<'a>(&'a self, krate: &'a str) -> impl Iterator<Item = (&'a Path, &'a Module)> {
        self.modules.iter().filter(move |(path, _)| path[0] == krate)
    }

    /// Returns the module with this absolute path.
    pub(super) fn module(&self, path: &[String]) -> Option<&Module> {
        self.modules.get(path)
    }

    /// Returns the definition that a path in a module refers to.
    pub(super) fn resolve(&self, module: &[String], path: &[String]) -> Target {
        self.walk(module, path, 0).unwrap_or_else(|| Target::Foreign(path.to_vec()))
    }

    fn walk(&self, module: &[String], path: &[String], depth: usize) -> Option<Target> {
        // Imports of the same name as their crate refer to themselves.
        if depth > 12 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(module[..1].to_vec()),
            "self" => Target::Module(module.to_vec()),
            "super" => Target::Module(module[..module.len() - 1].to_vec()),
            name => self.named(module, name, depth).or_else(|| {
                let root = vec![name.to_owned()];
                self.modules.contains_key(&root).then_some(Target::Module(root))
            })?,
        };
        for segment in rest {
            target = match target {
                Target::Module(at) if segment == "super" => Target::Module(at[..at.len() - 1].to_vec()),
                Target::Module(at) => self.named(&at, segment, depth)?,
                Target::Item(item, rest) => Target::Item(item, joined(&rest, segment)),
                Target::Foreign(path) => Target::Foreign(joined(&path, segment)),
            };
        }
        Some(target)
    }

    /// Returns the definition that a name refers to in a module, without the prelude.
    fn named(&self, module: &[String], name: &str, depth: usize) -> Option<Target> {
        let found = self.modules.get(module)?;
        let Some(known) = found.names.get(name) else {
            return found.globs.iter().find_map(|(glob, _)| match self.walk(module, glob, depth + 1)? {
                Target::Module(at) => self.named(&at, name, depth + 1),
                _ => None,
            });
        };
        Some(match &known.refers_to {
            RefersTo::Module => Target::Module(joined(module, name)),
            RefersTo::Definition => Target::Item(joined(module, name), Path::new()),
            RefersTo::Import(path) => {
                self.walk(module, path, depth + 1).unwrap_or_else(|| Target::Foreign(path.clone()))
            }
        })
    }

    /// Returns the public paths of a crate, including those of other libraries that it re-exports.
    pub(super) fn public(&self, krate: &str) -> Public {
        let mut public = Public::default();
        let root = vec![krate.to_owned()];
        self.publish(&root, &root, &mut public, &mut BTreeSet::new());
        public
    }

    fn publish(
        &self,
        module: &[String],
        shown: &[String],
        public: &mut Public,
        seen: &mut BTreeSet<(Path, Path)>,
    ) {
        let Some(found) = self.modules.get(module) else { return };
        if !seen.insert((module.to_vec(), shown.to_vec())) {
            return;
        }
        public.modules.entry(module.to_vec()).or_insert_with(|| shown.to_vec());
        for (name, _) in found.names.iter().filter(|(_, known)| known.is_public) {
            match self.named(module, name, 0) {
                Some(Target::Module(at)) => self.publish(&at, &joined(shown, name), public, seen),
                Some(Target::Item(item, rest)) if rest.is_empty() => {
                    public.items.entry(item).or_default().push(joined(shown, name));
                }
                _ => {}
            }
        }
        for (glob, _) in found.globs.iter().filter(|(_, is_public)| *is_public) {
            if let Target::Module(at) = self.resolve(module, glob) {
                self.publish(&at, shown, public, seen);
            }
        }
    }
}

impl Module {
    fn new(file: &File, items: Vec<Item>) -> Self {
        let mut module = Self { file: file.path.clone(), text: file.text.clone(), ..Self::default() };
        for item in &items {
            module.name(item);
        }
        module.items = items;
        module
    }

    /// Returns `true` if the file declares a module with this name.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|known| matches!(known.refers_to, RefersTo::Module))
    }

    /// Returns the public names of the module, without those of its glob imports.
    pub(super) fn public_names(&self) -> impl Iterator<Item = &String> {
        self.names.iter().filter(|(_, known)| known.is_public).map(|(name, _)| name)
    }

    fn name(&mut self, item: &Item) {
        let (name, visibility) = match item {
            Item::Const(item) => (item.ident.to_string(), &item.vis),
            Item::Enum(item) => (item.ident.to_string(), &item.vis),
            Item::Fn(item) => (item.sig.ident.to_string(), &item.vis),
            Item::Struct(item) => (item.ident.to_string(), &item.vis),
            Item::Trait(item) => (item.ident.to_string(), &item.vis),
            Item::Type(item) => (item.ident.to_string(), &item.vis),
            Item::Mod(item) if item.content.is_none() => {
                let known = Name { is_public: is_public(&item.vis), refers_to: RefersTo::Module };
                self.names.insert(item.ident.to_string(), known);
                return;
            }
            Item::Use(item) => return self.import(&item.tree, &mut Vec::new(), is_public(&item.vis)),
            // `string_id! { /// … Name }` defines a public type.
            Item::Macro(item) => {
                if let Some(name) = defined_by(item) {
                    self.names.insert(name, Name { is_public: true, refers_to: RefersTo::Definition });
                }
                return;
            }
            _ => return,
        };
        self.names.insert(name, Name { is_public: is_public(visibility), refers_to: RefersTo::Definition });
    }

    fn import(&mut self, tree: &UseTree, prefix: &mut Path, is_public: bool) {
        let (name, last) = match tree {
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, prefix, is_public));
            }
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix, is_public);
                prefix.pop();
                return;
            }
            UseTree::Glob(_) => return self.globs.push((prefix.clone(), is_public)),
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(name) => (name.rename.to_string(), name.ident.to_string()),
        };
        let path = if last == "self" { prefix.clone() } else { joined(prefix, &last) };
        let name = if name == "self" { prefix.last().cloned().unwrap_or_default() } else { name };
        self.names.insert(name, Name { is_public, refers_to: RefersTo::Import(path) });
    }
}

/// Returns `true` if an item is `pub` without restriction.
pub(super) fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns a path with one more segment.
pub(super) fn joined(path: &[String], segment: &str) -> Path {
    path.iter().cloned().chain([segment.to_owned()]).collect()
}

/// Splits a path at `::`.
pub(super) fn split(path: &str) -> Path {
    path.split("::").map(str::to_owned).collect()
}

fn module_path(file: &str) -> Option<Path> {
    let (krate, inner) = file.strip_prefix("crates/")?.split_once("/src/")?;
    let inner = inner.strip_suffix(".rs")?;
    let segments: Vec<_> = inner.split('/').collect();
    if segments.contains(&"tests") {
        return None;
    }
    let below = if inner == "lib" { Vec::new() } else { segments };
    Some([krate.replace('-', "_")].into_iter().chain(below.into_iter().map(str::to_owned)).collect())
}

fn defined_by(item: &syn::ItemMacro) -> Option<String> {
    let idents = item.mac.tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    // `macro_rules!` has its name outside of its tokens.
    idents.filter(|name| item.ident.is_none() && name.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        Sources::parse(&[
            file(
                "crates/consul-proto/src/lib.rs",
                "mod api;\nmod model;\nmod meta;\npub use api::kv;\npub use meta::Meta;",
            ),
            file("crates/consul-proto/src/meta.rs", "pub struct Meta;"),
            file("crates/consul-proto/src/api.rs", "pub mod kv;"),
            file(
                "crates/consul-proto/src/api/kv.rs",
                "mod put;\npub use put::Put;\npub use crate::model::{Id, Entry as E};",
            ),
            file(
                "crates/consul-proto/src/api/kv/put.rs",
                "use bytes::Bytes;\nuse crate::model;\nuse super::*;\npub struct Put;",
            ),
            file(
                "crates/consul-proto/src/model.rs",
                "id! {\n/// An id.\nId }\npub struct Entry;\nstruct Private;",
            ),
            file(
                "crates/consul-client/src/lib.rs",
                "pub use consul_proto as proto;\npub use consul_proto::Meta;",
            ),
        ])
        .unwrap_or_else(|findings| panic!("{findings:?}"))
    }

    fn resolved(path: &str) -> Target {
        sources().resolve(&split("consul_proto::api::kv::put"), &split(path))
    }

    #[test]
    fn paths_refer_to_definitions() {
        let entry = Target::Item(split("consul_proto::model::Entry"), Path::new());
        assert_eq!(resolved("crate::kv::E"), entry);
        assert_eq!(resolved("model::Entry"), entry);
        assert_eq!(resolved("super::E"), entry);
        assert_eq!(resolved("E"), entry);
        assert_eq!(
            resolved("consul_proto::kv::Id"),
            Target::Item(split("consul_proto::model::Id"), Path::new())
        );
        assert_eq!(
            resolved("Put::cas"),
            Target::Item(split("consul_proto::api::kv::put::Put"), vec!["cas".to_owned()])
        );
        assert_eq!(resolved("crate::kv"), Target::Module(split("consul_proto::api::kv")));
    }

    #[test]
    fn names_of_other_crates_are_foreign() {
        assert_eq!(resolved("Bytes"), Target::Foreign(split("bytes::Bytes")));
        assert_eq!(resolved("String"), Target::Foreign(split("String")));
        assert_eq!(resolved("crate::kv::Nothing"), Target::Foreign(split("crate::kv::Nothing")));
    }

    #[test]
    fn public_paths_include_re_exports() {
        let public = sources().public("consul_client");
        let paths = |item: &str| public.items.get(&split(item)).cloned().unwrap_or_default();
        assert_eq!(
            paths("consul_proto::meta::Meta"),
            [split("consul_client::Meta"), split("consul_client::proto::Meta")]
        );
        assert_eq!(paths("consul_proto::model::Entry"), [split("consul_client::proto::kv::E")]);
        assert!(paths("consul_proto::model::Private").is_empty());
        assert_eq!(public.modules[&split("consul_proto::api::kv")], split("consul_client::proto::kv"));
    }

    #[test]
    fn errors_of_syntax_have_a_line() {
        let file = File { path: "crates/a/src/lib.rs".to_owned(), text: "struct A;\nstruct {".to_owned() };
        let findings = Sources::parse(&[file]).err().unwrap_or_default();
        assert!(findings[0].to_string().starts_with("crates/a/src/lib.rs:2: "), "{findings:?}");
    }
}
