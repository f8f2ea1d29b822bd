//! HashiCorp's release archive.

use std::env::consts::{ARCH, EXE_SUFFIX, OS};
use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::Context;
use crate::Version;
use crate::run::Run;

/// Base address of the archive.
const SITE: &str = "https://releases.hashicorp.com/consul";

/// Downloads the archive for this platform, verifies its checksum and unpacks the binary.
pub(super) fn fetch(version: Version, dir: &Path) -> io::Result<PathBuf> {
    let platform = platform(OS, ARCH)
        .ok_or_else(|| io::Error::other(format!("there are no releases for {OS} on {ARCH}")))?;
    let name = format!("consul_{version}_{platform}.zip");
    let sums_path = dir.join("SHA256SUMS");
    download(&format!("{SITE}/{version}/consul_{version}_SHA256SUMS"), &sums_path)?;
    let sums = fs::read_to_string(&sums_path)?;
    let expected =
        lookup(&sums, &name).ok_or_else(|| io::Error::other(format!("Consul {version} has no {name}")))?;

    let archive = dir.join(&name);
    download(&format!("{SITE}/{version}/{name}"), &archive)?;
    let actual = hex(&Sha256::digest(fs::read(&archive)?));
    if actual != expected {
        return Err(io::Error::other(format!("{name} has the checksum {actual} instead of {expected}")));
    }
    println!("    the checksum of {name} is right");

    let binary = format!("consul{EXE_SUFFIX}");
    let mut zip = ZipArchive::new(File::open(&archive)?).context(|| format!("cannot read {name}"))?;
    let mut entry = zip.by_name(&binary).context(|| format!("cannot read {name}"))?;
    let path = dir.join(&binary);
    io::copy(&mut entry, &mut File::create(&path)?)?;
    make_executable(&path)?;
    Ok(path)
}

/// Downloads with curl, which uses the machine's proxies and certificates.
fn download(url: &str, to: &Path) -> io::Result<()> {
    println!("    downloading {url}");
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--silent", "--show-error", "--location", "--proto", "=https"])
        .args(["--connect-timeout", "5", "--speed-limit", "1000", "--speed-time", "10"])
        .arg("--output")
        .arg(to)
        .arg(url);
    let size = |_: &str| {
        let bytes = fs::metadata(to).map_or(0, |meta| meta.len());
        format!("{:.1} MB so far", bytes as f64 / 1e6)
    };
    Run::new(curl).tick(Duration::from_secs(5), size).success()?;
    Ok(())
}

/// Returns the platform in the name of an archive.
fn platform(os: &str, arch: &str) -> Option<String> {
    let os = match os {
        "macos" => "darwin",
        "linux" | "windows" | "freebsd" | "solaris" => os,
        _ => return None,
    };
    let arch = match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "arm" => "arm",
        _ => return None,
    };
    Some(format!("{os}_{arch}"))
}

/// Finds the checksum of a file in the output of `sha256sum`.
fn lookup(sums: &str, name: &str) -> Option<String> {
    sums.lines().find_map(|line| {
        let (sum, file) = line.split_once(char::is_whitespace)?;
        // A `*` marks a file read as binary.
        let matches = file.trim_start().trim_start_matches('*').trim_end() == name;
        (matches && sum.len() == 64).then(|| sum.to_ascii_lowercase())
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn make_executable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_the_names_of_the_archives() {
        assert_eq!(platform("linux", "x86_64").as_deref(), Some("linux_amd64"));
        assert_eq!(platform("macos", "aarch64").as_deref(), Some("darwin_arm64"));
        assert_eq!(platform("linux", "riscv64"), None);
        assert_eq!(platform("haiku", "x86_64"), None);
    }

    #[test]
    fn checksums_are_found_by_the_complete_name() {
        let (a, b) = ("a".repeat(64), "B".repeat(64));
        let sums = format!("{a}  consul_1.22.7_linux_arm64.zip\n{b} *consul_1.22.7_linux_arm.zip\n");
        assert_eq!(lookup(&sums, "consul_1.22.7_linux_arm64.zip"), Some(a));
        assert_eq!(lookup(&sums, "consul_1.22.7_linux_arm.zip"), Some("b".repeat(64)));
        assert_eq!(lookup(&sums, "consul_1.22.7_linux_amd64.zip"), None);
        assert_eq!(lookup("short  consul.zip\n", "consul.zip"), None);
    }

    #[test]
    fn digests_are_written_as_sha256sum_does() {
        let digest = hex(&Sha256::digest(b"abc"));
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
