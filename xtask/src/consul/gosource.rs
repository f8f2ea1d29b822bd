//! A build of the official source, which every version also is as a Go module.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, io};

use consul_tests::Version;
use serde_json::Value;

use super::NEWEST;
use crate::error::{Context, Error};
use crate::run::Run;

/// The module.
const MODULE: &str = "github.com/hashicorp/consul";
/// The version of the submodule that the command line of [`NEWEST`] needs, above the one its go.mod names.
const API: &str = "github.com/hashicorp/consul/api@v1.34.1";
/// The Go that the go.mod of [`NEWEST`] names. Newer ones change answers, such as 301 to 307.
const TOOLCHAIN: &str = "go1.25.9";

/// How long the first question to the network may take.
const ASK: Duration = Duration::from_secs(15);
/// How long a download may say nothing: one module is one line.
const DOWNLOAD: Duration = Duration::from_secs(120);
/// How long the build may say nothing: one package is one line, and some take a minute or two.
const BUILD: Duration = Duration::from_secs(600);
/// How often progress is shown.
const TICK: Duration = Duration::from_secs(10);

/// Downloads the source and builds it.
pub(super) fn fetch(version: Version, dir: &Path) -> Result<PathBuf, Error> {
    if version != NEWEST {
        return Err(Error::new(format!("only the build of Consul {NEWEST} is pinned")));
    }
    let found =
        Run::new(go(dir, &["version"])).success().context(|| "there is no Go toolchain".to_owned())?;
    println!("    {}", found.stdout.trim());
    if minor(&found.stdout).is_some_and(|minor| minor < 21) {
        return Err(Error::new(format!("Go 1.21 is the first that can get {TOOLCHAIN}")));
    }

    let module = format!("{MODULE}@v{version}");
    // A small question first: where the network is silent this ends soon, while a download may take its time.
    Run::new(go(dir, &["list", "-m", &module])).silence(ASK).success()?;
    println!("    go mod download {module}");
    let download = go(dir, &["mod", "download", "-json", &module]);
    let downloaded =
        Run::new(download).silence(DOWNLOAD).tick(TICK, |_| "downloading".to_owned()).success()?;
    let downloaded: Value = serde_json::from_str(&downloaded.stdout)?;
    let cached = downloaded["Dir"].as_str().ok_or_else(|| Error::new("go mod download names no folder"))?;

    let source = dir.join("source");
    copy(Path::new(cached), &source).context(|| "cannot copy the source".to_owned())?;
    let edit = Run::new(go(&source, &["mod", "edit", "-json"])).success()?;
    let mut args = vec!["mod".to_owned(), "edit".to_owned(), format!("-require={API}")];
    args.extend(local_replacements(&edit.stdout)?.iter().map(|path| format!("-dropreplace={path}")));
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    Run::new(go(&source, &args)).success()?;

    let binary = dir.join("consul");
    println!("    go build with {TOOLCHAIN}: some minutes, once");
    let mut build = go(&source, &["build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o"]);
    build.arg(&binary).arg(".").env("GOTOOLCHAIN", TOOLCHAIN);
    let start = Instant::now();
    Run::new(build).silence(BUILD).tick(TICK, str::to_owned).success()?;
    println!("    built in {} s", start.elapsed().as_secs());
    Ok(binary)
}

/// A call of go with the settings of the build, in a folder.
fn go(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(dir)
        .args(args)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=mod")
        .env("GOWORK", "off");
    command
}

/// The second number in what `go version` prints.
fn minor(version: &str) -> Option<u32> {
    let (_, rest) = version.split_once("go1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The modules that a go.mod replaces by folders beside it, which a module's download does not have.
fn local_replacements(edit: &str) -> Result<Vec<String>, Error> {
    let edit: Value = serde_json::from_str(edit)?;
    let replacements = edit["Replace"].as_array().cloned().unwrap_or_default();
    let is_local =
        |replace: &&Value| replace["New"]["Path"].as_str().is_some_and(|path| path.starts_with('.'));
    Ok(replacements
        .iter()
        .filter(is_local)
        .filter_map(|r| Some(r["Old"]["Path"].as_str()?.to_owned()))
        .collect())
}

/// Copies a folder of the module cache, where all is read-only, into one that can be changed and removed.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            // Not `fs::copy`, which would copy the permissions too.
            io::copy(&mut fs::File::open(entry.path())?, &mut fs::File::create(&target)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_replacements_by_folders_are_dropped() {
        let edit = r#"{"Replace": [
            {"Old": {"Path": "example.com/api"}, "New": {"Path": "./api"}},
            {"Old": {"Path": "example.com/fork"}, "New": {"Path": "example.com/other", "Version": "v1.0.0"}},
            {"Old": {"Path": "example.com/sdk"}, "New": {"Path": "../sdk"}}]}"#;
        assert_eq!(local_replacements(edit).unwrap(), ["example.com/api", "example.com/sdk"]);
        assert!(local_replacements(r#"{"Replace": null}"#).unwrap().is_empty());
    }

    #[test]
    fn the_toolchain_tells_its_age() {
        assert_eq!(minor("go version go1.26.8 linux/amd64\n"), Some(26));
        assert_eq!(minor("go version go1.19 linux/amd64\n"), Some(19));
        assert_eq!(minor("go version devel\n"), None);
    }
}
