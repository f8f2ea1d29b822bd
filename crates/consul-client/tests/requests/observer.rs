//! Calls of observers, and the user agent of a client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use consul_client::proto::Route;
use consul_client::{ApiErrorKind, AttemptFinished, CallFinished, Error, ErrorKind, Observer};

use crate::{Agent, FINE, NO_LEADER, Step, builder, client};

/// Counts calls and attempts.
#[derive(Debug, Default)]
struct Counting {
    calls: Mutex<Vec<(String, u32, Option<ErrorKind>)>>,
    attempts: AtomicUsize,
    /// Degradations by their kind, and recoveries by the seconds since.
    watches: Mutex<Vec<Result<u64, ErrorKind>>>,
}

impl Observer for Counting {
    fn call_finished(&self, call: &CallFinished<'_>) {
        self.calls.lock().unwrap().push((call.route.to_owned(), call.attempts, call.error));
    }

    fn attempt_finished(&self, _: &AttemptFinished<'_>) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    fn watch_degraded(&self, route: &Route, error: &Error) {
        assert_eq!(route.path(), "/v1/kv/{*key}");
        self.watches.lock().unwrap().push(Err(error.kind()));
    }

    fn watch_recovered(&self, _: &Route, degraded_for: Duration) {
        self.watches.lock().unwrap().push(Ok(degraded_for.as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn observer_receives_each_degradation_of_a_watch_and_its_recovery_once() {
    let denied = Step::Respond(403, "Permission denied");
    let absent = Step::Respond(404, "");
    let agent = Agent::new([absent.clone(), denied.clone(), denied, absent]);
    let observer = Arc::new(Counting::default());
    let client = builder(&agent).observer(Arc::clone(&observer) as _).build().unwrap();
    let mut watch = client.kv().get("k").watch();
    for is_degraded in [false, true, false] {
        let snapshot = watch.next().await.unwrap().unwrap();
        assert_eq!(snapshot.degraded().is_some(), is_degraded);
    }
    let events = observer.watches.lock().unwrap();
    assert_eq!(events[0], Err(ErrorKind::Api(ApiErrorKind::PermissionDenied)));
    // Two delays of 30 seconds, and a random part.
    assert!(matches!(events[1..], [Ok(60..80)]), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn observer_receives_calls_and_attempts() {
    let agent = Agent::new([NO_LEADER, FINE, Step::Respond(403, "Permission denied")]);
    let observer = Arc::new(Counting::default());
    let client = builder(&agent).observer(Arc::clone(&observer) as _).build().unwrap();
    client.kv().put("k", "v").await.unwrap();
    client.kv().put("k", "v").await.unwrap_err();
    let denied = Some(ErrorKind::Api(ApiErrorKind::PermissionDenied));
    let route = "/v1/kv/{*key}".to_owned();
    assert_eq!(*observer.calls.lock().unwrap(), [(route.clone(), 2, None), (route, 1, denied)]);
    assert_eq!(observer.attempts.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn user_agent_names_client_and_version() {
    let agent = Agent::new([Step::Respond(404, "")]);
    let _ = client(&agent).kv().get("k").await;
    assert_eq!(agent.requests()[0].user_agent, format!("consul-client/{}", consul_client::VERSION));
}
