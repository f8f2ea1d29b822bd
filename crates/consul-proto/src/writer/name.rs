//! Validation of names and IDs in paths.

use crate::ArgumentFault;

/// Returns the reason if `text` cannot be a name or ID in a path.
///
/// Servers accept any text in a registration. But they clean each path after decoding it, and reject paths with
/// non-printable characters. So an object with such a name could neither be read nor deregistered. A slash is
/// allowed, even at the end.
pub(super) fn fault(text: &str) -> Option<ArgumentFault> {
    if text.is_empty() {
        return Some(ArgumentFault::Empty);
    }
    if !text.chars().all(is_printable) {
        return Some(ArgumentFault::Unprintable);
    }
    segments(text)
}

/// Returns the reason if servers would remove a segment.
pub(super) fn segments(text: &str) -> Option<ArgumentFault> {
    let mut segments = text.split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" if segments.peek().is_some() => return Some(ArgumentFault::EmptySegment),
            "." | ".." => return Some(ArgumentFault::DotSegment),
            _ => {}
        }
    }
    None
}

/// Returns `true` if a character is printable by the definition of Go's `unicode.IsPrint`: letters, marks, numbers,
/// punctuation, symbols and the ASCII space.
///
/// The standard library has the same definition, and a newer version of Unicode than most servers, which reject
/// characters that they do not know yet.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    // The first character of a text would also be escaped if it is a combining mark.
    let mut text = [b'-', 0, 0, 0, 0];
    let length = character.encode_utf8(&mut text[1..]).len();
    str::from_utf8(&text[..=length]).is_ok_and(|text| text.escape_debug().eq(text.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_are_valid() {
        for name in
            ["web", "team/web", "web/1/", "...", "a b", "service:web/1", "\"'\\", "é☃", "a\u{301}", "日本"]
        {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_servers_change_or_reject_are_invalid() {
        for (name, expected) in [
            ("", ArgumentFault::Empty),
            (".", ArgumentFault::DotSegment),
            ("..", ArgumentFault::DotSegment),
            ("a/..", ArgumentFault::DotSegment),
            ("./a", ArgumentFault::DotSegment),
            ("../kv/x", ArgumentFault::DotSegment),
            ("/", ArgumentFault::EmptySegment),
            ("/a", ArgumentFault::EmptySegment),
            ("a//b", ArgumentFault::EmptySegment),
            ("a\u{0}", ArgumentFault::Unprintable),
            ("a\nb", ArgumentFault::Unprintable),
            ("\u{7f}", ArgumentFault::Unprintable),
            // No-break space, soft hyphen, zero-width space, right-to-left override, byte order mark.
            ("a\u{a0}b", ArgumentFault::Unprintable),
            ("\u{ad}", ArgumentFault::Unprintable),
            ("\u{200b}", ArgumentFault::Unprintable),
            ("\u{202e}", ArgumentFault::Unprintable),
            ("\u{feff}", ArgumentFault::Unprintable),
            // A line separator, private use, an unassigned character.
            ("\u{2028}", ArgumentFault::Unprintable),
            ("\u{e000}", ArgumentFault::Unprintable),
            ("\u{378}", ArgumentFault::Unprintable),
        ] {
            assert_eq!(fault(name), Some(expected), "{name:?}");
        }
    }
}
