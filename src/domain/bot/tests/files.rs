//! Files that couldn't be kept, as the operators hear of them.

use std::collections::BTreeSet;

use super::*;
use crate::domain::WhyNotKept::{self, TooLarge, Unwritten};

fn not_kept(platform: &str, whys: &[WhyNotKept]) -> BotCommand {
    BotCommand::FilesNotKept { platform: Platform::from(platform), whys: whys.iter().copied().collect() }
}

/// In hours since the start: what couldn't be kept, and how much of it is told.
#[test]
fn each_reason_is_told_once_on_a_platform_and_again_while_it_goes_on() {
    let mut hall = Hall::new();
    let table: [(i64, &str, &[WhyNotKept], usize); 8] = [
        (0, "slack", &[Unwritten], 1),
        (0, "slack", &[Unwritten], 0),
        (1, "slack", &[Unwritten, TooLarge], 1),
        (1, "discord", &[Unwritten], 1),
        (11, "slack", &[Unwritten], 0),
        (12, "slack", &[Unwritten], 1),
        (23, "slack", &[Unwritten, TooLarge], 1),
        (23, "slack", &[], 0),
    ];
    for (hour, platform, whys, told) in table {
        hall.engine(hour * 60, not_kept(platform, whys));
        assert_eq!(hall.kinds(), vec!["files.not-kept"; told], "hour {hour}: {whys:?}");
        assert_eq!(hall.told(), vec![("sentence", "operators".to_owned()); told], "hour {hour}: {whys:?}");
    }
}

#[test]
fn every_reason_says_what_to_do() {
    let all = <WhyNotKept as strum::VariantArray>::VARIANTS;
    let mut said = BTreeSet::new();
    for why in all {
        let mut hall = Hall::new();
        hall.engine(0, not_kept("slack", &[*why]));
        let [notice] = &hall.last.notices[..] else { panic!("{why:?}: {:?}", hall.last.notices) };
        let crate::domain::Telling::Bot(Telling::Sentence { text }) = &notice.telling else { panic!("{notice:?}") };
        let text = text.to_string();
        assert!(text.contains(&why.to_string()) && text.contains("on slack"), "{text}");
        said.insert(text);
    }
    assert_eq!(said.len(), all.len());
}
