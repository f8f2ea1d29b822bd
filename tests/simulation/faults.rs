//! Faults and their times.

use std::time::Duration;

use consul_tests::model::{Node, Random, Time};

use crate::setup::Choices;

/// A fault.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The leader is killed; another one is elected after this time.
    Kill(Duration),
    /// The leader is frozen. Another one is elected after the first time, and it is resumed after the second.
    Freeze { elected: Duration, wakes: Duration, renewals_of: Vec<Node> },
    /// Raft makes no progress.
    Stall(Duration),
    /// A process is paused.
    Stop(Node, Duration),
    /// A process is cut off from the network.
    Isolate(Node, Duration),
    /// The agent of a process is frozen.
    StopAgent(Node, Duration),
    /// A check of a node becomes critical.
    FailCheck(Node),
    /// A node is deregistered.
    Deregister(Node),
    /// A process is killed, and another one starts.
    Crash(Node),
    /// Requests and responses are lost, with this probability.
    Lose(Duration, f64),
    /// Requests and responses are slow.
    Slow(Duration),
    /// A third party writes the key of a lock, if it is held.
    Write,
    /// The same, without the flags of a lock.
    WritePlainly,
    /// A third party deletes the key of a lock.
    Delete,
    /// A third party destroys the session of the holder.
    Destroy,
}

/// A kind of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Any faults but third parties.
    Mixed,
    /// No faults.
    Calm,
    /// Third parties delete the key and destroy the session of the holder.
    ThirdParties,
    /// The same, while responses are slow. The loss can be noticed late then.
    SlowThirdParties,
    /// Third parties frequently write the key of the holder.
    Writes,
    /// Checks become critical and nodes leave while Raft makes no progress.
    Stalls,
    /// Holders sleep for about a TTL.
    Sleeps,
    /// Processes are paused, like by a suspended computer, for longer than the time for cleaning up.
    Suspends,
    /// Processes are paused while renewals are in flight.
    Pauses,
    /// Processes are killed.
    Crashes,
    /// Requests and responses are lost, and nothing else happens.
    Losses,
    /// Responses are slow, then there are none.
    SlowThenSilent,
    /// Leaders are frozen and resumed, and holders are cut off.
    Leaders,
    /// Abandoned writes are executed later.
    LateWrites,
    /// The leader is killed often.
    Elections,
    /// A leader is killed while it ends a session whose TTL has elapsed.
    LateExpiry,
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Returns the faults of a history, in order.
pub(crate) fn choose(theme: Theme, choices: &Choices, random: &mut Random) -> Vec<(Time, Fault)> {
    let mut faults = Vec::new();
    match theme {
        Theme::Calm => {}
        Theme::Mixed => mixed(choices, random, &mut faults),
        Theme::ThirdParties | Theme::SlowThirdParties => {
            for _ in 0..8 {
                let at = when(choices, random);
                faults.push((at, if random.chance(0.5) { Fault::Delete } else { Fault::Destroy }));
                if theme == Theme::SlowThirdParties {
                    faults.push((at.saturating_sub(random.up_to(secs(3))), Fault::Slow(secs(4))));
                }
            }
        }
        Theme::Writes => {
            let mut at = secs(3);
            while at < choices.faults_until {
                faults.push((at, Fault::WritePlainly));
                at += random.up_to(millis(300));
            }
        }
        Theme::Stalls => {
            for _ in 0..8 {
                let at = when(choices, random);
                faults.push((at, Fault::Stall(random.between(millis(500), secs(5)))));
                for node in 0..choices.contenders {
                    if random.chance(0.5) {
                        let end =
                            if choices.has_checks { Fault::FailCheck(node) } else { Fault::Deregister(node) };
                        faults.push((at + random.up_to(secs(2)), end));
                    }
                }
                let node = any_node(choices, random);
                faults.push((at, Fault::Isolate(node, random.between(secs(1), secs(6)))));
            }
        }
        Theme::Sleeps => {
            for _ in 0..8 {
                let lasts = choices.ttl * 9 / 10 + random.up_to(choices.ttl / 3);
                let node = any_node(choices, random);
                let fault =
                    if random.chance(0.5) { Fault::Isolate(node, lasts) } else { Fault::Stop(node, lasts) };
                faults.push((when(choices, random), fault));
            }
        }
        Theme::Suspends => {
            for _ in 0..6 {
                let lasts = random.between(secs(31), secs(60));
                faults.push((when(choices, random), Fault::Stop(any_node(choices, random), lasts)));
            }
        }
        Theme::Pauses => {
            for _ in 0..8 {
                let at = when(choices, random);
                faults.push((at, Fault::Slow(secs(8))));
                for node in 0..choices.contenders {
                    let lasts = choices.ttl.min(choices.lock_delay).mul_f64(0.3 + 0.7 * random.fraction());
                    faults.push((at + random.up_to(secs(8)), Fault::Stop(node, lasts)));
                }
            }
        }
        Theme::Crashes => {
            for _ in 0..20 {
                faults.push((when(choices, random), Fault::Crash(any_node(choices, random))));
            }
        }
        Theme::Losses => faults.push((secs(1), Fault::Lose(choices.faults_until, 0.2))),
        Theme::SlowThenSilent => {
            for _ in 0..6 {
                let (at, lasts) = (when(choices, random), random.between(secs(3), secs(10)));
                faults.push((at, Fault::Slow(lasts)));
                for node in 0..choices.contenders {
                    if random.chance(0.5) {
                        let silent = Fault::Isolate(node, choices.ttl + random.up_to(choices.ttl));
                        faults.push((at + random.up_to(lasts), silent));
                    }
                }
            }
        }
        Theme::Leaders => leaders(choices, random, &mut faults),
        Theme::LateWrites => {
            for _ in 0..6 {
                let at = when(choices, random);
                faults.push((at, Fault::Lose(random.between(secs(2), secs(12)), 0.5)));
                faults.push((at + random.up_to(secs(4)), freeze(random, Vec::new())));
            }
        }
        Theme::Elections => {
            let mut at = secs(4);
            while at < choices.faults_until {
                faults.push((at, Fault::Kill(random.between(millis(1500), millis(3500)))));
                at += random.between(secs(5), secs(8));
            }
        }
        Theme::LateExpiry => {
            for _ in 0..6 {
                let at = when(choices, random);
                faults.push((at.saturating_sub(secs(2)), Fault::Slow(secs(4))));
                let end = at + choices.ttl;
                for node in 0..choices.contenders {
                    if random.chance(0.6) {
                        let from = at.saturating_sub(random.up_to(secs(2)));
                        let until = end + random.up_to(secs(3));
                        faults.push((from, Fault::Stop(node, until - from)));
                    }
                }
                faults.push((
                    end.saturating_sub(random.up_to(secs(2))),
                    Fault::Stall(random.between(secs(2), secs(5))),
                ));
            }
        }
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}

fn mixed(choices: &Choices, random: &mut Random, faults: &mut Vec<(Time, Fault)>) {
    for _ in 0..1 + random.below(12) {
        let (at, node) = (when(choices, random), any_node(choices, random));
        let fault = match random.below(26) {
            0 | 1 => Fault::Kill(random.between(millis(1500), secs(5))),
            2 | 3 => freeze(random, Vec::new()),
            4 => Fault::Kill(random.between(secs(4), secs(20))),
            5 => Fault::Stall(random.between(millis(200), secs(5))),
            6..=9 => Fault::Stop(node, random.between(millis(100), secs(40))),
            10..=12 => Fault::Isolate(node, random.between(secs(1), secs(25))),
            13 | 14 => Fault::StopAgent(node, random.between(secs(1), secs(25))),
            15..=17 => Fault::FailCheck(node),
            18 => Fault::Deregister(node),
            19 => Fault::Write,
            20 | 21 => Fault::Lose(random.between(secs(2), secs(20)), random.pick(&[0.05, 0.3, 0.7])),
            22 => Fault::Slow(random.between(secs(2), secs(15))),
            23 | 24 => Fault::Crash(node),
            _ => freeze(random, vec![node]),
        };
        faults.push((at, fault));
        // Several faults occur together.
        if random.chance(0.3) {
            let other = match random.below(4) {
                0 => Fault::Kill(secs(2)),
                1 => Fault::FailCheck(node),
                2 => Fault::Stop(node, secs(12)),
                _ => Fault::Lose(secs(5), 0.5),
            };
            faults.push((at + random.up_to(secs(3)), other));
        }
    }
}

fn leaders(choices: &Choices, random: &mut Random, faults: &mut Vec<(Time, Fault)>) {
    let mut at = secs(5);
    while at < choices.faults_until {
        let wakes = random.between(secs(3), secs(12));
        let victims: Vec<_> = (0..choices.contenders).filter(|_| random.chance(0.5)).collect();
        for &node in &victims {
            let end = if choices.has_checks { Fault::FailCheck(node) } else { Fault::Deregister(node) };
            faults.push((at + secs(2) + random.up_to(secs(2)), end));
            // The process is cut off soon after it has received the acknowledgement of the old leader.
            faults.push((at + wakes + random.between(millis(6), millis(60)), Fault::Isolate(node, secs(20))));
        }
        let elected = random.between(millis(1200), secs(2));
        faults.push((at, Fault::Freeze { elected, wakes, renewals_of: victims }));
        at += secs(20) + random.up_to(secs(3));
    }
}

fn freeze(random: &mut Random, renewals_of: Vec<Node>) -> Fault {
    let elected = random.between(millis(1200), millis(3500));
    let wakes = elected + random.between(secs(1), secs(40));
    Fault::Freeze { elected, wakes, renewals_of }
}

fn when(choices: &Choices, random: &mut Random) -> Time {
    random.between(secs(2), choices.faults_until)
}

fn any_node(choices: &Choices, random: &mut Random) -> Node {
    random.below(choices.contenders as u64) as Node
}
