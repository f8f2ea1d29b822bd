//! Rules as JSON text.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::part::Part;
use crate::acl::legacy::{Resource, Rule, RulesError};

pub(super) fn write(rules: &[Rule]) -> String {
    // Serializing maps of strings cannot fail.
    serde_json::to_string(&Document(rules)).unwrap_or_default()
}

/// Rules, grouped by resource.
struct Document<'a>(&'a [Rule]);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (place, rule) in self.0.iter().enumerate() {
            let resource = &rule.resource;
            if resource.is_single() {
                map.serialize_entry(resource, &rule.policy)?;
            } else if self.0[..place].iter().all(|before| before.resource != *resource) {
                map.serialize_entry(resource, &Segments { resource, rules: &self.0[place..] })?;
            }
        }
        map.end()
    }
}

/// The rules of one resource. Servers accept several rules for the same segment.
struct Segments<'a> {
    resource: &'a Resource,
    rules: &'a [Rule],
}

impl Serialize for Segments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.rules.iter().filter(|rule| rule.resource == *self.resource);
        serializer.collect_map(rules.map(|rule| (&rule.segment, Body(rule))))
    }
}

struct Body<'a>(&'a Rule);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let intentions = self.0.intentions.as_ref().map(|intentions| ("intentions", intentions));
        serializer.collect_map([("policy", &self.0.policy)].into_iter().chain(intentions))
    }
}

pub(super) fn parse(text: &str) -> Result<Part, RulesError> {
    serde_json::from_str(text).map_err(RulesError::Json)
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or an object")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Part, E> {
        Ok(Part::Text(word.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Part::Entries(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Part, A::Error> {
        let mut entries = Vec::new();
        while let Some(part) = list.next_element()? {
            match part {
                Part::Entries(more) => entries.extend(more),
                Part::Text(_) => return Err(A::Error::custom("expected a list of objects")),
            }
        }
        Ok(Part::Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use crate::acl::legacy::{Policy, Rule, Rules};

    fn words(text: &str) -> Vec<(String, String, String)> {
        let rules: Rules = text.parse().unwrap();
        let words = |rule: &Rule| (rule.resource.to_string(), rule.segment.clone(), rule.policy.to_string());
        rules.as_slice().iter().map(words).collect()
    }

    #[test]
    fn written_rules_are_read_back() {
        let mut rules = Rules::from([
            ("key", "", "read"),
            ("operator", "", "write"),
            ("node", "n", "list"),
            ("key", "a\"\\\n${é", "deny"),
            ("key", "", "deny"),
        ]);
        rules.push(Rule { intentions: Some(Policy::Write), ..Rule::from(("service", "web", "read")) });
        let json = r#"{"key":{"":{"policy":"read"},"a\"\\\n${é":{"policy":"deny"},"":{"policy":"deny"}},"operator":"write","node":{"n":{"policy":"list"}},"service":{"web":{"policy":"read","intentions":"write"}}}"#;
        assert_eq!(rules.to_json(), json);
        let read: Rules = json.parse().unwrap();
        assert_eq!((read.to_json().as_str(), read.as_slice().len()), (json, rules.as_slice().len()));
    }

    #[test]
    fn other_forms_that_servers_accept_are_read() {
        let word = |word: &str| word.to_owned();
        let read = [(word("key"), word("a"), word("read"))];
        assert_eq!(words(r#"{"key":[{"a":[{"policy":"read"}]}]}"#), read);
        assert_eq!(words(r#" {"KEY":{"a":{"Policy":"READ"}}} "#), read);
        let two = words(r#"{"key":{"a":{"policy":"read"}},"key":{"b":{"policy":"Odd"}}}"#);
        assert_eq!(two, [read[0].clone(), (word("key"), word("b"), word("Odd"))]);
        assert_eq!(words(r#"{"key_prefix":{"":{"policy":"read"}}}"#)[0].0, "key_prefix");
    }

    #[test]
    fn unknown_parts_are_errors() {
        for (text, expected) in [
            (
                r#"{"key":{"a":{"policy":"read","sentinel":{"code":""}}}}"#,
                r#"key."a".sentinel is not a field of a rule"#,
            ),
            (r#"{"key":{"a":{"policy":"read","intentions":"read"}}}"#, r#"key."a".intentions is not"#),
            (r#"{"key":{"a":{}}}"#, r#"key."a" has no policy"#),
            (r#"{"key":{"a":"read"}}"#, r#"key."a" is not an object"#),
            (r#"{"key":"read"}"#, "key has the wrong type"),
            (r#"{"operator":{"":{"policy":"read"}}}"#, "operator has the wrong type"),
            (r#"{"mesh":"read"}"#, "mesh has the wrong type"),
            (r#"{"key":{"a":null}}"#, "not valid JSON"),
            (r#"{"key":{"a":{"policy":"read"}}"#, "not valid JSON"),
        ] {
            let error = text.parse::<Rules>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
