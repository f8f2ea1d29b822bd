//! Finds the Consul binary that tests run on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, fmt, fs, io};

use crate::Version;

/// The environment variable with the path of a Consul binary. It overrides other sources.
pub const CONSUL_BIN: &str = "CONSUL_BIN";

/// Finds a Consul binary: `CONSUL_BIN`, then `consul` on `PATH`, then the newest in the cache of `cargo xtask`.
///
/// # Errors
///
/// Returns [`Missing`] if no binary is found, or if `CONSUL_BIN` is not the path of a file.
pub fn find() -> Result<PathBuf, Missing> {
    match named() {
        Some(path) if path.is_file() => Ok(path),
        Some(path) => Err(Missing { named: Some(path) }),
        None => on_path()
            .or_else(|| kept().into_iter().next().map(|(_, path)| path))
            .ok_or(Missing { named: None }),
    }
}

/// Returns the path in `CONSUL_BIN`, if it is set.
pub fn named() -> Option<PathBuf> {
    env::var_os(CONSUL_BIN).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Returns the `consul` on `PATH`.
pub fn on_path() -> Option<PathBuf> {
    let name = format!("consul{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| is_executable(path))
}

/// Returns the binaries in the cache of `cargo xtask`, newest first.
pub fn kept() -> Vec<(Version, PathBuf)> {
    let Some(dir) = cache_dir() else { return Vec::new() };
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let version = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let path = kept_path(version)?;
            is_executable(&path).then_some((version, path))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found
}

/// Returns the path of a version in the cache of `cargo xtask`, even if it does not exist. Returns `None` if the user
/// has no cache folder.
pub fn kept_path(version: Version) -> Option<PathBuf> {
    Some(cache_dir()?.join(version.to_string()).join(format!("consul{}", env::consts::EXE_SUFFIX)))
}

/// Returns the folder in the user's cache that has one subfolder for each version.
pub fn cache_dir() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("consul-client-rs"))
}

/// Returns the version of a Consul binary. Runs each binary once per process.
///
/// # Errors
///
/// Returns an error if the file cannot be run or does not print a version.
pub fn version(path: &Path) -> io::Result<Version> {
    static KNOWN: Mutex<Option<HashMap<PathBuf, Version>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let known = known.get_or_insert_default();
    if let Some(version) = known.get(path) {
        return Ok(*version);
    }
    let output = Command::new(path).arg("version").stdin(Stdio::null()).output()?;
    let version = parse_version(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| io::Error::other("`consul version` printed no version"))?;
    known.insert(path.to_owned(), version);
    Ok(version)
}

/// Parses the output of `consul version`.
fn parse_version(output: &str) -> Option<Version> {
    output.lines().next()?.strip_prefix("Consul ")?.trim().parse().ok()
}

/// Returns `true` if the path is an executable file.
fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        path.is_file()
    }
}

/// Error returned if no Consul is found. Its text has instructions.
#[derive(Clone, Debug)]
pub struct Missing {
    named: Option<PathBuf>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.named {
            Some(path) => write!(f, "{CONSUL_BIN} is {}, which is not a file", path.display())?,
            None => f.write_str("no Consul binary found")?,
        }
        write!(
            f,
            ". Run `cargo xtask test`, which fetches one and caches it for later runs of `cargo test`, or set \
             {CONSUL_BIN} to the path of a `consul` binary"
        )
    }
}

impl std::error::Error for Missing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_parsed_from_the_first_line() {
        assert_eq!(parse_version("Consul v1.8.7\nProtocol 2 spoken\n"), Some(Version::new(1, 8, 7)));
        assert_eq!(parse_version("consul: not found\n"), None);
    }

    #[test]
    fn missing_consul_error_has_instructions() {
        let text = Missing { named: None }.to_string();
        assert!(text.contains("cargo xtask test") && text.contains(CONSUL_BIN), "{text}");
    }
}
