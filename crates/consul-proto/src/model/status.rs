//! The status of a check, or of a service as a whole.

use crate::model::HealthCheck;
use crate::types::string_enum::string_enum;

string_enum! {
    /// The status of a check, or of a service as a whole.
    #[derive(Default)]
    Status {
        /// All checks pass.
        Passing = "passing",
        /// A check reports a warning.
        Warning = "warning",
        /// A check fails, or has not run yet.
        #[default]
        Critical = "critical",
        /// The service or its node is in maintenance mode. Only a service as a whole has this status, not a check.
        Maintenance = "maintenance",
    }
}

impl Status {
    /// Returns the status of several checks together: maintenance, otherwise the worst status. Passing if there are no
    /// checks.
    ///
    /// Servers do not return this; all clients of Consul compute it from the checks. An unknown status is worse than a
    /// warning, since it may be harmful.
    pub fn of<'a>(checks: impl IntoIterator<Item = &'a HealthCheck>) -> Self {
        let mut worst = &Self::Passing;
        for check in checks {
            if check.is_maintenance() {
                return Self::Maintenance;
            }
            if check.status.severity() > worst.severity() {
                worst = &check.status;
            }
        }
        worst.clone()
    }

    /// Returns whether a check can have this status: passing, warning or critical.
    pub(crate) fn is_of_check(&self) -> bool {
        matches!(self, Self::Passing | Self::Warning | Self::Critical)
    }

    fn severity(&self) -> u8 {
        match self {
            Self::Passing => 0,
            Self::Warning => 1,
            Self::Other(_) => 2,
            Self::Critical => 3,
            Self::Maintenance => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, status: &str) -> HealthCheck {
        HealthCheck { id: id.into(), status: Status::from(status), ..HealthCheck::default() }
    }

    #[test]
    fn worst_check_decides_the_status() {
        for (statuses, expected) in [
            (&[] as &[&str], "passing"),
            (&["passing", "passing"], "passing"),
            (&["passing", "warning"], "warning"),
            (&["odd", "warning"], "odd"),
            (&["warning", "critical", "odd"], "critical"),
        ] {
            let checks: Vec<_> = statuses.iter().map(|status| check("c", status)).collect();
            assert_eq!(Status::of(&checks).as_str(), expected, "{statuses:?}");
        }
    }

    #[test]
    fn maintenance_overrides_other_checks() {
        for id in ["_node_maintenance", "_service_maintenance:web"] {
            let checks = [check("c", "critical"), check(id, "critical")];
            assert_eq!(Status::of(&checks), Status::Maintenance);
        }
    }
}
