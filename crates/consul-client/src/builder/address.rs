//! Addresses set by the program and by the environment.

use crate::builder::environment::SSL;
use crate::builder::{ClientBuilder, ConfigError};

impl ClientBuilder {
    /// Returns the addresses, with `https` if the environment requires TLS.
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
}

/// An address and the setting that it comes from.
#[derive(Debug)]
pub(super) struct Addressed {
    pub(super) text: String,
    pub(super) setting: &'static str,
}

/// Changes an address to `https`, since the environment requires TLS.
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
pub(super) fn shown(address: &str) -> Option<String> {
    (!address.contains('@')).then(|| address.to_owned())
}
