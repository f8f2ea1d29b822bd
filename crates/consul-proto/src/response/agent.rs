//! Responses that only agents send.

use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::DecodeError;
use crate::error::media;
use crate::response::absence::is_text;
use crate::response::{FromResponse, Head, Text};

/// A value, or `None` if the status is 404 and the text reports an unknown service.
#[derive(Debug)]
pub struct OrNoService<A>(PhantomData<A>);

/// A value of an agent whose status is the health of a service: 200 for passing, 429 for warning, 503 for critical
/// and maintenance. A 404 is the default value.
///
/// Responses must have an `X-Consul-Reason`. Without it, a status other than 200 is from a proxy or an overloaded
/// agent, and is an error, not the health of the service.
#[derive(Debug)]
pub struct HealthStatus<A>(PhantomData<A>);

/// Metrics in the Prometheus text format.
///
/// An empty body is an error: newer agents return it with status 200 if `prometheus_retention_time` is not configured.
#[derive(Debug)]
#[non_exhaustive]
pub struct Prometheus;

impl<A: FromResponse> FromResponse for OrNoService<A> {
    type Output = Option<A::Output>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_unknown(head, body) || A::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if is_unknown(head, &body) { Ok(None) } else { A::from_response(head, body).map(Some) }
    }
}

impl<A: FromResponse<Output: Default>> FromResponse for HealthStatus<A> {
    type Output = A::Output;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_grade(head) || A::accepts(head, body)
    }

    fn may_have_value(head: &Head) -> bool {
        is_grade(head) || A::may_have_value(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if head.status == StatusCode::NOT_FOUND {
            return Ok(A::Output::default());
        }
        A::from_response(head, body)
    }
}

impl FromResponse for Prometheus {
    type Output = String;

    fn from_response(head: &Head, body: Bytes) -> Result<String, DecodeError> {
        if body.is_empty() {
            let reason = "no metrics: prometheus_retention_time is not configured";
            return Err(DecodeError::new(head, &body, reason));
        }
        // Another text page has no format version.
        let kind = head.headers.get(CONTENT_TYPE);
        if kind.is_some_and(|kind| !kind.to_str().is_ok_and(|kind| kind.contains("version="))) {
            return Err(DecodeError::new(head, &body, "expected metrics in the format of Prometheus"));
        }
        Text::from_response(head, body)
    }
}

/// Responses of agents have no index, so the text decides.
fn is_unknown(head: &Head, body: &[u8]) -> bool {
    head.status == StatusCode::NOT_FOUND
        && media::is_text(head)
        && (is_text(body, "unknown service ID:*") || is_text(body, "Unknown service ID \"*\". *"))
}

fn is_grade(head: &Head) -> bool {
    matches!(head.status.as_u16(), 404 | 429 | 503)
        && head.headers.contains_key("x-consul-reason")
        && media::is_json(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Json;

    type Kind = HealthStatus<Json<Option<u8>>>;

    fn head(status: u16, header: &str) -> Head {
        http::Response::builder().status(status).header(header, "x").body(()).unwrap().into_parts().0
    }

    #[test]
    fn status_is_health_only_with_the_reason_header() {
        let accepts = |status, header| Kind::accepts(&head(status, header), &[]);
        for status in [200, 404, 429, 503] {
            assert!(accepts(status, "X-Consul-Reason"), "{status}");
            assert_eq!(accepts(status, "X-Other"), status == 200, "{status}");
        }
        assert!(!accepts(403, "X-Consul-Reason") && !accepts(500, "X-Consul-Reason"));
    }

    #[test]
    fn health_of_every_status_can_have_any_size() {
        let may_have_value = |status, header| Kind::may_have_value(&head(status, header));
        assert!([200, 429, 503].iter().all(|status| may_have_value(*status, "X-Consul-Reason")));
        assert!(may_have_value(200, "X-Other"));
        assert!(!may_have_value(503, "X-Other") && !may_have_value(500, "X-Consul-Reason"));
    }
}
