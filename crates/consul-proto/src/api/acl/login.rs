//! Logging in with an auth method.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::{null, secret::Secret};
use crate::{Endpoint, Json, Method, RequestWriter, Scope};

/// Logs in with an auth method: `POST /v1/acl/login`.
///
/// Returns a new token, whose permissions are determined by the binding rules of the auth method. The token can
/// expire, depending on the auth method. [`Logout`](crate::acl::Logout) deletes it. This operation requires no token.
///
/// If the auth method is unknown, or no binding rule matches the bearer token, the error is [permission
/// denied](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/acl#login-to-auth-method)
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct Login {
    auth_method: String,
    bearer_token: Secret,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<String, String>,
}

impl Login {
    /// Logs in with the auth method `auth_method` and a bearer token for it, such as a JWT.
    pub fn new(auth_method: impl Into<String>, bearer_token: impl Into<Secret>) -> Self {
        Self { auth_method: auth_method.into(), bearer_token: bearer_token.into(), meta: BTreeMap::new() }
    }

    /// Adds a metadata entry, which becomes part of the token's description.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }
}

/// A token that was created by a [`Login`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LoginToken {
    /// The id of the token, which is not a secret.
    #[serde(rename = "AccessorID", default, deserialize_with = "null::or_default")]
    pub accessor_id: String,
    /// The token.
    #[serde(rename = "SecretID")]
    pub secret_id: Secret,
    /// The description, which contains the metadata of the login.
    #[serde(default, deserialize_with = "null::or_default")]
    pub description: String,
    /// The auth method.
    #[serde(default, deserialize_with = "null::or_default")]
    pub auth_method: String,
    /// When the token was created, in the form `2006-01-02T15:04:05.999Z`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub create_time: String,
    /// When the token expires, in the same form; empty if it does not.
    #[serde(default, deserialize_with = "null::or_default")]
    pub expiration_time: String,
}

impl LoginToken {
    /// Returns the lifetime of the token, from its creation to its expiration, or `None` if it does not expire.
    ///
    /// Both times are from the servers' clock, so the difference does not depend on the local clock.
    #[must_use]
    pub fn lifetime(&self) -> Option<Duration> {
        seconds(&self.expiration_time)?.checked_sub(seconds(&self.create_time)?).map(Duration::from_secs)
    }
}

impl Endpoint for Login {
    type Response = Json<LoginToken>;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v1/acl/login";
    const SCOPE: Scope = Scope::ALL;

    fn write(&self, request: &mut RequestWriter) {
        request.json(self);
    }
}

/// Returns the seconds since the year 0 of a time in Go's format: `2006-01-02T15:04:05.999Z`, or with an offset.
fn seconds(time: &str) -> Option<u64> {
    let (date, rest) = time.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let clock = rest.get(..8)?;
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    // The computation uses years that start in March, so that the leap day is the last day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    let local = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    let zone = rest.get(8..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = |zone: &str| {
        let (hours, minutes) = zone.split_once(':')?;
        Some((hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?) * 60)
    };
    match zone.split_at_checked(1)? {
        ("Z", "") => Some(local),
        ("+", zone) => local.checked_sub(offset(zone)?),
        ("-", zone) => Some(local + offset(zone)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseError;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(
            wire(&Login::new("kubernetes", "a.b.c")),
            "POST /v1/acl/login\n{\"AuthMethod\":\"kubernetes\",\"BearerToken\":\"a.b.c\"}"
        );
        let with_meta = wire(&Login::new("jwt", "a.b.c").meta("pod", "p-1"));
        assert!(with_meta.ends_with(r#""Meta":{"pod":"p-1"}}"#), "{with_meta}");
    }

    #[test]
    fn debug_hides_the_bearer_token() {
        assert!(!format!("{:?}", Login::new("jwt", "a.b.c")).contains("a.b.c"));
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"AccessorID":"31ac56c1-47c6-707a-368e-7a87c14a4128",
            "SecretID":"4cd89b5d-8a5a-81e8-5430-f06990461460",
            "Description":"token created via login: {\"pod\":\"p-1\"}","Local":true,"AuthMethod":"jwt1",
            "ExpirationTime":"2026-11-26T08:26:52.582958444Z","CreateTime":"2026-11-26T08:21:52.582958444Z"}"#;
        let token = decoded::<Login>(200, body).unwrap();
        assert_eq!(token.secret_id.expose(), "4cd89b5d-8a5a-81e8-5430-f06990461460");
        assert_eq!(token.lifetime(), Some(Duration::from_secs(300)));
        assert!(!format!("{token:?}").contains("4cd89b5d"));
    }

    #[test]
    fn unknown_auth_method_is_an_api_error() {
        assert!(matches!(decoded::<Login>(403, "ACL not found"), Err(ResponseError::Api(_))));
    }

    #[test]
    fn lifetime_counts_across_days_years_and_offsets() {
        let lifetime = |from: &str, to: &str| {
            let (create_time, expiration_time) = (from.to_owned(), to.to_owned());
            let lifetime = LoginToken { create_time, expiration_time, ..LoginToken::default() }.lifetime();
            lifetime.map(|lifetime| lifetime.as_secs())
        };
        assert_eq!(lifetime("2023-12-31T23:59:59Z", "2024-01-01T00:00:01Z"), Some(2));
        assert_eq!(lifetime("2024-02-28T00:00:00Z", "2024-03-01T00:00:00Z"), Some(2 * 86_400));
        assert_eq!(lifetime("2023-02-28T00:00:00Z", "2023-03-01T00:00:00Z"), Some(86_400));
        assert_eq!(lifetime("2024-01-01T00:00:00.5Z", "2024-01-01T02:00:00+01:00"), Some(3600));
        assert_eq!(lifetime("2024-01-01T00:00:00Z", "2023-12-31T23:00:00-01:30"), Some(1800));
        for odd in ["", "2024", "2024-01-01T", "2024-01-01T00:00:00", "2024-01-01T00:00:00X", "éT00:00:00Z"]
        {
            assert_eq!(lifetime("2024-01-01T00:00:00Z", odd), None, "{odd}");
        }
        assert_eq!(lifetime("2024-01-01T00:00:00Z", "0001-01-01T00:00:00Z"), None, "it has none");
    }
}
