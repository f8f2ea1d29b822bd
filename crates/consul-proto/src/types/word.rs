//! Words of the wire: texts that an enum knows, with an arm for those it does not.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads a word. `null` is the empty one.
pub(crate) fn deserialize<'de, D, W>(deserializer: D) -> Result<W, D::Error>
where
    D: Deserializer<'de>,
    W: for<'a> From<&'a str>,
{
    deserializer.deserialize_any(Word(PhantomData))
}

struct Word<W>(PhantomData<W>);

impl<W: for<'a> From<&'a str>> Visitor<'_> for Word<W> {
    type Value = W;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<W, E> {
        Ok(W::from(word))
    }

    fn visit_unit<E: Error>(self) -> Result<W, E> {
        Ok(W::from(""))
    }
}

/// Declares an enum of words out of one table, so that reading and writing cannot drift apart.
macro_rules! word {
    ($(#[$about:meta])* $name:ident { $($(#[$arm_about:meta])* $arm:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$arm_about])* $arm,)+
            /// A word that this version does not know.
            Other(String),
        }

        impl $name {
            /// The word as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$arm => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl $crate::types::blank::Blank for $name {
            fn is_blank(&self) -> bool {
                self.as_str().is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$arm,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::types::word::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use word;

#[cfg(test)]
mod tests {
    use crate::model::MeshGatewayMode;

    #[test]
    fn words_are_read_and_written() {
        for (json, mode) in [
            (r#""local""#, MeshGatewayMode::Local),
            (r#""""#, MeshGatewayMode::Inherited),
            (r#""odd \"word\"""#, MeshGatewayMode::Other("odd \"word\"".to_owned())),
        ] {
            assert_eq!(serde_json::from_str::<MeshGatewayMode>(json).unwrap(), mode);
            assert_eq!(serde_json::to_string(&mode).unwrap(), json);
        }
        assert_eq!(serde_json::from_str::<MeshGatewayMode>("null").unwrap(), MeshGatewayMode::Inherited);
        assert!(serde_json::from_str::<MeshGatewayMode>("7").is_err());
        assert_eq!(MeshGatewayMode::Local.to_string(), "local");
    }
}
