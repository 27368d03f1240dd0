//! Stories of the bot on a manual clock, then properties: it never busies itself, and is what its events say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::bot::slow_paths::{LATENCIES_KEPT, SlowPath};
use crate::domain::kinds::approval::tests::{at, channel, p, policy as people_and_paths, r};
use crate::domain::kinds::approval::{self, Ended, Outcome, Requested};
use crate::domain::kinds::incident::{self, Impact, Nature, Opened};
use crate::domain::kinds::{Began, Kind};
use crate::domain::policy::DigestSchedule;
use crate::domain::{
    Body, BotCommand, BotEvent, Case, CaseId, CaseKind, Event, Opening, OutboxId, PathId, Reply, Severity, WorkflowId,
};

const DAY: i64 = 24 * 60;

fn policy() -> Policy {
    let mut policy = people_and_paths();
    policy.may.delegate_for_others = vec![r("head")];
    policy.may.reload_policy = vec![r("head")];
    policy.digests = vec![schedule("weekly", "0 0 8 * * Mon *")];
    policy
}

fn schedule(name: &str, cron: &str) -> DigestSchedule {
    DigestSchedule {
        name: name.to_owned(),
        cron: cron.to_owned(),
        zone: chrono_tz::Europe::Berlin,
        channel: channel("managers"),
        workflows: Vec::new(),
    }
}

/// A bot and its desk.
struct Hall {
    bot: Bot,
    policy: Policy,
    events: Vec<(BotEvent, At)>,
    last: Ruling,
}

impl Hall {
    /// Running on the policy since Monday 09:00 UTC.
    fn new() -> Hall {
        let mut hall = Hall { bot: Bot::default(), policy: policy(), events: Vec::new(), last: Ruling::default() };
        let start = BotCommand::Start { version: "1".to_owned(), clock: "manual".to_owned(), was_down: None };
        hall.ask(0, Actor::Operator, start).unwrap();
        hall.load(0, Actor::Operator, policy()).unwrap();
        hall
    }

    fn ask(&mut self, minutes: i64, by: Actor, command: BotCommand) -> Result<String, Refusal> {
        self.ask_at(at(minutes), by, command)
    }

    fn ask_at(&mut self, at: At, by: Actor, command: BotCommand) -> Result<String, Refusal> {
        let loads = match &command {
            BotCommand::LoadPolicy { policy, .. } => Some((**policy).clone()),
            _ => None,
        };
        self.last = decide(&self.bot, &Ask { by, at, command }, &self.policy)?;
        for event in &self.last.events {
            self.bot.apply(event, at);
            self.events.push((event.clone(), at));
        }
        if let Some(policy) = loads {
            self.policy = policy;
        }
        Ok(match &self.last.reply {
            Some(Reply { telling: crate::domain::Telling::Bot(Telling::Sentence { text }), .. }) => text.to_string(),
            None => String::new(),
            Some(other) => panic!("{other:?}"),
        })
    }

    fn engine(&mut self, minutes: i64, command: BotCommand) {
        self.ask(minutes, Actor::Engine, command).unwrap();
    }

    fn load(&mut self, minutes: i64, by: Actor, policy: Policy) -> Result<String, Refusal> {
        self.ask(minutes, by, BotCommand::LoadPolicy { policy: Box::new(policy), text: "toml".to_owned() })
    }

    /// Asked at a minute, for the time from a minute to a minute.
    fn delegate(
        &mut self,
        minutes: i64,
        by: &str,
        who: (&str, Option<&str>),
        roles: &[&str],
        when: (i64, i64),
    ) -> Result<String, Refusal> {
        let command = BotCommand::Delegate {
            from: p(who.0),
            to: who.1.map(p),
            roles: roles.iter().map(|it| r(it)).collect(),
            starts: Some(at(when.0)),
            ends: at(when.1),
            reason: "a holiday".to_owned(),
        };
        self.ask(minutes, Actor::Person(p(by)), command)
    }

    fn wake(&mut self, minutes: i64) {
        self.engine(minutes, BotCommand::Wake);
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.last.events.iter().map(BotEvent::kind).collect()
    }

    fn told(&self) -> Vec<(&'static str, String)> {
        let who = |to: &To| match to {
            To::Person(person) => person.to_string(),
            To::Operators => "operators".to_owned(),
            To::Channel(channel) => channel.id.clone(),
            To::Case => "case".to_owned(),
        };
        self.last.notices.iter().map(|it| (it.telling.template().trim_start_matches("bot/"), who(&it.to))).collect()
    }

    fn sits(&self, minutes: i64, role: &str) -> Vec<String> {
        let people = self.bot.people(&self.policy, at(minutes));
        people.seats(&[r(role)], &[]).into_iter().map(|seat| seat.person.to_string()).collect()
    }
}

fn rehold(roles: &[&str], people: &[&str]) -> Vec<Then> {
    let (roles, people) = (roles.iter().map(|it| r(it)).collect(), people.iter().map(|it| p(it)).collect());
    vec![Then::Rehold { roles, people }]
}

// Starting, stopping, the watchdog.

#[test]
fn the_operators_hear_of_a_downtime_that_mattered() {
    for (was_down, told) in [(None, false), (Some(Span::seconds(60)), false), (Some(Span::minutes(47)), true)] {
        let mut hall = Hall::new();
        hall.engine(1, BotCommand::Start { version: "1".to_owned(), clock: "real".to_owned(), was_down });
        assert_eq!(hall.kinds(), ["bot.started"]);
        assert_eq!(!hall.told().is_empty(), told, "{was_down:?}");
    }
}

#[test]
fn nobody_types_what_is_the_bots_own_business() {
    let commands = [
        BotCommand::Start { version: String::new(), clock: String::new(), was_down: None },
        BotCommand::Stop,
        BotCommand::Wake,
        BotCommand::Watch { oldest_wake_late: None, oldest_notice_late: None },
        BotCommand::Links { cut_off: BTreeMap::new() },
        BotCommand::Roster { platform: Platform::from("slack"), groups: BTreeMap::new(), gone: Vec::new() },
        BotCommand::GiveUp { outbox: OutboxId { entry: 1, place: 0 }, why: String::new(), to_operators: false },
        BotCommand::ClockWentBack { by: Span::hours(1) },
        BotCommand::NoteSlowPath(SlowPath {
            path: PathId::from("two"),
            workflow: WorkflowId::from("credit"),
            severity: Severity::Sev1,
            because: String::new(),
        }),
        BotCommand::Recover { lost_from: 1, signed_size: 2, policy: PolicyHash::from("p"), head: String::new() },
    ];
    for command in commands {
        let mut hall = Hall::new();
        assert!(hall.ask(1, Actor::Person(p("olga")), command.clone()).is_err(), "{command:?}");
        assert!(hall.ask(1, Actor::Engine, command).is_ok());
    }
}

#[test]
fn a_platform_that_falls_silent_is_told_once_and_that_it_speaks_again_once() {
    let mut hall = Hall::new();
    let silent = |platforms: &[&str]| BotCommand::Links {
        cut_off: platforms.iter().map(|it| (Platform::from(*it), "the token was revoked".to_owned())).collect(),
    };
    let table = [
        (silent(&[]), vec![]),
        (silent(&["slack"]), vec!["platform.cut-off"]),
        (silent(&["slack"]), vec![]),
        (silent(&["discord"]), vec!["platform.cut-off", "platform.reconnected"]),
        (silent(&[]), vec!["platform.reconnected"]),
    ];
    for (minute, (command, expected)) in table.into_iter().enumerate() {
        hall.engine(minute as i64, command);
        assert_eq!(hall.kinds(), expected, "minute {minute}");
        assert_eq!(hall.told().len(), expected.len(), "the operators hear of each");
    }
}

#[test]
fn being_behind_is_told_once_and_catching_up_once() {
    let mut hall = Hall::new();
    let watch = |wake: Option<i64>, notice: Option<i64>| BotCommand::Watch {
        oldest_wake_late: wake.map(Span::seconds),
        oldest_notice_late: notice.map(Span::seconds),
    };
    let table = [
        (watch(None, None), ""),
        (watch(Some(30), Some(60)), ""),
        (watch(None, Some(61)), "bot.fell-behind"),
        (watch(Some(900), Some(61)), ""),
        (watch(Some(30), None), "bot.caught-up"),
        (watch(None, None), ""),
        (watch(Some(61), None), "bot.fell-behind"),
    ];
    for (minute, (command, kind)) in table.into_iter().enumerate() {
        hall.engine(minute as i64, command);
        assert_eq!(hall.kinds().concat(), kind);
        assert_eq!(hall.told().len(), usize::from(!kind.is_empty()));
    }
}

#[test]
fn a_message_that_cannot_be_delivered_is_told_unless_it_was_about_that() {
    let mut hall = Hall::new();
    let give_up = |to_operators| BotCommand::GiveUp {
        outbox: OutboxId { entry: 7, place: 0 },
        why: "no such channel".to_owned(),
        to_operators,
    };
    hall.engine(1, give_up(false));
    assert_eq!((hall.kinds(), hall.told().len()), (vec!["bot.gave-up"], 1));
    hall.engine(2, give_up(true));
    assert_eq!((hall.kinds(), hall.told().len()), (vec!["bot.gave-up"], 0), "no end of messages about messages");
}

#[test]
fn what_the_operators_must_know_is_recorded_and_told() {
    let mut hall = Hall::new();
    hall.engine(1, BotCommand::ClockWentBack { by: Span::hours(1) });
    assert_eq!(hall.told(), [("clock-went-back", "operators".to_owned())]);
    let policy = PolicyHash::from("old");
    let recover = BotCommand::Recover { lost_from: 90, signed_size: 100, policy: policy.clone(), head: "h".to_owned() };
    hall.ask(2, Actor::Operator, recover).unwrap();
    assert_eq!(hall.kinds(), ["bot.recovered"]);
    assert_eq!(hall.told(), [("sentence", "operators".to_owned())]);
    assert_eq!(hall.bot.policy, Some(policy));
    hall.engine(3, BotCommand::Stop);
    assert_eq!((hall.kinds(), hall.told().len()), (vec!["bot.stopped"], 0));
}

// The policy.

#[test]
fn a_policy_that_is_in_force_is_not_loaded_twice() {
    let mut hall = Hall::new();
    assert_eq!(hall.bot.policy, Some(policy().digest));
    let reply = hall.load(1, Actor::Operator, policy()).unwrap();
    assert_eq!(reply, "That policy is in force already; nothing changed.");
    assert!(hall.last.events.is_empty() && hall.last.notices.is_empty());
}

#[test]
fn a_new_policy_takes_force_and_moves_what_its_members_hold() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.digest = PolicyHash::from("p2");
    new.roles.get_mut("legal").unwrap().members = vec![p("nia"), p("omar")];
    new.may.reload_policy = vec![r("engineers")];
    // It is the old one that says who may.
    let refused = hall.load(5, Actor::Person(p("maya")), new.clone()).unwrap_err();
    assert!(matches!(refused, Refusal::NotYours { .. }));
    assert_eq!(hall.bot.policy, Some(policy().digest));
    hall.load(5, Actor::Person(p("olga")), new.clone()).unwrap();
    assert_eq!(hall.bot.policy, Some(new.digest));
    assert_eq!(hall.last.then, rehold(&["legal"], &[]), "and no other role");
    assert_eq!(hall.told(), [("policy-loaded", "operators".to_owned())]);
}

#[test]
fn a_deputy_who_leaves_the_policy_gives_the_seats_back() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
    let mut new = policy();
    new.digest = PolicyHash::from("p2");
    new.people.remove("tess");
    hall.load(5, Actor::Operator, new).unwrap();
    let [Then::Rehold { roles, people }] = hall.last.then.as_slice() else { panic!("{:?}", hall.last.then) };
    assert!(roles.contains(&r("model-risk")) && people.contains(&p("dev")));
    assert_eq!(hall.sits(6, "model-risk"), ["dev", "lena", "maya"]);
}

// Standing in.

#[test]
fn a_delegation_from_now_moves_the_seats_at_once() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", Some("tess")), &[], (0, DAY)).unwrap();
    assert_eq!(
        reply,
        "Delegation no. 1: tess stands in for dev, everything they hold. End it with `/approval undelegate 1`."
    );
    assert_eq!(hall.kinds(), ["delegation.set", "delegation.began"]);
    assert_eq!(hall.told(), [("delegated", "tess".to_owned())], "Dev has the reply");
    assert_eq!(hall.last.then, rehold(&["engineers", "model-risk"], &["dev"]));
    assert_eq!(hall.sits(1, "model-risk"), ["tess", "lena", "maya"]);
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(DAY)));
    hall.wake(DAY);
    assert_eq!(hall.kinds(), ["delegation.ended"]);
    assert_eq!(hall.told(), [("delegation-ended", "dev".to_owned()), ("delegation-ended", "tess".to_owned())]);
    assert_eq!(hall.last.then, rehold(&["engineers", "model-risk"], &["dev"]));
    assert!(hall.bot.delegations.all.is_empty());
    hall.delegate(DAY, "dev", ("dev", Some("tess")), &[], (DAY, 2 * DAY)).unwrap();
    assert_eq!(hall.bot.delegations.all[0].number, 2, "a number is given once");
}

#[test]
fn a_delegation_to_come_begins_when_its_time_has_come() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (60, DAY)).unwrap();
    assert_eq!(hall.kinds(), ["delegation.set"]);
    assert!(hall.last.then.is_empty(), "nothing moves yet");
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(60)));
    hall.wake(60);
    assert_eq!(hall.kinds(), ["delegation.began"]);
    assert_eq!(hall.last.then, rehold(&["model-risk"], &["dev"]));
    assert_eq!(hall.told().len(), 2);
    hall.wake(61);
    assert!(hall.last.events.is_empty(), "once");
}

#[test]
fn a_delegation_that_came_and_went_during_downtime_has_ended() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &[], (60, 120)).unwrap();
    hall.wake(180);
    assert_eq!(hall.kinds(), ["delegation.ended"], "one true thing instead of two stale ones");
}

#[test]
fn an_absence_leaves_the_duties_to_the_others() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", None), &[], (0, DAY)).unwrap();
    assert!(reply.contains("dev is away, everything they hold; the other holders remain"), "{reply}");
    assert!(hall.told().is_empty());
    assert_eq!(hall.sits(1, "model-risk"), ["lena", "maya"]);
}

#[test]
fn the_seats_that_were_handed_to_the_giver_move_on_with_theirs() {
    let mut hall = Hall::new();
    hall.delegate(0, "nia", ("nia", Some("dev")), &[], (0, DAY)).unwrap();
    hall.delegate(1, "dev", ("dev", Some("tess")), &[], (1, DAY)).unwrap();
    assert_eq!(hall.last.then, rehold(&["engineers", "legal", "model-risk"], &["dev", "nia"]));
    assert_eq!(hall.sits(2, "legal"), ["tess", "lena"]);
}

#[test]
fn a_deputy_with_a_seat_of_their_own_counts_once() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", Some("lena")), &[], (0, DAY)).unwrap();
    assert!(
        reply.ends_with(
            "lena answers for model-risk already, where more than one person must: their answer counts once."
        ),
        "{reply}"
    );
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "nia", ("nia", Some("lena")), &[], (0, DAY)).unwrap();
    assert!(!reply.contains("counts once"), "legal needs one answer: {reply}");
}

#[test]
fn delegations_that_cannot_be_say_why() {
    let known = |name: &str| format!("I don't know “{name}” in this policy.");
    type Case = (&'static str, (&'static str, Option<&'static str>), &'static [&'static str], (i64, i64));
    let table: [(Case, String); 10] = [
        (("dev", ("dev", Some("dev")), &[], (0, 60)), "dev can't stand in for themselves.".to_owned()),
        (("dev", ("dev", Some("zoe")), &[], (0, 60)), known("zoe")),
        (
            ("dev", ("dev", Some("tess")), &["legal"], (0, 60)),
            "you don't hold legal, so you can't hand it on.".to_owned(),
        ),
        (
            ("olga", ("dev", Some("tess")), &["legal"], (0, 60)),
            "dev doesn't hold legal, so it can't be handed on.".to_owned(),
        ),
        (("dev", ("dev", Some("tess")), &[], (0, 0)), "the end must come after now.".to_owned()),
        (("dev", ("dev", Some("tess")), &[], (60, 60)), "the end must come after the start.".to_owned()),
        (("dev", ("dev", Some("tess")), &[], (-6, 60)), "the start must come after now.".to_owned()),
        (
            ("nia", ("dev", Some("tess")), &[], (0, 60)),
            "setting a delegation for somebody else is for head. Ask olga.".to_owned(),
        ),
        (
            ("olga", ("dev", Some("olga")), &[], (0, 60)),
            "you can't hand dev's duties to yourself. dev can, or a third person who may set delegations.".to_owned(),
        ),
        (("zoe", ("zoe", Some("dev")), &[], (0, 60)), Refusal::Stranger.to_string()),
    ];
    for ((by, who, roles, when), says) in table {
        let mut hall = Hall::new();
        let refusal = hall.delegate(0, by, who, roles, when).unwrap_err().to_string();
        assert!(refusal.starts_with(&says), "{refusal}");
        assert!(hall.bot.delegations.all.is_empty());
    }
    let mut hall = Hall::new();
    let silent = BotCommand::Delegate {
        from: p("dev"),
        to: Some(p("tess")),
        roles: Vec::new(),
        starts: None,
        ends: at(9),
        reason: " ".to_owned(),
    };
    assert!(hall.ask(0, Actor::Person(p("dev")), silent).is_err(), "a reason is part of it");
    assert!(hall.delegate(0, "olga", ("dev", Some("tess")), &[], (-5, 60)).is_ok(), "a moment ago is now");
    assert_eq!(hall.bot.delegations.all[0].starts, at(0));
    assert_eq!(hall.told(), [("delegated", "dev".to_owned()), ("delegated", "tess".to_owned())]);
}

#[test]
fn one_giver_has_one_deputy_for_a_role_at_a_time() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (60, 120)).unwrap();
    let twice = Refusal::DelegatedAlready { from: p("dev"), number: 1 };
    assert_eq!(hall.delegate(1, "dev", ("dev", Some("omar")), &[], (90, 180)).unwrap_err(), twice);
    assert_eq!(hall.delegate(1, "dev", ("dev", None), &["model-risk"], (1, 61)).unwrap_err(), twice);
    assert!(hall.delegate(1, "dev", ("dev", Some("omar")), &["engineers"], (90, 180)).is_ok(), "another role");
    assert!(hall.delegate(1, "dev", ("dev", Some("omar")), &["model-risk"], (120, 180)).is_ok(), "another time");
}

#[test]
fn duties_are_not_sent_round_in_a_circle() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("lena")), &[], (0, 120)).unwrap();
    hall.delegate(0, "lena", ("lena", Some("nia")), &[], (60, 180)).unwrap();
    let round = hall.delegate(0, "nia", ("nia", Some("dev")), &[], (30, 200)).unwrap_err();
    assert_eq!(round, Refusal::Circle("nia → dev → lena → nia".to_owned()));
    assert!(hall.delegate(0, "nia", ("nia", Some("dev")), &[], (120, 200)).is_ok(), "Dev is back by then");
    // Each for another role is no circle: every seat has somebody in it.
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, 120)).unwrap();
    assert!(hall.delegate(0, "tess", ("tess", Some("dev")), &["engineers"], (0, 120)).is_ok());
    assert_eq!(
        (hall.sits(1, "model-risk"), hall.sits(1, "engineers")),
        (vec!["tess".to_owned(), "lena".to_owned(), "maya".to_owned()], vec!["maya".to_owned(), "dev".to_owned()])
    );
}

#[test]
fn a_delegation_is_ended_by_its_two_people_or_who_may() {
    for (by, ends) in [("dev", true), ("tess", true), ("olga", true), ("lena", false)] {
        let mut hall = Hall::new();
        hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
        let ended = hall.ask(5, Actor::Person(p(by)), BotCommand::EndDelegation { number: 1 });
        assert_eq!(ended.is_ok(), ends, "{by}");
        assert_eq!(hall.bot.delegations.all.is_empty(), ends);
        if ends {
            assert_eq!(hall.last.then, rehold(&["model-risk"], &["dev"]));
            assert!(!hall.told().contains(&("delegation-ended", by.to_owned())), "the asker has the reply");
            let again = hall.ask(6, Actor::Person(p(by)), BotCommand::EndDelegation { number: 1 });
            assert_eq!(again.unwrap_err(), Refusal::NoDelegation(1));
        }
    }
}

// Digests.

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

#[test]
fn a_schedule_counts_from_when_it_is_known() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.digest = PolicyHash::from("p2");
    new.digests.push(schedule("daily", "0 0 8 * * * *"));
    hall.load(3 * DAY, Actor::Operator, new.clone()).unwrap();
    hall.wake(3 * DAY);
    assert!(hall.last.events.is_empty(), "nothing is made up for the days before");
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(4 * DAY - 120)));
    // Another rhythm under the same name is another schedule; the one that stayed keeps its place.
    new.digest = PolicyHash::from("p3");
    new.digests[1].cron = "0 0 7 * * * *".to_owned();
    hall.load(4 * DAY - 150, Actor::Operator, new.clone()).unwrap();
    hall.wake(4 * DAY - 120);
    assert!(hall.last.events.is_empty());
    assert_eq!(hall.bot.digests.schedules["weekly"].seen, at(0));
    new.digest = PolicyHash::from("p4");
    new.digests.clear();
    hall.load(4 * DAY, Actor::Operator, new).unwrap();
    assert_eq!(hall.bot.wake(&hall.policy), None);
}

#[test]
fn a_digest_falls_once_in_the_hour_that_clocks_repeat() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.digest = PolicyHash::from("p2");
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
    new.digest = PolicyHash::from("p2");
    new.digests = vec![schedule("often", "0 0/10 2 * * * *")];
    // 01:05 UTC: 02:05 in Berlin for the second time. 02:10 has been, and will be again.
    let second = At(1_792_886_400_000_000) + Span::minutes(65);
    let load = BotCommand::LoadPolicy { policy: Box::new(new), text: "toml".to_owned() };
    hall.ask_at(second, Actor::Operator, load).unwrap();
    assert_eq!(hall.bot.wake(&hall.policy), Some(second + Span::minutes(5)));
    hall.ask_at(second, Actor::Engine, BotCommand::Wake).unwrap();
    assert!(hall.last.events.is_empty());
}

// Slow paths.

fn request(number: u32, path: &str) -> Case {
    let requested = Requested {
        began: began(Some("maya"), "Ship"),
        action: "a".to_owned(),
        digest: "d".to_owned(),
        path: PathId::from(path),
        slow_at: None,
    };
    let id = CaseId { kind: CaseKind::Approval, number };
    Case::begin(id, &Event::from(approval::Event::Requested(Box::new(requested))), at(0)).unwrap()
}

fn began(by: Option<&str>, title: &str) -> Began {
    Began {
        by: by.map(p),
        workflow: WorkflowId::from("credit"),
        homes: Vec::new(),
        policy: PolicyHash::from("p1"),
        title: title.to_owned(),
        restricted: false,
    }
}

fn concluded(outcome: Outcome, took: i64) -> Event {
    let ended = Ended { by: Some(p("dev")), reason: None, took: Span::minutes(took) };
    Event::from(match outcome {
        Outcome::Approved => approval::Event::Approved(ended),
        Outcome::Declined => approval::Event::Declined(ended),
        Outcome::Lapsed => approval::Event::Lapsed(ended),
        Outcome::Withdrawn => approval::Event::Withdrawn(ended),
        Outcome::Superseded { by } => approval::Event::Superseded { by_case: by, ended },
    })
}

fn incident(number: u32, slow_path: Option<&str>) -> (Case, Event) {
    let opened = Opened {
        began: began(None, "slow"),
        severity: Severity::Sev3,
        technical: None,
        class: None,
        nature: Nature::default(),
        impact: Impact::Known,
        moments: Vec::new(),
        because: None,
        slow_path: slow_path.map(PathId::from),
    };
    let event = Event::from(incident::Event::Opened(Box::new(opened)));
    (Case::begin(inc(number), &event, at(0)).unwrap(), event)
}

fn inc(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Incident, number }
}

#[test]
fn five_answers_of_which_the_slowest_tenth_is_over_the_limit_make_a_path_slow() {
    let (mut bot, policy, case) = (Bot::default(), policy(), request(1, "two"));
    let answer = |bot: &mut Bot, outcome: Outcome, took| {
        let event = concluded(outcome, took);
        bot.slow_paths.observe(&case, &event);
        bot.slow_paths.found_slow(&case, &[event], &policy)
    };
    for _ in 0..4 {
        assert_eq!(answer(&mut bot, Outcome::Approved, 181), None, "too few to judge by");
    }
    assert_eq!(answer(&mut bot, Outcome::Lapsed, 600), None, "a lapse is no answer");
    assert_eq!(answer(&mut bot, Outcome::Withdrawn, 600), None);
    let Some(SlowPath { path, because, .. }) = answer(&mut bot, Outcome::Declined, 5) else { panic!() };
    assert_eq!(path.as_str(), "two");
    assert_eq!(
        because,
        "90 % of the last 5 answers on path two took up to 3 h 01 min; the policy's limit is 3 h. The last one was APR-1."
    );
    // Twenty quick ones push the slow ones out; one slow one in twenty isn't a tenth.
    for _ in 0..19 {
        answer(&mut bot, Outcome::Approved, 5);
    }
    assert_eq!(answer(&mut bot, Outcome::Approved, 600), None);
    assert_eq!(bot.slow_paths.latencies["two"].len(), LATENCIES_KEPT);
}

#[test]
fn a_broken_glass_does_not_make_a_path_look_quick() {
    let mut bot = Bot::default();
    let mut case = request(1, "two");
    let broken =
        approval::Event::GlassBroken { by: p("olga"), stands_in_for: None, role: r("head"), reason: "x".to_owned() };
    let Body::Approval(approval) = &mut case.body else { panic!() };
    approval.apply(&broken, at(1));
    bot.slow_paths.observe(&case, &concluded(Outcome::Approved, 1));
    assert!(bot.slow_paths.latencies.is_empty());
}

#[test]
fn one_incident_about_a_path_is_open_at_a_time() {
    let mut hall = Hall::new();
    let note = |path: &str| {
        BotCommand::NoteSlowPath(SlowPath {
            path: PathId::from(path),
            workflow: WorkflowId::from("credit"),
            severity: Severity::Sev2,
            because: "APR-1 has been pending for 9 h.".to_owned(),
        })
    };
    hall.engine(1, note("two"));
    let [Then::Open(Opening::Incident(wanted))] = hall.last.then.as_slice() else { panic!("{:?}", hall.last.then) };
    assert_eq!(wanted.title, "Approvals on path two are slow");
    assert_eq!(wanted.class.as_ref().map(|it| it.as_str()), Some("control.latency_breach"));
    assert_eq!(
        (wanted.severity, wanted.impact, &wanted.slow_path),
        (Severity::Sev2, Impact::Known, &Some(PathId::from("two")))
    );

    let (case, opened) = incident(4, Some("two"));
    hall.bot.slow_paths.observe(&case, &opened);
    hall.engine(2, note("two"));
    assert!(hall.last.then.is_empty(), "INC-4 is about it already");
    hall.engine(2, note("silent"));
    assert_eq!(hall.last.then.len(), 1, "another path");
    // Merged: the incident that stays is about it.
    hall.bot.slow_paths.observe(&case, &incident::Event::Merged { by: p("dev"), into: inc(5) }.into());
    hall.engine(3, note("two"));
    assert!(hall.last.then.is_empty());
    for took in [600; 5] {
        hall.bot.slow_paths.observe(&request(1, "two"), &concluded(Outcome::Approved, took));
    }
    let (other, opened) = incident(9, None);
    hall.bot.slow_paths.observe(&other, &opened);
    hall.bot.slow_paths.observe(&other, &incident::Event::Resolved { by: p("dev"), text: "done".to_owned() }.into());
    assert_eq!(hall.bot.slow_paths.incidents.len(), 1, "another incident's end means nothing");
    let (case, _) = incident(5, None);
    hall.bot
        .slow_paths
        .observe(&case, &incident::Event::Resolved { by: p("dev"), text: "more people".to_owned() }.into());
    assert!(hall.bot.slow_paths.incidents.is_empty());
    assert_eq!(hall.bot.slow_paths.slow_by_p90(&hall.policy, &PathId::from("two")), None, "judged afresh");
    hall.engine(4, note("two"));
    assert_eq!(hall.last.then.len(), 1);
}

// Properties.

fn any_person() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["maya", "dev", "lena", "nia", "omar", "olga", "tess"])
}

#[derive(Clone, Debug)]
enum Step {
    Delegate(&'static str, &'static str, Option<&'static str>, Vec<&'static str>, (i64, i64)),
    End(&'static str, u32),
    Load(Vec<&'static str>),
    Wake,
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let roles = prop::sample::subsequence(vec!["model-risk", "legal", "engineers"], 0..3);
    let when = (-10..500i64, 0..900i64);
    let crons = vec!["0 0 8 * * Mon *", "0 30 2 * * * *", "0 0 0 1 * * *", "*/7 * * * * * *", "0 0 0 30 2 * *"];
    let step = prop_oneof![
        6 => (any_person(), any_person(), prop::option::of(any_person()), roles, when)
            .prop_map(|(by, from, to, roles, (after, long))| Step::Delegate(by, from, to, roles, (after, long))),
        2 => (any_person(), 1..6u32).prop_map(|(by, number)| Step::End(by, number)),
        1 => prop::sample::subsequence(crons, 0..3).prop_map(Step::Load),
        3 => Just(Step::Wake),
    ];
    (prop_oneof![4 => 0..300i64, 1 => 0..20_000i64], step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_bot_never_busies_itself_and_is_what_its_events_say(
        // Anywhere in the year, so that both nights of clock changes come up.
        start in 0..300 * DAY,
        steps in prop::collection::vec(any_step(), 1..25),
    ) {
        let mut hall = Hall::new();
        let (mut now, mut loaded) = (start, 1);
        for (minutes, step) in steps {
            now += minutes;
            hall.wake(now);
            prop_assert!(hall.bot.wake(&hall.policy).is_none_or(|due| due > at(now)), "what was due is dealt with");
            let before = hall.bot.clone();
            let turned_down = match step {
                Step::Delegate(by, from, to, roles, (after, long)) => {
                    hall.delegate(now, by, (from, to), &roles, (now + after, now + after + long)).is_err()
                }
                Step::End(by, number) => {
                    hall.ask(now, Actor::Person(p(by)), BotCommand::EndDelegation { number }).is_err()
                }
                Step::Load(crons) => {
                    loaded += 1;
                    let mut new = policy();
                    new.digest = PolicyHash::from(format!("p{loaded}"));
                    new.digests = crons.iter().map(|cron| schedule(cron, cron)).collect();
                    hall.load(now, Actor::Operator, new).is_err()
                }
                Step::Wake => false,
            };
            if turned_down {
                prop_assert_eq!(&hall.bot, &before);
            }
            prop_assert!(hall.bot.wake(&hall.policy).is_none_or(|due| due > at(now)), "nothing asked is due at once");
            for role in ["model-risk", "legal", "engineers", "head"] {
                let seats = hall.bot.people(&hall.policy, at(now)).seats(&[r(role)], &[]);
                for seat in &seats {
                    prop_assert!(seats.iter().filter(|it| it.person == seat.person).count() == 1);
                }
            }
            let mut again = Bot::default();
            hall.events.iter().for_each(|(event, at)| again.apply(event, *at));
            prop_assert_eq!(&again, &hall.bot);
            let json = serde_json::to_string(&hall.bot).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Bot>(&json).unwrap(), &hall.bot);
        }
        let numbers: BTreeSet<u32> = hall.events.iter().filter_map(|(event, _)| match event {
            BotEvent::Delegation(delegations::Event::Set(delegation)) => Some(delegation.number),
            _ => None,
        }).collect();
        prop_assert_eq!(numbers.len(), hall.bot.delegations.last as usize);
    }
}
