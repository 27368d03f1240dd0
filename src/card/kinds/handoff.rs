//! Handoffs: their card, and how what is told of them looks.

use serde_json::{Value as Json, json};

use super::super::samples::{DUE, NOW, began, dev, maya, role, whom, words};
use super::super::tell::{Look, answers};
use super::super::wording::typed_here;
use super::super::{Button, Speaker, Style, Tone, form_button, open, press};
use super::Shows;
use crate::domain::kinds::handoff::{
    Action, Brief, Contingency, Event, Handed, Handoff, HandoffState, Illness, Item, Kept, Late, Offered, OnCase,
    Remark, SaidBack, Scope, Standing, Telling,
};
use crate::domain::notice::CaseTitle;
use crate::domain::obligation::{self, About, Receiver};
use crate::domain::{At, Case, CaseId, CaseKind, Duty, HandoffDuty, Label, Obligation, PersonId, Severity};
use crate::grammar::find;

/// So many items are told one by one on a card; the others are counted.
const ITEMS_AT_MOST: usize = 12;

impl Shows for Handoff {
    fn facts(&self, _speaker: &Speaker<'_>, case: &Case, _at: At) -> Json {
        // Whoever the ladder calls sees the handoff, and must not read which case it is.
        let hidden = case.restricted;
        let remark = |it: &Option<Remark>| {
            it.as_ref().map(|it| json!({ "by": it.by, "at": it.at.0, "text": it.text.as_deref().map(typed_here) }))
        };
        let items = self.items.iter().take(ITEMS_AT_MOST).map(|item| item_as_seen(self, item, hidden));
        let kept = self.kept.iter().map(|it| json!({ "case": it.case.to_string(), "duty": it.duty.word() }));
        let places = self
            .places
            .iter()
            .map(|it| json!({ "item": it.item, "by": it.by, "at": it.at.0, "text": typed_here(&it.text) }));
        // How the cases stand isn't here: everybody reads the card, also once one of them is restricted.
        json!({
            "giver": self.giver,
            "to": self.to,
            "reason": self.reason,
            "items": items.collect::<Vec<_>>(),
            "more_items": self.items.len().saturating_sub(ITEMS_AT_MOST),
            "kept": kept.collect::<Vec<_>>(),
            "knowledge": (1..).zip(&self.brief.knowledge).map(|(number, it)| known_as_seen(self, number, it)).collect::<Vec<_>>(),
            "hidden": hidden,
            "moved": remark(&self.moved),
            "said_back": self.said_back.iter().map(said_as_seen).collect::<Vec<_>>(),
            "reachable": self.stays_reachable(case),
            "reachable_until": self.reachable_until.map(|at| at.0),
            "answered": remark(&self.answered),
            "corrected": self.corrected.is_some(),
            "places": places.collect::<Vec<_>>(),
            "reviewed": remark(&self.reviewed),
            "turned": remark(&self.turned),
        })
    }

    fn asked(&self, _speaker: &Speaker<'_>, _case: &Case) -> Option<Json> {
        None
    }

    fn revision(_telling: &Telling) -> Option<u32> {
        None
    }

    /// A refusal is told as one.
    fn ended(&self, _case: &Case, ended: &Obligation) -> Option<Json> {
        let declined = ended.duty.of_handoff() == Some(HandoffDuty::AcceptHandoff)
            && matches!(ended.standing, obligation::Standing::Met { .. })
            && self.state == HandoffState::Declined;
        declined.then(|| json!({ "done": self.state.word() }))
    }

    fn buttons(&self, _speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
        let id = case.id;
        let mut buttons: Vec<Option<Button>> = match self.state {
            HandoffState::Offered => {
                let mut buttons = offered(id, self.items.len() > 1);
                buttons.push(press(id, "briefing", Style::Plain));
                buttons
            }
            HandoffState::Accepted | HandoffState::Declined | HandoffState::Withdrawn | HandoffState::Taken => {
                Vec::new()
            }
        };
        if case.owed(Duty::StayReachable).is_some() {
            buttons.extend([press(id, "confirm", Style::Primary), open(id, "correct", Style::Plain)]);
        }
        buttons.extend(self.to_place(case).map(|(_, item)| place(id, item)).next());
        if case.owed(Duty::ReviewTake).is_some() {
            buttons.push(open(id, "take-review", Style::Primary));
        }
        buttons.push(press(id, "timeline", Style::Plain));
        buttons.into_iter().flatten().collect()
    }

    fn is_brief(event: &Event) -> bool {
        match event {
            Event::Offered(_)
            | Event::Taken(_)
            | Event::Accepted { .. }
            | Event::Proven { .. }
            | Event::ItemRefused { .. }
            | Event::Declined { .. }
            | Event::Withdrawn { .. }
            | Event::Corrected { .. }
            | Event::Placed { .. }
            | Event::TakeReviewed { .. } => true,
            // That nothing had to be put right.
            Event::Confirmed { .. } => false,
        }
    }

    fn look(telling: &Telling, about: &CaseTitle) -> Look {
        let case = about.case;
        match telling {
            Telling::Offered { due, items, .. } => {
                Look::asks(Tone::Nudge, Some(*due), offered(case, *items > 1).into_iter().flatten().collect())
            }
            Telling::SaidBack { due, wrong, .. } => {
                let tone = if *wrong > 0 { Tone::Late } else { Tone::Calm };
                Look::asks(tone, Some(*due), answers(case, Duty::StayReachable, None, None)).and(open(
                    case,
                    "correct",
                    Style::Plain,
                ))
            }
            Telling::Refused { due, item, .. } => {
                Look::asks(Tone::Declined, *due, place(case, *item).into_iter().collect())
            }
            Telling::Taken { due, .. } => {
                Look::asks(Tone::Late, Some(*due), answers(case, Duty::ReviewTake, None, None))
            }
            Telling::Proven { left, .. } => {
                let accept = Some(case).filter(|_| *left == 0).and_then(|case| open(case, "accept", Style::Primary));
                Look::calm().and(accept)
            }
            Telling::Moved { .. } => Look::of(Tone::Done),
            Telling::Over { state, .. } => Look::of(Tone::over(state.as_str())),
        }
    }

    fn samples() -> Vec<Telling> {
        let offered = |by, items, asked: &[&str], reason| {
            let asked = asked.iter().map(|it| Label::from(*it)).collect();
            Telling::Offered { giver: maya(), by, items, asked, people: whom(), due: DUE, reason }
        };
        let moved = |to, stays, text, reachable_until| Telling::Moved {
            giver: maya(),
            to,
            by: dev(),
            at: NOW,
            cases: 2,
            answers: 3,
            late: if stays > 0 {
                vec![Late { case: on(), duty: Duty::Update }, Late { case: on(), duty: Duty::FillSeat }]
            } else {
                Vec::new()
            },
            stays,
            text,
            reachable_until,
            who: reachable_until.map(|_| dev()),
        };
        let refused = |item: Option<u32>, due: Option<At>, held_by: Option<Vec<PersonId>>| Telling::Refused {
            by: dev(),
            giver: maya(),
            item,
            what: item.map(|_| "INC-2".to_owned()),
            reason: words(),
            gone: held_by.is_some() && due.is_none(),
            held_by: held_by.unwrap_or_default(),
            people: whom(),
            due,
        };
        let over = |state: &str, reason| Telling::Over { state: Label::from(state), by: dev(), item: None, reason };
        vec![
            offered(Some(dev()), 3, &["first", "next"], Some(words())),
            offered(None, 1, &[], None),
            moved(Receiver::Person(dev()), 2, Some(words()), Some(DUE)),
            moved(Receiver::Role(role()), 0, None, None),
            Telling::SaidBack { by: dev(), giver: maya(), said: said(), wrong: 1, due: DUE },
            Telling::SaidBack { by: dev(), giver: maya(), said: right(), wrong: 0, due: DUE },
            Telling::Proven { by: dev(), item: 1, on: Some(on()), text: words(), left: 2 },
            Telling::Proven { by: dev(), item: 1, on: None, text: words(), left: 0 },
            refused(Some(2), Some(DUE), None),
            refused(None, Some(DUE), Some(vec![dev()])),
            refused(None, None, None),
            refused(Some(2), None, Some(vec![dev()])),
            refused(None, None, Some(Vec::new())),
            Telling::Taken { by: dev(), giver: maya(), on: on(), reason: words(), at: NOW, people: whom(), due: DUE },
            over("confirmed", None),
            over("corrected", Some(words())),
            over("placed", Some(words())),
            Telling::Over { state: Label::from("placed"), by: dev(), item: Some(2), reason: Some(words()) },
            over("reviewed", Some(words())),
            over("withdrawn", Some(words())),
        ]
    }

    fn story() -> Vec<Event> {
        let item = |number, what, only| Item { number, what, only };
        let case = || Handed::Case { case: on(), seats: vec![Label::from("lead")], answers: 3, of: None };
        let a_role = |workflow: Option<&str>| Handed::Role { role: role(), workflow: workflow.map(Into::into) };
        let shift = || Handed::Shift { rota: "night".into(), starts: NOW, ends: DUE };
        let items = vec![
            item(1, case(), false),
            item(2, a_role(None), true),
            item(3, a_role(Some("credit-scoring")), false),
            item(4, shift(), false),
        ];
        let kept = || vec![Kept { case: on(), number: 1, duty: Duty::Decide }];
        let action = |about: Option<About>, late, then| Action {
            duty: Duty::Resolve,
            about,
            waiting_on: whom(),
            due: DUE,
            late,
            then,
        };
        let then = || Some(Contingency { at: DUE, to: role() });
        let on_case = |illness, severity, unknown| OnCase {
            case: on(),
            title: words(),
            illness,
            state: Label::from("open"),
            severity,
            actions: vec![action(Some(About::Words(words())), true, then()), action(None, false, None)],
            unknown,
        };
        let brief = Brief {
            cases: vec![
                on_case(Illness::Unstable, Some(Severity::Sev1), true),
                on_case(Illness::Watch, None, false),
                OnCase { actions: Vec::new(), ..on_case(Illness::Stable, None, false) },
            ],
            more: 2,
            knowledge: vec![words()],
        };
        let offered = |to, restricted| Offered {
            began: crate::domain::kinds::Began { restricted, ..began(Some(maya())) },
            giver: maya(),
            to,
            scope: Scope::Leaving {},
            items: items.clone(),
            kept: kept(),
            brief: brief.clone(),
            reason: Some(words()),
        };
        let accepted = |said_back, text, reachable_until| Event::Accepted {
            by: dev(),
            stands_in_for: Some("lena".into()),
            items: vec![1, 2],
            said_back,
            kept: kept(),
            text,
            reachable_until,
        };
        vec![
            Event::Offered(Box::new(offered(Receiver::Person(dev()), false))),
            Event::ItemRefused { by: dev(), item: 3, reason: words() },
            Event::Proven { by: dev(), item: 1, on: None, text: words() },
            Event::Proven { by: dev(), item: 1, on: Some(on()), text: words() },
            accepted(said(), Some(words()), Some(DUE)),
            accepted(Vec::new(), None, None),
            Event::Confirmed { by: maya(), text: Some(words()) },
            Event::Confirmed { by: maya(), text: None },
            Event::Corrected { by: maya(), text: words() },
            Event::Placed { by: maya(), item: None, text: words() },
            Event::Placed { by: maya(), item: Some(3), text: words() },
            Event::Declined { by: dev(), reason: words() },
            Event::Withdrawn { by: maya(), reason: words() },
            Event::Taken(Box::new(offered(Receiver::Role(role()), true))),
            Event::TakeReviewed { by: maya(), text: words() },
        ]
    }
}

/// An answer is owed to what is offered: all of it, or without some.
fn offered(case: CaseId, several: bool) -> Vec<Option<Button>> {
    let refuse = several.then(|| open(case, "refuse", Style::Plain)).flatten();
    vec![open(case, "accept", Style::Primary), refuse, open(case, "decline", Style::Danger)]
}

/// The form that says what becomes of one item, or of all of it.
fn place(case: CaseId, item: Option<u32>) -> Option<Button> {
    let item = item.map(|item| item.to_string());
    form_button(find(case.kind.word(), "place"), Some(case), item.as_deref(), Style::Primary)
}

fn item_as_seen(handoff: &Handoff, item: &Item, hidden: bool) -> Json {
    let (standing, by, reason) = match handoff.standing(item.number) {
        // It went to others before the rest was accepted.
        Standing::Offered if handoff.state == HandoffState::Accepted => ("gone", None, None),
        Standing::Offered => ("offered", None, None),
        Standing::Accepted => ("accepted", None, None),
        Standing::Refused { by, reason } => ("refused", Some(by), Some(typed_here(reason))),
    };
    let what = match &item.what {
        Handed::Case { .. } if hidden => json!({ "hidden": true }),
        Handed::Case { case, .. } => json!({ "case": case.to_string() }),
        Handed::Role { role, workflow } => json!({ "role": role, "workflow": workflow }),
        Handed::Shift { rota, starts, ends } => json!({ "rota": rota, "starts": starts.0, "ends": ends.0 }),
    };
    json!({
        "number": item.number, "what": what, "only": item.only, "standing": standing, "by": by, "reason": reason,
    })
}

fn known_as_seen(handoff: &Handoff, number: u32, what: &str) -> Json {
    let proof =
        handoff.proven.get(&number).map(|it| json!({ "by": it.by, "at": it.at.0, "on": it.on, "text": it.text }));
    json!({ "number": number, "what": typed_here(what), "proof": proof })
}

fn said_as_seen(it: &SaidBack) -> Json {
    let (asked, answer, so) = match it {
        SaidBack::First { answer, so } => ("first", answer.to_string(), so.to_string()),
        SaidBack::Next { answer, so } => ("next", answer.to_string(), so.to_string()),
        SaidBack::Unaltered { answer, so } => ("unaltered", answer.to_string(), so.to_string()),
    };
    json!({ "asked": asked, "answer": answer, "so": so, "right": it.is_right() })
}

fn on() -> CaseId {
    CaseId { kind: CaseKind::Incident, number: 2 }
}

fn said() -> Vec<SaidBack> {
    let other = CaseId { kind: CaseKind::Approval, number: 4 };
    vec![
        SaidBack::First { answer: other, so: on() },
        SaidBack::Next { answer: role(), so: role() },
        SaidBack::Unaltered { answer: "claims".into(), so: "credit-scoring".into() },
    ]
}

fn right() -> Vec<SaidBack> {
    vec![
        SaidBack::First { answer: on(), so: on() },
        SaidBack::Next { answer: "triage".into(), so: role() },
        SaidBack::Unaltered { answer: "credit-scoring".into(), so: "credit-scoring".into() },
    ]
}
