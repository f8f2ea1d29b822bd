//! Removes a token from text that a server sent.

use crate::Token;

const MASK: &str = "<token>";
/// Minimum length of a partial token that is masked at the end of a truncated text.
const SHORTEST_PART: usize = 4;

/// Replaces every occurrence of the token in `text`, plain, percent-encoded or escaped. Returns `None` if there is none.
///
/// The text may be truncated, so the beginning of the token at the end of the text is replaced too.
pub(crate) fn mask(text: &str, token: &Token) -> Option<String> {
    let secret = token.secret();
    let mut masked: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while at < text.len() {
        match matches(&text.as_bytes()[at..], secret) {
            Some(length) => {
                let masked = masked.get_or_insert_default();
                masked.push_str(&text[copied..at]);
                masked.push_str(MASK);
                at += length;
                copied = at;
            }
            None => at += 1,
        }
    }
    let mut masked = masked?;
    masked.push_str(&text[copied..]);
    Some(masked)
}

/// Returns the length of the form of `secret` that `text` starts with.
fn matches(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut rest = text;
    for (count, byte) in secret.iter().enumerate() {
        rest = match rest {
            // The escapes that `Debug` writes.
            [b'\\', escaped, rest @ ..] if escaped == byte && matches!(byte, b'\\' | b'"' | b'\'') => rest,
            [first, rest @ ..] if first == byte => rest,
            [b'%', high, low, rest @ ..] if hex(*high, *low) == Some(*byte) => rest,
            [] | [b'%' | b'\\'] | [b'%', _] if count >= SHORTEST_PART => return Some(text.len()),
            _ => return None,
        };
    }
    Some(text.len() - rest.len())
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Option<String> {
        mask(text, &Token::new("5ecbe7-\"00").unwrap())
    }

    #[test]
    fn token_is_masked_in_every_form() {
        for form in ["5ecbe7-\"00", "5ecbe7%2D%2200", "5ecbe7-%2200", "5ecbe7-\\\"00", "%35ecbe7%2d\"00"] {
            assert_eq!(
                masked(&format!("é {form}, {form}!")).as_deref(),
                Some("é <token>, <token>!"),
                "{form}"
            );
        }
    }

    #[test]
    fn token_cut_off_at_the_end_of_a_text_is_masked() {
        assert_eq!(masked("token 5ecbe7-").as_deref(), Some("token <token>"));
        assert_eq!(masked("token 5ecb").as_deref(), Some("token <token>"));
        assert_eq!(masked("token 5ecbe7%2").as_deref(), Some("token <token>"));
        assert_eq!(masked("token 5ec"), None);
    }

    #[test]
    fn text_without_the_token_is_unchanged() {
        for text in ["", "5ecbe8", "é☃", "%", "5ecbe7-\"0x", "%zz"] {
            assert_eq!(masked(text), None, "{text}");
        }
    }
}
