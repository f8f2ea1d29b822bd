//! Text from a server or a caller, as an error message shows it.

use std::fmt::{self, Write as _};

/// Shows a text on one line, bounded: unprintable characters are escaped, and what follows after `limit` characters of
/// output is replaced by `…`.
///
/// Quotes and backslashes stay as they are, since messages of servers are full of them.
pub(crate) struct Shown<'a> {
    text: &'a str,
    limit: usize,
}

/// Characters of a server's message that an error shows.
pub(crate) const MESSAGE: usize = 500;

/// Characters of a name, path or header that an error shows.
pub(crate) const NAME: usize = 200;

impl<'a> Shown<'a> {
    pub(crate) fn message(text: &'a str) -> Self {
        Self { text, limit: MESSAGE }
    }

    pub(crate) fn name(text: &'a str) -> Self {
        Self { text, limit: NAME }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut room = self.limit;
        for c in self.text.chars() {
            let escaped = c.escape_debug();
            let length = if matches!(c, '"' | '\'' | '\\') { 1 } else { escaped.len() };
            match room.checked_sub(length) {
                Some(rest) => room = rest,
                None => return f.write_char('…'),
            }
            if length == 1 { f.write_char(c)? } else { write!(f, "{escaped}")? }
        }
        Ok(())
    }
}

/// In quotes, for `Debug` implementations.
impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_kept_and_line_breaks_escaped() {
        let shown = |text| Shown::message(text).to_string();
        assert_eq!(shown("key \"k\" doesn't exist"), "key \"k\" doesn't exist");
        assert_eq!(shown("a\nb\u{1b}[31m\u{202e}é"), "a\\nb\\u{1b}[31m\\u{202e}é");
    }

    #[test]
    fn length_is_limited_after_escaping() {
        for text in ["a".repeat(10_000), "\u{1b}".repeat(10_000), "\"".repeat(10_000)] {
            let shown = Shown::name(&text).to_string();
            assert!(shown.chars().count() <= NAME + 1 && shown.ends_with('…'), "{shown}");
        }
        assert_eq!(Shown::name(&"a".repeat(NAME)).to_string(), "a".repeat(NAME));
    }
}
