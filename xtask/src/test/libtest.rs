//! Parses the output of `cargo test`.

use std::collections::BTreeSet;

/// The results of a test run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Number of passed tests.
    pub(super) passed: usize,
    /// Number of failed tests.
    pub(super) failed: usize,
    /// The names of failed tests.
    pub(super) failures: Vec<String>,
    /// The names of skipped tests, with the reason.
    pub(super) skipped: Vec<(String, String)>,
}

/// Counts the tests in the output of test binaries.
pub(super) fn parse(output: &str) -> Counts {
    let mut counts = Counts::default();
    let mut skipped = BTreeSet::new();
    for line in output.lines() {
        if let Some(result) = line.strip_prefix("test result: ") {
            counts.passed += number_before(result, " passed");
            counts.failed += number_before(result, " failed");
        } else if let Some(test) = line.strip_prefix("test ") {
            if let Some(name) = test.strip_suffix(" ... FAILED") {
                counts.failures.push(name.to_owned());
            } else if let Some((name, reason)) = test.split_once(" ... ignored") {
                let reason = reason.trim_start_matches([',', ' ']);
                let reason = if reason.is_empty() { "ignored" } else { reason };
                counts.skipped.push((name.to_owned(), reason.to_owned()));
            }
        } else if let Some(at) = line.find(consul_tests::SKIPPED) {
            // Not only at the start of a line, since libtest may have printed a part of its own line.
            if let Some((name, reason)) = line[at + consul_tests::SKIPPED.len()..].split_once(": ") {
                skipped.insert((name.to_owned(), reason.to_owned()));
            }
        }
    }
    // libtest counts a skipped test as passed.
    counts.passed = counts.passed.saturating_sub(skipped.len());
    counts.skipped.extend(skipped);
    counts
}

/// Returns the number before a word: 3 in `ok. 3 passed; 0 failed` for ` passed`.
fn number_before(text: &str, word: &str) -> usize {
    let number = text.split_once(word).and_then(|(before, _)| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_are_added() {
        let output = "running 3 tests\ntest a::b ... ok\ntest a::c ... FAILED\ntest d ... ignored, needs a lot\n\n\
            test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
        let expected = Counts {
            passed: 13,
            failed: 1,
            failures: vec!["a::c".to_owned()],
            skipped: vec![("d".to_owned(), "needs a lot".to_owned())],
        };
        assert_eq!(parse(output), expected);
    }

    #[test]
    fn skipped_test_is_not_counted_as_passed() {
        let output = "test kv::a ... ok\nSKIPPED kv::a: peering came with 1.14: see there\n\
            test kv::b ... ok\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let counts = parse(output);
        assert_eq!(counts.passed, 1);
        assert_eq!(counts.skipped, [("kv::a".to_owned(), "peering came with 1.14: see there".to_owned())]);
    }

    #[test]
    fn output_without_results_has_no_counts() {
        assert_eq!(parse("error: could not compile `consul-proto`\n"), Counts::default());
    }
}
