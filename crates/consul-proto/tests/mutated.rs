//! Checks that a recorded response with one change still is a value, or an error that names the changed field.

#[path = "recorded/exchange.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod exchange;
#[path = "recorded/route.rs"]
mod route;

use std::collections::BTreeSet;

use bytes::Bytes;
use consul_proto::ResponseError;
use exchange::{Exchange, exchanges};
use route::{Route, route};
use serde_json::Value;

/// Returns recorded documents, one for each endpoint and shape. Their lists have one element of each shape.
fn documents() -> Vec<(Exchange, Route, Value)> {
    let mut seen = BTreeSet::new();
    let routed = exchanges().into_iter().filter_map(|exchange| {
        let route = route(&exchange)?;
        let is_document = matches!(exchange.status, 200 | 409 | 429 | 503) && !route.name.ends_with("Raw");
        let document = serde_json::from_slice(&exchange.body).ok().filter(|_| is_document)?;
        Some((exchange, route, reduced(document)))
    });
    routed.filter(|(_, route, document)| seen.insert((route.name, shape(document)))).collect()
}

/// Returns the type of the value, and recursively the types of its parts.
fn shape(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(items) => {
            let shapes: BTreeSet<_> = items.iter().map(shape).collect();
            format!("[{}]", shapes.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Object(fields) => {
            let shapes = fields.iter().map(|(name, value)| format!("{name}:{}", shape(value)));
            format!("{{{}}}", shapes.collect::<Vec<_>>().join(","))
        }
    }
}

fn reduced(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut seen = BTreeSet::new();
            items.into_iter().map(reduced).filter(|item| seen.insert(shape(item))).collect()
        }
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, reduced(value))).collect(),
        value => value,
    }
}

/// Returns all fields, each as a JSON pointer to its object and its name.
fn fields(document: &Value) -> Vec<(String, String)> {
    fn collect(at: &str, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    found.push((at.to_owned(), name.clone()));
                    collect(&format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), value, found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    collect(&format!("{at}/{index}"), item, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect("", document, &mut found);
    found
}

fn object<'a>(document: &'a mut Value, at: &str) -> &'a mut serde_json::Map<String, Value> {
    document.pointer_mut(at).and_then(Value::as_object_mut).expect("the object of a field")
}

fn read(route: &Route, exchange: &Exchange, body: impl Into<Bytes>) -> Result<String, ResponseError> {
    (route.read)(exchange.response(body)).map(|response| response.value)
}

/// Decodes a document. Returns `false` if it is a value, and `true` if the error names the field.
fn is_reported(
    route: &Route,
    exchange: &Exchange,
    document: &Value,
    field: &str,
) -> Result<bool, ResponseError> {
    let body = serde_json::to_vec(document).expect("a document");
    match read(route, exchange, body) {
        Ok(_) => Ok(false),
        Err(ResponseError::Decode(error)) if error.path().is_some() && error.to_string().contains(field) => {
            Ok(true)
        }
        // Without its lists, a document is not the result of a transaction.
        Err(ResponseError::Decode(_)) if ["Errors", "Results"].contains(&field) => Ok(true),
        Err(error) => Err(error),
    }
}

#[test]
fn changed_field_is_decoded_or_named_in_the_error() {
    let (mut reported, mut seen) = (0, BTreeSet::new());
    for (exchange, route, document) in documents() {
        for (at, field) in fields(&document) {
            // Each field of an object is tested once, not for each element of a list.
            let pattern: String = at.chars().filter(|c| !c.is_ascii_digit()).collect();
            let value = document.pointer(&at).map(|object| shape(&object[&field]));
            if !seen.insert((route.name, pattern, field.clone(), value)) {
                continue;
            }
            let mut check = |what: &str, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
                let mut changed = document.clone();
                change(object(&mut changed, &at));
                match is_reported(&route, &exchange, &changed, &field) {
                    Ok(is_reported) => reported += usize::from(is_reported),
                    Err(error) => panic!("{exchange}\n{at}/{field} {what}: {error}"),
                }
            };
            check("is null", &|object| {
                object.insert(field.clone(), Value::Null);
            });
            check("is missing", &|object| {
                object.remove(&field);
            });
            check("is a list", &|object| {
                object.insert(field.clone(), Value::Array(vec![Value::from(7)]));
            });
        }
    }
    assert!(reported > 100, "errors name the field only {reported} times");
}

/// Returns JSON pointers to all values in the document.
fn pointers(document: &Value) -> Vec<String> {
    let mut found: Vec<_> = fields(document)
        .into_iter()
        .map(|(at, name)| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect();
    let lists = std::iter::once(String::new()).chain(found.clone());
    let elements = lists.flat_map(|at| {
        let length = document.pointer(&at).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).map(move |index| format!("{at}/{index}"))
    });
    let elements: Vec<_> = elements.collect();
    found.extend(elements);
    found
}

#[test]
fn null_at_any_depth_is_decoded() {
    let (mut seen, mut failed) = (BTreeSet::new(), Vec::new());
    for (exchange, route, document) in documents() {
        for at in pointers(&document) {
            let pattern: String = at.chars().filter(|c| !c.is_ascii_digit()).collect();
            // These responses are lists with exactly one element, and the element is the value.
            let is_identity =
                at == "/0" && ["kv::get::Get", "renew::Renew"].iter().any(|one| route.name.ends_with(one));
            if is_identity || !seen.insert((route.name, pattern, document.pointer(&at).map(shape))) {
                continue;
            }
            let mut changed = document.clone();
            *changed.pointer_mut(&at).expect("a value") = Value::Null;
            let was_object = document.pointer(&at).is_some_and(Value::is_object);
            if let Err(error) = read(&route, &exchange, serde_json::to_vec(&changed).expect("a document")) {
                // An object without its ID or name is invalid.
                let error = error.to_string();
                if was_object && error.contains("missing field") || error.contains("ID: expected an id") {
                    continue;
                }
                failed.push(format!("{exchange} {at}: {error}"));
            }
        }
    }
    assert!(seen.len() > 1000, "only {} values were changed", seen.len());
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn null_document_is_empty_or_an_error() {
    for (exchange, route, document) in documents().into_iter().filter(|(exchange, ..)| exchange.status == 200)
    {
        match read(&route, &exchange, "null") {
            Ok(value) => {
                assert!(["[]", "{}", "None", "Some([])"].contains(&value.as_str()), "{exchange}: {value}")
            }
            // The expected document is not a list, or is a list that cannot be empty.
            Err(ResponseError::Decode(_)) => {
                let is_one = route.name.ends_with("kv::get::Get") || route.name.ends_with("renew::Renew");
                assert!(!document.is_array() || is_one, "{exchange}");
            }
            Err(error) => panic!("{exchange}: {error}"),
        }
    }
}

/// Returns the positions at which a body is cut: all of a short body, some of a long one.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(length / 256 + 1)
}

#[test]
fn broken_document_is_a_decode_error() {
    for (exchange, route, document) in documents() {
        let document_text = document.to_string();
        let document_text = document_text.as_bytes();
        let broken = |what: &str, body: Vec<u8>| match read(&route, &exchange, body) {
            Err(ResponseError::Decode(_)) => {}
            other => panic!("{exchange}\n{what}: {other:?}"),
        };
        for cut in cuts(document_text.len()) {
            broken(&format!("cut at {cut}"), document_text[..cut].to_vec());
        }
        broken("trailing text", [document_text, b" x"].concat());
        broken("a second document", [document_text, document_text].concat());
        broken("a byte order mark", [b"\xEF\xBB\xBF", document_text].concat());
        broken("no UTF-8", [document_text, b"\xFF"].concat());
        broken("a page", b"<html><body>Sign in</body></html>".to_vec());
    }
}
