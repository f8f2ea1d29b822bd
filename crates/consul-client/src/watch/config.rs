//! What is watched, as a value of the program's own type.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::{fmt, mem};

use consul_proto::{OutputOf, ResponseError, Watchable, kv};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::codec::{self, Codec, CodecError, Json};
use crate::error::Route;
use crate::runtime::Instant;
use crate::watch::view::{Source, alone};
use crate::watch::{State, Trouble, Update, View, Watch, update};
use crate::{Client, Error};

/// A stream of the values that a program's configuration in the store has had: one key's value, or a subtree's.
///
/// Made by [`Watch::config`] of a key or of a prefix. Absence is a value: `None` where there is no such key, or nothing
/// below the prefix. It behaves as the [watch](crate::watch#how-watches-behave) that it is made of, with one thing more.
///
/// **What does not fit** the type is told as [`Update::Trouble`], with an error of the kind
/// [`Decode`](crate::ErrorKind::Decode) whose source says what is wrong and where; the last value that fitted stays. When
/// there is one that fits again it is told, or [`Update::Confirmed`] where it is the same. No setting makes it an end.
/// Where the first value does not fit there is no state yet. A program that must not start without one reads it once
/// before: [`get_as`](crate::kv::Kv::get_as), [`codec::from_entries`].
///
/// **A subtree is written key by key** and read in between, when it may fit or not. What belongs together is written in
/// one [transaction](crate::txn), and then read together.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// use consul_client::watch::Update;
/// use serde::Deserialize;
///
/// #[derive(PartialEq, Deserialize)]
/// struct Limits {
///     connections: u32,
///     #[serde(default)]
///     burst: Option<u32>,
/// }
///
/// // The keys app/limits/connections and app/limits/burst; one key with a JSON object would be `kv().get(..)`.
/// let mut limits = client.kv().list("app/limits/").watch().config::<Limits>();
/// while let Some(update) = limits.next().await {
///     match update? {
///         Update::State(state) => match &*state.value {
///             Some(limits) => println!("{} connections from now on", limits.connections),
///             None => println!("no limits"),
///         },
///         Update::Trouble(trouble) => eprintln!("limits stay as they are: {:?}", trouble.error),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a watch does nothing until it is polled"]
pub struct Config<E: Watchable, T> {
    watch: Watch<E>,
    decode: Decode<E, T>,
    /// The last value that fitted.
    state: Option<State<Option<T>>>,
    /// Whether it is to be told once more.
    is_untold: bool,
    misfit: Option<Misfit>,
    /// Whether trouble was told that has not ended.
    is_in_trouble: bool,
}

type Decode<E, T> = fn(&E, &OutputOf<E>) -> Result<Option<T>, CodecError>;

/// What is in the store and does not fit.
struct Misfit {
    error: Error,
    /// When the value before it was confirmed last.
    confirmed_at: Option<Instant>,
}

impl Watch<kv::Get> {
    /// Reads the values of the key as JSON of a type: [`Config`].
    pub fn config<T: DeserializeOwned + PartialEq + Send + Sync>(self) -> Config<kv::Get, T> {
        self.config_with::<T, Json>()
    }

    /// Reads the values of the key as a type, through another [`Codec`] than JSON: [`Config`].
    pub fn config_with<T: DeserializeOwned + PartialEq + Send + Sync, C: Codec>(self) -> Config<kv::Get, T> {
        Config::new(self, |_, entry| entry.as_ref().map(|entry| C::decode(&entry.value)).transpose())
    }
}

impl Watch<kv::List> {
    /// Reads the keys below the prefix as one value of a type, as [`codec::from_entries`] does: [`Config`].
    pub fn config<T: DeserializeOwned + PartialEq + Send + Sync>(self) -> Config<kv::List, T> {
        Config::new(self, |list, entries| match entries.as_slice() {
            [] => Ok(None),
            entries => codec::from_entries(list.prefix(), entries).map(Some),
        })
    }
}

impl<E: Watchable, T: PartialEq + Send + Sync> Config<E, T>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    fn new(watch: Watch<E>, decode: Decode<E, T>) -> Self {
        let (state, misfit) = (None, None);
        Self { watch: watch.afresh(), decode, state, is_untold: false, misfit, is_in_trouble: false }
    }

    /// Waits for the next update; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`Watch::ends`].
    pub async fn next(&mut self) -> Option<Result<Update<Option<T>>, Error>> {
        poll_fn(|cx| self.poll_next_update(cx)).await
    }

    /// Waits for the next value, and leaves aside whatever else is told; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`Watch::ends`].
    pub async fn changed(&mut self) -> Option<Result<State<Option<T>>, Error>> {
        poll_fn(|cx| update::poll_state(cx, |cx| self.poll_next_update(cx))).await
    }

    /// The last value that fitted; `None` where there has been none yet.
    #[must_use]
    pub fn state(&self) -> Option<&Arc<Option<T>>> {
        self.state.as_ref().map(|state| &state.value)
    }

    /// Goes on in the background, for any number of readers: a [`View`], shared by its clones.
    ///
    /// # Panics
    ///
    /// Outside of a runtime, where the client's is tokio's.
    pub fn view(self) -> View<Option<T>>
    where
        T: 'static,
    {
        let is_untold = self.state.is_some();
        alone(Self { watch: self.watch.afresh(), is_untold, is_in_trouble: false, ..self })
    }

    fn poll_next_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<Option<T>>, Error>>> {
        if let Some(state) = self.state.as_ref().filter(|_| mem::take(&mut self.is_untold)) {
            return Poll::Ready(Some(Ok(Update::State(state.clone()))));
        }
        loop {
            let before = self.confirmed();
            let update = match ready!(self.watch.poll_update(cx)) {
                Some(Ok(update)) => update,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            let told = match update {
                Update::State(state) => self.read(state, before),
                // What was wrong before is still wrong.
                Update::Confirmed => Some(self.misfit().map_or(Update::Confirmed, Update::Trouble)),
                // What does not fit was confirmed, the value that is shown was not.
                Update::Trouble(trouble) => {
                    let unconfirmed = self.misfit().map_or(trouble.unconfirmed, |misfit| misfit.unconfirmed);
                    Some(Update::Trouble(Trouble { unconfirmed, ..trouble }))
                }
                Update::Shortened(wait) => Some(Update::Shortened(wait)),
            };
            if let Some(told) = told {
                match told {
                    Update::Trouble(_) => self.is_in_trouble = true,
                    Update::State(_) | Update::Confirmed => self.is_in_trouble = false,
                    Update::Shortened(_) => {}
                }
                return Poll::Ready(Some(Ok(told)));
            }
        }
    }

    /// Takes a state for a value; `None` where there is nothing to tell.
    fn read(&mut self, state: State<OutputOf<E>>, before: Option<Instant>) -> Option<Update<Option<T>>> {
        match (self.decode)(self.watch.driver.machine().endpoint(), &state.value) {
            Ok(value) => {
                self.misfit = None;
                if self.state().is_some_and(|state| **state == value) {
                    return self.is_in_trouble.then_some(Update::Confirmed);
                }
                let state = state.map(|_| Arc::new(value));
                self.state = Some(state.clone());
                Some(Update::State(state))
            }
            Err(error) => {
                let route = self.watch.driver.route().clone();
                let error = Error::response(route, ResponseError::Decode(error.into_decode_error()), None);
                self.misfit = Some(Misfit { error, confirmed_at: before });
                self.misfit().map(Update::Trouble)
            }
        }
    }

    fn misfit(&self) -> Option<Trouble> {
        let misfit = self.misfit.as_ref()?;
        let now = self.watch.driver.now();
        let unconfirmed = misfit.confirmed_at.map(|at| now.since(at));
        Some(Trouble { error: misfit.error.clone(), unconfirmed })
    }

    /// When the value that is shown was confirmed last.
    fn confirmed(&self) -> Option<Instant> {
        match &self.misfit {
            Some(misfit) => misfit.confirmed_at,
            None => self.watch.confirmed_at(),
        }
    }
}

impl<E: Watchable, T: PartialEq + Send + Sync + 'static> Source for Config<E, T>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    type Value = Option<T>;

    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<Option<T>>, Error>>> {
        self.poll_next_update(cx)
    }

    fn confirmed_at(&self) -> Option<Instant> {
        self.confirmed()
    }

    fn client(&self) -> &Client {
        self.watch.client()
    }

    fn route(&self) -> &Route {
        self.watch.route()
    }
}

impl<E: Watchable, T: PartialEq + Send + Sync> Stream for Config<E, T>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    type Item = Result<Update<Option<T>>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_next_update(cx)
    }
}

impl<E: Watchable, T> fmt::Debug for Config<E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("watch", &self.watch)
            .field("misfit", &self.misfit.as_ref().map(|misfit| &misfit.error))
            .finish_non_exhaustive()
    }
}
