//! Writes the file of an operation: a struct with exactly the operation's setters.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, GenericArgument, PathArguments, Type};

use super::MARK;
use super::engine::{Engine, Shared};
use super::facade::{Facade, Group};
use super::imports::Imports;
use super::links::Links;
use super::page::{Method, Page};
use super::response::BODY;
use super::types::{segments, shown, substitute, written};
use crate::finding::Finding;

/// The generated file of one page.
pub(super) struct Operation<'a> {
    facade: &'a Facade<'a>,
    group: &'a Group,
    page: &'a Page,
    shared: Vec<&'a Shared>,
    /// The methods of the struct.
    methods: Vec<String>,
    imports: Imports,
}

impl<'a> Operation<'a> {
    pub(super) fn new(facade: &'a Facade<'a>, engine: &'a Engine, group: &'a Group, page: &'a Page) -> Self {
        let shared: Vec<_> = engine.of(page).collect();
        let own = page.setters.iter().map(|setter| setter.signature.ident.to_string());
        let methods = own.chain(shared.iter().map(|shared| shared.name())).collect();
        Self {
            facade,
            group,
            page,
            shared,
            methods,
            imports: Imports::new([format!("crate::{}", page.path())]),
        }
    }

    /// Writes the file.
    pub(super) fn write(mut self) -> Result<String, Finding> {
        let page = self.page;
        for path in
            ["std::future::IntoFuture", "crate::Call", "crate::CallFuture", "crate::Error", "crate::proto"]
        {
            self.imports.add(path);
        }
        let output = self.output(&page.output, page.line)?;
        let setters = page.setters.iter().map(|it| self.setter(it)).collect::<Result<Vec<_>, _>>()?;
        let shared = self.shared.clone();
        let shared = shared.iter().map(|it| self.forward(it)).collect::<Result<Vec<_>, _>>()?;
        let docs = self.docs()?;
        let setters = match setters.is_empty() {
            true => String::new(),
            false => format!("impl {} {{\n{}}}\n\n", page.name, setters.join("\n")),
        };
        let code = format!(
            "{docs}\
             #[derive({clone}Debug)]\n\
             #[must_use = \"a request is sent only when it is awaited\"]\n\
             pub struct {name}(pub(crate) Call<{endpoint}>);\n\n\
             {setters}\
             /// Options of the request, and methods that send it.\n\
             impl {name} {{\n{shared}\n\
             /// Returns the request as a [`Call`], for functions that accept any operation.\n\
             pub fn into_call(self) -> Call<{endpoint}> {{ self.0 }}\n}}\n\n\
             impl IntoFuture for {name} {{\n\
             type Output = Result<{output}, Error>;\n\
             type IntoFuture = CallFuture<{output}>;\n\n\
             #[inline]\n\
             fn into_future(self) -> Self::IntoFuture {{ self.0.into_future() }}\n}}\n",
            clone = if page.is_clone { "Clone, " } else { "" },
            name = page.name,
            endpoint = self.endpoint(),
            shared = shared.join("\n"),
        );
        let code = self.imports.shorten_links(&code);
        Ok(format!("{MARK} from {}.\n\n{}\n{code}", page.file, self.imports))
    }

    /// Returns the path of the operation in proto.
    fn endpoint(&self) -> String {
        format!("proto::{}", self.page.path())
    }

    fn docs(&self) -> Result<String, Finding> {
        let page = self.page;
        let docs = self.attributes(&page.attrs, page.line)?;
        let created = match (&page.new, &self.group.handle) {
            (Some(_), Some(handle)) => {
                let path = format!("{}::{}", handle.name, page.stem);
                format!("Created by [`{path}`](crate::{}::{path}). ", self.group.path.join("::"))
            }
            _ => String::new(),
        };
        let value = format!("{created}Awaiting it returns `{}`;", shown(&page.output));
        let send = "[`send`](Self::send) also returns the metadata of the response.";
        // The width of the pages' docs.
        let gap = if value.len() + send.len() < 115 { " " } else { "\n/// " };
        Ok(format!("{docs}///\n/// {value}{gap}{send}\n"))
    }

    /// Writes a setter of the page. A setter that returns another operation changes the type.
    fn setter(&mut self, setter: &Method) -> Result<String, Finding> {
        let name = setter.signature.ident.to_string();
        let docs = self.attributes(&setter.attrs, setter.line)?;
        let inputs = self.inputs("self", setter, setter.line)?;
        let arguments = setter.arguments();
        if arguments.iter().any(|argument| argument == "request") {
            return Err(self.finding(setter.line, "an argument cannot be called `request`: rename it"));
        }
        if self.shared.iter().any(|shared| shared.name() == name) {
            let message =
                format!("the setter `{name}` has the name of an option of all operations: rename it");
            return Err(self.finding(setter.line, message));
        }
        let output = setter.output();
        let output = match written(&output).as_str() {
            "Self" => "Self".to_owned(),
            path => {
                let Some(other) = self.facade.page(&super::names::split(path)) else {
                    let message =
                        format!("`{name}` returns `{path}`, which is neither `Self` nor an operation");
                    return Err(self.finding(setter.line, message));
                };
                if other.group != self.page.group {
                    let message = format!("`{name}` returns `{path}`, which is of another group");
                    return Err(self.finding(setter.line, message));
                }
                self.imports.add(&format!("crate::{}", other.path()));
                other.name.clone()
            }
        };
        Ok(format!(
            "{docs}pub fn {name}{inputs} -> {output} {{ {output}(self.0.map(|request| request.{name}({})) ) }}\n",
            arguments.join(", "),
        ))
    }

    /// Writes a method of `Call`.
    fn forward(&mut self, shared: &Shared) -> Result<String, Finding> {
        let method = &shared.method;
        let name = shared.name();
        let links = Links { module: &shared.module, ..self.links() };
        let docs = links
            .attributes(&method.attrs)
            .map_err(|message| Finding::new(&shared.file, method.line, message))?;
        let inputs = self.inputs("self", method, self.page.line)?;
        let call = format!("self.0.{name}({})", method.arguments().join(", "));
        if shared.is_setter() {
            return Ok(format!("{docs}pub fn {name}{inputs} -> Self {{ Self({call}) }}\n"));
        }
        let output = self.output(&method.output(), self.page.line)?;
        let (keyword, call) = match method.signature.asyncness {
            Some(_) => ("async ", format!("{call}.await")),
            None => ("", call),
        };
        Ok(format!("{docs}#[inline]\npub {keyword}fn {name}{inputs} -> {output} {{ {call} }}\n"))
    }

    /// Returns the signature between the name of a method and its return type.
    pub(super) fn inputs(&mut self, receiver: &str, method: &Method, line: usize) -> Result<String, Finding> {
        let signature =
            self.facade.publish(self.page, line, method.signature.clone(), |published, signature| {
                published.visit_signature_mut(signature);
            })?;
        let generics = self
            .imports
            .shorten(&signature.generics, |imports, generics| imports.visit_generics_mut(generics));
        let mut inputs = vec![receiver.to_owned()];
        for input in &signature.inputs {
            if let FnArg::Typed(argument) = input {
                let ty = self.imports.shorten(&*argument.ty, |imports, ty| imports.visit_type_mut(ty));
                inputs.push(format!("{}: {ty}", argument.pat.to_token_stream()));
            }
        }
        Ok(format!("{generics}({})", inputs.join(", ")))
    }

    /// Returns the return type of a method, with the value of the operation.
    fn output(&mut self, ty: &Type, line: usize) -> Result<String, Finding> {
        let mut ty = ty.clone();
        Concrete { page: self.page }.visit_type_mut(&mut ty);
        let ty = self.facade.publish(self.page, line, ty, |published, ty| published.visit_type_mut(ty))?;
        Ok(self.imports.shorten(&ty, |imports, ty| imports.visit_type_mut(ty)))
    }

    /// Returns the docs of the page.
    pub(super) fn attributes(&self, attributes: &[syn::Attribute], line: usize) -> Result<String, Finding> {
        self.links().attributes(attributes).map_err(|message| self.finding(line, message))
    }

    fn links(&self) -> Links<'_> {
        Links {
            facade: self.facade,
            module: &self.page.module,
            group: &self.page.group,
            methods: &self.methods,
        }
    }

    fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding::new(&self.page.file, line, message)
    }

    /// Starts the file of a group, with the constructors of several operations.
    pub(super) fn with_imports(mut self, imports: Imports) -> Self {
        self.imports = imports;
        self
    }

    /// Returns the imports, for the next operation of a group.
    pub(super) fn into_imports(self) -> Imports {
        self.imports
    }
}

/// Replaces `E`, `OutputOf<E>` and `OpenedOf<E, B>` by the types of an operation.
struct Concrete<'a> {
    page: &'a Page,
}

impl VisitMut for Concrete<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        let Type::Path(path) = &*ty else { return visit_mut::visit_type_mut(self, ty) };
        let names = segments(&path.path);
        match names.last().map(String::as_str) {
            Some("OutputOf") => *ty = self.page.output.clone(),
            Some("OpenedOf") => {
                let Some(mut opened) = self.page.opened.clone() else { return };
                if let Some(PathArguments::AngleBracketed(arguments)) =
                    path.path.segments.last().map(|last| &last.arguments)
                    && let Some(GenericArgument::Type(body)) = arguments.args.last()
                {
                    substitute(&mut opened, BODY, body);
                }
                *ty = opened;
            }
            Some("E") if names.len() == 1 => {
                // The operation in proto is never imported, since the facade's operation has the same name.
                if let Ok(endpoint) = syn::parse_str(&format!("proto::{}", self.page.path())) {
                    *ty = endpoint;
                }
            }
            _ => visit_mut::visit_type_mut(self, ty),
        }
    }
}
