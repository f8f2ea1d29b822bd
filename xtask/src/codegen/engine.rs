//! Reads `Call<E>`, the client's engine with the options and send methods that operations share.

use std::collections::BTreeMap;

use syn::{Expr, ImplItem, ItemImpl};

use super::names::{Path, Sources, split};
use super::page::{Method, PROTO, Page, inherent, methods};
use super::types::written;

/// The crate of the engine.
pub(super) const CLIENT: &str = "consul_client";

/// The methods of `Call<E>`.
pub(super) struct Engine {
    methods: Vec<Shared>,
    scopes: Scopes,
}

/// A method of `Call<E>`.
pub(super) struct Shared {
    /// Absolute path of its module.
    pub(super) module: Path,
    /// Path of its file from the root of the workspace.
    pub(super) file: String,
    pub(super) method: Method,
    bound: Bound,
}

/// The bound of `E`.
#[derive(Clone)]
enum Bound {
    Implements(String),
    Streamed,
}

/// The constants of `Scope`: all options, and the options that each constant allows.
#[derive(Default)]
struct Scopes {
    allowed: BTreeMap<String, Vec<String>>,
}

impl Engine {
    /// Reads every `impl<E: Bound> Call<E>` of the client.
    pub(super) fn read(sources: &Sources) -> Self {
        let mut shared = Vec::new();
        for (path, module) in sources.of(CLIENT) {
            for block in module.items.iter().filter_map(|item| inherent(item, "Call")) {
                let Some(bound) = Bound::of(block) else { continue };
                shared.extend(methods(sources, path, block).into_iter().filter(Method::consumes).map(
                    |method| Shared {
                        module: path.clone(),
                        file: module.file.clone(),
                        method,
                        bound: bound.clone(),
                    },
                ));
            }
        }
        Self { methods: shared, scopes: Scopes::read(sources) }
    }

    /// Returns the methods of an operation: first those that return `Self`, then the others.
    pub(super) fn of<'a>(&'a self, page: &'a Page) -> impl Iterator<Item = &'a Shared> {
        let has = move |shared: &&Shared| {
            let is_allowed = match &shared.bound {
                Bound::Implements(name) => page.traits.contains(name),
                Bound::Streamed => page.opened.is_some(),
            };
            is_allowed && self.scopes.allow(page, &shared.method.signature.ident.to_string())
        };
        let (setters, others): (Vec<_>, Vec<_>) =
            self.methods.iter().filter(has).partition(|shared| shared.is_setter());
        setters.into_iter().chain(others)
    }
}

impl Bound {
    /// Reads the bound of `impl<E: …> Call<E>`. Blocks for a single operation have none.
    fn of(block: &ItemImpl) -> Option<Self> {
        let bound = written(block.generics.type_params().next()?.bounds.first()?);
        // `Endpoint<Response: Streamed>`
        Some(if bound.contains("Streamed") { Self::Streamed } else { Self::Implements(split(&bound).pop()?) })
    }
}

impl Shared {
    pub(super) fn name(&self) -> String {
        self.method.signature.ident.to_string()
    }

    /// Returns `true` if the method returns the call.
    pub(super) fn is_setter(&self) -> bool {
        written(&self.method.output()) == "Self"
    }
}

impl Scopes {
    /// Reads `impl Scope` of proto, whose fields have the names of the options.
    fn read(sources: &Sources) -> Self {
        let mut scopes = Self::default();
        for block in
            sources.of(PROTO).flat_map(|(_, module)| &module.items).filter_map(|item| inherent(item, "Scope"))
        {
            for item in &block.items {
                if let ImplItem::Const(item) = item
                    && let Expr::Struct(value) = &item.expr
                {
                    let is_true = |field: &&syn::FieldValue| written(&field.expr) == "true";
                    let names = value.fields.iter().filter(is_true).map(|field| written(&field.member));
                    scopes.allowed.insert(item.ident.to_string(), names.collect());
                }
            }
        }
        scopes
    }

    fn allow(&self, page: &Page, option: &str) -> bool {
        let is_scope = self.allowed.values().flatten().any(|name| name == option);
        let Some(scope) = page.scope.as_ref().and_then(|scope| self.allowed.get(scope)) else { return true };
        !is_scope || scope.iter().any(|name| name == option)
    }
}
