//! `cargo xtask test`: runs all checks and tests, on each version of Consul that can be obtained.

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

/// Packages with the feature combinations to check, including the default and all features.
const FEATURES: &[(&str, &[&str])] = &[
    ("consul-transport", &["--no-default-features"]),
    ("consul-transport", &[]),
    ("consul-transport", &["--no-default-features", "--features", "conformance"]),
    ("consul-transport", &["--all-features"]),
    ("consul-client", &["--no-default-features"]),
    ("consul-client", &[]),
    ("consul-client", &["--all-features"]),
];

/// The packages with a guaranteed minimum Rust version.
const LIBRARIES: &[&str] = &["consul-proto", "consul-transport", "consul-client"];

/// Examples that must succeed on real agents: package, name, and requirements.
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
    ("consul-client", "locks", Needs::Agent),
    ("consul-client", "balancer", Needs::Agent),
    ("consul-client", "reload", Needs::Agent),
    // Reads the list of services and one service.
    ("consul-client", "live", Needs::Argument("2")),
];

/// The requirements of an example.
#[derive(Clone, Copy)]
enum Needs {
    /// An agent, in the environment.
    Agent,
    /// An agent, and this argument.
    Argument(&'static str),
    /// An agent with ACLs, and its management token.
    Acls,
    /// An agent, and the address of another agent with this configuration as the argument.
    Another(&'static str),
}

/// Runs all steps, on all servers or on the given one.
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
    // Only libraries, since the documentation of a binary would overwrite that of a library with the same name.
    let mut docs = cargo(&["doc", "--quiet", "--workspace", "--lib", "--no-deps", "--all-features"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    report.command("documentation", docs);
    let tests = ["test", "--workspace", "--exclude", "consul-tests", "--all-features", "--no-fail-fast"];
    report.tests("unit and doc tests", cargo(&tests));
    // Needs no server.
    let simulation = ["test", "--package", "consul-tests", "--test", "simulation"];
    report.tests("simulation", cargo(&simulation));
    // Built separately, since together the packages would enable features of each other.
    for package in ["consul-proto", "consul-client"] {
        let examples = ["build", "--quiet", "--package", package, "--examples", "--all-features"];
        report.command(&format!("examples of {package}"), cargo(&examples));
    }
    for consul in &consuls {
        on(consul, &mut report);
    }
    report.finish()
}

/// Obtains the servers to run on. Adds those that cannot be obtained to the report.
fn consuls(wanted: Option<&str>, report: &mut Report) -> Vec<Consul> {
    let versions = match wanted {
        Some(wanted) => vec![(wanted.to_owned(), true)],
        None => {
            let required = [OLDEST, OPEN_SOURCE].map(|version| (version.to_string(), workspace::is_ci()));
            // Only HashiCorp's release archive has these, and not every machine can reach it.
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

/// Runs the steps that need a server, on one server.
fn on(consul: &Consul, report: &mut Report) {
    for &(package, example, needs) in EXAMPLES {
        report.function(&format!("example {example} on Consul {}", consul.version), || {
            run_example(consul, package, example, needs)
        });
    }
    let mut suite =
        cargo(&["test", "--package", "consul-tests", "--lib", "--test", "suite", "--no-fail-fast"]);
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
    // The agents run until the example has ended.
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

/// Checks every combination of features separately, since a check of the workspace enables features of one package
/// for another.
fn features(report: &mut Report) {
    for (package, features) in FEATURES {
        let mut command = cargo(&["clippy", "--quiet", "--package", package]);
        command.args(*features).args(["--", "-D", "warnings"]);
        let with = if features.is_empty() { "default features".to_owned() } else { features.join(" ") };
        report.command(&format!("features: {package} {}", with.replace("--", "")), command);
    }
}

/// Checks that proto builds for a target without sockets and clock.
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

/// Checks the libraries with their minimum Rust version.
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
