//! Words that docs and comments of this project do not use. The glossary in CONTRIBUTING.md has the others.

use crate::finding::Finding;
use crate::workspace::File;

/// Rejected words, and their replacements.
const WORDS: &[(&str, &str)] = &[
    ("whoever", "name the caller, the driver or the server"),
    ("answer", "write `response`, or `responds`"),
    ("answers", "write `response`, or `responds`"),
    ("answered", "write `response`, or `responded`"),
    ("told", "write `returned`, `reported` or `yielded`"),
];

/// Checks the docs and comments of all files.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files.iter().flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_after_errors = false;
    for (index, line) in file.text.lines().enumerate() {
        let line = line.trim_start();
        let Some(text) = line.strip_prefix("//").map(|text| text.strip_prefix(['/', '!']).unwrap_or(text))
        else {
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

/// Returns the words of a line, without code and link targets.
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
    fn rejected_words_are_reported_with_their_line() {
        for text in
            ["/// Whoever asks.", "//! The answer.", "    /// It is told.", "/// Answered.", "// An answer."]
        {
            let found = messages(&format!("\n{text}\n"));
            assert!(found.len() == 1 && found[0].starts_with("src/a.rs:2: `"), "{text}: {found:?}");
        }
        let found = messages("/// # Errors\n///\n/// Where it fails.\n");
        assert!(found.len() == 1 && found[0].starts_with("src/a.rs:3: "), "{found:?}");
    }

    #[test]
    fn code_and_other_words_are_accepted() {
        let text = "/// Calls `answer()`.\n// `answer`\nlet told = 1; // told\n\n/// Where it is.\n/// # Errors\n///\n/// Returns an error.\n";
        assert_eq!(messages(text), [""; 0]);
    }
}
