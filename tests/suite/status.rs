//! The status of the servers, on a real agent.

use crate::clients::client;

#[tokio::test]
async fn the_only_server_leads() {
    let status = client().status();
    let leader = status.leader().await.unwrap().unwrap();
    assert_eq!(status.peers().await.unwrap(), [leader]);
}
