//! A graver incident is answered sooner; a lesser one moves no deadline.

use super::*;

#[test]
fn raising_the_severity_tightens_and_lowering_moves_nothing() {
    let mut room = Room::open(&wanted(Severity::Sev3));
    check(room.owed(), "acknowledge 20, resolve 480");
    room.pass(5);
    says(
        room.says("maya", Command::ChangeSeverity { to: Severity::Sev1, reason: words("x") }),
        "changing the severity is for triage and command",
    );
    says(
        room.says("dev", Command::ChangeSeverity { to: Severity::Sev3, reason: words("x") }),
        "INC-1 is sev3 already. Nothing was changed.",
    );
    let raised = room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("customers are hit") });
    check(
        raised,
        "sev1 now; tighter: acknowledge by 09:15, contain by 11:05, update by 09:35, resolve by 13:05, \
                   fill-seat (lead) by 09:25, fill-seat (comms) by 09:25 and fill-seat (scribe) by 09:25",
    );
    check(
        room.owed(),
        "acknowledge 15, contain 125, update 35, resolve 245, fill-seat lead 25, fill-seat comms 25, fill-seat scribe 25",
    );
    check(
        room.heard(),
        "case severity-changed, @dev severity-changed, @lena severity-changed, @ravi severity-changed, @arjun severity-changed",
    );
    let before = room.owed();
    check(
        room.says("dev", Command::ChangeSeverity { to: Severity::Sev3, reason: words("not so bad") }),
        "sev3 now; deadlines that were announced stay",
    );
    check(room.owed(), &before);
}

#[test]
fn raising_the_severity_leaves_alone_what_is_late_met_or_sooner() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.says("dev", Command::Acknowledge);
    room.pass(130);
    // Contain is late since 120; resolve would be due at 480 and is due at 370 under sev1.
    room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") });
    check(
        room.owed(),
        "contain 120 late, still-working 150, update 160, resolve 370, fill-seat lead 150, fill-seat comms 150, fill-seat scribe 150",
    );

    // The same terms again are no tighter.
    let mut room = Room::open(&wanted(Severity::Sev3));
    let same = Command::ChangeSeverity { to: Severity::Sev2, reason: words("worse") };
    check(room.says("dev", same), "sev2 now; tighter: contain by 11:00");

    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(300);
    room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") });
    says(room.owed(), "acknowledge 20 late");
    says(room.owed(), "resolve 480");
}

#[test]
fn a_paused_duty_is_replaced_only_by_an_earlier_one() {
    let pause = || Any::Pause { duty: Some(Duty::Resolve), reason: words("regulator's hold") };
    let raise = || Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") };
    // 470 min are left when it is paused, so at sev1 (240 min) it is sooner.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(10);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(60);
    room.says("dev", raise());
    says(room.owed(), "resolve 300");
    // The clock stands still at 480 while 280 min are left; at 300 that is 580, and sev1 says 540.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(200);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(300);
    room.says("dev", raise());
    says(room.owed(), "resolve 540");
    // 80 min are left: later than that is no help.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(400);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(450);
    room.says("dev", raise());
    says(room.owed(), "resolve 480 paused");
}
