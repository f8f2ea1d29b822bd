//! Reading the agent's metrics.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::agent::PrometheusMetrics;
use crate::types::null;
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads the metrics of the latest complete interval of ten seconds: `GET /v1/agent/metrics`.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#view-metrics)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Metrics(());

impl Metrics {
    /// Reads the metrics of the latest complete interval of ten seconds.
    pub fn new() -> Self {
        Self(())
    }

    /// Reads the metrics in the text format of Prometheus.
    pub fn prometheus(self) -> PrometheusMetrics {
        PrometheusMetrics::new()
    }
}

/// The metrics of one interval.
///
/// [Meaning of the metrics](https://developer.hashicorp.com/consul/docs/agent/telemetry)
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentMetrics {
    /// Start of the interval, such as `2026-11-23 13:23:50 +0000 UTC`.
    #[serde(deserialize_with = "null::or_default")]
    pub timestamp: String,
    /// Last values.
    #[serde(default, deserialize_with = "null::list")]
    pub gauges: Vec<Gauge>,
    /// Series of values.
    #[serde(default, deserialize_with = "null::list")]
    pub points: Vec<Points>,
    /// Counters.
    #[serde(default, deserialize_with = "null::list")]
    pub counters: Vec<Sample>,
    /// Measured values; times in milliseconds.
    #[serde(default, deserialize_with = "null::list")]
    pub samples: Vec<Sample>,
}

/// The last value of a metric.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Gauge {
    /// Name of the metric.
    #[serde(deserialize_with = "null::or_default")]
    pub name: String,
    /// The value.
    #[serde(deserialize_with = "null::or_default")]
    pub value: f64,
    /// Labels of the metric.
    #[serde(deserialize_with = "null::map")]
    pub labels: BTreeMap<String, String>,
}

/// A series of values.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Points {
    /// Name of the metric.
    #[serde(deserialize_with = "null::or_default")]
    pub name: String,
    /// The values.
    #[serde(deserialize_with = "null::list")]
    pub points: Vec<f64>,
}

/// Statistics of a counter or of measured values in an interval.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Sample {
    /// Name of the metric.
    #[serde(deserialize_with = "null::or_default")]
    pub name: String,
    /// Number of values.
    #[serde(deserialize_with = "null::or_default")]
    pub count: u64,
    /// Sum per second.
    #[serde(deserialize_with = "null::or_default")]
    pub rate: f64,
    /// Sum of the values.
    #[serde(deserialize_with = "null::or_default")]
    pub sum: f64,
    /// Smallest value.
    #[serde(deserialize_with = "null::or_default")]
    pub min: f64,
    /// Largest value.
    #[serde(deserialize_with = "null::or_default")]
    pub max: f64,
    /// Mean of the values.
    #[serde(deserialize_with = "null::or_default")]
    pub mean: f64,
    /// Standard deviation of the values.
    #[serde(deserialize_with = "null::or_default")]
    pub stddev: f64,
    /// Labels of the metric.
    #[serde(deserialize_with = "null::map")]
    pub labels: BTreeMap<String, String>,
}

impl Endpoint for Metrics {
    type Response = Json<AgentMetrics>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/metrics";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Metrics::new()), "GET /v1/agent/metrics");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"Timestamp":"2026-11-23 13:23:50 +0000 UTC",
            "Gauges":[{"Name":"consul.vm.autopilot.healthy","Value":1,"Labels":{}}],"Points":null,
            "Counters":[{"Name":"consul.cache.fetch_error","Count":4,"Rate":0.4,"Sum":4,"Min":1,"Max":1,"Mean":1,
                "Stddev":0,"Labels":{"fatal":"false"}}],
            "Samples":[{"Name":"consul.memberlist.gossip","Count":200,"Rate":0.1961436001700349,
                "Sum":1.9614360017003492,"Min":0.0016329999780282378,"Max":0.17462900280952454,
                "Mean":0.009807180008501747,"Stddev":0.01615719293924296,"Labels":{}}]}"#;
        let metrics = decoded::<Metrics>(200, body).unwrap();
        assert_eq!(metrics.timestamp, "2026-11-23 13:23:50 +0000 UTC");
        assert_eq!(
            (metrics.gauges[0].name.as_str(), metrics.gauges[0].value),
            ("consul.vm.autopilot.healthy", 1.0)
        );
        assert_eq!((metrics.counters[0].count, metrics.counters[0].labels["fatal"].as_str()), (4, "false"));
        assert_eq!((metrics.samples[0].count, metrics.samples[0].max), (200, 0.174_629_002_809_524_54));
        assert!(metrics.points.is_empty());
    }
}
