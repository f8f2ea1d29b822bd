//! Skipping tests that a server cannot run.

use std::io::Write;

/// Prefix of the line about a skipped test: `SKIPPED <test>: <reason>`.
pub const SKIPPED: &str = "SKIPPED ";

/// Prints the name of a skipped test and the reason to the real stderr.
///
/// libtest counts the test as passed, so `cargo xtask test` counts these lines and repeats them in its summary. Tests
/// use [`skip!`](crate::skip!) or [`require!`](crate::require!), which add their name.
pub fn skip(test: &str, reason: &str) {
    // Not `eprintln!`, since libtest captures it and hides the output of passed tests.
    let _ = writeln!(std::io::stderr(), "{SKIPPED}{}: {reason}", short(test));
}

/// Skips the current test: prints the reason and returns.
#[macro_export]
macro_rules! skip {
    ($($reason:tt)+) => {{
        fn here() {}
        $crate::skip(::std::any::type_name_of_val(&here), &::std::format!($($reason)+));
        return $crate::Passed::passed();
    }};
}

/// Skips the current test unless the condition holds. The other arguments format the reason.
#[macro_export]
macro_rules! require {
    ($condition:expr, $($reason:tt)+) => {
        if !$condition {
            $crate::skip!($($reason)+);
        }
    };
}

/// The successful result of a test.
pub trait Passed {
    /// Returns the value that libtest accepts as success.
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

/// Converts the path of a function inside a test into the test's name in libtest.
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
        // The conditions hold, since a printed line would be counted as a skipped test.
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
