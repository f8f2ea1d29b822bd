//! The facade: its groups, and the public paths of all items.

use std::collections::BTreeSet;

use syn::Item;
use syn::visit_mut::{self, VisitMut};

use super::engine::CLIENT;
use super::names::{Path, Public, Sources, Target, joined};
use super::page::{PROTO, Page};
use super::response;
use super::types::{replace, segments};
use crate::finding::Finding;

/// The generated module of a group.
pub(super) const OPERATIONS: &str = "operations";

/// All items that generated files refer to.
pub(super) struct Facade<'a> {
    pub(super) sources: &'a Sources,
    pub(super) pages: &'a [Page],
    pub(super) groups: Vec<Group>,
    /// Public paths of proto.
    proto: Public,
    /// Public paths of the client, including those of generated files.
    client: Public,
}

/// A group whose file in the client declares `mod operations;`.
pub(super) struct Group {
    /// Public path below the crate: `agent`, `service`.
    pub(super) path: Path,
    /// Absolute path of its module in the client.
    pub(super) module: Path,
    /// Path of its file from the root of the workspace.
    pub(super) file: String,
    /// The struct with the constructors, which has a `client`.
    pub(super) handle: Option<Handle>,
    /// The public names of proto's group, except for operations and decoders.
    pub(super) models: Vec<String>,
}

/// The struct whose methods are the constructors of a group.
pub(super) struct Handle {
    pub(super) name: String,
    /// Its type parameters: `<C>`, or nothing.
    pub(super) parameters: String,
    pub(super) line: usize,
}

impl<'a> Facade<'a> {
    pub(super) fn new(sources: &'a Sources, proto: Public, pages: &'a [Page]) -> Self {
        let client = sources.public(CLIENT);
        let mut facade = Self { sources, pages, groups: Vec::new(), proto, client };
        let paths: BTreeSet<_> = pages.iter().map(|page| page.group.clone()).collect();
        facade.groups = paths.into_iter().filter_map(|path| facade.group(path)).collect();
        for group in &facade.groups {
            let shown = [vec![CLIENT.to_owned()], group.path.clone()].concat();
            let operations = pages.iter().filter(|page| page.group == group.path);
            let models = group.models.iter().filter_map(|name| {
                let module = [vec![PROTO.to_owned()], group.path.clone()].concat();
                match sources.resolve(&module[..1], &joined(&module, name)) {
                    Target::Item(item, _) => Some((item, name.clone())),
                    _ => None,
                }
            });
            let operations = operations.map(|page| (page.definition(), page.name.clone()));
            for (item, name) in operations.chain(models) {
                facade.client.items.entry(item).or_default().push(joined(&shown, &name));
            }
        }
        facade
    }

    fn group(&self, path: Path) -> Option<Group> {
        let module = [vec![CLIENT.to_owned(), "api".to_owned()], path.clone()].concat();
        let found = self.sources.module(&module).filter(|found| found.declares(OPERATIONS))?;
        let models = self.models(&path);
        Some(Group { handle: handle(&found.items), file: found.file.clone(), models, path, module })
    }

    /// Returns the public names of a group of proto, except for operations and decoders.
    fn models(&self, group: &Path) -> Vec<String> {
        let root = vec![PROTO.to_owned()];
        let shown = [root.clone(), group.clone()].concat();
        let Target::Module(module) = self.sources.resolve(&root, &shown) else { return Vec::new() };
        let Some(found) = self.sources.module(&module) else { return Vec::new() };
        let is_model = |name: &&String| match self.sources.resolve(&module, &[(*name).clone()]) {
            Target::Item(item, _) => {
                let is_operation = self.pages.iter().any(|page| page.definition() == item);
                !is_operation && !response::is_kind(self.sources, &item)
            }
            _ => false,
        };
        found.public_names().filter(is_model).cloned().collect()
    }

    /// Returns the operation at an absolute path.
    pub(super) fn page(&self, definition: &[String]) -> Option<&Page> {
        self.pages.iter().find(|page| page.definition() == definition)
    }

    /// Returns `true` if the facade of a group is generated.
    pub(super) fn is_generated(&self, group: &[String]) -> bool {
        self.groups.iter().any(|known| known.path == group)
    }

    /// Returns the public path of an item in the client: the path in the group if it has one, else the shortest path,
    /// and a path through `proto` only if there is no other.
    pub(super) fn shown(&self, item: &[String], group: &[String]) -> Option<Path> {
        let own = [vec![CLIENT.to_owned()], group.to_vec()].concat();
        let through_proto = |path: &Path| path.get(1).is_some_and(|segment| segment == "proto");
        let shown = self.client.items.get(item)?.iter().min_by_key(|path| {
            let is_own = path[..path.len() - 1] == own[..];
            (!is_own, through_proto(path), path.len(), (*path).clone())
        })?;
        Some(in_crate(shown))
    }

    /// Returns the public path of a module in the client.
    pub(super) fn shown_module(&self, module: &[String]) -> Option<Path> {
        let group = self.proto.modules.get(module).map(|shown| &shown[1..]);
        match group.filter(|group| self.is_generated(group)) {
            Some(group) => Some([vec!["crate".to_owned()], group.to_vec()].concat()),
            None => self.client.modules.get(module).map(|shown| in_crate(shown)),
        }
    }

    /// Returns `true` if pages of a group may have an item in their signatures: it is public in the group, in a group
    /// that contains it, or outside of all groups.
    fn is_of(&self, item: &[String], group: &[String]) -> bool {
        let groups: BTreeSet<_> = (self.proto.modules.iter())
            .filter(|(module, _)| module.get(1).is_some_and(|name| name == "api"))
            .map(|(_, shown)| shown)
            .collect();
        let paths = self.proto.items.get(item).map(Vec::as_slice).unwrap_or_default();
        paths.iter().any(|path| {
            let module = path[..path.len() - 1].to_vec();
            !groups.contains(&module) || group.starts_with(&module[1..])
        })
    }

    /// Rewrites absolute paths as public paths of the client. Items of other groups are findings.
    pub(super) fn publish<T>(
        &self,
        page: &Page,
        line: usize,
        mut code: T,
        visit: impl FnOnce(&mut Published<'_>, &mut T),
    ) -> Result<T, Finding> {
        let mut published = Published { facade: self, page, error: None };
        visit(&mut published, &mut code);
        match published.error {
            Some(message) => Err(Finding::new(&page.file, line, message)),
            None => Ok(code),
        }
    }
}

/// Rewrites paths; see [`Facade::publish`].
pub(super) struct Published<'a> {
    facade: &'a Facade<'a>,
    page: &'a Page,
    error: Option<String>,
}

impl VisitMut for Published<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let item = segments(path);
        if ![PROTO, CLIENT, "crate"].contains(&item[0].as_str()) {
            return;
        }
        let (facade, page) = (self.facade, self.page);
        if item[0] == PROTO && !facade.is_of(&item, &page.group) {
            let group = page.group.join("::");
            let name = item.last().cloned().unwrap_or_default();
            self.error = Some(format!("`{name}` is no type of the group `{group}`: re-export it there"));
            return;
        }
        match facade.shown(&item, &page.group) {
            Some(shown) => replace(path, &shown),
            None => self.error = Some(format!("`{}` is not public", item.join("::"))),
        }
    }
}

fn in_crate(path: &[String]) -> Path {
    [vec!["crate".to_owned()], path[1..].to_vec()].concat()
}

fn handle(items: &[Item]) -> Option<Handle> {
    items.iter().find_map(|item| match item {
        Item::Struct(item) => {
            let has_client =
                item.fields.iter().any(|field| field.ident.as_ref().is_some_and(|it| it == "client"));
            let parameters: Vec<_> = item.generics.type_params().map(|it| it.ident.to_string()).collect();
            let parameters =
                if parameters.is_empty() { String::new() } else { format!("<{}>", parameters.join(", ")) };
            let line = item.ident.span().start().line;
            has_client.then(|| Handle { name: item.ident.to_string(), parameters, line })
        }
        _ => None,
    })
}
