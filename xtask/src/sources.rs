//! Finds the endpoints in the sources of proto.

use crate::error::Error;
use crate::workspace::{File, rust_files};

/// The folder of the operations' pages.
pub(crate) const API: &str = "crates/consul-proto/src/api";

/// An endpoint in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Path of the file from the root.
    pub(crate) file: String,
    /// Line of `impl Endpoint for`, from 1.
    pub(crate) line: usize,
    /// Name of the type.
    pub(crate) name: String,
    /// Public path below the crate: `kv::Get`.
    pub(crate) path: String,
    /// Method of the request.
    pub(crate) method: String,
    /// Template of the request's path.
    pub(crate) template: String,
}

/// Returns the endpoints of proto, in order of their files.
pub(crate) fn endpoints() -> Result<Vec<Endpoint>, Error> {
    let files = rust_files(API)?;
    let mut all = Vec::new();
    for file in &files {
        all.extend(endpoints_in(file, &files)?);
    }
    Ok(all)
}

/// Returns the endpoints of one file, except for those in its tests.
pub(crate) fn endpoints_in(file: &File, files: &[File]) -> Result<Vec<Endpoint>, Error> {
    let mut found = Vec::new();
    if is_tests(&file.path) {
        return Ok(found);
    }
    let lines: Vec<_> = code(&file.text).collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(rest) = line.strip_prefix("impl Endpoint for ") else { continue };
        let name = rest.trim_end_matches([' ', '{']).to_owned();
        let body = || lines[index..].iter().take_while(|line| **line != "}").map(|line| line.trim());
        let constant = |start: &str| {
            let missing =
                || Error::new(format!("{}:{}: no `{start}…;` in the impl of {name}", file.path, index + 1));
            let line = body().find_map(|line| line.strip_prefix(start));
            line.and_then(|rest| rest.strip_suffix(';')).map(str::to_owned).ok_or_else(missing)
        };
        let method = constant("const METHOD: Method = Method::")?;
        let template = constant("const PATH: &'static str = \"")?.trim_end_matches('"').to_owned();
        let module = public_module(&file.path, files);
        let path = if module.is_empty() { name.clone() } else { format!("{module}::{name}") };
        found.push(Endpoint { file: file.path.clone(), line: index + 1, name, path, method, template });
    }
    Ok(found)
}

/// Returns `true` if a file only contains tests.
fn is_tests(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Returns the lines of a file before its tests.
pub(crate) fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| *line != "#[cfg(test)]")
}

/// Returns the public module of a file's items: `kv` for `kv/get.rs`, whose `mod get` is private.
fn public_module(path: &str, files: &[File]) -> String {
    let inner = path.strip_prefix(API).unwrap_or(path).trim_start_matches('/').trim_end_matches(".rs");
    let mut segments: Vec<_> = inner.split('/').collect();
    // Modules of `api` are groups. Others are public if the parent declares them so.
    while segments.len() > 1 {
        let (last, parents) = (segments[segments.len() - 1], segments[..segments.len() - 1].join("/"));
        let parent = format!("{API}/{parents}.rs");
        let shown = format!("pub mod {last};");
        if files.iter().any(|file| file.path == parent && code(&file.text).any(|line| line == shown)) {
            break;
        }
        segments.pop();
    }
    segments.join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: format!("{API}/{path}"), text: text.to_owned() }
    }

    fn page(name: &str) -> String {
        format!(
            "/// impl Endpoint for Documented {{\nimpl Endpoint for {name} {{\n    type Response = Flag;\n    \
            const METHOD: Method = Method::PUT;\n    const PATH: &'static str = \"/v1/kv/{{*key}}\";\n}}\n\
            #[cfg(test)]\nmod tests {{\nimpl Endpoint for Fake {{}}\n}}\n"
        )
    }

    #[test]
    fn endpoint_is_read_from_its_impl() {
        let files = [file("kv.rs", "mod put;\n"), file("kv/put.rs", &page("Put"))];
        let found = endpoints_in(&files[1], &files).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].path.as_str(), found[0].line), ("kv::Put", 2));
        assert_eq!((found[0].method.as_str(), found[0].template.as_str()), ("PUT", "/v1/kv/{*key}"));
    }

    #[test]
    fn public_modules_are_part_of_the_path_and_private_ones_are_not() {
        let files = [
            file("acl.rs", "pub mod token;\n"),
            file("acl/token.rs", "mod create;\n"),
            file("acl/token/create.rs", &page("Create")),
            file("txn.rs", &page("Apply")),
        ];
        assert_eq!(endpoints_in(&files[2], &files).unwrap()[0].path, "acl::token::Create");
        assert_eq!(endpoints_in(&files[3], &files).unwrap()[0].path, "txn::Apply");
    }

    #[test]
    fn endpoints_in_tests_are_ignored() {
        for path in ["machine/watch/tests.rs", "machine/watch/tests/pace.rs"] {
            let file = file(path, &page("Hashed"));
            assert_eq!(endpoints_in(&file, &[]).unwrap(), []);
        }
    }

    #[test]
    fn impl_without_its_constants_is_an_error() {
        let files = [file("kv/put.rs", "impl Endpoint for Put {\n    type Response = Flag;\n}\n")];
        let error = endpoints_in(&files[0], &files).unwrap_err().to_string();
        assert!(error.contains("kv/put.rs:1") && error.contains("METHOD"), "{error}");
    }
}
