//! Matching of error texts.
//!
//! The complete text, without the prefixes of forwarded errors, is matched against patterns in which `*` matches the
//! variable parts. So a name or value of the caller in a text never affects its kind.

use crate::ApiErrorKind;

/// Kinds and the patterns of their texts. The first matching row applies.
pub(crate) type Texts = &'static [(ApiErrorKind, &'static [&'static str])];

/// Prefixes of forwarded errors, which do not affect the kind.
const PREFIXES: &[&str] = &[
    "rpc error making call: ",
    "rpc error getting client: ",
    "rpc error: ",
    "raft apply failed: ",
    "apply failed: ",
    "failed inserting node: ",
    "failed inserting service: ",
    "failed inserting check: ",
    "Validation failed: ",
    "Bad request: ",
    "agent: ",
    "http: ",
];

/// Returns the kind of the first row with a matching pattern.
pub(crate) fn find(texts: Texts, text: &str) -> Option<ApiErrorKind> {
    let row = texts.iter().find(|(_, patterns)| patterns.iter().any(|pattern| matches(pattern, text)));
    row.map(|(kind, _)| *kind)
}

/// Removes the prefixes that each forwarding part of a server adds to an error.
pub(crate) fn without_prefixes(mut text: &str) -> &str {
    while let Some(rest) = without_prefix(text) {
        text = rest;
    }
    text
}

fn without_prefix(text: &str) -> Option<&str> {
    PREFIXES
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .or_else(|| without_grpc_code(text))
        .or_else(|| without_count(text))
}

/// `code = Unknown desc = `, which follows `rpc error: `.
fn without_grpc_code(text: &str) -> Option<&str> {
    let (code, rest) = text.strip_prefix("code = ")?.split_once(" desc = ")?;
    code.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(rest)
}

/// `1 error occurred:` or `2 errors occurred:`, which precede a list. The first item of the list is matched.
fn without_count(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_counted = rest.len() < text.len();
    let rest = rest.strip_prefix(" error occurred:").or_else(|| rest.strip_prefix(" errors occurred:"))?;
    is_counted.then(|| rest.trim_start().trim_start_matches("* "))
}

/// Returns `true` if the complete text matches. Each `*` of the pattern matches any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = pattern.split('*');
    let end = parts.next_back().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, rest)) => text = rest,
            None => return false,
        }
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, expected) in [
            ("No cluster leader", "No cluster leader", true),
            ("No cluster leader", "No cluster leaders", false),
            ("Session id '*' not found", "Session id 'abc' not found", true),
            ("Session id '*' not found", "x Session id 'abc' not found", false),
            ("Session id '*' not found", "Session id 'abc'", false),
            ("Missing *", "Missing node name", true),
            ("*: end", "start: end", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn only_known_prefixes_are_removed() {
        for (text, rest) in [
            ("rpc error making call: rpc error making call: EOF", "EOF"),
            ("rpc error making call: raft apply failed: invalid session \"x\"", "invalid session \"x\""),
            ("rpc error: code = Unknown desc = ACL not found", "ACL not found"),
            (
                "rpc error: code = Unavailable desc = error reading from server: EOF",
                "error reading from server: EOF",
            ),
            ("1 error occurred:\n\t* Port must be set\n\n", "Port must be set\n\n"),
            ("12 errors occurred:\n\t* a\n\t* b", "a\n\t* b"),
            (
                "Missing check 'rpc error making call: EOF' registration",
                "Missing check 'rpc error making call: EOF' registration",
            ),
            (" error occurred: x", " error occurred: x"),
            ("code = a b desc = x", "code = a b desc = x"),
            ("", ""),
        ] {
            assert_eq!(without_prefixes(text), rest, "{text:?}");
        }
    }
}
