//! A session that is kept alive.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use consul_proto::machine::keep_alive::{self, EndReason, Event};
use consul_proto::machine::{Cleanup, Lease, SessionSettings};
use consul_proto::session::Create;
use consul_proto::{EncodeError, Route};

use crate::recipe::hold::{Hold, closed, lost};
use crate::recipe::registry::Stage;
use crate::recipe::task::{LeaseMachine, Running, State};
use crate::session::{CheckId, NodeName, ServiceCheck, SessionId, Sessions};
use crate::{Client, Error, ErrorKind};

const NAME: &str = "session";

impl Sessions {
    /// Creates a session and keeps it alive, until the guard is closed or dropped.
    ///
    /// ```no_run
    /// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
    /// let session = client.session().keep_alive().name("worker 7").await?;
    /// println!("session {} is valid for {:?}", session.id(), session.valid_for());
    /// // … work, until the session is lost:
    /// let error = session.lost().await;
    /// eprintln!("{error}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn keep_alive(&self) -> KeepAlive {
        KeepAlive { client: self.client().clone(), settings: SessionSettings::default(), timeout: None }
    }
}

/// A builder of a session that is kept alive, from [`Sessions::keep_alive`]. Awaiting it creates the session.
///
/// TTL and lock-delay determine the length of the lease. See [`recipe`](crate::recipe).
#[derive(Clone)]
#[must_use = "does nothing until it is awaited"]
pub struct KeepAlive {
    client: Client,
    settings: SessionSettings,
    timeout: Option<Duration>,
}

impl KeepAlive {
    /// Sets a display name. It does not have to be unique.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// Sets the node of the session. Defaults to the agent's node.
    pub fn node(mut self, node: impl Into<NodeName>) -> Self {
        self.settings.node = Some(node.into());
        self
    }

    /// Sets the time after which the session ends without a renewal: 10 seconds to 24 hours. Defaults to 15 seconds.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.settings.ttl = ttl;
        self
    }

    /// Sets the lock-delay: the time in which no session can lock the keys after this session has ended without a
    /// release. At most 60 seconds. Defaults to 15 seconds.
    ///
    /// Below 3 seconds, the session has no checks, and its lease only depends on the TTL.
    pub fn lock_delay(mut self, delay: Duration) -> Self {
        self.settings.lock_delay = delay;
        self
    }

    /// Sets the node's checks that end the session when they become critical. Replaces the default, `serfHealth`. An
    /// empty list removes it.
    pub fn node_checks(mut self, ids: impl IntoIterator<Item = impl Into<CheckId>>) -> Self {
        self.settings.node_checks = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the checks of the node's services that end the session when they become critical; since Consul 1.7.
    pub fn service_checks(mut self, checks: impl IntoIterator<Item = ServiceCheck>) -> Self {
        self.settings.service_checks = checks.into_iter().collect();
        self
    }

    /// Sets the maximum time for creating the session. Defaults to the client's call timeout, 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Creates the session. Awaiting this value has the same effect.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if the servers reject the session, or if it could not be created in
    /// time.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a session that was created is destroyed in the background.
    pub async fn start(self) -> Result<SessionGuard, Error> {
        let Self { client, settings, timeout } = self;
        let at = client.settings().runtime.now() + timeout.unwrap_or_else(|| client.call_timeout());
        let seed = client.settings().random.next();
        let invalid = |error: EncodeError| Error::encode(Route::of(&Create::new()), error);
        let machine = keep_alive::KeepAlive::new(settings, client.options(), seed).map_err(invalid)?;
        let mut running = Running::spawn(&client, NAME, Stage::Session, machine)?;
        let held = running.wait_for(&client, at, |event| match event {
            Event::Held { session, lease } => Some(Ok((session.clone(), lease.clone()))),
            event => event.end(NAME).map(Err),
        });
        match held.await? {
            Some(held) => {
                let (id, lease) = held?;
                Ok(SessionGuard { id, hold: Hold::new(&client, lease, running) })
            }
            None => Err(match running.state() {
                Some(Event::Creating { error: Some(error) }) => error,
                _ => {
                    let limit = timeout.unwrap_or_else(|| client.call_timeout());
                    Error::timeout(Route::of(&Create::new()), limit, false)
                }
            }),
        }
    }
}

impl IntoFuture for KeepAlive {
    type Output = Result<SessionGuard, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for KeepAlive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeepAlive").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A session that is kept alive by a task in the background.
///
/// The end of the lease is known in advance, and only a renewal extends it. A frozen agent, a hung request or a
/// suspended computer cannot delay it. All methods agree, even after a suspend: after one of them has reported the
/// end, all others do. For the guarantees and their limits, see [`recipe`](crate::recipe).
///
/// Dropping the guard stops the renewals and destroys the session in the background, if the runtime still runs.
/// [`close`](Self::close) waits for that.
#[must_use = "the session ends when the guard is dropped"]
pub struct SessionGuard {
    id: SessionId,
    hold: Hold<Event<Error>>,
}

impl SessionGuard {
    /// Returns the ID of the session.
    #[must_use]
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Returns `true` if the lease has not ended. After it has been `false`, it stays `false`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_held()
    }

    /// Returns the remaining time of the lease. Renewals extend it, and zero is final.
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.hold.valid_for()
    }

    /// Waits until the session is lost, and returns the reason, an error of the kind
    /// [`Lost`](crate::ErrorKind::Lost). If the client was closed, the kind is [`Closed`](crate::ErrorKind::Closed).
    ///
    /// Any number of callers can wait, even after the loss.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn lost(&self) -> Error {
        self.hold.lost().await
    }

    /// Destroys the session, and waits until the servers confirm it, for at most about 30 seconds.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`Lost`](crate::ErrorKind::Lost) if the session was lost before, and of the kind
    /// [`Timeout`](crate::ErrorKind::Timeout) if the servers did not confirm its end. It ends with its TTL then.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the session is destroyed in the background.
    pub async fn close(self) -> Result<(), Error> {
        let (last, is_clean) = self.hold.finish().await;
        match last.and_then(|last| last.end(NAME)) {
            Some(end) if end.kind() != ErrorKind::Closed => Err(end),
            Some(_) if is_clean => Ok(()),
            _ => {
                let text = "session was not destroyed in time, and ends with its TTL";
                Err(Error::recipe(ErrorKind::Timeout, text, None))
            }
        }
    }
}

impl LeaseMachine for keep_alive::KeepAlive<Error> {
    fn cleanup(&self) -> Cleanup {
        self.cleanup()
    }
}

/// Converts to the ID of the session, for setters that accept one.
impl From<&SessionGuard> for SessionId {
    fn from(guard: &SessionGuard) -> Self {
        guard.id.clone()
    }
}

impl fmt::Debug for SessionGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionGuard").field("id", &self.id).field("valid_for", &self.valid_for()).finish()
    }
}

impl State for Event<Error> {
    fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Held { lease, .. } => Some(lease),
            _ => None,
        }
    }

    fn end(&self, name: &'static str) -> Option<Error> {
        let Self::Ended(reason) = self else { return None };
        Some(match reason {
            EndReason::Lost { reason, error } => lost(name, *reason, error.clone()),
            EndReason::Rejected(error) => error.clone(),
            _ => closed(name),
        })
    }
}
