//! The place in the user's cache folder that holds one version.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use consul_tests::{Version, binary};
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use crate::error::{Context, Error};

/// The place of one version, which only this process fills until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    version: Version,
    cache: PathBuf,
    path: PathBuf,
    // The lock ends with the file, and so with the process, however that ends.
    _lock: File,
}

impl Slot {
    /// Waits until no other run fills the place of this version.
    pub(super) fn lock(version: Version) -> Result<Self, Error> {
        let missing = || Error::new("there is no cache folder: set XDG_CACHE_HOME or HOME");
        let cache = binary::cache_dir().ok_or_else(missing)?;
        let path = binary::kept_path(version).ok_or_else(missing)?;
        fs::create_dir_all(&cache).context(|| format!("cannot make {}", cache.display()))?;
        let name = cache.join(format!(".{version}.lock"));
        let lock = File::create(&name).context(|| format!("cannot make {}", name.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            println!("    another run is getting Consul {version}; waiting for it");
            flock(&lock, FlockOperation::LockExclusive)
                .context(|| format!("cannot lock {}", name.display()))?;
        }
        let slot = Self { version, cache, path, _lock: lock };
        slot.clean();
        Ok(slot)
    }

    /// Where the binary is kept.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder for work in progress, on the same file system as what is kept.
    pub(super) fn scratch(&self) -> Result<TempDir, Error> {
        tempfile::Builder::new()
            .prefix(&self.scratch_prefix())
            .tempdir_in(&self.cache)
            .context(|| format!("cannot make a folder in {}", self.cache.display()))
    }

    /// Keeps a binary out of the scratch folder, once it has shown that it runs and is the version it should be.
    pub(super) fn keep(&self, fetched: &Path) -> Result<PathBuf, Error> {
        let version = binary::version(fetched).context(|| "what was had does not run".to_owned())?;
        if version != self.version {
            return Err(Error::new(format!("it gave Consul {version}")));
        }
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::rename(fetched, &self.path).context(|| format!("cannot keep it at {}", self.path.display()))?;
        Ok(self.path.clone())
    }

    fn scratch_prefix(&self) -> String {
        format!(".{}.work-", self.version)
    }

    /// Removes what a killed run left.
    fn clean(&self) {
        let Ok(entries) = fs::read_dir(&self.cache) else { return };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&self.scratch_prefix()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}
