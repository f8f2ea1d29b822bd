//! The order of the parts of a page: struct, `new`, setters, models, `impl Endpoint`, markers, private functions,
//! wire test. The definition of the operation comes first.

use syn::spanned::Spanned;
use syn::{ImplItem, Item, ItemImpl, Type, Visibility};

use crate::finding::Finding;
use crate::sources::Endpoint;
use crate::workspace::File;

/// The parts, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Imports,
    Struct,
    Methods,
    Models,
    Endpoint,
    Markers,
    Functions,
    Tests,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Imports => "imports and constants",
            Self::Struct => "the operation's struct",
            Self::Methods => "`new` and setters",
            Self::Models => "models",
            Self::Endpoint => "`impl Endpoint`",
            Self::Markers => "markers",
            Self::Functions => "private functions",
            Self::Tests => "the wire test",
        }
    }
}

/// Checks the page of an operation. `markers` are the names of the traits that mark endpoints.
pub(super) fn check(file: &File, endpoint: &Endpoint, markers: &[String]) -> Vec<Finding> {
    let parsed = match syn::parse_file(&file.text) {
        Ok(parsed) => parsed,
        Err(error) => return vec![Finding::new(&file.path, error.span().start().line, error.to_string())],
    };
    let mut findings = Vec::new();
    let mut furthest = Part::Imports;
    for item in &parsed.items {
        let part = part(item, &endpoint.name, markers);
        let mut report = |line, message| findings.push(Finding::new(&file.path, line, message));
        if part < furthest {
            report(line(item), format!("out of order: {} come before {}", part.name(), furthest.name()));
        }
        furthest = furthest.max(part);
        if let Item::Impl(block) = item {
            if part == Part::Methods
                && let Some(late) = late_new(block)
            {
                report(late, "out of order: `new` comes before the other methods".to_owned());
            }
            if is_decoder(block) {
                let message = "a page has no decoder of its own: use one of `response`, such as `Via`";
                report(line(item), message.to_owned());
            }
        }
    }
    findings
}

fn part(item: &Item, name: &str, markers: &[String]) -> Part {
    match item {
        Item::Use(_) | Item::Const(_) | Item::Mod(syn::ItemMod { content: None, .. }) => Part::Imports,
        Item::Struct(item) if item.ident == name => Part::Struct,
        Item::Fn(item) if !matches!(item.vis, Visibility::Public(_)) => Part::Functions,
        Item::Mod(_) => Part::Tests,
        Item::Impl(block) if is_of(block, name) => match trait_of(block) {
            None => Part::Methods,
            Some(name) if name == "Endpoint" => Part::Endpoint,
            Some(name) if markers.contains(&name) => Part::Markers,
            Some(_) => Part::Models,
        },
        _ => Part::Models,
    }
}

/// Returns the names of the traits that mark endpoints: those of proto's `endpoint.rs`.
pub(super) fn markers(endpoint: &str) -> Vec<String> {
    let names = endpoint.lines().filter_map(|line| line.strip_prefix("pub trait "));
    let names = names.filter_map(|line| line.split(|c: char| !c.is_alphanumeric()).next());
    names.filter(|name| *name != "Endpoint").map(str::to_owned).collect()
}

/// Returns the line of a `new` that follows other methods.
fn late_new(block: &ItemImpl) -> Option<usize> {
    let methods = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(&method.sig.ident),
        _ => None,
    });
    methods.skip(1).find(|name| *name == "new").map(|name| name.span().start().line)
}

fn is_decoder(block: &ItemImpl) -> bool {
    trait_of(block).is_some_and(|name| name == "FromResponse")
}

fn is_of(block: &ItemImpl, name: &str) -> bool {
    match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

fn trait_of(block: &ItemImpl) -> Option<String> {
    let (path, _) = block.trait_.as_ref()?;
    path.segments.last().map(|last| last.ident.to_string())
}

/// Returns the line of an item after its docs.
fn line(item: &Item) -> usize {
    let span = match item {
        Item::Impl(block) => block.self_ty.span(),
        Item::Struct(item) => item.ident.span(),
        Item::Enum(item) => item.ident.span(),
        Item::Fn(item) => item.sig.ident.span(),
        Item::Const(item) => item.ident.span(),
        other => other.span(),
    };
    span.start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "use crate::Flag;
const LIMIT: u8 = 3;
pub struct Get;
impl Get {
    pub fn new() -> Self { Self }
    pub fn tag(self) -> Self { self }
}
pub struct Model;
impl From<Model> for Get {}
impl Endpoint for Get {}
impl Read for Get {}
fn write() {}
#[cfg(test)]
mod tests {}
";

    fn messages(page: &str) -> String {
        let file = File { path: "get.rs".to_owned(), text: page.to_owned() };
        let endpoint = Endpoint {
            file: file.path.clone(),
            line: 10,
            name: "Get".to_owned(),
            path: "kv::Get".to_owned(),
            method: "GET".to_owned(),
            template: "/v1/kv".to_owned(),
        };
        let markers =
            markers("pub trait Endpoint: Debug {\npub trait Read: Endpoint {}\npub trait Blocking: Read");
        assert_eq!(markers, ["Read", "Blocking"]);
        check(&file, &endpoint, &markers).iter().map(|finding| format!("{finding}\n")).collect()
    }

    /// Asserts that a page whose line `from` comes before its line `to` is out of order.
    fn moved(from: &str, to: &str, expected: &str) {
        assert!(PAGE.contains(from) && PAGE.contains(to), "{from} {to}");
        let page = PAGE.replace(from, "").replace(to, &format!("{from}{to}"));
        let messages = messages(&page);
        assert!(messages.contains(expected), "{from}{to}: {messages}");
    }

    #[test]
    fn page_in_order_has_no_findings() {
        assert_eq!(messages(PAGE), "");
    }

    #[test]
    fn misplaced_parts_are_found() {
        moved(
            "pub struct Model;\n",
            "pub struct Get;\n",
            "get.rs:4: out of order: the operation's struct come before",
        );
        moved("impl Endpoint for Get {}\n", "impl Get {\n", "`new` and setters come before `impl Endpoint`");
        moved("impl Endpoint for Get {}\n", "pub struct Model;\n", "models come before `impl Endpoint`");
        moved("impl Read for Get {}\n", "impl Endpoint for Get {}\n", "`impl Endpoint` come before markers");
        moved("fn write() {}\n", "impl Read for Get {}\n", "markers come before private functions");
        moved(
            "#[cfg(test)]\nmod tests {}\n",
            "fn write() {}\n",
            "private functions come before the wire test",
        );
        moved(
            "    pub fn tag(self) -> Self { self }\n",
            "    pub fn new()",
            "`new` comes before the other methods",
        );
    }

    #[test]
    fn decoders_of_a_page_are_found() {
        let page = PAGE.replace("impl From<Model> for Get {}", "impl FromResponse for Model {}");
        assert!(messages(&page).contains("no decoder of its own"), "{}", messages(&page));
    }
}
