//! Answers in which absence is a value.

use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;

use crate::DecodeError;
use crate::meta::INDEX;
use crate::response::{FromResponse, Head, Streamed};

/// Takes a 404 with an index for absence: `None`.
///
/// Without an index a 404 comes from something that is not Consul, or from a route that this server does not have,
/// and stays an error: a proxy's page must not look like a deleted key.
#[derive(Debug)]
pub struct OrMissing<A>(PhantomData<A>);

/// Takes a 404 with an index for emptiness: the default value.
#[derive(Debug)]
pub struct OrEmpty<A>(PhantomData<A>);

/// Takes the 404 of a session that is gone for absence: `None`.
#[derive(Debug)]
pub struct OrGone<A>(PhantomData<A>);

fn is_missing(head: &Head) -> bool {
    head.status == StatusCode::NOT_FOUND && head.headers.contains_key(INDEX)
}

impl<A: FromResponse> FromResponse for OrMissing<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_missing(head) || A::accepts(head, body)
    }

    fn may_carry(head: &Head) -> bool {
        A::may_carry(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_missing(head) { Ok(None) } else { A::from_response(head, body).map(Some) }
    }
}

impl<A: Streamed> Streamed for OrMissing<A> {
    type Opened<B> = Option<A::Opened<B>>;

    fn open<B>(head: &Head, body: B) -> Self::Opened<B> {
        (!is_missing(head)).then(|| A::open(head, body))
    }
}

impl<A: FromResponse<Output: Default>> FromResponse for OrEmpty<A> {
    type Output = A::Output;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_missing(head) || A::accepts(head, body)
    }

    fn may_carry(head: &Head) -> bool {
        A::may_carry(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_missing(head) { Ok(A::Output::default()) } else { A::from_response(head, body) }
    }
}

impl<A: FromResponse> FromResponse for OrGone<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_gone(head, body) || A::accepts(head, body)
    }

    fn may_carry(head: &Head) -> bool {
        A::may_carry(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_gone(head, &body) { Ok(None) } else { A::from_response(head, body).map(Some) }
    }
}

/// Session answers have no index, so the text decides.
fn is_gone(head: &Head, body: &[u8]) -> bool {
    const TEXT: &[u8] = b"Session id '";
    head.status == StatusCode::NOT_FOUND && body.windows(TEXT.len()).any(|window| window == TEXT)
}
