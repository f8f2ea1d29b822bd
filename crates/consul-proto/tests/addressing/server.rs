//! What Go's HTTP server and Consul make of the target of a request.

/// What becomes of a request for a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It is about this key.
    Key(String),
    /// It is refused.
    Refused,
    /// It is redirected, or is about something else than a key.
    Elsewhere,
}

/// Consul 1.8 looks at the decoded path, and redirects what is not clean.
pub(crate) fn seen_by_1_8(target: &str) -> Seen {
    let Some(path) = decoded_path(target) else { return Seen::Refused };
    if redirected(&path) != path {
        return Seen::Elsewhere;
    }
    key(&path)
}

/// Consul 1.22 redirects by the path as it is sent, then cleans the key and refuses some.
pub(crate) fn seen_by_1_22(target: &str) -> Seen {
    let raw = target.split('?').next().unwrap_or_default();
    if redirected(raw) != raw {
        return Seen::Elsewhere;
    }
    let Some(path) = decoded_path(target) else { return Seen::Refused };
    match key(&path) {
        Seen::Key(key) if key.is_empty() => Seen::Key(key),
        Seen::Key(key) => {
            let key = if key.ends_with('/') { clean(&key) + "/" } else { clean(&key) };
            let again = unescape(&key, false).filter(|again| *again != key);
            let is_refused = key.starts_with(' ')
                || key.ends_with(' ')
                || key.split('/').any(|segment| segment == "..")
                || again.is_some_and(|again| again.contains("..") || again.contains(' '));
            if is_refused { Seen::Refused } else { Seen::Key(key) }
        }
        seen => seen,
    }
}

fn key(path: &str) -> Seen {
    match path.strip_prefix("/v1/kv/") {
        None => Seen::Elsewhere,
        Some(key) if key.chars().any(char::is_control) => Seen::Refused,
        Some(key) => Seen::Key(key.to_owned()),
    }
}

/// The path of a request, decoded; `None` where it cannot be.
fn decoded_path(target: &str) -> Option<String> {
    unescape(target.split('?').next()?, false)
}

/// The decoded segments of a path.
pub(crate) fn segments(target: &str) -> Option<Vec<String>> {
    let path = target.split('?').next()?.strip_prefix('/')?;
    path.split('/').map(|segment| unescape(segment, false)).collect()
}

/// The decoded pairs of a query, where no server would see others: an old one takes `;` for `&`, a new one for an
/// error.
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

/// Go's `unescape`: a plus is a space in queries only.
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
    // Keys are texts here, so what comes out of one is a text.
    String::from_utf8(bytes).ok()
}

/// The path that the multiplexer of `net/http` redirects to, if it is another one.
fn redirected(path: &str) -> String {
    let clean = clean(path);
    if path.ends_with('/') && clean != "/" { clean + "/" } else { clean }
}

/// Go's `path.Clean`.
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
