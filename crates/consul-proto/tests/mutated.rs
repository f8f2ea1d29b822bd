//! Recorded answers with one thing wrong are still a value, or an error that says where the fault is.

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

/// Recorded documents, one of each endpoint and shape, with one element of each shape in their lists.
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

/// What kind of value it is, and of which kinds its parts are.
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

/// All fields: a pointer to the object, and the name.
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
                for (place, item) in items.iter().enumerate() {
                    collect(&format!("{at}/{place}"), item, found);
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
    (route.read)(exchange.answer(body)).map(|response| response.value)
}

/// A value, or an error that names the field.
fn is_told(route: &Route, exchange: &Exchange, document: &Value, field: &str) -> Result<bool, ResponseError> {
    let body = serde_json::to_vec(document).expect("a document");
    match read(route, exchange, body) {
        Ok(_) => Ok(false),
        Err(ResponseError::Decode(error)) if error.path().is_some() && error.to_string().contains(field) => {
            Ok(true)
        }
        // Without its lists it is not the result of a transaction.
        Err(ResponseError::Decode(_)) if ["Errors", "Results"].contains(&field) => Ok(true),
        Err(error) => Err(error),
    }
}

#[test]
fn a_field_may_be_null_missing_or_of_another_kind() {
    let (mut told, mut seen) = (0, BTreeSet::new());
    for (exchange, route, document) in documents() {
        for (at, field) in fields(&document) {
            // The same field of the same object elsewhere is no news.
            let place: String = at.chars().filter(|c| !c.is_ascii_digit()).collect();
            let value = document.pointer(&at).map(|object| shape(&object[&field]));
            if !seen.insert((route.name, place, field.clone(), value)) {
                continue;
            }
            let mut check = |what: &str, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
                let mut changed = document.clone();
                change(object(&mut changed, &at));
                match is_told(&route, &exchange, &changed, &field) {
                    Ok(is_told) => told += usize::from(is_told),
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
    assert!(told > 100, "a wrong kind is hardly ever noticed: {told}");
}

/// Pointers to all values below the document.
fn pointers(document: &Value) -> Vec<String> {
    let mut found: Vec<_> = fields(document)
        .into_iter()
        .map(|(at, name)| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect();
    let lists = std::iter::once(String::new()).chain(found.clone());
    let elements = lists.flat_map(|at| {
        let length = document.pointer(&at).and_then(Value::as_array).map_or(0, Vec::len);
        (0..length).map(move |place| format!("{at}/{place}"))
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
            let place: String = at.chars().filter(|c| !c.is_ascii_digit()).collect();
            // The only element of a list that always has one is the object itself.
            let is_identity =
                at == "/0" && ["kv::get::Get", "renew::Renew"].iter().any(|one| route.name.ends_with(one));
            if is_identity || !seen.insert((route.name, place, document.pointer(&at).map(shape))) {
                continue;
            }
            let mut changed = document.clone();
            *changed.pointer_mut(&at).expect("a value") = Value::Null;
            let was_object = document.pointer(&at).is_some_and(Value::is_object);
            if let Err(error) = read(&route, &exchange, serde_json::to_vec(&changed).expect("a document")) {
                // An object without its identity is none.
                let error = error.to_string();
                if was_object && error.contains("missing field") || error.contains("empty id at ID") {
                    continue;
                }
                failed.push(format!("{exchange} {at}: {error}"));
            }
        }
    }
    assert!(seen.len() > 1000, "hardly anything was changed: {}", seen.len());
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn null_is_nothing_or_a_fault() {
    for (exchange, route, document) in documents().into_iter().filter(|(exchange, ..)| exchange.status == 200)
    {
        match read(&route, &exchange, "null") {
            Ok(value) => {
                assert!(["[]", "{}", "None", "Some([])"].contains(&value.as_str()), "{exchange}: {value}")
            }
            // What is due is no list, or a list with something in it.
            Err(ResponseError::Decode(_)) => {
                let is_one = route.name.ends_with("kv::get::Get") || route.name.ends_with("renew::Renew");
                assert!(!document.is_array() || is_one, "{exchange}");
            }
            Err(error) => panic!("{exchange}: {error}"),
        }
    }
}

/// Places to cut a body at: all of a short one, some of a long one.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(length / 256 + 1)
}

#[test]
fn a_broken_document_is_no_value() {
    for (exchange, route, document) in documents() {
        let whole = document.to_string();
        let whole = whole.as_bytes();
        let broken = |what: &str, body: Vec<u8>| match read(&route, &exchange, body) {
            Err(ResponseError::Decode(_)) => {}
            other => panic!("{exchange}\n{what}: {other:?}"),
        };
        for cut in cuts(whole.len()) {
            broken(&format!("cut at {cut}"), whole[..cut].to_vec());
        }
        broken("trailing text", [whole, b" x"].concat());
        broken("a second document", [whole, whole].concat());
        broken("a byte order mark", [b"\xEF\xBB\xBF", whole].concat());
        broken("no UTF-8", [whole, b"\xFF"].concat());
        broken("a page", b"<html><body>Sign in</body></html>".to_vec());
    }
}
