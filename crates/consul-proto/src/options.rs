//! Parameters that many operations share.

use std::time::Duration;

use crate::{EncodeError, RequestWriter, Scope};

/// Parameters that are common to many operations.
///
/// Each operation accepts some of them, as its marker traits show: [`Read`](crate::Read) for the consistency,
/// [`Blocking`](crate::Blocking) for `index` and `wait`, [`HashBlocking`](crate::HashBlocking) for `hash` and `wait`,
/// and [`Filterable`](crate::Filterable), [`Sortable`](crate::Sortable), [`Cacheable`](crate::Cacheable) and
/// [`Peerable`](crate::Peerable) for the options with these names. Servers silently ignore the others.
/// [`Endpoint::SCOPE`](crate::Endpoint::SCOPE) has the datacenter, namespace and partition that it accepts.
/// [`encode`](crate::encode) rejects the others.
///
/// ```
/// use std::time::Duration;
///
/// use consul_proto::{Options, encode, kv};
///
/// let options = Options::new().datacenter("dc2").index(42).wait(Duration::from_secs(30));
/// let request = encode(&kv::Get::new("k"), &options)?;
/// assert_eq!(request.uri(), "/v1/kv/k?dc=dc2&index=42&wait=30000ms");
/// # Ok::<_, consul_proto::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Datacenter (`dc`). Defaults to the agent's. Some operations send it in the body.
    pub datacenter: Option<String>,
    /// Namespace (`ns`) of Consul Enterprise. Other servers reject it.
    pub namespace: Option<String>,
    /// Admin partition (`partition`) of Consul Enterprise. Other servers reject it since 1.11.
    pub partition: Option<String>,
    /// Cluster peer whose exported services are read (`peer`).
    pub peer: Option<String>,
    /// Consistency mode. Defaults to the default mode of the server.
    pub consistency: Option<Consistency>,
    /// Reads from the agent's cache.
    pub cached: Option<Cached>,
    /// [Filter expression](https://developer.hashicorp.com/consul/api-docs/features/filtering).
    pub filter: Option<String>,
    /// Node for sorting the results by round-trip time from it. `_agent` stands for the agent's own node.
    pub near: Option<String>,
    /// Index of a blocking query: the server responds when its index is greater. With 0, it responds immediately.
    pub index: Option<u64>,
    /// Maximum wait of a blocking query. Servers add up to a sixteenth, and wait at most 10 minutes. Defaults to 5
    /// minutes.
    pub wait: Option<Duration>,
    /// Hash of a blocking query without an index: the agent responds when its content hash differs.
    pub hash: Option<String>,
}

/// The consistency mode of a read.
///
/// [Consistency modes](https://developer.hashicorp.com/consul/api-docs/features/consistency)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Consistency {
    /// The leader responds from its own state. The result can be stale for a moment: if the leader has lost its
    /// leadership and has not noticed it yet, and after an election, until the new leader has applied its log.
    Default,
    /// The leader confirms its leadership with a quorum before it responds, which costs a round trip between the servers.
    Consistent,
    /// Any server responds, even without a leader. The result can be older by
    /// [`last_contact`](crate::Meta::last_contact).
    Stale,
    /// Any server responds if its last contact with the leader was within this time, otherwise the leader.
    MaxStale(Duration),
    /// The default mode, even if the agent is configured to make reads of the catalog stale.
    Leader,
}

/// The results of the agent's cache that a read accepts.
///
/// [Agent caching](https://developer.hashicorp.com/consul/api-docs/features/caching)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Cached {
    /// Maximum age of a result, in whole seconds. It has no effect on entries that the agent refreshes in the background.
    pub max_age: Option<Duration>,
    /// Maximum age of a result if the servers cannot be reached, in whole seconds.
    pub stale_if_error: Option<Duration>,
}

impl Cached {
    /// Accepts results of any age.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum age of a result. It is rounded down to whole seconds.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Sets the maximum age of a result if the servers cannot be reached. It is rounded down to whole seconds.
    #[must_use]
    pub fn stale_if_error(mut self, age: Duration) -> Self {
        self.stale_if_error = Some(age);
        self
    }
}

impl Options {
    /// Creates options without a value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`datacenter`](field@Self::datacenter).
    #[must_use]
    pub fn datacenter(mut self, datacenter: impl Into<String>) -> Self {
        self.datacenter = Some(datacenter.into());
        self
    }

    /// Sets [`namespace`](field@Self::namespace).
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Sets [`partition`](field@Self::partition).
    #[must_use]
    pub fn partition(mut self, partition: impl Into<String>) -> Self {
        self.partition = Some(partition.into());
        self
    }

    /// Sets [`peer`](field@Self::peer).
    #[must_use]
    pub fn peer(mut self, peer: impl Into<String>) -> Self {
        self.peer = Some(peer.into());
        self
    }

    /// Sets [`consistency`](field@Self::consistency).
    #[must_use]
    pub fn consistency(mut self, consistency: Consistency) -> Self {
        self.consistency = Some(consistency);
        self
    }

    /// Sets [`cached`](field@Self::cached).
    #[must_use]
    pub fn cached(mut self, cached: Cached) -> Self {
        self.cached = Some(cached);
        self
    }

    /// Sets [`filter`](field@Self::filter).
    #[must_use]
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Sets [`near`](field@Self::near).
    #[must_use]
    pub fn near(mut self, near: impl Into<String>) -> Self {
        self.near = Some(near.into());
        self
    }

    /// Sets [`index`](field@Self::index).
    #[must_use]
    pub fn index(mut self, index: u64) -> Self {
        self.index = Some(index);
        self
    }

    /// Sets [`wait`](field@Self::wait).
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Sets [`hash`](field@Self::hash).
    #[must_use]
    pub fn hash(mut self, hash: impl Into<String>) -> Self {
        self.hash = Some(hash.into());
        self
    }

    /// Removes the datacenter, namespace and partition if they are outside of `scope`.
    ///
    /// Use this for the defaults of many operations, since [`encode`](crate::encode) rejects options that an
    /// operation does not accept.
    #[must_use]
    pub fn limited_to(mut self, scope: Scope) -> Self {
        self.datacenter = self.datacenter.filter(|_| scope.datacenter);
        self.namespace = self.namespace.filter(|_| scope.namespace);
        self.partition = self.partition.filter(|_| scope.partition);
        self
    }

    pub(crate) fn write(&self, scope: Scope, request: &mut RequestWriter) {
        let outside = [
            ("datacenter", self.datacenter.is_some() && !scope.datacenter),
            ("namespace", self.namespace.is_some() && !scope.namespace),
            ("partition", self.partition.is_some() && !scope.partition),
        ];
        for (name, _) in outside.into_iter().filter(|(_, is_outside)| *is_outside) {
            let reason = "is not accepted by this operation".to_owned();
            request.reject(EncodeError::Invalid { name, reason });
        }
        if !request.is_datacenter_taken() {
            request.opt("dc", self.datacenter.as_deref());
        }
        request.opt("ns", self.namespace.as_deref());
        request.opt("partition", self.partition.as_deref());
        request.opt("peer", self.peer.as_deref());
        match self.consistency {
            None | Some(Consistency::Default) => {}
            Some(Consistency::Consistent) => request.flag("consistent", true),
            Some(Consistency::Stale) => request.flag("stale", true),
            Some(Consistency::Leader) => request.flag("leader", true),
            Some(Consistency::MaxStale(age)) => request.pair("max_stale", millis(age.min(LONGEST))),
        }
        if let Some(cached) = &self.cached {
            cached.write(request);
            if self.consistency == Some(Consistency::Consistent) {
                request.reject(EncodeError::Conflict { first: "cached", second: "consistent" });
            }
        }
        request.opt("filter", self.filter.as_deref());
        request.opt("near", self.near.as_deref());
        request.opt("index", self.index);
        request.opt("hash", self.hash.as_deref());
        request.opt("wait", self.wait.map(|wait| millis(wait.min(MAX_WAIT))));
    }
}

impl Cached {
    fn write(&self, request: &mut RequestWriter) {
        request.flag("cached", true);
        let max_age = self.max_age.map(|age| format!("max-age={}", age.min(LONGEST).as_secs()));
        let stale_if_error =
            self.stale_if_error.map(|age| format!("stale-if-error={}", age.min(LONGEST).as_secs()));
        let directives: Vec<_> = max_age.into_iter().chain(stale_if_error).collect();
        if !directives.is_empty() {
            request.cache_control(&directives.join(", "));
        }
    }
}

/// Maximum wait of servers. They reduce a longer wait to this one, if they can parse it.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// The longest duration that servers can parse: 63 bits of nanoseconds. They respond with 400 to a longer one.
const LONGEST: Duration = Duration::from_secs(i64::MAX as u64 / 1_000_000_000);

/// Formats a duration for the query. Rounds up, because servers read 0 as their default wait.
fn millis(duration: Duration) -> String {
    format!("{}ms", duration.as_nanos().div_ceil(1_000_000).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(options: &Options) -> String {
        let mut request = RequestWriter::new("/");
        options.write(Scope::ALL, &mut request);
        request.finish(http::Method::GET).unwrap().uri().query().unwrap_or_default().to_owned()
    }

    #[test]
    fn default_options_write_nothing() {
        assert_eq!(query(&Options::default()), "");
        assert_eq!(query(&Options::new().consistency(Consistency::Default)), "");
    }

    #[test]
    fn every_option_has_its_wire_name() {
        let options = Options::new()
            .datacenter("dc2")
            .namespace("team")
            .partition("part")
            .peer("east")
            .consistency(Consistency::Stale)
            .cached(Cached::new())
            .filter(r#"Meta.a == "b c""#)
            .near("_agent")
            .index(7)
            .wait(Duration::from_secs(30))
            .hash("ff");
        assert_eq!(
            query(&options),
            "dc=dc2&ns=team&partition=part&peer=east&stale&cached&filter=Meta.a%20%3D%3D%20%22b%20c%22\
             &near=_agent&index=7&hash=ff&wait=30000ms"
        );
    }

    #[test]
    fn consistency_modes() {
        for (mode, expected) in [
            (Consistency::Consistent, "consistent"),
            (Consistency::Leader, "leader"),
            (Consistency::MaxStale(Duration::from_secs(10)), "max_stale=10000ms"),
        ] {
            assert_eq!(query(&Options::new().consistency(mode)), expected);
        }
    }

    #[test]
    fn zero_wait_is_sent_as_1ms() {
        let wait = |nanos| query(&Options::new().wait(Duration::from_nanos(nanos)));
        assert_eq!(wait(0), "wait=1ms");
        assert_eq!(wait(1), "wait=1ms");
        assert_eq!(wait(1_500_001), "wait=2ms");
    }

    #[test]
    fn durations_beyond_the_range_of_servers_are_clamped() {
        let mut request = RequestWriter::new("/");
        let cached = Cached::new().max_age(Duration::MAX).stale_if_error(Duration::MAX);
        let consistency = Consistency::MaxStale(Duration::MAX);
        let options = Options::new().wait(Duration::MAX).consistency(consistency).cached(cached);
        options.write(Scope::ALL, &mut request);
        let request = request.finish(http::Method::GET).unwrap();
        assert_eq!(request.uri().query(), Some("max_stale=9223372036000ms&cached&wait=600000ms"));
        let directives = "max-age=9223372036, stale-if-error=9223372036";
        assert_eq!(request.headers()["cache-control"], directives);
    }

    #[test]
    fn cache_directives_are_sent_in_a_header() {
        let mut request = RequestWriter::new("/");
        let cached =
            Cached::new().max_age(Duration::from_millis(1900)).stale_if_error(Duration::from_secs(60));
        Options::new().cached(cached).write(Scope::ALL, &mut request);
        let request = request.finish(http::Method::GET).unwrap();
        assert_eq!(request.headers()["cache-control"], "max-age=1, stale-if-error=60");
    }

    #[test]
    fn cached_and_consistent_are_mutually_exclusive() {
        let mut request = RequestWriter::new("/");
        Options::new()
            .consistency(Consistency::Consistent)
            .cached(Cached::new())
            .write(Scope::ALL, &mut request);
        assert!(matches!(request.finish(http::Method::GET), Err(EncodeError::Conflict { .. })));
    }
}
