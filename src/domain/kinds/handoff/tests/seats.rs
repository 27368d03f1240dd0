//! Whose seat in a role is whose, once it was handed over.

use super::*;
use crate::domain::bot::handed::HandedSeat as Seat;

fn handed(role: &str, workflow: Option<&str>, from: &str, to: Receiver) -> Seat {
    let (role, workflow, from, handoff) = (role.into(), workflow.map(Into::into), Some(p(from)), hof(1));
    Seat { role, workflow, from, to, handoff }
}

fn members(seats: &[Seat], role: &str, on: Option<&str>) -> Vec<String> {
    let workflow = on.map(WorkflowId::from);
    let handed = HandedOver { seats, workflow: workflow.as_ref(), of_duty: &[] };
    let people = People { policy: &POLICY, delegations: &[], rotas: Rotas::NONE, handed, at: NINE };
    people.members(&role.into()).into_iter().map(ToString::to_string).collect()
}

#[test]
fn a_handed_seat_counts_where_it_was_handed() {
    let person = |name: &str| Receiver::Person(p(name));
    let everywhere = [handed("model-risk", None, "priya", person("lena"))];
    let on_credit = [handed("model-risk", Some("credit"), "priya", person("lena"))];
    let on_again = [on_credit[0].clone(), handed("model-risk", Some("credit"), "lena", person("dev"))];
    let back = [everywhere[0].clone(), handed("model-risk", None, "lena", person("priya"))];
    let to_a_member = [handed("model-risk", None, "priya", person("tomas"))];
    let to_a_role = [handed("engineering", Some("credit"), "ravi", Receiver::Role("product".into()))];
    let not_theirs = [handed("model-risk", None, "maya", person("lena"))];
    for (seats, role, on, expected) in [
        (&everywhere[..], "model-risk", None, &["lena", "tomas", "anika"][..]),
        (&everywhere[..], "model-risk", Some("claims"), &["lena", "tomas", "anika"]),
        (&everywhere[..], "triage", None, &["dev", "lena"]),
        (&on_credit[..], "model-risk", Some("credit"), &["lena", "tomas", "anika"]),
        (&on_credit[..], "model-risk", Some("claims"), &["priya", "tomas", "anika"]),
        (&on_credit[..], "model-risk", None, &["priya", "tomas", "anika"]),
        (&on_again[..], "model-risk", Some("credit"), &["dev", "tomas", "anika"]),
        (&back[..], "model-risk", None, &["priya", "tomas", "anika"]),
        (&to_a_member[..], "model-risk", None, &["tomas", "anika"]),
        (&to_a_role[..], "engineering", Some("credit"), &["maya", "jonas", "elena"]),
        (&not_theirs[..], "model-risk", None, &["priya", "tomas", "anika"]),
    ] {
        assert_eq!(members(seats, role, on), expected, "{role} on {on:?} with {seats:?}");
    }
}

#[test]
fn rights_go_with_a_seat_that_is_handed_everywhere_and_stay_with_one_of_a_single_workflow() {
    let allows = |seats: &[Seat], who: &str| {
        let handed = HandedOver { seats, ..HandedOver::NONE };
        let people = People { policy: &POLICY, delegations: &[], rotas: Rotas::NONE, handed, at: NINE };
        people.allow(&["governance".into()], &Actor::Person(p(who)))
    };
    let everywhere = [handed("governance", None, "greta", Receiver::Person(p("sofia")))];
    assert!(allows(&everywhere, "sofia") && !allows(&everywhere, "greta"));
    let on_credit = [handed("governance", Some("credit"), "greta", Receiver::Person(p("sofia")))];
    assert!(!allows(&on_credit, "sofia") && allows(&on_credit, "greta"));
}
