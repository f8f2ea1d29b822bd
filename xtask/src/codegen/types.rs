//! Rewrites types of one file so that they have the same meaning in another.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Signature, Type};

use super::names::{Path, Sources, Target};

/// Rewrites the paths of types that are written in `module` as absolute paths.
pub(super) struct Absolute<'a> {
    pub(super) sources: &'a Sources,
    pub(super) module: &'a [String],
}

impl Absolute<'_> {
    /// Returns the type with absolute paths.
    pub(super) fn ty(&mut self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        self.visit_type_mut(&mut ty);
        ty
    }

    /// Returns the signature with absolute paths, and without `mut`.
    pub(super) fn signature(&mut self, signature: &Signature) -> Signature {
        let mut signature = signature.clone();
        if let Some(syn::FnArg::Receiver(receiver)) = signature.inputs.first_mut() {
            receiver.mutability = None;
        }
        self.visit_signature_mut(&mut signature);
        signature
    }
}

impl VisitMut for Absolute<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let absolute = match self.sources.resolve(self.module, &segments(path)) {
            Target::Item(item, rest) => [item, rest].concat(),
            Target::Module(path) | Target::Foreign(path) => path,
        };
        replace(path, &absolute);
    }
}

/// Replaces a type, written without spaces, by another one.
pub(super) struct Substitute<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a Type,
}

impl VisitMut for Substitute<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if written(ty) == self.from {
            *ty = self.to.clone();
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Replaces `from` in a type.
pub(super) fn substitute(ty: &mut Type, from: &str, to: &Type) {
    Substitute { from, to }.visit_type_mut(ty);
}

/// Returns code without spaces, for comparisons.
pub(super) fn written(code: &impl ToTokens) -> String {
    code.to_token_stream().to_string().replace(' ', "")
}

/// Returns a type as docs show it, without the modules of its paths: `Option<Entry>`.
pub(super) fn shown(ty: &Type) -> String {
    struct Short;
    impl VisitMut for Short {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            path.segments = path.segments.last().cloned().into_iter().collect();
        }
    }
    let mut ty = ty.clone();
    Short.visit_type_mut(&mut ty);
    written(&ty).replace(',', ", ")
}

/// Returns the names of the segments of a path.
pub(super) fn segments(path: &syn::Path) -> Path {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Replaces the segments of a path, and keeps the arguments of its last one.
pub(super) fn replace(path: &mut syn::Path, by: &[String]) {
    let arguments = path.segments.last().map(|last| last.arguments.clone());
    let Ok(mut new) = syn::parse_str::<syn::Path>(&by.join("::")) else { return };
    if let (Some(last), Some(arguments)) = (new.segments.last_mut(), arguments) {
        last.arguments = arguments;
    }
    *path = new;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::names::split;
    use crate::workspace::File;

    fn absolute(ty: &str) -> String {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let sources = Sources::parse(&[
            file("crates/consul-proto/src/lib.rs", "mod kv;"),
            file("crates/consul-proto/src/kv.rs", "use std::time::Duration;\npub struct Entry;"),
        ])
        .unwrap_or_else(|findings| panic!("{findings:?}"));
        let module = split("consul_proto::kv");
        let ty = syn::parse_str(ty).unwrap();
        written(&Absolute { sources: &sources, module: &module }.ty(&ty))
    }

    #[test]
    fn paths_become_absolute_at_every_depth() {
        assert_eq!(absolute("Option<Vec<Entry>>"), "Option<Vec<consul_proto::kv::Entry>>");
        assert_eq!(absolute("impl Into<Option<Duration>>"), "implInto<Option<std::time::Duration>>");
        assert_eq!(absolute("A::Output"), "A::Output");
        assert_eq!(absolute("()"), "()");
    }

    #[test]
    fn substitution_reaches_arguments() {
        let mut ty = syn::parse_str("Option<A::Output>").unwrap();
        substitute(&mut ty, "A::Output", &syn::parse_str("Vec<u8>").unwrap());
        assert_eq!(shown(&ty), "Option<Vec<u8>>");
    }

    #[test]
    fn docs_show_types_without_modules() {
        let ty = syn::parse_str("std::collections::BTreeMap<String, crate::kv::Entry>").unwrap();
        assert_eq!(shown(&ty), "BTreeMap<String, Entry>");
    }
}
