//! Reading who leads.

use bytes::Bytes;

use crate::response::Head;
use crate::{DecodeError, Endpoint, FromResponse, Json, Method, RequestWriter, Scope};

/// Reads the address of the server that leads: `GET /v1/status/leader`.
///
/// `None` where none does. What the asked agent believes; it may have missed an election.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/status#get-raft-leader)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leader;

impl Leader {
    /// Reads who leads.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Endpoint for Leader {
    type Response = Elected;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/status/leader";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, _: &mut RequestWriter) {}
}

/// The address of a leader as `host:port`; `None` where the text is empty.
#[derive(Debug)]
pub struct Elected;

impl FromResponse for Elected {
    type Output = Option<String>;

    fn from_response(head: &Head, body: Bytes) -> Result<Option<String>, DecodeError> {
        let address = Json::<Option<String>>::from_response(head, body)?;
        Ok(address.filter(|address| !address.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Leader), "GET /v1/status/leader");
    }

    #[test]
    fn recorded_answer() {
        assert_eq!(decoded::<Leader>(200, "\"127.0.0.1:21300\"\n").unwrap().unwrap(), "127.0.0.1:21300");
    }

    #[test]
    fn nobody_leads() {
        assert_eq!(decoded::<Leader>(200, "\"\"").unwrap(), None);
    }
}
