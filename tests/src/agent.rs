//! A Consul agent process, which ends with its test.

mod builder;
mod config;
mod ports;
mod process;
mod ready;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use tempfile::TempDir;

pub use self::builder::Builder;
use self::builder::Https;
use self::config::{Identity, SOCKET};
use self::ports::Ports;
use self::process::{LOG, Process, Signal};
use self::ready::{Origin, Probe};
use crate::{Version, binary};

/// Limit for an agent to get ready. It is generous, since tests share few cores.
const READY: Duration = Duration::from_secs(60);
/// Limit for an agent to end after SIGTERM. After it, the agent is killed.
const TERMINATE: Duration = Duration::from_secs(15);
/// Number of attempts with other ports, if another process has taken one.
const ATTEMPTS: usize = 5;
/// Number of log lines in an error.
const TAIL: usize = 30;

/// A running agent on ports of its own on 127.0.0.1. Dropping it kills it.
///
/// The process also ends with the test process, even if that is killed.
pub struct Agent {
    // The first field, so that the process has ended before its ports and files are released.
    process: Mutex<Option<Process>>,
    binary: PathBuf,
    version: Version,
    args: Vec<String>,
    ports: Ports,
    node: String,
    https: Https,
    url: String,
    /// The address for requests of the harness.
    origin: Origin,
    token: Option<String>,
    dir: TempDir,
}

impl Agent {
    /// Creates a builder. Defaults to a dev agent without ACLs.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts the builder's agents, joins them, and waits until all are ready.
    pub(crate) fn launch(builder: &Builder) -> Result<Vec<Self>, StartError> {
        let mut attempt = 1;
        loop {
            let agents = Self::prepare_all(builder)?;
            let started = agents.iter().try_for_each(Self::spawn);
            match started.and_then(|()| agents.iter().try_for_each(Self::wait_ready)) {
                // The ports were free a moment ago, and another process has taken one since.
                Err(_) if attempt < ATTEMPTS && agents.iter().any(Self::has_lost_a_port) => attempt += 1,
                Err(error) => return Err(error),
                Ok(()) => return Ok(agents),
            }
        }
    }

    fn prepare_all(builder: &Builder) -> Result<Vec<Self>, StartError> {
        let mut builder = builder.clone();
        let ports: io::Result<Vec<_>> = (0..builder.role.agents()).map(|_| Ports::claim()).collect();
        let ports = ports.map_err(|error| StartError(error.to_string()))?;
        if ports.len() > 1 {
            builder.join = ports.iter().map(Ports::lan).collect();
        }
        ports.into_iter().map(|ports| Self::prepare(&builder, ports)).collect()
    }

    /// Writes the configuration of an agent on these ports, without starting it.
    fn prepare(builder: &Builder, ports: Ports) -> Result<Self, StartError> {
        let binary = match &builder.binary {
            Some(path) => path.clone(),
            None => binary::find().map_err(|missing| StartError(missing.to_string()))?,
        };
        let fail = |error: io::Error| StartError(format!("cannot start {}: {error}", binary.display()));
        let version = binary::version(&binary).map_err(fail)?;
        let dir = tempfile::Builder::new().prefix("consul-tests-").tempdir().map_err(fail)?;
        let node = format!("agent-{}", ports.http());
        let identity = Identity { version, node: &node, ports: &ports };
        let args = config::write(builder, &identity, dir.path()).map_err(fail)?;
        Ok(Self {
            process: Mutex::new(None),
            version,
            args,
            https: builder.https,
            url: match builder.https {
                Https::Only => format!("https://127.0.0.1:{}", ports.https()),
                Https::Off | Https::On => format!("http://127.0.0.1:{}", ports.http()),
            },
            origin: match builder.https {
                Https::Only => Origin::Unix(dir.path().join(SOCKET)),
                Https::Off | Https::On => Origin::Tcp((Ipv4Addr::LOCALHOST, ports.http()).into()),
            },
            ports,
            node,
            token: builder.token.clone(),
            dir,
            binary,
        })
    }

    /// Starts the process without waiting until it is ready.
    fn spawn(&self) -> Result<(), StartError> {
        let process = Process::spawn(&self.binary, &self.args, self.dir.path())
            .map_err(|error| StartError(format!("cannot start {}: {error}", self.binary.display())))?;
        *self.process() = Some(process);
        Ok(())
    }

    /// Waits until the agent is ready.
    fn wait_ready(&self) -> Result<(), StartError> {
        let probe = self.probe();
        let start = Instant::now();
        loop {
            let Some(obstacle) = probe.obstacle() else { return Ok(()) };
            if let Some(status) = self.process().as_mut().and_then(Process::exited) {
                return Err(self.failure(&format!("ended at its start ({status})")));
            }
            if start.elapsed() > READY {
                return Err(self.failure(&format!("is not ready after {READY:?}: {obstacle}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn probe(&self) -> Probe<'_> {
        Probe::new(&self.origin, &self.node, self.token.as_deref())
    }

    /// Returns the agent's HTTP address. No agent with [HTTPS only](Builder::https_only) listens on it.
    pub fn http_addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.http()))
    }

    /// Returns the address at which the agent serves HTTPS.
    ///
    /// # Panics
    ///
    /// Panics if it does not.
    pub fn https_addr(&self) -> SocketAddr {
        assert_ne!(self.https, Https::Off, "the agent was started without HTTPS");
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.https()))
    }

    /// Returns the address for gossip with other agents.
    fn lan_addr(&self) -> SocketAddr {
        self.ports.lan()
    }

    /// Returns the address for RPC from servers of its datacenter.
    pub(crate) fn server_addr(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports.server()))
    }

    /// Returns the [HTTP address](Self::http_addr) as `http://…`, or the [HTTPS address](Self::https_addr) as `https://…` if
    /// the agent serves no HTTP, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the management token, or `None` if ACLs are disabled.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Returns the agent's node name.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Returns the version of Consul.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns `true` if the agent has this version or a later one. For [`require!`](crate::require!).
    pub fn since(&self, major: u16, minor: u16) -> bool {
        self.version >= Version::new(major, minor, 0)
    }

    /// Returns the agent's process ID, even after it has ended.
    pub fn pid(&self) -> u32 {
        self.process().as_ref().map_or(0, Process::pid)
    }

    /// Returns `true` if the agent's process runs.
    pub fn is_running(&self) -> bool {
        self.process().as_mut().is_some_and(|process| process.exited().is_none())
    }

    /// Returns the agent's log so far.
    pub fn log(&self) -> String {
        fs::read(self.log_path())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Kills the agent like a crash, and waits until the process has ended.
    pub fn kill9(&self) {
        self.end(Signal::KILL);
    }

    /// Terminates the agent with SIGTERM, and waits until the process has ended.
    pub fn terminate(&self) {
        self.end(Signal::TERM);
    }

    /// Freezes the agent. Connections stay open, and no request gets a response.
    pub fn pause(&self) {
        if let Some(process) = self.process().as_mut() {
            process.freeze();
        }
    }

    /// Resumes a frozen agent.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Terminates the agent if it runs, starts it on the same ports, and waits until it is ready.
    ///
    /// A dev agent loses its state. A [persistent](Builder::persistent) agent keeps it.
    ///
    /// # Panics
    ///
    /// Panics if the agent does not get ready.
    pub fn restart(&self) {
        self.terminate();
        self.start_again();
        self.wait_ready().unwrap_or_else(|error| panic!("{error}"));
    }

    /// Starts the agent on the same ports if it has ended, without waiting until it is ready. For servers that need
    /// each other to get ready.
    ///
    /// # Panics
    ///
    /// Panics if the process cannot be started.
    pub fn start_again(&self) {
        if !self.is_running() {
            self.spawn().unwrap_or_else(|error| panic!("{error}"));
        }
    }

    fn end(&self, signal: Signal) {
        let mut process = self.process();
        let Some(process) = process.as_mut() else { return };
        process.signal(signal);
        // A frozen process handles the signal only after it has been resumed.
        process.signal(Signal::CONT);
        if !process.wait(TERMINATE) {
            process.signal(Signal::KILL);
            process.wait(TERMINATE);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = self.process().as_mut() {
            process.signal(signal);
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn has_lost_a_port(&self) -> bool {
        self.log().contains("address already in use")
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join(LOG)
    }

    fn failure(&self, what: &str) -> StartError {
        StartError(format!(
            "{} {what}; the end of its log:\n{}",
            describe(&self.binary, self.version),
            tail(&self.log())
        ))
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("url", &self.url)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Error returned if an agent does not start. Its text contains the end of the agent's log.
#[derive(Clone, Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

fn describe(binary: &Path, version: Version) -> String {
    format!("Consul {version} ({})", binary.display())
}

fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}

/// Returns a random UUID, from the seed of the standard library's hash maps.
fn random_uuid() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (a, b) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}
