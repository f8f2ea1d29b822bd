//! Parsing the parts of HCL that rules use.
//!
//! Servers read legacy rules with version 1 of the language. Libraries for version 2 reject texts that servers accept,
//! such as two assignments on one line and names of blocks in quotes.

use std::iter::Peekable;
use std::str::Chars;

use super::super::part::Part;
use crate::acl::legacy::RulesError;

/// Maximum depth of objects. Rules need two levels.
const MAX_DEPTH: usize = 16;

pub(crate) fn parse(text: &str) -> Result<Part, RulesError> {
    let mut parser = Parser { rest: text.chars().peekable(), line: 1 };
    parser.entries(None, MAX_DEPTH)
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Parser<'_> {
    /// Reads entries up to `end`, or to the end of the text.
    fn entries(&mut self, end: Option<char>, depth: usize) -> Result<Part, RulesError> {
        let mut entries = Vec::new();
        loop {
            self.skip_space()?;
            match (self.rest.peek(), end) {
                (None, None) => return Ok(Part::Entries(entries)),
                (None, Some(_)) => return Err(self.error("a closing brace is missing")),
                (Some(&c), Some(end)) if c == end => {
                    self.next();
                    return Ok(Part::Entries(entries));
                }
                (Some(_), _) => entries.push(self.entry(depth)?),
            }
            self.skip_space()?;
            if self.rest.peek() == Some(&',') {
                self.next();
            }
        }
    }

    /// Reads `name = value`, or `name "label" { … }`, in which each label is a nested object.
    fn entry(&mut self, depth: usize) -> Result<(String, Part), RulesError> {
        let name = self.name()?;
        self.skip_space()?;
        match self.rest.peek() {
            Some('=') => {
                self.next();
                self.skip_space()?;
                Ok((name, self.value(depth)?))
            }
            Some('{') => Ok((name, self.object(depth)?)),
            Some(_) if depth > 0 => Ok((name, Part::Entries(vec![self.entry(depth - 1)?]))),
            Some(_) => Err(self.error("objects are nested too deeply")),
            None => Err(self.error("a name has no value")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Part, RulesError> {
        match self.rest.peek() {
            Some('"') => self.quoted().map(Part::Text),
            Some('{') => self.object(depth),
            _ => Err(self.error("expected a text in quotes or an object")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Part, RulesError> {
        self.next();
        match depth.checked_sub(1) {
            Some(depth) => self.entries(Some('}'), depth),
            None => Err(self.error("objects are nested too deeply")),
        }
    }

    fn name(&mut self) -> Result<String, RulesError> {
        if self.rest.peek() == Some(&'"') {
            return self.quoted();
        }
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            name.push(c);
        }
        if name.is_empty() { Err(self.error("expected a name")) } else { Ok(name) }
    }

    fn quoted(&mut self) -> Result<String, RulesError> {
        self.next();
        let mut text = String::new();
        // The depth of interpolations, in which quotes do not end the text. Servers do not evaluate interpolations in
        // rules.
        let (mut braces, mut after_dollar) = (0_usize, false);
        loop {
            let next = self.next();
            match next {
                None => return Err(self.error("a quote is missing")),
                Some('\n') if braces == 0 => return Err(self.error("a quote is missing")),
                Some('"') if braces == 0 => return Ok(text),
                Some('\\') if braces == 0 => text.push(self.escaped()?),
                Some(c) => {
                    match c {
                        '{' if braces > 0 || after_dollar => braces += 1,
                        '}' if braces > 0 => braces -= 1,
                        _ => {}
                    }
                    text.push(c);
                }
            }
            after_dollar = next == Some('$');
        }
    }

    /// Reads the rest of an escape sequence, which starts with a backslash.
    fn escaped(&mut self) -> Result<char, RulesError> {
        let escaped = match self.next() {
            Some(c @ ('"' | '\\')) => Some(c),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => self.code_point(4),
            Some('U') => self.code_point(8),
            Some('x') => self.code_point(2).filter(char::is_ascii),
            _ => None,
        };
        escaped.ok_or_else(|| self.error("unknown escape sequence"))
    }

    fn code_point(&mut self, digits: u32) -> Option<char> {
        let mut number = 0;
        for _ in 0..digits {
            number = number * 16 + self.next()?.to_digit(16)?;
        }
        char::from_u32(number)
    }

    /// Skips whitespace and comments.
    fn skip_space(&mut self) -> Result<(), RulesError> {
        while let Some(&c) = self.rest.peek() {
            match c {
                '#' => self.skip_line(),
                '/' => {
                    self.next();
                    match self.next() {
                        Some('/') => self.skip_line(),
                        Some('*') => self.skip_comment()?,
                        _ => return Err(self.error("expected a name")),
                    }
                }
                c if c.is_whitespace() => {
                    self.next();
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn skip_line(&mut self) {
        while self.next().is_some_and(|c| c != '\n') {}
    }

    fn skip_comment(&mut self) -> Result<(), RulesError> {
        let mut last = ' ';
        while let Some(c) = self.next() {
            if (last, c) == ('*', '/') {
                return Ok(());
            }
            last = c;
        }
        Err(self.error("the end of a comment is missing"))
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn error(&self, reason: &'static str) -> RulesError {
        RulesError::Hcl { line: self.line, reason }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::acl::legacy::{Policy, Resource, Rule, Rules};

    #[test]
    fn blocks_assignments_and_comments_are_read() {
        let text = r#"
            # All keys
            key "" { policy = "read" }
            key "foo/" {
              policy = "write" // and more
            }
            service "web" { policy = "read" intentions = "deny" }
            "node" "n" { "policy" = "deny", }
            /* A resource
               without names */
            operator = "read"
            keyring = "write"
            event = { "deploy" = { policy = "READ" } }
        "#;
        let mut rules = Rules::from([("key", "", "read"), ("key", "foo/", "write")]);
        rules.push(Rule { intentions: Some(Policy::Deny), ..Rule::from(("service", "web", "read")) });
        rules.extend([("node", "n", "deny")]);
        rules.extend([("operator", "", "read"), ("keyring", "", "write"), ("event", "deploy", "read")]);
        assert_eq!(text.parse::<Rules>().unwrap(), rules);
    }

    #[test]
    fn invalid_text_is_an_error_with_its_line() {
        for (text, expected) in [
            ("key \"a\" {\n policy = \"read\"\n", "a closing brace is missing in line 3"),
            ("key \"a\"", "a name has no value in line 1"),
            ("\nkey \"a", "a quote is missing in line 2"),
            ("key \"a\n\" {}", "a quote is missing in line 2"),
            ("key \"\\q\" {}", "unknown escape sequence in line 1"),
            ("key \"\\xff\" {}", "unknown escape sequence in line 1"),
            ("operator = 1", "expected a text in quotes or an object in line 1"),
            ("operator = \"read\" }", "expected a name in line 1"),
            ("/* key", "the end of a comment is missing in line 1"),
            ("key \"a\" {}", "key.\"a\" has no policy"),
        ] {
            let error = text.parse::<Rules>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        for deep in ["a ".repeat(100_000), "a {".repeat(100_000), "a = {".repeat(100_000)] {
            assert!(deep.parse::<Rules>().is_err());
        }
    }

    proptest! {
        #[test]
        fn written_rules_are_read_back(rules in prop::collection::vec(rule(), 0..6)) {
            let rules = Rules::from(rules);
            let text = rules.to_hcl();
            prop_assert_eq!(text.parse::<Rules>().map_err(|error| error.to_string()), Ok(rules), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_rejected(text in r#"([a-z]{1,3}|["{}=\\$/*# \n]){0,40}"#) {
            let _ = text.parse::<Rules>();
        }
    }

    fn rule() -> impl Strategy<Value = Rule> {
        let segment = r#"([a$\{\}"\\]|\PC|\n){0,8}"#;
        let policy = prop_oneof![Just(Policy::Read), Just(Policy::Write), Just(Policy::Deny)];
        prop_oneof![
            (segment, policy.clone()).prop_map(|(segment, policy)| Rule::new(Resource::Key, segment, policy)),
            policy.prop_map(|policy| Rule::new(Resource::Operator, "", policy)),
        ]
    }
}
