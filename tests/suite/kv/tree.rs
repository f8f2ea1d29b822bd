//! Decoding a subtree as one value.

use std::collections::BTreeMap;

use consul_client::codec;
use consul_tests::unique;
use serde::Deserialize;

use crate::clients::client;

#[derive(Debug, PartialEq, Deserialize)]
struct Config {
    db: Db,
    hosts: Vec<String>,
    limits: BTreeMap<String, u32>,
    level: Level,
    #[serde(default)]
    debug: bool,
    spare: Option<Db>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Db {
    host: String,
    port: u16,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Low,
    High,
}

#[tokio::test]
async fn subtree_is_decoded_as_a_struct() {
    let (kv, root) = (client().kv(), unique("tree"));
    let nothing = kv.list(format!("{root}/")).await.unwrap();
    assert_eq!(codec::from_entries::<BTreeMap<String, Config>>(&root, &nothing).unwrap(), BTreeMap::new());

    let values = [
        ("/db/host", "db.internal"),
        ("/db/port", "5432\n"),
        ("/hosts/10", "c"),
        ("/hosts/9", "b"),
        ("/hosts/0", "a"),
        // The web UI creates this key for a folder.
        ("/limits/", ""),
        ("/level", "high"),
        ("/spare", r#"{"host":"spare.internal","port":5433}"#),
        // This key has the same text prefix, and is in another folder.
        ("2/db/host", "other"),
    ];
    for (key, value) in values {
        kv.put(format!("{root}{key}"), value).await.unwrap();
    }
    let db = Db { host: "db.internal".to_owned(), port: 5432 };
    let config = Config {
        db,
        hosts: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        limits: BTreeMap::new(),
        level: Level::High,
        debug: false,
        spare: Some(Db { host: "spare.internal".to_owned(), port: 5433 }),
    };
    let entries = kv.list(&root).await.unwrap();
    assert_eq!(entries.len(), values.len());
    assert_eq!(codec::from_entries::<Config>(&root, &entries).unwrap(), config);
    let prefix = format!("{root}/");
    let entries = kv.list(&prefix).await.unwrap();
    assert_eq!(codec::from_entries::<Config>(&prefix, &entries).unwrap(), config);

    kv.put(format!("{root}/db/port"), "hunter2").await.unwrap();
    let error = codec::from_entries::<Config>(&prefix, &kv.list(&prefix).await.unwrap()).unwrap_err();
    assert_eq!(error.path(), Some("db/port"));
    assert!(!error.to_string().contains("hunter2"), "{error}");
}
