//! Evaluates the value of a response kind: `Option<Entry>` for `OrMissing<One<Entry>>`.

use syn::{GenericArgument, ItemImpl, PathArguments, Type};

use super::names::{Path, Sources, Target};
use super::page::{PROTO, associated_type, implements};
use super::types::{Absolute, segments, shown, substitute, written};

/// A placeholder for the body of a streamed response, whose type the engine defines.
pub(super) const BODY: &str = "consul_client::Body";

/// Returns the value of a kind with absolute paths.
pub(super) fn output(sources: &Sources, kind: &Type) -> Result<Type, String> {
    evaluate(sources, kind, "FromResponse", "Output")
}

/// Returns the value of a kind with a streamed body, if it can be streamed.
pub(super) fn opened(sources: &Sources, kind: &Type) -> Option<Type> {
    let mut opened = evaluate(sources, kind, "Streamed", "Opened").ok()?;
    substitute(&mut opened, "B", &syn::parse_str(BODY).ok()?);
    Some(opened)
}

fn evaluate(sources: &Sources, kind: &Type, of: &str, name: &str) -> Result<Type, String> {
    let Type::Path(kind) = kind else { return Err(format!("{} is no kind of response", shown(kind))) };
    let path = segments(&kind.path);
    let (module, block) =
        find(sources, &path, of).ok_or_else(|| format!("`{}` does not implement `{of}`", path.join("::")))?;
    let value = associated_type(block, name).ok_or_else(|| format!("no `type {name}` in its `impl {of}`"))?;
    let mut value = Absolute { sources, module }.ty(value);
    substitute(&mut value, "Self", &Absolute { sources, module }.ty(&block.self_ty));
    let nested = |parameter: &str| match name {
        "Output" => format!("{parameter}::{name}"),
        _ => format!("{parameter}::{name}<B>"),
    };
    for (parameter, argument) in arguments(&block.self_ty).iter().zip(arguments(&Type::Path(kind.clone()))) {
        let parameter = written(parameter);
        // Only kinds have an associated value. The value of `Json<T>` is `T` itself.
        if let Ok(inner) = evaluate(sources, &argument, of, name) {
            substitute(&mut value, &nested(&parameter), &inner);
        }
        substitute(&mut value, &parameter, &argument);
        if written(&value).contains(&nested(&parameter)) {
            return Err(format!("`{}` has no {name}", shown(&argument)));
        }
    }
    Ok(value)
}

/// Returns the block that implements a trait for a kind, and its module.
fn find<'a>(sources: &'a Sources, kind: &Path, of: &str) -> Option<(&'a Path, &'a ItemImpl)> {
    sources.of(PROTO).find_map(|(module, found)| {
        let is_it = |block: &&ItemImpl| match &*block.self_ty {
            Type::Path(path) => {
                sources.resolve(module, &segments(&path.path)) == Target::Item(kind.clone(), Path::new())
            }
            _ => false,
        };
        let block = found.items.iter().filter_map(|item| implements(item, of)).find(is_it)?;
        Some((module, block))
    })
}

/// Returns `true` if an item decodes responses into a value of another type.
pub(super) fn is_kind(sources: &Sources, item: &Path) -> bool {
    let value = find(sources, item, "FromResponse").and_then(|(_, block)| associated_type(block, "Output"));
    value.is_some_and(|value| written(value) != "Self")
}

fn arguments(ty: &Type) -> Vec<Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(arguments)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::names::split;
    use crate::workspace::File;

    const KINDS: &str = "
        pub struct Json<T>(T);
        pub struct OrMissing<A>(A);
        pub struct Via<K, T>(K, T);
        pub struct Flag;
        pub struct Raw;
        pub struct Own;
        impl<T: DeserializeOwned> FromResponse for Json<T> { type Output = T; }
        impl<A: FromResponse> FromResponse for OrMissing<A> { type Output = Option<A::Output>; }
        impl<K: FromResponse, T: From<K::Output>> FromResponse for Via<K, T> { type Output = T; }
        impl FromResponse for Flag { type Output = bool; }
        impl FromResponse for Raw { type Output = Vec<u8>; }
        impl FromResponse for Own { type Output = Self; }
        impl Streamed for Raw { type Opened<B> = B; }
        impl<A: Streamed> Streamed for OrMissing<A> { type Opened<B> = Option<A::Opened<B>>; }
    ";

    fn sources() -> Sources {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        Sources::parse(&[
            file("crates/consul-proto/src/lib.rs", "mod response;\npub struct Entry;"),
            file("crates/consul-proto/src/response.rs", KINDS),
        ])
        .unwrap_or_else(|findings| panic!("{findings:?}"))
    }

    fn kind(sources: &Sources, ty: &str) -> Type {
        let module = split("consul_proto");
        let ty = syn::parse_str(&format!("crate::response::{ty}")).unwrap();
        Absolute { sources, module: &module }.ty(&ty)
    }

    fn value(ty: &str) -> String {
        let sources = sources();
        output(&sources, &kind(&sources, ty)).map_or_else(|error| error, |value| written(&value))
    }

    #[test]
    fn value_of_nested_kinds_is_evaluated() {
        assert_eq!(value("Flag"), "bool");
        assert_eq!(value("Json<crate::Entry>"), "consul_proto::Entry");
        assert_eq!(
            value("OrMissing<crate::response::Json<Vec<crate::Entry>>>"),
            "Option<Vec<consul_proto::Entry>>"
        );
        assert_eq!(value("Via<crate::response::Flag, crate::Entry>"), "consul_proto::Entry");
    }

    #[test]
    fn type_that_is_not_a_kind_is_an_error() {
        assert!(value("Nothing").contains("does not implement `FromResponse`"), "{}", value("Nothing"));
        assert!(
            value("OrMissing<crate::Entry>").contains("has no Output"),
            "{}",
            value("OrMissing<crate::Entry>")
        );
    }

    #[test]
    fn only_some_kinds_can_be_streamed() {
        let sources = sources();
        let opened = |ty| opened(&sources, &kind(&sources, ty)).map(|ty| written(&ty));
        assert_eq!(opened("OrMissing<crate::response::Raw>").as_deref(), Some("Option<consul_client::Body>"));
        assert_eq!(opened("Flag"), None);
    }

    #[test]
    fn decoders_are_distinguished_from_models() {
        let sources = sources();
        assert!(is_kind(&sources, &split("consul_proto::response::Flag")));
        assert!(!is_kind(&sources, &split("consul_proto::response::Own")));
        assert!(!is_kind(&sources, &split("consul_proto::Entry")));
    }
}
