//! How a client is described: by a program, and by the environment.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use consul_proto::{Consistency, Options};
use consul_transport::Executor;

use crate::runtime::Runtime;
use thiserror::Error;

use crate::client::Settings;
use crate::turns::{LONG_POLLS, Turns};
use crate::{Client, Token, TokenError};

/// How long an attempt may take, unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a body that are gathered, unless said otherwise.
const BODY_LIMIT: usize = 64 << 20;
/// Bytes that a token's file may have.
const TOKEN_FILE_LIMIT: u64 = 64 << 10;

/// Describes a [`Client`].
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    address: Option<String>,
    token: Option<Result<Token, TokenError>>,
    token_file: Option<PathBuf>,
    options: Options,
    timeout: Option<Duration>,
    body_limit: Option<usize>,
    long_polls: Option<usize>,
    connection: Connection,
}

/// What moves messages, where it is not the default executor.
#[derive(Default)]
struct Connection(Option<(Arc<dyn Executor>, Arc<dyn Runtime>)>);

/// A client that cannot be.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The address cannot be read, or not be connected to by this build.
    #[error("address of the agent cannot be used")]
    Address(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The token cannot be one.
    #[error("token cannot be used")]
    Token(#[source] TokenError),
    /// The token's file cannot be read.
    #[error("token file {} cannot be read", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An environment variable asks for what this build cannot give, or holds no text.
    #[error("environment variable {name} {reason}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no executor: none is given, and the default one is not built in.
    #[error("no executor is given, and the feature `hyper` is off")]
    NoExecutor,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Where the agent listens: what `CONSUL_HTTP_ADDR` takes, such as `127.0.0.1:8500`, `http://host:port/base`,
    /// `unix:///path`. `http://127.0.0.1:8500` where nothing is said.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The token of all calls that bring none of their own. Without one, the agent's default token or the anonymous
    /// one applies.
    pub fn token<T>(mut self, token: T) -> Self
    where
        T: TryInto<Token>,
        T::Error: Into<TokenError>,
    {
        self.token = Some(token.try_into().map_err(Into::into));
        self
    }

    /// A file that holds the token; read once, when the client is built, and trimmed. Wins over
    /// [`token`](Self::token), unless it is empty.
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// The datacenter of all calls that name none.
    pub fn datacenter(mut self, name: impl Into<String>) -> Self {
        self.options.datacenter = Some(name.into());
        self
    }

    /// The namespace of all calls that name none (Consul Enterprise).
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.options.namespace = Some(name.into());
        self
    }

    /// The admin partition of all calls that name none (Consul Enterprise).
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.options.partition = Some(name.into());
        self
    }

    /// The mode of all reads that set none.
    pub fn consistency(mut self, mode: Consistency) -> Self {
        self.options.consistency = Some(mode);
        self
    }

    /// How long an attempt may take, from the first byte to the last; 5 seconds unless set.
    ///
    /// Where a call asks the server to wait, that time comes on top, and the sixteenth that servers add to it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Bytes of an answer's body that are gathered at most; 64 MiB unless set. Streams have no limit.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// How many requests of watches wait at the server at once; 64 unless set, 1 at least.
    ///
    /// An agent allows 200 connections from one address, unless set otherwise, and all programs of a computer share them.
    /// Where there are more watches than this they take turns; see [how](crate::watch#many-watches).
    pub fn long_polls(mut self, requests: usize) -> Self {
        self.long_polls = Some(requests);
        self
    }

    /// Sends through `executor`, and tells the time by `runtime`, which also runs the tasks of [views](crate::View).
    ///
    /// An executor is bound to its agent, so an [`address`](Self::address) is not used.
    pub fn executor(mut self, executor: Arc<dyn Executor>, runtime: Arc<dyn Runtime>) -> Self {
        self.connection = Connection(Some((executor, runtime)));
        self
    }

    /// Takes what the environment says: the address from `CONSUL_HTTP_ADDR`, the token from `CONSUL_HTTP_TOKEN` or,
    /// before that, from the file that `CONSUL_HTTP_TOKEN_FILE` names. Variables that are empty or not set change
    /// nothing.
    ///
    /// # Errors
    ///
    /// Where a variable holds no text, and where `CONSUL_HTTP_SSL` asks for TLS, which this version does not speak.
    pub fn env(self) -> Result<Self, ConfigError> {
        self.env_from(std::env::var)
    }

    fn env_from(
        mut self,
        var: impl Fn(&'static str) -> Result<String, std::env::VarError>,
    ) -> Result<Self, ConfigError> {
        let var = |name| match var(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(ConfigError::Environment { name, reason: "is not UTF-8 text" })
            }
        };
        if let Some(address) = var("CONSUL_HTTP_ADDR")? {
            self = self.address(address);
        }
        if let Some(token) = var("CONSUL_HTTP_TOKEN")? {
            self = self.token(token);
        }
        if let Some(path) = var("CONSUL_HTTP_TOKEN_FILE")? {
            self = self.token_file(path);
        }
        // Anything but a clear no must not end up in plain text.
        match var("CONSUL_HTTP_SSL")?.as_deref() {
            None | Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(self),
            Some(_) => Err(ConfigError::Environment {
                name: "CONSUL_HTTP_SSL",
                reason: "asks for TLS, which is not built in",
            }),
        }
    }

    /// Makes the client. Connects to nothing yet.
    ///
    /// # Errors
    ///
    /// Where the address, the token or its file cannot be used.
    pub fn build(self) -> Result<Client, ConfigError> {
        let token = self.read_token()?;
        let (executor, runtime) = match self.connection.0 {
            Some(connection) => connection,
            None => connect(self.address.as_deref())?,
        };
        let turns = Turns::new(self.long_polls.unwrap_or(LONG_POLLS), Arc::clone(&runtime));
        Ok(Client::with_settings(Settings {
            executor,
            runtime,
            turns: Arc::new(turns),
            views: Arc::default(),
            options: self.options,
            token,
            timeout: self.timeout.unwrap_or(TIMEOUT),
            body_limit: self.body_limit.unwrap_or(BODY_LIMIT),
        }))
    }

    fn read_token(&self) -> Result<Option<Token>, ConfigError> {
        if let Some(path) = &self.token_file {
            let read = read_token_file(path);
            let text = read.map_err(|source| ConfigError::TokenFile { path: path.clone(), source })?;
            if !text.trim().is_empty() {
                return Token::new(text.trim()).map(Some).map_err(ConfigError::Token);
            }
        }
        self.token.clone().transpose().map_err(ConfigError::Token)
    }
}

fn read_token_file(path: &std::path::Path) -> std::io::Result<zeroize::Zeroizing<String>> {
    use std::io::{Error, ErrorKind, Read};

    let mut text = zeroize::Zeroizing::new(String::new());
    std::fs::File::open(path)?.take(TOKEN_FILE_LIMIT + 1).read_to_string(&mut text)?;
    if text.len() as u64 > TOKEN_FILE_LIMIT {
        return Err(Error::new(ErrorKind::FileTooLarge, "larger than 64 KiB"));
    }
    Ok(text)
}

type Connected = (Arc<dyn Executor>, Arc<dyn Runtime>);

#[cfg(feature = "hyper")]
fn connect(address: Option<&str>) -> Result<Connected, ConfigError> {
    use consul_transport::{Address, HyperExecutor};

    use crate::runtime::TokioRuntime;

    let address = match address {
        Some(address) => address.parse::<Address>().map_err(|error| ConfigError::Address(error.into()))?,
        None => Address::default(),
    };
    let executor = HyperExecutor::new(address).map_err(|error| ConfigError::Address(error.into()))?;
    Ok((Arc::new(executor), Arc::new(TokioRuntime::new())))
}

#[cfg(not(feature = "hyper"))]
fn connect(_: Option<&str>) -> Result<Connected, ConfigError> {
    Err(ConfigError::NoExecutor)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((executor, _)) => executor.fmt(f),
            None => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::env::VarError;

    use super::*;

    fn env(vars: &[(&'static str, &str)]) -> Result<Builder, ConfigError> {
        Builder::new().env_from(|name| {
            let var = vars.iter().find(|(key, _)| *key == name);
            var.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    }

    #[test]
    fn the_environment_describes_a_client() {
        let builder = env(&[("CONSUL_HTTP_ADDR", "10.0.0.1:8501"), ("CONSUL_HTTP_TOKEN", "5ecbe7")]).unwrap();
        assert_eq!(builder.address.as_deref(), Some("10.0.0.1:8501"));
        assert_eq!(builder.read_token().unwrap().unwrap().header().as_bytes(), b"5ecbe7");
    }

    #[test]
    fn empty_variables_change_nothing() {
        let builder = env(&[("CONSUL_HTTP_ADDR", ""), ("CONSUL_HTTP_TOKEN", "")]).unwrap();
        assert!(builder.address.is_none() && builder.read_token().unwrap().is_none());
    }

    #[test]
    fn tls_is_never_dropped_in_silence() {
        for on in ["1", "true", "yes", "T"] {
            assert!(matches!(env(&[("CONSUL_HTTP_SSL", on)]), Err(ConfigError::Environment { .. })), "{on}");
        }
        assert!(env(&[("CONSUL_HTTP_SSL", "false")]).is_ok());
    }

    #[test]
    fn a_bad_token_is_told_without_being_shown() {
        let error = Builder::new().token("5ecbe7\n").build().unwrap_err();
        assert!(matches!(error, ConfigError::Token(TokenError::Character)));
        assert!(!format!("{error:?} {error}").contains("5ecbe7"));
    }

    #[test]
    fn a_token_file_is_trimmed_and_wins() {
        let path = std::env::temp_dir().join(format!("consul-client-token-{}", std::process::id()));
        std::fs::write(&path, " from-file\n").unwrap();
        let token = |builder: Builder| builder.read_token().unwrap().unwrap().header().as_bytes().to_owned();
        assert_eq!(token(Builder::new().token("given").token_file(&path)), b"from-file");
        std::fs::write(&path, "\n").unwrap();
        assert_eq!(token(Builder::new().token("given").token_file(&path)), b"given");
        std::fs::write(&path, "x".repeat(70_000)).unwrap();
        assert!(matches!(Builder::new().token_file(&path).build(), Err(ConfigError::TokenFile { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(Builder::new().token_file(&path).build(), Err(ConfigError::TokenFile { .. })));
    }
}
