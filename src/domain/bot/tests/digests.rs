//! When a digest is due, clock changes included.

use super::*;
use crate::domain::bot::digests;

#[test]
fn a_digest_falls_on_its_hour_and_covers_what_came_since_the_last() {
    let mut hall = Hall::new();
    // Known since Monday 10:00 in Berlin: the one of 08:00 is past.
    let first = at(7 * DAY - 120);
    assert_eq!(hall.bot.wake(&hall.policy), Some(first));
    hall.wake(7 * DAY - 120);
    let [BotEvent::Digest(digests::Event::Due { schedule, from, to })] = hall.last.events.as_slice() else { panic!() };
    assert_eq!((schedule.as_str(), *from, *to), ("weekly", first - Span::days(7), first));
    assert_eq!(hall.told(), [("digest", "managers".to_owned())]);
    hall.wake(7 * DAY - 119);
    assert!(hall.last.events.is_empty(), "once");
    // Four weeks down, with the clocks put forward meanwhile: one digest, of all that time.
    hall.wake(36 * DAY);
    let [BotEvent::Digest(digests::Event::Due { from, to, .. })] = hall.last.events.as_slice() else {
        panic!("{:?}", hall.last.events)
    };
    assert_eq!((*from, *to), (first, at(35 * DAY - 180)));
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(42 * DAY - 180)));
}

/// Another team's figures are nobody's business in this channel, whatever the policy becomes before the digest is sent.
#[test]
fn what_is_due_says_itself_whose_figures_it_holds() {
    let mut hall = Hall::new();
    hall.policy.digests[0].workflows = vec!["scoring".into()];
    hall.wake(7 * DAY - 120);
    let telling = hall.last.notices.iter().find_map(|notice| match &notice.telling {
        crate::domain::Telling::Bot(Telling::Digest { zone, workflows, .. }) => Some((*zone, workflows.clone())),
        _ => None,
    });
    assert_eq!(telling, Some((hall.policy.digests[0].zone, vec!["scoring".into()])));
}

#[test]
fn a_schedule_counts_from_when_it_is_known() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.digests.push(schedule("daily", "0 0 8 * * * *"));
    hall.load(3 * DAY, Actor::Operator, new.clone()).unwrap();
    hall.wake(3 * DAY);
    assert!(hall.last.events.is_empty(), "nothing is made up for the days before");
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(4 * DAY - 120)));
    // Another rhythm under the same name is another schedule; the one that stayed keeps its place.
    new.hash = PolicyHash::from("p3");
    new.digests[1].cron = "0 0 7 * * * *".to_owned();
    hall.load(4 * DAY - 150, Actor::Operator, new.clone()).unwrap();
    hall.wake(4 * DAY - 120);
    assert!(hall.last.events.is_empty());
    assert_eq!(hall.bot.digests.schedules["weekly"].seen, at(0));
    new.hash = PolicyHash::from("p4");
    new.digests.clear();
    hall.load(4 * DAY, Actor::Operator, new).unwrap();
    assert_eq!(hall.bot.wake(&hall.policy), None);
}

#[test]
fn a_digest_falls_once_in_the_hour_that_clocks_repeat() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.digests = vec![schedule("nightly", "0 30 2 * * * *")];
    hall.load(1, Actor::Operator, new).unwrap();
    // 25 October 2026: 02:30 comes at 00:30 and at 01:30 UTC.
    let night = |hour: i64, minute: i64| At(1_792_886_400_000_000) + Span::hours(hour) + Span::minutes(minute);
    let mut falls = Vec::new();
    for minute in 0..(5 * 60) {
        hall.ask_at(night(0, minute), Actor::Engine, BotCommand::Wake).unwrap();
        falls.extend(hall.last.events.iter().map(|it| match it {
            BotEvent::Digest(digests::Event::Due { to, .. }) => *to,
            other => panic!("{other:?}"),
        }));
    }
    assert_eq!(falls, [night(-24, 30), night(0, 30)], "the one of the night before, late, and one of this night");
}

#[test]
fn in_the_repeated_hour_the_next_fall_is_never_behind() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.digests = vec![schedule("often", "0 0/10 2 * * * *")];
    // 01:05 UTC: 02:05 in Berlin for the second time. 02:10 has been, and is not again until tomorrow.
    let second = At(1_792_886_400_000_000) + Span::minutes(65);
    let load = BotCommand::LoadPolicy { policy: Box::new(new), text: "toml".to_owned() };
    hall.ask_at(second, Actor::Operator, load).unwrap();
    assert_eq!(hall.bot.wake(&hall.policy), Some(second + Span::minutes(23 * 60 + 55)));
    hall.ask_at(second, Actor::Engine, BotCommand::Wake).unwrap();
    assert!(hall.last.events.is_empty());
}

#[test]
fn a_digest_in_the_hour_that_clocks_skip_falls_right_after_it() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.digests = vec![schedule("nightly", "30 2 * * 0")];
    // 28 March 2027, a Sunday: after 01:59 comes 03:00, which is 01:00 UTC.
    let gap = At(1_806_192_000_000_000) + Span::hours(1);
    let load = BotCommand::LoadPolicy { policy: Box::new(new), text: "toml".to_owned() };
    hall.ask_at(At(gap.0 - Span::days(1).0), Actor::Operator, load).unwrap();
    assert_eq!(hall.bot.wake(&hall.policy), Some(gap));
    hall.ask_at(gap, Actor::Engine, BotCommand::Wake).unwrap();
    assert_eq!(hall.told(), [("digest", "managers".to_owned())]);
}
