//! What a value can be read as.

use std::collections::HashMap;

use bytes::Bytes;
use serde::de::IgnoredAny;

use super::*;

fn value<T: DeserializeOwned>(value: impl AsRef<[u8]>) -> Result<T, CodecError> {
    from_entries("k", &[entry("k", value)])
}

#[track_caller]
fn misfit<T: DeserializeOwned>(bytes: impl AsRef<[u8]>) -> String {
    let Err(error) = value::<T>(bytes) else { panic!("was read") };
    error.to_string()
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Store {
    Memory,
    File(String),
    Pair(u8, u8),
    Bucket { name: String, size: u16 },
}

#[test]
fn strings_and_bytes_are_read_unchanged() {
    assert_eq!(value::<String>(" \"a\"\n").unwrap(), " \"a\"\n");
    assert_eq!(misfit::<String>(b"\xff"), "value is not UTF-8, expected a string");
    #[derive(Debug, PartialEq)]
    struct Raw(Bytes);
    impl<'de> Deserialize<'de> for Raw {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Raw;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }
                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Raw, E> {
                    Ok(Raw(Bytes::copy_from_slice(bytes)))
                }
            }
            deserializer.deserialize_byte_buf(Visitor)
        }
    }
    assert_eq!(value::<Raw>(b"\xff\n").unwrap(), Raw(Bytes::from_static(b"\xff\n")));
}

#[test]
fn numbers_are_parsed_from_text() {
    assert_eq!(value::<u16>(" 5432\n").unwrap(), 5432);
    assert_eq!(value::<i8>("-5").unwrap(), -5);
    assert_eq!(value::<u128>(u128::MAX.to_string()).unwrap(), u128::MAX);
    assert_eq!(value::<f64>("1e3").unwrap(), 1000.0);
    assert_eq!(value::<f32>("5").unwrap(), 5.0);
    assert_eq!(misfit::<u16>("65536"), "number too large to fit in target type, expected u16");
    assert_eq!(misfit::<u16>(""), "cannot parse integer from empty string, expected u16");
    assert_eq!(misfit::<f64>("1,5"), "invalid float literal, expected f64");
}

#[test]
fn booleans_and_characters_are_parsed_from_text() {
    assert!(value::<bool>("true\n").unwrap());
    assert_eq!(misfit::<bool>("yes"), "provided string was not `true` or `false`, expected a boolean");
    assert_eq!(value::<char>("ß\n").unwrap(), 'ß');
    assert_eq!(value::<char>("\t").unwrap(), '\t');
    assert_eq!(misfit::<char>("ab"), "too many characters in string, expected a character");
}

#[test]
fn options_and_newtypes_are_transparent() {
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    struct Port(u16);
    assert_eq!(value::<Option<Port>>("80").unwrap(), Some(Port(80)));
    assert_eq!(value::<Option<String>>("").unwrap(), Some(String::new()));
    assert_eq!(read::<HashMap<Port, u8>>(&[("80", "1")]).unwrap(), [(Port(80), 1)].into());
}

#[test]
fn unit_is_an_empty_value() {
    let names: HashMap<String, ()> = read(&[("a", ""), ("b", "")]).unwrap();
    assert_eq!(names.len(), 2);
    assert_eq!(misfit::<()>("x"), "invalid type: text, expected unit");
}

#[test]
fn enums_are_read_from_names_json_or_folders() {
    assert_eq!(value::<Store>("memory\n").unwrap(), Store::Memory);
    assert_eq!(value::<Store>("\"memory\"").unwrap(), Store::Memory);
    assert_eq!(value::<Store>(r#"{"file":"/x"}"#).unwrap(), Store::File("/x".to_owned()));
    let bucket = Store::Bucket { name: "b".to_owned(), size: 3 };
    assert_eq!(value::<Store>(r#" {"bucket":{"name":"b","size":3}}"#).unwrap(), bucket);
    assert_eq!(read::<Store>(&[("bucket/name", "b"), ("bucket/size", "3")]).unwrap(), bucket);
    assert_eq!(read::<Store>(&[("file", "/x")]).unwrap(), Store::File("/x".to_owned()));
    assert_eq!(read::<Store>(&[("pair/0", "1"), ("pair/1", "2")]).unwrap(), Store::Pair(1, 2));
    assert_eq!(read::<Store>(&[("pair", "[1,2]")]).unwrap(), Store::Pair(1, 2));
    assert_eq!(read::<Store>(&[("memory", "")]).unwrap(), Store::Memory);

    assert_eq!(misfit::<Store>("file"), "invalid type: variant without data, expected newtype variant");
    let variants = "unknown variant, expected one of `memory`, `file`, `pair`, `bucket`";
    assert_eq!(misfit::<Store>("hunter2"), format!("{variants}"));
    assert_eq!(misfit::<Store>(r#"{"file":"x","pair":[1,2]}"#), "expected a variant and nothing beside it");
    let beside = "expected a folder with a variant and nothing beside it";
    assert_eq!(fault::<Store>(&[("file", "x"), ("memory", "")]), (".".to_owned(), beside.to_owned()));
    assert_eq!(fault::<Store>(&[]).1, beside);
    assert_eq!(fault::<Store>(&[("bucket/name", "b"), ("bucket/size", "x")]).0, "bucket/size");
    assert_eq!(fault::<Store>(&[("tape/name", "b")]), ("tape".to_owned(), variants.to_owned()));
}

#[test]
fn structs_maps_and_sequences_in_one_value_are_json() {
    let db = value::<Db>(r#"{"host":"x","port":1}"#).unwrap();
    assert_eq!(db, Db { host: "x".to_owned(), port: 1 });
    assert_eq!(value::<Vec<u8>>(" [1, 2]\n").unwrap(), [1, 2]);
    assert_eq!(value::<(i8, Option<f64>)>("[-1, null]").unwrap(), (-1, None));
    assert_eq!(value::<HashMap<u8, bool>>(r#"{"1":true}"#).unwrap(), [(1, true)].into());
    let stores: Vec<Store> = value(r#"["memory", {"pair": [1, 2]}]"#).unwrap();
    assert_eq!(stores, [Store::Memory, Store::Pair(1, 2)]);
}

#[test]
fn path_inside_json_follows_the_key() {
    type Lists = HashMap<String, Vec<Vec<Db>>>;
    let document = r#"[[{"host":"x"}],[{"host":"x","port":70000}]]"#;
    let (path, reason) = fault::<HashMap<String, Lists>>(&[("a/b", document)]);
    assert_eq!(
        (path.as_str(), reason.as_str()),
        ("a/b: [1][0].port", "invalid value: integer, expected u16")
    );
}

#[test]
fn errors_do_not_contain_values() {
    let values = [
        "hunter2",
        "\"hunter2\"",
        r#"{"host":"hunter2","port":"hunter2"}"#,
        r#"["hunter2","hunter2"]"#,
        "{hunter2",
    ];
    for secret in values {
        let errors = [
            value::<u16>(secret).err(),
            value::<bool>(secret).err(),
            value::<char>(secret).err(),
            value::<()>(secret).err(),
            value::<Db>(secret).err(),
            value::<Vec<u8>>(secret).err(),
            value::<Store>(secret).err(),
            value::<HashMap<String, u8>>(secret).err(),
        ];
        for error in errors {
            let error = error.expect("does not fit");
            let text = format!("{error} {error:?}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Outer {
    name: String,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    port: u16,
    ratio: f64,
    on: bool,
    title: String,
    spare: Option<u8>,
    db: Db,
    more: Db,
}

#[test]
fn flattened_structs_can_have_numbers() {
    let entries = [
        ("name", "5"),
        ("port", "80\n"),
        ("ratio", "0.5"),
        ("on", "true"),
        ("title", "\"5\""),
        ("db/host", "x"),
        ("db/port", "1"),
        ("more", r#"{"host":"y"}"#),
    ];
    let outer: Outer = read(&entries).unwrap();
    let db = Db { host: "x".to_owned(), port: 1 };
    let more = Db { host: "y".to_owned(), port: 0 };
    let inner = Inner { port: 80, ratio: 0.5, on: true, title: "5".to_owned(), spare: None, db, more };
    assert_eq!(outer, Outer { name: "5".to_owned(), inner });

    let (path, reason) = fault::<HashMap<String, Outer>>(&[("a/name", "x"), ("a/port", "x")]);
    assert_eq!((path.as_str(), reason.as_str()), ("a", "invalid type: text, expected u16"));
}

#[test]
fn untyped_value_is_json_or_text() {
    let read: Value =
        read(&[("a", "1"), ("b/c", "text"), ("b/d", "[true]"), ("e", "007"), ("f", "null"), ("g", "")])
            .unwrap();
    let json = r#"{"a":1,"b":{"c":"text","d":[true]},"e":"007","f":null,"g":""}"#;
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    assert_eq!(misfit::<Value>(b"\xff"), "invalid type: bytes, expected any valid JSON value");
    value::<IgnoredAny>(b"\xff").unwrap();
}

#[test]
fn untagged_and_tagged_enums_are_selected_by_content() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Port {
        Number(u16),
        Name(String),
        Db(Db),
    }
    assert_eq!(value::<Port>("80").unwrap(), Port::Number(80));
    assert_eq!(value::<Port>("http").unwrap(), Port::Name("http".to_owned()));
    assert!(matches!(read(&[("host", "x"), ("port", "1")]).unwrap(), Port::Db(Db { port: 1, .. })));

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Tagged {
        Db { port: u16 },
    }
    assert_eq!(read::<Tagged>(&[("kind", "db"), ("port", "1")]).unwrap(), Tagged::Db { port: 1 });
    assert_eq!(value::<Tagged>(r#"{"kind":"db","port":1}"#).unwrap(), Tagged::Db { port: 1 });
}
