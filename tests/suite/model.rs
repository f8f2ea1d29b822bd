//! The model of Consul that simulations run on returns what real servers return.
//!
//! The same sequence of requests runs on both. Sessions are named in the order of their creation, and indexes are compared
//! by their order: whether one is equal to another, or higher.

mod servers;
mod stalled;
mod story;

use std::time::Duration;

use consul_proto::kv::{self, Put};
use consul_proto::session::{Destroy, Info, Renew};
use consul_proto::txn::{Apply, KvOp};
use consul_tests::model::{Behavior, Consul};
use consul_tests::shared_agent;

use servers::{Model, Real, Servers};
use story::Story;

/// The flags of a lock.
const FLAGS: u64 = 0x2ddc_cbc0_58a5_0c18;
const UNKNOWN: &str = "11111111-2222-3333-4444-555555555555";

#[test]
fn locks_and_lock_delays_are_those_of_real_servers() {
    compare(|story| {
        let key = story.key("lock");
        story.get(&key);
        let [one, two] = [story.create(Duration::from_secs(1)), story.create(Duration::from_secs(1))];
        let lock = |value: &str, session: &str| KvOp::lock(&key, value, session).flags(FLAGS);
        let first = Apply::new().check_not_exists(&key).op(lock("one", &one));
        story.apply(first.clone());
        let index = story.get(&key).unwrap().modify_index;
        // It exists, and this session holds it already: nothing changes.
        story.apply(first);
        story.apply(Apply::new().check_index(&key, index).op(lock("one", &one)));
        story.apply(Apply::new().check_index(&key, index).op(lock("two", &two)));
        story.apply(Apply::new().check_index(&key, index - 1).op(lock("two", &two)));
        story.apply(Apply::new().op(lock("x", UNKNOWN)));
        story.put_if(Put::new(&key, "two").acquire(two.as_str()));
        story.put_if(Put::new(&key, "another value").acquire(one.as_str()));
        story.get(&key);

        // A plain write keeps the session and resets the flags.
        story.send(&Put::new(&key, "plain"));
        let index = story.get(&key).unwrap().modify_index;
        let unlock = |session: &str| KvOp::unlock(&key, "free", session).flags(FLAGS);
        story.apply(Apply::new().op(unlock(&two)));
        story.apply(Apply::new().check_index(&key, index - 1).op(unlock(&one)));
        story.apply(Apply::new().check_session(&key, two.as_str()).set(&key, "x"));
        story.apply(
            Apply::new().check_session(&key, one.as_str()).op(KvOp::set(&key, "guarded").flags(FLAGS)),
        );
        let index = story.get(&key).unwrap().modify_index;
        story.apply(Apply::new().check_index(&key, index).op(unlock(&one)));
        story.get(&key);
        // There is no lock-delay after a release.
        let index = story.get(&key).unwrap().modify_index;
        story.apply(Apply::new().check_index(&key, index).op(lock("two", &two)));
        story.put_if(Put::new(&key, "free").release(one.as_str()));
        story.put_if(Put::new(&key, "free").release(two.as_str()));
        story.get(&key);

        // There is one after the end of a session, and the key changes with it.
        story.put_if(Put::new(&key, "held").acquire(one.as_str()));
        let index = story.get(&key).unwrap().modify_index;
        story.send(&Destroy::new(one.as_str()));
        story.get(&key);
        story.apply(Apply::new().check_index(&key, index).op(lock("two", &two)));
        let index = story.get(&key).unwrap().modify_index;
        story.apply(Apply::new().check_index(&key, index).op(lock("two", &two)));
        story.put_if(Put::new(&key, "two").acquire(two.as_str()));
        story.servers.until_delay_is_over(Duration::from_secs(1));
        story.apply(Apply::new().check_index(&key, index).op(lock("two", &two)));
        story.apply(Apply::new().op(unlock(&two)).delete(&key));
        story.get(&key);
        story.apply(Apply::new().check_not_exists(&key).op(lock("one", &one)));
        story.apply(Apply::new().check_not_exists(&key).op(lock("two", &two)));
        // The key of a holder is deleted: its session does not notice.
        story.send(&kv::Delete::new(&key));
        story.send(&Info::new(two.as_str()));
        story.apply(Apply::new().check_index(&key, 1).set(&key, "x"));
        story.send(&Destroy::new(two.as_str()));
    });
}

#[test]
fn prefixes_and_check_and_set_are_those_of_real_servers() {
    compare(|story| {
        let prefix = story.key("jobs");
        let (lock, own) = (format!("{prefix}/.lock"), format!("{prefix}/own"));
        story.list(&prefix);
        let session = story.create(Duration::from_secs(1));
        let contend = KvOp::lock(&own, "", session.as_str());
        story.apply(Apply::new().check_not_exists(&lock).op(contend.clone()).set(&lock, "1"));
        story.list(&prefix);
        let index = story.get(&lock).unwrap().modify_index;
        story.apply(Apply::new().cas(&lock, "2", index - 1).op(contend.clone()));
        story.apply(Apply::new().cas(&lock, "2", index).op(contend));
        story.list(&prefix);
        // The end of a session changes the index of its contender key, and so that of the prefix.
        story.send(&Destroy::new(session.as_str()));
        story.list(&prefix);
        story.get(&lock);
        story.apply(Apply::new().delete(&own));
        story.list(&prefix);
        story.send(&kv::Delete::new(&own));
        story.list(&prefix);
        story.put_if(Put::new(&lock, "3").cas(index));
        story.put_if(Put::new(&own, "new").cas(0));
        story.put_if(Put::new(&own, "newer").cas(0));
        story.list(&prefix);
    });
}

#[test]
fn renewals_and_missing_sessions_are_those_of_real_servers() {
    compare(|story| {
        let session = story.create(Duration::from_secs(1));
        story.send(&Renew::new(session.as_str()));
        story.send(&Info::new(session.as_str()));
        story.send(&Destroy::new(session.as_str()));
        story.send(&Renew::new(session.as_str()));
        story.send(&Info::new(session.as_str()));
        story.send(&Destroy::new(session.as_str()));
        story.send(&Renew::new(UNKNOWN));
        let key = story.key("dead");
        story.put_if(Put::new(&key, "x").acquire(session.as_str()));
        story.put_if(Put::new(&key, "x").release(session.as_str()));
        story.get(&key);
    });
}

#[test]
fn reads_wait_for_changes_as_on_real_servers() {
    compare(|story| {
        let key = story.key("watched");
        story.send(&Put::new(&key, "one"));
        let index = story.get(&key).unwrap().modify_index;
        story.wait_for(&key, index - 1, Duration::from_secs(60), None);
        // Nothing changes.
        story.wait_for(&key, index, Duration::from_secs(1), None);
        story.wait_for(&key, index, Duration::from_secs(60), Some(Put::new(&key, "two")));
        story.get(&key);
    });
}

/// Both wait for two TTLs.
#[test]
fn session_whose_ttl_has_elapsed_ends_as_on_real_servers() {
    compare(|story| {
        let key = story.key("expired");
        let session = story.create(Duration::from_secs(1));
        story.put_if(Put::new(&key, "held").acquire(session.as_str()));
        let index = story.get(&key).unwrap().modify_index;
        story.wait_for(&key, index, Duration::from_secs(120), None);
        story.send(&Renew::new(session.as_str()));
        story.send(&Info::new(session.as_str()));
    });
}

/// Runs a sequence on the model and on a real server, and compares what they return.
fn compare(sequence: impl Fn(&mut Story<'_>)) {
    let run = |servers: &mut dyn Servers| {
        let mut story = Story::new(servers);
        sequence(&mut story);
        story.finish()
    };
    let modelled = run(&mut Model(Consul::new(Behavior::calm(), 1)));
    let real = run(&mut Real(shared_agent()));
    assert!(modelled.len() > 4);
    for (number, (modelled, real)) in modelled.iter().zip(&real).enumerate() {
        assert_eq!(modelled, real, "step {number}");
    }
    assert_eq!(modelled.len(), real.len());
}
