//! Writing one key.

use bytes::Bytes;

use crate::kv::write_key;
use crate::{Endpoint, Flag, Method, RequestWriter, Write, session};

/// Writes one key: `PUT /v1/kv/:key`.
///
/// Tells whether the value was written. Without a condition that is always `true`; with one, `false` means that it did
/// not hold and nothing was changed. At most one condition can be given.
///
/// A write whose outcome is unknown can still be carried out later, over a newer value: servers go on with what they
/// hold when the caller has left. With [`cas`](Self::cas) it cannot.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#create-update-key)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// The key; see the [module](crate::kv) for those that have no path.
    pub key: String,
    /// The value; servers take 524,288 bytes unless configured otherwise.
    pub value: Bytes,
    /// A number to attach to the value. A write without it resets the stored one to 0.
    pub flags: Option<u64>,
    /// Writes only if the key's `ModifyIndex` is this one; 0 only if there is no such key.
    pub cas: Option<u64>,
    /// Writes and locks the key for the session of this [id](crate::session#ids), only if no other session holds it and no lock-delay is running. An
    /// unknown session is an [error](crate::ApiErrorKind::UnknownSession).
    pub acquire: Option<String>,
    /// Writes and unlocks the key, only if the session of this id holds it.
    pub release: Option<String>,
}

impl Put {
    /// Writes `value` under `key`, without a condition.
    pub fn new(key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        Self { key: key.into(), value: value.into(), flags: None, cas: None, acquire: None, release: None }
    }
}

impl Endpoint for Put {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        let (cas, acquire, release) = (self.cas.is_some(), self.acquire.is_some(), self.release.is_some());
        request.exclude(("cas", cas), ("acquire", acquire));
        request.exclude(("cas", cas), ("release", release));
        request.exclude(("acquire", acquire), ("release", release));
        write_key(request, &self.key);
        request.opt("flags", self.flags);
        request.opt("cas", self.cas);
        for (name, session) in [("acquire", &self.acquire), ("release", &self.release)] {
            if let Some(session) = session {
                let id = session::id(request, name, session);
                request.pair(name, id);
            }
        }
        request.bytes(self.value.clone());
    }
}

impl Write for Put {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{answer, refusal, wire};

    const ID: &str = "5ef7c2f4-3a5b-4f6e-9d1c-0a1b2c3d4e5f";

    #[test]
    fn request() {
        assert_eq!(wire(&Put::new("app/config", "hello")), "PUT /v1/kv/app/config\nhello");
        let put = Put { flags: Some(u64::MAX), cas: Some(0), ..Put::new("k", "") };
        assert_eq!(wire(&put), "PUT /v1/kv/k?flags=18446744073709551615&cas=0");
        let acquire = Put { acquire: Some(ID.to_owned()), ..Put::new("k", "v") };
        assert_eq!(wire(&acquire), format!("PUT /v1/kv/k?acquire={ID}\nv"));
        let release = Put { release: Some(ID.to_owned()), ..Put::new("k", "v") };
        assert_eq!(wire(&release), format!("PUT /v1/kv/k?release={ID}\nv"));
    }

    #[test]
    fn what_is_no_session_is_not_sent() {
        let acquire = Put { acquire: Some("a&cas=1".to_owned()), ..Put::new("k", "v") };
        assert!(matches!(refusal(&acquire), EncodeError::Invalid { name: "acquire", .. }));
    }

    #[test]
    fn conditions_exclude_each_other() {
        let cas = Put { cas: Some(1), ..Put::new("k", "v") };
        let both = Put { acquire: Some("s".to_owned()), ..cas.clone() };
        assert!(matches!(refusal(&both), EncodeError::Conflict { first: "cas", second: "acquire" }));
        let both = Put { release: Some("s".to_owned()), ..cas };
        assert!(matches!(refusal(&both), EncodeError::Conflict { first: "cas", second: "release" }));
    }

    #[test]
    fn answers() {
        assert!(answer::<Put>(200, "true\n").unwrap());
        assert!(!answer::<Put>(200, "false").unwrap());
        assert!(answer::<Put>(200, "").is_err());
    }

    #[test]
    fn is_sent_once() {
        assert!(!Put::new("k", "v").is_replayable());
    }
}
