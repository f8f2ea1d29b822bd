//! Deleting one key under a condition.

use crate::kv::{Applied, Delete};
use crate::response::Via;
use crate::{Endpoint, Flag, Method, RequestWriter};

/// Deletes one key if it has not changed: `DELETE /v1/kv/:key?cas`.
///
/// Created by [`Delete::cas`](crate::kv::Delete::cas). Returns `Yes` if the key no longer exists, even if it did not
/// exist before.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DeleteIf {
    delete: Delete,
    index: u64,
}

impl DeleteIf {
    pub(super) fn new(delete: Delete, index: u64) -> Self {
        Self { delete, index }
    }
}

impl Endpoint for DeleteIf {
    type Response = Via<Flag, Applied>;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        self.delete.write(request);
        request.pair("cas", self.index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Delete::new("k").cas(38)), "DELETE /v1/kv/k?cas=38");
    }

    #[test]
    fn response_tells_if_the_condition_held() {
        assert_eq!(decoded::<DeleteIf>(200, "true").unwrap(), Applied::Yes);
        assert_eq!(decoded::<DeleteIf>(200, "false").unwrap(), Applied::No);
    }
}
