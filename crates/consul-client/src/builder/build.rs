//! Building a client from its settings.

use std::sync::Arc;

use consul_proto::Options;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::Client;
use crate::agents::Agents;
use crate::builder::{ClientBuilder, ConfigError, ConnectionSettings};
use crate::client::Settings;
use crate::retry::Random;
use crate::token::{TokenFile, TokenFileError, Tokens};
use crate::watch::limiter::{LONG_POLLS, Limiter};

/// Default limit of a response body, in bytes.
const MAX_RESPONSE_SIZE: usize = 64 << 20;
/// Default maximum number of concurrent requests of calls. An agent allows 200 connections from one address: if these
/// requests and the long polls of watches exceed that limit, watches reduce their long polls.
const MAX_IN_FLIGHT: usize = 100;

const USER_AGENT: &str = concat!("consul-client/", env!("CARGO_PKG_VERSION"));

impl ClientBuilder {
    /// Builds the client. Does not connect.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if two settings contradict each other, or if the token file cannot be
    /// read.
    pub fn build(mut self) -> Result<Client, ConfigError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let tokens = self.build_tokens()?;
        let (executors, runtime) = match self.custom.0.take() {
            Some(custom) => {
                self.check_connection_is_unset()?;
                custom
            }
            #[cfg(feature = "hyper")]
            None => self.connect()?,
            #[cfg(not(feature = "hyper"))]
            None => return Err(ConfigError::NoExecutor),
        };
        let limiter = Limiter::new(self.max_long_polls.unwrap_or(LONG_POLLS), Arc::clone(&runtime));
        Ok(Client::with_settings(Settings {
            agents: Arc::new(Agents::new(executors)),
            runtime,
            limiter: Arc::new(limiter),
            registry: Arc::default(),
            recipes: Arc::default(),
            tokens,
            timeouts: self.timeouts,
            retry: self.retry,
            observer: self.observer.take(),
            random: Arc::new(Random::new()),
            budget: Arc::default(),
            in_flight: Arc::new(Semaphore::new(
                self.max_in_flight.unwrap_or(MAX_IN_FLIGHT).clamp(1, Semaphore::MAX_PERMITS),
            )),
            max_response_size: self.max_response_size.unwrap_or(MAX_RESPONSE_SIZE),
            headers: self.build_headers().into(),
            options: self.build_options(),
        }))
    }

    /// A file or token of the program overrides the environment. A file overrides a token.
    pub(super) fn build_tokens(&mut self) -> Result<Tokens, ConfigError> {
        let environment = &mut self.environment;
        let (file, tokens, setting) = match (self.token_file.take(), std::mem::take(&mut self.tokens)) {
            (None, Tokens::None) => {
                let token = environment.token.take().map_or(Tokens::None, Tokens::Fixed);
                (environment.token_file.take(), token, "CONSUL_HTTP_TOKEN_FILE")
            }
            (file, tokens) => (file, tokens, "token_file"),
        };
        let fallback = match &tokens {
            Tokens::Invalid(error) => return Err(ConfigError::Token { setting: "token", source: *error }),
            Tokens::Source(_) if file.is_some() => {
                return Err(ConfigError::Contradiction {
                    first: "token_file".to_owned(),
                    second: "token_source".to_owned(),
                    reason: "a client has one source of tokens",
                });
            }
            Tokens::Fixed(token) => Some(token.clone()),
            Tokens::None | Tokens::Source(_) => None,
        };
        let Some(path) = file else { return Ok(tokens) };
        let file = TokenFile::open(path.clone(), fallback).map_err(|error| match error {
            TokenFileError::Io(source) => ConfigError::File { setting, path, source },
            TokenFileError::Token(source) => ConfigError::Token { setting, source },
        })?;
        Ok(Tokens::Source(Arc::new(file)))
    }

    fn check_connection_is_unset(&self) -> Result<(), ConfigError> {
        let ConnectionSettings { connect_timeout, idle_timeout, max_idle } = self.connection;
        let set = [
            ("address", !self.addresses.is_empty()),
            ("connect_timeout", connect_timeout.is_some()),
            ("idle_timeout", idle_timeout.is_some()),
            ("max_idle_connections", max_idle.is_some()),
        ];
        match set.into_iter().find(|(_, is_set)| *is_set) {
            Some((setting, _)) => Err(ConfigError::Contradiction {
                first: "executor".to_owned(),
                second: setting.to_owned(),
                reason: "an executor has its own agent and connections",
            }),
            None => Ok(()),
        }
    }

    pub(super) fn build_headers(&mut self) -> HeaderMap {
        let mut headers = std::mem::take(&mut self.headers);
        if let Some(auth) = self.environment.auth.take() {
            headers.entry(header::AUTHORIZATION).or_insert(auth);
        }
        headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
        headers
    }

    pub(super) fn build_options(&mut self) -> Options {
        let mut options = std::mem::take(&mut self.options);
        options.namespace = options.namespace.or(self.environment.namespace.take());
        options.partition = options.partition.or(self.environment.partition.take());
        options
    }
}
