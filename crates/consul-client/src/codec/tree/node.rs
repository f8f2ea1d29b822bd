//! Keys as a tree of folders and values.

use std::str;

use consul_proto::kv::Entry;
use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, SeqDeserializer};
use serde::de::{DeserializeSeed, Error as _, Expected, IntoDeserializer, MapAccess, Visitor};
use serde_json::Value;

use super::document::Document;
use super::error::Error;
use super::text::Text;

/// Maximum depth of folders. The recursion limit of `serde_json` is the same.
const DEPTH: usize = 128;

/// The rest of a key after the prefix, and its value.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    /// `None` for the prefix itself, without a slash.
    path: Option<&'a str>,
    value: &'a [u8],
}

impl<'a> Item<'a> {
    /// Returns the entries below a prefix, sorted so that the keys of a folder are adjacent and follow the key with
    /// the folder's name.
    pub(super) fn sorted(prefix: &str, entries: &'a [Entry]) -> Vec<Self> {
        let is_folder = prefix.is_empty() || prefix.ends_with('/');
        let path = |key: &'a str| match key.strip_prefix(prefix)? {
            rest if is_folder => Some(Some(rest)),
            "" => Some(None),
            rest => rest.strip_prefix('/').map(Some),
        };
        let items =
            entries.iter().filter_map(|entry| Some(Self { path: path(&entry.key)?, value: &entry.value }));
        let mut items: Vec<_> = items.collect();
        items.sort_by(|left, right| left.names().cmp(right.names()));
        items.dedup_by(|later, kept| {
            let is_same = later.path == kept.path;
            if is_same {
                *kept = *later;
            }
            is_same
        });
        items
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.path.into_iter().flat_map(|path| path.split('/'))
    }

    /// Returns the path from `start` on.
    fn rest(&self, start: usize) -> &'a str {
        &self.path.unwrap_or_default()[start..]
    }

    fn name(&self, start: usize) -> &'a str {
        let rest = self.rest(start);
        rest.split_once('/').map_or(rest, |(name, _)| name)
    }
}

/// A value, or a folder with its contents.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    items: &'a [Item<'a>],
    path: Option<&'a str>,
    depth: usize,
}

enum Content<'a> {
    Value(&'a [u8]),
    Folder(Folder<'a>),
}

impl<'a> Node<'a> {
    pub(super) fn root(items: &'a [Item<'a>]) -> Self {
        Self { items, path: None, depth: 0 }
    }

    fn content(self) -> Result<Content<'a>, Error> {
        let start = self.path.map_or(0, |path| path.len() + 1);
        let (value, items) = match self.items {
            [first, items @ ..] if first.path == self.path => (Some(first.value), items),
            items => (None, items),
        };
        let items = match items {
            [first, items @ ..] if first.rest(start).is_empty() && first.value.is_empty() => items,
            items => items,
        };
        match value {
            Some(value) if items.is_empty() => Ok(Content::Value(value)),
            Some(_) => Err(Error::custom("key has both a value and keys below it")),
            None if self.depth == DEPTH && !items.is_empty() => {
                Err(Error::custom("folders are nested too deeply"))
            }
            None => Ok(Content::Folder(Folder { items, start, depth: self.depth })),
        }
    }

    /// Returns the last name of the path.
    fn name(self) -> &'a str {
        self.path.and_then(|path| path.rsplit('/').next()).unwrap_or_default()
    }

    fn at(self, error: Error) -> Error {
        error.at(self.path.unwrap_or("."))
    }

    /// Reads the content, and adds the path to an error.
    fn read<T>(self, read: impl FnOnce(Content<'a>) -> Result<T, Error>) -> Result<T, Error> {
        self.content().and_then(read).map_err(|error| self.at(error))
    }
}

/// The contents of a folder.
struct Folder<'a> {
    items: &'a [Item<'a>],
    start: usize,
    depth: usize,
}

impl<'a> Folder<'a> {
    fn nodes(self) -> impl Iterator<Item = Node<'a>> {
        let Self { items, start, depth } = self;
        items.chunk_by(move |left, right| left.name(start) == right.name(start)).map(move |items| {
            let path = items[0].path.map(|path| &path[..start + items[0].name(start).len()]);
            Node { items, path, depth: depth + 1 }
        })
    }

    fn map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Fields { nodes: self.nodes(), value: None })
    }

    fn seq<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let number = |node: &Node<'_>| node.name().parse::<i128>().ok();
        let mut nodes: Vec<_> = self.nodes().collect();
        if nodes.iter().all(|node| number(node).is_some()) {
            nodes.sort_by_cached_key(number);
        }
        let mut nodes = SeqDeserializer::new(nodes.into_iter());
        let value = visitor.visit_seq(&mut nodes)?;
        nodes.end().map(|()| value)
    }

    fn variant<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let nodes: Vec<_> = self.nodes().take(2).collect();
        if nodes.len() != 1 {
            return Err(Error::custom("expected a folder with a variant and nothing beside it"));
        }
        visitor.visit_enum(MapAccessDeserializer::new(Fields { nodes: nodes.into_iter(), value: None }))
    }
}

struct Fields<'a, I> {
    nodes: I,
    value: Option<Node<'a>>,
}

impl<'de, 'a, I: Iterator<Item = Node<'a>>> MapAccess<'de> for Fields<'a, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.value = self.nodes.next();
        let Some(node) = self.value else { return Ok(None) };
        seed.deserialize(Text(node.name())).map(Some).map_err(|error| node.at(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let node = self.value.take().ok_or_else(|| Error::custom("a value is asked for before its key"))?;
        seed.deserialize(node)
    }
}

fn text<'a>(content: Content<'a>, expected: &dyn Expected) -> Result<Text<'a>, Error> {
    match content {
        Content::Value(value) => match str::from_utf8(value) {
            Ok(text) => Ok(Text(text)),
            Err(_) => Err(Error::custom(format_args!("value is not UTF-8, expected {expected}"))),
        },
        Content::Folder(_) => Err(Error::custom(format_args!("found a folder, expected {expected}"))),
    }
}

fn json(value: &[u8], expected: &dyn Expected) -> Result<Value, Error> {
    serde_json::from_slice(value)
        .map_err(|fault| Error::custom(format_args!("value is no JSON ({fault}), expected {expected}")))
}

macro_rules! read_text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.read(|content| text(content, &visitor)?.$method(visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Error;

    read_text! {
        deserialize_bool
        deserialize_i8
        deserialize_i16
        deserialize_i32
        deserialize_i64
        deserialize_i128
        deserialize_u8
        deserialize_u16
        deserialize_u32
        deserialize_u64
        deserialize_u128
        deserialize_f32
        deserialize_f64
        deserialize_char
        deserialize_str
        deserialize_string
        deserialize_unit
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(|content| match content {
            Content::Value(value) => visitor.visit_bytes(value),
            Content::Folder(folder) => folder.seq(visitor),
        })
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(|content| match content {
            Content::Value(value) => Document::new(&json(value, &visitor)?).deserialize_seq(visitor),
            Content::Folder(folder) => folder.seq(visitor),
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(|content| match content {
            Content::Value(value) => Document::new(&json(value, &visitor)?).deserialize_map(visitor),
            Content::Folder(folder) => folder.map(visitor),
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(|content| match content {
            Content::Value(value) if matches!(value.trim_ascii_start(), [b'{' | b'"', ..]) => {
                Document::new(&json(value, &visitor)?).deserialize_enum(name, variants, visitor)
            }
            Content::Value(_) => text(content, &visitor)?.deserialize_enum(name, variants, visitor),
            Content::Folder(folder) => folder.variant(visitor),
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(|content| match content {
            Content::Folder(folder) => folder.map(visitor),
            Content::Value(value) => match (serde_json::from_slice(value), str::from_utf8(value)) {
                (Ok(document), _) => Document::new(&document).deserialize_any(visitor),
                (Err(_), Ok(text)) => visitor.visit_str(text),
                (Err(_), Err(_)) => visitor.visit_bytes(value),
            },
        })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

impl<'de> IntoDeserializer<'de, Error> for Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
