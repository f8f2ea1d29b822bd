//! How an answer is judged and read.

mod absence;
mod agent;
mod id;
mod json;
mod map;
mod non_empty;
mod plain;
mod via;

use bytes::Bytes;

pub use absence::{OrEmpty, OrGone, OrMissing};
pub use agent::{Graded, OrUnknown, Prometheus};
pub use id::Id;
pub use json::{First, Json, List, One};
pub use map::FirstValue;
pub use non_empty::NonEmpty;
pub use plain::{Empty, Flag, Raw, Text, True};
pub use via::Via;

use crate::{DecodeError, Meta};

/// Status and headers of an answer.
pub type Head = http::response::Parts;

/// A value and what its answer says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response<T> {
    /// The value.
    pub value: T,
    /// What the headers tell.
    pub meta: Meta,
}

impl<T> Response<T> {
    /// Applies `f` to the value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: f(self.value), meta: self.meta }
    }
}

/// A kind of answer: which statuses mean a value, and how the value is read.
///
/// The kinds nest: [`OrMissing`]`<`[`One`]`<T>>` takes a 404 for absence and otherwise a list with one element.
pub trait FromResponse {
    /// The value.
    type Output;

    /// Whether the answer carries a value, rather than a refusal.
    fn accepts(head: &Head, body: &[u8]) -> bool {
        let _ = body;
        head.status == http::StatusCode::OK
    }

    /// Whether the body that follows this head may be a value's, and so of any size. Of every other answer only the text
    /// of a refusal is wanted, which is short: whoever gathers it may stop early.
    ///
    /// An answer that only says that something is absent has nothing to carry.
    fn may_carry(head: &Head) -> bool {
        head.status.is_success()
    }

    /// Reads the value of an answer that is [accepted](Self::accepts).
    ///
    /// # Errors
    ///
    /// Where the body is not what is due.
    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError>;
}

/// A kind of answer that is judged by its head alone, so that its body can be passed on unread.
pub trait Streamed: FromResponse {
    /// What stands for the value while its body is still to be read.
    type Opened<B>;

    /// Pairs an accepted head with the body that follows it.
    fn open<B>(head: &Head, body: B) -> Self::Opened<B>;
}
