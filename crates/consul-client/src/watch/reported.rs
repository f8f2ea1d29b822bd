//! Reports to the log and to the observer when a watch becomes degraded, and when it recovers.

use consul_proto::Route;
use consul_proto::machine::CauseKind;

use crate::runtime::Instant;
use crate::watch::{Health, Severity};
use crate::{Client, Error};

/// The degradation that was reported last, and when it began. `None` while the watch is healthy.
#[derive(Debug, Default)]
pub(super) struct Reported(Option<(CauseKind, Severity, Instant)>);

impl Reported {
    /// Reports a change of the health, once. The log contains no error text, because servers put keys into it.
    pub(super) fn update(&mut self, health: &Health<Error>, route: &Route, client: &Client) {
        let observer = client.settings().observer.as_deref();
        match (health, self.0) {
            (Health::Degraded(degraded), last) => {
                let (kind, severity) = (degraded.kind, degraded.severity);
                if last.is_some_and(|(last_kind, last_severity, _)| {
                    (last_kind, last_severity) == (kind, severity)
                }) {
                    return;
                }
                let since = last.map_or(degraded.since, |(_, _, since)| since.min(degraded.since));
                self.0 = Some((kind, severity, since));
                tracing::warn!(
                    http.request.method = %route.method(),
                    url.template = route.path(),
                    error.type = %degraded.cause.kind(),
                    ?severity,
                    "watch is degraded"
                );
                if let Some(observer) = observer {
                    observer.watch_degraded(route, &degraded.cause);
                }
            }
            (Health::Healthy, Some((_, _, since))) => {
                self.0 = None;
                let degraded_for = client.settings().runtime.now().since(since);
                tracing::info!(
                    http.request.method = %route.method(),
                    url.template = route.path(),
                    ?degraded_for,
                    "watch has recovered"
                );
                if let Some(observer) = observer {
                    observer.watch_recovered(route, degraded_for);
                }
            }
            (_, None) => {}
        }
    }
}

/// Logs that a watch has ended with an error.
pub(super) fn log_end(route: &Route, error: &Error) {
    tracing::warn!(
        http.request.method = %route.method(),
        url.template = route.path(),
        error.type = %error.kind(),
        "watch has ended"
    );
}
