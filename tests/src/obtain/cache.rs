//! The folder of one version in the user's cache.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use super::Context;
use crate::{Version, binary};

/// The locked folder of one version. Only this process writes to it until the slot is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    version: Version,
    cache: PathBuf,
    path: PathBuf,
    // Closing the file releases the lock, so it also ends with the process.
    _lock: File,
}

impl Slot {
    /// Locks the folder of this version. Waits for another run that is writing to it.
    pub(super) fn lock(version: Version) -> io::Result<Self> {
        let missing = || io::Error::other("there is no cache folder: set XDG_CACHE_HOME or HOME");
        let cache = binary::cache_dir().ok_or_else(missing)?;
        let path = binary::kept_path(version).ok_or_else(missing)?;
        fs::create_dir_all(&cache).context(|| format!("cannot create {}", cache.display()))?;
        let name = cache.join(format!(".{version}.lock"));
        let lock = File::create(&name).context(|| format!("cannot create {}", name.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            println!("    waiting for another run that is obtaining Consul {version}");
            flock(&lock, FlockOperation::LockExclusive)
                .context(|| format!("cannot lock {}", name.display()))?;
        }
        let slot = Self { version, cache, path, _lock: lock };
        slot.clean();
        Ok(slot)
    }

    /// Returns the path of the cached binary.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Creates a temporary folder, on the same file system as the cache.
    pub(super) fn scratch(&self) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix(&self.scratch_prefix())
            .tempdir_in(&self.cache)
            .context(|| format!("cannot create a folder in {}", self.cache.display()))
    }

    /// Moves a binary from the temporary folder into the cache, if it runs and reports the right version.
    pub(super) fn keep(&self, fetched: &Path) -> io::Result<PathBuf> {
        let version = binary::version(fetched).context(|| "the binary does not run".to_owned())?;
        if version != self.version {
            return Err(io::Error::other(format!("the binary is Consul {version}")));
        }
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::rename(fetched, &self.path)
            .context(|| format!("cannot move the binary to {}", self.path.display()))?;
        Ok(self.path.clone())
    }

    fn scratch_prefix(&self) -> String {
        format!(".{}.work-", self.version)
    }

    /// Removes the temporary folders of runs that were killed.
    fn clean(&self) {
        let Ok(entries) = fs::read_dir(&self.cache) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&self.scratch_prefix()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}
