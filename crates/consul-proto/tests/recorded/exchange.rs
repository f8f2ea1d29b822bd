//! Recorded exchanges with real servers.
//!
//! `fixtures/<server>/index.tsv` has one row for each exchange: the file with the response's body (`-` if it is
//! empty), method, target, the response's status and headers, the request's body, and a note.

use std::fmt;
use std::path::Path;

use bytes::Bytes;

const SERVERS: [&str; 3] = ["consul-1.8.7", "consul-1.14.11", "consul-1.22.7"];

/// A request and its response. Long request bodies are truncated.
#[derive(Debug)]
pub(crate) struct Exchange {
    server: &'static str,
    file: String,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) request: String,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Exchange {
    /// Returns a header of the response.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the response with another body.
    pub(crate) fn response(&self, body: impl Into<Bytes>) -> http::Response<Bytes> {
        let body = body.into();
        // Servers send a length or chunks. Not all recordings have that header.
        let mut response = http::Response::builder().status(self.status).header("Content-Length", body.len());
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "Content-Length") {
            response = response.header(name, value);
        }
        response.body(body).expect("recorded headers are valid")
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, file, method, target, status, .. } = self;
        write!(f, "{server} {file}: {method} {target} -> {status}")
    }
}

/// Returns all recorded exchanges.
#[expect(clippy::disallowed_methods, reason = "tests read what was recorded")]
pub(crate) fn exchanges() -> Vec<Exchange> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = |server: &'static str| {
        let index = std::fs::read_to_string(root.join(server).join("index.tsv")).expect("an index");
        let rows = index.lines().skip(1).map(|row| parse(&root.join(server), server, row));
        rows.collect::<Vec<_>>()
    };
    SERVERS.into_iter().flat_map(read).collect()
}

#[expect(clippy::disallowed_methods, reason = "tests read what was recorded")]
fn parse(directory: &Path, server: &'static str, row: &str) -> Exchange {
    let [file, method, target, status, headers, request, ..] = row.split('\t').collect::<Vec<_>>()[..] else {
        panic!("{server}: invalid row in the index: {row}");
    };
    let body = match file {
        "-" => Vec::new(),
        file => std::fs::read(directory.join(file)).expect("the body of a row"),
    };
    Exchange {
        server,
        file: file.to_owned(),
        method: method.to_owned(),
        target: target.to_owned(),
        request: request.to_owned(),
        status: status.parse().expect("a status"),
        headers: headers
            .split(" | ")
            .filter_map(|header| header.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: body.into(),
    }
}
