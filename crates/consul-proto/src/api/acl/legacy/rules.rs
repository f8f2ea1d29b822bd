//! The rules of a legacy token, and their text forms.

mod hcl;
mod json;
mod part;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Bounded;
use crate::acl::legacy::Rule;

/// The rules of a legacy token.
///
/// Converts from [`Rule`]s or from triples of strings. Servers ignore the order. The order and duplicate segments are
/// preserved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rules(Vec<Rule>);

/// Error returned for text that is not valid legacy rules.
#[derive(Error)]
#[non_exhaustive]
pub enum RulesError {
    /// The text starts with `{` and is not a JSON document.
    #[error("rules are not valid JSON: {}", Bounded::message(.0))]
    Json(serde_json::Error),
    /// The text does not start with `{` and is not HCL.
    #[error("rules are not valid HCL: {reason} in line {line}")]
    Hcl {
        /// The number of the line, from 1.
        line: usize,
        /// The reason.
        reason: &'static str,
    },
    /// A part of the document is not valid at its position in a rule.
    #[error("invalid rules: {} {reason}", Bounded::name(.path))]
    Part {
        /// The path, such as `key."foo/".policy`.
        path: String,
        /// The reason.
        reason: &'static str,
    },
}

/// The text of [`Display`](fmt::Display).
impl fmt::Debug for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RulesError({self})")
    }
}

impl Rules {
    /// Creates empty rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule.
    pub fn push(&mut self, rule: impl Into<Rule>) {
        self.0.push(rule.into());
    }

    /// Returns the rules in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.0
    }

    /// Returns the rules as JSON: `{"key":{"foo/":{"policy":"read"}}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(&self.0)
    }

    /// Returns the rules as HCL, with one rule per line: `key "foo/" { policy = "read" }`.
    #[must_use]
    pub fn to_hcl(&self) -> String {
        hcl::write(&self.0)
    }

    /// Returns the reason if a rule would have no effect.
    pub(super) fn rejection(&self) -> Option<String> {
        self.0.iter().find_map(Rule::rejection)
    }
}

/// Parses JSON or HCL. Like on servers, text that starts with `{` is JSON. An empty text has no rules.
///
/// ```
/// use consul_proto::acl::legacy::Rules;
///
/// let rules: Rules = r#"
///     key "" { policy = "read" }
///     key "private/" { policy = "deny" }
/// "#.parse()?;
/// assert_eq!(rules, Rules::from([("key", "", "read"), ("key", "private/", "deny")]));
/// # Ok::<_, consul_proto::acl::legacy::RulesError>(())
/// ```
impl FromStr for Rules {
    type Err = RulesError;

    fn from_str(text: &str) -> Result<Self, RulesError> {
        let is_json = text.trim_start().starts_with('{');
        let document = if is_json { json::parse(text)? } else { hcl::parse(text)? };
        part::rules_of(document).map(Self)
    }
}

/// Writes the JSON form.
impl From<&Rules> for String {
    fn from(rules: &Rules) -> Self {
        rules.to_json()
    }
}

/// Writes the JSON form.
impl From<Rules> for String {
    fn from(rules: Rules) -> Self {
        rules.to_json()
    }
}

impl<R: Into<Rule>> FromIterator<R> for Rules {
    fn from_iter<I: IntoIterator<Item = R>>(rules: I) -> Self {
        Self(rules.into_iter().map(Into::into).collect())
    }
}

impl<R: Into<Rule>> Extend<R> for Rules {
    fn extend<I: IntoIterator<Item = R>>(&mut self, rules: I) {
        self.0.extend(rules.into_iter().map(Into::into));
    }
}

impl<R: Into<Rule>, const N: usize> From<[R; N]> for Rules {
    fn from(rules: [R; N]) -> Self {
        rules.into_iter().collect()
    }
}

impl<R: Into<Rule>> From<Vec<R>> for Rules {
    fn from(rules: Vec<R>) -> Self {
        rules.into_iter().collect()
    }
}

impl IntoIterator for Rules {
    type Item = Rule;
    type IntoIter = std::vec::IntoIter<Rule>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rules {
    type Item = &'a Rule;
    type IntoIter = std::slice::Iter<'a, Rule>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::{Policy, Resource};

    #[test]
    fn rules_are_built_from_typed_rules_and_from_text() {
        let mut rules = Rules::from([("key", "", "read")]);
        rules.push(Rule::new(Resource::Operator, "", Policy::Read));
        rules.extend([("key", "foo/", "deny")]);
        let words: Vec<(&str, &str, &str)> = rules.as_slice().iter().map(Into::into).collect();
        assert_eq!(words, [("key", "", "read"), ("operator", "", "read"), ("key", "foo/", "deny")]);
        assert_eq!(words.into_iter().collect::<Rules>(), rules);
        assert_eq!(rules.clone().into_iter().collect::<Vec<_>>(), rules.as_slice());
    }

    #[test]
    fn empty_rules_are_empty_text_and_an_empty_document() {
        assert_eq!((Rules::new().to_json(), Rules::new().to_hcl()), ("{}".to_owned(), String::new()));
        for text in ["", " \n", "{}"] {
            assert_eq!(text.parse::<Rules>().unwrap(), Rules::new());
        }
    }
}
