//! Rules for every file.

use crate::finding::Finding;
use crate::workspace::File;

/// Maximum number of lines in a file.
const LONGEST: usize = 400;

/// Exceptions from the maximum, with the reason.
const LONG: &[(&str, &str)] = &[];

/// Module names that do not describe the content.
const NAMES: &[&str] = &["common", "helper", "helpers", "misc", "prelude", "util", "utils"];

/// Code that must not be committed, and its replacement.
const LEFTOVERS: &[(&str, &str)] = &[
    ("#[ignore", "a test runs or does not exist; one that a server cannot run says `skip!` or `require!`"),
    ("todo!", "write it"),
    ("unimplemented!", "write it"),
    ("dbg!", "remove it"),
];

/// Checks the name, the length and the content of a file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if name == "mod" {
        findings.push(Finding::new(
            &file.path,
            1,
            "name it after its folder, and put it beside that: `foo.rs`, `foo/`",
        ));
    }
    if NAMES.contains(&name) {
        findings.push(Finding::new(&file.path, 1, "name it after its content"));
    }
    let length = file.text.lines().count();
    if length > LONGEST && !LONG.iter().any(|(path, _)| *path == file.path) {
        let message = format!(
            "{length} lines, more than {LONGEST}: split it, or give a reason in xtask/src/tidy/files.rs"
        );
        findings.push(Finding::new(&file.path, LONGEST, message));
    }
    for (index, line) in file.text.lines().enumerate() {
        let line = code_of(line);
        for (leftover, instead) in LEFTOVERS {
            if line.contains(leftover) {
                findings.push(Finding::new(&file.path, index + 1, format!("`{leftover}`: {instead}")));
            }
        }
    }
    findings
}

/// Returns a line without its comment and string literals.
fn code_of(line: &str) -> String {
    let mut code = String::new();
    let mut chars = line.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                chars.next();
            }
            // `'"'` does not open a string.
            '\'' if !in_string && chars.peek() == Some(&'"') => {
                chars.next();
            }
            '"' => in_string = !in_string,
            '/' if !in_string && chars.peek() == Some(&'/') => break,
            _ if in_string => {}
            _ => code.push(c),
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        check(&file).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn meaningless_module_names_are_found() {
        assert_eq!(messages("crates/a/src/kv/mod.rs", "").len(), 1);
        assert_eq!(messages("crates/a/src/utils.rs", "").len(), 1);
        assert_eq!(messages("crates/a/src/kv.rs", ""), [""; 0]);
    }

    #[test]
    fn long_files_are_found() {
        assert_eq!(messages("a.rs", &"\n".repeat(400)), [""; 0]);
        assert!(messages("a.rs", &"\n".repeat(401))[0].contains("401 lines"));
    }

    #[test]
    fn leftovers_are_found_with_their_line() {
        for leftover in ["#[ignore]", "#[ignore = \"slow\"]", "todo!()", "unimplemented!()", "dbg!(x)"] {
            let found = messages("a.rs", &format!("fn a() {{\n    {leftover}\n}}\n"));
            assert_eq!(found.len(), 1, "{leftover}");
            assert!(found[0].starts_with("a.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn comments_and_strings_are_not_leftovers() {
        assert_eq!(
            messages("a.rs", "// todo!\nlet a = \"dbg! \\\" todo!\"; // dbg!\nlet c = '\"'; /* */\n"),
            [""; 0]
        );
    }
}
