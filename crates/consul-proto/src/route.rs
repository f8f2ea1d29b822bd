//! Properties of an operation without its arguments.

use std::fmt;

use http::Method;

use crate::error::response::{error_of, error_of_raw};
use crate::response::{FromResponse, Head};
use crate::{ApiErrorKind, Endpoint, ResponseError, Target};

/// An operation without its arguments. It has the labels for errors, logs and metrics, and the properties that a
/// client needs to send the request.
///
/// It contains no user data.
#[derive(Clone)]
pub struct Route {
    method: Method,
    path: &'static str,
    is_idempotent: bool,
    is_write: bool,
    transient_error: Option<ApiErrorKind>,
    target: Target,
    may_be_large: fn(&Head) -> bool,
    has_value: fn(&Head) -> bool,
    error_of: fn(&Head, &[u8]) -> Option<ResponseError>,
}

/// The path label of raw requests.
const RAW: &str = "(raw)";

impl Route {
    /// Returns the route of an endpoint.
    pub fn of<E: Endpoint>(endpoint: &E) -> Self {
        Self {
            method: E::METHOD,
            path: E::PATH,
            is_idempotent: endpoint.is_idempotent(),
            is_write: endpoint.is_write(),
            transient_error: endpoint.transient_error(),
            target: E::TARGET,
            may_be_large: E::Response::may_have_value,
            has_value: |head| E::Response::accepts(head, &[]),
            error_of: |head, body| (!E::Response::accepts(head, body)).then(|| error_of::<E>(head, body)),
        }
    }

    /// Returns the route of a raw request. Its path is `(raw)`, and every response may be large.
    #[must_use]
    pub fn raw(method: Method) -> Self {
        let is_safe = method.is_safe();
        Self {
            method,
            path: RAW,
            is_idempotent: is_safe,
            is_write: !is_safe,
            transient_error: None,
            target: Target::AnyAgent,
            may_be_large: |_| true,
            has_value: |_| true,
            error_of: |head, body| (!head.status.is_success()).then(|| error_of_raw(head, RAW, body)),
        }
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path template, such as `/v1/kv/{*key}`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        self.path
    }

    /// Returns `true` if sending the request twice has the same effect as sending it once.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.is_idempotent
    }

    /// Returns `true` if the operation can be a write.
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.is_write
    }

    /// Returns whether the request may succeed later after an error of this kind, without a change by anybody.
    #[must_use]
    pub fn is_transient(&self, kind: ApiErrorKind) -> bool {
        kind.is_transient() || self.transient_error == Some(kind)
    }

    /// Returns the agents that can serve the operation.
    #[must_use]
    pub fn target(&self) -> Target {
        self.target
    }

    /// Returns `true` if the head of a response shows that it has a value.
    #[must_use]
    pub fn has_value(&self, head: &Head) -> bool {
        (self.has_value)(head)
    }

    /// Returns the error that a response reports, or `None` if the response has a value.
    #[must_use]
    pub fn error_of(&self, head: &Head, body: &[u8]) -> Option<ResponseError> {
        (self.error_of)(head, body)
    }

    /// Returns `true` if the body after this head can be a value, which can have any size. Other bodies are short
    /// error texts.
    #[must_use]
    pub fn may_be_large(&self, head: &Head) -> bool {
        (self.may_be_large)(head)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({} {})", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv;

    #[test]
    fn route_of_an_endpoint_has_no_arguments() {
        let route = Route::of(&kv::Put::new("secret/key", "value"));
        assert_eq!((route.method(), route.path()), (&Method::PUT, "/v1/kv/{*key}"));
        assert!(route.is_write());
        assert!(!format!("{route:?}").contains("secret"));
    }

    #[test]
    fn raw_route_allows_large_responses_of_any_status() {
        let (head, ()) = http::Response::builder().status(500).body(()).expect("status exists").into_parts();
        assert!(Route::raw(Method::GET).may_be_large(&head));
        assert!(!Route::of(&kv::Get::new("k")).may_be_large(&head));
    }
}
