//! Watches of values of your own types.

use std::fmt;
use std::sync::Arc;

use consul_proto::machine::watch::{Degraded, Health, Severity};
use consul_proto::machine::{CauseKind, Input, Instant, Machine, Output};
use consul_proto::{Meta, ResponseError, Route, kv};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::codec::{self, Codec, CodecError, Json};
use crate::token::Tokens;
use crate::watch::machine::Watched;
use crate::watch::registry::Query;
use crate::watch::{Event, Settings, Snapshot, Watch};

impl Watch<Option<kv::Entry>> {
    /// Decodes the value of the key as JSON into your own type.
    ///
    /// For the behavior of such a watch, see [`config`](Watch::config) of a prefix.
    pub fn config<T>(self) -> Watch<Option<T>>
    where
        T: DeserializeOwned + PartialEq + Send + Sync + 'static,
    {
        self.config_with::<T, Json>()
    }

    /// Decodes the value of the key into your own type, with a [`Codec`].
    pub fn config_with<T, C>(self) -> Watch<Option<T>>
    where
        T: DeserializeOwned + PartialEq + Send + Sync + 'static,
        C: Codec,
    {
        self.typed(|entry| {
            let Some(entry) = entry else { return Ok(None) };
            C::decode(&entry.value).map(Some).map_err(|error| error.in_key(&entry.key))
        })
    }
}

impl Watch<Vec<kv::Entry>> {
    /// Decodes the keys below the prefix into one value of your own type. See [`codec::from_entries`].
    ///
    /// The value is `None` if there are no such keys. To treat this as a failure, use [`required`](Watch::required).
    /// The watch behaves like [every watch](crate::watch#how-watches-behave), with two additions:
    ///
    /// **A value that cannot be decoded** makes the watch degraded. The last valid value is kept. The error kind is
    /// [`Decode`](crate::ErrorKind::Decode), and its text has the reason and the path. When the value is valid again,
    /// the watch is healthy. No setting ends the watch on an invalid value.
    ///
    /// **A subtree that is written key by key** may be read in between. If several keys belong together, write them
    /// in one [transaction](crate::txn). They are then also read together.
    ///
    /// ```no_run
    /// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
    /// use serde::Deserialize;
    ///
    /// #[derive(Clone, PartialEq, Deserialize)]
    /// struct Limits {
    ///     connections: u32,
    ///     #[serde(default)]
    ///     burst: Option<u32>,
    /// }
    ///
    /// // The keys app/limits/connections and app/limits/burst. For one key with a JSON object, use `kv().get(..)`.
    /// let mut limits = client.kv().list("app/limits/").watch().config::<Limits>().required();
    /// while let Some(snapshot) = limits.next().await {
    ///     let snapshot = snapshot?;
    ///     match (snapshot.value(), snapshot.degraded()) {
    ///         (_, Some(degraded)) => eprintln!("limits cannot be confirmed: {}", degraded.cause),
    ///         (Some(limits), None) => println!("{} connections from now on", limits.connections),
    ///         (None, None) => {}
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn config<T>(self) -> Watch<Option<T>>
    where
        T: DeserializeOwned + PartialEq + Send + Sync + 'static,
    {
        let prefix = self.driver.machine().prefix().unwrap_or_default().to_owned();
        self.typed(move |entries| match entries.as_slice() {
            [] => Ok(None),
            entries => codec::from_entries(&prefix, entries).map(Some).map_err(|error| error.below(&prefix)),
        })
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Watch<Option<T>> {
    /// Treats absence as a failure: the last value is kept, and the watch is degraded until there is a value again.
    pub fn required(self) -> Watch<T> {
        self.typed(|value| value.clone().ok_or_else(|| CodecError::custom("required value does not exist")))
    }
}

impl<S: Send + Sync + 'static> Watch<S> {
    /// Returns a watch of the values that `decode` returns. It starts without a value.
    fn typed<V: PartialEq + Send + Sync + 'static>(
        self,
        decode: impl Fn(&S) -> Result<V, CodecError> + Send + 'static,
    ) -> Watch<V> {
        let route = self.route.clone();
        self.replayed().map(|source| {
            Box::new(Typed {
                source,
                route,
                decode: Box::new(decode),
                decoded: None,
                valid: None,
                invalid: None,
                confirmed_before: None,
                emitted: Snapshot::default(),
            })
        })
    }
}

/// A machine that decodes the values of another one.
struct Typed<S, V> {
    source: Box<dyn Watched<S>>,
    route: Route,
    decode: Decode<S, V>,
    /// The last value of the source that was decoded.
    decoded: Option<Arc<S>>,
    /// The last valid value.
    valid: Option<(Arc<V>, Arc<Meta>)>,
    invalid: Option<Invalid>,
    /// The time of the last but one confirmation of the source's value.
    confirmed_before: Option<Instant>,
    emitted: Snapshot<V>,
}

type Decode<S, V> = Box<dyn Fn(&S) -> Result<V, CodecError> + Send>;

/// The current value cannot be decoded.
struct Invalid {
    error: Error,
    since: Instant,
    /// The time at which the previous value was last confirmed.
    valid_until: Option<Instant>,
}

impl<S, V: PartialEq> Typed<S, V> {
    fn read(&mut self, now: Instant, source: &Snapshot<S>) {
        let (Some(value), Some(meta)) = (source.value(), source.meta()) else { return };
        if self.decoded.as_ref().is_some_and(|decoded| Arc::ptr_eq(decoded, value)) {
            return;
        }
        self.decoded = Some(Arc::clone(value));
        match (self.decode)(value) {
            Ok(value) => {
                self.invalid = None;
                if self.valid.as_ref().is_none_or(|(valid, _)| **valid != value) {
                    self.valid = Some((Arc::new(value), Arc::clone(meta)));
                }
            }
            Err(error) => {
                let error = ResponseError::Decode(error.into_decode_error());
                let (since, valid_until) = match &self.invalid {
                    Some(invalid) => (invalid.since, invalid.valid_until),
                    None => (now, self.confirmed_before),
                };
                let error = Error::response(self.route.clone(), error, None);
                self.invalid = Some(Invalid { error, since, valid_until });
            }
        }
    }

    fn snapshot_with(&self, source: &Snapshot<S>) -> Snapshot<V> {
        let health = match (source.health(), &self.invalid) {
            (Health::Degraded(degraded), _) => Health::Degraded(degraded.clone()),
            (Health::Healthy, Some(Invalid { error, since, .. })) => {
                let (kind, severity) = (CauseKind::Decode, Severity::Unexpected);
                Health::Degraded(Degraded::new(error.clone(), kind, severity, *since))
            }
            (Health::Healthy, None) => Health::Healthy,
        };
        Snapshot::new(self.valid.clone(), health, source.reduced_wait())
    }
}

impl<S, V: PartialEq> Machine for Typed<S, V> {
    type Event = Event<V>;
    type Error = Error;

    fn handle(&mut self, now: Instant, input: Input<Error>) {
        let before = self.source.confirmed_at();
        self.source.handle(now, input);
        if self.source.confirmed_at() != before {
            self.confirmed_before = before;
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Event<V>> {
        loop {
            return match self.source.poll(now) {
                Output::Event(Event::Snapshot(source)) => {
                    self.read(now, &source);
                    let snapshot = self.snapshot_with(&source);
                    if snapshot == self.emitted {
                        continue;
                    }
                    self.emitted = snapshot.clone();
                    Output::Event(Event::Snapshot(snapshot))
                }
                Output::Event(Event::Ended(error)) => Output::Event(Event::Ended(error)),
                Output::Send { exchange, route, request, slot, held, deadline } => {
                    Output::Send { exchange, route, request, slot, held, deadline }
                }
                Output::Cancel(exchange) => Output::Cancel(exchange),
                Output::Wait { until, wants } => Output::Wait { until, wants },
                Output::Done => Output::Done,
            };
        }
    }
}

impl<S: Send + Sync, V: PartialEq + Send + Sync> Watched<V> for Typed<S, V> {
    fn settings_mut(&mut self) -> &mut Settings {
        self.source.settings_mut()
    }

    fn snapshot(&self) -> Snapshot<V> {
        self.snapshot_with(&self.source.snapshot())
    }

    fn confirmed_at(&self) -> Option<Instant> {
        match &self.invalid {
            Some(invalid) => invalid.valid_until,
            None => self.source.confirmed_at(),
        }
    }

    fn replay(&mut self) {
        self.source.replay();
        self.emitted = Snapshot::default();
    }

    fn query(&self, _: &Tokens) -> Option<Query> {
        None
    }

    fn prefix(&self) -> Option<&str> {
        None
    }
}

impl<S, V> fmt::Debug for Typed<S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed")
            .field("source", &self.source)
            .field("invalid", &self.invalid.as_ref().map(|invalid| &invalid.error))
            .finish_non_exhaustive()
    }
}
