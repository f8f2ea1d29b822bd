//! Rates and delays.

use super::*;

#[test]
fn a_server_that_never_waits_makes_no_hot_loop() {
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
        assert_eq!(sim.told.len(), if is_changing { sim.asked.len() } else { 1 });
        if is_changing {
            assert_eq!(sim.told[..3].iter().map(|(at, _)| *at).collect::<Vec<_>>(), [Duration::ZERO; 3]);
        }
    }
}

#[test]
fn the_same_holds_where_errors_come_in_between() {
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
fn changes_are_told_without_delay_as_fast_as_ten_a_second() {
    let mut sim = Sim::new(Settings::default());
    let changes = |now: Duration| now.as_millis() as u64 / 110;
    sim.run(secs(60), &mut |asked| {
        let (current, seen) = (changes(asked.at), asked.index.map(|index| index - 10));
        let next = if seen.is_some_and(|seen| seen >= current) { current + 1 } else { current };
        (millis(next * 110).saturating_sub(asked.at), Reply::ok(10 + next, format!("{next}")))
    });
    assert_eq!(sim.told.len(), 546);
    assert!(sim.told[1..].iter().all(|(at, event)| *at == millis(event.parse::<u64>().unwrap() * 110)));
}

#[test]
fn the_newest_of_changes_that_come_faster_is_told() {
    let mut sim = Sim::new(Settings::default());
    // One a millisecond, for five seconds.
    let changes = |now: Duration| (now.as_millis() as u64).min(5000);
    sim.run(secs(60), &mut |asked| {
        let current = changes(asked.at);
        let is_news = asked.index.is_none_or(|index| index < 10 + current);
        let (after, current) = match is_news {
            true => (Duration::ZERO, current),
            false if current == 5000 => (secs(55), current),
            false => (millis(1), current + 1),
        };
        (after, Reply::ok(10 + current, format!("{current}")))
    });
    assert_eq!(sim.events().last(), Some(&"5000"));
    assert!(sim.told.last().unwrap().0 <= secs(6), "{:?}", sim.told.last());
}

#[test]
fn nothing_delays_a_change_after_silence() {
    let mut sim = Sim::new(Settings::default());
    let change_at = secs(3600) + millis(123);
    sim.run(secs(3700), &mut |asked| match asked.wait {
        None => (Duration::ZERO, Reply::ok(10, "a")),
        Some(wait) if asked.at + wait >= change_at && asked.index == Some(10) => {
            (change_at - asked.at, Reply::ok(11, "b"))
        }
        Some(wait) => (wait, Reply::ok(asked.index.unwrap(), if asked.at < change_at { "a" } else { "b" })),
    });
    assert_eq!(sim.told[1..], [(change_at, "b".to_owned())]);
    let next = sim.asked.iter().find(|asked| asked.index == Some(11)).unwrap();
    assert_eq!(next.at, change_at);
}

#[test]
fn a_turn_is_as_long_as_it_is_and_the_next_has_to_be_waited_for() {
    let mut sim = Sim::new(Settings::default());
    sim.longest = secs(3);
    sim.run(secs(59), &mut |asked| quiet(asked, Reply::ok(10, "a")));
    let waits: Vec<_> = sim.asked.iter().map(|asked| asked.wait).collect();
    assert!(waits[0].is_none() && waits[1..].iter().all(|wait| *wait == Some(secs(3))), "{waits:?}");
    assert_eq!((waits.len(), sim.events()), (21, vec!["a"]));
}

#[test]
fn who_has_no_turn_sends_nothing_and_tells_what_there_is_to_tell() {
    let mut sim = Sim::new(Settings::default());
    let refused = || (Duration::ZERO, Reply::Fail(FailureKind::Connect));
    sim.run(millis(1), &mut |_| refused());
    let mut now = sim.instant();
    let mut told = Vec::new();
    while now.since_origin() < secs(60) {
        match sim.watch.poll(now) {
            Output::Wait { until: Some(until), .. } => now = until,
            Output::Wait { until: None, wants: Some(Slot::Short) } => break,
            Output::Event(event) => told.push((now.since_origin(), tell(event))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(told, [(secs(10), "(Connect, unconfirmed None)".to_owned())]);
}

#[test]
fn a_turn_for_a_brief_request_is_not_used_for_a_long_one() {
    let mut sim = Sim::new(Settings::default());
    sim.run(Duration::ZERO, &mut |asked| quiet(asked, Reply::ok(10, "a")));
    let now = sim.instant() + secs(1);
    sim.under_way = None;
    let Output::Wait { wants: None, .. } = sim.watch.poll(now) else { panic!("has asked") };
    sim.watch.handle(
        now,
        Input::Failed(
            Exchange::new(2),
            Failure { kind: FailureKind::Closed, is_unsent: false, error: "failed" },
        ),
    );
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Slot::SHORT_WAIT });
    let now = now + secs(1);
    let Output::Send { held, .. } = sim.watch.poll(now) else { panic!("asks briefly, after a failure") };
    assert_eq!(held, Slot::SHORT_WAIT + Slot::SHORT_WAIT / 16);
    let answer = http::Response::builder().header("x-consul-index", 11).body(Bytes::from("b")).unwrap();
    sim.watch.handle(now, Input::Response(Exchange::new(3), answer));
    assert!(matches!(sim.watch.poll(now), Output::Event(Event::State(_))));
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Slot::SHORT_WAIT });
    assert!(matches!(sim.watch.poll(now), Output::Wait { until: None, wants: Some(Slot::LongPoll) }));
}

#[test]
fn a_slow_owner_gets_the_newest_state_at_once() {
    let mut sim = Sim::new(Settings::default());
    sim.run(Duration::ZERO, &mut |asked| quiet(asked, Reply::ok(10, "0")));
    assert!(sim.under_way.is_some());
    // The owner is away; the answer to the request under way is all that piles up.
    sim.under_way.as_mut().unwrap().1 = millis(1);
    sim.under_way.as_mut().unwrap().2 = Reply::ok(11, "1");
    sim.now = secs(1000);
    sim.run(secs(1000), &mut |asked| {
        let is_news = asked.index != Some(1010);
        (if is_news { Duration::ZERO } else { secs(55) }, Reply::ok(1010, "1000"))
    });
    assert_eq!(sim.events(), ["0", "1", "1000"]);
    assert!(sim.watch.outbox.is_empty());
}

#[test]
fn an_owner_that_takes_its_time_with_an_event_has_nothing_pile_up() {
    let mut sim = Sim::new(Settings::default());
    let now = sim.instant();
    sim.watch.handle(now, Input::Granted { slot: Slot::Short, longest: Duration::MAX });
    let Output::Send { exchange, .. } = sim.watch.poll(now) else { panic!("asks") };
    sim.under_way = Some((exchange, Duration::ZERO, Reply::ok(10, "0")));
    sim.deliver();
    assert!(matches!(sim.watch.poll(now), Output::Event(Event::State(_))));
    // A thousand changes later: what is asked now is answered with the newest.
    sim.now = secs(1000);
    sim.run(secs(1001), &mut |asked| {
        (if asked.index == Some(10) { Duration::ZERO } else { secs(55) }, Reply::ok(1010, "1000"))
    });
    assert_eq!((sim.events(), sim.asked[0].index), (vec!["1000"], Some(10)));
}
