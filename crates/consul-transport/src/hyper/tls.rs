//! TLS below a connection.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::{Address, ConnectError, TlsConfig, TlsConfigError, TransportError, TransportErrorKind};

mod alert;
mod build;
mod load;
mod verify;

use self::alert::explain;
pub(super) use self::alert::find_alert;
use self::build::build;
use self::load::{Material, load};

/// Minimum interval between checks of files for changes.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// TLS settings with the configuration that was built from them.
pub(super) struct Tls {
    config: Arc<TlsConfig>,
    has_files: bool,
    name: ServerName<'static>,
    state: Mutex<State>,
}

struct State {
    current: Option<Current>,
    /// Fingerprint of the last files that could not be used, so that they are not tried again.
    unusable: Option<u64>,
    checked: Instant,
}

/// A configuration in use. Connections of an older generation are not used for new requests.
#[derive(Clone)]
pub(super) struct Current {
    client: Arc<ClientConfig>,
    fingerprint: u64,
    pub(super) generation: u64,
}

impl Tls {
    /// Reads all files. The certificates of the operating system are read when they are first needed.
    pub(super) fn new(config: TlsConfig, address: &Address) -> Result<Self, TlsConfigError> {
        let name = config.server_name.clone().unwrap_or_else(|| address.server_name());
        let name = ServerName::try_from(name.clone()).map_err(|_| TlsConfigError::ServerName(name))?;
        let current = if config.needs_native_roots() {
            // Reports errors in the client certificate early.
            load(&config)?.check()?;
            None
        } else {
            Some(first(&config, load(&config)?)?)
        };
        let state = State { current, unusable: None, checked: Instant::now() };
        let has_files = config.has_files();
        Ok(Self { config: Arc::new(config), has_files, name, state: Mutex::new(state) })
    }

    /// Returns the configuration for a new connection.
    pub(super) async fn current(&self) -> Result<Current, TlsConfigError> {
        self.refresh().await;
        if let Some(current) = self.lock().current.clone() {
            return Ok(current);
        }
        let config = Arc::clone(&self.config);
        let first =
            run_blocking(move || load(&config).and_then(|material| first(&config, material))).await??;
        Ok(self.lock().current.get_or_insert(first).clone())
    }

    /// Reads files again if they have not been checked recently, and returns the current generation.
    ///
    /// If the files cannot be used, for example because certificate and key do not match yet, the last valid
    /// configuration stays in use.
    pub(super) async fn refresh(&self) -> u64 {
        let (previous, unusable) = {
            let mut state = self.lock();
            let Some(current) = state.current.clone() else { return 0 };
            if !self.has_files || state.checked.elapsed() < CHECK_INTERVAL {
                return current.generation;
            }
            state.checked = Instant::now();
            (current, state.unusable)
        };
        let (generation, config) = (previous.generation, Arc::clone(&self.config));
        let renewed = run_blocking(move || renew(&config, &previous, unusable)).await;
        let mut state = self.lock();
        match renewed {
            Ok(Renewed::Changed(current)) => {
                let generation = current.generation;
                state.current = Some(current);
                state.unusable = None;
                generation
            }
            Ok(Renewed::Unusable(fingerprint)) => {
                state.unusable = Some(fingerprint);
                generation
            }
            Ok(Renewed::Same) | Err(_) => generation,
        }
    }

    /// Performs the handshake.
    pub(super) async fn connect(
        &self,
        current: &Current,
        socket: TcpStream,
        address: &Address,
    ) -> Result<TlsStream<TcpStream>, TransportError> {
        let connector = TlsConnector::from(Arc::clone(&current.client));
        connector.connect(self.name.clone(), socket).await.map_err(|error| self.failed(&error, address))
    }

    /// Converts the error of a handshake, or of the first read after it. The request was not processed in either case.
    pub(super) fn failed(&self, error: &io::Error, address: &Address) -> TransportError {
        let address = address.clone();
        match explain(error, &self.name, self.config.identity.is_some()) {
            Some(source) => {
                TransportError::unsent(TransportErrorKind::Tls, ConnectError::Tls { address, source })
            }
            None => {
                let source = ConnectError::Handshake { address, source: error.kind().into() };
                TransportError::unsent(TransportErrorKind::Rejected, source)
            }
        }
    }

    /// No code panics while it holds the lock, so its contents are consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Result of reading files again.
enum Renewed {
    Same,
    Changed(Current),
    /// The files changed and cannot be used. Contains their fingerprint.
    Unusable(u64),
}

fn first(config: &TlsConfig, material: Material) -> Result<Current, TlsConfigError> {
    let fingerprint = material.fingerprint;
    Ok(Current { client: Arc::new(build(config, material)?), fingerprint, generation: 0 })
}

fn renew(config: &TlsConfig, previous: &Current, unusable: Option<u64>) -> Renewed {
    // A file that is being replaced may be missing for a moment.
    let Ok(material) = load(config) else { return Renewed::Same };
    let fingerprint = material.fingerprint;
    if fingerprint == previous.fingerprint || unusable == Some(fingerprint) {
        return Renewed::Same;
    }
    match build(config, material) {
        Ok(client) => {
            let generation = previous.generation + 1;
            Renewed::Changed(Current { client: Arc::new(client), fingerprint, generation })
        }
        Err(_) => Renewed::Unusable(fingerprint),
    }
}

/// Runs a function that reads files.
async fn run_blocking<T: Send + 'static>(
    function: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TlsConfigError> {
    let stopped = |_| TlsConfigError::NativeCertificates("the runtime is shutting down".to_owned());
    spawn_blocking(function).await.map_err(stopped)
}
