//! Validation of names and IDs in paths.

use crate::InvalidArgument;

/// Returns the reason if `text` cannot be a name or ID in a path.
///
/// Servers accept any text in a registration. But they clean each path after decoding it, and reject paths with
/// non-printable characters. So an object with such a name could neither be read nor deregistered. A slash is
/// allowed, even at the end.
pub(super) fn invalid(text: &str) -> Option<InvalidArgument> {
    if text.is_empty() {
        return Some(InvalidArgument::Empty);
    }
    if !text.chars().all(is_printable) {
        return Some(InvalidArgument::Unprintable);
    }
    segments(text)
}

/// Returns the reason if servers would remove a segment.
pub(super) fn segments(text: &str) -> Option<InvalidArgument> {
    let mut segments = text.split('/').peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" if segments.peek().is_some() => return Some(InvalidArgument::EmptySegment),
            "." | ".." => return Some(InvalidArgument::DotSegment),
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
            assert_eq!(invalid(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_that_servers_change_or_reject_are_invalid() {
        for (name, expected) in [
            ("", InvalidArgument::Empty),
            (".", InvalidArgument::DotSegment),
            ("..", InvalidArgument::DotSegment),
            ("a/..", InvalidArgument::DotSegment),
            ("./a", InvalidArgument::DotSegment),
            ("../kv/x", InvalidArgument::DotSegment),
            ("/", InvalidArgument::EmptySegment),
            ("/a", InvalidArgument::EmptySegment),
            ("a//b", InvalidArgument::EmptySegment),
            ("a\u{0}", InvalidArgument::Unprintable),
            ("a\nb", InvalidArgument::Unprintable),
            ("\u{7f}", InvalidArgument::Unprintable),
            // No-break space, soft hyphen, zero-width space, right-to-left override, byte order mark.
            ("a\u{a0}b", InvalidArgument::Unprintable),
            ("\u{ad}", InvalidArgument::Unprintable),
            ("\u{200b}", InvalidArgument::Unprintable),
            ("\u{202e}", InvalidArgument::Unprintable),
            ("\u{feff}", InvalidArgument::Unprintable),
            // A line separator, private use, an unassigned character.
            ("\u{2028}", InvalidArgument::Unprintable),
            ("\u{e000}", InvalidArgument::Unprintable),
            ("\u{378}", InvalidArgument::Unprintable),
        ] {
            assert_eq!(invalid(name), Some(expected), "{name:?}");
        }
    }
}
