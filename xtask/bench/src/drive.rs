//! The measuring loop that all contenders share.

use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::canned;

/// Any error of a benchmark program.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A request that the benchmark compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row {
    /// Reads a value of 20 bytes.
    Get20,
    /// Writes a value of 20 bytes.
    Put20,
    /// Reads 10 000 entries with values of 100 bytes.
    Recurse,
    /// Reads a value of 256 KiB.
    Get256k,
    /// Reads a value of 256 KiB with `?raw`, if the contender supports it.
    Raw256k,
    /// Reads 10 000 keys.
    Keys,
    /// Reads 1 000 instances of a service.
    Health,
    /// One poll of a watch of 1,000 instances of a service that have not changed, where the contender has watches.
    Unchanged,
}

impl Row {
    /// All rows, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Get20,
        Self::Put20,
        Self::Recurse,
        Self::Get256k,
        Self::Raw256k,
        Self::Keys,
        Self::Health,
        Self::Unchanged,
    ];

    /// Returns the row's name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get20 => "get20",
            Self::Put20 => "put20",
            Self::Recurse => "recurse",
            Self::Get256k => "get256k",
            Self::Raw256k => "raw256k",
            Self::Keys => "keys",
            Self::Health => "health",
            Self::Unchanged => "unchanged",
        }
    }

    /// Returns what a contender must find in the response: the size of a value in bytes, or the length of a list.
    #[must_use]
    pub fn expected(self) -> usize {
        match self {
            Self::Get20 => canned::TINY.len(),
            Self::Put20 => 1,
            Self::Recurse | Self::Keys => canned::ENTRIES,
            Self::Get256k | Self::Raw256k => canned::BIG_VALUE,
            Self::Health | Self::Unchanged => canned::INSTANCES,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A client that the benchmark measures.
pub trait Contender: Clone + Send + Sync + 'static {
    /// Creates a contender for the canned server on `port`.
    ///
    /// # Errors
    ///
    /// Returns an error if the contender cannot be created.
    fn new(port: u16) -> impl Future<Output = Result<Self, Error>> + Send;

    /// Sends one request and returns what it found. See [`Row::expected`].
    fn perform(&self, row: Row) -> impl Future<Output = Result<usize, Error>> + Send;
}

/// The parsed command line.
#[derive(Clone, Copy, Debug)]
struct Task {
    port: u16,
    row: Row,
    callers: Option<usize>,
    count: usize,
}

impl Task {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let port = arguments.next()?.parse().ok()?;
        let row = arguments.next()?;
        let row = Row::ALL.into_iter().find(|candidate| candidate.name() == row)?;
        let mut word = arguments.next()?;
        let mut callers = None;
        if word == "concurrent" {
            callers = Some(arguments.next()?.parse().ok()?);
            word = arguments.next()?;
        }
        let count = word.parse().ok()?;
        arguments.next().is_none().then_some(Self { port, row, callers, count })
    }
}

/// Runs the command line's task on a single-threaded runtime.
///
/// For a single caller, prints the elapsed time and the CPU time of a request, in nanoseconds. For many callers,
/// prints the requests per second.
#[must_use]
pub fn main<C: Contender>() -> ExitCode {
    let Some(task) = Task::parse(std::env::args().skip(1)) else {
        return fail("usage: <port> <row> [concurrent <callers>] <count>");
    };
    start(run::<C>(task))
}

/// Runs a benchmark program to its end on a single-threaded runtime.
pub fn start(program: impl Future<Output = Result<(), Error>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error),
    };
    match runtime.block_on(program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(reasons(&*error)),
    }
}

/// Formats an error with its sources.
fn reasons(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[expect(clippy::print_stderr, reason = "the program reports its error")]
fn fail(reason: impl fmt::Display) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "the number is the program's output")]
async fn run<C: Contender>(task: Task) -> Result<(), Error> {
    let Task { port, row, callers, count } = task;
    let contender = C::new(port).await?;
    repeat(&contender, row, 2).await?;
    let Some(callers) = callers else {
        let (start, cpu) = (Instant::now(), cpu_time());
        repeat(&contender, row, count).await?;
        let each = |time: Duration| time.as_nanos() as f64 / count as f64;
        println!("{:.1} {:.1}", each(start.elapsed()), each(cpu_time().saturating_sub(cpu)));
        return Ok(());
    };
    // Warms up, which opens the connections.
    among(&contender, row, callers, 4).await?;
    let each = count.div_ceil(callers);
    let start = Instant::now();
    among(&contender, row, callers, each).await?;
    println!("{:.1}", (each * callers) as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

/// Returns the CPU time of this process, in user mode and in the kernel.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap_or_default()
}

/// Sends requests from one caller, one after the other.
async fn repeat<C: Contender>(contender: &C, row: Row, count: usize) -> Result<(), Error> {
    for _ in 0..count {
        let found = contender.perform(row).await?;
        if found != row.expected() {
            return Err(format!("{row}: found {found}, expected {}", row.expected()).into());
        }
    }
    Ok(())
}

/// Sends requests from many concurrent callers.
async fn among<C: Contender>(contender: &C, row: Row, callers: usize, each: usize) -> Result<(), Error> {
    let mut tasks = Vec::with_capacity(callers);
    for _ in 0..callers {
        let contender = contender.clone();
        tasks.push(tokio::spawn(async move { repeat(&contender, row, each).await }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}
