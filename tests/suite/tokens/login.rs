//! Login through an auth method that trusts JSON Web Tokens.

#![allow(clippy::print_stdout, reason = "figures for the log of a run")]

use std::future::IntoFuture;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fs, iter};

use base64_simd::URL_SAFE_NO_PAD;
use consul_client::proto::Method;
use consul_client::{Client, Login};
use consul_tests::{Agent, unique};
use rcgen::{KeyPair, SigningKey};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use super::{accessor, send};
use crate::clients::{PATIENCE, client_of};
use crate::tls::RSA_PKCS8;
use crate::traffic::Traffic;

/// The shortest lifetime that servers accept.
const LIFETIME: Duration = Duration::from_secs(60);

/// Signs a token with RS256.
fn jwt(key: &KeyPair, audience: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = json!({ "alg": "RS256", "typ": "JWT" });
    let claims = json!({
        "iss": "suite", "sub": "program", "aud": audience, "iat": now, "nbf": now - 10, "exp": now + 3600,
    });
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode_to_string(bytes);
    let signed =
        format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", encode(&signature))
}

/// Makes the auth method accept tokens for this audience, and no others.
async fn accept(root: &Client, key: &KeyPair, audience: &str, path: &str) {
    let method = json!({
        "Name": "jwt",
        "Type": "jwt",
        "MaxTokenTTL": format!("{}s", LIFETIME.as_secs()),
        "Config": {
            "JWTValidationPubKeys": [key.public_key_pem()],
            "JWTSupportedAlgs": ["RS256"],
            "BoundIssuer": "suite",
            "BoundAudiences": [audience],
        },
    });
    send(root, Method::PUT, path, method).await;
}

/// Returns how many tokens the auth method has created that still exist.
async fn tokens(root: &Client) -> usize {
    let tokens = root.request(Method::GET, "/v1/acl/tokens").query("authmethod", "jwt").await.unwrap();
    let tokens: Value = serde_json::from_slice(tokens.body()).unwrap();
    tokens.as_array().map_or(0, Vec::len)
}

fn write(file: &Path, text: &str) {
    let new = file.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, file).unwrap();
}

/// A login lasts a minute, and is repeated after 48 seconds of it, so this test lasts longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s21_login_is_repeated_with_the_new_jwt_before_its_token_expires() {
    let agent = Agent::builder().acl().start();
    let root = client_of(&agent);
    let key = KeyPair::from_pem(RSA_PKCS8).unwrap();
    accept(&root, &key, "first", "/v1/acl/auth-method").await;
    let policies = json!({ "Name": "program", "Policies": [{ "Name": "global-management" }] });
    send(&root, Method::PUT, "/v1/acl/role", policies).await;
    let rule = json!({ "AuthMethod": "jwt", "BindType": "role", "BindName": "program" });
    send(&root, Method::PUT, "/v1/acl/binding-rule", rule).await;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwt");
    write(&file, &jwt(&key, "first"));
    let plain = Client::new(agent.url()).unwrap();
    let client = plain.with_token_source(Arc::new(Login::jwt(&plain, "jwt", &file).meta("program", "suite")));
    let watched = unique("login");
    // Concurrent callers share one login.
    let calls: Vec<_> =
        iter::repeat_with(|| tokio::spawn(client.kv().put("k", "v").into_future())).take(50).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(tokens(&root).await, 1);
    let first = accessor(&client).await;
    let view = client.kv().raw(&watched).view();
    timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    let traffic = Traffic::start(&client);

    // From now on a login with the first JWT fails.
    accept(&root, &key, "second", "/v1/acl/auth-method/jwt").await;
    write(&file, &jwt(&key, "second"));
    let start = Instant::now();
    let second = async {
        loop {
            let current = accessor(&client).await;
            if current != first {
                return current;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let second = timeout(2 * LIFETIME, second).await.expect("another login");
    println!("logged in again after {:.1?}", start.elapsed());
    // The first token expires while calls and the watch continue.
    let is_expired = async {
        while tokens(&root).await > 1 {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(2 * LIFETIME, is_expired).await.expect("the first token expires");
    traffic.until_calls(20).await;
    for value in ["one", "two"] {
        root.kv().put(&watched, value).await.unwrap();
        let seen = view.wait_for(|seen| seen.as_deref() == Some(value.as_bytes()));
        timeout(PATIENCE, seen).await.expect("the watch continues").unwrap();
    }
    assert_eq!(accessor(&client).await, second, "one login each time");
    let report = traffic.stop().await;
    println!("a login expired: {report}");
    assert!(report.failed.is_empty(), "{report}");
    assert!(view.degraded_for().is_none());

    drop(view);
    assert_eq!(client.close(PATIENCE).await, []);
    assert_eq!(tokens(&root).await, 0, "closing logs out");
}
