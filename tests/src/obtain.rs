//! Obtains Consul servers: from the cache, HashiCorp's release archive, Debian's package, or a build by Go.
#![allow(clippy::print_stdout, reason = "shows the progress of commands that take minutes")]

mod apt_sources;
mod cache;
mod debian;
mod go;
mod release;

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::{Version, binary};

/// The oldest version that tests run on: the package of Debian 11, which has both ACL systems.
pub const OLDEST: Version = Version::new(1, 8, 7);
/// The newest version whose modules all have an open-source license.
pub const OPEN_SOURCE: Version = Version::new(1, 14, 11);
/// The newest releases of both major versions. Only HashiCorp's release archive has them.
pub const NEWEST: [Version; 2] = [Version::new(1, 22, 7), Version::new(2, 1, 0)];

/// A working Consul binary.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Consul {
    /// Absolute path of the binary.
    pub path: PathBuf,
    /// Version that the binary reports.
    pub version: Version,
    /// The origin of the binary, for a log line.
    pub origin: String,
}

/// Returns a Consul of any version: an installed or cached one, otherwise the newest that can be obtained.
///
/// # Errors
///
/// Returns an error if no source has one. Prints the reasons.
pub fn any() -> io::Result<Consul> {
    println!("==> Looking for a Consul");
    if let Some(path) = binary::named() {
        return at(&path, binary::CONSUL_BIN);
    }
    println!("    {} is not set", binary::CONSUL_BIN);
    if let Some(path) = binary::on_path() {
        return at(&path, "on PATH");
    }
    println!("    there is no `consul` on PATH");
    if let Some((_, path)) = binary::kept().first() {
        return at(path, "from the cache");
    }
    println!("    the cache has none");
    fetch(NEWEST[0], &[Source::Release])
        .or_else(|_| fetch(OLDEST, &[Source::Debian]))
        .or_else(|_| fetch(OPEN_SOURCE, &[Source::Go]))
        .map_err(|_| {
            io::Error::other(format!(
                "no Consul could be obtained, for the reasons above. Install one on PATH, or set {} to its path",
                binary::CONSUL_BIN
            ))
        })
}

/// Returns the Consul with the version or path of a command line.
///
/// # Errors
///
/// Returns an error if that version cannot be obtained, or the file is not a Consul.
pub fn named(wanted: &str) -> io::Result<Consul> {
    match wanted.parse() {
        Ok(version) => pinned(version),
        Err(_) => at(Path::new(wanted), "named on the command line"),
    }
}

/// Returns exactly this version: from the cache, otherwise from the sources that have it.
///
/// # Errors
///
/// Returns an error with the reason of each source if none has it.
pub fn pinned(version: Version) -> io::Result<Consul> {
    println!("==> Looking for Consul {version}");
    if let Some(path) = binary::kept_path(version).filter(|path| path.is_file()) {
        return at(&path, "from the cache");
    }
    println!("    not in the cache");
    match version {
        OLDEST => fetch(version, &[Source::Release, Source::Debian]),
        OPEN_SOURCE => fetch(version, &[Source::Release, Source::Go]),
        _ => fetch(version, &[Source::Release]),
    }
}

fn at(path: &Path, origin: &str) -> io::Result<Consul> {
    let version = binary::version(path).context(|| format!("cannot use {} ({origin})", path.display()))?;
    println!("    Consul {version} {origin}: {}", path.display());
    // Agents run in other folders than this process.
    let path = path.canonicalize()?;
    Ok(Consul { path, version, origin: origin.to_owned() })
}

/// A way to obtain a Consul that is not in the cache.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// HashiCorp's release archive.
    Release,
    /// The package of Debian 11.
    Debian,
    /// A build by the installed Go.
    Go,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "HashiCorp's release archive",
            Self::Debian => "the package of Debian 11",
            Self::Go => "a build by the installed Go",
        }
    }

    /// Writes a binary of the version to the folder.
    fn fetch(self, version: Version, dir: &Path) -> io::Result<PathBuf> {
        match self {
            Self::Release => release::fetch(version, dir),
            Self::Debian => debian::fetch(version, dir),
            Self::Go => go::build(version, dir),
        }
    }
}

/// Tries sources in order, and caches the first binary.
fn fetch(version: Version, sources: &[Source]) -> io::Result<Consul> {
    let slot = cache::Slot::lock(version)?;
    if slot.path().is_file() {
        return at(slot.path(), "from the cache, where another run has just put it");
    }
    let mut reasons = Vec::new();
    for source in sources {
        println!("==> Trying {} for Consul {version}", source.name());
        let start = Instant::now();
        let kept = slot.scratch().and_then(|scratch| slot.keep(&source.fetch(version, scratch.path())?));
        match kept {
            Ok(path) => {
                println!("    obtained in {:.1} s", start.elapsed().as_secs_f32());
                return at(&path, &format!("from {}", source.name()));
            }
            Err(error) => {
                println!("    failed after {:.1} s: {error}", start.elapsed().as_secs_f32());
                reasons.push(format!("{}: {error}", source.name()));
            }
        }
    }
    Err(io::Error::other(reasons.join("; ")))
}

/// Adds context to an error.
trait Context<T> {
    /// Adds `what` before the text of the error.
    fn context(self, what: impl FnOnce() -> String) -> io::Result<T>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> io::Result<T> {
        self.map_err(|error| io::Error::other(format!("{}: {error}", what())))
    }
}
