//! Paths and files of the workspace, and commands of cargo.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::error::{Context, Error};
use crate::run::Run;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Returns a command of cargo in the workspace, without progress lines.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command
        .current_dir(root())
        .args(args)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
}

/// Returns the output of `cargo metadata` for the workspace's packages.
pub(crate) fn metadata() -> Result<Value, Error> {
    let output = Run::new(cargo(&["metadata", "--no-deps", "--format-version", "1"])).success()?;
    serde_json::from_str(&output.stdout).context(|| "cannot read cargo metadata".to_owned())
}

/// A Rust file of the workspace.
#[derive(Debug)]
pub(crate) struct File {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// Content.
    pub(crate) text: String,
}

/// Returns all Rust files below a folder, sorted by path.
pub(crate) fn rust_files(folder: &str) -> Result<Vec<File>, Error> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths)?;
    paths.sort();
    let read = |path: &PathBuf| -> Result<File, Error> {
        let text = fs::read_to_string(path).context(|| format!("cannot read {}", path.display()))?;
        let relative = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/");
        Ok(File { path: relative, text })
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden && !path.ends_with("target") {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Returns `true` in CI, where missing tools are failures.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
