//! What is typed about any case, and about none.

use super::*;
use crate::domain::obligation::Attribution;

#[test]
fn clocks_are_paused_waived_and_contested() {
    check(
        "/incident pause INC-1 duty=resolve waiting on the requester: logs",
        "INC-1",
        Any::Pause { duty: Some(Duty::Resolve), reason: "waiting on the requester: logs".to_owned() },
    );
    check("/approval resume APR-1", "APR-1", Any::Resume { duty: None });
    check(
        "/approval waive APR-1 duty=\"answer question\" By telephone",
        "APR-1",
        Any::Waive { duty: Duty::AnswerQuestion, reason: "By telephone".to_owned() },
    );
    check(
        "/incident contest INC-1 says=Third-Party down until noon",
        "INC-1",
        Any::Contest { duty: None, says: Attribution::ThirdParty, reason: "down until noon".to_owned() },
    );
    check(
        "/incident settle INC-1 to=vendor agreed",
        "INC-1",
        Any::Settle { duty: None, to: Attribution::Holder("vendor".into()), reason: "agreed".to_owned() },
    );
    assert!(wrong("/incident contest INC-1 says=vendr x").contains("Did you mean `vendor`"));
}

#[test]
fn delegations() {
    let ends = NOW + Span::minutes(4 * 24 * 60 + 150);
    let delegate = |to: Option<&str>, roles: &[&str], from: &str, starts| {
        Asked::Bot(BotCommand::Delegate {
            from: from.into(),
            to: to.map(Into::into),
            roles: roles.iter().map(|&role| role.into()).collect(),
            starts,
            ends,
            reason: "Holiday".to_owned(),
        })
    };
    assert_eq!(slash("/approval delegate @lena until friday 17:00 Holiday"), delegate(Some("lena"), &[], "maya", None));
    assert_eq!(
        slash("/approval delegate @lena friday 17:00 roles=model-risk,triage for=@dev from=tomorrow Holiday"),
        delegate(Some("lena"), &["model-risk", "triage"], "dev", Some(NOW + Span::minutes(9 * 60 + 30)))
    );
    assert_eq!(slash("/approval away until fri 17:00 Holiday"), delegate(None, &[], "maya", None));
    assert_eq!(slash("/approval undelegate 3"), Asked::Bot(BotCommand::EndDelegation { number: 3 }));
    let nobody = Context { by: None, ..context() };
    assert!(
        read("/incident role INC-1 lead", How::Slash, &nobody)
            .is_ok_and(|asked| matches!(asked, Some(Asked::Form { .. })))
    );
}

#[test]
fn questions_about_the_sla() {
    let digest = |range, workflow: Option<&str>, as_of| {
        Asked::Query(Query::Digest { range, workflow: workflow.map(Into::into), as_of })
    };
    assert_eq!(slash("/sla digest"), digest(Range::Week, None, None));
    assert_eq!(slash("/sla digest month credit-scoring"), digest(Range::Month, Some("credit-scoring"), None));
    assert_eq!(
        slash("/sla digest credit-scoring quarter as-of 14:00"),
        digest(Range::Quarter, Some("credit-scoring"), Some(NOW - Span::minutes(30)))
    );
    // The last day belongs to it: midnight to midnight in the asker's zone.
    let from = At(NOW.0 - Span::minutes(14 * 60 + 30).0 - Span::days(22).0);
    assert_eq!(
        slash("/sla digest 2026-11-01..2026-11-07 as_of=2026-11-20"),
        digest(
            Range::Between { from, to: from + Span::days(7) },
            None,
            Some(At(NOW.0 - Span::minutes(14 * 60 + 30).0 - Span::days(3).0)),
        )
    );
    assert!(wrong("/sla digest 2026-11-07..2026-11-01").contains("has no place there"));
    assert!(wrong("/sla digest credit-scorng").contains("Did you mean"));
    assert_eq!(slash("/sla"), Asked::Query(Query::Help { root: Some("sla"), verb: None }));
    assert_eq!(slash("/sla reload"), Asked::ReloadPolicy);
    assert_eq!(slash("/sla red-flags"), Asked::Query(Query::RedFlags));
    let filter =
        Filter { mine: true, workflow: Some("credit-scoring".into()), severity: Some(Severity::Sev1), all: false };
    assert_eq!(
        slash("/incident list sev1 mine credit-scoring"),
        Asked::Query(Query::List { kind: Some(CaseKind::Incident), filter })
    );
}
