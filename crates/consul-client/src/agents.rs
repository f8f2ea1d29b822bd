//! The agents that a client sends its requests to.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use consul_proto::{Route, Target};
use consul_transport::Executor;

use crate::runtime::Instant;

/// How long an agent is avoided after its first failure, and after many.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// The agents of a client, in the order of preference.
///
/// An agent that cannot be reached, or has no leader, is avoided for a while, which doubles with each failure in a row.
/// When that has elapsed, one request tries it. If all are avoided, they are used all the same.
pub(crate) struct Agents(Vec<Agent>);

struct Agent {
    executor: Arc<dyn Executor>,
    /// When the agent is tried again, in nanoseconds. Zero while all is well.
    avoided_until: AtomicU64,
    /// In a row.
    failures: AtomicU32,
}

/// Names an agent by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgentId(usize);

impl AgentId {
    /// The first agent of the list.
    pub(crate) const FIRST: Self = Self(0);
}

impl Agents {
    /// `executors` has at least one element.
    pub(crate) fn new(executors: Vec<Arc<dyn Executor>>) -> Self {
        let agent =
            |executor| Agent { executor, avoided_until: AtomicU64::new(0), failures: AtomicU32::new(0) };
        Self(executors.into_iter().map(agent).collect())
    }

    pub(crate) fn executor(&self, id: AgentId) -> &Arc<dyn Executor> {
        &self.0[id.0.min(self.0.len() - 1)].executor
    }

    /// Returns the agent of the next attempt. Operations that belong to their agent always use the first one.
    pub(crate) fn of(&self, route: &Route, now: Instant) -> AgentId {
        match route.target() {
            Target::SameAgent => AgentId::FIRST,
            _ => self.choose(now),
        }
    }

    /// Returns the agent of the next attempt: the first one that is well, else the one whose time to be tried comes
    /// first.
    fn choose(&self, now: Instant) -> AgentId {
        if let [_] = self.0[..] {
            return AgentId::FIRST;
        }
        let mut soonest = (u64::MAX, 0);
        for (index, agent) in self.0.iter().enumerate() {
            let until = agent.avoided_until.load(Ordering::Relaxed);
            if until == 0 {
                return AgentId(index);
            }
            if until <= now.as_nanos() {
                // Others avoid it until this one request has shown whether it is well.
                let next = (now + agent.pause()).as_nanos();
                let exchange =
                    agent.avoided_until.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed);
                if exchange.is_ok() {
                    return AgentId(index);
                }
            }
            soonest = soonest.min((until, index));
        }
        AgentId(soonest.1)
    }

    /// Returns whether the next attempt, after one that has failed on `id`, goes to another agent that is well.
    pub(crate) fn moves_from(&self, id: AgentId) -> bool {
        let is_well = |agent: &Agent| agent.avoided_until.load(Ordering::Relaxed) == 0;
        self.0.iter().position(is_well).is_some_and(|index| index != id.0)
    }

    /// Records that an agent responded.
    pub(crate) fn record_response(&self, id: AgentId) {
        let agent = &self.0[id.0];
        if agent.avoided_until.load(Ordering::Relaxed) != 0 {
            agent.failures.store(0, Ordering::Relaxed);
            agent.avoided_until.store(0, Ordering::Relaxed);
        }
    }

    /// Records that an agent responded, or that it cannot be reached or has no leader.
    pub(crate) fn record(&self, id: AgentId, is_well: bool, now: Instant) {
        if is_well {
            return self.record_response(id);
        }
        if let [_] = self.0[..] {
            return;
        }
        let agent = &self.0[id.0];
        let until = (now + agent.pause()).as_nanos();
        agent.failures.fetch_add(1, Ordering::Relaxed);
        agent.avoided_until.store(until.max(1), Ordering::Relaxed);
    }
}

impl Agent {
    fn pause(&self) -> Duration {
        let failures = self.failures.load(Ordering::Relaxed).min(16);
        SHORTEST.saturating_mul(1 << failures).min(LONGEST)
    }
}

impl fmt::Debug for Agents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|agent| &agent.executor)).finish()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use consul_transport::{Body, TransportError, TransportErrorKind};

    use super::*;

    #[derive(Debug)]
    struct Nothing;

    #[async_trait]
    impl Executor for Nothing {
        async fn execute(&self, _: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
            Err(TransportError::new(TransportErrorKind::Other, "not called"))
        }
    }

    fn agents(count: usize) -> Agents {
        Agents::new((0..count).map(|_| Arc::new(Nothing) as _).collect())
    }

    fn at(seconds: u64) -> Instant {
        Instant::ORIGIN + Duration::from_secs(seconds)
    }

    #[test]
    fn first_agent_is_preferred_and_avoided_while_it_fails() {
        let agents = agents(2);
        let [first, second] = [AgentId(0), AgentId(1)];
        assert_eq!(agents.choose(at(0)), first);
        agents.record(first, false, at(0));
        assert!(agents.moves_from(first) && !agents.moves_from(second));
        assert_eq!(agents.choose(at(0)), second);
        assert_eq!(agents.choose(at(1)), first, "one request tries it again");
        assert_eq!(agents.choose(at(1)), second, "and no other one until it has responded");
        agents.record(first, true, at(1));
        assert_eq!(agents.choose(at(1)), first);
    }

    #[test]
    fn b34_agents_are_still_tried_if_all_are_avoided() {
        let agents = agents(2);
        for second in 0..100 {
            agents.record(agents.choose(at(second)), false, at(second));
        }
        let id = agents.choose(at(100));
        agents.record(id, true, at(100));
        assert_eq!(agents.choose(at(100)), id);
    }

    #[test]
    fn single_agent_is_never_avoided() {
        let agents = agents(1);
        agents.record(AgentId::FIRST, false, at(0));
        assert_eq!(agents.choose(at(0)), AgentId::FIRST);
        assert!(!agents.moves_from(AgentId::FIRST));
    }
}
