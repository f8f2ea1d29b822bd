//! Measures the client against the floor, a program with hyper's pooled client and plain serde, and measures watches.
//!
//! The programs are in the package `xtask-bench`. Two figures have limits: instructions, which are reproducible, and
//! CPU time, since instructions have different costs.

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

/// A row of the table.
#[derive(Debug)]
struct Row {
    /// The name on a command line.
    name: &'static str,
    /// The name for readers.
    title: &'static str,
    /// The limit of the client's instructions, as a ratio to the floor's.
    instructions: f64,
    /// The limit of the client's CPU time, as a ratio to the floor's.
    cpu: f64,
    /// Requests of the shorter of two runs under callgrind.
    counted: usize,
    /// Requests of a timed run.
    timed: usize,
}

const ROWS: [Row; 8] = [
    Row { name: "get20", title: "get 20 B", instructions: 0.80, cpu: 0.95, counted: 2000, timed: 5000 },
    Row { name: "put20", title: "put 20 B", instructions: 0.78, cpu: 0.95, counted: 2000, timed: 5000 },
    Row {
        name: "recurse",
        title: "recurse 10 000 × 100 B",
        instructions: 0.70,
        cpu: 0.75,
        counted: 4,
        timed: 30,
    },
    Row { name: "get256k", title: "get 256 KiB", instructions: 0.25, cpu: 0.35, counted: 30, timed: 300 },
    Row {
        name: "raw256k",
        title: "`?raw` 256 KiB, to the floor's get",
        instructions: 0.05,
        cpu: 0.35,
        counted: 30,
        timed: 300,
    },
    Row { name: "keys", title: "keys of 10 000", instructions: 0.90, cpu: 1.0, counted: 10, timed: 100 },
    Row {
        name: "health",
        title: "health of 1 000 instances",
        instructions: 0.78,
        cpu: 0.85,
        counted: 3,
        timed: 20,
    },
    Row {
        name: "unchanged",
        title: "poll of a watch, 1 000 instances unchanged, to the floor's read",
        instructions: 0.10,
        cpu: 0.10,
        counted: 3,
        timed: 20,
    },
];

const FLOOR: &str = "floor";
const OURS: &str = "ours";
const BARE: &str = "conn";

/// Concurrent callers of the last line, on one thread.
const CALLERS: &str = "64";
/// Rounds of timed runs of one caller. The best round is used.
const ROUNDS: usize = 9;
/// Rounds of runs of many callers. They are short, since other load on the machine affects them most.
const CALLERS_ROUNDS: usize = 15;
/// Requests of a run of many callers.
const CALLERS_COUNT: &str = "25600";

/// glibc copies large blocks with a repeated instruction, and callgrind counts every repetition. How much is copied
/// in this way depends on how a body arrives. This setting makes glibc copy blocks of every size in the same way.
const TUNABLES: &str =
    "glibc.cpu.x86_rep_movsb_threshold=0x7fffffffffff:glibc.cpu.x86_rep_stosb_threshold=0x7fffffffffff";

/// The name of the rows of watches on a command line.
const WATCHES: &str = "watches";

const USAGE: &str = "usage: cargo xtask bench [--no-write] [--row NAME]... [--plain-copies]";

/// The parsed command line.
#[derive(Debug)]
struct Options {
    write: bool,
    rows: Vec<&'static Row>,
    concurrent: bool,
    watches: bool,
    /// Set to count copies with glibc's default, without [`TUNABLES`].
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
            // The report needs all rows.
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
    for failure in results.iter().filter_map(|result| result.costs.as_ref().err()) {
        println!("{failure}");
    }
    if options.write {
        fs::write(root().join("BENCHMARKS.md"), report::document(&tables, &valgrind)?)?;
        println!("written to BENCHMARKS.md");
    }
    let is_met = results.iter().all(Measured::is_met) && watches.as_ref().is_none_or(Watches::is_met);
    if is_met { Ok(()) } else { Err(Error::Reported) }
}

/// Returns the version of valgrind.
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

/// The programs and their server.
#[derive(Debug)]
struct Bench {
    programs: PathBuf,
    port: String,
    tunables: &'static str,
    server: Child,
    /// The server ends when this is closed.
    _stdin: Option<ChildStdin>,
}

/// A measured row.
#[derive(Debug)]
struct Measured {
    row: &'static Row,
    costs: Result<Costs, Error>,
}

/// The costs of a request as ratios to those of the floor.
#[derive(Clone, Copy, Debug)]
struct Costs {
    instructions: f64,
    /// Instructions of the bare connection.
    bare: f64,
    cpu: f64,
    elapsed: f64,
}

impl Measured {
    fn is_met(&self) -> bool {
        let is_met = |costs: &Costs| costs.instructions <= self.row.instructions && costs.cpu <= self.row.cpu;
        self.costs.as_ref().is_ok_and(is_met)
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
        // From here on, dropping the value ends the server.
        let mut bench = Self { programs, port: String::new(), tunables, server, _stdin: stdin };
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut bench.port)?;
        }
        bench.port = bench.port.trim().to_owned();
        if bench.port.is_empty() { Err(Error::new("the canned server does not start")) } else { Ok(bench) }
    }

    fn measure(&self, row: &'static Row) -> Measured {
        Measured { row, costs: self.costs(row).context(|| row.name.to_owned()) }
    }

    fn costs(&self, row: &Row) -> Result<Costs, Error> {
        let floor = self.instructions(FLOOR, row)?;
        let instructions = self.instructions(OURS, row)? / floor;
        let bare = self.instructions(BARE, row)? / floor;
        let args = [row.name, &row.timed.to_string()];
        let [floor, ours] = self.alternate::<2>(ROUNDS, &args, f64::min)?;
        Ok(Costs { instructions, bare, elapsed: ours[0] / floor[0], cpu: ours[1] / floor[1] })
    }

    /// Returns the instructions of a request: the difference between two runs, which excludes the startup.
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
            .ok_or_else(|| Error::new(format!("callgrind prints no count: {said}")))
    }

    /// Returns the client's requests per second with many callers, as a ratio to the floor's.
    fn callers(&self) -> Result<f64, Error> {
        let args = ["get20", "concurrent", CALLERS, CALLERS_COUNT];
        let [[floor], [ours]] = self.alternate(CALLERS_ROUNDS, &args, f64::max)?;
        Ok(ours / floor)
    }

    /// Runs the floor and the client alternately, and returns the best of each number that they print.
    fn alternate<const N: usize>(
        &self,
        rounds: usize,
        args: &[&str],
        better: fn(f64, f64) -> f64,
    ) -> Result<[[f64; N]; 2], Error> {
        let mut best = [[f64::NAN; N]; 2];
        for _ in 0..rounds {
            for (program, best) in [FLOOR, OURS].into_iter().zip(&mut best) {
                for (best, number) in best.iter_mut().zip(self.numbers::<N>(program, args)?) {
                    // `f64::min` and `f64::max` ignore NaN.
                    *best = better(*best, number);
                }
            }
        }
        Ok(best)
    }

    /// Runs a program that prints this many numbers.
    fn numbers<const N: usize>(&self, program: &str, args: &[&str]) -> Result<[f64; N], Error> {
        let mut command = Command::new(self.programs.join(program));
        command.arg(&self.port).args(args);
        let said = Run::new(command).success()?.stdout;
        let numbers: Result<Vec<_>, _> = said.split_whitespace().map(str::parse).collect();
        let numbers = numbers.ok().and_then(|numbers| numbers.try_into().ok());
        numbers.ok_or_else(|| Error::new(format!("`{program}` does not print {N} numbers: {said}")))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
