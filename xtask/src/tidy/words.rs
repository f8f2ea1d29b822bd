//! Words that docs of this project do not use. The glossary in CONTRIBUTING.md has the others.

use crate::finding::Finding;
use crate::workspace::File;

/// Folders and files whose docs are not rewritten yet. This list only gets shorter.
const PENDING: &[&str] = &[
    "crates/consul-client/tests/limits.rs",
    "crates/consul-client/tests/secrecy.rs",
    "crates/consul-proto/src/diff",
    "crates/consul-proto/src/diff.rs",
    "crates/consul-proto/tests/addressing.rs",
    "crates/consul-proto/tests/keyed.rs",
    "crates/consul-proto/tests/mutated.rs",
    "crates/consul-proto/tests/recorded",
    "crates/consul-proto/tests/recorded.rs",
    "tests/src/agent",
    "tests/src/agent.rs",
    "tests/src/binary.rs",
    "tests/src/shared.rs",
    "tests/suite/acl_legacy.rs",
    "tests/suite/harness",
    "tests/suite/health.rs",
    "tests/suite/kv",
    "tests/suite/proxy",
    "tests/suite/proxy.rs",
    "tests/suite/watch",
    "xtask/bench/src",
];

/// Words, and what to write instead.
const WORDS: &[(&str, &str)] = &[
    ("whoever", "name the caller, the driver or the server"),
    ("answer", "write `response`, or `responds`"),
    ("answers", "write `response`, or `responds`"),
    ("answered", "write `response`, or `responded`"),
    ("told", "write `returned`, `reported` or `yielded`"),
];

/// Checks the docs of all files that are not pending.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let is_due = |file: &&File| !PENDING.iter().any(|entry| is_in(file, entry));
    files.iter().filter(is_due).flat_map(in_file).collect()
}

/// Returns the pending entries that have nothing left to rewrite.
pub(super) fn rewritten(files: &[File]) -> Vec<&'static str> {
    let is_clean =
        |entry: &&str| files.iter().filter(|file| is_in(file, entry)).all(|file| in_file(file).is_empty());
    PENDING.iter().copied().filter(is_clean).collect()
}

fn is_in(file: &File, entry: &str) -> bool {
    file.path.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_after_errors = false;
    for (index, line) in file.text.lines().enumerate() {
        let line = line.trim_start();
        let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            is_after_errors = false;
            continue;
        };
        let mut report = |message: String| findings.push(Finding::new(&file.path, index + 1, message));
        for word in words(text) {
            if let Some((_, instead)) = WORDS.iter().find(|(bad, _)| word.eq_ignore_ascii_case(bad)) {
                report(format!("`{word}`: {instead}"));
            }
        }
        if is_after_errors && text.trim_start().starts_with("Where ") {
            report("`# Errors` starts with \"Returns an error if\"".to_owned());
        }
        is_after_errors = text.trim() == "# Errors" || is_after_errors && text.trim().is_empty();
    }
    findings
}

/// The words of a line, without code and the targets of links.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split('`').step_by(2);
    prose
        .flat_map(|text| text.split_whitespace())
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphabetic() && c != '-').filter(|word| !word.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn messages(text: &str) -> Vec<String> {
        check(&[file("src/a.rs", text)]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_are_found_with_their_line() {
        for text in ["/// Whoever asks.", "//! The answer.", "    /// It is told.", "/// Answered."] {
            let found = messages(&format!("\n{text}\n"));
            assert!(found.len() == 1 && found[0].starts_with("src/a.rs:2: `"), "{text}: {found:?}");
        }
        let found = messages("/// # Errors\n///\n/// Where it fails.\n");
        assert!(found.len() == 1 && found[0].starts_with("src/a.rs:3: "), "{found:?}");
    }

    #[test]
    fn code_and_other_words_are_free() {
        let text = "/// Calls `answer()`.\n// answer\nlet told = 1;\n/// Where it is.\n/// # Errors\n///\n/// Returns an error.\n";
        assert_eq!(messages(text), [""; 0]);
    }

    #[test]
    fn entries_match_files_and_what_is_in_folders() {
        assert!(is_in(&file("src/a/b.rs", ""), "src/a"));
        assert!(is_in(&file("src/a.rs", ""), "src/a.rs"));
        assert!(!is_in(&file("src/ab.rs", ""), "src/a"));
    }
}
