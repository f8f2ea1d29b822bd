//! The `consul` package of Debian 11, through the machine's apt.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use super::apt_sources::{self, Mirror};
use super::{Context, OLDEST};
use crate::Version;
use crate::run::Run;

/// The files in which Debian installs the keys of its archive. The first existing one is used.
const KEYRINGS: &[&str] =
    &["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

/// Maximum time without output of apt.
const SILENCE: Duration = Duration::from_secs(20);

/// Downloads the package and unpacks the binary. Does not change the machine's apt state.
pub(super) fn fetch(version: Version, dir: &Path) -> io::Result<PathBuf> {
    if version != OLDEST {
        return Err(io::Error::other(format!("Debian 11 has Consul {OLDEST}")));
    }
    let mirrors = mirrors(Path::new("/etc/apt"));
    if mirrors.is_empty() {
        return Err(io::Error::other("no apt source of this machine serves Debian"));
    }
    let mut reasons = Vec::new();
    for (index, mirror) in mirrors.iter().enumerate() {
        let dir = dir.join(index.to_string());
        match fetch_from(mirror, &dir) {
            Ok(path) => return Ok(path),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    Err(io::Error::other(reasons.join("; ")))
}

/// Reads the machine's apt sources, in apt's order.
fn mirrors(etc: &Path) -> Vec<Mirror> {
    let parts = fs::read_dir(etc.join("sources.list.d")).into_iter().flatten().flatten();
    let mut paths: Vec<_> = parts.map(|part| part.path()).collect();
    paths.sort();
    paths.insert(0, etc.join("sources.list"));
    let is_source = |path: &PathBuf| path.extension().is_some_and(|end| end == "list" || end == "sources");
    let files: Vec<_> = paths
        .into_iter()
        .filter(is_source)
        .filter_map(|path| Some((path.to_string_lossy().into_owned(), fs::read_to_string(&path).ok()?)))
        .collect();
    apt_sources::mirrors(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn fetch_from(mirror: &Mirror, dir: &Path) -> io::Result<PathBuf> {
    let keyring = KEYRINGS
        .iter()
        .copied()
        .chain(mirror.signed_by.as_deref())
        .find(|path| Path::new(path).is_file())
        .ok_or_else(|| {
            io::Error::other("the keys of Debian's archive are not installed (debian-archive-keyring)")
        })?;
    for part in ["lists/partial", "cache/archives/partial", "etc", "package"] {
        fs::create_dir_all(dir.join(part))?;
    }
    fs::write(dir.join("status"), "")?;
    let source = format!("deb [signed-by={keyring} target=Packages] {} bullseye main\n", mirror.uri);
    fs::write(dir.join("etc/sources.list"), source)?;

    println!("    apt-get update, for bullseye on the mirror that this machine uses");
    apt(dir, &["update"]).silence(SILENCE).tick(Duration::from_secs(5), str::to_owned).success()?;
    println!("    apt-get download consul");
    apt(dir, &["download", "consul"])
        .silence(SILENCE)
        .tick(Duration::from_secs(5), str::to_owned)
        .success()?;

    let is_package = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "deb");
    let package = fs::read_dir(dir.join("package"))?
        .flatten()
        .map(|entry| entry.path())
        .find(is_package)
        .ok_or_else(|| io::Error::other("apt-get downloaded no package"))?;
    let unpacked = dir.join("unpacked");
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.arg("--extract").arg(&package).arg(&unpacked);
    Run::new(dpkg).success().context(|| "cannot unpack the package".to_owned())?;
    Ok(unpacked.join("usr/bin/consul"))
}

/// Returns a command of apt-get that only writes to the folder, and only uses the source there.
fn apt(dir: &Path, args: &[&str]) -> Run<'static> {
    let mut command = Command::new("apt-get");
    let mut option = |name: &str, value: &str| {
        command.arg("-o").arg(format!("{name}={value}"));
    };
    let inside = |part: &str| dir.join(part).display().to_string();
    option("Dir::State", &inside(""));
    option("Dir::State::lists", &inside("lists"));
    option("Dir::State::status", &inside("status"));
    option("Dir::Cache", &inside("cache"));
    option("Dir::Etc::sourcelist", &inside("etc/sources.list"));
    option("Dir::Etc::sourceparts", "-");
    option("Dir::Etc::preferences", "-");
    option("Dir::Etc::preferencesparts", "-");
    option("Acquire::Languages", "none");
    // Fails within seconds on a network that drops packets.
    option("Acquire::Retries", "0");
    option("Acquire::http::Timeout", "5");
    option("Acquire::https::Timeout", "5");
    // Otherwise a failed update is only a warning.
    option("APT::Update::Error-Mode", "any");
    // apt's download user cannot write to a user's cache folder.
    option("APT::Sandbox::User", "");
    command.arg("--quiet").args(args).current_dir(dir.join("package")).env("LC_ALL", "C");
    Run::new(command)
}
