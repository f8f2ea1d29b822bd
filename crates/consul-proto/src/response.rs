//! Kinds of responses, and how they are decoded.

mod absence;
mod agent;
mod id;
mod json;
mod map;
mod object;
mod optional_text;
mod plain;
mod via;

use bytes::Bytes;

pub use absence::{OrEmpty, OrEmpty404, OrMissing, OrNoSession};
pub use agent::{HealthStatus, OrNoService, Prometheus};
pub use id::Id;
pub use json::{First, Json, List, One};
pub use map::FirstValue;
pub use object::{MapOfLists, OptionalObject};
pub use optional_text::OptionalText;
pub use plain::{Empty, Flag, Raw, Text, True};
pub use via::Via;

use crate::{DecodeError, Meta};

/// Status and headers of a response.
pub type Head = http::response::Parts;

/// A value with the metadata of its response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "callers take it apart and construct it")]
pub struct Response<T> {
    /// The value.
    pub value: T,
    /// The metadata from the headers.
    pub meta: Meta,
}

impl<T> Response<T> {
    /// Applies `f` to the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: f(self.value), meta: self.meta }
    }
}

/// A kind of response. It decides which statuses have a value, and how to decode the value.
///
/// Kinds can be nested: [`OrMissing`]`<`[`One`]`<T>>` is `None` if the status is 404, and otherwise decodes a list
/// with one element.
pub trait FromResponse {
    /// The value.
    type Output;

    /// Returns `true` if the response has a value, and `false` if it is an error.
    fn accepts(head: &Head, body: &[u8]) -> bool {
        let _ = body;
        head.status == http::StatusCode::OK
    }

    /// Returns `true` if the body after this head may be a value, which can have any size. The body of every other
    /// response is an error text, which is short, so the rest of it need not be read.
    ///
    /// Responses that report absence return `false`.
    fn may_have_value(head: &Head) -> bool {
        head.status.is_success()
    }

    /// Decodes the value of a response that is [accepted](Self::accepts).
    ///
    /// # Errors
    ///
    /// Returns an error if the body is unexpected for the operation, or not from Consul.
    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError>;
}

/// A kind of response whose head decides if it has a value, so that its body can be streamed.
pub trait Streamed: FromResponse {
    /// The value with a streamed body.
    type Opened<B>;

    /// Checks the head of an accepted response.
    ///
    /// # Errors
    ///
    /// Returns an error if the body cannot be a complete value of Consul.
    fn check(head: &Head) -> Result<(), DecodeError> {
        let _ = head;
        Ok(())
    }

    /// Combines an accepted head with the streamed body.
    fn open<B>(head: &Head, body: B) -> Self::Opened<B>;
}
