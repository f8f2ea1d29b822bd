//! How responses are judged and read.

mod absence;
mod agent;
mod id;
mod json;
mod map;
mod non_empty;
mod object;
mod plain;
mod via;

use bytes::Bytes;

pub use absence::{OrAbsent, OrEmpty, OrGone, OrMissing};
pub use agent::{Graded, OrUnknown, Prometheus};
pub use id::Id;
pub use json::{First, Json, List, One};
pub use map::FirstValue;
pub use non_empty::NonEmpty;
pub use object::{Lists, NonBlank};
pub use plain::{Empty, Flag, Raw, Text, True};
pub use via::Via;

use crate::{DecodeError, Meta};

/// Status and headers of a response.
pub type Head = http::response::Parts;

/// A value, and what the headers of its response say.
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

/// A kind of response: which statuses have a value, and how the value is decoded.
///
/// The kinds nest: [`OrMissing`]`<`[`One`]`<T>>` is absent if the status is 404, and otherwise a list with one element.
pub trait FromResponse {
    /// The value.
    type Output;

    /// Whether the response has a value, rather than an error.
    fn accepts(head: &Head, body: &[u8]) -> bool {
        let _ = body;
        head.status == http::StatusCode::OK
    }

    /// Whether the body after this head may be a value, and so of any size. Of every other response only the error text
    /// is needed, which is short: the rest of the body need not be read.
    ///
    /// A response that says that something is absent has no value.
    fn may_carry(head: &Head) -> bool {
        head.status.is_success()
    }

    /// Decodes the value of a response that is [accepted](Self::accepts).
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not what the operation returns, or not from Consul.
    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError>;
}

/// A kind of response that is judged by its head alone, so that its body can be streamed.
pub trait Streamed: FromResponse {
    /// The value while its body is still to be read.
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

    /// Combines an accepted head with the body that follows it.
    fn open<B>(head: &Head, body: B) -> Self::Opened<B>;
}
