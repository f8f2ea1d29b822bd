//! `cargo xtask tidy`: what the design promises and no compiler checks.

mod facade;
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
use crate::sources::{API, endpoints, endpoints_in};
use crate::workspace::{metadata, root, rust_files};

/// Where the traits are that mark operations.
const ENDPOINT: &str = "crates/consul-proto/src/endpoint.rs";

/// Folders with code of ours.
const FOLDERS: &[&str] = &["crates", "tests", "xtask"];

/// Checks everything, and prints all that is wrong before failing.
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
    findings.extend(facade::check(&endpoints()?, &rust_files("crates/consul-client/src")?));

    for entry in words::rewritten(&files) {
        println!(
            "note: the docs of {entry} are rewritten: remove it from the list in xtask/src/tidy/words.rs"
        );
    }
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Error::new("1 thing is untidy")),
        count => Err(Error::new(format!("{count} things are untidy"))),
    }
}

/// Checks the pages of proto.
fn pages() -> Result<Vec<Finding>, Error> {
    let pages = rust_files(API)?;
    let markers = order::markers(&fs::read_to_string(root().join(ENDPOINT)).context(|| ENDPOINT.to_owned())?);
    let client = rust_files("crates/consul-client/src/api")?;
    let mut findings = groups::check(&pages);
    for file in &pages {
        let endpoints = endpoints_in(file, &pages)?;
        findings.extend(page::check(file, &endpoints));
        // Groups that are not converted yet keep their order for now.
        if let Some(endpoint) = endpoints.first()
            && facade::is_generated(&endpoint.path, &client)
        {
            findings.extend(order::check(file, endpoint, &markers));
        }
    }
    Ok(findings)
}
