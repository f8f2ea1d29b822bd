//! Tokens in files.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::{Token, TokenError, TokenSource, TokenSourceError};

/// Maximum size of a token file, in bytes.
const MAX_SIZE: u64 = 64 << 10;

/// A token that is read again when its file changes.
#[derive(Debug)]
pub(crate) struct TokenFile {
    path: PathBuf,
    /// The token to use if the file is empty.
    fallback: Option<Token>,
    last: Mutex<Contents>,
}

/// The last result of reading the file.
#[derive(Clone, Debug)]
struct Contents {
    version: Option<Version>,
    token: Option<Token>,
}

/// The properties that change if a file is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
}

/// The error of reading a token from a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenFileError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl TokenFile {
    /// Reads the file for the first time.
    pub(crate) fn open(path: PathBuf, fallback: Option<Token>) -> Result<Self, TokenFileError> {
        let version = fs::metadata(&path).ok().as_ref().map(Version::of);
        let token = read(&path)?.or_else(|| fallback.clone());
        Ok(Self { path, fallback, last: Mutex::new(Contents { version, token }) })
    }

    /// Returns the token in the file. Reads the file if it has changed or if `is_forced` is set.
    ///
    /// If the file cannot be read or contains no token, returns the last token, since the file may be about to be
    /// replaced.
    fn current(&self, is_forced: bool) -> Option<Token> {
        let version = fs::metadata(&self.path).ok().as_ref().map(Version::of);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if is_forced || version != last.version {
            last.version = version;
            match read(&self.path) {
                Ok(token) => last.token = token.or_else(|| self.fallback.clone()),
                Err(error) => {
                    let path = self.path.display();
                    tracing::warn!(%path, %error, "cannot read the token file, the last token stays in use");
                }
            }
        }
        last.token.clone()
    }
}

#[async_trait]
impl TokenSource for TokenFile {
    async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
        Ok(self.current(false))
    }

    async fn rejected(&self, token: &Token) -> bool {
        self.current(true).is_some_and(|current| current != *token)
    }
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { modified: metadata.modified().ok(), size: metadata.len(), inode }
    }
}

/// Returns the token in a file without surrounding whitespace, or `None` if the file is empty.
fn read(path: &Path) -> Result<Option<Token>, TokenFileError> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(MAX_SIZE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 64 KiB").into());
    }
    match text.trim() {
        "" => Ok(None),
        token => Ok(Some(Token::new(token)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is removed with the test.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(name: &str, text: &str) -> Self {
            let path = std::env::temp_dir().join(format!("consul-client-{name}-{}", std::process::id()));
            fs::write(&path, text).unwrap();
            Self(path)
        }

        /// Replaces the file with another one.
        fn replace(&self, text: &str) {
            let other = self.0.with_extension("new");
            fs::write(&other, text).unwrap();
            fs::rename(other, &self.0).unwrap();
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn token(secret: &str) -> Token {
        Token::new(secret).unwrap()
    }

    #[tokio::test]
    async fn s10_token_file_is_trimmed_and_read_again_when_it_changes() {
        let file = Temporary::new("changes", " first\n");
        let source = TokenFile::open(file.0.clone(), None).unwrap();
        assert_eq!(source.token().await.unwrap(), Some(token("first")));
        file.replace("second\n");
        assert_eq!(source.token().await.unwrap(), Some(token("second")));
        assert!(source.rejected(&token("first")).await, "the file has another one");
        assert!(!source.rejected(&token("second")).await);
    }

    #[tokio::test]
    async fn s10_unreadable_token_file_leaves_the_last_token_in_use() {
        let file = Temporary::new("unreadable", "first");
        let source = TokenFile::open(file.0.clone(), None).unwrap();
        for text in ["two words", "\u{e9}", &"x".repeat(70_000)] {
            file.replace(text);
            assert_eq!(source.token().await.unwrap(), Some(token("first")), "{text:.10}");
        }
        fs::remove_file(&file.0).unwrap();
        assert_eq!(source.token().await.unwrap(), Some(token("first")));
    }

    #[tokio::test]
    async fn empty_token_file_means_the_fallback() {
        let file = Temporary::new("empty", "\n");
        let source = TokenFile::open(file.0.clone(), Some(token("fallback"))).unwrap();
        assert_eq!(source.token().await.unwrap(), Some(token("fallback")));
    }

    #[test]
    fn s10_token_file_above_64_kib_is_an_error() {
        let file = Temporary::new("large", &"x".repeat((64 << 10) + 1));
        assert!(matches!(TokenFile::open(file.0.clone(), None), Err(TokenFileError::Io(_))));
        file.replace(&"x".repeat(64 << 10));
        assert!(TokenFile::open(file.0.clone(), None).is_ok());
    }
}
