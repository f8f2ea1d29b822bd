//! Reading the agent's metrics in the format of Prometheus.

use crate::response::Prometheus;
use crate::{Endpoint, Method, RequestWriter, Scope, Target};

/// Reads the metrics in the text format of Prometheus: `GET /v1/agent/metrics?format=prometheus`.
///
/// Created by [`Metrics::prometheus`](crate::agent::Metrics::prometheus). Returns an error
/// unless `prometheus_retention_time` is configured in the telemetry settings of the agent.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#view-metrics)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct PrometheusMetrics(());

impl PrometheusMetrics {
    pub(super) fn new() -> Self {
        Self(())
    }
}

impl Endpoint for PrometheusMetrics {
    type Response = Prometheus;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/metrics";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.pair("format", "prometheus");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::Metrics;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Metrics::new().prometheus()), "GET /v1/agent/metrics?format=prometheus");
    }

    #[test]
    fn responses() {
        let text =
            "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 104\n";
        assert_eq!(decoded::<PrometheusMetrics>(200, text).unwrap(), text);
        assert!(decoded::<PrometheusMetrics>(200, "").is_err(), "the agent keeps no metrics for Prometheus");
        assert!(
            decoded::<PrometheusMetrics>(
                415,
                "Prometheus is not enabled since its retention time is not positive"
            )
            .is_err()
        );
    }
}
