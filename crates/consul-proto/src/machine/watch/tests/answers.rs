//! Indexes, content, absence.

use super::*;

/// Gives the answers one after the other, each at once; from then on the last one when the wait is over.
fn script(replies: Vec<Reply>) -> impl FnMut(&Asked) -> (Duration, Reply) {
    let mut replies = replies.into_iter().peekable();
    let mut last = None;
    move |asked| match replies.next() {
        Some(reply) => {
            last = Some(reply.clone());
            (millis(1), reply)
        }
        None => quiet(asked, last.clone().unwrap()),
    }
}

#[test]
fn the_first_answer_is_an_event_and_the_next_request_waits_on_its_index() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut script(vec![Reply::ok(10, "a")]));
    assert_eq!(sim.events(), ["a"]);
    assert_eq!(
        (sim.asked[0].query.as_str(), sim.asked[1].query.as_str()),
        ("raw", "raw&index=10&wait=55000ms")
    );
}

#[test]
fn silence_is_no_event_and_costs_a_request_each_wait() {
    let settings = Settings { wait: millis(500), ..Settings::default() };
    let mut sim = Sim::new(settings);
    sim.run(millis(50_000), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    assert_eq!((sim.events(), sim.asked.len()), (vec!["a"], 102));
    assert!(sim.asked[1..].windows(2).all(|pair| pair[1].at - pair[0].at == millis(500)));
}

#[test]
fn an_index_that_falls_starts_over_and_tells_what_is_different() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::ok(50, "a"), Reply::ok(20, "b"), Reply::ok(21, "b")]));
    assert_eq!(sim.events(), ["a", "b"]);
    assert_eq!(sim.indexes(), [None, Some(50), None, Some(21)]);
}

#[test]
fn an_index_that_falls_under_the_same_content_is_no_event() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::ok(19, "a"), Reply::ok(17, "a"), Reply::ok(17, "a")]));
    assert_eq!((sim.events(), sim.indexes()), (vec!["a"], vec![None, Some(19), None, Some(17)]));
}

#[test]
fn index_0_is_taken_for_1() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(60), &mut |_| (Duration::ZERO, Reply::ok(0, "a")));
    assert_eq!(sim.indexes()[..3], [None, Some(1), Some(1)]);
    assert!(sim.asked.len() <= 100, "{}", sim.asked.len());
}

#[test]
fn an_error_changes_no_index() {
    let mut sim = Sim::new(Settings::default());
    let error = Reply::status(500, Some(1), "No cluster leader");
    sim.run(secs(9), &mut script(vec![Reply::ok(700, "a"), error, Reply::ok(701, "b")]));
    assert_eq!((sim.events(), sim.indexes()), (vec!["a", "b"], vec![None, Some(700), Some(700), Some(701)]));
    assert_eq!(sim.asked[2].wait, Some(millis(100)), "after a failure the next answer is wanted soon");
    assert_eq!(sim.asked[3].wait, Some(secs(55)));
}

#[test]
fn absence_with_an_index_is_a_state() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::absent(5), Reply::ok(6, "a"), Reply::absent(7)]));
    assert_eq!(sim.events(), ["(absent)", "a", "(absent)"]);
    assert_eq!(sim.indexes(), [None, Some(5), Some(6), Some(7)]);
}

#[test]
fn absence_without_an_index_is_none() {
    let mut sim = Sim::new(Settings::default());
    let page = Reply::status(404, None, "<html>nothing here");
    sim.run(secs(9), &mut script(vec![Reply::ok(5, "a"), page, Reply::ok(5, "a")]));
    assert_eq!(sim.events(), ["a", "(NotFound, unconfirmed Some(0))", "(confirmed)"]);
    assert_eq!(sim.indexes()[..3], [None, Some(5), Some(5)]);
}

#[test]
fn an_index_that_is_none_is_an_error_and_the_greatest_is_one() {
    for odd in [Some("abc"), Some("-1"), Some("1.5"), Some("18446744073709551616"), Some(""), None] {
        for status in [200, 404] {
            let index = odd.map(ToOwned::to_owned);
            let odd = Reply::Answer { status, index, headers: Vec::new(), body: "b".to_owned() };
            let mut sim = Sim::new(Settings::default());
            sim.run(secs(9), &mut script(vec![Reply::ok(5, "a"), odd, Reply::ok(6, "c")]));
            assert_eq!((sim.told.len(), sim.events()[2]), (3, "c"));
            let is_missing = status == 404 && sim.told[1].1.contains("NotFound");
            assert!(is_missing || sim.told[1].1.contains("X-Consul-Index is"), "{:?}", sim.told);
            assert_eq!(sim.indexes()[..3], [None, Some(5), Some(5)]);
        }
    }
    let mut sim = Sim::new(Settings::default());
    let (set_back, next) = (Reply::ok(7, "b"), Reply::ok(8, "c"));
    sim.run(secs(9), &mut script(vec![Reply::ok(u64::MAX, "a"), set_back.clone(), set_back, next]));
    assert_eq!(
        (sim.events(), sim.indexes()),
        (vec!["a", "b", "c"], vec![None, Some(u64::MAX), None, Some(7), Some(8)])
    );
}

#[test]
fn hashes_serve_where_there_are_no_indexes() {
    let hashed = |hash: &str, body: &str| Reply::status(200, None, body).with("x-consul-contenthash", hash);
    let mut sim = Sim::of(Hashed, Options::default(), Settings::default(), 1);
    sim.run(secs(9), &mut script(vec![hashed("ff", "a"), hashed("0e", "b"), hashed("0e", "b")]));
    let queries: Vec<_> = sim.asked.iter().map(|asked| asked.query.as_str()).collect();
    assert_eq!(queries[..2], ["", "hash=ff&wait=55000ms"]);
    assert_eq!((sim.events(), queries[2]), (vec!["a", "b"], "hash=0e&wait=55000ms"));
}

#[test]
fn what_has_no_hash_is_asked_for_once_a_second() {
    let mut sim = Sim::of(Hashed, Options::default(), Settings::default(), 1);
    sim.run(secs(60), &mut |asked| match asked.at {
        at if at < millis(30_500) => (Duration::ZERO, Reply::status(200, None, "nothing")),
        _ => {
            (asked.wait.unwrap_or_default(), Reply::status(200, None, "a").with("x-consul-contenthash", "ff"))
        }
    });
    assert_eq!(sim.told, [(secs(0), "nothing".to_owned()), (secs(31), "a".to_owned())]);
    assert_eq!((sim.requests(0, 31), sim.requests(32, 60)), (31, 0));
}

#[test]
fn an_index_without_an_order_never_falls() {
    let mut sim = Sim::of(Unordered, Options::default(), Settings::default(), 1);
    sim.run(secs(9), &mut script(vec![Reply::ok(u64::MAX - 1, "a"), Reply::ok(3, "b")]));
    assert_eq!(sim.indexes()[..3], [None, Some(u64::MAX - 1), Some(3)]);
}

#[test]
fn a_request_that_cannot_be_written_ends_the_watch() {
    let mut watch = Watch::<_, ()>::new(kv::Get::new(""), Options::default(), Settings::default(), 1);
    watch.handle(Instant::ORIGIN, Input::Granted { slot: Slot::Short, longest: Duration::MAX });
    assert!(matches!(watch.poll(Instant::ORIGIN), Output::Event(Event::Ended(Cause::Request(_)))));
    assert!(matches!(watch.poll(Instant::ORIGIN), Output::Done));
}

#[test]
fn stopping_gives_the_request_up() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    sim.watch.handle(sim.instant(), Input::Stop);
    sim.watch.handle(sim.instant(), Input::Stop);
    sim.run(secs(2), &mut |_| unreachable!("nothing is asked any more"));
    assert!(sim.under_way.is_none() && matches!(sim.watch.poll(sim.instant()), Output::Done));
}

#[test]
fn what_comes_after_its_exchange_is_over_is_not_heard() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    let late = http::Response::builder().header("x-consul-index", 99).body(Bytes::from("z")).unwrap();
    sim.watch.handle(sim.instant(), Input::Response(Exchange::new(1), late));
    sim.run(secs(120), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    assert_eq!((sim.events(), sim.indexes()[2]), (vec!["a"], Some(10)));
}

#[test]
fn a_new_owner_is_told_the_state_and_the_trouble_that_the_old_one_knew() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(60), &mut |asked| match asked.index {
        None => (Duration::ZERO, Reply::ok(10, "a")),
        Some(_) => (asked.wait.unwrap().min(secs(20)), Reply::Fail(FailureKind::Connect)),
    });
    assert_eq!(sim.events(), ["a", "(Connect, unconfirmed Some(30))"]);
    sim.told.clear();
    sim.watch.retell();
    sim.watch.retell();
    let mut is_back = false;
    sim.run(secs(200), &mut |asked| {
        is_back |= asked.at > secs(100);
        if is_back {
            quiet(asked, Reply::ok(10, "a"))
        } else {
            (Duration::ZERO, Reply::Fail(FailureKind::Closed))
        }
    });
    assert_eq!(sim.events()[0], "a");
    assert!(sim.events()[1].starts_with("(Closed"), "{:?}", sim.events());
    assert!(sim.told[1].0 < secs(70), "with the next failure: {:?}", sim.told);
    assert_eq!(sim.events()[2..], ["(confirmed)"]);
    assert_eq!(sim.told[0].0, secs(60));
}

#[test]
fn trouble_that_was_not_taken_before_a_new_owner_came_is_told_with_the_next_failure_and_ended() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    sim.told.clear();
    let (exchange, ..) = sim.under_way.take().unwrap();
    let denied = http::Response::builder().status(403).body(Bytes::from("Permission denied")).unwrap();
    sim.watch.handle(sim.instant(), Input::Response(exchange, denied));
    sim.watch.retell();
    sim.run(secs(200), &mut |asked| match asked.at {
        at if at < secs(50) => (Duration::ZERO, Reply::status(403, None, "Permission denied")),
        _ => quiet(asked, Reply::ok(10, "a")),
    });
    assert_eq!((sim.events()[0], sim.events()[2..].to_vec()), ("a", vec!["(confirmed)"]));
    assert!(sim.events()[1].starts_with("(PermissionDenied") && sim.told[1].0 > secs(30), "{:?}", sim.told);
}
