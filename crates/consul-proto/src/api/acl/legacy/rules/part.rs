//! Converts a document in either language into rules.

use crate::acl::legacy::{Policy, Resource, Rule, RulesError};

/// A part of a document. Entries keep their order, and may have equal names. A list of objects, which JSON can
/// contain, is merged into the entries of all objects.
pub(super) enum Part {
    Text(String),
    Entries(Vec<(String, Part)>),
}

/// Returns the rules of a document.
pub(super) fn rules_of(document: Part) -> Result<Vec<Rule>, RulesError> {
    let Part::Entries(resources) = document else {
        return Err(error("the document", "is not an object"));
    };
    let mut rules = Vec::new();
    for (word, part) in resources {
        let resource = known(&word, |resource| matches!(resource, Resource::Other(_)));
        match part {
            Part::Text(policy) if resource.is_single() => {
                rules.push(Rule::new(resource, "", policy_of(&policy)))
            }
            Part::Entries(segments) if !resource.is_single() => {
                for (segment, part) in segments {
                    rules.push(rule(resource.clone(), segment, part)?);
                }
            }
            _ => return Err(error(&word, "has the wrong type for this resource")),
        }
    }
    Ok(rules)
}

fn rule(resource: Resource, segment: String, part: Part) -> Result<Rule, RulesError> {
    let path = format!("{resource}.{segment:?}");
    let Part::Entries(entries) = part else { return Err(error(&path, "is not an object")) };
    let (mut policy, mut intentions) = (None, None);
    for (name, part) in entries {
        // Unknown parts are errors, since dropping one could grant more access.
        match (name.to_ascii_lowercase().as_str(), part) {
            ("policy", Part::Text(word)) => policy = Some(policy_of(&word)),
            ("intentions", Part::Text(word)) if resource == Resource::Service => {
                intentions = Some(policy_of(&word));
            }
            _ => return Err(error(&format!("{path}.{name}"), "is not a field of a rule")),
        }
    }
    let policy = policy.ok_or_else(|| error(&path, "has no policy"))?;
    Ok(Rule { intentions, ..Rule::new(resource, segment, policy) })
}

fn error(path: &str, reason: &'static str) -> RulesError {
    RulesError::Part { path: path.to_owned(), reason }
}

fn policy_of(word: &str) -> Policy {
    known(word, |other| matches!(other, Policy::Other(_)))
}

/// Parses a name case-insensitively, like servers.
fn known<W: for<'a> From<&'a str>>(word: &str, is_other: impl Fn(&W) -> bool) -> W {
    let lower = W::from(&word.to_ascii_lowercase());
    if is_other(&lower) { W::from(word) } else { lower }
}
