//! Verbs that stand together where a platform shows only so many beside one another. A verb of no group stands outside of all of them.

/// A word for the group, what it is for, and the verbs in it; whoever knows no such verb has nothing there.
pub type Group = (&'static str, &'static str, &'static [&'static str]);

/// In the order in which they are formed.
pub const GROUPS: &[Group] = &[
    (
        "clock",
        "Clocks: pause, put off, waive, argue; those of law",
        &[
            "pause",
            "resume",
            "snooze",
            "waive",
            "contest",
            "settle",
            "clocks",
            "applies",
            "set-aside",
            "submitted",
            "draft",
        ],
    ),
    (
        "people",
        "Seats, pages, and who may see it",
        &["role", "invite", "uninvite", "restrict", "unrestrict", "request-access", "escalate", "here", "join"],
    ),
    ("details", "What it was, when, and where it goes on", &["convert", "classify", "moment", "link", "carry-out"]),
    (
        "ruling",
        "Recommend, rule, renew and suspend",
        &["recommend", "send-back", "grant", "refuse", "correct", "renew", "suspend", "lift"],
    ),
    ("before", "Before a rollback runs", &["compare", "tick", "retarget", "alter-anyway", "go", "no-go"]),
    (
        "after",
        "What is left once the steps are over",
        &["in-flight", "downstream", "look-back", "looked-at", "source", "gap", "gap-closed", "again"],
    ),
    ("promotions", "Hold promotions", &["freeze", "thaw", "override"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A verb that is called otherwise now would be in no group, and nobody would see that.
    #[test]
    fn every_verb_of_a_group_is_one() {
        let known: Vec<&str> = super::super::roots().flat_map(|root| root.verbs).map(|verb| verb.verb).collect();
        let unknown = GROUPS.iter().flat_map(|(_, _, verbs)| *verbs).filter(|verb| !known.contains(verb));
        assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}
