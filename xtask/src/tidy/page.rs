//! The required parts of an operation's page: docs with method and path, a `new`, and a wire test.

use crate::finding::Finding;
use crate::sources::Endpoint;
use crate::workspace::File;

/// The base address of Consul's documentation.
const DOCUMENTATION: &str = "https://developer.hashicorp.com/consul/api-docs";

/// Checks a file of proto that defines an endpoint.
pub(super) fn check(file: &File, endpoints: &[Endpoint]) -> Vec<Finding> {
    let [endpoint, more @ ..] = endpoints else { return Vec::new() };
    let mut findings: Vec<_> = more
        .iter()
        .map(|more| {
            (more.line, format!("{} is the second endpoint here: give it a file of its own", more.name))
        })
        .collect();
    let lines: Vec<_> = file.text.lines().collect();
    let tests = lines.iter().position(|line| *line == "#[cfg(test)]");
    let code = &lines[..tests.unwrap_or(lines.len())];

    findings.extend(documentation(code, endpoint));
    findings.extend(constructor(code, endpoint));
    match tests {
        Some(at) => findings.extend(wire_test(&lines, at)),
        None => findings
            .push((lines.len(), "no wire test: end the file with `#[cfg(test)] mod tests`".to_owned())),
    }
    findings.into_iter().map(|(line, message)| Finding::new(&file.path, line, message)).collect()
}

/// Checks that the docs of the struct have the method and path of the impl, and a link to the documentation.
fn documentation(code: &[&str], endpoint: &Endpoint) -> Vec<(usize, String)> {
    let Some(at) = definition(code, &endpoint.name) else {
        return vec![(
            endpoint.line,
            format!("`pub struct {}` is not in this file: move it here", endpoint.name),
        )];
    };
    let start = code[..at].iter().rposition(|line| !line.starts_with("///") && !line.starts_with("#["));
    let doc: Vec<_> =
        code[start.map_or(0, |start| start + 1)..at].iter().filter_map(|l| l.strip_prefix("///")).collect();
    let mut findings = Vec::new();

    let summary: String = doc.iter().take_while(|line| !line.trim().is_empty()).copied().collect();
    let expected = format!("{} {}", endpoint.method, shown(&endpoint.template));
    let named = summary.split('`').skip(1).step_by(2).filter(|code| code.contains(" /"));
    let named: Vec<_> = named.map(|code| code.split('?').next().unwrap_or(code)).collect();
    if named.is_empty() {
        findings.push((
            at + 1,
            format!("the first paragraph of its doc names no request: end it with `{expected}`"),
        ));
    } else if !named.contains(&expected.as_str()) {
        findings.push((
            at + 1,
            format!("its doc says `{}`, its impl `{expected}`: correct one of them", named[0]),
        ));
    }
    if !doc.iter().any(|line| line.contains(DOCUMENTATION)) {
        findings.push((
            at + 1,
            format!("its doc has no link to the operation's page: add one to {DOCUMENTATION}/…"),
        ));
    }
    findings
}

/// Checks that the operation has a `new`, public or private.
fn constructor(code: &[&str], endpoint: &Endpoint) -> Option<(usize, String)> {
    let name = &endpoint.name;
    let at = code.iter().position(|line| *line == format!("impl {name} {{"));
    let mut body = at.map(|at| code[at..].iter().take_while(|line| **line != "}")).into_iter().flatten();
    if body.any(|line| line.contains(" fn new(")) {
        return None;
    }
    Some((endpoint.line, format!("{name} has no `new` with its required arguments")))
}

/// Checks that the tests are the last item, and compare a request and a response.
fn wire_test(lines: &[&str], at: usize) -> Vec<(usize, String)> {
    let tests = &lines[at..];
    let mut findings = Vec::new();
    let end = tests.iter().position(|line| *line == "}").unwrap_or(tests.len() - 1);
    if !tests.get(1).is_some_and(|line| line.starts_with("mod tests")) || end + 1 < tests.len() {
        findings
            .push((at + 1, "the file does not end with `mod tests`: move what follows it above".to_owned()));
    }
    if !tests.iter().any(|line| line.contains("wire(")) {
        findings.push((at + 1, "no wire test: compare the request with `wire(…)`".to_owned()));
    }
    if !tests.iter().any(|line| line.contains("decode")) {
        let message = "no response is decoded: decode a recorded one with `decoded::<…>(…)`";
        findings.push((at + 1, message.to_owned()));
    }
    findings
}

/// Returns the line of the struct, counted from 0.
fn definition(code: &[&str], name: &str) -> Option<usize> {
    let start = format!("pub struct {name}");
    let is_it =
        |line: &&str| line.strip_prefix(&start).is_some_and(|rest| rest.starts_with([' ', ';', '(', '<']));
    code.iter().position(is_it)
}

/// Returns a template in the form of the docs: `/v1/kv/:key` for `/v1/kv/{*key}`.
fn shown(template: &str) -> String {
    template.replace("{*", ":").replace('{', ":").replace('}', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{API, endpoints_in};

    const PAGE: &str = r#"//! Reading one key.

/// Reads one key: `GET /v1/kv/:key?stale`.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug)]
pub struct Get {
    pub key: String,
}

impl Get {
    /// Reads `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }
}

impl Endpoint for Get {
    type Response = Flag;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/kv/{*key}";
}

impl Read for Get {}

#[cfg(test)]
mod tests {
    fn request() { assert_eq!(wire(&Get::new("a")), "GET /v1/kv/a"); }
    fn response() { assert!(decoded::<Get>(200, "true").unwrap()); }
}
"#;

    fn messages(text: &str) -> String {
        let files = [File { path: format!("{API}/kv/get.rs"), text: text.to_owned() }];
        let findings = check(&files[0], &endpoints_in(&files[0], &files).unwrap());
        findings.iter().map(|finding| format!("{finding}\n")).collect()
    }

    /// Asserts that a change of the page is a finding with this text.
    fn found(from: &str, to: &str, words: &str) {
        assert!(PAGE.contains(from), "{from}");
        let messages = messages(&PAGE.replace(from, to));
        assert!(messages.contains(words), "{from} → {to}: {messages}");
    }

    #[test]
    fn page_in_order_has_no_finding() {
        assert_eq!(messages(PAGE), "");
        assert_eq!(messages("pub struct NoEndpoint;\n"), "");
    }

    #[test]
    fn docs_must_name_the_request_of_the_impl() {
        found(": `GET /v1/kv/:key?stale`", "", "names no request: end it with `GET /v1/kv/:key`");
        found("`GET /v1/kv/:key?stale`", "`PUT /v1/kv/:key`", "its doc says `PUT /v1/kv/:key`");
        found("`GET /v1/kv/:key?stale`", "`GET /v1/kv/:name`", "its impl `GET /v1/kv/:key`");
        found("(https://developer.hashicorp.com", "(https://elsewhere.example", "no link");
    }

    #[test]
    fn page_must_have_struct_and_constructor() {
        found("pub fn new(", "pub fn make(", "has no `new`");
        found("pub struct Get {", "pub struct Other {", "`pub struct Get` is not in this file");
    }

    #[test]
    fn wire_test_must_be_at_the_end() {
        let end = &PAGE[PAGE.find("#[cfg(test)]").unwrap()..];
        found(end, "", "no wire test: end the file");
        found("wire(", "other(", "no wire test: compare");
        found("decoded::<Get>", "other::<Get>", "no response is decoded");
        found(end, &format!("{end}\npub struct Late;\n"), "does not end with `mod tests`");
    }

    #[test]
    fn second_endpoint_is_found() {
        let implementation = &PAGE[PAGE.find("impl Endpoint").unwrap()..PAGE.find("impl Read").unwrap()];
        let second = implementation.replace("for Get", "for List");
        found(
            "impl Read for Get {}",
            &format!("impl Read for Get {{}}\n\n{second}"),
            "List is the second endpoint here",
        );
    }
}
