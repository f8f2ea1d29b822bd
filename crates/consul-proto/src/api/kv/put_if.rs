//! Writing one key under a condition.

use crate::kv::{Applied, Condition, Put};
use crate::response::Via;
use crate::{Endpoint, Flag, Method, RequestWriter};

/// Writes one key if a condition holds: `PUT /v1/kv/:key`.
///
/// Created by [`Put::cas`](crate::kv::Put::cas), [`Put::acquire`](crate::kv::Put::acquire) and
/// [`Put::release`](crate::kv::Put::release). Returns whether the condition held and the value was written.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#create-update-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct PutIf {
    put: Put,
    condition: Condition,
}

impl PutIf {
    pub(super) fn new(put: Put, condition: Condition) -> Self {
        Self { put, condition }
    }

    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(mut self, flags: u64) -> Self {
        self.put = self.put.flags(flags);
        self
    }
}

impl Endpoint for PutIf {
    type Response = Via<Flag, Applied>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        self.put.write(request);
        self.condition.write(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{decoded, rejected, wire};

    const ID: &str = "5ef7c2f4-3a5b-4f6e-9d1c-0a1b2c3d4e5f";

    #[test]
    fn request() {
        assert_eq!(wire(&Put::new("k", "").cas(0).flags(7)), "PUT /v1/kv/k?flags=7&cas=0");
        assert_eq!(wire(&Put::new("k", "").flags(7).cas(0)), "PUT /v1/kv/k?flags=7&cas=0");
        assert_eq!(wire(&Put::new("k", "v").acquire(ID)), format!("PUT /v1/kv/k?acquire={ID}\nv"));
        assert_eq!(wire(&Put::new("k", "v").release(ID)), format!("PUT /v1/kv/k?release={ID}\nv"));
    }

    #[test]
    fn text_that_is_not_a_session_id_is_rejected() {
        let acquire = Put::new("k", "v").acquire("a&cas=1");
        assert!(matches!(rejected(&acquire), EncodeError::Invalid { name: "acquire", .. }));
    }

    #[test]
    fn response_tells_if_the_condition_held() {
        assert_eq!(decoded::<PutIf>(200, "true\n").unwrap(), Applied::Yes);
        assert_eq!(decoded::<PutIf>(200, "false").unwrap(), Applied::No);
        assert!(decoded::<PutIf>(200, "").is_err());
    }

    #[test]
    fn conditional_put_is_not_idempotent() {
        assert!(!Put::new("k", "v").assume_idempotent().cas(0).is_idempotent());
    }
}
