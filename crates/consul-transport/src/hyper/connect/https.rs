//! Opens connections over TLS.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;

use super::{ConnectError, Connector, Opened};
use crate::hyper::connection::Connection;
use crate::hyper::http2::{Http2, Rejected};
use crate::hyper::stream::Stream;
use crate::hyper::tls::{Tls, find_alert};
use crate::{Address, TransportError, TransportErrorKind};

pub(super) struct Https {
    tls: Tls,
    protocol: AtomicU8,
    idle_timeout: Duration,
}

/// The protocol that the server chose last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::hyper) enum Protocol {
    Unknown,
    Http1,
    Http2,
}

impl Https {
    pub(super) fn new(tls: Tls, idle_timeout: Duration) -> Self {
        Self { tls, protocol: AtomicU8::new(Protocol::Unknown as u8), idle_timeout }
    }

    pub(super) async fn open(&self, socket: TcpStream, address: &Address) -> Result<Opened, TransportError> {
        let unusable = |error| TransportError::unsent(TransportErrorKind::Tls, error);
        let current = self.tls.current().await.map_err(unusable)?;
        let generation = current.generation;
        let stream = self.tls.connect(&current, socket, address).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            let rejected = |error| TransportError::unsent(TransportErrorKind::Rejected, error);
            let connection =
                Connection::handshake(Stream::tls(stream, generation)).await.map_err(rejected)?;
            self.protocol.store(Protocol::Http1 as u8, Ordering::Relaxed);
            return Ok(Opened::Http1(connection));
        }
        match Http2::handshake(stream, generation, self.idle_timeout).await {
            Ok(connection) => {
                self.protocol.store(Protocol::Http2 as u8, Ordering::Relaxed);
                Ok(Opened::Http2(connection))
            }
            Err(Rejected::Http1(response)) => Err(rejected(&response, address)),
            Err(Rejected::Failed(error)) => Err(self.tls.failed(&error, address)),
        }
    }
}

/// An agent at its connection limit sends 429 in HTTP/1.1, although it agreed on HTTP/2.
fn rejected(response: &str, address: &Address) -> TransportError {
    let status = response.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let source = ConnectError::Status { address: address.clone(), status };
    TransportError::unsent(TransportErrorKind::Rejected, source)
}

impl Connector {
    /// Returns the protocol that the server chose last, or `None` without TLS.
    pub(in crate::hyper) fn protocol(&self) -> Option<Protocol> {
        let https = self.https.as_ref()?;
        Some(match https.protocol.load(Ordering::Relaxed) {
            0 => Protocol::Unknown,
            1 => Protocol::Http1,
            _ => Protocol::Http2,
        })
    }

    pub(in crate::hyper) fn is_http1(&self) -> bool {
        self.protocol() == Some(Protocol::Http1)
    }

    /// Reads changed certificates, and returns the generation that new requests need. 0 without TLS.
    pub(in crate::hyper) async fn refresh(&self) -> u64 {
        match &self.https {
            Some(https) => https.tls.refresh().await,
            None => 0,
        }
    }

    /// Explains the error of the first exchange on a new connection.
    ///
    /// With TLS 1.3, a server rejects the client certificate after the client has completed the handshake. Such a server
    /// processes no request.
    pub(in crate::hyper) fn explain(&self, error: TransportError) -> TransportError {
        let Some(https) = &self.https else { return error };
        match find_alert(&error) {
            Some(alert) => https.tls.failed(alert, &self.address),
            None => error,
        }
    }
}
