//! The story itself: one day of credit scoring, on the example policy. What stands here as a command is typed just so.

/// One thing of the story. A moment is a time of the day, in the story's zone.
pub(super) enum Scene {
    /// What comes next, and what is to be seen in it.
    Chapter(&'static str, &'static str),
    /// Somebody says or types something in the channel.
    Say(&'static str, &'static str, &'static str),
    /// In the thread of a case.
    Reply(&'static str, &'static str, &'static str, &'static str),
    /// Somebody presses the button with this label on the card of a case.
    Press(&'static str, &'static str, &'static str, &'static str),
    /// Nobody does anything until then.
    Until(&'static str),
    /// A case's evidence is taken out and checked, as at the command line.
    Evidence(&'static str),
}

use Scene::{Chapter, Evidence, Press, Reply, Say, Until};

/// An incident, an exception, a rollback, an approval, a handoff, and the evidence of all of it.
pub(super) const STORY: &[Scene] = &[
    Chapter(
        "1 of 6 · Incident",
        "Credit scoring is up, and no dashboard is red. But Maya, who owns it for the bank, sees it decide oddly. Now somebody owes \
         an acknowledgement, three seats and an assessment, and the bot nudges before any of it is late.",
    ),
    Say(
        "09:40",
        "maya",
        "Morning. The overnight batch scored 4,100 applications, and the decline rate looks high to me.",
    ),
    Say("09:41", "dev", "How high?"),
    Say("09:42", "maya", "31 % for Pune, 12 % everywhere else. The notes of release 42 say nothing of that."),
    Say(
        "09:45",
        "maya",
        "/incident open credit-scoring sev2 \"Decline rate for Pune three times the average\" class=output.bias impact=unclear",
    ),
    Press("09:48", "dev", "INC-1", "Acknowledge"),
    Say("09:50", "arjun", "/incident role INC-1 lead"),
    Say("10:00", "dev", "/incident role INC-1 comms"),
    Say("10:02", "arjun", "/incident role INC-1 scribe @maya"),
    Chapter(
        "2 of 6 · Exception",
        "Until it is clear what is wrong, people decide in Pune, and there aren't enough of them to read everything twice. That \
         departs from a rule: a specialist recommends, somebody else rules, and it ends by itself.",
    ),
    Reply(
        "10:03",
        "dev",
        "INC-1",
        "From now on people decide in Pune, one reader each. There aren't enough of them for two.",
    ),
    Say(
        "10:05",
        "maya",
        "/exception raise credit-scoring one-reader \"Pune goes out with one reader today\" reason=\"every reader is on Pune\" until=18:00 on=INC-1",
    ),
    Press("10:07", "dev", "EXC-1", "Triage"),
    Say(
        "10:10",
        "priya",
        "/exception recommend EXC-1 grant Only Pune, only today, with a sample read again every two hours",
    ),
    // Whoever raised it doesn't rule on it.
    Say("10:12", "maya", "/exception grant EXC-1 until 18:00 We are in a hurry"),
    Say(
        "10:15",
        "anika",
        "/exception grant EXC-1 until 18:00 control=\"twenty cases are read again\" every=2h One careful reader is better than a wrong score",
    ),
    Chapter(
        "3 of 6 · Rollback",
        "Release 42 is the cause. Going back is compared with the other ways out, each party says go, the evidence is sealed \
         before anything changes, and nobody confirms before it is known what the bad release has decided.",
    ),
    Say(
        "10:20",
        "priya",
        "/incident assess INC-1 312 applications from Pune were declined that should not have been. Nobody else is affected.",
    ),
    Say(
        "10:24",
        "dev",
        "/incident update INC-1 next=2h Found it: since release 42 the branch code is read as an income band.",
    ),
    Say(
        "10:28",
        "maya",
        "/rollback propose credit-scoring from=release-42 to=release-41 \"Release 42 reads the branch code as income\" on=INC-1",
    ),
    Say("10:29", "priya", "/rollback tick RBK-1 1 yes 312 wrong declines since midnight"),
    Say("10:30", "ravi", "/rollback tick RBK-1 2 yes Its validation report is a week old"),
    Say(
        "10:31",
        "ravi",
        "/rollback compare RBK-1 contain takes=5m undone=\"a backlog of cases\" People can't read 4,100 cases a day",
    ),
    Say("10:32", "ravi", "/rollback compare RBK-1 fix-forward takes=2d Release 43 isn't tested yet"),
    Press("10:33", "ravi", "RBK-1", "Go"),
    Say("10:34", "arjun", "/rollback authorise RBK-1 Release 41 is known to be good"),
    // Maya's go is missing.
    Say("10:36", "dev", "/rollback start RBK-1"),
    Press("10:37", "maya", "RBK-1", "Go"),
    Say("10:38", "dev", "/rollback start RBK-1"),
    Press("10:44", "ravi", "RBK-1", "Step done"),
    Say("10:48", "ravi", "/rollback done RBK-1 step=2 The alias points at release 41"),
    Say("10:50", "arjun", "/rollback agree-point RBK-1 There is a copy of the features"),
    Say("10:52", "ravi", "/rollback done RBK-1 step=3"),
    Say("10:54", "dev", "/rollback in-flight RBK-1 drained 41 calls that were under way are answered"),
    Say("10:55", "maya", "/rollback downstream RBK-1 yes Ten entries read back, all of them right"),
    Say("10:56", "ravi", "/rollback downstream RBK-1 yes Drift is where it was last week"),
    Say(
        "11:00",
        "dev",
        "/rollback look-back RBK-1 from=00:30 to=10:44 count=312 Table decisions, model = release 42, branch = Pune",
    ),
    Say("11:04", "maya", "/rollback looked-at RBK-1 All 312 are scored again, once that is approved"),
    Say("11:05", "ravi", "/rollback looked-at RBK-1 The alarms of the night are marked as wrong"),
    Say("11:08", "dev", "/rollback source RBK-1 yes The alias leads to release 41, and 42 is reverted in the pipeline"),
    Say("11:12", "dev", "/rollback confirm RBK-1 recovered Pune is declined as often as everywhere else"),
    Say(
        "11:17",
        "ravi",
        "/incident contain INC-1 Release 41 scores again. What people have begun in Pune they finish today.",
    ),
    Say("11:20", "dev", "/incident update INC-1 next=2h Release 41 is back. The 312 applications come next."),
    Chapter(
        "4 of 6 · Approval",
        "Two of model risk decide on the very command that will run. They are nudged, one of them answers, and then the time is \
         up: it is late, it is recorded as theirs, and the next roles are called in.",
    ),
    Say(
        "11:30",
        "maya",
        "/approval request credit-scoring \"Score the 312 applications again\" action=\"rescore --branch pune --release 41 --since 00:30\"",
    ),
    // Changes are held since the way back was gone; whoever authorised that lets this one through.
    Say("11:35", "arjun", "/rollback override credit-scoring APR-1 It puts right what the bad version decided"),
    Say("12:10", "tomas", "/exception proof EXC-1 Twenty of Pune's cases read again: nothing wrong"),
    Reply("12:40", "priya", "APR-1", "@countersign approve It is what the look-back found"),
    Say("13:15", "dev", "/incident update INC-1 next=2h We wait for the second approval."),
    // The time is up, with one answer of two.
    Until("13:35"),
    Press("13:40", "anika", "APR-1", "Approve"),
    Chapter(
        "5 of 6 · Handoff",
        "Arjun's day ends, the incident doesn't. Lena in Berlin reads the brief and says back what runs out first and who hears \
         next; then everything moves at one moment, with its clocks running. What she is told has the times of Berlin.",
    ),
    Say("14:00", "arjun", "/handoff offer INC-1 to @lena"),
    Say("14:03", "lena", "/handoff briefing HOF-1"),
    Say("14:05", "lena", "/handoff accept HOF-1 first=INC-1 next=governance-lead"),
    Say("14:08", "arjun", "/handoff confirm HOF-1"),
    Say("14:09", "priya", "/exception proof EXC-1 Twenty more: nothing wrong"),
    Say(
        "15:00",
        "lena",
        "/incident followup INC-1 @ravi tomorrow 17:00 A test that fails when a branch code is read as an income",
    ),
    Say("15:05", "lena", "/incident resolve INC-1 The 312 applications were scored again; 268 of them are approved."),
    Say("16:05", "tomas", "/exception proof EXC-1 Twenty more: one slip of the pen, put right"),
    // The exception ends by itself.
    Until("18:00"),
    Say("18:05", "maya", "/exception close EXC-1 From tomorrow on two people read again"),
    Chapter(
        "6 of 6 · Evidence",
        "All of it is on record and sealed, and can be checked by somebody who trusts none of them. And Lena asks how the \
         agreement was kept.",
    ),
    Evidence("INC-1"),
    Say("18:10", "lena", "/sla digest"),
];
