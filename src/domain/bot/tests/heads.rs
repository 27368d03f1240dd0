//! Witnesses: told once when one falls silent, louder when it saw another history, and once when it is back.

use super::*;
use crate::domain::bot::heads::Command as Seen;
use crate::domain::{LogId, Opening, WitnessId};

#[test]
fn a_witness_is_told_of_once_and_again_when_it_gets_worse_and_when_it_is_back() {
    let mut hall = Hall::new();
    hall.policy.announcements = vec![channel("managers")];
    let witness = || WitnessId::from("client");
    let why = || "it answered 503 Service Unavailable".to_owned();
    let cosigned = || Seen::Cosigned { witness: witness(), size: 9 };
    let silent = || Seen::Silent { witness: witness(), since: at(0), why: why() };
    let refused = || Seen::Refused { witness: witness(), why: why() };
    let split = || Seen::Split { witness: witness(), size: 9, seen: Some(12) };
    let table = [
        (cosigned(), None, 0),
        (silent(), Some("witness.silent"), 1),
        (silent(), None, 0),
        (refused(), Some("witness.refused"), 1),
        // What is told already isn't told again because less of it shows.
        (silent(), None, 0),
        // Also where everybody looks.
        (split(), Some("witness.split"), 2),
        (refused(), None, 0),
        (split(), None, 0),
        (cosigned(), Some("witness.back"), 1),
        (cosigned(), None, 0),
        (split(), Some("witness.split"), 2),
    ];
    for (minute, (seen, kind, told)) in table.into_iter().enumerate() {
        hall.engine(minute as i64, BotCommand::Heads(seen.clone()));
        assert_eq!(hall.kinds(), kind.into_iter().collect::<Vec<_>>(), "{seen:?}");
        assert_eq!(hall.told().len(), told, "{seen:?}");
    }
    let text = format!("{:?}", hall.last.notices);
    assert!(text.contains("another history") && text.contains("12 entries"), "{text}");
    // Nobody can type it.
    let refused = hall.ask(20, crate::domain::Actor::Person(p("maya")), BotCommand::Heads(cosigned()));
    assert!(refused.is_err());
}

/// Whoever has an old head of a log can send it as often as they like.
#[test]
fn an_old_head_that_is_sent_again_and_again_is_told_of_once_a_day() {
    let mut hall = Hall::new();
    let log = || LogId::from("vendor");
    let back = || Seen::LogWentBack { log: log(), size: 5, seen: 9 };
    let well = || Seen::LogCosigned { log: log(), size: 10 };
    let split = || Seen::LogSplit { log: log(), size: 9, seen: 9 };
    let table = [
        (0, well(), None),
        (1, back(), Some("witness.log-went-back")),
        (2, back(), None),
        (3, well(), Some("witness.log-back")),
        (4, back(), None),
        (DAY, back(), None),
        (DAY + 1, back(), Some("witness.log-went-back")),
        (DAY + 2, split(), Some("witness.log-split")),
        (DAY + 3, split(), None),
        (DAY + 4, back(), None),
        (DAY + 5, well(), Some("witness.log-back")),
        (DAY + 6, split(), None),
        (3 * DAY, split(), Some("witness.log-split")),
    ];
    for (minute, seen, kind) in table {
        hall.engine(minute, BotCommand::Heads(seen.clone()));
        assert_eq!(hall.kinds(), kind.into_iter().collect::<Vec<_>>(), "minute {minute}: {seen:?}");
    }
}

#[test]
fn a_head_is_posted_where_the_policy_says_and_that_it_could_not_be_told_is_told() {
    let mut hall = Hall::new();
    let publish = || Seen::Publish {
        origin: "example.com/log".to_owned(),
        size: 9,
        root: Label::from("ab".repeat(32)),
        shown: "q6s=".to_owned(),
        by: vec![Label::from("w.example")],
    };
    hall.engine(0, BotCommand::Heads(publish()));
    assert_eq!((hall.kinds(), hall.told().len()), (vec!["head.published"], 0), "no channel is named");
    let rule = |channel| crate::domain::policy::HeadsRule { every: Span::days(1), channel, webhook: None, file: true };
    hall.policy.heads = Some(rule(Some(channel("managers"))));
    hall.engine(1, BotCommand::Heads(publish()));
    assert_eq!(hall.told(), [("sentence", "managers".to_owned())]);
    let text = format!("{:?}", hall.last.notices);
    assert!(text.contains("9 entries") && text.contains("`q6s=`") && text.contains("cosigned by w.example"), "{text}");
    assert_eq!(hall.bot.heads.published.as_ref().map(|it| (it.size, it.at)), Some((9, at(1))));
    hall.engine(2, BotCommand::Heads(Seen::NotPublished { to: Label::from("file"), why: "no place".to_owned() }));
    assert_eq!((hall.kinds(), hall.told()), (vec!["head.not-published"], vec![("sentence", "operators".to_owned())]));
}

/// Each stamp is recorded; told is what changes, and once a week that the certificate ends.
#[test]
fn stamps_are_renewed_before_the_certificate_ends() {
    let mut hall = Hall::new();
    let every = Span::days(7);
    let day = |day: i64| at(day * DAY);
    let stamped =
        |until: Option<i64>| Seen::Stamped { size: 9, stamp: Label::from("ab".repeat(32)), until: until.map(day) };
    let failed = || Seen::NotStamped { why: "it answered 503".to_owned() };
    assert_eq!(hall.bot.heads.stamps.due(every), None, "at once");
    let (well, ends) = (vec!["head.stamped"], vec!["head.stamped", "head.stamps-end"]);
    let table = [
        (0, stamped(Some(100)), well.clone(), 0, 7),
        (7, failed(), vec!["head.not-stamped"], 1, 7),
        (8, failed(), vec![], 0, 7),
        (8, stamped(Some(100)), well.clone(), 1, 15),
        (36, stamped(Some(100)), well.clone(), 0, 40),
        // From here on it ends within 60 days.
        (40, stamped(Some(100)), ends.clone(), 1, 41),
        (41, stamped(Some(100)), well.clone(), 0, 42),
        (47, stamped(Some(101)), ends.clone(), 1, 48),
        (48, stamped(Some(300)), well.clone(), 1, 55),
        (55, stamped(Some(300)), well.clone(), 0, 62),
        // Where the certificate isn't in the answer, nobody knows when it ends.
        (300, stamped(None), well, 0, 307),
        // It ended meanwhile.
        (400, stamped(Some(400)), ends, 1, 401),
    ];
    for (on, seen, kinds, told, due) in table {
        hall.engine(on * DAY, BotCommand::Heads(seen.clone()));
        assert_eq!((hall.kinds(), hall.told().len()), (kinds, told), "day {on}: {seen:?}");
        assert_eq!(hall.bot.heads.stamps.due(every), Some(day(due)), "day {on}");
    }
}

/// While the authority gives no stamp at all, it is said as well that the last one ends.
#[test]
fn that_stamps_end_is_said_although_the_authority_is_away() {
    let mut hall = Hall::new();
    let until = Some(at(70 * DAY));
    hall.engine(0, BotCommand::Heads(Seen::Stamped { size: 9, stamp: Label::from("ab".repeat(32)), until }));
    let failed = || BotCommand::Heads(Seen::NotStamped { why: "it answered 503".to_owned() });
    let (away, ends) = ("head.not-stamped", "head.stamps-end");
    for (on, kinds) in
        [(9, vec![away]), (10, vec![ends]), (11, vec![]), (17, vec![ends]), (80, vec![ends]), (81, vec![])]
    {
        hall.engine(on * DAY, failed());
        assert_eq!((hall.kinds(), hall.told().len()), (kinds.clone(), kinds.len()), "day {on}");
    }
}

/// One incident at a time is open about it, on the workflow that keeps the records. It hears that new stamps are there; people end it.
#[test]
fn somebody_owes_that_stamps_are_renewed() {
    use crate::domain::every_case;
    use crate::domain::kinds::incident::{Event as Became, Opened};
    let mut hall = Hall::new();
    let stamped = |until: i64| {
        BotCommand::Heads(Seen::Stamped { size: 9, stamp: Label::from("ab".repeat(32)), until: Some(at(until * DAY)) })
    };
    hall.engine(0, stamped(50));
    assert!(hall.last.then.is_empty(), "no [records], so nobody's");
    assert!(format!("{:?}", hall.last.notices).contains("Nobody owes it by name"), "{:?}", hall.last.notices);

    hall.policy.records = Some(crate::domain::policy::Records { workflow: WorkflowId::from("credit"), path: None });
    hall.engine(7 * DAY, stamped(50));
    let [Then::Open(Opening::Incident(wanted))] = hall.last.then.as_slice() else { panic!("{:?}", hall.last.then) };
    assert_eq!((wanted.workflow.as_str(), wanted.stamps_end), ("credit", Some(at(50 * DAY))));
    assert!(wanted.because.as_ref().is_some_and(|it| it.contains("[time_stamps]")), "{:?}", wanted.because);
    assert!(format!("{:?}", hall.last.notices).contains("I open an incident about it on credit"));

    let opening = wanted.clone();
    let about = |number: u32| {
        let (case, event) = super::slow_paths::incident(number, None);
        let crate::domain::Event::Incident(Became::Opened(opened)) = event else { panic!("an incident begins so") };
        let opened = Became::Opened(Box::new(Opened { stamps_end: opening.stamps_end, ..*opened })).into();
        let case = Case::begin(case.id, &opened, at(0)).expect("an incident");
        (case, opened)
    };
    let resolved = || Event::from(Became::Resolved { by: p("dev"), text: "asked them".to_owned() });
    let (case, opened) = about(3);
    hall.bot.observe(&case, &opened, None, at(1));
    hall.engine(14 * DAY, stamped(50));
    assert!(hall.last.then.is_empty(), "INC-3 is about it");
    assert!(format!("{:?}", hall.last.notices).contains("INC-3 is about it"));
    // Resolved without new stamps: asked for again. Another's end means nothing.
    let (other, _) = super::slow_paths::incident(9, None);
    hall.bot.observe(&other, &resolved(), None, at(2));
    assert_eq!(hall.bot.heads.stamps.incident, Some(case.id));
    hall.bot.observe(&case, &resolved(), None, at(2));
    hall.engine(21 * DAY, stamped(50));
    assert!(matches!(hall.last.then.as_slice(), [Then::Open(_)]), "{:?}", hall.last.then);
    // Merged, its date is lost; reopened, the first is about them again.
    let (four, opened) = about(4);
    hall.bot.observe(&four, &opened, None, at(3));
    assert_eq!(hall.bot.heads.stamps.incident, Some(four.id));
    hall.bot.observe(&four, &Became::Merged { by: p("dev"), into: case.id }.into(), None, at(3));
    assert_eq!(hall.bot.heads.stamps.incident, None);
    let reopened = Became::Reopened { by: p("dev"), reason: "it isn't done".to_owned() };
    hall.bot.observe(&case, &reopened.into(), None, at(5));
    assert_eq!(hall.bot.heads.stamps.incident, Some(case.id));
    // The new stamp comes: said there, and nobody is asked again.
    hall.engine(22 * DAY, stamped(400));
    let [Then::Case(id, crate::domain::Command::Any(every_case::Command::Observe { seen }))] =
        hall.last.then.as_slice()
    else {
        panic!("{:?}", hall.last.then)
    };
    assert_eq!(*id, case.id);
    assert!(seen.contains("covers all older ones") && seen.contains("are renewed"), "{seen}");
    hall.engine(23 * DAY, stamped(400));
    assert!(hall.last.then.is_empty() && hall.last.notices.is_empty());
}
