//! Formats generated files, and writes them or compares them with the existing ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use super::MARK;
use crate::error::{Context, Error};
use crate::finding::Finding;
use crate::workspace::File;

/// Generated files, each with its path from the root.
pub(super) type Files = BTreeMap<String, String>;

/// Formats Rust files like `cargo fmt`, in one call of rustfmt.
pub(super) fn format(files: &mut Files, config: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let rust: Vec<_> = files.keys().filter(|path| path.ends_with(".rs")).cloned().collect();
    if rust.is_empty() {
        return Ok(());
    }
    for path in &rust {
        write(&folder.path().join(path), &files[path])?;
    }
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(config)
        .args(rust.iter().map(|path| folder.path().join(path)))
        .output()
        .context(|| "cannot run rustfmt".to_owned())?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(format!("rustfmt rejects generated code:\n{text}")));
    }
    for path in rust {
        let text = fs::read_to_string(folder.path().join(&path)).context(|| path.clone())?;
        files.insert(path, text);
    }
    Ok(())
}

/// Writes the files, and removes obsolete generated files. Unchanged files keep their modification time, so that
/// cargo does not compile them again.
pub(super) fn update(files: &Files, present: &[File], root: &Path) -> Result<(), Error> {
    for path in left_over(files, present) {
        fs::remove_file(root.join(&path)).context(|| format!("cannot remove {path}"))?;
    }
    for (path, text) in files {
        if !present.iter().any(|file| file.path == *path && file.text == *text) {
            write(&root.join(path), text)?;
        }
    }
    Ok(())
}

/// Returns every missing, stale or obsolete file, with the first line that differs.
pub(super) fn compare(files: &Files, present: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files {
        match present.iter().find(|file| file.path == *path) {
            None => findings.push(Finding::new(path, 1, "the file is missing")),
            Some(file) if file.text != *text => {
                let same = file.text.lines().zip(text.lines()).take_while(|(is, due)| is == due).count();
                let line = |text: &str| text.lines().nth(same).unwrap_or("(end of file)").trim().to_owned();
                let message =
                    format!("stale\n    is:        {}\n    should be: {}", line(&file.text), line(text));
                findings.push(Finding::new(path, same + 1, message));
            }
            Some(_) => {}
        }
    }
    findings
        .extend(left_over(files, present).into_iter().map(|path| Finding::new(&path, 1, "its page is gone")));
    findings
}

fn left_over(files: &Files, present: &[File]) -> BTreeSet<String> {
    let is_left = |file: &&File| file.text.starts_with(MARK) && !files.contains_key(&file.path);
    present.iter().filter(is_left).map(|file| file.path.clone()).collect()
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let context = || format!("cannot write {}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(path)).context(context)?;
    fs::write(path, text).context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn generated(text: &str) -> String {
        format!("{MARK} from a page.\n{text}")
    }

    #[test]
    fn stale_files_are_found_with_the_first_line_that_differs() {
        let files = Files::from([("a.rs".to_owned(), generated("a\nb\nc\n"))]);
        assert_eq!(compare(&files, &[file("a.rs", &generated("a\nb\nc\n"))]), []);
        let findings = compare(&files, &[file("a.rs", &generated("a\nx\nc\n"))]);
        assert_eq!(findings[0].to_string(), "a.rs:3: stale\n    is:        x\n    should be: b");
        let findings = compare(&files, &[file("a.rs", &generated("a\n"))]);
        assert_eq!(findings[0].to_string(), "a.rs:3: stale\n    is:        (end of file)\n    should be: b");
    }

    #[test]
    fn missing_and_left_over_files_are_found() {
        let files = Files::from([("a.rs".to_owned(), generated(""))]);
        let findings = compare(&files, &[file("b.rs", &generated("")), file("hand.rs", "")]);
        let findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, ["a.rs:1: the file is missing", "b.rs:1: its page is gone"]);
    }

    #[test]
    fn files_are_formatted_as_cargo_fmt_does() {
        let mut files = Files::from([
            ("a.rs".to_owned(), "mod b;\nuse b::{B};\nfn a ( ) { }".to_owned()),
            ("a/b.rs".to_owned(), "pub struct B ;".to_owned()),
            ("page.md".to_owned(), "#  kept".to_owned()),
        ]);
        format(&mut files, crate::workspace::root()).unwrap();
        assert_eq!(files["a.rs"], "mod b;\nuse b::B;\nfn a() {}\n");
        assert_eq!(files["a/b.rs"], "pub struct B;\n");
        assert_eq!(files["page.md"], "#  kept");
    }

    #[test]
    fn files_are_written_and_removed() {
        let root = tempfile::tempdir().unwrap();
        let old = file("old/left.rs", &generated(""));
        write(&root.path().join(&old.path), &old.text).unwrap();
        let files = Files::from([("new/a.rs".to_owned(), "a\n".to_owned())]);
        update(&files, &[old], root.path()).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("new/a.rs")).unwrap(), "a\n");
        assert!(!root.path().join("old/left.rs").exists());
    }
}
