//! Finds the Consul that tests run on.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, fmt, fs, io};

use crate::Version;

/// The environment variable that names a Consul and goes before all else.
pub const CONSUL_BIN: &str = "CONSUL_BIN";

/// Finds a Consul: `CONSUL_BIN`, then `consul` on `PATH`, then the newest that `cargo xtask` keeps.
///
/// # Errors
///
/// [`Missing`] where there is none, or where `CONSUL_BIN` names no file.
pub fn find() -> Result<PathBuf, Missing> {
    match named() {
        Some(path) if path.is_file() => Ok(path),
        Some(path) => Err(Missing { named: Some(path) }),
        None => on_path()
            .or_else(|| kept().into_iter().next().map(|(_, path)| path))
            .ok_or(Missing { named: None }),
    }
}

/// The file that `CONSUL_BIN` names, if it is set.
pub fn named() -> Option<PathBuf> {
    env::var_os(CONSUL_BIN).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The `consul` on `PATH`.
pub fn on_path() -> Option<PathBuf> {
    let name = format!("consul{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| is_executable(path))
}

/// What `cargo xtask` keeps, newest first.
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

/// Where `cargo xtask` keeps a version, whether it is there or not; `None` where the user has no cache folder.
pub fn kept_path(version: Version) -> Option<PathBuf> {
    Some(cache_dir()?.join(version.to_string()).join(format!("consul{}", env::consts::EXE_SUFFIX)))
}

/// The folder in the user's cache that holds one subfolder a version.
pub fn cache_dir() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(base.join("consul-client-rs"))
}

/// Asks a Consul for its version; asked once a process for each file.
///
/// # Errors
///
/// Where the file cannot be run, or prints something else.
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

/// Takes the version out of what `consul version` prints.
fn parse_version(output: &str) -> Option<Version> {
    output.lines().next()?.strip_prefix("Consul ")?.trim().parse().ok()
}

/// Whether the path is a file that may be run.
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

/// No Consul was found; the text says what to do about it.
#[derive(Clone, Debug)]
pub struct Missing {
    named: Option<PathBuf>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.named {
            Some(path) => write!(f, "{CONSUL_BIN} names {}, which is no file", path.display())?,
            None => f.write_str("found no Consul to test on")?,
        }
        write!(
            f,
            ". Run `cargo xtask test`, which gets one and keeps it for later runs of `cargo test`, or set \
             {CONSUL_BIN} to the path of a `consul` binary"
        )
    }
}

impl std::error::Error for Missing {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_first_line() {
        assert_eq!(parse_version("Consul v1.8.7\nProtocol 2 spoken\n"), Some(Version::new(1, 8, 7)));
        assert_eq!(parse_version("consul: not found\n"), None);
    }

    #[test]
    fn a_missing_consul_says_what_to_run() {
        let text = Missing { named: None }.to_string();
        assert!(text.contains("cargo xtask test") && text.contains(CONSUL_BIN), "{text}");
    }
}
