//! Tests that a server cannot run, counted and named.

use std::io::Write;

/// What each line about a skipped test starts with: `SKIPPED <test>: <reason>`.
pub const SKIPPED: &str = "SKIPPED ";

/// Names a test that does not run here, and why, on the real stderr.
///
/// libtest calls the test passed, so `cargo xtask test` counts these lines and repeats them in its summary. Tests say
/// [`skip!`](crate::skip!) or [`require!`](crate::require!), which know their name.
pub fn skip(test: &str, reason: &str) {
    // Not `eprintln!`: libtest captures that one, and would hide it with the output of a test that passed.
    let _ = writeln!(std::io::stderr(), "{SKIPPED}{}: {reason}", short(test));
}

/// Skips the test it stands in: prints the reason and returns.
#[macro_export]
macro_rules! skip {
    ($($reason:tt)+) => {{
        fn here() {}
        $crate::skip(::std::any::type_name_of_val(&here), &::std::format!($($reason)+));
        return $crate::Passed::passed();
    }};
}

/// Skips the test it stands in unless the condition holds; the rest is the reason, formatted.
#[macro_export]
macro_rules! require {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            $crate::skip!($($reason)+);
        }
    };
}

/// What a test returns when there is nothing to complain about.
pub trait Passed {
    /// The value that libtest takes for success.
    fn passed() -> Self;
}

impl Passed for () {
    fn passed() -> Self {}
}

impl<E> Passed for Result<(), E> {
    fn passed() -> Self {
        Ok(())
    }
}

/// Turns the path of a function inside a test into the name that libtest prints for the test.
fn short(path: &str) -> String {
    let inner = path.strip_suffix("::here").unwrap_or(path).replace("::{{closure}}", "");
    inner.split_once("::").map_or(inner.as_str(), |(_, name)| name).to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn test_names_equal_those_of_libtest() {
        assert_eq!(super::short("suite::kv::reads_back::here"), "kv::reads_back");
        assert_eq!(super::short("suite::kv::reads_back::{{closure}}::{{closure}}::here"), "kv::reads_back");
    }

    #[test]
    fn macros_work_in_sync_and_async_tests() {
        // Conditions that hold: a line of this test's would be counted as a skipped test.
        fn plain() {
            crate::require!(true, "never");
        }
        fn fallible() -> Result<(), String> {
            crate::require!(true, "never, {}", 2);
            Ok(())
        }
        plain();
        assert_eq!(fallible(), Ok(()));
    }
}
