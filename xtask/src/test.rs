//! `cargo xtask test`: everything, on each version of Consul that can be obtained.

mod libtest;
mod report;
mod toolchain;

use std::process::Command;

use consul_tests::obtain::{self, Consul, NEWEST, OLDEST, OPEN_SOURCE};
use consul_tests::{Agent, Builder, binary};

use self::report::Report;
use crate::error::Error;
use crate::run::Run;
use crate::workspace::{self, cargo};
use crate::{codegen, tidy};

/// Packages and the features they have to be right with; the default and all of them are in the list too.
const FEATURES: &[(&str, &[&str])] = &[
    ("consul-transport", &["--no-default-features"]),
    ("consul-transport", &[]),
    ("consul-transport", &["--no-default-features", "--features", "conformance"]),
    ("consul-transport", &["--all-features"]),
    ("consul-client", &["--no-default-features"]),
    ("consul-client", &[]),
    ("consul-client", &["--all-features"]),
];

/// The packages whose minimum Rust version is promised.
const LIBRARIES: &[&str] = &["consul-proto", "consul-transport", "consul-client"];

/// Examples that run against real agents and must succeed: package, name, and what they need.
const EXAMPLES: &[(&str, &str, Needs)] = &[
    ("consul-client", "tour", Needs::Agent),
    ("consul-client", "custom_endpoint", Needs::Agent),
    ("consul-proto", "blocking", Needs::Agent),
    ("consul-proto", "watch", Needs::Agent),
    ("consul-client", "tutorial", Needs::Another("{}")),
    ("consul-client", "access", Needs::Acls),
    ("consul-client", "registration", Needs::Agent),
    ("consul-client", "datacenters", Needs::Another(r#"{ "datacenter": "east" }"#)),
    ("consul-client", "coordination", Needs::Agent),
    ("consul-client", "balancer", Needs::Agent),
    ("consul-client", "reload", Needs::Agent),
    // One picture of the names, one of an instance.
    ("consul-client", "live", Needs::Argument("2")),
];

/// What an example needs to run.
#[derive(Clone, Copy)]
enum Needs {
    /// An agent, in the environment.
    Agent,
    /// The same, and this argument.
    Argument(&'static str),
    /// The same, with ACLs and a token that may do everything.
    Acls,
    /// The same, and another agent with this configuration, whose address is its argument.
    Another(&'static str),
}

/// Runs all steps, on all servers or on the one that is named.
pub(crate) fn run(wanted: Option<&str>) -> Result<(), Error> {
    let mut report = Report::default();
    let consuls = consuls(wanted, &mut report);

    report.command("format", cargo(&["fmt", "--all", "--check", "--", "--color", "never"]));
    let lint =
        ["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    report.command("clippy", cargo(&lint));
    report.function("tidy", tidy::run);
    report.function("generated files", || codegen::run(true));
    dependencies(&mut report);
    features(&mut report);
    wasm(&mut report);
    msrv(&mut report);
    // Only libraries: the documentation of a binary would want the place of a library of the same name.
    let mut docs = cargo(&["doc", "--quiet", "--workspace", "--lib", "--no-deps", "--all-features"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    report.command("documentation", docs);
    let tests = ["test", "--workspace", "--exclude", "consul-tests", "--all-features", "--no-fail-fast"];
    report.tests("unit and doc tests", cargo(&tests));
    // One by one, as they are run later: together, the packages would turn on features of each other.
    for package in ["consul-proto", "consul-client"] {
        let examples = ["build", "--quiet", "--package", package, "--examples", "--all-features"];
        report.command(&format!("examples of {package}"), cargo(&examples));
    }
    for consul in &consuls {
        on(consul, &mut report);
    }
    report.finish()
}

/// Obtains the servers to run on. The report names those that cannot be obtained.
fn consuls(wanted: Option<&str>, report: &mut Report) -> Vec<Consul> {
    let versions = match wanted {
        Some(wanted) => vec![(wanted.to_owned(), true)],
        None => {
            let required = [OLDEST, OPEN_SOURCE].map(|version| (version.to_string(), workspace::is_ci()));
            // Only HashiCorp's release archive has these, and not every machine reaches it.
            let optional = NEWEST.map(|version| (version.to_string(), false));
            required.into_iter().chain(optional).collect()
        }
    };
    let mut consuls = Vec::new();
    for (version, is_required) in versions {
        match obtain::named(&version) {
            Ok(consul) => consuls.push(consul),
            Err(error) => report.missing_server(&version, &error, is_required),
        }
    }
    consuls
}

/// Runs all that needs a server on one.
fn on(consul: &Consul, report: &mut Report) {
    for &(package, example, needs) in EXAMPLES {
        report.function(&format!("example {example} on Consul {}", consul.version), || {
            run_example(consul, package, example, needs)
        });
    }
    let mut suite = cargo(&["test", "--package", "consul-tests", "--no-fail-fast"]);
    suite.env(binary::CONSUL_BIN, &consul.path);
    report.tests(&format!("suite on Consul {}", consul.version), suite);
}

fn run_example(consul: &Consul, package: &str, example: &str, needs: Needs) -> Result<(), Error> {
    let start =
        |agent: Builder| agent.binary(&consul.path).try_start().map_err(|e| Error::new(e.to_string()));
    let mut command =
        cargo(&["run", "--quiet", "--package", package, "--example", example, "--all-features", "--"]);
    let agent = match needs {
        Needs::Acls => Agent::builder().acl(),
        Needs::Agent | Needs::Argument(_) | Needs::Another(_) => Agent::builder(),
    };
    let agent = start(agent)?;
    command.env("CONSUL_HTTP_ADDR", agent.http_addr().to_string()).env_remove("CONSUL_HTTP_TOKEN");
    if let Some(token) = agent.token() {
        command.env("CONSUL_HTTP_TOKEN", token);
    }
    // Runs until the example has ended.
    let _another = match needs {
        Needs::Another(config) => {
            let another = start(Agent::builder().config(config))?;
            command.arg(another.http_addr().to_string());
            Some(another)
        }
        Needs::Argument(argument) => {
            command.arg(argument);
            None
        }
        Needs::Agent | Needs::Acls => None,
    };
    let output = Run::new(command).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::new(format!("it failed ({}):\n{}", output.status, output.all)))
}

/// Checks the rules for dependencies.
fn dependencies(report: &mut Report) {
    const NAME: &str = "dependencies";
    match Run::new(cargo(&["deny", "--version"])).success() {
        Ok(_) => report.command(NAME, cargo(&["deny", "check", "bans", "licenses", "sources"])),
        Err(_) => report.not_run(NAME, &Error::new("cargo-deny is not installed")),
    }
}

/// Checks every combination of features by itself: in the workspace as a whole, features of one package turn on
/// those of another.
fn features(report: &mut Report) {
    for (package, features) in FEATURES {
        let mut command = cargo(&["clippy", "--quiet", "--package", package]);
        command.args(*features).args(["--", "-D", "warnings"]);
        let with = if features.is_empty() { "default features".to_owned() } else { features.join(" ") };
        report.command(&format!("features: {package} {}", with.replace("--", "")), command);
    }
}

/// Checks that proto is pure enough for a target that has neither sockets nor a clock.
fn wasm(report: &mut Report) {
    const NAME: &str = "proto for wasm";
    match toolchain::target() {
        Ok(()) => {
            let target = ["check", "--quiet", "--package", "consul-proto", "--target", toolchain::WASM];
            report.command(NAME, cargo(&target));
        }
        Err(error) => report.not_run(NAME, &error),
    }
}

/// Checks the libraries with the oldest Rust that they promise.
fn msrv(report: &mut Report) {
    const NAME: &str = "oldest Rust";
    match toolchain::oldest() {
        Ok(toolchain) => {
            let mut command = Command::new("rustup");
            command.current_dir(workspace::root()).args([
                "run",
                &toolchain,
                "cargo",
                "check",
                "--quiet",
                "--all-features",
            ]);
            for library in LIBRARIES {
                command.args(["--package", library]);
            }
            report.command(&format!("{NAME} ({toolchain})"), command);
        }
        Err(error) => report.not_run(NAME, &error),
    }
}
