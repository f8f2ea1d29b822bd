//! Names and IDs that a registration accepts work in every other operation.

use std::time::Duration;

use consul_client::agent::check::{Check, Status};
use consul_client::agent::service::Definition;
use consul_client::proto::{EncodeError, InvalidArgument};
use consul_client::{Error, ErrorKind};
use consul_tests::unique;

use super::eventually;
use crate::clients::client;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn service_with_slashes_is_named_in_every_operation() {
    let client = client();
    let (agent, services) = (client.agent(), client.agent().service());
    for id in ["1", "a b/c?d#e", "\u{e9}/\u{65e5}\u{672c}", "1/"] {
        let name = format!("team/{}", unique("slash"));
        let web = Definition::new(&name).id(format!("{name}/{id}")).check(Check::ttl(HOUR));
        services.register(&web).await.unwrap();
        let read = services.get(&web).await.unwrap().unwrap();
        assert_eq!((read.id.as_str(), read.name.as_str()), (format!("{name}/{id}").as_str(), name.as_str()));

        // The default id of a check contains the id of its service.
        let check = format!("service:{name}/{id}");
        agent.check().pass(&check).note("n").await.unwrap();
        agent.check().warn(&check).await.unwrap();
        agent.check().fail(&check).await.unwrap();
        agent.check().update(&check, Status::Passing).await.unwrap();
        assert_eq!(agent.check().get(&check).await.unwrap().unwrap().status, Status::Passing);

        services.enable_maintenance(&web).await.unwrap();
        assert_eq!(services.health_by_id(&web).await.unwrap().unwrap().status, Status::Maintenance);
        services.disable_maintenance(&read).await.unwrap();
        assert_eq!(services.health_by_name(&read).await.unwrap()[0].status, Status::Passing);
        eventually(async || {
            let found = client.health().service(name.as_str()).passing().await.unwrap();
            found.iter().any(|entry| entry.service.id == read.id.as_str()).then_some(())
        })
        .await;
        assert_eq!(client.catalog().service(name.as_str()).await.unwrap().len(), 1);
        assert_eq!(client.health().checks(name.as_str()).await.unwrap().len(), 1);

        services.deregister(&web).await.unwrap();
        assert_eq!(services.get(&web).await.unwrap(), None);
    }
}

#[tokio::test]
async fn check_with_slashes_is_named_in_every_operation() {
    let checks = client().agent().check();
    let name = format!("chk/{}", unique("slash"));
    for id in [name.clone(), format!("{name}/2/")] {
        checks.register(&name, Check::ttl(HOUR).id(&id)).await.unwrap();
        checks.pass(&id).await.unwrap();
        let check = checks.get(&id).await.unwrap().unwrap();
        assert_eq!((check.id.as_str(), check.status.clone()), (id.as_str(), Status::Passing));
        checks.deregister(&check).await.unwrap();
        assert_eq!(checks.get(&id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn names_that_no_path_can_contain_are_not_registered() {
    let (checks, services) = (client().agent().check(), client().agent().service());
    let reason = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        match error.encode_error() {
            Some(EncodeError::Argument { reason, .. }) => *reason,
            _ => panic!("{error:?}"),
        }
    };
    for (name, expected) in [
        ("/web", InvalidArgument::EmptySegment),
        ("web//1", InvalidArgument::EmptySegment),
        ("..", InvalidArgument::DotSegment),
        ("web/../1", InvalidArgument::DotSegment),
        ("web\u{a0}1", InvalidArgument::Unprintable),
        ("web\u{200b}", InvalidArgument::Unprintable),
        ("web\n", InvalidArgument::Unprintable),
    ] {
        assert_eq!(reason(services.register(name).await), expected, "{name:?}");
        assert_eq!(reason(services.register(Definition::new("web").id(name)).await), expected, "{name:?}");
        assert_eq!(reason(checks.register(name, Check::ttl(HOUR)).await), expected, "{name:?}");
        assert_eq!(reason(checks.register("x", Check::ttl(HOUR).id(name)).await), expected, "{name:?}");
    }
}
