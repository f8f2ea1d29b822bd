//! Formatting of text from a server or a caller in error messages.
//!
//! `consul_proto::Bounded` does the same. This crate does not depend on the protocol crate.

use std::fmt::{self, Display, Write as _};

/// Shows a text on one line with a limited length: unprintable characters are escaped, and the text ends with `…`
/// after `limit` characters of output.
///
/// Quotes and backslashes are not escaped, since messages of servers often contain them. `Debug` adds quotes around
/// the text.
pub(crate) struct Bounded<D> {
    text: D,
    limit: usize,
}

/// Maximum length of a message in an error, in characters.
const MESSAGE: usize = 500;

/// Maximum length of a name, path or header in an error, in characters.
const NAME: usize = 200;

impl<D> Bounded<D> {
    /// Shows at most 500 characters.
    pub(crate) fn message(text: D) -> Self {
        Self { text, limit: MESSAGE }
    }

    /// Shows at most 200 characters.
    pub(crate) fn name(text: D) -> Self {
        Self { text, limit: NAME }
    }
}

impl<D: Display> Display for Bounded<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut room = self.limit;
        for c in self.text.to_string().chars() {
            let escaped = c.escape_debug();
            let length = if matches!(c, '"' | '\'' | '\\') { 1 } else { escaped.len() };
            let Some(rest) = room.checked_sub(length) else { return f.write_char('…') };
            room = rest;
            if length == 1 { f.write_char(c)? } else { write!(f, "{escaped}")? }
        }
        Ok(())
    }
}

impl<D: Display> fmt::Debug for Bounded<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_kept_and_line_breaks_escaped() {
        let shown = |text| Bounded::message(text).to_string();
        assert_eq!(shown("key \"k\" doesn't exist"), "key \"k\" doesn't exist");
        assert_eq!(shown("a\nb\u{1b}[31m\u{202e}é"), "a\\nb\\u{1b}[31m\\u{202e}é");
    }

    #[test]
    fn length_is_limited_after_escaping() {
        for text in ["a".repeat(10_000), "\u{1b}".repeat(10_000), "\"".repeat(10_000)] {
            let shown = Bounded::name(&text).to_string();
            assert!(shown.chars().count() <= NAME + 1 && shown.ends_with('…'), "{shown}");
        }
        assert_eq!(Bounded::name("a".repeat(NAME)).to_string(), "a".repeat(NAME));
    }

    #[test]
    fn length_is_limited_for_text_in_pieces() {
        let pieces = ["a".repeat(150), "b".repeat(150), "c".repeat(150)];
        let shown = Bounded::name(format_args!("{pieces:?}")).to_string();
        assert!(shown.chars().count() == NAME + 1 && shown.ends_with("b…"), "{shown}");
    }
}
