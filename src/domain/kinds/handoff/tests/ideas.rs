//! What a note says of how far something is understood.

use super::*;

#[test]
fn whoever_notes_something_says_whether_it_was_ruled_out_or_is_unknown() {
    for (said, expected) in [
        ("Ruled out: the feature store", Some((Idea::RuledOut, "the feature store"))),
        ("  ruled-out:the deploy ", Some((Idea::RuledOut, "the deploy"))),
        ("UNKNOWN: how many were declined", Some((Idea::Unknown, "how many were declined"))),
        ("Unknown: who changed the limits?", Some((Idea::Unknown, "who changed the limits?"))),
        // Read as ruled out, or as a question, these would say the opposite of what they say.
        ("It isn't safe to restart v7", None),
        ("It isn't contained yet", None),
        ("It wasn't the deploy, I think", None),
        ("Nothing was ruled out: look at everything", None),
        ("Unclear at first, now fixed", None),
        ("Shall I page somebody?", None),
        ("Ruled out:", None),
        ("", None),
        ("ä", None),
    ] {
        assert_eq!(Idea::of(said), expected, "{said}");
    }
}
