//! Starting, stopping, falling behind, and what the operators hear of it.

use std::collections::BTreeSet;

use super::*;
use crate::domain::OutboxId;

#[test]
fn the_operators_hear_of_a_downtime_that_mattered() {
    for (was_down, told) in [(None, false), (Some(Span::seconds(60)), false), (Some(Span::minutes(47)), true)] {
        let mut hall = Hall::new();
        hall.engine(1, start(was_down));
        assert_eq!(hall.kinds(), ["bot.started"]);
        assert_eq!(!hall.told().is_empty(), told, "{was_down:?}");
    }
}

#[test]
fn nobody_types_what_is_the_bots_own_business() {
    let commands = [
        start(None),
        BotCommand::Stop,
        BotCommand::Wake,
        BotCommand::Watch { oldest_wake_late: None, oldest_notice_late: None },
        BotCommand::Links { cut_off: BTreeMap::new() },
        BotCommand::FilesNotKept { platform: Platform::from("slack"), whys: BTreeSet::new() },
        BotCommand::Roster { platform: Platform::from("slack"), groups: BTreeMap::new(), gone: Vec::new() },
        BotCommand::GiveUp { outbox: OutboxId { entry: 1, place: 0 }, why: String::new(), to_operators: false },
        BotCommand::ClockWentBack { by: Span::hours(1) },
        BotCommand::NoteSlowPath(SlowPath {
            path: PathId::from("two"),
            workflow: WorkflowId::from("credit"),
            severity: Severity::Sev1,
            because: String::new(),
        }),
    ];
    for command in commands {
        let mut hall = Hall::new();
        assert!(hall.ask(1, Actor::Person(p("olga")), command.clone()).is_err(), "{command:?}");
        assert!(hall.ask(1, Actor::Engine, command).is_ok());
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
    let recovered = crate::domain::bot::condition::recover(90, 100, policy.clone(), "h");
    let [event] = &recovered.events[..] else { panic!("{recovered:?}") };
    assert_eq!((event.kind(), &recovered.notices[0].to), ("bot.recovered", &To::Operators));
    hall.bot.apply(event, At(2));
    assert_eq!(hall.bot.policy, Some(policy));
    hall.engine(3, BotCommand::Stop);
    assert_eq!((hall.kinds(), hall.told().len()), (vec!["bot.stopped"], 0));
}
