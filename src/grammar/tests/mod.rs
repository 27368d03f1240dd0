//! What is typed, pressed and filled in, under the example policy, on a Monday in Kolkata.

mod approvals;
mod every_case;
mod form;
mod incidents;
mod line;
mod moment;
mod properties;
mod slips;
mod table;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::*;
use crate::domain::every_case::Command as Any;
use crate::domain::kinds::approval::{self, Command as Apr};
use crate::domain::kinds::incident::{self, Command as Inc, SeatName, Which};
use crate::domain::policy::EXAMPLE;
use crate::domain::{Duty, PathId, Severity, Span};

/// Monday, 23 November 2026, 14:30 in Kolkata.
const NOW: At = At(1_795_424_400_000_000);

const KOLKATA: Tz = chrono_tz::Asia::Kolkata;

fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(|| Policy::read(EXAMPLE).expect("the example policy has no errors"))
}

/// A form that was sent.
fn submitted(
    id: &str,
    values: &BTreeMap<String, String>,
    context: &Context<'_>,
) -> Result<Asked, BTreeMap<String, String>> {
    Filled::form(id, values.clone()).read(context).map_err(|unread| match unread {
        Unread::Fields(fields) => fields,
        Unread::Line(misread) => panic!("a form is answered field by field: {misread}"),
    })
}

fn maya() -> &'static PersonId {
    static MAYA: std::sync::OnceLock<PersonId> = std::sync::OnceLock::new();
    MAYA.get_or_init(|| "maya".into())
}

/// A channel that the policy doesn't name.
fn lounge() -> &'static Lane {
    static LOUNGE: std::sync::OnceLock<Lane> = std::sync::OnceLock::new();
    LOUNGE.get_or_init(|| "slack/C0LOUNGE".parse().expect("a lane"))
}

fn context() -> Context<'static> {
    let lane = Some(lounge());
    Context {
        by: Some(maya()),
        at: NOW,
        zone: KOLKATA,
        policy: policy(),
        here: None,
        lane,
        workflow: None,
        prefix: "/",
    }
}

fn within(case: &str) -> Context<'static> {
    Context { here: Some(id(case)), ..context() }
}

fn id(case: &str) -> CaseId {
    case.parse().expect("the test's own case")
}

#[track_caller]
fn slash(text: &str) -> Asked {
    read(text, How::Slash, &context()).expect("it reads").expect("it is a command")
}

#[track_caller]
fn said(text: &str) -> Asked {
    read(text, How::Said, &context()).expect("it reads").expect("it is a command")
}

#[track_caller]
fn wrong(text: &str) -> String {
    read(text, How::Slash, &context()).expect_err("it is misread").to_string()
}

#[track_caller]
fn opened(text: &str) -> incident::Opening {
    match slash(text) {
        Asked::New(Opening::Incident(opened)) => opened,
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn requested(text: &str) -> approval::Opening {
    match slash(text) {
        Asked::New(Opening::Approval(requested)) => requested,
        other => panic!("{text}: {other:?}"),
    }
}

/// What is asked to be approved, to the letter, and on which path.
#[track_caller]
fn asked_for(request: &approval::Opening) -> (&str, Option<&PathId>) {
    match &request.wanted {
        approval::Wanted::Action { action, path } => (action, path.as_ref()),
        approval::Wanted::Promotion | approval::Wanted::Records(_) => panic!("no action: {request:?}"),
    }
}

#[track_caller]
fn check(text: &str, case: &str, command: impl Into<Command>) {
    assert_eq!(slash(text), Asked::Case { id: id(case), command: command.into() }, "{text}");
}

#[track_caller]
fn form_of(asked: Asked) -> (String, BTreeMap<String, String>) {
    match asked {
        Asked::Form { verb, case, given } => (form(verb, case, &given, &context()).id, given),
        other => panic!("not a form: {other:?}"),
    }
}

#[test]
fn the_moment_of_these_tests_is_what_it_says() {
    assert_eq!(
        NOW.utc().map(|at| at.with_timezone(&KOLKATA).to_rfc3339()),
        Some("2026-11-23T14:30:00+05:30".to_owned())
    );
}
