//! `cargo xtask tidy`: what the design promises and no compiler checks.

mod facade;
mod files;
mod layers;
mod page;

use crate::error::Error;
use crate::sources::{API, endpoints, endpoints_in};
use crate::workspace::{metadata, rust_files};

/// Folders with code of ours.
const FOLDERS: &[&str] = &["crates", "tests", "xtask"];

/// Checks everything, and prints all that is wrong before failing.
pub(crate) fn run() -> Result<(), Error> {
    let mut findings = layers::check(&metadata()?);
    for folder in FOLDERS {
        findings.extend(rust_files(folder)?.iter().flat_map(files::check));
    }
    let proto = rust_files(API)?;
    for file in &proto {
        findings.extend(page::check(file, &endpoints_in(file, &proto)?));
    }
    findings.extend(facade::check(&endpoints()?, &rust_files("crates/consul-client/src")?));

    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Error::new("1 thing is untidy")),
        count => Err(Error::new(format!("{count} things are untidy"))),
    }
}
