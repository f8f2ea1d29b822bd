//! A model of how Go's HTTP server and Consul parse a request target.

/// How a server reads a request for a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The request is for this key.
    Key(String),
    /// The server rejects the request.
    Rejected,
    /// The server redirects the request, or it is not for a key.
    Other,
}

/// Returns what Consul 1.8 reads. It looks at the decoded path, and redirects if that is not clean.
pub(crate) fn seen_by_1_8(target: &str) -> Seen {
    let Some(path) = decoded_path(target) else { return Seen::Rejected };
    if redirected(&path) != path {
        return Seen::Other;
    }
    key(&path)
}

/// Returns what Consul 1.22 reads. It redirects by the path as sent, then cleans the key and rejects some keys.
pub(crate) fn seen_by_1_22(target: &str) -> Seen {
    let raw = target.split('?').next().unwrap_or_default();
    if redirected(raw) != raw {
        return Seen::Other;
    }
    let Some(path) = decoded_path(target) else { return Seen::Rejected };
    match key(&path) {
        Seen::Key(key) if key.is_empty() => Seen::Key(key),
        Seen::Key(key) => {
            let key = if key.ends_with('/') { clean(&key) + "/" } else { clean(&key) };
            let again = unescape(&key, false).filter(|again| *again != key);
            let is_rejected = key.starts_with(' ')
                || key.ends_with(' ')
                || key.split('/').any(|segment| segment == "..")
                || again.is_some_and(|again| again.contains("..") || again.contains(' '));
            if is_rejected { Seen::Rejected } else { Seen::Key(key) }
        }
        seen => seen,
    }
}

fn key(path: &str) -> Seen {
    match path.strip_prefix("/v1/kv/") {
        None => Seen::Other,
        Some(key) if key.chars().any(char::is_control) => Seen::Rejected,
        Some(key) => Seen::Key(key.to_owned()),
    }
}

/// Returns the decoded path of a request, or `None` if it cannot be decoded.
fn decoded_path(target: &str) -> Option<String> {
    unescape(target.split('?').next()?, false)
}

/// Returns the decoded segments of a path.
pub(crate) fn segments(target: &str) -> Option<Vec<String>> {
    let path = target.split('?').next()?.strip_prefix('/')?;
    path.split('/').map(|segment| unescape(segment, false)).collect()
}

/// Returns the decoded pairs of a query, or `None` if servers would read it differently: old servers read `;` as `&`,
/// new ones report an error.
pub(crate) fn query(target: &str) -> Option<Vec<(String, String)>> {
    let Some((_, query)) = target.split_once('?') else { return Some(Vec::new()) };
    if query.contains([';', '#']) {
        return None;
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescape(name, true)?, unescape(value, true)?))
    });
    pairs.collect()
}

/// Implements Go's `unescape`: a plus is a space in queries only.
fn unescape(text: &str, is_query: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b'+' if is_query => b' ',
            byte => byte,
        });
    }
    // Keys are strings here, so the decoded bytes are UTF-8.
    String::from_utf8(bytes).ok()
}

/// Returns the path that the multiplexer of `net/http` redirects to, or the same path if it does not.
fn redirected(path: &str) -> String {
    let clean = clean(path);
    if path.ends_with('/') && clean != "/" { clean + "/" } else { clean }
}

/// Implements Go's `path.Clean`.
fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match (segment, segments.last()) {
            ("" | ".", _) => {}
            ("..", None) if is_rooted => {}
            ("..", None | Some(&"..")) => segments.push(segment),
            ("..", Some(_)) => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let clean = segments.join("/");
    match clean.as_str() {
        _ if is_rooted => format!("/{clean}"),
        "" => ".".to_owned(),
        _ => clean,
    }
}
