//! `cargo xtask tidy`: checks the rules of the design that no compiler checks.

mod files;
mod groups;
mod layers;
mod order;
mod package;
mod page;
mod words;

use std::fs;

use crate::error::{Context, Error};
use crate::finding::Finding;
use crate::sources::{API, endpoints_in};
use crate::workspace::{metadata, root, rust_files};

/// The file with the marker traits of operations.
const ENDPOINT: &str = "crates/consul-proto/src/endpoint.rs";

/// The folders with our code.
const FOLDERS: &[&str] = &["crates", "tests", "xtask"];

/// Checks all rules. Prints all findings before it fails.
pub(crate) fn run() -> Result<(), Error> {
    let metadata = metadata()?;
    let mut findings = layers::check(&metadata);
    findings.extend(package::check(&metadata)?);
    let mut files = Vec::new();
    for folder in FOLDERS {
        files.extend(rust_files(folder)?);
    }
    findings.extend(files.iter().flat_map(files::check));
    findings.extend(words::check(&files));
    findings.extend(pages()?);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Error::new("1 finding")),
        count => Err(Error::new(format!("{count} findings"))),
    }
}

/// Checks the pages of proto.
fn pages() -> Result<Vec<Finding>, Error> {
    let pages = rust_files(API)?;
    let markers = order::markers(&fs::read_to_string(root().join(ENDPOINT)).context(|| ENDPOINT.to_owned())?);
    let mut findings = groups::check(&pages);
    for file in &pages {
        let endpoints = endpoints_in(file, &pages)?;
        findings.extend(page::check(file, &endpoints));
        if let Some(endpoint) = endpoints.first() {
            findings.extend(order::check(file, endpoint, &markers));
        }
    }
    Ok(findings)
}
