//! Reads the pages of proto: an operation's docs, `new`, setters, markers and value.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ImplItem, Item, ItemImpl, ReturnType, Signature, Type};

use super::names::{Module, Path, Public, Sources, is_public};
use super::response;
use super::types::{Absolute, written};
use crate::finding::Finding;

/// The crate of the pages.
pub(super) const PROTO: &str = "consul_proto";

/// Names that generated files import, so operations cannot have them.
const REFUSED: &[&str] = &["Call", "Error", "Response"];

/// An operation as its page describes it. The paths of its types are absolute.
pub(super) struct Page {
    /// Path of the page from the root of the workspace.
    pub(super) file: String,
    /// Line of the struct, from 1.
    pub(super) line: usize,
    /// Absolute path of the page's module.
    pub(super) module: Path,
    /// Public path of its group below the crate: `agent`, `service`.
    pub(super) group: Path,
    /// Name of the page: `put_if`.
    pub(super) stem: String,
    /// Name of the struct: `PutIf`.
    pub(super) name: String,
    /// Docs and other attributes of the struct, which the facade repeats.
    pub(super) attrs: Vec<Attribute>,
    /// Set if the struct derives `Clone`.
    pub(super) is_clone: bool,
    /// The public `new`.
    pub(super) new: Option<Method>,
    /// The public methods that consume the request.
    pub(super) setters: Vec<Method>,
    /// The names of the implemented traits.
    pub(super) traits: BTreeSet<String>,
    /// The name of its `SCOPE`, if it is not the default: `NONE`.
    pub(super) scope: Option<String>,
    /// The value of a response.
    pub(super) output: Type,
    /// The value of a response with a streamed body, if it can be streamed.
    pub(super) opened: Option<Type>,
}

/// A method, with absolute paths in its signature.
#[derive(Clone)]
pub(super) struct Method {
    pub(super) line: usize,
    pub(super) attrs: Vec<Attribute>,
    pub(super) signature: Signature,
}

/// Reads all pages. A page that cannot be parsed is a finding.
pub(super) fn pages(sources: &Sources, public: &Public, findings: &mut Vec<Finding>) -> Vec<Page> {
    let mut pages = Vec::new();
    for (path, module) in sources.of(PROTO).filter(|(path, _)| path.get(1).is_some_and(|name| name == "api"))
    {
        for block in module.items.iter().filter_map(|item| implements(item, "Endpoint")) {
            match page(sources, public, path, module, block) {
                Ok(page) => pages.push(page),
                Err((line, message)) => findings.push(Finding::new(&module.file, line, message)),
            }
        }
    }
    pages
}

fn page(
    sources: &Sources,
    public: &Public,
    path: &Path,
    module: &Module,
    endpoint: &ItemImpl,
) -> Result<Page, (usize, String)> {
    let at = |line: usize| move |message: String| (line, message);
    let name = name_of(&endpoint.self_ty).unwrap_or_default();
    let definition = module.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    });
    let definition = definition
        .ok_or_else(|| (line(endpoint), format!("`pub struct {name}` is not in this file: move it here")))?;
    let line = definition.ident.span().start().line;
    if REFUSED.contains(&name.as_str()) {
        return Err((
            line,
            format!("an operation cannot be called `{name}`: the client has a type of that name"),
        ));
    }
    let response = associated_type(endpoint, "Response").ok_or((line, "no `type Response`".to_owned()))?;
    let response = Absolute { sources, module: path }.ty(response);
    let methods: Vec<_> = module
        .items
        .iter()
        .filter_map(|item| inherent(item, &name))
        .flat_map(|it| methods(sources, path, it))
        .collect();
    let group =
        (0..path.len()).rev().find_map(|end| public.modules.get(&path[..end])).cloned().unwrap_or_default();
    Ok(Page {
        file: module.file.clone(),
        line,
        module: path.clone(),
        group: group.into_iter().skip(1).collect(),
        stem: path.last().cloned().unwrap_or_default(),
        attrs: kept(&definition.attrs),
        is_clone: definition
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("derive") && written(&attr.meta).contains("Clone")),
        new: methods.iter().find(|method| method.signature.ident == "new").cloned(),
        setters: methods.into_iter().filter(Method::consumes).collect(),
        traits: module.items.iter().filter_map(|item| implemented(item, &name)).collect(),
        scope: scope(endpoint),
        output: response::output(sources, &response).map_err(at(line))?,
        opened: response::opened(sources, &response),
        name,
    })
}

impl Page {
    /// Returns the path of the operation below a crate: `kv::Put`.
    pub(super) fn path(&self) -> String {
        [self.group.join("::").as_str(), &self.name].join("::")
    }

    /// Returns the absolute path of the struct.
    pub(super) fn definition(&self) -> Path {
        super::names::joined(&self.module, &self.name)
    }
}

impl Method {
    /// Returns `true` if the method has `self` by value.
    pub(super) fn consumes(&self) -> bool {
        self.signature.receiver().is_some_and(|receiver| {
            let receiver = written(receiver);
            receiver == "self" || receiver == "mutself"
        })
    }

    /// Returns the type that the method returns, `()` if none.
    pub(super) fn output(&self) -> Type {
        match &self.signature.output {
            ReturnType::Type(_, ty) => Type::clone(ty),
            ReturnType::Default => syn::parse_quote!(()),
        }
    }

    /// Returns the names of the arguments, without `self`.
    pub(super) fn arguments(&self) -> Vec<String> {
        let name = |arg: &FnArg| match arg {
            FnArg::Typed(arg) => Some(written(&arg.pat)),
            _ => None,
        };
        self.signature.inputs.iter().filter_map(name).collect()
    }
}

/// Returns the public methods of a block, with absolute paths.
pub(super) fn methods(sources: &Sources, module: &Path, block: &ItemImpl) -> Vec<Method> {
    let method = |item: &ImplItem| match item {
        ImplItem::Fn(item) if is_public(&item.vis) => Some(Method {
            line: item.sig.ident.span().start().line,
            attrs: kept(&item.attrs),
            signature: Absolute { sources, module }.signature(&item.sig),
        }),
        _ => None,
    };
    block.items.iter().filter_map(method).collect()
}

/// Returns the block if it is an inherent impl of a type.
pub(super) fn inherent<'a>(item: &'a Item, name: &str) -> Option<&'a ItemImpl> {
    match item {
        Item::Impl(block) if block.trait_.is_none() && name_of(&block.self_ty)? == name => Some(block),
        _ => None,
    }
}

/// Returns the block if it implements a trait with this name.
pub(super) fn implements<'a>(item: &'a Item, of: &str) -> Option<&'a ItemImpl> {
    match item {
        Item::Impl(block) => {
            let (path, _) = block.trait_.as_ref()?;
            (path.segments.last()?.ident == of).then_some(block)
        }
        _ => None,
    }
}

/// Returns an associated type of a block.
pub(super) fn associated_type<'a>(block: &'a ItemImpl, name: &str) -> Option<&'a Type> {
    block.items.iter().find_map(|item| match item {
        ImplItem::Type(item) if item.ident == name => Some(&item.ty),
        _ => None,
    })
}

/// Returns the last segment of a type's path.
pub(super) fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// Returns the name of a trait that an item implements for a type.
fn implemented(item: &Item, name: &str) -> Option<String> {
    let Item::Impl(block) = item else { return None };
    let (path, _) = block.trait_.as_ref()?;
    (name_of(&block.self_ty)? == name).then(|| path.segments.last().map(|it| it.ident.to_string()))?
}

fn scope(endpoint: &ItemImpl) -> Option<String> {
    endpoint.items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == "SCOPE" => {
            let value = written(&item.expr);
            value.rsplit("::").next().map(str::to_owned)
        }
        _ => None,
    })
}

/// Attributes that also apply to the facade.
fn kept(attrs: &[Attribute]) -> Vec<Attribute> {
    let names = ["doc", "cfg", "deprecated"];
    attrs.iter().filter(|attr| names.iter().any(|name| attr.path().is_ident(name))).cloned().collect()
}

fn line(block: &ItemImpl) -> usize {
    block.self_ty.span().start().line
}
