//! Events as they come.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, mem};

use consul_proto::event::{self, Event};
use futures_core::Stream;

use crate::event::List;
use crate::watch::{Settings, Trouble, Update, Watch};
use crate::{Call, Error};

/// How many events an agent keeps.
const KEPT: usize = 256;

/// Events as they come, each once.
///
/// Made by [`feed`](Call::feed) of a list of events. It starts when it is polled for the first time and the agent has
/// answered; what is there then is not told: it is older.
///
/// **No event twice.** What has been told is remembered by its id, also over a restart of the agent, which may hear of
/// old events once more.
///
/// **No gap in silence.** An agent keeps the last 256 events of all names. Where the last one that the feed knows is not
/// among them any more, because there were more or because the agent was started anew, what came in between is not
/// known, and [`Heard::Gap`] is told. So that events of other names cannot be taken for a gap, the agent is asked for
/// all of them, and the feed looks for the name. Of a token that may not read every event it can tell a gap where there
/// was none.
///
/// Apart from that it behaves as every [watch](crate::watch#how-watches-behave). Who does not poll it for a while finds
/// what has happened meanwhile, as far as the agent still has it.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// use consul_client::event::Heard;
///
/// let mut deploys = client.event().list().name("deploy").feed();
/// while let Some(heard) = deploys.next().await {
///     match heard? {
///         Heard::Event(event) => println!("deploy {}", event.text().unwrap_or("of something")),
///         Heard::Gap => eprintln!("perhaps there were others: look for yourself"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a feed does nothing until it is polled"]
pub struct Feed {
    watch: Watch<event::List>,
    name: Option<String>,
    /// Ids of the events that were told or are older, the last at the end.
    known: VecDeque<String>,
    /// The last event of the last list.
    last: Last,
    is_in_trouble: bool,
    untold: VecDeque<Heard>,
}

#[derive(Debug, PartialEq, Eq)]
enum Last {
    /// There was no list yet.
    Unasked,
    /// There was no event in it.
    Empty,
    /// Its id.
    Event(String),
}

/// What a feed tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Heard {
    /// An event that is new.
    Event(Event),
    /// Before the next event there may have been others, which the agent does not have any more.
    Gap,
    /// The agent cannot be asked, and events are not heard of. The feed goes on.
    Trouble(Trouble),
    /// The trouble that was told is over.
    Recovered,
}

impl Call<event::List> {
    /// Tells events as they come: [`Feed`].
    pub fn feed(mut self) -> Feed {
        let name = self.endpoint_mut().take_name();
        Feed {
            watch: self.watch(),
            name,
            known: VecDeque::new(),
            last: Last::Unasked,
            is_in_trouble: false,
            untold: VecDeque::new(),
        }
    }
}

impl List {
    /// Yields events as they come: a [`Feed`].
    pub fn feed(self) -> Feed {
        self.0.feed()
    }
}

impl Feed {
    /// Waits for the next thing to tell; `None` when the feed has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the feed ends; see [`Watch::ends`].
    pub async fn next(&mut self) -> Option<Result<Heard, Error>> {
        poll_fn(|cx| self.poll_heard(cx)).await
    }

    /// How the list is watched, to change it.
    pub fn settings_mut(&mut self) -> &mut Settings {
        self.watch.settings_mut()
    }

    fn poll_heard(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Heard, Error>>> {
        loop {
            if let Some(heard) = self.untold.pop_front() {
                return Poll::Ready(Some(Ok(heard)));
            }
            let update = match ready!(Pin::new(&mut self.watch).poll_next(cx)) {
                Some(Ok(update)) => update,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            match update {
                Update::State(state) => {
                    self.recover();
                    self.hear(&state.value);
                }
                Update::Trouble(trouble) => {
                    self.is_in_trouble = true;
                    self.untold.push_back(Heard::Trouble(trouble));
                }
                Update::Confirmed => self.recover(),
                Update::Shortened(_) => {}
            }
        }
    }

    fn recover(&mut self) {
        if mem::take(&mut self.is_in_trouble) {
            self.untold.push_back(Heard::Recovered);
        }
    }

    /// Looks for what is new in a list.
    fn hear(&mut self, events: &[Event]) {
        let new = match &self.last {
            Last::Unasked => {
                self.known.extend(events.iter().map(|event| event.id.clone()));
                &[]
            }
            // As many as an agent keeps may be the last ones of more.
            Last::Empty if events.len() < KEPT => events,
            Last::Empty => self.gap(events),
            // Agents keep events in the order in which they have heard of them.
            Last::Event(last) => match events.iter().rposition(|event| event.id == *last) {
                Some(place) => &events[place + 1..],
                None => self.gap(events),
            },
        };
        for event in new {
            // An agent that was started anew may hear of old ones once more.
            if self.known.contains(&event.id) {
                continue;
            }
            self.known.push_back(event.id.clone());
            if self.name.as_ref().is_none_or(|name| *name == event.name) {
                self.untold.push_back(Heard::Event(event.clone()));
            }
        }
        self.known.drain(..self.known.len().saturating_sub(2 * KEPT));
        self.last = events.last().map_or(Last::Empty, |event| Last::Event(event.id.clone()));
    }

    fn gap<'a>(&mut self, events: &'a [Event]) -> &'a [Event] {
        self.untold.push_back(Heard::Gap);
        events
    }
}

impl Stream for Feed {
    type Item = Result<Heard, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_heard(cx)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("name", &self.name).field("watch", &self.watch).finish_non_exhaustive()
    }
}
