//! `BENCHMARKS.md` and its tables.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::bench::{CALLERS, Costs, Measured};
use crate::error::{Context, Error};
use crate::run::Run;
use crate::workspace::root;

/// Returns the tables in Markdown that is also readable in a terminal.
pub(super) fn table(results: &[Measured], callers: Option<f64>) -> String {
    let header = ["", "instructions", "must", "CPU time", "must", "met", "bare connection", "elapsed"];
    let mut lines = vec![header.map(str::to_owned)];
    for result @ Measured { row, costs } in results {
        let costs = costs.as_ref().ok();
        let ratio =
            |of: fn(&Costs) -> f64| costs.map_or("–".to_owned(), |costs| format!("{:.3}", of(costs)));
        lines.push([
            row.title.to_owned(),
            ratio(|costs| costs.instructions),
            format!("≤ {:.2}", row.instructions),
            ratio(|costs| costs.cpu),
            format!("≤ {:.2}", row.cpu),
            met(result.is_met()),
            ratio(|costs| costs.bare),
            ratio(|costs| costs.elapsed),
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

pub(super) fn met(is_met: bool) -> String {
    if is_met { "yes" } else { "**no**" }.to_owned()
}

pub(super) fn layout<const N: usize>(lines: &[[String; N]]) -> String {
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

/// Returns the text of `BENCHMARKS.md`.
pub(super) fn document(table: &str, valgrind: &str) -> Result<String, Error> {
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
        "{HEAD}\n{table}\n{METHOD}\nMeasured with {}, {}, valgrind {valgrind}, on {} {}: {}.\n",
        rustc.join(" "),
        packages.join(", "),
        env::consts::ARCH,
        env::consts::OS,
        processor(),
    ))
}

/// Returns the name of the processor, and if it has AVX-512, which changes the cost of empty strings and copies.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
        line.map_or("", str::trim)
    };
    let model = match field("model name") {
        "" => "a processor that the system does not name",
        model => model,
    };
    let avx512 = if field("flags").split(' ').any(|flag| flag == "avx512f") { "with" } else { "without" };
    format!("{model}, {avx512} AVX-512")
}

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`, which fails if a limit is missed. Figures of requests are ratios of the client to the
floor.
";

const METHOD: &str = "\
## What is compared

*The client* is `consul-client` with its default executor, default timeouts and a token.

*The floor* is a program without a Consul library: hyper-util's pooled client, a request built for each call,
`serde_json::from_slice` into owned structs with the same fields, base64 decoded by the `base64` crate in a visitor. It
has no timeouts, and ignores the headers of the response.

*Bare connection* is a lower bound, for information: the instructions of one connection of `hyper::client::conn` that does not decode
bodies.

All three send their requests to the same canned server on the loopback address. Its responses have the headers of a
Consul 1.22 server, and its service instances have every field that such a server sends.

## Method

*Instructions* of a request are counted by callgrind, in a program with one thread: the difference between a run and one
with twice as many requests, divided by the additional requests, which excludes the startup. Work of the kernel is not
counted. A tunable makes glibc copy large blocks like small ones, since callgrind counts a repeated instruction once for
each byte. This figure has a limit, since it is reproducible.

*CPU time* of a request is that of the program's process, in user mode and in the kernel, without callgrind: the minimum
of nine runs each, alternating between the floor and the client. This figure also has a limit, since it contains the work
of the kernel, and since instructions have different costs. It requires a machine without other load. *Elapsed* is the
time of one caller in the same runs. It contains the server's work and has no limit.

*Requests a second* are those of 64 callers on a single-threaded runtime: the maximum of fifteen short, alternating runs.

*Bytes* of a watch are the bytes that 1000 watches add to a program with 16 watches, divided by 1000, on a
single-threaded runtime. Each watch has a request waiting at the server on its own connection: `max_long_polls` is twice
the number of watches. Each stream is polled in a task, which is included. *Heap* is the requested size of all
allocations that were not freed. *Resident* is the size that the kernel reports, including the allocator's overhead. The
*state* is the last value: an entry with 100 B, or three service instances with all their fields. It has the same size
without a watch, so the limit excludes it.

*Wake-ups* are the voluntary context switches of the only thread in 30 seconds without changes. There must be none.

*Changes* of twenty keys are written one after the other. Ten keys are watched, and ten are read by blocking queries, each
on a bare connection, without decoding. The time is from the start of the write until the change is delivered, so it
contains the write and the server's work. It depends on the machine and has no limit.
";
