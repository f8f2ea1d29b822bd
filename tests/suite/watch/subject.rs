//! The objects that tests watch.

use consul_client::catalog::ServiceRegistration;
use consul_client::watch::Settings;
use consul_client::{Client, Error};
use consul_tests::unique;

use super::Followed;

/// The kind of a watched object.
///
/// Servers respond to queries of keys. Since Consul 1.10, the agent's streaming backend responds to queries of
/// services.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Key,
    Service,
}

#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    pub(super) name: String,
}

impl Subject {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, name: unique("watched") }
    }

    /// Creates one object of each kind.
    pub(super) fn both() -> [Self; 2] {
        [Self::new(Kind::Key), Self::new(Kind::Service)]
    }

    pub(super) async fn set(&self, client: &Client, state: &str) {
        self.try_set(client, state).await.unwrap();
    }

    pub(super) async fn try_set(&self, client: &Client, state: &str) -> Result<(), Error> {
        match self.kind {
            Kind::Key => client.kv().put(&self.name, state.to_owned()).await?,
            Kind::Service => {
                let service = ServiceRegistration::new(&self.name).tag(state);
                let register = client.catalog().register(self.name.as_str()).address("192.0.2.1");
                register.service(service).await?;
            }
        }
        Ok(())
    }

    pub(super) fn watch(&self, client: &Client, set: impl FnOnce(&mut Settings)) -> Followed {
        match self.kind {
            Kind::Key => {
                let mut watch = client.kv().raw(&self.name).watch();
                set(watch.settings_mut());
                Followed::new(watch, |value| {
                    let text = value.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                    text.unwrap_or_else(|| "absent".to_owned())
                })
            }
            Kind::Service => {
                let mut watch = client.health().service(&self.name).watch();
                set(watch.settings_mut());
                Followed::new(watch, |instances| match &instances[..] {
                    [] => "absent".to_owned(),
                    [instance, ..] => instance.service.tags.concat(),
                })
            }
        }
    }
}
