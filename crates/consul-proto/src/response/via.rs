//! Responses whose value is converted.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;

use crate::DecodeError;
use crate::response::{FromResponse, Head};

/// Decodes a response as `K`, and converts its value into a `T`.
pub struct Via<K, T>(PhantomData<fn() -> (K, T)>);

impl<K: FromResponse, T: From<K::Output>> FromResponse for Via<K, T> {
    type Output = T;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        K::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        K::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<T, DecodeError> {
        K::from_response(head, body).map(T::from)
    }
}

impl<K, T> fmt::Debug for Via<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Via")
    }
}
