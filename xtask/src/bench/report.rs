//! What the benchmark writes: `BENCHMARKS.md`, and its tables.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::bench::{CALLERS, Costs, Measured};
use crate::error::{Context, Error};
use crate::run::Run;
use crate::workspace::root;

/// The table, in Markdown that also reads well in a terminal.
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

/// `BENCHMARKS.md`.
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

/// Names the processor, and says whether it has AVX-512, which changes what empty texts and copies cost.
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

*The client* is `consul-client` as its documentation shows it: the default executor, default timeouts, a token.

*The floor* is the program that one writes without a library: hyper-util's pooled client, a request built for each call,
`serde_json::from_slice` into owned structs with the same fields, base64 decoded by the `base64` crate in a visitor. It
has no timeouts, and ignores the headers of the response.

*Bare connection* is for orientation: the instructions of one connection of `hyper::client::conn` that does not decode
bodies.

All three send their requests to the same canned server on the loopback address. It responds as a server of Consul 1.22
does, headers included; the instances of the service have every field that such a server sends.

## How

*Instructions* of a request are counted by callgrind, in a program with one thread: the difference between a run and one
with twice as many requests, divided by the additional requests, so that the start cancels out. Work of the kernel does
not count. Copies of large blocks are made in the way of small ones (by a tunable of glibc), because callgrind counts an
instruction that repeats once for each byte. This figure decides, because it repeats.

*CPU time* of a request is that of the program's process, in user mode and in the kernel, without callgrind: the minimum
of nine runs of the floor and of the client in turns. This figure decides too, because it contains the work of the
kernel, and because instructions differ in what they cost. It needs a machine without other load. *Elapsed* is the time
of one caller in the same runs; it contains the server's work, and decides nothing.

*Requests a second* are those of 64 callers on a runtime of one thread: the maximum of fifteen short runs in turns.

*Bytes* of a watch are the bytes that a thousand watches add to a program with sixteen, divided by a thousand, on a
runtime of one thread. Each watch has a request waiting at the server, on its own connection: `max_long_polls` is twice
the number of watches. Each stream is polled in a task, which counts too. *Heap* is the requested size of all
allocations that were not freed; *resident* is the size that the kernel reports, with the allocator's own. The *state*
is the last value: an entry with 100 B, or everything that servers send of three instances. It is as large without a
watch, so the limit is for the rest.

*Wake-ups* are the voluntary context switches of the only thread in 30 seconds without changes. There must be none.

*Changes* of twenty keys are written one after the other. Ten keys are watched, and ten are read by blocking queries on a
bare connection each, without decoding. The time is from the start of the write until the change is delivered, so it
contains the write and the server's work. It depends on the machine, and decides nothing.
";
