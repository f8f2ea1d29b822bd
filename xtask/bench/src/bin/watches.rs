//! Measures the cost of one more idle watch.

use std::alloc::System;
use std::any::Any;
use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;
use std::{fs, thread};

use consul_client::Client;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use xtask_bench::TOKEN;
use xtask_bench::drive::{Error, start};
use xtask_bench::watched::{self, until_held};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Number of watches before the measurement starts, so that one-time costs are not counted.
const WARM: usize = 16;

/// The measured object.
#[derive(Clone, Copy, Debug)]
enum Subject {
    /// Streams of an entry, each in its own task.
    Key,
    /// Streams of the instances of a service, each in its own task.
    Service,
    /// Views of an entry.
    KeyView,
    /// Views of the instances of a service.
    ServiceView,
    /// Clones of one view.
    Clone,
    /// Views of one query.
    Join,
    /// Views of one query, each waiting for changes in its own task.
    Waiting,
    /// Entries, as read.
    KeyState,
    /// Lists of the instances of a service, as read.
    ServiceState,
}

impl Subject {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "key" => Self::Key,
            "service" => Self::Service,
            "key-view" => Self::KeyView,
            "service-view" => Self::ServiceView,
            "clone" => Self::Clone,
            "join" => Self::Join,
            "waiting" => Self::Waiting,
            "key-state" => Self::KeyState,
            "service-state" => Self::ServiceState,
            _ => return None,
        })
    }

    /// Returns the number of requests that the server holds for `count` objects.
    fn held(self, count: usize) -> usize {
        match self {
            Self::Key | Self::Service | Self::KeyView | Self::ServiceView => count,
            Self::Clone | Self::Join | Self::Waiting => 1,
            Self::KeyState | Self::ServiceState => 0,
        }
    }

    /// Starts one, and returns the value that keeps it alive.
    async fn start(self, client: &Client, number: usize) -> Result<Box<dyn Any + Send>, Error> {
        let key = || client.kv().get(watched::key(number));
        let shared = || client.kv().get(watched::key(0)).view();
        let service = || client.health().service(watched::service(number));
        Ok(match self {
            Self::Key => {
                let mut watch = key().watch();
                Box::new(tokio::spawn(async move { while watch.next().await.is_some() {} }))
            }
            Self::Service => {
                let mut watch = service().watch();
                Box::new(tokio::spawn(async move { while watch.next().await.is_some() {} }))
            }
            Self::KeyView => Box::new(key().view()),
            Self::ServiceView => Box::new(service().view()),
            Self::Clone => Box::new(shared().clone()),
            Self::Join => Box::new(shared()),
            Self::Waiting => {
                let mut view = shared();
                Box::new(tokio::spawn(async move { while view.next().await.is_some() {} }))
            }
            Self::KeyState => Box::new(key().await?),
            Self::ServiceState => Box::new(service().await?),
        })
    }
}

/// Memory usage, in bytes.
#[derive(Clone, Copy, Debug)]
struct Usage {
    heap: i64,
    resident: i64,
}

impl Usage {
    fn now() -> Result<Self, Error> {
        let stats = ALLOCATOR.stats();
        let heap = stats.bytes_allocated as i64 - stats.bytes_deallocated as i64;
        Ok(Self { heap, resident: 1024 * status("VmRSS:")? })
    }
}

/// Returns a number from the kernel's status of this process, or of its main thread if it is per thread.
fn status(name: &str) -> Result<i64, Error> {
    let status = fs::read_to_string("/proc/self/status")?;
    let number = status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    Ok(number.ok_or("no such number")?.parse()?)
}

/// Prints three numbers: heap bytes and resident bytes per object, and the number of wake-ups while idle.
async fn run(port: u16, subject: Subject, count: usize, idle: Duration) -> Result<(), Error> {
    let address = format!("127.0.0.1:{port}");
    // With twice as many permits, watches use the full wait.
    let polls = 2 * (WARM + count);
    let client = Client::builder().address(&address).token(TOKEN).max_long_polls(polls).build()?;
    let observer = Client::new(&address)?;
    let mut kept = Vec::with_capacity(WARM + count);
    // The shared view, if the objects share one.
    let first = (subject.held(2) == 1).then(|| client.kv().get(watched::key(0)).view());

    let mut begin = async |numbers: Range<usize>| {
        let end = numbers.end;
        for number in numbers {
            kept.push(subject.start(&client, number).await?);
        }
        until_held(&observer, subject.held(end)).await?;
        Usage::now()
    };
    let before = begin(0..WARM).await?;
    let after = begin(WARM..WARM + count).await?;
    let woken = woken(idle).await?;

    let each = |before: i64, after: i64| (after - before) as f64 / count as f64;
    let (heap, resident) = (each(before.heap, after.heap), each(before.resident, after.resident));
    drop((kept, first));
    print(heap, resident, woken);
    Ok(())
}

/// Returns the number of wake-ups of the main thread, which runs all tasks.
async fn woken(idle: Duration) -> Result<i64, Error> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    thread::spawn(move || {
        let count = || status("voluntary_ctxt_switches:");
        // Waits until the main thread is idle.
        thread::sleep(Duration::from_millis(500));
        let before = count();
        thread::sleep(idle);
        sender.send(before.and_then(|before| Ok(count()? - before)))
    });
    receiver.await?
}

#[expect(clippy::print_stdout, reason = "the numbers are the program's output")]
fn print(heap: f64, resident: f64, woken: i64) {
    println!("{heap:.0} {resident:.0} {woken}");
}

fn main() -> ExitCode {
    start(async {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let usage = "usage: <port> <subject> <count> <idle seconds>";
        let [port, subject, count, idle] = &arguments[..] else { return Err(usage.into()) };
        let subject = Subject::of(subject).ok_or(usage)?;
        run(port.parse()?, subject, count.parse()?, Duration::from_secs(idle.parse()?)).await
    })
}
