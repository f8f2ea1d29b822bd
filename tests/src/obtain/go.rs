//! A build of Consul as an ordinary Go program, from the module in `tests/consul`.
//!
//! That module pins the version of every dependency, with checksums. Go's own cache keeps the sources.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Context, OPEN_SOURCE};
use crate::Version;
use crate::run::Run;

/// The module that requires Consul.
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/consul");
/// The program to build.
const PROGRAM: &str = "github.com/hashicorp/consul";
/// The minor version of Go that Consul's go.mod requires.
const OLDEST_GO: u32 = 20;

/// Timeout of the first request to the module proxy.
const PROBE: Duration = Duration::from_secs(15);
/// Maximum time without output of the build. It prints a line for each package, and some take a minute or two.
const SILENCE: Duration = Duration::from_secs(600);
/// Interval of progress messages.
const TICK: Duration = Duration::from_secs(15);

/// Builds the program into the folder.
pub(super) fn build(version: Version, dir: &Path) -> io::Result<PathBuf> {
    if version != OPEN_SOURCE {
        return Err(io::Error::other(format!("only the build of Consul {OPEN_SOURCE} is pinned")));
    }
    let installed = Run::new(go(&["version"])).success().context(|| "Go is not installed".to_owned())?;
    println!("    {}", installed.stdout.trim());
    if minor(&installed.stdout).is_some_and(|minor| minor < OLDEST_GO) {
        return Err(io::Error::other(format!("the build needs Go 1.{OLDEST_GO} or later")));
    }
    // A small download fails soon without a network, while the build can be silent for minutes.
    Run::new(go(&["mod", "download", &format!("{PROGRAM}@v{version}")])).silence(PROBE).success()?;

    println!("    go build {PROGRAM}: takes some minutes, once");
    let binary = dir.join("consul");
    let mut build =
        go(&["build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"]);
    build.arg("-o").arg(&binary).arg(PROGRAM);
    let start = Instant::now();
    Run::new(build).silence(SILENCE).tick(TICK, str::to_owned).success()?;
    println!("    built in {} s", start.elapsed().as_secs());
    Ok(binary)
}

/// Returns a command of the installed Go on the module. It never downloads another Go, and needs no C compiler.
fn go(args: &[&str]) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(MODULE)
        .args(args)
        .env("CGO_ENABLED", "0")
        .env("GOTOOLCHAIN", "local")
        .env("GOWORK", "off")
        .env_remove("GOFLAGS");
    command
}

/// Returns the minor version in the output of `go version`.
fn minor(version: &str) -> Option<u32> {
    let (_, rest) = version.split_once("go1.")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn minor_version_is_read_from_the_output_of_go() {
        assert_eq!(minor("go version go1.26.8 linux/amd64\n"), Some(26));
        assert_eq!(minor("go version go1.19 linux/amd64\n"), Some(19));
        assert_eq!(minor("go version devel\n"), None);
    }

    /// Some modules of Consul's repository, and Consul since 1.17, do not have an open-source license.
    #[test]
    fn module_requires_only_open_source_modules_of_consul() {
        let requirements = fs::read_to_string(Path::new(MODULE).join("go.mod")).unwrap();
        let modules = requirements.lines().map(|line| line.trim().trim_start_matches("require "));
        let modules: Vec<_> = modules.filter(|module| is_of_consul(module)).collect();
        let expected = [
            &format!("{PROGRAM} v{OPEN_SOURCE}"),
            "github.com/hashicorp/consul/api v1.18.1 // indirect",
            "github.com/hashicorp/consul/proto-public v0.2.1 // indirect",
            "github.com/hashicorp/consul/sdk v0.13.0 // indirect",
        ];
        assert_eq!(modules, expected);
        let sums = fs::read_to_string(Path::new(MODULE).join("go.sum")).unwrap();
        for sum in sums.lines().filter(|line| is_of_consul(line)) {
            let module = sum.split(['/', ' ']).nth(3);
            assert!(expected.iter().any(|known| known.split(['/', ' ']).nth(3) == module), "{sum}");
        }
    }

    fn is_of_consul(line: &str) -> bool {
        line.strip_prefix(PROGRAM).is_some_and(|rest| rest.starts_with(['/', ' ']))
    }
}
