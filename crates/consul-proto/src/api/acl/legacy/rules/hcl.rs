//! Rules as HCL text.

mod parse;

use std::fmt::Write as _;

pub(super) use self::parse::parse;
use crate::acl::legacy::{Resource, Rule};

pub(super) fn write(rules: &[Rule]) -> String {
    let mut text = String::new();
    for rule in rules {
        match &rule.resource {
            Resource::Other(resource) => quote(&mut text, resource.as_str()),
            known => text.push_str(known.as_str()),
        }
        if rule.resource.is_single() {
            text.push_str(" = ");
            quote(&mut text, rule.policy.as_str());
            text.push('\n');
            continue;
        }
        text.push(' ');
        quote(&mut text, &rule.segment);
        text.push_str(" {\n  policy = ");
        quote(&mut text, rule.policy.as_str());
        if let Some(intentions) = &rule.intentions {
            text.push_str("\n  intentions = ");
            quote(&mut text, intentions.as_str());
        }
        text.push_str("\n}\n");
    }
    text
}

fn quote(text: &mut String, value: &str) {
    text.push('"');
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            // `${` would begin an interpolation. Only an escaped code point prevents this.
            '$' if chars.peek() == Some(&'{') => text.push_str("\\u0024"),
            char if char.is_ascii_control() => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(char));
            }
            char => text.push(char),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use crate::acl::legacy::{Policy, Rule, Rules};

    #[test]
    fn rules_are_blocks_and_assignments() {
        let mut rules =
            Rules::from([("key", "foo/", "read"), ("operator", "", "write"), ("mesh", "a", "deny")]);
        rules.push(Rule { intentions: Some(Policy::Deny), ..Rule::from(("service", "web", "read")) });
        let text = "key \"foo/\" {\n  policy = \"read\"\n}\noperator = \"write\"\n\"mesh\" \"a\" {\n  policy = \
            \"deny\"\n}\nservice \"web\" {\n  policy = \"read\"\n  intentions = \"deny\"\n}\n";
        assert_eq!(rules.to_hcl(), text);
    }

    #[test]
    fn segment_cannot_end_its_quotes() {
        let text = Rules::from([("key", "a\"b\\c\n${d}$é", "read")]).to_hcl();
        assert!(text.starts_with(r#"key "a\"b\\c\u000a\u0024{d}$é" {"#), "{text}");
    }
}
