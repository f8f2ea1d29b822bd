//! Raft that stands still: what the model and a real cluster do with the writes of that time.

use std::thread;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::kv::{self, Applied, Put, PutIf};
use consul_proto::session::{Create, Destroy};
use consul_proto::txn::{Apply, KvOp};
use consul_proto::{Endpoint, Options, OutputOf, decode, encode};
use consul_tests::model::{Behavior, Consul};
use consul_tests::{Agent, Cluster, unique};

use super::servers::exchange;

/// How long raft stands still: shorter than the time after which a leader without followers steps down.
const STALL: Duration = Duration::from_millis(250);
/// How long the first request of that time is there before the second.
const BETWEEN: Duration = Duration::from_millis(80);
/// How often the real cluster may elect another leader in between.
const ATTEMPTS: usize = 20;

/// The session of a holder ends while raft stands still, and a contender acquires. The leader has checked the lock-delay
/// by then, so a plain acquisition succeeds without any delay. A transaction that names the state fails.
#[test]
fn plain_acquisition_bypasses_the_lock_delay_and_a_conditional_one_does_not() {
    let expected = [true, false];
    assert_eq!(acquired(&mut Model(Consul::new(Behavior::calm(), 1))), expected);
    let cluster = Agent::builder().start_cluster();
    assert_eq!(acquired(&mut Real(&cluster)), expected);
}

/// Returns whether a plain and a conditional acquisition succeed.
fn acquired(servers: &mut dyn Stalling) -> [bool; 2] {
    let plain = |key: &str, _, session: &str| encode(&Put::new(key, "new").acquire(session), &Options::new());
    let conditional = |key: &str, index, session: &str| {
        let lock = KvOp::lock(key, "new", session);
        encode(&Apply::new().check_index(key, index).op(lock), &Options::new())
    };
    [
        try_until_it_counts(
            servers,
            |key, index, session| plain(key, index, session).unwrap(),
            |response| decode::<PutIf>(response).ok().map(|response| response.value == Applied::Yes),
        ),
        try_until_it_counts(
            servers,
            |key, index, session| conditional(key, index, session).unwrap(),
            |response| decode::<Apply>(response).ok().map(|response| response.value.is_committed()),
        ),
    ]
}

fn try_until_it_counts(
    servers: &mut dyn Stalling,
    acquire: impl Fn(&str, u64, &str) -> http::Request<Bytes>,
    outcome: impl Fn(http::Response<Bytes>) -> Option<bool>,
) -> bool {
    for _ in 0..ATTEMPTS {
        let key = unique("stalled");
        let create = Create::new().ttl(Duration::from_secs(60)).lock_delay(Duration::from_secs(15));
        let create = create.node_checks(Vec::<String>::new());
        let [holder, contender] = [(); 2].map(|()| send(servers, &create).to_string());
        assert!(send(servers, &Put::new(&key, "old").acquire(holder.as_str())).is_yes());
        let index = send(servers, &kv::Get::new(&key)).unwrap().modify_index;
        let destroy = encode(&Destroy::new(holder.as_str()), &Options::new()).unwrap();
        let [destroyed, acquired] = servers.stalled(&destroy, &acquire(&key, index, &contender));
        // An error if the leader has stepped down.
        if decode::<Destroy>(destroyed).is_ok()
            && let Some(outcome) = outcome(acquired)
        {
            return outcome;
        }
    }
    panic!("the leader stepped down in each of {ATTEMPTS} attempts");
}

fn send<E: Endpoint>(servers: &mut dyn Stalling, endpoint: &E) -> OutputOf<E> {
    let response = servers.exchange(&encode(endpoint, &Options::new()).unwrap());
    decode::<E>(response).unwrap().value
}

/// Servers whose raft can stand still.
trait Stalling {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes>;

    /// Sends two requests, one after the other, while raft stands still. Returns their responses.
    fn stalled(
        &mut self,
        first: &http::Request<Bytes>,
        second: &http::Request<Bytes>,
    ) -> [http::Response<Bytes>; 2];
}

struct Model(Consul);

impl Stalling for Model {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        self.0.exchange(0, request)
    }

    fn stalled(
        &mut self,
        first: &http::Request<Bytes>,
        second: &http::Request<Bytes>,
    ) -> [http::Response<Bytes>; 2] {
        let now = self.0.now();
        self.0.stall_raft(now + STALL);
        self.0.receive(now, 0, 1, first);
        assert!(self.0.advance(now + BETWEEN).is_empty());
        self.0.receive(now + BETWEEN, 0, 2, second);
        let mut responses = self.0.advance(now + STALL);
        responses.sort_by_key(|(ticket, _)| *ticket);
        let responses: Vec<_> = responses.into_iter().map(|(_, response)| response).collect();
        responses.try_into().expect("both are applied")
    }
}

struct Real<'a>(&'a Cluster);

impl Stalling for Real<'_> {
    fn exchange(&mut self, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        exchange(self.0.leader(), request)
    }

    fn stalled(
        &mut self,
        first: &http::Request<Bytes>,
        second: &http::Request<Bytes>,
    ) -> [http::Response<Bytes>; 2] {
        self.0.until_ready();
        let (leader, followers) = (self.0.leader(), self.0.followers());
        followers.iter().for_each(|follower| follower.pause());
        let responses = thread::scope(|scope| {
            let one = scope.spawn(|| exchange(leader, first));
            thread::sleep(BETWEEN);
            let two = scope.spawn(|| exchange(leader, second));
            thread::sleep(STALL - BETWEEN);
            followers.iter().for_each(|follower| follower.resume());
            [one.join().unwrap(), two.join().unwrap()]
        });
        self.0.until_ready();
        responses
    }
}
