//! Every chore of the workspace, one command each: `cargo xtask --help`.
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

/// Chores of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Gets a Consul if none is at hand, starts an agent and runs the tour on it
    Demo {
        /// Version to get, or path of a binary to use
        #[arg(long, value_name = "VERSION|PATH")]
        consul: Option<String>,
    },
    /// Runs everything, on each version of Consul that can be obtained
    Test {
        /// Version or path of the only server to run on
        #[arg(long, value_name = "VERSION|PATH")]
        consul: Option<String>,
    },
    /// Checks what the design promises and compilers do not
    Tidy,
    /// Writes the client's facade, ROUTES.md and the list of recorded routes from the pages of proto
    Codegen {
        /// Fails if a generated file is stale, instead of writing it
        #[arg(long)]
        check: bool,
    },
    /// Measures the client against the floor and writes BENCHMARKS.md
    Bench {
        /// What the benchmark itself takes
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
        // Its report is the last thing printed, so that its closing line stays the last.
        Err(Error::Reported) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
