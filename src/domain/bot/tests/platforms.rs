//! Platforms that fall silent, and speak again.

use super::*;

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
