//! [Checks](https://developer.hashicorp.com/consul/api-docs/agent/check) that an agent carries out, or is told the
//! result of.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use consul_client::ErrorKind;
//! use consul_client::agent::Check;
//! use consul_client::proto::ApiErrorKind;
//!
//! let checks = client.agent().check();
//! let ttl = || checks.register("backup", Check::ttl(Duration::from_secs(90)));
//! ttl().await?;
//! match checks.pass("backup").note("7 of 7").await {
//!     // The agent was started anew, and has forgotten the check.
//!     Err(error) if error.kind() == ErrorKind::Api(ApiErrorKind::UnknownCheck) => ttl().await?,
//!     result => result?,
//! }
//!
//! let disk = Check::shell("df --output=pcent / | grep -q '[0-8].%'", Duration::from_secs(60));
//! checks.register("disk", disk).notes("more than a tenth is free").await?;
//! for check in checks.list().await?.values() {
//!     println!("{}: {}", check.name, check.status);
//! }
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use consul_proto::agent::check;
pub use consul_proto::agent::check::{
    Alias, CheckType, Docker, Grpc, H2ping, HealthCheck, Http, Kind, OsService, Script, Status, Tcp, Tls,
    Ttl, Udp,
};

use crate::agent::Check;
use crate::{Call, Client};

/// Registers a check; see [`check::Register`].
pub type Register = Call<check::Register>;
/// Deregisters a check; see [`check::Deregister`].
pub type Deregister = Call<check::Deregister>;
/// Reports that all is well; see [`check::Pass`].
pub type Pass = Call<check::Pass>;
/// Reports that something needs attention; see [`check::Warn`].
pub type Warn = Call<check::Warn>;
/// Reports that something is broken; see [`check::Fail`].
pub type Fail = Call<check::Fail>;
/// Reports how something is; see [`check::Update`].
pub type Update = Call<check::Update>;
/// Lists the checks; see [`check::List`].
pub type List = Call<check::List>;
/// Reads one check; see [`check::Get`].
pub type Get = Call<check::Get>;

/// The checks that are registered with an agent; from [`Agent::check`](crate::agent::Agent::check).
///
/// Where an id is asked for, a [`HealthCheck`] stands for its own.
#[derive(Clone, Debug)]
pub struct Checks {
    client: Client,
}

impl Checks {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Registers a check of this name, or replaces it: a kind such as [`Ttl`], or a whole [`Check`].
    pub fn register(&self, name: impl Into<String>, check: impl Into<Check>) -> Register {
        self.client.call(check::Register::new(name, check))
    }

    /// Deregisters a check.
    pub fn deregister(&self, id: impl Into<String>) -> Deregister {
        self.client.call(check::Deregister::new(id))
    }

    /// Reports to a TTL check that all is well.
    pub fn pass(&self, id: impl Into<String>) -> Pass {
        self.client.call(check::Pass::new(id))
    }

    /// Reports to a TTL check that something needs attention.
    pub fn warn(&self, id: impl Into<String>) -> Warn {
        self.client.call(check::Warn::new(id))
    }

    /// Reports to a TTL check that something is broken.
    pub fn fail(&self, id: impl Into<String>) -> Fail {
        self.client.call(check::Fail::new(id))
    }

    /// Reports to a TTL check how it turned out, and what there is to say.
    pub fn update(&self, id: impl Into<String>, status: Status, output: impl Into<String>) -> Update {
        self.mark(id, status).output(output)
    }

    /// Reports to a TTL check how it turned out: a [`Status`] or its word. Another word than `passing`, `warning` and
    /// `critical` is refused before it is sent.
    pub fn mark(&self, id: impl Into<String>, status: impl Into<Status>) -> Update {
        self.client.call(check::Update::new(id, status.into()))
    }

    /// Lists the checks, by id.
    pub fn list(&self) -> List {
        self.client.call(check::List::new())
    }

    /// Reads one check: `None` where the agent does not have it.
    pub fn get(&self, id: impl Into<String>) -> Get {
        self.client.call(check::Get::new(id))
    }
}

impl Register {
    /// Gives the check an id, unique on the agent; its name unless set.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with(|register| register.check.id = Some(id.into()))
    }

    /// Checks this service instance, by its id; the node unless set.
    pub fn service(self, id: impl Into<String>) -> Self {
        self.with(|register| register.service_id = Some(id.into()))
    }

    /// Notes for people.
    pub fn notes(self, notes: impl Into<String>) -> Self {
        self.with(|register| register.check.notes = Some(notes.into()))
    }

    /// Status until the first result: passing, warning or, unless set, critical.
    pub fn status(self, status: Status) -> Self {
        self.with(|register| register.check.status = Some(status))
    }

    /// Deregisters the service once the check has been critical for this long, a minute at least.
    pub fn deregister_critical_service_after(self, time: Duration) -> Self {
        self.with(|register| register.check.deregister_critical_service_after = Some(time))
    }
}

impl Pass {
    /// What there is to say; becomes the output of the check, which is empty without.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(|pass| pass.note = Some(note.into()))
    }
}

impl Warn {
    /// What there is to say; becomes the output of the check, which is empty without.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(|warn| warn.note = Some(note.into()))
    }
}

impl Fail {
    /// What there is to say; becomes the output of the check, which is empty without.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.with(|fail| fail.note = Some(note.into()))
    }
}

impl Update {
    /// What there is to say; becomes the output of the check, which is empty without.
    pub fn output(self, output: impl Into<String>) -> Self {
        self.with(|update| update.output = Some(output.into()))
    }
}
