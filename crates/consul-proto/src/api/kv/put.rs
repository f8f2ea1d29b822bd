//! Writing one key.

use bytes::Bytes;

use crate::kv::{Condition, PutIf, write_key};
use crate::model::{IntoValue, SessionId};
use crate::{Endpoint, Method, RequestWriter, True};

/// Writes one key: `PUT /v1/kv/:key`.
///
/// With a condition, it becomes a [`PutIf`](crate::kv::PutIf), which returns whether the condition held.
///
/// If the outcome of the request is unknown, a server may still execute it later and overwrite a newer value. So the
/// client does not retry it, unless the caller declares it [idempotent](Self::assume_idempotent). A write with
/// [`cas`](Self::cas) cannot overwrite a newer value.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#create-update-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Put {
    key: String,
    value: Bytes,
    flags: Option<u64>,
    is_idempotent: bool,
}

impl Put {
    /// Writes `value` to `key`. Creates the key if it does not exist.
    ///
    /// Servers accept values of up to 524,288 bytes by default. Some keys cannot be sent in a path and are rejected.
    /// See [Keys](crate::kv#keys).
    pub fn new(key: impl Into<String>, value: impl IntoValue) -> Self {
        Self { key: key.into(), value: value.into_value(), flags: None, is_idempotent: false }
    }

    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(mut self, flags: u64) -> Self {
        self.flags = Some(flags);
        self
    }

    /// Declares that sending the request twice does no harm, so that it is retried after an unknown outcome.
    ///
    /// This holds if no other program writes the key. Otherwise a retry, or the first request if it is executed late,
    /// could overwrite the value of another writer.
    pub fn assume_idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0, only if the key does not exist.
    pub fn cas(self, index: u64) -> PutIf {
        PutIf::new(self, Condition::Cas(index))
    }

    /// Writes and locks the key for a session, only if no other session holds it and no lock-delay is running.
    ///
    /// An unknown session is an [error](crate::ApiErrorKind::UnknownSession). If Raft makes no progress while the
    /// last holder's session ends, servers can grant a key before its lock-delay has elapsed. A transaction that also
    /// checks the key's index avoids this.
    pub fn acquire(self, session: impl Into<SessionId>) -> PutIf {
        PutIf::new(self, Condition::Acquire(session.into()))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<SessionId>) -> PutIf {
        PutIf::new(self, Condition::Release(session.into()))
    }
}

impl Endpoint for Put {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        write_key(request, &self.key);
        request.opt("flags", self.flags);
        request.bytes(self.value.clone());
    }

    fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Put::new("app/config", "hello")), "PUT /v1/kv/app/config\nhello");
        assert_eq!(wire(&Put::new("k", "").flags(u64::MAX)), "PUT /v1/kv/k?flags=18446744073709551615");
    }

    #[test]
    fn response_other_than_true_is_an_error() {
        decoded::<Put>(200, "true\n").unwrap();
        assert!(decoded::<Put>(200, "false").is_err());
        assert!(decoded::<Put>(200, "").is_err());
    }

    #[test]
    fn put_is_idempotent_only_if_the_caller_says_so() {
        assert!(!Put::new("k", "v").is_idempotent());
        assert!(Put::new("k", "v").assume_idempotent().is_idempotent());
    }
}
