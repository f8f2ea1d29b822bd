mod properties;
mod types;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;

fn entry(key: impl Into<String>, value: impl AsRef<[u8]>) -> Entry {
    let mut entry = Entry::default();
    (entry.key, entry.value) = (key.into(), value.as_ref().to_vec().into());
    entry
}

fn read<T: DeserializeOwned>(entries: &[(&str, &str)]) -> Result<T, CodecError> {
    let entries: Vec<_> = entries.iter().map(|(key, value)| entry(format!("p/{key}"), value)).collect();
    from_entries("p/", &entries)
}

/// Returns path and text of the error.
#[track_caller]
fn fault<T: DeserializeOwned>(entries: &[(&str, &str)]) -> (String, String) {
    let Err(error) = read::<T>(entries) else { panic!("was read") };
    let path = error.path().unwrap().to_owned();
    let text = error.to_string();
    let reason = text.strip_prefix(&format!("{path}: ")).unwrap_or(&text).to_owned();
    (path, reason)
}

type Texts = BTreeMap<String, String>;

fn texts(texts: &[(&str, &str)]) -> Texts {
    texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Db {
    host: String,
    #[serde(default)]
    port: u16,
}

#[test]
fn folders_are_structs_and_keys_their_fields() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Config {
        db: Db,
        spare: Option<Db>,
    }
    let config: Config = read(&[("db/host", "x"), ("db/port", "5432"), ("unknown/deep/er", "?")]).unwrap();
    assert_eq!(config, Config { db: Db { host: "x".to_owned(), port: 5432 }, spare: None });
}

#[test]
fn prefix_can_have_a_trailing_slash() {
    let entries = [entry("app/a", "1"), entry("app2", "2"), entry("app2/b", "3"), entry("other", "4")];
    for prefix in ["app", "app/"] {
        assert_eq!(from_entries::<Texts>(prefix, &entries).unwrap(), texts(&[("a", "1")]));
    }
    let all: BTreeMap<String, Value> = from_entries("", &entries[..2]).unwrap();
    assert_eq!(serde_json::to_string(&all).unwrap(), r#"{"app":{"a":1},"app2":2}"#);
}

#[test]
fn key_equal_to_the_prefix_is_the_value() {
    assert_eq!(from_entries::<u8>("app", &[entry("app", "7"), entry("apple", "8")]).unwrap(), 7);
    let error = from_entries::<u8>("app", &[entry("app", "x")]).unwrap_err();
    assert_eq!(
        (error.path(), error.to_string().as_str()),
        (Some("."), "invalid digit found in string, expected u8")
    );
    let error = from_entries::<Texts>("app", &[entry("app", "7"), entry("app/a", "8")]).unwrap_err();
    assert_eq!(error.to_string(), "key has both a value and keys below it");
    // This key is not the key of the folder.
    assert_eq!(
        from_entries::<Texts>("app/", &[entry("app", "7"), entry("app/a", "8")]).unwrap(),
        texts(&[("a", "8")])
    );
}

#[test]
fn keys_that_sort_before_a_slash_do_not_split_a_folder() {
    type Folders = BTreeMap<String, Texts>;
    let folders: Folders = read(&[("a/x", "1"), ("a-b/x", "2"), ("a/y", "3"), ("a!/x", "4")]).unwrap();
    assert_eq!(folders["a"], texts(&[("x", "1"), ("y", "3")]));
    assert_eq!(folders.len(), 3);
}

#[test]
fn empty_names_are_map_keys() {
    assert_eq!(read::<Texts>(&[("", "1"), ("a", "2")]).unwrap(), texts(&[("", "1"), ("a", "2")]));
    let folders: BTreeMap<String, Texts> = read(&[("", ""), ("/x", "0")]).unwrap();
    assert_eq!(folders[""], texts(&[("x", "0")]));
}

#[test]
fn last_entry_of_a_duplicate_key_is_used() {
    assert_eq!(
        read::<Texts>(&[("a", "1"), ("b", "2"), ("a", "3")]).unwrap(),
        texts(&[("a", "3"), ("b", "2")])
    );
}

#[test]
fn no_keys_are_an_empty_folder() {
    assert_eq!(read::<Texts>(&[]).unwrap(), texts(&[]));
    assert_eq!(read::<Vec<u8>>(&[]).unwrap(), Vec::<u8>::new());
    assert_eq!(fault::<Db>(&[]), (".".to_owned(), "missing field `host`".to_owned()));
    assert_eq!(fault::<u8>(&[]).1, "found a folder, expected u8");
}

#[test]
fn folder_marker_is_not_a_value() {
    assert_eq!(read::<Texts>(&[("", ""), ("a", "1")]).unwrap(), texts(&[("a", "1")]));
    let folders: BTreeMap<String, Texts> = read(&[("a/", ""), ("a/x", "1"), ("b/", "")]).unwrap();
    assert_eq!(folders, [("a".to_owned(), texts(&[("x", "1")])), ("b".to_owned(), texts(&[]))].into());
    assert_eq!(read::<Texts>(&[("a", "1"), ("a/", "")]).unwrap(), texts(&[("a", "1")]));
}

#[test]
fn marked_empty_folder_is_present() {
    let lists: BTreeMap<String, Vec<u8>> = read(&[("a/", "")]).unwrap();
    assert!(lists["a"].is_empty());
    let (path, reason) = fault::<BTreeMap<String, Option<Db>>>(&[("a/", "")]);
    assert_eq!((path.as_str(), reason.as_str()), ("a", "missing field `host`"));
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default)]
    struct Limit {
        most: u8,
    }
    impl Default for Limit {
        fn default() -> Self {
            Self { most: 9 }
        }
    }
    let limits: BTreeMap<String, Option<Limit>> = read(&[("a/", ""), ("b/most", "3")]).unwrap();
    assert_eq!((&limits["a"], &limits["b"]), (&Some(Limit { most: 9 }), &Some(Limit { most: 3 })));
}

#[test]
fn key_that_is_value_and_folder_is_an_error_with_its_path() {
    let (path, reason) = fault::<BTreeMap<String, Db>>(&[("db", "{}"), ("db/", ""), ("db/host", "x")]);
    assert_eq!((path.as_str(), reason.as_str()), ("db", "key has both a value and keys below it"));
    assert_eq!(fault::<Value>(&[("a/b", ""), ("a/b/c/", "")]).0, "a/b");
    // Keys that the type does not have are ignored.
    #[derive(Deserialize)]
    struct Nothing {}
    read::<Nothing>(&[("db", "x"), ("db/host", "x")]).unwrap();
}

#[test]
fn missing_and_unknown_fields_are_errors_with_their_path() {
    let (path, reason) = fault::<BTreeMap<String, Db>>(&[("db/port", "1")]);
    assert_eq!((path.as_str(), reason.as_str()), ("db", "missing field `host`"));
    let (path, reason) = fault::<BTreeMap<String, Db>>(&[("db/host", "x"), ("db/prot", "1")]);
    assert_eq!(
        (path.as_str(), reason.as_str()),
        ("db/prot", "unknown field `prot`, expected `host` or `port`")
    );
    assert_eq!(fault::<BTreeMap<u16, u8>>(&[("1", "1"), ("x", "1")]).0, "x");
}

#[test]
fn sequences_are_sorted_by_number_or_by_name() {
    let entries = [("10", "c"), ("9", "b"), ("-1", "a"), ("010", "d")];
    assert_eq!(read::<Vec<String>>(&entries).unwrap(), ["a", "b", "d", "c"]);
    let entries = [("10", "a"), ("9", "b"), ("x", "c")];
    assert_eq!(read::<Vec<String>>(&entries).unwrap(), ["a", "b", "c"]);
    let dbs: Vec<Db> = read(&[("1/host", "b"), ("0/host", "a"), ("1/port", "2")]).unwrap();
    assert_eq!((dbs[0].host.as_str(), dbs[1].port), ("a", 2));
    assert_eq!(read::<(u8, String)>(&[("a", "1"), ("b", "x")]).unwrap(), (1, "x".to_owned()));
    assert_eq!(
        fault::<(u8, u8)>(&[("a", "1"), ("b", "1"), ("c", "1")]).1,
        "invalid length 3, expected 2 elements in sequence"
    );
    assert_eq!(fault::<Vec<u8>>(&[("0", "1"), ("1", "300")]).0, "1");
}

#[test]
fn depth_of_folders_is_limited_to_128() {
    let deep = |depth: usize| vec!["a"; depth].join("/");
    from_entries::<Value>("", &[entry(deep(128), "1")]).unwrap();
    let error = from_entries::<Value>("", &[entry(deep(129), "1")]).unwrap_err();
    assert_eq!(error.path(), Some(&*deep(128)));
    assert!(error.to_string().contains("folders are nested too deeply"), "{error}");

    let far = [entry(deep(2048), "1")];
    assert_eq!(far[0].key.len(), 4095);
    from_entries::<Value>("", &far).unwrap_err();
    // The type does not have this key.
    assert_eq!(from_entries::<BTreeMap<String, serde::de::IgnoredAny>>("", &far).unwrap().len(), 1);
    // A JSON document can have the same depth again.
    let lists = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    from_entries::<Value>("", &[entry(deep(128), lists)]).unwrap();
}
