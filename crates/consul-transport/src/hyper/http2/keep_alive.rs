//! The task that drives an HTTP/2 connection.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use h2::client::Connection;
use h2::{Ping, PingPong};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep};

use super::slots::Slots;
use crate::hyper::sniff::Sniff;

/// Time without data after which a connection with open streams is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Time without data after a ping, after which a connection is closed.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

/// Drives a connection until it ends, is lost, or has been idle for `idle_timeout`.
pub(super) async fn drive<T>(
    mut connection: Connection<Sniff<T>, Bytes>,
    slots: Arc<Slots>,
    reads: Arc<AtomicU64>,
    idle_timeout: Duration,
) where
    T: AsyncRead + AsyncWrite + Send + Unpin,
{
    let mut ping_pong = connection.ping_pong();
    let interval = PING_INTERVAL.min(idle_timeout.max(Duration::from_millis(1)));
    let mut watchdog = Watchdog { reads, seen: 0, is_waiting: false, interval };
    let mut timer = pin!(sleep(interval));
    let mut limit = usize::MAX;
    // An error of the connection is also the error of its streams, so their callers report it.
    poll_fn(|cx| {
        while timer.as_mut().poll(cx).is_ready() {
            if slots.close_if_idle(idle_timeout) {
                return Poll::Ready(());
            }
            match watchdog.tick(slots.open() > 0, ping_pong.as_mut()) {
                Some(next) => timer.as_mut().reset(Instant::now() + next),
                None => return Poll::Ready(()),
            }
        }
        watchdog.poll_pong(cx, ping_pong.as_mut(), timer.as_mut());
        let polled = Pin::new(&mut connection).poll(cx).map(drop);
        let allowed = connection.max_concurrent_send_streams();
        if allowed != limit {
            limit = allowed;
            slots.set_limit(allowed);
        }
        polled
    })
    .await;
    slots.close();
}

/// Decides when to ping, and when a connection is lost.
struct Watchdog {
    reads: Arc<AtomicU64>,
    seen: u64,
    /// A ping is in flight.
    is_waiting: bool,
    interval: Duration,
}

impl Watchdog {
    /// Returns the time until the next tick, or `None` if the connection is lost.
    fn tick(&mut self, has_streams: bool, ping_pong: Option<&mut PingPong>) -> Option<Duration> {
        let reads = self.reads.load(Ordering::Relaxed);
        let is_silent = reads == self.seen;
        self.seen = reads;
        if self.is_waiting && is_silent {
            return None;
        }
        self.is_waiting = is_silent
            && has_streams
            && ping_pong.is_some_and(|ping_pong| ping_pong.send_ping(Ping::opaque()).is_ok());
        Some(if self.is_waiting { PING_TIMEOUT } else { self.interval })
    }

    /// Handles the response to a ping.
    fn poll_pong(&mut self, cx: &mut Context<'_>, ping_pong: Option<&mut PingPong>, timer: Pin<&mut Sleep>) {
        if self.is_waiting
            && let Some(ping_pong) = ping_pong
            && ping_pong.poll_pong(cx).is_ready()
        {
            self.is_waiting = false;
            timer.reset(Instant::now() + self.interval);
        }
    }
}
