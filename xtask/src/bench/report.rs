//! What the benchmark writes: `BENCHMARKS.md`, and its tables.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::bench::{CALLERS, Measured};
use crate::error::{Context, Error};
use crate::run::Run;
use crate::workspace::root;

/// The table, in Markdown that also reads well in a terminal.
pub(super) fn table(results: &[Measured], callers: Option<f64>) -> String {
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
        "{HEAD}\n{table}\n{METHOD}\nMeasured with {}, {}, valgrind {valgrind}, on {} {}.\n",
        rustc.join(" "),
        packages.join(", "),
        env::consts::ARCH,
        env::consts::OS,
    ))
}

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`, which fails where a must is missed. Figures of requests are ratios: ours ÷ the floor's.
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

*Bytes* of a watch are what a thousand of them add to a program that has sixteen, divided by a thousand, on a runtime of
one thread. Each has a request waiting at the server, on a connection of its own; `long_polls` is twice as many, so that
none has to take turns. Streams are polled in a task each, which is counted too. *Heap* is what was allocated and not
freed, as it was asked for; *resident* is what the kernel says, with what the allocator adds. The *state* is the value
that was read last: an entry with 100 B, or all that servers send of three instances. It is as large where it is read
without a watch. What is limited is the rest.

*Wake-ups* are the voluntary context switches of the one thread in 30 seconds of silence. There must be none.

*Changes* of twenty keys are written one after the other. Ten keys are watched; ten are followed by blocking queries, on
a bare connection each, whose bodies nobody decodes. The time is that from sending the write to the moment at which the
change is told, so it contains the write and the server's work. It hangs on the machine, and fails nothing.
";
