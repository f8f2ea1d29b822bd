//! Rewrites links in docs so that they resolve in the client, to items of the client if possible.

use syn::Attribute;

use super::facade::Facade;
use super::names::{Path, Target, split};

/// Rewrites the links of the docs of one module.
pub(super) struct Links<'a> {
    pub(super) facade: &'a Facade<'a>,
    /// Absolute path of the module with the docs.
    pub(super) module: &'a [String],
    /// The group of the generated file.
    pub(super) group: &'a [String],
    /// The methods of the generated struct.
    pub(super) methods: &'a [String],
}

impl Links<'_> {
    /// Returns docs and other attributes as code.
    ///
    /// # Errors
    ///
    /// Returns the text of an error if a link does not resolve in the client.
    pub(super) fn attributes(&self, attributes: &[Attribute]) -> Result<String, String> {
        let (mut code, mut is_example) = (String::new(), false);
        for attribute in attributes {
            let Some(line) = doc(attribute) else {
                code.push_str(&quote::quote!(#attribute).to_string());
                code.push('\n');
                continue;
            };
            is_example ^= line.trim_start().starts_with("```");
            let line = if is_example { line } else { self.line(&line)? };
            code.push_str(&format!("///{line}\n"));
        }
        Ok(code)
    }

    /// Rewrites ``[`text`](target)``, and adds a target to ``[`target`]``.
    fn line(&self, line: &str) -> Result<String, String> {
        let mut new = String::new();
        let mut rest = line;
        while let Some(start) = rest.find(['[', '`', ']']) {
            let (before, at) = rest.split_at(start);
            new.push_str(before);
            if let Some(after) = at.strip_prefix("](") {
                let (target, after) =
                    after.split_once(')').ok_or_else(|| format!("a link without end: {at}"))?;
                new.push_str(&format!("]({})", self.target(target)?));
                rest = after;
            } else if let Some((path, after)) = at.strip_prefix("[`").and_then(|text| text.split_once("`]"))
                && !after.starts_with(['(', '['])
            {
                new.push_str(&format!("[`{path}`]({})", self.target(path)?));
                rest = after;
            } else if at.starts_with("[`") {
                // The text of a link, whose target follows.
                new.push('[');
                rest = &at[1..];
            } else if let Some((code, after)) = at.strip_prefix('`').and_then(|text| text.split_once('`')) {
                new.push_str(&format!("`{code}`"));
                rest = after;
            } else {
                new.push_str(&at[..1]);
                rest = &at[1..];
            }
        }
        new.push_str(rest);
        Ok(new)
    }

    fn target(&self, target: &str) -> Result<String, String> {
        if target.contains("://") || target.starts_with('#') {
            return Ok(target.to_owned());
        }
        let (path, fragment) = target.split_once('#').map_or((target, None), |(path, it)| (path, Some(it)));
        let (kind, path) = path.split_once('@').map_or((None, path), |(kind, path)| (Some(kind), path));
        let mut new = match path.strip_prefix("Self::") {
            Some(method) => self.method(method)?,
            None if path == "Self" => path.to_owned(),
            None => {
                self.path(path, fragment).ok_or_else(|| format!("the link to `{target}` leads nowhere"))?
            }
        };
        if let Some(kind) = kind {
            new = format!("{kind}@{new}");
        }
        Ok(fragment.map_or(new.clone(), |fragment| format!("{new}#{fragment}")))
    }

    /// Rewrites a link to a method: of the struct if it has the method, else of `Call`.
    fn method(&self, method: &str) -> Result<String, String> {
        if self.methods.iter().any(|known| known == method.trim_end_matches("()")) {
            Ok(format!("Self::{method}"))
        } else if self.module[0] == super::engine::CLIENT {
            Ok(format!("crate::Call::{method}"))
        } else {
            Err(format!("the link to `Self::{method}`: the operation has no such method"))
        }
    }

    fn path(&self, path: &str, fragment: Option<&str>) -> Option<String> {
        let shown: Path = match self.facade.sources.resolve(self.module, &split(path)) {
            Target::Module(module) => {
                let shown = self.facade.shown_module(&module)?;
                match fragment {
                    Some(fragment) if !self.has_heading(&shown, fragment) => {
                        [vec!["crate".to_owned(), "proto".to_owned()], shown[1..].to_vec()].concat()
                    }
                    _ => shown,
                }
            }
            // The operation has the shared options as methods.
            Target::Item(item, rest) if item.ends_with(&["Options".to_owned()]) && self.has(&rest) => {
                return Some(format!("Self::{}", rest[0]));
            }
            Target::Item(item, rest) => [self.facade.shown(&item, self.group)?, rest].concat(),
            // Items that are missing in the client's sources are generated.
            Target::Foreign(path) if path[0] == "crate" => return None,
            Target::Foreign(path) => path,
        };
        Some(shown.join("::"))
    }

    fn has(&self, path: &[String]) -> bool {
        path.first().is_some_and(|name| self.methods.contains(name))
    }

    /// Returns `true` if the docs of a module of the client have a heading with this name.
    fn has_heading(&self, module: &[String], fragment: &str) -> bool {
        let module =
            [vec![super::engine::CLIENT.to_owned(), "api".to_owned()], module[1..].to_vec()].concat();
        let text = self.facade.sources.module(&module).map(|module| module.text.as_str()).unwrap_or_default();
        let headings = text.lines().filter_map(|line| line.strip_prefix("//! #"));
        headings
            .map(|title| title.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
            .any(|it| it == fragment)
    }
}

/// Returns the text of a line of docs.
fn doc(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
    match &meta.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) if meta.path.is_ident("doc") => {
            Some(text.value())
        }
        _ => None,
    }
}
