//! A stream of user events.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use consul_proto::event::{self, Event};
use futures_core::Stream;

use crate::event::List;
use crate::watch::{Degraded, Health, Settings, Watch};
use crate::{Call, Error};

/// The number of events that an agent keeps.
const KEPT: usize = 256;

/// A stream that yields each user event once.
///
/// Created by [`feed`](Call::feed) from a list of events. The feed starts with the first response after its first
/// poll. Events in that response are older and are not yielded.
///
/// **No duplicates.** The feed remembers the IDs of events. An agent that restarts may receive old events again,
/// which the feed does not yield again.
///
/// **No silent gaps.** An agent keeps the last 256 events of all names. If the last event that the feed knows is no
/// longer among them, because there were more events or because the agent restarted, the feed may have missed events,
/// and yields [`FeedItem::Gap`]. The feed requests the events of all names and filters by name itself, so that events
/// of other names do not cause a gap. With a token that cannot read every event, the feed may yield a gap although no
/// event is missing.
///
/// Otherwise, a feed behaves like every [watch](crate::watch#how-watches-behave). If it is not polled for some time,
/// the next polls yield the events of that time that the agent still has.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// use consul_client::event::FeedItem;
///
/// let mut deploys = client.event().list().name("deploy").feed();
/// while let Some(item) = deploys.next().await {
///     match item? {
///         FeedItem::Event(event) => println!("deploy {}", event.text().unwrap_or("of something")),
///         FeedItem::Gap => eprintln!("there may have been others"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Feed {
    watch: Watch<Vec<Event>>,
    name: Option<String>,
    /// IDs of known events, yielded or older. The newest is the last.
    known: VecDeque<String>,
    last: Last,
    health: Health<Error>,
    pending: VecDeque<FeedItem>,
}

/// The last event of the last list.
#[derive(Debug, PartialEq, Eq)]
enum Last {
    /// No list has been received yet.
    Unknown,
    /// The last list was empty.
    Empty,
    /// The ID of the last event.
    Event(String),
}

/// An item of a [`Feed`].
#[derive(Debug)]
#[non_exhaustive]
pub enum FeedItem {
    /// A new event.
    Event(Event),
    /// The feed may have missed events before the next one, since the agent no longer has them.
    Gap,
    /// The agent cannot be reached, so events may be delayed. The feed continues.
    Degraded(Degraded<Error>),
    /// The agent can be reached again.
    Recovered,
}

impl Call<event::List> {
    /// Returns new events as they arrive: [`Feed`].
    pub fn feed(mut self) -> Feed {
        let name = self.endpoint_mut().take_name();
        Feed {
            watch: self.watch(),
            name,
            known: VecDeque::new(),
            last: Last::Unknown,
            health: Health::Healthy,
            pending: VecDeque::new(),
        }
    }
}

impl List {
    /// Returns new events as they arrive: [`Feed`].
    pub fn feed(self) -> Feed {
        self.0.feed()
    }
}

impl Feed {
    /// Waits for the next item. Returns `None` after the feed has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the feed ends. See [`Watch::stop_on`].
    pub async fn next(&mut self) -> Option<Result<FeedItem, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the settings of the watch, to change them.
    pub fn settings_mut(&mut self) -> &mut Settings {
        self.watch.settings_mut()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<FeedItem, Error>>> {
        loop {
            if let Some(item) = self.pending.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let snapshot = match ready!(Pin::new(&mut self.watch).poll_next(cx)) {
                Some(Ok(snapshot)) => snapshot,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            if self.health != *snapshot.health() {
                self.health = snapshot.health().clone();
                self.pending.push_back(match &self.health {
                    Health::Healthy => FeedItem::Recovered,
                    Health::Degraded(degraded) => FeedItem::Degraded(degraded.clone()),
                });
            }
            if let Some(events) = snapshot.value() {
                self.read(events);
            }
        }
    }

    /// Finds the new events in a list.
    fn read(&mut self, events: &[Event]) {
        let new = match &self.last {
            Last::Unknown => {
                self.known.extend(events.iter().map(|event| event.id.clone()));
                &[]
            }
            // A full list may be truncated at its start.
            Last::Empty if events.len() < KEPT => events,
            Last::Empty => self.gap(events),
            // Agents keep events in the order in which they received them.
            Last::Event(last) => match events.iter().rposition(|event| event.id == *last) {
                Some(place) => &events[place + 1..],
                None => self.gap(events),
            },
        };
        for event in new {
            // A restarted agent may receive old events again.
            if self.known.contains(&event.id) {
                continue;
            }
            self.known.push_back(event.id.clone());
            if self.name.as_ref().is_none_or(|name| *name == event.name) {
                self.pending.push_back(FeedItem::Event(event.clone()));
            }
        }
        self.known.drain(..self.known.len().saturating_sub(2 * KEPT));
        self.last = events.last().map_or(Last::Empty, |event| Last::Event(event.id.clone()));
    }

    fn gap<'a>(&mut self, events: &'a [Event]) -> &'a [Event] {
        self.pending.push_back(FeedItem::Gap);
        events
    }
}

impl Stream for Feed {
    type Item = Result<FeedItem, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("name", &self.name).field("watch", &self.watch).finish_non_exhaustive()
    }
}
