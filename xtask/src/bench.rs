//! Measures the client against the floor: the way that suggests itself, with hyper's pooled client and plain serde; and
//! what watches cost.
//!
//! The programs are those of the package `xtask-bench`. Instructions are what decides, for they repeat; times are
//! shown beside them.

mod report;
mod watches;

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::{env, fs, process};

use crate::bench::watches::Watches;
use crate::error::{Context, Error};
use crate::run::Run;
use crate::workspace::{cargo, metadata, root};

/// One line of the table.
#[derive(Debug)]
struct Row {
    /// What the programs call it.
    name: &'static str,
    /// What readers call it.
    title: &'static str,
    /// Our instructions are at most this many times the floor's.
    must: f64,
    /// Requests of the shorter of two runs that are counted.
    counted: usize,
    /// Requests of a run that is timed.
    timed: usize,
}

const ROWS: [Row; 7] = [
    Row { name: "get20", title: "get 20 B", must: 0.85, counted: 2000, timed: 5000 },
    Row { name: "put20", title: "put 20 B", must: 0.80, counted: 2000, timed: 5000 },
    Row { name: "recurse", title: "recurse 10 000 × 100 B", must: 0.72, counted: 4, timed: 30 },
    Row { name: "get256k", title: "get 256 KiB", must: 0.40, counted: 30, timed: 300 },
    Row { name: "raw256k", title: "`?raw` 256 KiB, to the floor's get", must: 0.05, counted: 30, timed: 300 },
    Row { name: "keys", title: "keys of 10 000", must: 1.0, counted: 10, timed: 100 },
    Row { name: "health", title: "health of 1 000 instances", must: 0.85, counted: 3, timed: 20 },
];

const FLOOR: &str = "floor";
const OURS: &str = "ours";
const BARE: &str = "conn";

/// Callers of the last line, on one thread.
const CALLERS: &str = "64";
/// Rounds of the runs of one caller that are timed, of which the best counts.
const ROUNDS: usize = 5;
/// Rounds of the runs of many callers: short ones, for whatever else the machine does shows most here.
const CALLERS_ROUNDS: usize = 15;
/// Requests of one such run.
const CALLERS_COUNT: &str = "25600";

/// glibc copies large blocks by one instruction that repeats itself; callgrind counts every octet of it. How much is
/// copied that way hangs on how a body happens to arrive. So blocks of any size are copied as small ones are.
const TUNABLES: &str =
    "glibc.cpu.x86_rep_movsb_threshold=0x7fffffffffff:glibc.cpu.x86_rep_stosb_threshold=0x7fffffffffff";

/// The rows of watches, on a command line.
const WATCHES: &str = "watches";

const USAGE: &str = "usage: cargo xtask bench [--no-write] [--row NAME]... [--plain-copies]";

/// What the command line asks for.
#[derive(Debug)]
struct Options {
    write: bool,
    rows: Vec<&'static Row>,
    concurrent: bool,
    watches: bool,
    /// Counts copies as glibc makes them unasked; to see what [`TUNABLES`] is worth.
    plain_copies: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, Error> {
        let mut options =
            Self { write: true, rows: Vec::new(), concurrent: true, watches: false, plain_copies: false };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--no-write" => options.write = false,
                "--plain-copies" => (options.plain_copies, options.write) = (true, false),
                "--row" => {
                    let name = args.next().map(String::as_str).unwrap_or_default();
                    if name == WATCHES {
                        options.watches = true;
                        continue;
                    }
                    let row = ROWS.iter().find(|row| row.name == name).ok_or_else(|| {
                        let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
                        Error::new(format!("no row {name:?}; there are {}, {WATCHES}", names.join(", ")))
                    })?;
                    options.rows.push(row);
                }
                other => return Err(Error::new(format!("unknown argument {other:?}\n{USAGE}"))),
            }
        }
        if options.rows.is_empty() && !options.watches {
            options.rows = ROWS.iter().collect();
            options.watches = true;
        } else {
            // A table of some rows is not the table.
            options.write = false;
            options.concurrent = false;
        }
        Ok(options)
    }
}

/// Runs the benchmark, prints its table and writes `BENCHMARKS.md`.
pub(crate) fn run(args: &[String]) -> Result<(), Error> {
    let options = Options::parse(args)?;
    let valgrind = valgrind()?;
    println!("building the programs");
    Run::new(cargo(&["build", "--release", "--package", "xtask-bench"])).success()?;
    let bench = Bench::start(if options.plain_copies { "" } else { TUNABLES })?;

    let mut results = Vec::new();
    for row in &options.rows {
        println!("measuring {}", row.name);
        results.push(bench.measure(row));
    }
    let mut callers = None;
    if options.concurrent {
        println!("measuring {CALLERS} callers");
        callers = Some(bench.callers()?);
    }
    let watches = if options.watches { Some(watches::measure(&bench)?) } else { None };
    let mut tables = report::table(&results, callers);
    if let Some(watches) = &watches {
        let _ = write!(tables, "\n{}", watches.tables());
    }
    println!("\n{tables}");
    for failure in results.iter().filter_map(|result| result.counted.as_ref().err()) {
        println!("{failure}");
    }
    if options.write {
        fs::write(root().join("BENCHMARKS.md"), report::document(&tables, &valgrind)?)?;
        println!("written to BENCHMARKS.md");
    }
    let is_met = results.iter().all(Measured::is_met) && watches.as_ref().is_none_or(Watches::is_met);
    if is_met { Ok(()) } else { Err(Error::Reported) }
}

/// The version of valgrind.
fn valgrind() -> Result<String, Error> {
    let mut command = Command::new("valgrind");
    command.arg("--version");
    let output = Run::new(command).success().map_err(|_| {
        Error::new(
            "instructions are counted by callgrind, and there is no valgrind here; install it \
             (apt-get install valgrind, dnf install valgrind, apk add valgrind) and run this again",
        )
    })?;
    Ok(output.stdout.trim().trim_start_matches("valgrind-").to_owned())
}

/// The programs, and the server that they talk to.
#[derive(Debug)]
struct Bench {
    programs: PathBuf,
    port: String,
    tunables: &'static str,
    server: Child,
    /// The server lives as long as this is open.
    _stdin: Option<ChildStdin>,
}

/// What became of one row, as ratios to the floor.
#[derive(Debug)]
struct Measured {
    row: &'static Row,
    counted: Result<Counted, Error>,
    wall: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    ours: f64,
    bare: f64,
}

impl Measured {
    fn is_met(&self) -> bool {
        self.counted.as_ref().is_ok_and(|counted| counted.ours <= self.row.must)
    }
}

impl Bench {
    fn start(tunables: &'static str) -> Result<Self, Error> {
        let target = metadata()?["target_directory"].as_str().map(PathBuf::from);
        let programs =
            target.ok_or_else(|| Error::new("cargo metadata names no target directory"))?.join("release");
        let mut server = Command::new(programs.join("bench-server"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(|| "cannot run the canned server".to_owned())?;
        let stdin = server.stdin.take();
        let stdout = server.stdout.take();
        // From here on the server is ended, whatever fails.
        let mut bench = Self { programs, port: String::new(), tunables, server, _stdin: stdin };
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut bench.port)?;
        }
        bench.port = bench.port.trim().to_owned();
        if bench.port.is_empty() { Err(Error::new("the canned server does not start")) } else { Ok(bench) }
    }

    fn measure(&self, row: &'static Row) -> Measured {
        let counted = self.count(row).context(|| row.name.to_owned());
        let wall = counted.as_ref().ok().and_then(|_| self.time(row).ok());
        Measured { row, counted, wall }
    }

    fn count(&self, row: &Row) -> Result<Counted, Error> {
        let floor = self.instructions(FLOOR, row)?;
        let ours = self.instructions(OURS, row)? / floor;
        let bare = self.instructions(BARE, row)? / floor;
        Ok(Counted { ours, bare })
    }

    /// Instructions a request: what twice as many requests take more, so that all that happens once cancels out.
    fn instructions(&self, program: &str, row: &Row) -> Result<f64, Error> {
        let once = self.callgrind(program, row.name, row.counted)?;
        let twice = self.callgrind(program, row.name, row.counted * 2)?;
        Ok((twice - once) / row.counted as f64)
    }

    fn callgrind(&self, program: &str, row: &str, count: usize) -> Result<f64, Error> {
        let profile = env::temp_dir().join(format!("xtask-bench-{}.callgrind", process::id()));
        let mut command = Command::new("valgrind");
        command
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .arg(self.programs.join(program))
            .args([&self.port, row, &count.to_string()])
            .env("GLIBC_TUNABLES", self.tunables);
        let output = Run::new(command).success();
        let _ = fs::remove_file(&profile);
        let said = output?.all;
        let collected =
            said.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim());
        collected
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| Error::new(format!("callgrind tells no count: {said}")))
    }

    /// Our time a request, to the floor's.
    fn time(&self, row: &Row) -> Result<f64, Error> {
        let count = row.timed.to_string();
        let [floor, ours] = self.alternate(ROUNDS, &[row.name, &count], f64::min)?;
        Ok(ours / floor)
    }

    /// Our requests a second of many callers, to the floor's.
    fn callers(&self) -> Result<f64, Error> {
        let args = ["get20", "concurrent", CALLERS, CALLERS_COUNT];
        let [floor, ours] = self.alternate(CALLERS_ROUNDS, &args, f64::max)?;
        Ok(ours / floor)
    }

    /// The best of several rounds, of the floor and of ours, in turns.
    fn alternate(
        &self,
        rounds: usize,
        args: &[&str],
        better: fn(f64, f64) -> f64,
    ) -> Result<[f64; 2], Error> {
        let mut best = [f64::NAN; 2];
        for _ in 0..rounds {
            for (program, best) in [FLOOR, OURS].into_iter().zip(&mut best) {
                // The better of a number and none is the number.
                *best = better(*best, self.native(program, args)?);
            }
        }
        Ok(best)
    }

    fn native(&self, program: &str, args: &[&str]) -> Result<f64, Error> {
        let [number] = self.numbers(program, args)?;
        Ok(number)
    }

    /// What a program prints: so many numbers.
    fn numbers<const N: usize>(&self, program: &str, args: &[&str]) -> Result<[f64; N], Error> {
        let mut command = Command::new(self.programs.join(program));
        command.arg(&self.port).args(args);
        let said = Run::new(command).success()?.stdout;
        let numbers: Result<Vec<_>, _> = said.split_whitespace().map(str::parse).collect();
        let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
        numbers.ok_or_else(|| Error::new(format!("`{program}` tells other than {N} numbers: {said}")))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
