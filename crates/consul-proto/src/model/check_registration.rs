//! A check to register in the catalog.

use std::time::Duration;

use serde::Serialize;

use crate::model::service_fields::filled;
use crate::model::{CheckId, CheckType, HealthCheck, HealthCheckDefinition, ServiceId, ServiceName, Status};
use crate::types::duration;
use crate::types::empty::IsEmpty;
use crate::{EncodeError, RequestWriter};

/// A check to register in the catalog, directly or in a transaction. It replaces a registered check with the same id
/// completely.
///
/// Converts from a name, and from a [`HealthCheck`] of a response.
///
/// Servers do not run the check. The program that runs it registers it again with each result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct CheckRegistration {
    #[serde(rename = "CheckID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<CheckId>,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    service_id: Option<ServiceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name: Option<ServiceName>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service_tags: Vec<String>,
    #[serde(rename = "Type", skip_serializing_if = "IsEmpty::is_empty")]
    check_type: CheckType,
    #[serde(serialize_with = "duration::serialize", skip_serializing_if = "Duration::is_zero")]
    interval: Duration,
    #[serde(serialize_with = "duration::serialize", skip_serializing_if = "Duration::is_zero")]
    timeout: Duration,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    exposed_port: u16,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    definition: HealthCheckDefinition,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
}

impl CheckRegistration {
    /// Creates a check of the node without a result.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the id of the check, unique on its node. Defaults to the name.
    pub fn id(mut self, id: impl Into<CheckId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the result: passing, warning or critical. Defaults to critical.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets notes.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = Some(notes.into());
        self
    }

    /// Sets the output of the last run.
    pub fn output(mut self, output: impl Into<String>) -> Self {
        self.output = Some(output.into());
        self
    }

    /// Sets the checked service instance, which must exist or be registered with the check. Defaults to the node.
    pub fn service_id(mut self, id: impl Into<ServiceId>) -> Self {
        self.service_id = Some(id.into());
        self
    }

    /// Sets the name of the checked service. Servers take it from the instance, but in a transaction, they check the
    /// permission for this name.
    pub fn service_name(mut self, name: impl Into<ServiceName>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Sets the tags of the checked service instance. Servers take them from the instance if it exists.
    pub fn service_tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.service_tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the type of the check. Servers derive it from the definition of an HTTP or TCP check.
    pub fn check_type(mut self, check_type: CheckType) -> Self {
        self.check_type = check_type;
        self
    }

    /// Sets the time between two runs; since 1.11. Transactions cannot store it, and reject a value other than zero.
    /// The [definition](Self::definition) has a separate one.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the timeout of a run; since 1.11. Transactions cannot store it, and reject a value other than zero. The
    /// [definition](Self::definition) has a separate one.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the port at which a proxy exposes the checked address; since 1.10.
    pub fn exposed_port(mut self, port: u16) -> Self {
        self.exposed_port = port;
        self
    }

    /// Sets what is checked, for the program that runs the check.
    pub fn definition(mut self, definition: HealthCheckDefinition) -> Self {
        self.definition = definition;
        self
    }

    /// Sets the namespace (Consul Enterprise). Other servers reject it.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// Sets the admin partition (Consul Enterprise). Other servers reject it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.partition = Some(name.into());
        self
    }

    /// Rejects values that every server rejects or silently misinterprets.
    pub(crate) fn validate(&self, request: &mut RequestWriter) {
        // Without an id, the name is the id.
        let id = self.id.as_ref().filter(|id| !id.is_empty());
        request.check_name("check", id.map_or(self.name.as_str(), CheckId::as_str));
        if let Some(Status::Maintenance | Status::Other(_)) = &self.status {
            let reason = "is neither passing, warning nor critical".to_owned();
            request.reject(EncodeError::Invalid { name: "status", reason });
        }
    }

    /// Also rejects values that no server accepts in a transaction.
    pub(crate) fn validate_in_transaction(&self, request: &mut RequestWriter) {
        self.validate(request);
        for (name, time) in [("interval", self.interval), ("timeout", self.timeout)] {
            if !time.is_zero() {
                let reason = "cannot be stored by a transaction, except in the definition".to_owned();
                request.reject(EncodeError::Invalid { name, reason });
            }
        }
    }
}

impl From<&str> for CheckRegistration {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for CheckRegistration {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&HealthCheck> for CheckRegistration {
    fn from(check: &HealthCheck) -> Self {
        Self {
            id: (!check.id.is_empty()).then(|| check.id.clone()),
            name: check.name.clone(),
            status: Some(check.status.clone()),
            notes: filled(&check.notes),
            output: filled(&check.output),
            service_id: (!check.service_id.is_empty()).then(|| check.service_id.clone()),
            service_name: (!check.service_name.is_empty()).then(|| check.service_name.clone()),
            service_tags: check.service_tags.clone(),
            check_type: check.check_type.clone(),
            interval: check.interval,
            timeout: check.timeout,
            exposed_port: check.exposed_port,
            definition: check.definition.as_deref().cloned().unwrap_or_default(),
            namespace: filled(&check.namespace),
            partition: filled(&check.partition),
        }
    }
}
