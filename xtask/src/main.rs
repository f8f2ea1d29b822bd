//! The commands of the workspace. See `cargo xtask --help`.
#![allow(clippy::print_stdout, reason = "printing is what a command-line program is for")]

mod bench;
mod codegen;
mod demo;
mod error;
mod finding;
mod routes;
mod sources;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use consul_tests::run;

use crate::error::Error;

/// Commands of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Obtains a Consul if necessary, starts an agent and runs the tour on it
    Demo {
        /// Version to obtain, or path of a binary
        #[arg(long, value_name = "VERSION|PATH")]
        consul: Option<String>,
    },
    /// Runs all checks and tests, on each version of Consul that can be obtained
    Test {
        /// Runs only on the server with this version or path
        #[arg(long, value_name = "VERSION|PATH")]
        consul: Option<String>,
    },
    /// Checks the rules of the design that no compiler checks
    Tidy,
    /// Writes the client's facade, ROUTES.md and the list of recorded routes from the pages of proto
    Codegen {
        /// Fails if a generated file is stale, instead of writing it
        #[arg(long)]
        check: bool,
    },
    /// Measures the client against the floor and writes BENCHMARKS.md
    Bench {
        /// Arguments of the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo { consul } => demo::run(consul.as_deref()),
        Command::Test { consul } => test::run(consul.as_deref()),
        Command::Tidy => tidy::run(),
        Command::Codegen { check } => codegen::run(check),
        Command::Bench { args } => bench::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The report has already been printed, and its last line must stay the last one.
        Err(Error::Reported) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
