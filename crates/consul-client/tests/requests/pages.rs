//! Responses of a server between the client and Consul.

use consul_client::agent::Check;
use consul_client::agent::service::Definition;
use consul_client::{Client, Error, ErrorKind, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Content types and bodies of pages that proxies send.
const PAGES: [(&str, &str); 4] = [
    ("text/html", "<html>sign in</html>"),
    ("text/plain", "OK"),
    ("application/json", r#"{"status":"maintenance"}"#),
    ("text/plain", "upstream connect error"),
];

/// Starts a server that sends the page for every request, and returns a client of it.
async fn client_of_page(status: u16, content_type: &str, body: &str) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let page = format!(
        "HTTP/1.1 {status} Page\r\nServer: proxy\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let page = page.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                // These requests arrive in one packet.
                while !is_complete(&request) {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let _ = stream.write_all(page.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Client::builder().address(address).retry(RetryPolicy::never()).build().unwrap()
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

#[tokio::test]
async fn page_is_never_the_success_or_a_known_error_of_a_write() {
    for status in [200, 201, 403, 404, 409, 429, 500] {
        for (content_type, body) in PAGES {
            let client = client_of_page(status, content_type, body).await;
            let (agent, kv, session) = (client.agent(), client.kv(), client.session());
            let id = "292ef953-27fa-b363-60a3-95ffc3cc1acb";
            let errors: Vec<(&str, Error)> = vec![
                ("register", agent.service().register(Definition::new("web")).await.unwrap_err()),
                ("deregister", agent.service().deregister("web").await.unwrap_err()),
                ("maintenance", agent.service().enable_maintenance("web").await.unwrap_err()),
                ("check", agent.check().register("c", Check::ttl(crate::secs(10))).await.unwrap_err()),
                ("pass", agent.check().pass("c").await.unwrap_err()),
                ("check deregister", agent.check().deregister("c").await.unwrap_err()),
                ("join", agent.join("10.0.0.1").await.unwrap_err()),
                ("leave", agent.force_leave("n").await.unwrap_err()),
                ("catalog", client.catalog().deregister_node("n").await.unwrap_err()),
                ("put", kv.put("k", "v").await.unwrap_err()),
                ("cas", kv.put("k", "v").cas(1).await.unwrap_err()),
                ("delete", kv.delete("k").await.unwrap_err()),
                ("txn", client.txn().set("k", "v").await.unwrap_err()),
                ("session", session.create().await.unwrap_err()),
                ("renew", session.renew(id).await.unwrap_err()),
                ("destroy", session.destroy(id).await.unwrap_err()),
                ("event", client.event().fire("e").await.unwrap_err()),
            ];
            for (operation, error) in errors {
                let context = format!("{operation} {status} {content_type}: {error}");
                assert_eq!(error.kind(), ErrorKind::UnexpectedResponse, "{context}");
                assert!(error.is_outcome_unknown(), "{context}");
                assert!(!error.is_not_found() && !error.is_permission_denied(), "{context}");
            }
        }
    }
}
