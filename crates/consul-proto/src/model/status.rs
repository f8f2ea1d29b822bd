//! How a check is, or a service as a whole.

use crate::model::HealthCheck;
use crate::types::word::word;

word! {
    /// How a check is, or a service as a whole.
    #[derive(Default)]
    Status {
        /// All is well.
        Passing = "passing",
        /// Something needs attention.
        Warning = "warning",
        /// Something is broken, or has not been checked yet.
        #[default]
        Critical = "critical",
        /// Somebody has taken the service or its node out of use. No check is so, only a service as a whole.
        Maintenance = "maintenance",
    }
}

impl Status {
    /// What checks come to together: maintenance, or else the worst status among them. Passing where there are none.
    ///
    /// Servers never tell; this is what every client of Consul makes of the checks. A word that is not known counts
    /// as worse than a warning, for it is not known to be harmless.
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
        HealthCheck { id: id.to_owned(), status: Status::from(status), ..HealthCheck::default() }
    }

    #[test]
    fn the_worst_check_decides() {
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
    fn maintenance_comes_first() {
        for id in ["_node_maintenance", "_service_maintenance:web"] {
            let checks = [check("c", "critical"), check(id, "critical")];
            assert_eq!(Status::of(&checks), Status::Maintenance);
        }
    }
}
