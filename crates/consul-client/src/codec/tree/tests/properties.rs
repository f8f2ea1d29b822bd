use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
enum Level {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nested {
    text: String,
    port: u16,
    ratio: f64,
    on: bool,
    sign: char,
    level: Level,
    note: Option<String>,
    ids: BTreeMap<i32, String>,
    numbers: Vec<i64>,
    pair: (u8, Level),
    inner: BTreeMap<String, Nested>,
    next: Option<Box<Nested>>,
}

fn nested() -> impl Strategy<Value = Nested> {
    let leaf = (
        ".*",
        any::<u16>(),
        any::<f64>().prop_filter("is compared", |number| !number.is_nan()),
        any::<bool>(),
        any::<char>(),
        prop_oneof![Just(Level::Low), Just(Level::High)],
        proptest::option::of(".*"),
        btree_map(any::<i32>(), ".*", 0..3),
        vec(any::<i64>(), 0..12),
        any::<u8>(),
    );
    let leaf = leaf.prop_map(|(text, port, ratio, on, sign, level, note, ids, numbers, one)| Nested {
        text,
        port,
        ratio,
        on,
        sign,
        level,
        note,
        ids,
        numbers,
        pair: (one, level),
        inner: BTreeMap::new(),
        next: None,
    });
    leaf.prop_recursive(4, 12, 3, |nested| {
        let inner = btree_map("[^/]*", nested.clone(), 0..3);
        (nested.clone(), inner, proptest::option::of(nested)).prop_map(|(nested, inner, next)| Nested {
            inner,
            next: next.map(Box::new),
            ..nested
        })
    })
}

fn flatten(prefix: &str, nested: &Nested, into: &mut Vec<Entry>) {
    let mut put = |key: &str, value: String| into.push(entry(format!("{prefix}{key}"), value));
    put("text", nested.text.clone());
    put("port", nested.port.to_string());
    put("ratio", nested.ratio.to_string());
    put("on", nested.on.to_string());
    put("sign", nested.sign.to_string());
    put("level", format!("{:?}", nested.level));
    if let Some(note) = &nested.note {
        put("note", note.clone());
    }
    for folder in ["ids/", "numbers/", "inner/"] {
        put(folder, String::new());
    }
    nested.ids.iter().for_each(|(id, text)| put(&format!("ids/{id}"), text.clone()));
    nested
        .numbers
        .iter()
        .enumerate()
        .for_each(|(at, number)| put(&format!("numbers/{at}"), number.to_string()));
    put("pair/0", nested.pair.0.to_string());
    put("pair/1", format!("{:?}", nested.pair.1));
    nested.inner.iter().for_each(|(name, inner)| flatten(&format!("{prefix}inner/{name}/"), inner, into));
    nested.next.iter().for_each(|next| flatten(&format!("{prefix}next/"), next, into));
}

/// Keys that meet one another, and values that are nearly something.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let key = prop_oneof![3 => "(text|port|inner|next|[ab01])?(/(text|port|inner|numbers|[ab01])?){0,4}", 1 => ".*"];
    let value = prop_oneof![
        3 => r#"|[0-9]{1,3}|true|null|"[ab]"|[\[{"0-9a:,}\]]{1,8}"#.prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec((key, value).prop_map(|(key, value)| entry(key, value)), 0..8)
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Choice {
    Number(u8),
    Map(BTreeMap<String, Choice>),
    List(Vec<Choice>),
    Text(String),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    text: Option<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, Choice>,
}

/// Reads as all kinds of types.
fn readings(prefix: &str, entries: &[Entry]) -> Vec<String> {
    fn reading<T: DeserializeOwned + std::fmt::Debug>(prefix: &str, entries: &[Entry]) -> String {
        match from_entries::<T>(prefix, entries) {
            Ok(value) => format!("{value:?}"),
            Err(error) => {
                assert!(error.path().is_some());
                error.to_string()
            }
        }
    }
    vec![
        reading::<Value>(prefix, entries),
        reading::<Nested>(prefix, entries),
        reading::<Choice>(prefix, entries),
        reading::<Flat>(prefix, entries),
        reading::<Vec<Option<String>>>(prefix, entries),
        reading::<BTreeMap<u8, BTreeMap<String, bool>>>(prefix, entries),
        reading::<(u8, char)>(prefix, entries),
        reading::<Level>(prefix, entries),
        reading::<i128>(prefix, entries),
    ]
}

#[test]
fn key_with_many_slashes_does_not_overflow_the_stack() {
    for name in ["next", "inner", "numbers", "a", "0", ""] {
        let deep = entry(vec![name; 2048].join("/"), "1");
        assert!(readings("", &[deep]).iter().all(|reading| reading.len() < 2000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_written_as_keys_are_read_back(
        nested in nested(),
        prefix in "[a-z]{1,3}(/|/[^/]*/)",
        first in any::<prop::sample::Index>(),
    ) {
        let mut entries = Vec::new();
        flatten(&prefix, &nested, &mut entries);
        let first = first.index(entries.len());
        entries.rotate_left(first);
        prop_assert_eq!(from_entries::<Nested>(&prefix, &entries).unwrap(), nested);
    }

    #[test]
    fn arbitrary_entries_are_a_value_or_an_error(entries in entries(), prefix in "[ab]?/?") {
        readings(&prefix, &entries);
    }

    #[test]
    fn order_of_entries_is_irrelevant(entries in entries()) {
        let mut keys = std::collections::HashSet::new();
        let mut entries: Vec<_> = entries.into_iter().filter(|entry| keys.insert(entry.key.clone())).collect();
        let readings_before = readings("", &entries);
        entries.reverse();
        prop_assert_eq!(readings("", &entries), readings_before);
    }
}
