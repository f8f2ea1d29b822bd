//! Client certificates that are replaced while calls and watches continue.

#![allow(clippy::print_stdout, reason = "figures for the log of a run")]

use std::fs;
use std::time::Duration;

use consul_tests::unique;
use tokio::time::{sleep, timeout};

use super::Secured;
use super::pki::folder;
use crate::clients::PATIENCE;
use crate::proxy::Proxy;
use crate::traffic::Traffic;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_client_certificate_and_key_fail_no_call_and_lose_no_change() {
    let secured = Secured::start();
    for is_key_first in [false, true] {
        let (old, new) = (secured.ca.sign(&["old"]), secured.ca.sign(&["new"]));
        let files = folder();
        let (certificate, key) = old.write(files.path(), "client");
        let proxy = Proxy::to_tls(secured.agent.https_addr()).await;
        let builder = secured.anonymous_at(proxy.address()).client_certificate(&certificate, &key);
        let client = builder.build().unwrap();
        let watched = unique("rotation");
        let view = client.kv().raw(&watched).view();
        timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
        let traffic = Traffic::start(&client);
        traffic.until_calls(20).await;

        let (first, second) = match is_key_first {
            false => ((&certificate, &new.certificate), (&key, &new.key)),
            true => ((&key, &new.key), (&certificate, &new.certificate)),
        };
        let before = proxy.accepted();
        fs::write(first.0, first.1).unwrap();
        // Long enough for several calls with files that do not match.
        sleep(Duration::from_secs(2)).await;
        assert_eq!(proxy.accepted(), before, "the old connections stay in use");
        fs::write(second.0, second.1).unwrap();
        timeout(PATIENCE, proxy.until_accepted(before + 1)).await.expect("a connection with the new pair");

        secured.client().kv().put(&watched, "changed").await.unwrap();
        let seen = view.wait_for(|seen| seen.as_deref() == Some(b"changed".as_slice()));
        timeout(PATIENCE, seen).await.expect("the watch continues").unwrap();
        let report = traffic.stop().await;
        println!("certificate replaced, key first: {is_key_first}: {report}");
        assert!(report.failed.is_empty(), "{report}");
        assert!(view.degraded_for().is_none());
    }
}
