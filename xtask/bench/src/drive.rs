//! The loop that is the same around every contender.

use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::canned;

/// Whatever goes wrong in a program of the benchmark.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// One request that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row {
    /// Reads a value of 20 octets.
    Get20,
    /// Writes a value of 20 octets.
    Put20,
    /// Reads 10 000 entries with values of 100 octets.
    Recurse,
    /// Reads a value of 256 KiB.
    Get256k,
    /// Reads a value of 256 KiB as it is stored, where the contender can.
    Raw256k,
    /// Reads 10 000 keys.
    Keys,
    /// Reads 1 000 instances of a service.
    Health,
}

impl Row {
    /// Every row, in the order of the table.
    pub const ALL: [Self; 7] =
        [Self::Get20, Self::Put20, Self::Recurse, Self::Get256k, Self::Raw256k, Self::Keys, Self::Health];

    /// The word for this row on a command line.
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
        }
    }

    /// How much a contender must find in the answer: octets of a value, or elements of a list.
    #[must_use]
    pub fn expected(self) -> usize {
        match self {
            Self::Get20 => canned::TINY.len(),
            Self::Put20 => 1,
            Self::Recurse | Self::Keys => canned::ENTRIES,
            Self::Get256k | Self::Raw256k => canned::BIG_VALUE,
            Self::Health => canned::INSTANCES,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A program that performs the rows.
pub trait Contender: Clone + Send + Sync + 'static {
    /// A contender that talks to the canned server on `port`.
    ///
    /// # Errors
    ///
    /// Where it cannot be set up.
    fn new(port: u16) -> impl Future<Output = Result<Self, Error>> + Send;

    /// Performs one request and tells how much it found, see [`Row::expected`].
    fn perform(&self, row: Row) -> impl Future<Output = Result<usize, Error>> + Send;
}

/// What the command line asks for.
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

/// Runs what the command line asks for, on a runtime of one thread.
///
/// Prints the nanoseconds of a request of a single caller, elapsed and on the CPU, or the requests a second of many
/// callers.
#[must_use]
pub fn main<C: Contender>() -> ExitCode {
    let Some(task) = Task::parse(std::env::args().skip(1)) else {
        return fail("usage: <port> <row> [concurrent <callers>] <count>");
    };
    start(run::<C>(task))
}

/// Runs a program of the benchmark to its end, on a runtime of one thread.
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

/// An error and what is behind it.
fn reasons(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[expect(clippy::print_stderr, reason = "a program tells its user what went wrong")]
fn fail(reason: impl fmt::Display) -> ExitCode {
    eprintln!("{reason}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "the number is what the program is for")]
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
    // Opens the connections.
    among(&contender, row, callers, 4).await?;
    let each = count.div_ceil(callers);
    let start = Instant::now();
    among(&contender, row, callers, each).await?;
    println!("{:.1}", (each * callers) as f64 / start.elapsed().as_secs_f64());
    Ok(())
}

/// The CPU time of this process, in user mode and in the kernel.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap_or_default()
}

/// One caller, one request after the other.
async fn repeat<C: Contender>(contender: &C, row: Row, count: usize) -> Result<(), Error> {
    for _ in 0..count {
        let found = contender.perform(row).await?;
        if found != row.expected() {
            return Err(format!("{row}: found {found}, expected {}", row.expected()).into());
        }
    }
    Ok(())
}

/// Many callers at once.
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
