//! Rates and delays.

use super::*;

#[test]
fn server_that_never_waits_causes_no_hot_loop() {
    for is_changing in [true, false] {
        let mut sim = Sim::new(Settings::default());
        let mut index = 0;
        sim.run(secs(3600), &mut |_| {
            index += u64::from(is_changing);
            (Duration::ZERO, Reply::ok(10 + index, format!("{index}")))
        });
        assert!(sim.requests(0, 1) <= 15, "{}", sim.requests(0, 1));
        for minute in 0..60 {
            let requests = sim.requests(minute * 60, minute * 60 + 60);
            assert!(requests <= 100, "{requests}");
        }
        assert_eq!(sim.emitted.len(), if is_changing { sim.sent.len() } else { 1 });
        if is_changing {
            assert_eq!(sim.emitted[..3].iter().map(|(at, _)| *at).collect::<Vec<_>>(), [Duration::ZERO; 3]);
        }
    }
}

#[test]
fn errors_between_responses_cause_no_hot_loop() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(600), &mut |_| {
        count += 1;
        let error = Reply::status(500, None, "rpc error making call: EOF");
        (millis(1), if count % 2 == 0 { error } else { Reply::ok(count, format!("{count}")) })
    });
    for minute in 0..10 {
        assert!(sim.requests(minute * 60, minute * 60 + 60) <= 100);
    }
}

#[test]
fn ten_changes_per_second_are_emitted_without_delay() {
    let mut sim = Sim::new(Settings::default());
    let changes = |now: Duration| now.as_millis() as u64 / 110;
    sim.run(secs(60), &mut |request| {
        let (current, seen) = (changes(request.at), request.index.map(|index| index - 10));
        let next = if seen.is_some_and(|seen| seen >= current) { current + 1 } else { current };
        (millis(next * 110).saturating_sub(request.at), Reply::ok(10 + next, format!("{next}")))
    });
    assert_eq!(sim.emitted.len(), 546);
    assert!(sim.emitted[1..].iter().all(|(at, event)| *at == millis(event.parse::<u64>().unwrap() * 110)));
}

#[test]
fn faster_changes_are_coalesced_to_the_newest() {
    let mut sim = Sim::new(Settings::default());
    // One a millisecond, for five seconds.
    let changes = |now: Duration| (now.as_millis() as u64).min(5000);
    sim.run(secs(60), &mut |request| {
        let current = changes(request.at);
        let is_news = request.index.is_none_or(|index| index < 10 + current);
        let (after, current) = match is_news {
            true => (Duration::ZERO, current),
            false if current == 5000 => (secs(55), current),
            false => (millis(1), current + 1),
        };
        (after, Reply::ok(10 + current, format!("{current}")))
    });
    assert_eq!(sim.events().last(), Some(&"5000"));
    assert!(sim.emitted.last().unwrap().0 <= secs(6), "{:?}", sim.emitted.last());
}

#[test]
fn change_after_silence_is_emitted_without_delay() {
    let mut sim = Sim::new(Settings::default());
    let change_at = secs(3600) + millis(123);
    sim.run(secs(3700), &mut |request| match request.wait {
        None => (Duration::ZERO, Reply::ok(10, "a")),
        Some(wait) if request.at + wait >= change_at && request.index == Some(10) => {
            (change_at - request.at, Reply::ok(11, "b"))
        }
        Some(wait) => {
            (wait, Reply::ok(request.index.unwrap(), if request.at < change_at { "a" } else { "b" }))
        }
    });
    assert_eq!(sim.emitted[1..], [(change_at, "b".to_owned())]);
    let next = sim.sent.iter().find(|request| request.index == Some(11)).unwrap();
    assert_eq!(next.at, change_at);
}

#[test]
fn granted_time_limits_the_wait() {
    let mut sim = Sim::new(Settings::default());
    sim.longest = secs(3);
    sim.run(secs(59), &mut |request| quiet(request, Reply::ok(10, "a")));
    let waits: Vec<_> = sim.sent.iter().map(|request| request.wait).collect();
    assert!(waits[0].is_none() && waits[1..].iter().all(|wait| *wait == Some(secs(3))), "{waits:?}");
    assert_eq!((waits.len(), sim.events()), (21, vec!["a"]));
}

#[test]
fn degradation_is_emitted_while_the_slot_is_awaited() {
    let mut sim = Sim::new(Settings::default());
    let refused = || (Duration::ZERO, Reply::Fail(FailureKind::Connect));
    sim.run(millis(1), &mut |_| refused());
    while sim.now < secs(60) {
        match sim.watch.poll(sim.instant()) {
            Output::Wait { until: Some(until), .. } => sim.now = until.since_origin(),
            Output::Wait { until: None, wants: Some(Slot::Short) } => break,
            Output::Event(event) => sim.record(event),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sim.emitted, [(secs(10), "(Connect, confirmed None)".to_owned())]);
}

#[test]
fn grant_for_a_short_slot_is_not_used_for_a_long_poll() {
    let mut sim = Sim::new(Settings::default());
    sim.run(Duration::ZERO, &mut |request| quiet(request, Reply::ok(10, "a")));
    let now = sim.instant() + secs(1);
    sim.in_flight = None;
    let Output::Wait { wants: None, .. } = sim.watch.poll(now) else { panic!("has request") };
    sim.watch.handle(
        now,
        Input::Failed(
            Exchange::new(2),
            Failure { kind: FailureKind::Closed, is_unsent: false, error: TestError("failed".to_owned()) },
        ),
    );
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Slot::SHORT_WAIT });
    let now = now + secs(1);
    let Output::Send { held, .. } = sim.watch.poll(now) else { panic!("asks briefly, after a failure") };
    assert_eq!(held, Slot::SHORT_WAIT + Slot::SHORT_WAIT / 16);
    let answer = http::Response::builder()
        .header("x-consul-index", 11)
        .header("content-length", 1)
        .body(Bytes::from("b"))
        .unwrap();
    sim.watch.handle(now, Input::Response(Exchange::new(3), answer));
    assert!(matches!(sim.watch.poll(now), Output::Event(Event::Snapshot(_))));
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Slot::SHORT_WAIT });
    assert!(matches!(sim.watch.poll(now), Output::Wait { until: None, wants: Some(Slot::LongPoll) }));
}

#[test]
fn slow_owner_gets_the_newest_value_immediately() {
    let mut sim = Sim::new(Settings::default());
    sim.run(Duration::ZERO, &mut |request| quiet(request, Reply::ok(10, "0")));
    assert!(sim.in_flight.is_some());
    // The owner is away. Only the response to the request in flight arrives.
    sim.in_flight.as_mut().unwrap().1 = millis(1);
    sim.in_flight.as_mut().unwrap().2 = Reply::ok(11, "1");
    sim.now = secs(1000);
    sim.run(secs(1000), &mut |request| {
        let is_news = request.index != Some(1010);
        (if is_news { Duration::ZERO } else { secs(55) }, Reply::ok(1010, "1000"))
    });
    assert_eq!(sim.events(), ["0", "1", "1000"]);
}

#[test]
fn no_request_is_sent_while_an_event_is_pending() {
    let mut sim = Sim::new(Settings::default());
    let now = sim.instant();
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Duration::MAX });
    let Output::Send { exchange, .. } = sim.watch.poll(now) else { panic!("asks") };
    sim.in_flight = Some((exchange, Duration::ZERO, Reply::ok(10, "0")));
    sim.deliver();
    assert!(matches!(sim.watch.poll(now), Output::Event(Event::Snapshot(_))));
    // A thousand changes later, the next request returns the newest value.
    sim.now = secs(1000);
    sim.run(secs(1001), &mut |request| {
        (if request.index == Some(10) { Duration::ZERO } else { secs(55) }, Reply::ok(1010, "1000"))
    });
    assert_eq!((sim.events(), sim.sent[0].index), (vec!["1000"], Some(10)));
}
