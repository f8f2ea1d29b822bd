//! The configuration files and arguments of an agent.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value, json};

use super::builder::{Builder, Https, Role};
use super::ports::Ports;
use crate::Version;

/// Name of the unix socket, in the folder of an agent without an HTTP port.
pub(super) const SOCKET: &str = "http.sock";

/// The properties of an agent that stay the same over restarts.
pub(super) struct Identity<'a> {
    pub(super) version: Version,
    pub(super) node: &'a str,
    pub(super) ports: &'a Ports,
}

/// Writes the configuration files into a folder and returns the arguments of `consul`.
pub(super) fn write(builder: &Builder, identity: &Identity<'_>, dir: &Path) -> io::Result<Vec<String>> {
    let mut args = vec!["agent".to_owned()];
    if let Role::Dev = builder.role {
        args.push("-dev".to_owned());
    }
    let own = fs_write(dir, "agent.json", &base(builder, identity, dir).to_string())?;
    args.push(format!("-config-file={}", own.display()));
    for (index, fragment) in builder.fragments.iter().enumerate() {
        let kind = if fragment.trim_start().starts_with('{') { "json" } else { "hcl" };
        // Each fragment is a file, since Consul merges blocks of the same name from several files, and ignores the
        // second one in one file.
        let path = fs_write(dir, &format!("fragment-{index}.{kind}"), fragment)?;
        args.push(format!("-config-file={}", path.display()));
    }
    Ok(args)
}

fn fs_write(dir: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let path = dir.join(name);
    fs::write(&path, text)?;
    Ok(path)
}

/// Returns the settings of every agent.
fn base(builder: &Builder, identity: &Identity<'_>, dir: &Path) -> Value {
    let Identity { version, node, ports } = identity;
    let mut port = Map::from_iter([
        ("http".to_owned(), json!(ports.http())),
        ("https".to_owned(), if builder.https == Https::Off { json!(-1) } else { json!(ports.https()) }),
        ("grpc".to_owned(), json!(ports.grpc())),
        ("dns".to_owned(), json!(ports.dns())),
        ("serf_lan".to_owned(), json!(ports.serf_lan())),
        ("serf_wan".to_owned(), json!(ports.serf_wan())),
        // A client asks servers for its certificate (`auto_encrypt`) on the port that it calls its own.
        ("server".to_owned(), json!(builder.server_port.unwrap_or(ports.server()))),
    ]);
    // Agents reject unknown settings.
    if *version >= Version::new(1, 14, 0) {
        port.insert("grpc_tls".to_owned(), json!(ports.grpc_tls()));
    }
    let mut config = json!({
        "node_name": node,
        "bind_addr": "127.0.0.1",
        "disable_update_check": true,
        "log_level": "INFO",
        "ports": port,
    });
    if let Some(path) = &builder.unix_socket {
        config["addresses"] = json!({ "http": format!("127.0.0.1 unix://{}", path.display()) });
    }
    if builder.https == Https::Only {
        // With an HTTP port of -1 there would be no unix socket either.
        config["addresses"] = json!({ "http": format!("unix://{}", dir.join(SOCKET).display()) });
    }
    if let Some(token) = &builder.token {
        let initial = if *version >= Version::new(1, 11, 0) { "initial_management" } else { "master" };
        config["acl"] = json!({ "enabled": true, "default_policy": "deny", "tokens": { initial: token, "agent": token } });
    }
    if !builder.join.is_empty() {
        config["retry_join"] = json!(builder.join);
        config["retry_interval"] = json!("1s");
    }
    if let Role::Server(_) | Role::Client = builder.role {
        config["data_dir"] = json!(dir.join("data"));
        config["leave_on_terminate"] = json!(false);
    }
    if let Role::Server(servers) = builder.role {
        config["server"] = json!(true);
        config["bootstrap_expect"] = json!(servers);
        config["performance"] = json!({ "raft_multiplier": 1 });
        // A server that rejoins votes again after this time. The default is 10 s.
        config["autopilot"] = json!({ "server_stabilization_time": "1s" });
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Agent;

    fn config(version: Version) -> Value {
        let ports = Ports::claim().unwrap();
        let identity = Identity { version, node: "n", ports: &ports };
        base(&Agent::builder().acl(), &identity, Path::new("/nowhere"))
    }

    #[test]
    fn old_agent_gets_no_unknown_settings() {
        let old = config(Version::new(1, 8, 7));
        assert!(old["acl"]["tokens"]["master"].is_string());
        assert!(old["ports"].get("grpc_tls").is_none());
        let new = config(Version::new(1, 22, 7));
        assert!(new["acl"]["tokens"]["initial_management"].is_string());
        assert!(new["ports"]["grpc_tls"].is_u64());
    }
}
