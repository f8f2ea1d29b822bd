//! Writing requests: path, escaping, query and body.

mod name;

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Uri, header};
use serde::Serialize;

use crate::{EncodeError, InvalidArgument};

/// Maximum length of a target (path and query) in [`http::Uri`].
const MAX_TARGET: usize = u16::MAX as usize - 1;

/// Writes a request along the path template of its [`Endpoint`](crate::Endpoint).
///
/// Every byte outside of the unreserved set of RFC 3986 is percent-encoded. The official client does not encode some
/// reserved characters in a path (`:`, `&`, `+`). Servers decode both forms to the same text, and no proxy can
/// misread this one.
///
/// An argument cannot change the rest of the path: the writer rejects values that a server or proxy would read as
/// another path. [`encode`](crate::encode) returns the first error, so an endpoint's `write` needs no error handling.
#[derive(Debug)]
pub struct RequestWriter {
    /// The rest of the path template.
    template: &'static str,
    target: String,
    has_query: bool,
    body: Bytes,
    content_type: Option<HeaderValue>,
    cache_control: Option<HeaderValue>,
    error: Option<EncodeError>,
    datacenter: Option<String>,
    is_datacenter_taken: bool,
}

impl RequestWriter {
    pub(crate) fn new(template: &'static str) -> Self {
        Self {
            template,
            target: String::with_capacity(128),
            has_query: false,
            body: Bytes::new(),
            content_type: None,
            cache_control: None,
            error: None,
            datacenter: None,
            is_datacenter_taken: false,
        }
    }

    /// Creates a writer with a path, with or without a query.
    pub(crate) fn raw(path: &str) -> Self {
        let mut writer = Self::new("");
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if !path.starts_with('/') || !is_plain {
            writer.reject(EncodeError::Invalid {
                name: "path",
                reason: "does not start with a slash, or is not percent-encoded".to_owned(),
            });
        }
        writer.target.push_str(path);
        writer.has_query = path.contains('?');
        writer
    }

    /// Writes the next argument of the path.
    ///
    /// A `{name}` is one segment of the path, in which slashes are escaped. A `{*name}` is a [key](crate::kv), which
    /// keeps its slashes. The writer rejects values that servers would change: empty values, and values with a
    /// segment `.` or `..`, or with an empty segment that is not the last. It also rejects characters that servers
    /// reject: non-printable characters in a name, and control characters in a key.
    pub fn arg(&mut self, value: &str) {
        let Some((literal, rest)) = self.template.split_once('{') else {
            return self.reject(EncodeError::Template("more arguments than parameters"));
        };
        let Some((parameter, rest)) = rest.split_once('}') else {
            return self.reject(EncodeError::Template("a parameter does not end"));
        };
        self.template = rest;
        self.target.push_str(literal);
        match parameter.strip_prefix('*') {
            Some(name) => self.key(name, value),
            None => self.segment(parameter, value),
        }
    }

    fn segment(&mut self, name: &'static str, value: &str) {
        self.check_name(name, value);
        escape(&mut self.target, value.as_bytes(), false);
    }

    /// Rejects the request if `value` cannot be an argument of a path.
    ///
    /// For names and IDs in the body or query: servers accept any name in a registration, even one that no later
    /// request can contain.
    pub(crate) fn check_name(&mut self, field: &'static str, value: &str) {
        if let Some(reason) = name::invalid(value) {
            self.reject(EncodeError::Argument { name: field, reason });
        }
    }

    /// Rejects an empty name or ID, which servers treat as missing.
    ///
    /// For operations on objects whose names no registration accepts.
    pub(crate) fn check_not_empty(&mut self, field: &'static str, value: &str) {
        if value.is_empty() {
            self.reject(EncodeError::Argument { name: field, reason: InvalidArgument::Empty });
        }
    }

    fn key(&mut self, name: &'static str, key: &str) {
        match invalid_key(key) {
            None => escape(&mut self.target, key.as_bytes(), true),
            Some(reason) => self.reject(EncodeError::Key { name, key: key.to_owned(), reason }),
        }
    }

    /// Writes a query parameter without a value if `on` is `true`.
    ///
    /// Consul only checks if most flags are present, so `name=false` would mean true, and cannot be written.
    pub fn flag(&mut self, name: &'static str, on: bool) {
        if on {
            self.query_name(name);
        }
    }

    /// Writes `name=value` if there is a value.
    pub fn opt(&mut self, name: &'static str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.pair(name, value);
        }
    }

    /// Writes `name=value` once for each value.
    pub fn each(&mut self, name: &'static str, values: impl IntoIterator<Item = impl Display>) {
        for value in values {
            self.pair(name, value);
        }
    }

    /// Writes `name=value`.
    pub fn pair(&mut self, name: &'static str, value: impl Display) {
        self.query_name(name);
        self.target.push('=');
        // Writing to a `String` cannot fail, unless a `Display` implementation breaks its contract.
        if write!(Escaping(&mut self.target), "{value}").is_err() {
            self.reject(EncodeError::Invalid { name, reason: "cannot be displayed".to_owned() });
        }
    }

    /// Writes a parameter with a dynamic name.
    pub(crate) fn query(&mut self, name: &str, value: Option<&str>) {
        self.query_name("");
        escape(&mut self.target, name.as_bytes(), false);
        if let Some(value) = value {
            self.target.push('=');
            escape(&mut self.target, value.as_bytes(), false);
        }
    }

    fn query_name(&mut self, name: &'static str) {
        self.end_path();
        self.target.push(if self.has_query { '&' } else { '?' });
        self.target.push_str(name);
        self.has_query = true;
    }

    fn end_path(&mut self) {
        if self.template.contains('{') {
            return self.reject(EncodeError::Template("fewer arguments than parameters"));
        }
        self.target.push_str(std::mem::take(&mut self.template));
    }

    /// Sets the body to `value` as JSON.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_vec(value) {
            Ok(body) => {
                self.body = body.into();
                self.content_type = Some(HeaderValue::from_static("application/json"));
            }
            Err(error) => self.reject(EncodeError::Body(error.to_string())),
        }
    }

    /// Sets the body to `bytes`.
    pub fn bytes(&mut self, bytes: Bytes) {
        self.body = bytes;
        self.content_type = Some(HeaderValue::from_static("application/octet-stream"));
    }

    /// Removes the datacenter from the options and returns it, so that it is not written to the query.
    ///
    /// For operations with the datacenter in the body, since servers ignore the datacenter in the query for them.
    pub fn take_datacenter(&mut self) -> Option<String> {
        self.is_datacenter_taken = true;
        self.datacenter.take()
    }

    /// Returns the datacenter of the options.
    pub(crate) fn datacenter(&self) -> Option<&str> {
        self.datacenter.as_deref()
    }

    pub(crate) fn offer_datacenter(&mut self, name: Option<&str>) {
        self.datacenter = name.map(str::to_owned);
    }

    pub(crate) fn is_datacenter_taken(&self) -> bool {
        self.is_datacenter_taken
    }

    pub(crate) fn cache_control(&mut self, value: &str) {
        // Directives consist of ASCII words and numbers.
        self.cache_control = HeaderValue::from_str(value).ok();
    }

    /// Rejects the request. [`encode`](crate::encode) returns the first error.
    ///
    /// For endpoints that validate their own fields.
    pub fn reject(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    /// Rejects the request if two mutually exclusive parameters are set.
    pub fn exclude(&mut self, first: (&'static str, bool), second: (&'static str, bool)) {
        if first.1 && second.1 {
            self.reject(EncodeError::Conflict { first: first.0, second: second.0 });
        }
    }

    pub(crate) fn finish(mut self, method: Method) -> Result<http::Request<Bytes>, EncodeError> {
        self.end_path();
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.target.len() > MAX_TARGET {
            return Err(EncodeError::TooLong { length: self.target.len(), limit: MAX_TARGET });
        }
        let target = PathAndQuery::from_maybe_shared(Bytes::from(self.target))
            .map_err(|_| EncodeError::Template("is not a path"))?;
        let mut request = http::Request::new(self.body);
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from(target);
        let mut header = |name: HeaderName, value: Option<HeaderValue>| {
            if let Some(value) = value {
                request.headers_mut().insert(name, value);
            }
        };
        header(header::CONTENT_TYPE, self.content_type);
        header(header::CACHE_CONTROL, self.cache_control);
        Ok(request)
    }
}

/// Returns the reason if a key cannot be a path. See the [module on keys](crate::kv).
fn invalid_key(key: &str) -> Option<InvalidArgument> {
    if key.is_empty() {
        // Accepts the empty key, since a list of all keys has an empty prefix. Other operations reject it themselves.
        return None;
    }
    if key.chars().any(char::is_control) {
        return Some(InvalidArgument::ControlCharacter);
    }
    name::segments(key)
}

struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text.as_bytes(), false);
        Ok(())
    }
}

fn escape(target: &mut String, text: &[u8], keep_slash: bool) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        let plain = matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~');
        if plain || (keep_slash && byte == b'/') {
            target.push(char::from(byte));
        } else {
            target.push('%');
            target.push(char::from(HEX[usize::from(byte >> 4)]));
            target.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(template: &'static str, write: impl FnOnce(&mut RequestWriter)) -> Result<String, EncodeError> {
        let mut writer = RequestWriter::new(template);
        write(&mut writer);
        writer.finish(Method::GET).map(|request| request.uri().to_string())
    }

    #[test]
    fn keys_are_escaped_except_for_slashes() {
        let path = |key: &str| target("/v1/kv/{*key}", |request| request.arg(key)).unwrap();
        assert_eq!(path("a/b/"), "/v1/kv/a/b/");
        assert_eq!(path("a b+c"), "/v1/kv/a%20b%2Bc");
        assert_eq!(path("100%?#"), "/v1/kv/100%25%3F%23");
        assert_eq!(path("a%2Fb"), "/v1/kv/a%252Fb");
        assert_eq!(path("\"\\é☃"), "/v1/kv/%22%5C%C3%A9%E2%98%83");
        assert_eq!(path("..a/b../.c"), "/v1/kv/..a/b../.c");
        assert_eq!(path(""), "/v1/kv/");
    }

    #[test]
    fn keys_that_servers_would_normalize_are_rejected() {
        for (key, expected) in [
            ("/a", InvalidArgument::EmptySegment),
            ("/", InvalidArgument::EmptySegment),
            ("a//b", InvalidArgument::EmptySegment),
            ("a//", InvalidArgument::EmptySegment),
            ("a/../b", InvalidArgument::DotSegment),
            ("a/.", InvalidArgument::DotSegment),
            ("..", InvalidArgument::DotSegment),
            ("./a", InvalidArgument::DotSegment),
            ("a\0b", InvalidArgument::ControlCharacter),
            ("a\nb", InvalidArgument::ControlCharacter),
        ] {
            match target("/v1/kv/{*key}", |request| request.arg(key)) {
                Err(EncodeError::Key { reason, .. }) => assert_eq!(reason, expected, "{key:?}"),
                other => panic!("{key:?} gave {other:?}"),
            }
        }
    }

    #[test]
    fn id_is_one_segment_or_rejected() {
        let path = |id: &str| target("/v1/session/info/{id}", |request| request.arg(id));
        assert_eq!(path("?x=1#%2f").unwrap(), "/v1/session/info/%3Fx%3D1%23%252f");
        assert_eq!(path("team/web 1").unwrap(), "/v1/session/info/team%2Fweb%201");
        for id in ["", ".", "..", "/a", "a//b", "../kv/x", "a\u{7}", "a\u{200b}"] {
            assert!(matches!(path(id), Err(EncodeError::Argument { name: "id", .. })), "{id:?}");
        }
    }

    #[test]
    fn query_values_cannot_add_parameters() {
        let target = target("/v1/x", |request| {
            request.flag("stale", true);
            request.flag("recurse", false);
            request.opt("cas", Some(u64::MAX));
            request.opt("dc", None::<&str>);
            request.each("tag", ["a&token=x", "+;% é"]);
        });
        assert_eq!(
            target.unwrap(),
            "/v1/x?stale&cas=18446744073709551615&tag=a%26token%3Dx&tag=%2B%3B%25%20%C3%A9"
        );
    }

    #[test]
    fn number_of_arguments_must_match_the_path() {
        assert!(target("/v1/x/{id}", |_| ()).is_err());
        assert!(target("/v1/x", |request| request.arg("a")).is_err());
        assert!(target("/v1/{a}/x/{b}", |request| request.arg("a")).is_err());
        let two = target("/v1/{a}/x/{b}/y", |request| {
            request.arg("1");
            request.arg("2");
        });
        assert_eq!(two.unwrap(), "/v1/1/x/2/y");
    }

    #[test]
    fn target_that_is_too_long_is_rejected() {
        let key = "k".repeat(MAX_TARGET);
        let refused = target("/v1/kv/{*key}", |request| request.arg(&key));
        assert!(matches!(refused, Err(EncodeError::TooLong { .. })));
        let longest = "k".repeat(MAX_TARGET - "/v1/kv/".len());
        assert!(target("/v1/kv/{*key}", |request| request.arg(&longest)).is_ok());
    }
}
