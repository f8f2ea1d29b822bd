//! Measures the client against the floor: the way that suggests itself, with hyper's pooled client and plain serde.
//!
//! The programs are those of the package `xtask-bench`. Instructions are what decides, for they repeat; times are
//! shown beside them.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::{env, fs, process};

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

const USAGE: &str = "usage: cargo xtask bench [--no-write] [--row NAME]... [--plain-copies]";

/// What the command line asks for.
#[derive(Debug)]
struct Options {
    write: bool,
    rows: Vec<&'static Row>,
    concurrent: bool,
    /// Counts copies as glibc makes them unasked; to see what [`TUNABLES`] is worth.
    plain_copies: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Self, Error> {
        let mut options = Self { write: true, rows: Vec::new(), concurrent: true, plain_copies: false };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--no-write" => options.write = false,
                "--plain-copies" => (options.plain_copies, options.write) = (true, false),
                "--row" => {
                    let name = args.next().map(String::as_str).unwrap_or_default();
                    let row = ROWS.iter().find(|row| row.name == name).ok_or_else(|| {
                        let names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
                        Error::new(format!("no row {name:?}; there are {}", names.join(", ")))
                    })?;
                    options.rows.push(row);
                }
                other => return Err(Error::new(format!("unknown argument {other:?}\n{USAGE}"))),
            }
        }
        if options.rows.is_empty() {
            options.rows = ROWS.iter().collect();
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
    let table = table(&results, callers);
    println!("\n{table}");
    for failure in results.iter().filter_map(|result| result.counted.as_ref().err()) {
        println!("{failure}");
    }
    if options.write {
        fs::write(root().join("BENCHMARKS.md"), document(&table, &valgrind)?)?;
        println!("written to BENCHMARKS.md");
    }
    if results.iter().all(Measured::is_met) { Ok(()) } else { Err(Error::Reported) }
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
        let mut command = Command::new(self.programs.join(program));
        command.arg(&self.port).args(args);
        let said = Run::new(command).success()?.stdout;
        said.trim().parse().context(|| format!("`{program}` tells no number"))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The table, in Markdown that also reads well in a terminal.
fn table(results: &[Measured], callers: Option<f64>) -> String {
    let mut lines = vec![["", "instructions", "must", "met", "bare connection", "time"].map(str::to_owned)];
    for Measured { row, counted, wall } in results {
        let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let counted = counted.as_ref().ok();
        lines.push([
            row.title.to_owned(),
            counted.map_or_else(|| "–".to_owned(), |counted| format!("{:.3}", counted.ours)),
            format!("≤ {:.2}", row.must),
            met(counted.is_some_and(|counted| counted.ours <= row.must)),
            ratio(counted.map(|counted| counted.bare)),
            ratio(*wall),
        ]);
    }
    let mut table = layout(&lines);
    if let Some(callers) = callers {
        let lines = [
            ["", "requests a second", "must", "met"].map(str::to_owned),
            [
                format!("get 20 B, {CALLERS} callers on one thread"),
                format!("{callers:.3}"),
                "≥ 1.00".to_owned(),
                met(callers >= 1.0),
            ],
        ];
        let _ = write!(table, "\n{}", layout(&lines));
    }
    table
}

fn met(is_met: bool) -> String {
    if is_met { "yes" } else { "**no**" }.to_owned()
}

fn layout<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut table = String::new();
    for (index, line) in lines.iter().enumerate() {
        for (cell, &width) in line.iter().zip(&widths) {
            let _ = write!(table, "| {cell:width$} ");
        }
        table.push_str("|\n");
        if index == 0 {
            for &width in &widths {
                let _ = write!(table, "|{}", "-".repeat(width + 2));
            }
            table.push_str("|\n");
        }
    }
    table
}

/// `BENCHMARKS.md`.
fn document(table: &str, valgrind: &str) -> Result<String, Error> {
    let lock =
        fs::read_to_string(root().join("Cargo.lock")).context(|| "cannot read Cargo.lock".to_owned())?;
    let version = |package: &str| {
        let entry = format!("name = \"{package}\"\nversion = \"");
        let found = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
        format!("{package} {}", found.unwrap_or("of unknown version"))
    };
    let packages: Vec<_> =
        ["hyper", "hyper-util", "serde_json", "base64", "base64-simd", "tokio"].map(version).into();
    let mut rustc = Command::new("rustc");
    rustc.current_dir(Path::new(root())).arg("--version");
    let rustc = Run::new(rustc).success()?.stdout;
    let rustc: Vec<_> = rustc.split_whitespace().take(2).collect();
    Ok(format!(
        "{HEAD}\n{table}\n{METHOD}\nMeasured with {}, {}, valgrind {valgrind}, on {} {}.\n",
        rustc.join(" "),
        packages.join(", "),
        env::consts::ARCH,
        env::consts::OS,
    ))
}

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`, which fails where a must is missed. All figures are ratios: ours ÷ the floor's.
";

const METHOD: &str = "\
## What is compared

*Ours* is `consul-client` as its documentation shows it: the default executor, default timeouts, a token.

*The floor* is the program one writes without a library: hyper-util's pooled client, a request built for each call,
`serde_json::from_slice` into owned structs with the same fields, base64 decoded by the `base64` crate in a visitor. It
has no timeouts, and does not look at what the headers say of the answer.

*Bare connection* is there for orientation: one connection of `hyper::client::conn`, whose bodies nobody decodes.

All three talk to the same canned server on the loopback address. It answers what a Consul server of version 1.22
answers, headers included; the instances of the service have every field that such a server sends.

## How

*Instructions* a request are counted by callgrind, in a program of one thread: what a run of twice as many requests
takes more, divided by the requests that it has more, so that start-up cancels out. Only what happens in the process
counts; what the kernel does does not. Copies of large blocks are made the way small ones are (by a tunable of glibc),
for callgrind counts an instruction that repeats itself once for each octet. This figure decides, since it repeats.

*Time* a request is that of one caller, without callgrind: the best of five runs in turns. It contains the server's.

*Requests a second* are those of 64 callers on a runtime of one thread: the best of fifteen short runs in
turns.
";
