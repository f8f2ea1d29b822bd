//! Rules as JSON text.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::acl::legacy::{Policy, Resource, Rule, RulesError};

pub(super) fn write(rules: &[Rule]) -> String {
    // Maps of texts cannot fail.
    serde_json::to_string(&Document(rules)).unwrap_or_default()
}

/// Rules, gathered by what they are about.
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

/// The rules about one resource; those for the same segment stand beside each other, which servers understand.
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

pub(super) fn read(text: &str) -> Result<Vec<Rule>, RulesError> {
    let Part::Entries(resources) = serde_json::from_str(text).map_err(RulesError::Json)? else {
        return Err(fault("the top", "is no object"));
    };
    let mut rules = Vec::new();
    for (word, part) in resources {
        let resource = known(&word, |other| matches!(other, Resource::Other(_)));
        match part {
            Part::Text(policy) if resource.is_single() => {
                rules.push(Rule::new(resource, "", policy_of(&policy)))
            }
            Part::Entries(segments) if !resource.is_single() => {
                for (segment, part) in segments {
                    rules.push(rule(resource.clone(), segment, part)?);
                }
            }
            _ => return Err(fault(&word, "is of another kind than the rules of this resource")),
        }
    }
    Ok(rules)
}

fn rule(resource: Resource, segment: String, part: Part) -> Result<Rule, RulesError> {
    let path = format!("{resource}.{segment:?}");
    let Part::Entries(entries) = part else { return Err(fault(&path, "is no object")) };
    let (mut policy, mut intentions) = (None, None);
    for (name, part) in entries {
        // What is not understood is not dropped: it may be what takes a right away.
        match (name.to_ascii_lowercase().as_str(), part) {
            ("policy", Part::Text(word)) => policy = Some(policy_of(&word)),
            ("intentions", Part::Text(word)) if resource == Resource::Service => {
                intentions = Some(policy_of(&word));
            }
            _ => return Err(fault(&format!("{path}.{name}"), "no rule has")),
        }
    }
    let policy = policy.ok_or_else(|| fault(&path, "has no policy"))?;
    Ok(Rule { intentions, ..Rule::new(resource, segment, policy) })
}

fn fault(path: &str, reason: &'static str) -> RulesError {
    RulesError::Part { path: path.to_owned(), reason }
}

fn policy_of(word: &str) -> Policy {
    known(word, |other| matches!(other, Policy::Other(_)))
}

/// Reads a word as servers do, who do not mind its case.
fn known<W: for<'a> From<&'a str>>(word: &str, is_other: impl Fn(&W) -> bool) -> W {
    let lower = W::from(&word.to_ascii_lowercase());
    if is_other(&lower) { W::from(word) } else { lower }
}

/// A piece of the document. Entries keep their order, and equal names beside each other; HCL's JSON form may put
/// objects into lists, which mean their entries one after the other.
enum Part {
    Text(String),
    Entries(Vec<(String, Part)>),
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
                Part::Text(_) => return Err(A::Error::custom("a list of words, where objects are due")),
            }
        }
        Ok(Part::Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::Rules;

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
                r#"at key."a".sentinel that no rule has"#,
            ),
            (r#"{"key":{"a":{"policy":"read","intentions":"read"}}}"#, r#"at key."a".intentions"#),
            (r#"{"key":{"a":{}}}"#, r#"at key."a" that has no policy"#),
            (r#"{"key":{"a":"read"}}"#, r#"at key."a" that is no object"#),
            (r#"{"key":"read"}"#, "at key that is of another kind"),
            (r#"{"operator":{"":{"policy":"read"}}}"#, "at operator that is of another kind"),
            (r#"{"mesh":"read"}"#, "at mesh that is of another kind"),
            (r#""key""#, "at the top that is no object"),
            (r#"{"key":{"a":null}}"#, "are no JSON document"),
            (r#"key "a" { policy = "read" }"#, "are no JSON document"),
        ] {
            let error = text.parse::<Rules>().unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
