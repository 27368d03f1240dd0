//! What a note says of how far something is understood.

use super::*;

#[test]
fn what_was_ruled_out_and_what_nobody_knows_is_told_by_the_words() {
    for (said, expected) in [
        ("Ruled out: the feature store", Some(Idea::RuledOut)),
        ("The deploy is not the cause", Some(Idea::RuledOut)),
        ("Unknown how many were declined", Some(Idea::Unknown)),
        ("Who changed the limits?", Some(Idea::Unknown)),
        ("We don\u{2019}t know since when", Some(Idea::Unknown)),
        // Both: that it was looked into counts.
        ("Unclear at first, now ruled out", Some(Idea::RuledOut)),
        ("Rolled back to v6", None),
        ("", None),
    ] {
        assert_eq!(Idea::of(said), expected, "{said}");
    }
}
