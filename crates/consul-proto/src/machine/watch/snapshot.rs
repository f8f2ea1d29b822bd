//! The events and snapshots of a watch.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Meta;
use crate::machine::{CauseKind, Instant};

/// An event of a watch. `X` is the driver's error.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a watch continues or ends")]
pub enum Event<T, X> {
    /// The newest snapshot. It differs from the one before.
    Snapshot(Snapshot<T, X>),
    /// The watch has ended. This is the last event.
    Ended(X),
}

/// The state of a watch at one time: the last known value, and whether it is confirmed.
///
/// Two snapshots are equal if their values, the variants of their health, kind and severity of the cause, and their
/// reduced waits are equal. Error texts and times do not count.
pub struct Snapshot<T, X> {
    value: Option<Known<T>>,
    health: Health<X>,
    reduced_wait: Option<Duration>,
}

/// A value and the metadata of the response that contained it.
pub(super) type Known<T> = (Arc<T>, Arc<Meta>);

/// Whether the value of a watch is confirmed.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a value is confirmed or not")]
pub enum Health<X> {
    /// The last response confirmed the value. During the first seconds of an outage, the watch is still healthy.
    Healthy,
    /// The value cannot be confirmed. It is the last known one, and the watch continues to retry.
    Degraded(Degraded<X>),
}

/// The reason why the value of a watch cannot be confirmed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Degraded<X> {
    /// The error. For transient failures it is the one that was reported first; other failures replace it.
    pub cause: X,
    /// The kind of the error, for comparisons.
    pub kind: CauseKind,
    /// The severity of the error.
    pub severity: Severity,
    /// When the failures began.
    pub since: Instant,
}

/// The severity of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Resolves without intervention: no connection, no leader, too busy. Reported if it lasts.
    Transient,
    /// May resolve without intervention, but the response is not from a working Consul. Reported immediately.
    Unexpected,
    /// Does not resolve without intervention, such as a missing permission. Reported immediately.
    Permanent,
}

impl<T, X> Snapshot<T, X> {
    /// Creates a snapshot of a value with its metadata.
    #[must_use]
    pub fn new(value: Option<Known<T>>, health: Health<X>, reduced_wait: Option<Duration>) -> Self {
        Self { value, health, reduced_wait }
    }

    /// Returns the last known value, or `None` before the first one.
    #[must_use]
    pub fn value(&self) -> Option<&Arc<T>> {
        self.value.as_ref().map(|(value, _)| value)
    }

    /// Returns the metadata of the response that contained the value.
    #[must_use]
    pub fn meta(&self) -> Option<&Arc<Meta>> {
        self.value.as_ref().map(|(_, meta)| meta)
    }

    /// Returns the health: if the value is confirmed.
    #[must_use]
    pub fn health(&self) -> &Health<X> {
        &self.health
    }

    /// Returns the reason why the value cannot be confirmed, or `None` if it is confirmed.
    #[must_use]
    pub fn degraded(&self) -> Option<&Degraded<X>> {
        match &self.health {
            Health::Healthy => None,
            Health::Degraded(degraded) => Some(degraded),
        }
    }

    /// Returns the wait that the watch uses instead of the configured one, because a proxy or agent closes longer
    /// requests. `None` in normal operation.
    #[must_use]
    pub fn reduced_wait(&self) -> Option<Duration> {
        self.reduced_wait
    }

    /// Returns whether the values are equal, whatever the health is.
    #[must_use]
    pub fn has_value_of(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        match (self.value(), other.value()) {
            // Comparing large values takes time, and most often it is the same one.
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one == other,
            (None, None) => true,
            _ => false,
        }
    }
}

impl<X> Degraded<X> {
    /// Creates the description of a degradation.
    #[must_use]
    pub fn new(cause: X, kind: CauseKind, severity: Severity, since: Instant) -> Self {
        Self { cause, kind, severity, since }
    }
}

/// No value yet, healthy.
impl<T, X> Default for Snapshot<T, X> {
    fn default() -> Self {
        Self { value: None, health: Health::Healthy, reduced_wait: None }
    }
}

impl<T, X: Clone> Clone for Snapshot<T, X> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), health: self.health.clone(), reduced_wait: self.reduced_wait }
    }
}

impl<T: PartialEq, X> PartialEq for Snapshot<T, X> {
    fn eq(&self, other: &Self) -> bool {
        self.health == other.health && self.reduced_wait == other.reduced_wait && self.has_value_of(other)
    }
}

impl<X> PartialEq for Health<X> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Healthy, Self::Healthy) => true,
            (Self::Degraded(one), Self::Degraded(other)) => {
                one.kind == other.kind && one.severity == other.severity
            }
            _ => false,
        }
    }
}

impl<T: fmt::Debug, X: fmt::Debug> fmt::Debug for Snapshot<T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("value", &self.value())
            .field("health", &self.health)
            .field("reduced_wait", &self.reduced_wait)
            .finish_non_exhaustive()
    }
}
