//! What a semaphore makes of its keys.

use super::*;
use crate::kv::List;
use crate::machine::contender::{Giveback, Protocol, View};
use crate::machine::random::Random;
use crate::model::{Entry, SessionId};
use crate::testing::decoded;
use crate::txn::Apply;

fn session(number: u64) -> SessionId {
    SessionId::from(format!("{number:08x}-0000-0000-0000-000000000000"))
}

fn slots(limit: u32) -> Slots {
    Slots::new("jobs".to_owned(), limit, "ours".into()).unwrap()
}

/// Returns the entries of a semaphore. For each holder, `Some(true)` is a contender key with
/// its session, `Some(false)` one without a session, and `None` no key.
fn entries(limit: u32, holders: &[(u64, Option<bool>)]) -> Vec<Entry> {
    let listed: Vec<_> =
        holders.iter().map(|(number, _)| format!(r#""{}":true"#, session(*number))).collect();
    let value = format!(r#"{{"Limit":{limit},"Holders":{{{}}}}}"#, listed.join(","));
    let value = base64_simd::STANDARD.encode_to_string(value);
    let mut documents =
        vec![format!(r#"{{"Key":"jobs/.lock","Flags":{FLAGS},"Value":"{value}","ModifyIndex":50}}"#)];
    for (number, key) in holders {
        let id = session(*number);
        let held = if *key == Some(true) { format!(r#","Session":"{id}""#) } else { String::new() };
        if key.is_some() {
            let index = 40 + number;
            documents.push(format!(r#"{{"Key":"jobs/{id}","Flags":{FLAGS},"ModifyIndex":{index}{held}}}"#));
        }
    }
    decoded::<List>(200, &format!("[{}]", documents.join(","))).unwrap()
}

fn view(slots: &mut Slots, entries: &Vec<Entry>) -> View<slots::Plan, slots::SlotHold> {
    slots.view(entries, &session(1), &mut Random::new(1))
}

/// Returns the verbs and keys of a transaction.
fn written(operations: Vec<crate::txn::KvOp>) -> Vec<String> {
    let request = crate::encode(&Apply::new().ops(operations), &Options::default()).unwrap();
    let body: Vec<serde_json::Value> = serde_json::from_slice(request.body()).unwrap();
    let line = |operation: &serde_json::Value| {
        format!("{} {}", operation["KV"]["Verb"], operation["KV"]["Key"]).replace('"', "")
    };
    body.iter().map(line).collect()
}

#[test]
fn first_holder_creates_the_coordination_key() {
    let mut slots = slots(3);
    let View::Free(plan) = view(&mut slots, &Vec::new()) else { panic!("nobody holds") };
    let own = format!("lock jobs/{}", session(1));
    let expected = ["check-not-exists jobs/.lock", own.as_str(), "set jobs/.lock"];
    assert_eq!(written(slots.acquire(&plan, &session(1))), expected);
}

#[test]
fn free_slot_is_taken_by_check_and_set() {
    let mut slots = slots(3);
    let View::Free(plan) = view(&mut slots, &entries(3, &[(2, Some(true))])) else {
        panic!("a slot is free")
    };
    let own = format!("lock jobs/{}", session(1));
    assert_eq!(written(slots.acquire(&plan, &session(1))), ["cas jobs/.lock", own.as_str()]);
}

#[test]
fn slots_that_are_held_are_waited_for() {
    let mut slots = slots(2);
    let View::Taken(holders) = view(&mut slots, &entries(2, &[(2, Some(true)), (3, Some(true))])) else {
        panic!("both are held")
    };
    assert_eq!(holders, [session(2), session(3)]);
}

/// The lock-delay protects the contender key of the dead holder, so taking its slot locks this key.
#[test]
fn slot_of_a_dead_holder_is_taken_by_locking_its_contender_key() {
    for (key, check) in [(Some(false), "check-index"), (None, "check-not-exists")] {
        let mut slots = slots(2);
        let View::Free(plan) = view(&mut slots, &entries(2, &[(2, Some(true)), (3, key)])) else {
            panic!("one is dead")
        };
        let (dead, own) = (format!("jobs/{}", session(3)), format!("jobs/{}", session(1)));
        let expected = [
            "cas jobs/.lock".to_owned(),
            format!("{check} {dead}"),
            format!("lock {dead}"),
            format!("delete {dead}"),
            format!("lock {own}"),
        ];
        assert_eq!(written(slots.acquire(&plan, &session(1))), expected);
        assert!(!slots.delayed(&plan), "there is no other dead holder");
    }
}

#[test]
fn dead_holder_in_its_lock_delay_is_tried_last() {
    let mut slots = slots(2);
    let both = entries(2, &[(2, Some(false)), (3, Some(false))]);
    let tried = |view| match view {
        View::Free(plan) => plan,
        other => panic!("{other:?}"),
    };
    let first = tried(view(&mut slots, &both));
    assert!(slots.delayed(&first), "the other one may be free");
    let second = tried(view(&mut slots, &both));
    let dead = |plan: &slots::Plan| written(slots.acquire(plan, &session(1)))[2].clone();
    assert_ne!(dead(&first), dead(&second));
    assert!(!slots.delayed(&second));
}

#[test]
fn hold_is_the_entry_and_the_contender_key_together() {
    let mut slots = slots(2);
    let View::Ours { token, hold } = view(&mut slots, &entries(2, &[(1, Some(true)), (2, Some(true))]))
    else {
        panic!("we hold")
    };
    assert_eq!(token, 41);
    let own = format!("jobs/{}", session(1));
    let Giveback::Transaction(release) = slots.release(&hold, &session(1), 0) else {
        panic!("a transaction")
    };
    let expected = ["cas jobs/.lock".to_owned(), format!("check-session {own}"), format!("delete {own}")];
    assert_eq!(written(release), expected);
    // The entry alone is none: the session has ended.
    let view = view(&mut slots, &entries(2, &[(1, Some(false)), (2, Some(true))]));
    assert!(matches!(view, View::Free(_)), "{view:?}");
}

#[test]
fn l42_other_limit_is_a_conflict_while_a_slot_is_held() {
    let mut slots = slots(5);
    let held = view(&mut slots, &entries(3, &[(2, Some(true))]));
    assert!(matches!(held, View::Conflict(Conflict::OtherLimit { ours: 5, theirs: 3 })), "{held:?}");
    let View::Free(plan) = view(&mut slots, &entries(3, &[])) else { panic!("nobody holds") };
    let request = crate::encode(&Apply::new().ops(slots.acquire(&plan, &session(1))), &Options::default());
    let body: Vec<serde_json::Value> = serde_json::from_slice(request.unwrap().body()).unwrap();
    let value = base64_simd::STANDARD.decode_to_vec(body[0]["KV"]["Value"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8(value).unwrap().starts_with(r#"{"Limit":5,"#));
}

#[test]
fn coordination_key_of_something_else_is_a_conflict() {
    let mut foreign = entries(3, &[]);
    foreign[0].flags = 42;
    let conflict = view(&mut slots(3), &foreign);
    assert!(matches!(conflict, View::Conflict(Conflict::ForeignFlags(42))), "{conflict:?}");
    let mut invalid = entries(3, &[]);
    invalid[0].value = "no document".into();
    let conflict = view(&mut slots(3), &invalid);
    assert!(matches!(conflict, View::Conflict(Conflict::InvalidValue)), "{conflict:?}");
}

#[test]
fn coordination_key_without_holders_is_read() {
    let mut entries = entries(3, &[]);
    for value in [r#"{"Limit":3}"#, r#"{"Limit":3,"Holders":null}"#] {
        entries[0].value = value.into();
        assert!(matches!(view(&mut slots(3), &entries), View::Free(_)), "{value}");
    }
}

#[test]
fn empty_prefix_and_limit_of_zero_are_rejected() {
    let new = |prefix: &str, limit| Slots::new(prefix.to_owned(), limit, "".into()).is_err();
    assert!(new("", 3) && new("jobs", 0) && !new("jobs", 1));
}
