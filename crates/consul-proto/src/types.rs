//! Wire formats that need their own serialization.

pub(crate) mod base64;
pub(crate) mod duration;
pub(crate) mod empty;
pub(crate) mod id;
pub(crate) mod lenient;
pub(crate) mod null;
pub(crate) mod number;
pub(crate) mod port;
pub(crate) mod secret;
pub(crate) mod string_enum;
