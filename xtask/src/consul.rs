//! Gets a real Consul, from wherever this machine can have one.

mod apt_sources;
mod cache;
mod debian;
mod gosource;
mod release;

use std::path::{Path, PathBuf};
use std::time::Instant;

use consul_tests::{Version, binary};

use crate::error::{Context, Error};

/// The oldest version that the suite runs on: what Debian 11 has, still with both ACL systems.
pub(crate) const OLDEST: Version = Version::new(1, 8, 7);
/// The newest version that the suite runs on.
pub(crate) const NEWEST: Version = Version::new(1, 22, 7);

/// A Consul that runs.
#[derive(Clone, Debug)]
pub(crate) struct Consul {
    /// The binary.
    pub(crate) path: PathBuf,
    /// What it says it is.
    pub(crate) version: Version,
    /// Where it was found or had from.
    pub(crate) origin: String,
}

/// A Consul of any version: one that is here, or else the newest that can be had.
pub(crate) fn any() -> Result<Consul, Error> {
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
        return at(path, "kept from an earlier run");
    }
    println!("    no earlier run kept one");
    fetch(NEWEST, &[Source::Release])
        .or_else(|_| fetch(OLDEST, &[Source::Debian]))
        .or_else(|_| fetch(NEWEST, &[Source::Go]))
        .map_err(|_| Error::new(format!(
            "no Consul could be had, for the reasons above. Install one and put it on PATH, or set {} to its path",
            binary::CONSUL_BIN
        )))
}

/// The Consul that a command line names by its version or its path.
pub(crate) fn named(wanted: &str) -> Result<Consul, Error> {
    match wanted.parse() {
        Ok(version) => pinned(version),
        Err(_) => at(Path::new(wanted), "named on the command line"),
    }
}

/// One version exactly: what an earlier run kept, or else from where it can be had.
pub(crate) fn pinned(version: Version) -> Result<Consul, Error> {
    println!("==> Looking for Consul {version}");
    if let Some(path) = binary::kept_path(version).filter(|path| path.is_file()) {
        return at(&path, "kept from an earlier run");
    }
    println!("    no earlier run kept one");
    match version {
        OLDEST => fetch(version, &[Source::Release, Source::Debian]),
        NEWEST => fetch(version, &[Source::Release, Source::Go]),
        _ => fetch(version, &[Source::Release]),
    }
}

fn at(path: &Path, origin: &str) -> Result<Consul, Error> {
    let version = binary::version(path).context(|| format!("cannot use {} ({origin})", path.display()))?;
    println!("    Consul {version} {origin}: {}", path.display());
    // Agents run in other folders than we do.
    let path = path.canonicalize()?;
    Ok(Consul { path, version, origin: origin.to_owned() })
}

/// Where a Consul can be had from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// HashiCorp's release archive.
    Release,
    /// The package of Debian 11.
    Debian,
    /// A build of the official source.
    Go,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "HashiCorp's release archive",
            Self::Debian => "the package of Debian 11",
            Self::Go => "a build of the official source",
        }
    }

    /// Leaves a binary of the version in the folder, or says why it cannot.
    fn fetch(self, version: Version, dir: &Path) -> Result<PathBuf, Error> {
        match self {
            Self::Release => release::fetch(version, dir),
            Self::Debian => debian::fetch(version, dir),
            Self::Go => gosource::fetch(version, dir),
        }
    }
}

/// Tries sources in their order, and keeps what the first one gives.
fn fetch(version: Version, sources: &[Source]) -> Result<Consul, Error> {
    let slot = cache::Slot::lock(version)?;
    if slot.path().is_file() {
        return at(slot.path(), "kept by another run meanwhile");
    }
    let mut reasons = Vec::new();
    for source in sources {
        println!("==> Trying {} for Consul {version}", source.name());
        let start = Instant::now();
        let kept = slot.scratch().and_then(|scratch| slot.keep(&source.fetch(version, scratch.path())?));
        match kept {
            Ok(path) => {
                println!("    had after {:.1} s", start.elapsed().as_secs_f32());
                return at(&path, &format!("from {}", source.name()));
            }
            Err(error) => {
                println!("    not to be had there ({:.1} s): {error}", start.elapsed().as_secs_f32());
                reasons.push(format!("{}: {error}", source.name()));
            }
        }
    }
    Err(Error::new(reasons.join("; ")))
}
