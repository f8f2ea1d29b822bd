//! Several agents that join and leave.

use std::thread;

use consul_client::Client;
use consul_client::agent::{AclMode, Member, MemberStatus};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::{Agent, Version, require, shared_agent, unique};

use super::{eventually, kind};
use crate::clients::{client, client_of};

/// Starts two agents concurrently; the second one with additional configuration.
fn two(config: &str) -> [Agent; 2] {
    thread::scope(|scope| {
        let one = scope.spawn(|| Agent::builder().start());
        let two = scope.spawn(|| Agent::builder().config(config).start());
        [one.join().unwrap(), two.join().unwrap()]
    })
}

/// Waits until the agent sees the member with this status.
async fn until(client: &Client, name: &str, status: MemberStatus) -> Member {
    eventually(async || {
        let members = client.agent().members().await.unwrap();
        members.into_iter().find(|member| member.name == name && member.status == status)
    })
    .await
}

#[tokio::test]
async fn members_lists_the_agents_of_a_cluster() {
    let agent = client().agent();
    let members = agent.members().await.unwrap();
    assert_eq!((members.len(), members[0].name.as_str()), (1, shared_agent().node()));
    assert!(members[0].is_server() && members[0].acl_mode() == AclMode::Disabled, "{:?}", members[0].tags);
    let wan = agent.members().wan().await.unwrap();
    assert!(wan[0].name.as_str().ends_with(".dc1"), "{}", wan[0].name);
    assert_eq!(agent.members().wan().segment("_all").await.unwrap(), wan);
    assert_eq!(agent.members().wan().segment("alpha").await.unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(agent.members().segment("_all").await.unwrap().len(), 1);
}

#[tokio::test]
async fn members_can_be_filtered() {
    let since = Version::new(1, 14, 9);
    require!(shared_agent().version() >= since, "members are filtered since {since}, 1.15.5 and 1.16.1");
    let members = client().agent().members();
    assert_eq!(members.clone().filter("Status == 1").await.unwrap().len(), 1);
    assert_eq!(members.clone().filter("Status == 4").await.unwrap(), []);
    let error = members.filter("Nope == 1").await.unwrap_err();
    assert_eq!(kind(&error), ApiErrorKind::InvalidRequest);
}

#[tokio::test]
async fn join_adds_an_agent() {
    let agents = two("{}");
    let [one, two] = [client_of(&agents[0]), client_of(&agents[1])];
    let other = two.agent().read_self().await.unwrap().member;
    assert_eq!(one.agent().members().await.unwrap().len(), 1);

    one.agent().join(format!("127.0.0.1:{}", other.port)).await.unwrap();
    let joined = until(&one, agents[1].node(), MemberStatus::Alive).await;
    assert_eq!(
        (joined.name.as_str(), joined.addr.as_str(), joined.port),
        (agents[1].node(), "127.0.0.1", other.port)
    );
    until(&two, agents[0].node(), MemberStatus::Alive).await;
    assert_eq!(one.agent().members().await.unwrap().len(), 2);
}

#[tokio::test]
async fn join_wan_joins_datacenters() {
    let agents = two(r#"{ "datacenter": "east" }"#);
    let [one, two] = [client_of(&agents[0]), client_of(&agents[1])];
    let other = two.agent().members().wan().await.unwrap().remove(0);
    assert_eq!(other.name.as_str(), format!("{}.east", agents[1].node()));

    one.agent().join(format!("127.0.0.1:{}", other.port)).wan().await.unwrap();
    let names = async || {
        let members = one.agent().members().wan().await.unwrap();
        members.into_iter().map(|member| member.name).collect::<Vec<_>>()
    };
    assert!(names().await.contains(&other.name));
    assert_eq!(one.agent().members().await.unwrap().len(), 1, "the pool of the datacenter is separate");
    eventually(async || (one.catalog().datacenters().await.unwrap().len() == 2).then_some(())).await;
}

#[tokio::test]
async fn join_of_an_unreachable_agent_reports_the_reason() {
    // A port without a listener.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = client().agent().join(format!("127.0.0.1:{port}")).await.unwrap_err();
    assert!(error.message().unwrap().contains("Failed to join"), "{error:?}");
    assert!(error.is_retryable());
    assert_eq!(client().agent().join("").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn force_leave_marks_a_failed_member_as_left() {
    let agents = two("{}");
    let [one, two] = [client_of(&agents[0]), client_of(&agents[1])];
    let port = two.agent().read_self().await.unwrap().member.port;
    one.agent().join(format!("127.0.0.1:{port}")).await.unwrap();
    until(&one, agents[1].node(), MemberStatus::Alive).await;

    agents[1].kill9();
    let failed = until(&one, agents[1].node(), MemberStatus::Failed).await;
    one.agent().force_leave(&failed).await.unwrap();
    until(&one, agents[1].node(), MemberStatus::Left).await;
    one.agent().force_leave(&failed).prune().await.unwrap();
    eventually(async || (one.agent().members().await.unwrap().len() == 1).then_some(())).await;

    let unknown = one.agent().force_leave(unique("nobody")).await.unwrap_err();
    assert_eq!(kind(&unknown), ApiErrorKind::UnknownNode);
    assert!(unknown.is_not_found());
}
