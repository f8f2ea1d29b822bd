//! Installs missing parts of the Rust toolchain with rustup.

use std::process::Command;
use std::time::Duration;

use crate::error::{Context, Error};
use crate::run::Run;

/// The target without an operating system.
pub(super) const WASM: &str = "wasm32-unknown-unknown";

/// Maximum time without output of rustup.
const SILENCE: Duration = Duration::from_secs(60);

/// Installs the wasm target if it is missing.
pub(super) fn target() -> Result<(), Error> {
    if list(&["target", "list", "--installed"])?.lines().any(|target| target.trim() == WASM) {
        return Ok(());
    }
    println!("    rustup target add {WASM}");
    add(&["target", "add", WASM])
}

/// Installs the minimum Rust version if it is missing, and returns the name of its toolchain.
pub(super) fn oldest() -> Result<String, Error> {
    let version = env!("CARGO_PKG_RUST_VERSION");
    let find = || Ok::<_, Error>(installed(&list(&["toolchain", "list"])?, version));
    if let Some(toolchain) = find()? {
        return Ok(toolchain);
    }
    println!("    rustup toolchain install {version}");
    add(&["toolchain", "install", version, "--profile", "minimal", "--no-self-update"])?;
    find()?.ok_or_else(|| Error::new(format!("rustup does not list Rust {version}")))
}

fn list(args: &[&str]) -> Result<String, Error> {
    let mut command = Command::new("rustup");
    command.args(args);
    Ok(Run::new(command).success().context(|| "rustup cannot be asked".to_owned())?.stdout)
}

fn add(args: &[&str]) -> Result<(), Error> {
    let mut command = Command::new("rustup");
    command.args(args);
    Run::new(command).silence(SILENCE).tick(Duration::from_secs(15), str::to_owned).success()?;
    Ok(())
}

/// Finds a release of a version such as `1.88` in the output of `rustup toolchain list`.
fn installed(list: &str, version: &str) -> Option<String> {
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    let mut releases = names.filter(|name| {
        let rest = name.strip_prefix(version);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('.'))
    });
    releases.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_is_found_with_and_without_a_patch_number() {
        let list = "stable-x86_64 (active, default)\n1.8-x86_64\n1.88.0-x86_64\n";
        assert_eq!(installed(list, "1.88").as_deref(), Some("1.88.0-x86_64"));
        assert_eq!(installed("1.88-x86_64\n", "1.88").as_deref(), Some("1.88-x86_64"));
        assert_eq!(installed(list, "1.87"), None);
        assert_eq!(installed("1.880.0-x86_64\n", "1.88"), None);
    }
}
