//! Enums of strings, with a variant for unknown strings.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A value that this version of an enum does not know, for example from a newer server.
///
/// It has no public constructor, so that a program does not depend on a value being unknown, which can become a
/// variant in a later version. To handle unknown values, match with `_` and use `as_str` of the enum.
///
/// ```
/// use consul_proto::catalog::CheckType;
///
/// let check_type = CheckType::from("from-a-newer-server");
/// assert_eq!(check_type.as_str(), "from-a-newer-server");
/// ```
///
/// ```compile_fail,E0423
/// consul_proto::catalog::CheckType::Other(consul_proto::UnknownValue("ttl".to_owned()));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(String);

impl UnknownValue {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Declares an enum of strings from one table, so that decoding and encoding are consistent.
macro_rules! string_enum {
    ($(#[$about:meta])* $name:ident { $($(#[$arm_about:meta])* $arm:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$arm_about])* $arm,)+
            /// A value that this version does not know.
            Other($crate::UnknownValue),
        }

        impl $name {
            /// Returns the value in the spelling of the API.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$arm => $text,)+
                    Self::Other(value) => value.as_str(),
                }
            }
        }

        impl $crate::types::empty::IsEmpty for $name {
            fn is_empty(&self) -> bool {
                self.as_str().is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$arm,)+
                    other => Self::Other($crate::UnknownValue::new(other)),
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
                $crate::types::string_enum::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use string_enum;

/// Decodes a string as a variant. `null` is the empty string.
pub(crate) fn deserialize<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: for<'a> From<&'a str>,
{
    deserializer.deserialize_any(StringEnum(PhantomData))
}

struct StringEnum<E>(PhantomData<E>);

impl<E: for<'a> From<&'a str>> Visitor<'_> for StringEnum<E> {
    type Value = E;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<E, F> {
        Ok(E::from(text))
    }

    fn visit_unit<F: Error>(self) -> Result<E, F> {
        Ok(E::from(""))
    }
}

#[cfg(test)]
mod tests {
    use crate::model::MeshGatewayMode;

    #[test]
    fn values_are_read_and_written() {
        for (json, mode) in [
            (r#""local""#, MeshGatewayMode::Local),
            (r#""""#, MeshGatewayMode::Inherited),
            (r#""odd \"value\"""#, MeshGatewayMode::from("odd \"value\"")),
        ] {
            assert_eq!(serde_json::from_str::<MeshGatewayMode>(json).unwrap(), mode);
            assert_eq!(serde_json::to_string(&mode).unwrap(), json);
        }
        assert_eq!(serde_json::from_str::<MeshGatewayMode>("null").unwrap(), MeshGatewayMode::Inherited);
        assert!(serde_json::from_str::<MeshGatewayMode>("7").is_err());
        assert_eq!(MeshGatewayMode::Local.to_string(), "local");
    }

    #[test]
    fn known_text_is_never_an_unknown_value() {
        assert_eq!(MeshGatewayMode::from("local"), MeshGatewayMode::Local);
        let MeshGatewayMode::Other(value) = MeshGatewayMode::from("far") else { panic!() };
        assert_eq!((value.as_str(), format!("{value:?}")), ("far", r#""far""#.to_owned()));
    }
}
