//! Releasing, and the end.

use super::*;
use crate::machine::lock::FLAGS;

#[test]
fn release_unlocks_the_key_and_destroys_the_session() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.stop();
    assert!(!lease.is_valid(world.now), "the hold ends before the release is sent");
    world.end();
    assert_eq!(world.release(), Some(Release::Released));
    let key = world.server.key.clone().unwrap();
    assert_eq!((key.session, key.value.as_str(), key.flags), (None, "ours", FLAGS));
    assert_eq!(world.server.delayed_until, None);
}

#[test]
fn release_can_delete_the_key() {
    let (mut world, _) = World::holding(settings(|settings| settings.delete_on_release = true));
    world.stop();
    world.end();
    assert_eq!((world.release(), world.server.key.clone()), (Some(Release::Released), None));
    assert_eq!(world.server.delayed_until, None);
}

/// A plain write resets the flags. A release restores them, so that the key is not foreign to other contenders.
#[test]
fn l40_release_keeps_a_newer_value_and_restores_the_flags() {
    let (mut world, _) = World::holding(settings(|_| {}));
    let session = world.server.key.as_ref().unwrap().session.clone();
    world.server.write("newer", 0, session.clone());
    world.run(secs(1));
    // The watch has shown this one, and not the next.
    world.server.write("newest", 0, session);
    world.stop();
    world.end();
    let key = world.server.key.clone().unwrap();
    assert_eq!((key.session, key.value.as_str(), key.flags), (None, "newest", FLAGS));
    assert_eq!(world.release(), Some(Release::Released));
}

#[test]
fn l24_release_without_a_response_is_repeated_and_settled_by_a_read() {
    let (mut world, _) = World::holding(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Unanswered);
    world.stop();
    world.run(secs(2));
    world.server.reply("PUT /v1/txn", Reply::Normal);
    world.end();
    assert_eq!(world.release(), Some(Release::NotHeld));
    assert_eq!(world.server.key.as_ref().unwrap().session, None);
    assert_eq!(world.server.delayed_until, None);
}

#[test]
fn release_that_never_succeeds_is_unknown_and_the_session_is_destroyed() {
    let (mut world, _) = World::holding(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Lost);
    world.stop();
    world.end();
    assert_eq!(world.release(), Some(Release::Unknown));
    assert_eq!(world.times("PUT /v1/txn").len(), 1 + 3, "the acquisition, and three attempts");
    assert_eq!(world.server.key.as_ref().unwrap().session, None);
}

#[test]
fn reads_that_fail_before_a_release_do_not_count_as_its_attempts() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Slow(millis(500)));
    world.run(millis(100));
    world.server.reply("PUT /v1/txn", Reply::Lost);
    world.server.reply("GET /v1/kv", Reply::Error(500, "No cluster leader"));
    world.stop();
    world.run(millis(250));
    world.server.reply("GET /v1/kv", Reply::Normal);
    world.end();
    assert_eq!(world.times("PUT /v1/txn").len(), 1 + 3, "the acquisition, and three attempts");
}

#[test]
fn session_that_cannot_be_destroyed_is_reported() {
    let (mut world, _) = World::holding(settings(|_| {}));
    world.server.reply("PUT /v1/session/destroy", Reply::Error(500, "No cluster leader"));
    world.stop();
    world.run(secs(29));
    assert!(!world.is_done);
    world.run(secs(3));
    assert!(world.is_done);
    assert!(matches!(world.lock.cleanup(), Cleanup::Incomplete(sessions) if sessions.len() == 1));
}

#[test]
fn lost_lock_is_not_released() {
    let (mut world, _) = World::holding(settings(|_| {}));
    world.server.write("by a third party", FLAGS, None);
    world.run(secs(1));
    world.stop();
    world.end();
    assert_eq!((world.losses().len(), world.release()), (1, None));
}
