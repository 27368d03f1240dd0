//! Facts of every kind for every template, so that a template is tried when it is loaded and not when it is needed: tellings,
//! answers, cards of cases as they go on, and each thing that can become true of one.

use std::sync::LazyLock;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::tell::facts;
use super::{Speaker, Wording, answer, case, kinds, notice, story, view};
use crate::domain::bot::holds::Hold;
use crate::domain::bot::releases::Freeze;
use crate::domain::bot::retention::Ending;
use crate::domain::bot::rotas::{Rotas, Swap, Time};
use crate::domain::bot::stages::Changed;
use crate::domain::every_case::{KeptAs, KeptMessage, LateAnswer, OpenedFrom, Retained};
use crate::domain::kinds::{Began, DutyEvent};
use crate::domain::line::{Sentence, Sla, say};
use crate::domain::notice::{CaseTitle, ClockItem};
use crate::domain::obligation::{
    About, Attribution, Breach, Change, Contest, Holder, Opened, Passed, Receiver, Terms, Under,
};
use crate::domain::people::Handed;
use crate::domain::policy::{AtEnd, EXAMPLE, Policy};
use crate::domain::records::HoldScope;
use crate::domain::rota::{Gap, How, Instead, Why};
use crate::domain::{
    At, Case, CaseId, CaseKind, Duty, Event, Label, Lane, OutboxId, People, PersonId, Place, PolicyHash, RoleId,
    RotaId, Span, Telling, WorkflowStage, bot, every_case,
};

/// Facts for a template, such as it will see.
pub(super) fn of(template: &str) -> impl Iterator<Item = &'static Json> {
    static ALL: LazyLock<Vec<(String, Json)>> = LazyLock::new(all);
    ALL.iter().filter(move |(name, _)| name == template).map(|(_, facts)| facts)
}

fn all() -> Vec<(String, Json)> {
    let policy = Policy::read(EXAMPLE).expect("a test reads the example");
    let wording = Wording::embedded();
    let speaker = Speaker::new(&wording, &policy);
    let mut all: Vec<(String, Json)> = Vec::new();
    for (about, telling) in tellings() {
        all.push((format!("{}.txt", telling.template()), facts(about.as_ref(), &telling, speaker.prefix)));
    }
    all.extend(notice::samples().into_iter().map(|facts| ("case/since.txt".to_owned(), facts)));
    all.extend(answer::samples(&speaker).into_iter().map(|(template, facts)| (template.to_owned(), facts)));
    all.extend(view::samples().into_iter().map(|(template, facts)| (template.to_owned(), facts)));
    for kind in CaseKind::ALL {
        of_cases(&speaker, kind, &mut all);
    }
    for (_, facts) in &mut all {
        facts["prefix"] = Json::from(speaker.prefix);
    }
    all
}

/// A case of which one thing after the other becomes true, whether the rules would let it or not: the card, the line of
/// the story and answers on it for each.
fn of_cases(speaker: &Speaker<'_>, kind: CaseKind, all: &mut Vec<(String, Json)>) {
    let (policy, handed) = (speaker.policy, Handed::NONE);
    let people = People { policy, delegations: &[], rotas: Rotas::NONE, handed, at: NOW };
    let events = events(kind);
    let Some(opening) = events.first() else { return };
    let Some(mut going_on) = Case::begin(CaseId { kind, number: 1 }, opening, NOW) else { return };
    let mut open = going_on.clone();
    for event in &events {
        all.push((story::template(event), story::facts(&going_on, event, NOW)));
        going_on.apply(event, NOW);
        // One on which a duty is owed whatever else became true, and one on which everything did.
        let mut alone = open.clone();
        alone.apply(event, NOW);
        if matches!(event, Event::Duty(DutyEvent { change: Change::Opened(_), .. })) {
            open = alone.clone();
        }
        for case in [&alone, &going_on] {
            let facts = case::facts(speaker, case, &people, usize::MAX);
            all.extend([format!("{kind}/card.txt"), "case/announced.txt".to_owned()].map(|it| (it, facts.clone())));
            all.extend(answer::samples_of(speaker, case, &people));
        }
    }
}

/// Its opening and everything else that can become true of a case of a kind.
pub(super) fn events(kind: CaseKind) -> Vec<Event> {
    let mut events = kinds::story(kind);
    let of_any_case = of_a_duty(kind).into_iter().chain(of_the_case());
    events.splice(1.min(events.len()).., of_any_case.chain(kinds::story(kind).into_iter().skip(1)));
    events
}

fn of_a_duty(kind: CaseKind) -> Vec<Event> {
    let duty = Duty::ALL.into_iter().find(|duty| duty.row().kind == kind).unwrap_or(Duty::Decide);
    let terms = || Box::new(Terms::until(DUE, NOW));
    let opened = |duty, about| {
        let (holder, party) = (Holder::Roles(vec![role()]), Some("operations".into()));
        Change::Opened(Box::new(Opened {
            duty,
            about,
            holder,
            party,
            held_by: whom(),
            delegations: vec![1],
            terms: *terms(),
        }))
    };
    let escalated = Passed { breach: None, ..late() };
    let repeated = Passed { breach: None, called: Vec::new(), repeat: Some(1), ..late() };
    let contest = Contest { by: maya(), says: Attribution::Requester, reason: words() };
    let on_the_first = [
        Change::Nudged(nudge()),
        Change::Nudged(Passed { behind: Some(SPAN), ..nudge() }),
        Change::Paused { reason: words(), by: maya(), ends: DUE },
        Change::Resumed { by: None, paused: SPAN, terms: terms(), under: None },
        Change::Resumed { by: None, paused: SPAN, terms: terms(), under: Some(under(AtEnd::Resume)) },
        Change::Resumed { by: Some(maya()), paused: SPAN, terms: terms(), under: None },
        Change::Excepted { under: under(AtEnd::Restart), by: Some(maya()), ends: DUE },
        Change::Restarted { by: None, paused: SPAN, terms: terms() },
        Change::Late(late()),
        Change::Escalated(escalated),
        Change::Repeated(repeated),
        Change::Answered { by: dev(), stands_in_for: Some(maya()) },
        Change::AnswerTakenBack { by: dev(), stands_in_for: Some(maya()) },
        Change::Contested { contest },
        Change::Settled { by: maya(), to: Attribution::ThirdParty, reason: words() },
        Change::Moved { from: vec![maya()], to: vec![dev()], delegations: vec![1] },
        Change::Moved { from: Vec::new(), to: Vec::new(), delegations: Vec::new() },
        Change::Widened { to: role() },
        Change::HandedOver { handoff: handoff(), from: Some(maya()), to: Receiver::Person(dev()), held_by: whom() },
        Change::HandedOver { handoff: handoff(), from: None, to: Receiver::Role(role()), held_by: whom() },
        Change::Kept { handoff: handoff(), by: maya(), instead_of: dev(), held_by: whom() },
        Change::AskedStillWorking {},
        Change::Extended { expires: DUE },
        Change::Met { by: None, took: SPAN },
        Change::Met { by: Some(dev()), took: SPAN },
        Change::Waived { by: maya(), reason: words() },
        Change::Voided { reason: "the incident is over".to_owned() },
    ];
    let numbered = [(1, opened(duty, None)), (2, opened(duty, Some(About::Words(words()))))];
    let numbered = numbered.into_iter().chain(on_the_first.into_iter().map(|change| (1, change)));
    numbered.map(|(number, change)| DutyEvent { number, change }.into()).collect()
}

fn of_the_case() -> Vec<Event> {
    use every_case::Event;
    let of_the_case = [
        Event::Noted { by: maya(), text: words() },
        Event::Linked { by: maya(), url: "https://example.org/".to_owned(), text: words() },
        Event::Invited { by: maya(), person: dev() },
        Event::Uninvited { by: maya(), person: dev() },
        Event::Joined { by: dev() },
        Event::Unrestricted { by: maya(), reason: words(), homes: Vec::new(), announced: Vec::new() },
        Event::Restricted { by: maya(), reason: words(), homes: Vec::new(), left: Vec::new() },
        Event::AskedIn { by: dev(), text: words() },
        Event::AskedIn { by: dev(), text: String::new() },
        Event::Kept { by: dev(), what: KeptAs::Note, message: kept(Some(maya())), reason: String::new() },
        Event::Kept { by: dev(), what: KeptAs::FollowUp, message: kept(None), reason: String::new() },
        Event::Kept { by: dev(), what: KeptAs::Evidence, message: kept(None), reason: words() },
        unpinned(words()),
        unpinned(String::new()),
        Event::Observed { seen: "7 wait, 2 late".to_owned() },
        Event::Snoozed { by: dev(), until: DUE, numbers: vec![1] },
        Event::Retained(Retained { class: "model-decisions".into(), until: DUE, erasure_waits: true }),
        Event::PolicyReplaced { policy: PolicyHash::from("3fa9c1".repeat(10)) },
        Event::HandedOver { handoff: handoff(), from: Some(maya()), to: Receiver::Person(dev()), seats: seats() },
        Event::HandedOver { handoff: handoff(), from: None, to: Receiver::Role(role()), seats: Vec::new() },
    ];
    of_the_case.into_iter().map(Event::into).collect()
}

fn unpinned(reason: String) -> every_case::Event {
    let KeptMessage { lane, message, said, .. } = kept(None);
    every_case::Event::Unpinned { by: dev(), lane, message, said, reason }
}

fn kept(person: Option<PersonId>) -> KeptMessage {
    let lane = Lane { platform: "slack".into(), place: Place::Channel("C024BE91L".to_owned()) };
    let (message, author) = ("1795429800.000100".to_owned(), "Zoe".to_owned());
    KeptMessage { lane, message, person, author, said: NOW, text: words() }
}

/// How a case of any kind begins.
pub(super) fn began(by: Option<PersonId>) -> Began {
    Began {
        by,
        workflow: "credit-scoring".into(),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: PolicyHash::from("3fa9c1".repeat(10)),
        title: TITLE.to_owned(),
        restricted: true,
        converted: None,
        from: Some(Box::new(OpenedFrom { message: kept(None), link: "https://example.org/".to_owned() })),
    }
}

/// What somebody called a case.
pub(super) const TITLE: &str = "Ship v7";

/// Two moments of a working day, in UTC: what is told, and when it is due.
pub(super) const NOW: At = At(1_795_429_800_000_000);
pub(super) const DUE: At = At(NOW.0 + 24 * 60_000_000);
pub(super) const SPAN: Span = Span::minutes(47);

pub(super) fn maya() -> PersonId {
    "maya".into()
}

pub(super) fn dev() -> PersonId {
    "dev".into()
}

pub(super) fn whom() -> Vec<PersonId> {
    vec![dev(), maya()]
}

pub(super) fn role() -> RoleId {
    "model-risk".into()
}

pub(super) fn words() -> String {
    "words of somebody".to_owned()
}

fn sentence() -> Sentence {
    say![words(), ": ", Sla::Mine.line()]
}

/// At least one telling of every kind; of those with alternatives, one of each. What is told of any case is told of each
/// kind of case.
pub(super) fn tellings() -> Vec<(Option<CaseTitle>, Telling)> {
    let mut all: Vec<(Option<CaseTitle>, Telling)> = Vec::new();
    for kind in CaseKind::ALL {
        let about = CaseTitle { case: CaseId { kind, number: 1 }, title: TITLE.to_owned() };
        let told = kinds::samples(kind).into_iter().chain(of_any_case().into_iter().map(Telling::from));
        all.extend(told.map(|telling| (Some(about.clone()), telling)));
    }
    all.extend(of_the_bot().into_iter().map(|telling| (None, telling.into())));
    all
}

fn of_any_case() -> Vec<every_case::Telling> {
    use every_case::Telling;
    vec![
        Telling::Clock { items: vec![item(Duty::Decide, nudge())] },
        Telling::Clock { items: vec![item(Duty::Decide, late())] },
        Telling::Clock { items: vec![item(Duty::Acknowledge, late()), item(Duty::FillSeat, nudge())] },
        Telling::Clock { items: vec![item(Duty::AnswerQuestion, late()), item(Duty::Decide, nudge())] },
        Telling::Moved {
            duty: Duty::Resolve,
            about: Some(About::Words(words())),
            due: DUE,
            from: vec![maya()],
            to: vec![dev()],
            revision: None,
        },
        Telling::Said { what: Label::from("update"), by: maya(), text: words(), next: None, for_all: true },
        Telling::Said { what: Label::from("update"), by: maya(), text: words(), next: Some(DUE), for_all: true },
        Telling::Said { what: Label::from("update"), by: maya(), text: String::new(), next: Some(DUE), for_all: true },
        Telling::State { state: Label::from("resolved"), over: true, by: Some(maya()), text: words() },
        Telling::State { state: Label::from("requested"), over: false, by: None, text: words() },
        Telling::Paused { duty: Duty::Resolve, reason: words(), by: maya(), ends: DUE },
        Telling::Resumed { duty: Duty::Resolve, by: None, due: DUE, under: None },
        Telling::Resumed { duty: Duty::Resolve, by: None, due: DUE, under: Some(under(AtEnd::Resume)) },
        Telling::Resumed { duty: Duty::Resolve, by: None, due: DUE, under: Some(under(AtEnd::Restart)) },
        Telling::Excepted { exception: under(AtEnd::Resume).exception, duties: vec![Duty::Resolve], ends: DUE },
        Telling::Observed { seen: "7 wait, 2 late".to_owned() },
        Telling::Waived { duty: Duty::Resolve, by: maya(), reason: words() },
        Telling::ToRelieve { seat: Label::from("lead"), person: dev(), since: NOW, due: DUE },
        Telling::HandedOver {
            handoff: handoff(),
            from: Some(maya()),
            to: Receiver::Person(dev()),
            seats: seats(),
            answers: 2,
            late: vec![late_answer(Duty::Update, None), late_answer(Duty::FillSeat, Some(About::named("comms")))],
            due: Some(DUE),
        },
        Telling::HandedOver {
            handoff: handoff(),
            from: None,
            to: Receiver::Role(role()),
            seats: Vec::new(),
            answers: 1,
            late: Vec::new(),
            due: None,
        },
        Telling::Invited { by: maya(), person: dev() },
        Telling::Uninvited { by: maya(), person: dev() },
        Telling::Joined { by: dev() },
        Telling::AskedIn { by: dev(), text: words() },
        Telling::AskedIn { by: dev(), text: String::new() },
        Telling::Contested {
            duty: Duty::Resolve,
            by: maya(),
            says: Attribution::Holder("vendor".into()),
            reason: words(),
        },
        Telling::Settled { duty: Duty::Resolve, by: maya(), to: Attribution::ThirdParty, reason: words() },
        Telling::Done { what: sentence() },
        Telling::Sentence { text: sentence() },
    ]
}

fn of_the_bot() -> Vec<bot::Telling> {
    use bot::Telling;
    let mut all = vec![
        Telling::Delegated {
            number: 3,
            from: maya(),
            to: Some(dev()),
            roles: vec![role()],
            starts: NOW,
            ends: DUE,
            reason: words(),
        },
        Telling::Delegated {
            number: 4,
            from: maya(),
            to: None,
            roles: Vec::new(),
            starts: NOW,
            ends: DUE,
            reason: words(),
        },
        Telling::DelegationEnded { number: 3, from: maya(), to: Some(dev()) },
        Telling::DelegationEnded { number: 4, from: maya(), to: None },
        Telling::PolicyLoaded { hash: PolicyHash::from("3fa9c1".repeat(10)), by: None },
        Telling::StageChanged(Changed {
            workflow: "claims-triage".into(),
            from: Some(WorkflowStage::Pilot),
            to: Some(WorkflowStage::Production),
            approval: None,
            by: Some(maya()),
            lacks: 2,
            frozen: true,
        }),
        Telling::StageChanged(Changed {
            workflow: "claims-triage".into(),
            from: None,
            to: Some(WorkflowStage::Production),
            approval: Some(CaseId { kind: CaseKind::Approval, number: 2 }),
            by: None,
            lacks: 0,
            frozen: false,
        }),
        Telling::StageChanged(Changed {
            workflow: "claims-triage".into(),
            from: Some(WorkflowStage::Production),
            to: Some(WorkflowStage::Pilot),
            approval: None,
            by: None,
            lacks: 0,
            frozen: false,
        }),
        // It is in the policy no more.
        Telling::StageChanged(Changed {
            workflow: "claims-triage".into(),
            from: Some(WorkflowStage::Production),
            to: None,
            approval: None,
            by: None,
            lacks: 0,
            frozen: false,
        }),
        Telling::FellBehind { oldest_wake_late: Some(SPAN), oldest_notice_late: None },
        Telling::CaughtUp {},
        Telling::Undeliverable { outbox: OutboxId { entry: 7, place: 2 }, why: "the account is gone".to_owned() },
        Telling::ClockWentBack { by: SPAN },
        Telling::WasDown { was_down: SPAN },
        Telling::Digest { schedule: Label::from("weekly"), from: NOW, to: DUE, zone: Tz::UTC, workflows: Vec::new() },
        Telling::HoldPlaced(hold(HoldScope::Everything)),
        Telling::HoldPlaced(hold(HoldScope::Case(CaseId { kind: CaseKind::Incident, number: 4 }))),
        Telling::HoldPlaced(hold(HoldScope::Person(dev()))),
        Telling::HoldPlaced(hold(HoldScope::Workflow("credit-scoring".into()))),
        Telling::Calendar { ending: (1..30).map(ending).collect(), upto: DUE },
        Telling::Calendar { ending: vec![ending(4)], upto: DUE },
        Telling::HoldReleased {
            hold: hold(HoldScope::Person(dev())),
            approval: CaseId { kind: CaseKind::Approval, number: 2 },
        },
        Telling::Frozen(freeze(Some(DUE), Some(maya()), None)),
        Telling::Frozen(freeze(None, None, Some(CaseId { kind: CaseKind::Rollback, number: 4 }))),
        Telling::Frozen(freeze(None, None, None)),
        Telling::Thawed { workflow: "credit-scoring".into(), by: Some(maya()), reason: Some(words()) },
        Telling::Thawed { workflow: "credit-scoring".into(), by: None, reason: None },
        Telling::FreezeOverridden {
            workflow: "credit-scoring".into(),
            case: CaseId { kind: CaseKind::Approval, number: 2 },
            by: maya(),
            reason: words(),
        },
        Telling::Recurs {
            workflow: "credit-scoring".into(),
            class: "late-report".into(),
            times: 4,
            within: SPAN,
            people: whom(),
        },
        Telling::Recurs {
            workflow: "credit-scoring".into(),
            class: "late-report".into(),
            times: 4,
            within: SPAN,
            people: Vec::new(),
        },
        Telling::Sentence { text: sentence() },
    ];
    all.extend(of_rotas());
    all
}

fn of_rotas() -> Vec<bot::Telling> {
    use bot::Telling;
    let (rota, number) = (|| RotaId::from("night"), 3);
    let time = Time { starts: NOW, ends: DUE };
    let instead = |how, reason: &str| Instead {
        number,
        rota: rota(),
        person: dev(),
        starts: NOW,
        ends: DUE,
        reason: reason.to_owned(),
        by: maya(),
        how,
    };
    let swap = Swap { number, rota: rota(), by: maya(), with: dev(), mine: time, theirs: time };
    let gap = |why| Gap { starts: NOW, ends: DUE, why };
    vec![
        Telling::ShiftBegan {
            rota: rota(),
            person: dev(),
            from: Some(maya()),
            roles: vec![role()],
            starts: NOW,
            ends: Some(DUE),
            answer_by: Some(DUE),
        },
        Telling::ShiftBegan {
            rota: rota(),
            person: dev(),
            from: None,
            roles: Vec::new(),
            starts: NOW,
            ends: None,
            answer_by: None,
        },
        Telling::ShiftEnded { rota: rota(), to: Some(dev()), roles: vec![role()] },
        Telling::ShiftEnded { rota: rota(), to: None, roles: vec![role()] },
        Telling::ShiftNotTakenUp { rota: rota(), person: dev(), since: NOW },
        Telling::Instead { it: instead(How::Override, &words()), of: Some(maya()) },
        Telling::Instead { it: instead(How::Taken, ""), of: None },
        Telling::Instead { it: instead(How::Swap, ""), of: Some(maya()) },
        Telling::Instead { it: instead(How::Cover, ""), of: Some(maya()) },
        Telling::Instead { it: instead(How::Handoff, ""), of: Some(maya()) },
        Telling::ArrangementEnded { number, rota: rota(), by: Some(maya()) },
        Telling::SwapOffered { swap: swap.clone(), answer_by: DUE },
        Telling::SwapNotAgreed { swap: swap.clone(), by: Some(dev()) },
        Telling::SwapNotAgreed { swap, by: None },
        Telling::CoverAsked { number, rota: rota(), by: maya(), time, reason: words(), answer_by: DUE },
        Telling::CoverNotTaken { number, rota: rota(), by: maya(), time, asked: vec![dev()] },
        Telling::GapsAhead { rota: rota(), gaps: vec![gap(Why::Uncovered)] },
        Telling::GapsAhead { rota: rota(), gaps: vec![[gap(Why::Away(dev())), gap(Why::Gone(maya()))]; 5].concat() },
    ]
}

fn late_answer(duty: Duty, about: Option<About>) -> LateAnswer {
    LateAnswer { duty, about }
}

/// By which something was handed over.
fn handoff() -> CaseId {
    CaseId { kind: CaseKind::Handoff, number: 3 }
}

fn seats() -> Vec<Label> {
    vec![Label::from("lead")]
}

/// One whose time is over, and others whose time isn't.
pub(super) fn ending(number: u32) -> Ending {
    let case = CaseId { kind: CaseKind::Approval, number };
    Ending { case, class: "model-decisions".into(), until: if number == 1 { NOW - SPAN } else { DUE } }
}

pub(super) fn hold(scope: HoldScope) -> Hold {
    Hold { number: 2, scope, matter: "2026-17".to_owned(), reason: words(), by: maya(), since: NOW }
}

pub(super) fn freeze(until: Option<At>, by: Option<PersonId>, case: Option<CaseId>) -> Freeze {
    Freeze { workflow: "credit-scoring".into(), until, by, reason: words(), case, since: None, overridden: Vec::new() }
}

/// An exception that stops a clock.
fn under(at_end: AtEnd) -> Under {
    Under { exception: CaseId { kind: CaseKind::Exception, number: 3 }, at_end }
}

fn item(duty: Duty, passed: Passed) -> ClockItem {
    let now = if passed.breach.is_some() { At(DUE.0 + SPAN.0) } else { NOW };
    ClockItem {
        number: 1,
        duty,
        about: (duty == Duty::FillSeat).then(|| About::named("scribe")),
        holder: Holder::Roles(vec![role()]),
        waiting_on: whom(),
        due: DUE,
        now,
        have: 0,
        need: 2,
        called_people: passed.called.iter().map(|_| "lena".into()).collect(),
        passed,
        revision: (duty == Duty::Decide).then_some(1),
    }
}

fn nudge() -> Passed {
    Passed { through: 1, nudge: Some(80), breach: None, called: Vec::new(), repeat: None, scheduled: NOW, behind: None }
}

fn late() -> Passed {
    let breach = Breach { since: DUE, attributed: Attribution::ThirdParty, reason: None, contested: None };
    let called = vec!["governance-lead".into()];
    let behind = Some(SPAN);
    Passed { through: 3, nudge: None, breach: Some(breach), called, repeat: None, scheduled: DUE, behind }
}
