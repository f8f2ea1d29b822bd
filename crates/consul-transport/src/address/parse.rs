//! Parsing of addresses.

use std::net::Ipv6Addr;
use std::str::FromStr;

use http::uri::PathAndQuery;

use super::{AddressError, Kind};

pub(super) fn parse(text: &str) -> Result<Kind, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let is = |name: &str| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(name));
    if is("unix") {
        return parse_socket(rest);
    }
    if scheme.is_none() && text.starts_with('/') {
        return Err(AddressError::SocketWithoutScheme(text.to_owned()));
    }
    // Anywhere, not only before the first slash: a password may contain one.
    if text.contains('@') {
        return Err(AddressError::Credentials);
    }
    let tls = is("https");
    if let Some(scheme) = scheme
        && !tls
        && !is("http")
    {
        return Err(AddressError::Scheme(scheme.to_owned()));
    }
    if rest.contains(['?', '#']) {
        return Err(AddressError::Query);
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if scheme.is_none() && !path.is_empty() {
        return Err(AddressError::PathWithoutScheme);
    }
    let (host, port) = parse_authority(authority)?;
    let port = port.unwrap_or(default_port(tls));
    Ok(Kind::Tcp { tls, host, port, base_path: parse_base_path(path)? })
}

pub(super) const fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

/// Parses the path of a unix socket. `@name` is an abstract socket, as in Go.
fn parse_socket(path: &str) -> Result<Kind, AddressError> {
    if matches!(path, "" | "@") || path.contains('\0') {
        return Err(AddressError::SocketPath);
    }
    let path = match path.strip_prefix('@') {
        Some(name) => format!("\0{name}"),
        None => path.to_owned(),
    };
    Ok(Kind::Unix(path.into()))
}

fn parse_authority(authority: &str) -> Result<(String, Option<u16>), AddressError> {
    if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']').ok_or(AddressError::Host)?;
        let port = match port {
            "" => None,
            port => Some(parse_port(port.strip_prefix(':').ok_or(AddressError::Port)?)?),
        };
        return Ok((parse_ipv6(host)?, port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => return Err(AddressError::Host),
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (authority, None),
    };
    match host {
        "" if port.is_some() => Ok(("localhost".to_owned(), port)),
        host if is_host(host) => Ok((host.to_owned(), port)),
        _ => Err(AddressError::Host),
    }
}

/// Parses an IPv6 address with an optional zone. The zone follows a `%`, or a `%25` as in a URL.
fn parse_ipv6(host: &str) -> Result<String, AddressError> {
    let (address, zone) = match host.split_once('%') {
        Some((address, zone)) => (address, Some(zone.strip_prefix("25").unwrap_or(zone))),
        None => (host, None),
    };
    address.parse::<Ipv6Addr>().map_err(|_| AddressError::Host)?;
    match zone {
        None => Ok(address.to_owned()),
        Some(zone) if is_host(zone) => Ok(format!("{address}%{zone}")),
        Some(_) => Err(AddressError::Host),
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn parse_port(port: &str) -> Result<u16, AddressError> {
    // `u16::from_str` accepts a sign.
    match port.parse() {
        Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        _ => Err(AddressError::Port),
    }
}

fn parse_base_path(path: &str) -> Result<String, AddressError> {
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    let is_plain = path.is_ascii() && PathAndQuery::from_str(path).is_ok();
    if is_plain { Ok(path.to_owned()) } else { Err(AddressError::BasePath) }
}
