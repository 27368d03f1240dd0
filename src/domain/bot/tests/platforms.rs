//! Platforms that fall silent, and speak again.

use super::*;
use crate::domain::Lack;

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
fn what_works_only_in_part_is_told_once_and_again_after_it_was_mended() {
    let mut hall = Hall::new();
    let slack = Platform::from("slack");
    let channel = || Lack::Channel("slack/C1".parse().expect("a channel"));
    let lacks = |what: &[Lack]| {
        let all = what.iter().map(|it| (it.clone(), format!("{it:?} needs somebody"))).collect();
        BotCommand::Lacks { lacks: BTreeMap::from([(slack.clone(), all)]) }
    };
    let nobody_looked = || BotCommand::Lacks { lacks: BTreeMap::new() };
    let table = [
        (lacks(&[]), vec![], 0),
        (lacks(&[channel(), Lack::Pins]), vec!["platform.lacks", "platform.lacks"], 2),
        (lacks(&[channel(), Lack::Pins]), vec![], 0),
        (nobody_looked(), vec![], 0),
        (lacks(&[Lack::Pins]), vec!["platform.mended"], 0),
        (lacks(&[channel()]), vec!["platform.lacks", "platform.mended"], 1),
    ];
    for (minute, (command, expected, told)) in table.into_iter().enumerate() {
        hall.engine(minute as i64, command);
        assert_eq!(hall.kinds(), expected, "minute {minute}");
        assert_eq!(hall.told().len(), told, "minute {minute}");
    }
}
