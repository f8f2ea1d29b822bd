//! Indexes, content, absence.

use super::*;

/// Sends the responses one after the other, each immediately, and then the last one whenever a wait ends.
fn script(replies: Vec<Reply>) -> impl FnMut(&Request) -> (Duration, Reply) {
    let mut replies = replies.into_iter().peekable();
    let mut last = None;
    move |request| match replies.next() {
        Some(reply) => {
            last = Some(reply.clone());
            (millis(1), reply)
        }
        None => quiet(request, last.clone().unwrap()),
    }
}

#[test]
fn first_response_is_emitted_and_the_next_request_waits_on_its_index() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut script(vec![Reply::ok(10, "a")]));
    assert_eq!(sim.events(), ["a"]);
    assert_eq!(
        (sim.sent[0].query.as_str(), sim.sent[1].query.as_str()),
        ("raw", "raw&index=10&wait=55000ms")
    );
}

#[test]
fn silence_emits_nothing_and_costs_one_request_per_wait() {
    let settings = Settings { wait: millis(500), ..Settings::default() };
    let mut sim = Sim::new(settings);
    sim.run(millis(50_000), &mut |request| quiet(request, Reply::ok(10, "a")));
    assert_eq!((sim.events(), sim.sent.len()), (vec!["a"], 102));
    assert!(sim.sent[1..].windows(2).all(|pair| pair[1].at - pair[0].at == millis(500)));
}

#[test]
fn backward_index_starts_over_and_emits_the_change() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::ok(50, "a"), Reply::ok(20, "b"), Reply::ok(21, "b")]));
    assert_eq!(sim.events(), ["a", "b"]);
    assert_eq!(sim.indexes(), [None, Some(50), None, Some(21)]);
}

#[test]
fn backward_index_with_the_same_content_emits_nothing() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::ok(19, "a"), Reply::ok(17, "a"), Reply::ok(17, "a")]));
    assert_eq!((sim.events(), sim.indexes()), (vec!["a"], vec![None, Some(19), None, Some(17)]));
}

#[test]
fn index_0_counts_as_1() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(60), &mut |_| (Duration::ZERO, Reply::ok(0, "a")));
    assert_eq!(sim.indexes()[..3], [None, Some(1), Some(1)]);
    assert!(sim.sent.len() <= 100, "{}", sim.sent.len());
}

#[test]
fn error_does_not_change_the_index() {
    let mut sim = Sim::new(Settings::default());
    let error = Reply::status(500, Some(1), "No cluster leader");
    sim.run(secs(9), &mut script(vec![Reply::ok(700, "a"), error, Reply::ok(701, "b")]));
    assert_eq!((sim.events(), sim.indexes()), (vec!["a", "b"], vec![None, Some(700), Some(700), Some(701)]));
    assert_eq!(sim.sent[2].wait, Some(millis(100)), "after a failure the next answer is wanted soon");
    assert_eq!(sim.sent[3].wait, Some(secs(55)));
}

#[test]
fn absence_with_an_index_is_a_value() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(9), &mut script(vec![Reply::absent(5), Reply::ok(6, "a"), Reply::absent(7)]));
    assert_eq!(sim.events(), ["(absent)", "a", "(absent)"]);
    assert_eq!(sim.indexes(), [None, Some(5), Some(6), Some(7)]);
}

#[test]
fn absence_without_an_index_is_not_a_value() {
    let mut sim = Sim::new(Settings::default());
    let page = Reply::status(404, None, "<html>nothing here");
    sim.run(secs(9), &mut script(vec![Reply::ok(5, "a"), page, Reply::ok(5, "a")]));
    assert_eq!(
        sim.events(),
        ["a", "(unexpected response: not from Consul, confirmed Some(0))", "(recovered)"]
    );
    assert_eq!(sim.indexes()[..3], [None, Some(5), Some(5)]);
}

#[test]
fn malformed_index_is_an_error() {
    for odd in [Some("abc"), Some("-1"), Some("1.5"), Some("18446744073709551616"), Some(""), None] {
        for status in [200, 404] {
            let index = odd.map(ToOwned::to_owned);
            let body = if status == 404 { "" } else { "b" }.to_owned();
            let odd = Reply::Response { status, index, headers: Vec::new(), body };
            let mut sim = Sim::new(Settings::default());
            sim.run(secs(9), &mut script(vec![Reply::ok(5, "a"), odd, Reply::ok(6, "c")]));
            assert_eq!((sim.emitted.len(), sim.events()[2]), (3, "c"));
            let is_unknown_route = status == 404 && sim.emitted[1].1.contains("UnknownRoute");
            assert!(is_unknown_route || sim.emitted[1].1.contains("X-Consul-Index is"), "{:?}", sim.emitted);
            assert_eq!(sim.indexes()[..3], [None, Some(5), Some(5)]);
        }
    }
    let mut sim = Sim::new(Settings::default());
    let (reset, next) = (Reply::ok(7, "b"), Reply::ok(8, "c"));
    sim.run(secs(9), &mut script(vec![Reply::ok(u64::MAX, "a"), reset.clone(), reset, next]));
    assert_eq!(
        (sim.events(), sim.indexes()),
        (vec!["a", "b", "c"], vec![None, Some(u64::MAX), None, Some(7), Some(8)])
    );
}

#[test]
fn hash_is_used_if_there_is_no_index() {
    let hashed = |hash: &str, body: &str| Reply::ok(1, body).with("x-consul-contenthash", hash);
    let mut sim = Sim::of(Hashed, Options::default(), Settings::default(), 1);
    sim.run(secs(9), &mut script(vec![hashed("ff", "a"), hashed("0e", "b"), hashed("0e", "b")]));
    let queries: Vec<_> = sim.sent.iter().map(|request| request.query.as_str()).collect();
    assert_eq!(queries[..2], ["", "hash=ff&wait=55000ms"]);
    assert_eq!((sim.events(), queries[2]), (vec!["a", "b"], "hash=0e&wait=55000ms"));
}

#[test]
fn response_without_a_hash_is_requested_again_once_a_second() {
    let mut sim = Sim::of(Hashed, Options::default(), Settings::default(), 1);
    sim.run(secs(60), &mut |request| match request.at {
        at if at < millis(30_500) => (Duration::ZERO, Reply::ok(1, "nothing")),
        _ => (request.wait.unwrap_or_default(), Reply::ok(1, "a").with("x-consul-contenthash", "ff")),
    });
    assert_eq!(sim.emitted, [(secs(0), "nothing".to_owned()), (secs(31), "a".to_owned())]);
    assert_eq!((sim.requests(0, 31), sim.requests(32, 60)), (31, 0));
}

#[test]
fn opaque_index_never_goes_backward() {
    let mut sim = Sim::of(Unordered, Options::default(), Settings::default(), 1);
    sim.run(secs(9), &mut script(vec![Reply::ok(u64::MAX - 1, "a"), Reply::ok(3, "b")]));
    assert_eq!(sim.indexes()[..3], [None, Some(u64::MAX - 1), Some(3)]);
}

#[test]
fn invalid_request_ends_the_watch() {
    let mut watch = Watch::<_, TestError>::new(kv::Get::new(""), Options::default(), Settings::default(), 1);
    watch.handle(Instant::ORIGIN, Input::Granted { slot: Slot::Short, longest: Duration::MAX });
    assert!(matches!(watch.poll(Instant::ORIGIN), Output::Event(Event::Ended(_))));
    assert!(matches!(watch.poll(Instant::ORIGIN), Output::Done));
}

#[test]
fn stop_cancels_the_request() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |request| quiet(request, Reply::ok(10, "a")));
    sim.watch.handle(sim.instant(), Input::Stop);
    sim.watch.handle(sim.instant(), Input::Stop);
    sim.run(secs(2), &mut |_| unreachable!("nothing is request any more"));
    assert!(sim.in_flight.is_none() && matches!(sim.watch.poll(sim.instant()), Output::Done));
}

#[test]
fn response_of_an_ended_exchange_is_ignored() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |request| quiet(request, Reply::ok(10, "a")));
    let late = http::Response::builder()
        .header("x-consul-index", 99)
        .header("content-length", 1)
        .body(Bytes::from("z"))
        .unwrap();
    sim.watch.handle(sim.instant(), Input::Response(Exchange::new(1), late));
    sim.run(secs(120), &mut |request| quiet(request, Reply::ok(10, "a")));
    assert_eq!((sim.events(), sim.indexes()[2]), (vec!["a"], Some(10)));
}

#[test]
fn replay_emits_value_and_degradation_at_once() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(60), &mut |request| match request.index {
        None => (Duration::ZERO, Reply::ok(10, "a")),
        Some(_) => (request.wait.unwrap().min(secs(20)), Reply::Fail(FailureKind::Connect)),
    });
    assert_eq!(sim.events(), ["a", "(Connect, confirmed Some(30))"]);
    sim.emitted.clear();
    sim.replay();
    sim.replay();
    sim.run(secs(200), &mut |request| match request.at {
        at if at < secs(100) => (Duration::ZERO, Reply::Fail(FailureKind::Closed)),
        _ => quiet(request, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(Connect, confirmed Some(60))", "(recovered)"]);
    assert_eq!((sim.emitted[0].0, sim.emitted[1].0), (secs(60), secs(60)));
}

#[test]
fn replay_includes_a_degradation_that_was_never_emitted() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |request| quiet(request, Reply::ok(10, "a")));
    sim.emitted.clear();
    let (exchange, ..) = sim.in_flight.take().unwrap();
    let denied = http::Response::builder().status(403).body(Bytes::from("Permission denied")).unwrap();
    sim.watch.handle(sim.instant(), Input::Response(exchange, denied));
    sim.replay();
    sim.run(secs(200), &mut |request| match request.at {
        at if at < secs(50) => (Duration::ZERO, Reply::status(403, None, "Permission denied")),
        _ => quiet(request, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(PermissionDenied, confirmed Some(1))", "(recovered)"]);
}
