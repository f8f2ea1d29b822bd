//! From settings to a client.

use std::sync::Arc;

use consul_proto::Options;
#[cfg(feature = "hyper")]
use consul_transport::Executor;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::Semaphore;

use crate::Client;
use crate::agents::Agents;
use crate::builder::environment::SSL;
use crate::builder::{ClientBuilder, ConfigError, Connected, ConnectionSettings};
use crate::client::Settings;
use crate::retry::Random;
use crate::token::{TokenFile, TokenFileError, Tokens};
use crate::watch::limiter::{LONG_POLLS, Limiter};

/// Bytes of a response's body that are read, by default.
const MAX_RESPONSE_SIZE: usize = 64 << 20;
/// Requests of calls that are in flight, by default. Together with those of watches they are fewer than the 200
/// connections that an agent allows from one address.
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
            None => connect(self.build_addresses()?, self.connection)?,
        };
        let limiter = Limiter::new(self.max_long_polls.unwrap_or(LONG_POLLS), Arc::clone(&runtime));
        Ok(Client::with_settings(Settings {
            agents: Arc::new(Agents::new(executors)),
            runtime,
            limiter: Arc::new(limiter),
            registry: Arc::default(),
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

    /// An explicit file or token wins over the environment, a file over a token.
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

    /// Returns the addresses, with `https` if the environment asks for TLS.
    pub(super) fn build_addresses(&self) -> Result<Vec<Addressed>, ConfigError> {
        let is_ssl = self.environment.ssl == Some(true);
        if !self.addresses.is_empty() {
            let address = |text: &String| addressed(text, "address", is_ssl);
            return self.addresses.iter().map(address).collect();
        }
        let address = match &self.environment.address {
            Some(text) => addressed(text, "CONSUL_HTTP_ADDR", is_ssl)?,
            None => addressed("127.0.0.1:8500", "address", is_ssl)?,
        };
        Ok(vec![address])
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

/// An address, and the setting that it comes from.
#[cfg_attr(not(feature = "hyper"), expect(dead_code, reason = "only the default executor connects"))]
pub(super) struct Addressed {
    pub(super) text: String,
    pub(super) setting: &'static str,
}

/// Applies the environment's wish for TLS to an address.
fn addressed(text: &str, setting: &'static str, is_ssl: bool) -> Result<Addressed, ConfigError> {
    let is_of_program = setting == "address";
    let contradiction = |reason| {
        let first = format!("{setting} {}", shown(text).as_deref().unwrap_or("(hidden)"));
        ConfigError::Contradiction { first, second: format!("{SSL}=true"), reason }
    };
    let text = match text.split_once("://") {
        _ if !is_ssl => text.to_owned(),
        None => format!("https://{text}"),
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("unix") => {
            return Err(contradiction("there is no TLS over a unix socket"));
        }
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") && is_of_program => {
            return Err(contradiction("the program asks for plain HTTP"));
        }
        // The official client does the same.
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => format!("https://{rest}"),
        Some(_) => text.to_owned(),
    };
    Ok(Addressed { text, setting })
}

/// Returns the address as errors show it, or `None` if it contains credentials.
fn shown(address: &str) -> Option<String> {
    (!address.contains('@')).then(|| address.to_owned())
}

#[cfg(feature = "hyper")]
fn connect(addresses: Vec<Addressed>, settings: ConnectionSettings) -> Result<Connected, ConfigError> {
    use crate::runtime::TokioRuntime;

    let executors: Result<_, _> = addresses.iter().map(|address| executor(address, settings)).collect();
    Ok((executors?, Arc::new(TokioRuntime::new())))
}

#[cfg(feature = "hyper")]
fn executor(address: &Addressed, settings: ConnectionSettings) -> Result<Arc<dyn Executor>, ConfigError> {
    use std::fmt;

    use consul_transport::{Address, HyperExecutor};

    use crate::builder::environment::NO_TLS;

    let Addressed { text, setting } = address;
    let invalid = |reason: &dyn fmt::Display| ConfigError::invalid(setting, shown(text), reason);
    let address: Address = text.parse().map_err(|error| invalid(&error))?;
    if address.is_tls() {
        let reason = NO_TLS;
        return Err(invalid(&format!("asks for TLS, and {reason}")));
    }
    let mut builder = HyperExecutor::builder(address).max_idle(settings.max_idle.unwrap_or(MAX_IDLE));
    if let Some(timeout) = settings.connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    if let Some(timeout) = settings.idle_timeout {
        builder = builder.idle_timeout(timeout);
    }
    Ok(Arc::new(builder.build().map_err(|error| invalid(&error))?))
}

/// Idle connections that are kept, by default.
#[cfg(feature = "hyper")]
const MAX_IDLE: usize = 8;

#[cfg(not(feature = "hyper"))]
fn connect(_: Vec<Addressed>, _: ConnectionSettings) -> Result<Connected, ConfigError> {
    Err(ConfigError::NoExecutor)
}
