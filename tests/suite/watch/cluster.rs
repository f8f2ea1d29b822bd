//! Watches during writes to a cluster that repeatedly loses its leader.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use consul_client::kv::Entry;
use consul_client::{Client, Watch};
use consul_tests::{Agent, Cluster};
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::attempts::Attempts;
use super::report_rate;
use crate::clients::{PATIENCE, client_of};

const KEYS: usize = 50;
const WRITES: usize = 10_000;
const KILLS: usize = 5;
const WRITERS: usize = 16;
/// Number of watches of a single key. The others watch all keys.
const KEY_WATCHES: usize = 16;
const WATCHES: usize = 20;

/// The contents of the store: values and the indexes of their last changes.
type Store = BTreeMap<String, (u64, Bytes)>;

fn key(number: usize) -> String {
    format!("store/{number}")
}

fn store<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Store {
    let entries = entries.into_iter();
    entries.map(|entry| (entry.key.clone(), (entry.modify_index, entry.value.clone()))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_converge_after_10000_writes_and_5_lost_leaders() {
    let cluster = Arc::new(spawn_blocking(|| Agent::builder().start_cluster()).await.unwrap());
    let start = Instant::now();
    let (mut followers, mut seen, mut attempts) = (JoinSet::new(), Vec::new(), Vec::new());
    for number in 0..WATCHES {
        let server = &cluster.servers()[number % 3];
        let (client, counted) = Attempts::of_client(server.url(), |client| client);
        attempts.push(counted);
        let (yielded, states) = watch::channel(Store::new());
        seen.push(states);
        if number < KEY_WATCHES {
            followers.spawn(follow(client.kv().get(key(number)).watch(), yielded, |entry| store(entry)));
        } else {
            followers.spawn(follow(client.kv().list("store/").watch(), yielded, |entries| store(entries)));
        }
    }

    let progress = Progress::default();
    let mut writers = JoinSet::new();
    for number in 1..=WRITERS {
        writers.spawn(write(Arc::clone(&cluster), progress.clone(), number));
    }
    for part in 1..=KILLS {
        progress.allow(WRITES * part / (KILLS + 1));
        let cluster = Arc::clone(&cluster);
        let lose_leader = spawn_blocking(move || {
            let leader = cluster.leader();
            leader.kill9();
            leader.start_again();
            cluster.until_ready();
        });
        lose_leader.await.unwrap();
        progress.until_done().await;
    }
    progress.allow(WRITES);
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }

    // A write that timed out may still be executed, so the store is read again for each comparison.
    let client = client_of(&cluster.servers()[0]);
    let converged = async {
        while difference(&client, &seen).await.is_some() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    if timeout(PATIENCE, converged).await.is_err() {
        panic!("watches differ from the store: {:?}", difference(&client, &seen).await);
    }
    assert!(followers.try_join_next().is_none(), "no watch has ended");
    let requests = attempts.iter().map(Attempts::count).sum();
    let case = format!("{WATCHES} watches, {WRITES} writes, {KILLS} lost leaders");
    report_rate(&case, requests, start.elapsed());
}

/// Compares the store with the last state of each watch, and returns a difference.
async fn difference(client: &Client, seen: &[watch::Receiver<Store>]) -> Option<String> {
    let stored = match client.kv().list("store/").consistent().await {
        Ok(entries) => store(&entries),
        Err(error) => return Some(format!("reading the store failed: {error}")),
    };
    seen.iter().enumerate().find_map(|(number, seen)| {
        let (mut expected, yielded) = (stored.clone(), seen.borrow());
        if number < KEY_WATCHES {
            expected.retain(|name, _| *name == key(number));
        }
        (*yielded != expected).then(|| format!("watch {number} yielded {yielded:?}, expected {expected:?}"))
    })
}

/// Follows a watch forever, and asserts that its states never go back, even if a new leader responds before it has
/// read its entire log.
async fn follow<T: PartialEq + Send + Sync + 'static>(
    mut watch: Watch<T>,
    yielded: watch::Sender<Store>,
    store: fn(&T) -> Store,
) {
    let (mut newest, mut last) = (BTreeMap::new(), None);
    loop {
        let value = watch.changed().await.unwrap().unwrap();
        let index = watch.snapshot().meta().unwrap().index;
        assert!(index >= last, "from {last:?} back to {index:?}");
        last = index;
        let state = store(&value);
        for (key, (index, value)) in &state {
            let before = newest.insert(key.clone(), (*index, value.clone()));
            let is_newer = before.as_ref().is_none_or(|(before, _)| before < index);
            assert!(is_newer || before == Some((*index, value.clone())), "{key} goes back from {before:?}");
        }
        yielded.send_replace(state);
    }
}

/// The numbers of started, completed and allowed writes.
#[derive(Clone, Default)]
struct Progress {
    begun: Arc<AtomicUsize>,
    done: Arc<watch::Sender<usize>>,
    allowed: Arc<watch::Sender<usize>>,
}

impl Progress {
    fn allow(&self, writes: usize) {
        self.allowed.send_replace(writes);
    }

    /// Waits until all allowed writes have completed.
    async fn until_done(&self) {
        let allowed = *self.allowed.borrow();
        self.done.subscribe().wait_for(|done| *done == allowed).await.unwrap();
    }

    /// Waits until another write is allowed. Returns `false` if all writes are done.
    async fn begin(&self) -> bool {
        let number = self.begun.fetch_add(1, Ordering::SeqCst);
        if number >= WRITES {
            return false;
        }
        self.allowed.subscribe().wait_for(|allowed| number < *allowed).await.unwrap();
        true
    }
}

/// Writes and deletes random keys. A write that fails, or whose outcome is unknown, is retried on another server.
async fn write(cluster: Arc<Cluster>, progress: Progress, number: usize) {
    let clients: Vec<_> = cluster
        .servers()
        .iter()
        .map(|server| {
            Client::builder().address(server.url()).attempt_timeout(Duration::from_secs(2)).build().unwrap()
        })
        .collect();
    let (mut random, mut server) = (number as u64, number);
    while progress.begin().await {
        // Xorshift.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let (key, is_delete) = (key(random as usize % KEYS), random >> 32 & 3 == 0);
        loop {
            let kv = clients[server % 3].kv();
            let written = match is_delete {
                true => kv.delete(&key).await,
                false => kv.put(&key, random.to_string()).await,
            };
            if written.is_ok() {
                break;
            }
            server += 1;
            sleep(Duration::from_millis(50)).await;
        }
        progress.done.send_modify(|done| *done += 1);
    }
}
