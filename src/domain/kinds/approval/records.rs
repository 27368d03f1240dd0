//! What becomes of records: words are erased, or a hold ends, by an approval like any other. An erasure has a clock of its own,
//! which runs from the request; it is carried out once it is approved and nothing keeps the words.
//!
//! What keeps them is looked at when it is asked for, and again in the very turn that records them as erased: a hold that was placed in
//! between wins.

use serde::{Deserialize, Serialize};

use super::{Approval, Event, Telling, Wanted};
use crate::domain::bot;
use crate::domain::line::{Evidence, Named as _, Sentence, say};
use crate::domain::obligation::Holder;
use crate::domain::policy::Records as Rule;
use crate::domain::records::{ENTRIES_AT_MOST, Extent, Keeps, Preview, RecordsAct, Whose};
use crate::domain::scene::Scene;
use crate::domain::text::counted;
use crate::domain::{
    Ask, At, Body, Case, CaseId, Draft, Duty, Opening, PathId, Refusal, Ruling, Span, Then, World, every_case,
};

/// Within which an erasure is owed where no target says so: the month of Regulation (EU) 2016/679, article 12(3), in its shortest.
const ERASED_WITHIN: Span = Span::days(28);

/// What is to become of records, and how far that has got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Records {
    pub act: RecordsAct,
    /// It was approved, and something keeps the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deferred: Option<Deferred>,
    /// Since when nobody can read the words, though something keeps them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_out: Option<CarriedOut>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deferred {
    /// When it could have been carried out first.
    pub since: At,
    pub keeps: Keeps,
    /// Those of the cases that it touches that are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<CaseId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CarriedOut {
    pub at: At,
    /// How many entries lost their words.
    pub entries: u32,
}

impl Records {
    /// A purge is nobody's request, so nobody has a right to it before its time.
    fn can_be_withheld(&self) -> bool {
        match &self.act {
            RecordsAct::Erase { whose, .. } => !matches!(whose, Whose::Ended(_)),
            RecordsAct::Release { .. } => false,
        }
    }

    pub(super) fn of(act: RecordsAct) -> Records {
        Records { act, deferred: None, withheld: None, carried_out: None }
    }
}

/// What keeps words that this touches: a hold before all else, then a case that is open, then the time for which a closed one is kept.
fn keeps(whose: &Whose, extent: &Extent, cases: &[Case], at: At, world: &World<'_>) -> Option<Keeps> {
    let over = world.holds.over(extent);
    if !over.is_empty() {
        return Some(Keeps::Holds(over));
    }
    let open: Vec<CaseId> = cases.iter().filter(|case| !case.is_closed()).map(|case| case.id).collect();
    if !open.is_empty() {
        return Some(Keeps::OpenCases(open));
    }
    // A purge takes only what need not be kept any longer, whatever an erasure may take before.
    let is_purge = matches!(whose, Whose::Ended(_));
    let waits = |case: &Case| {
        let counts = is_purge || case.retained.as_ref().is_some_and(|retained| retained.erasure_waits);
        case.kept_until(world.retention).filter(|until| counts && *until > at)
    };
    let kept: Vec<(CaseId, At)> = cases.iter().filter_map(|case| Some((case.id, waits(case)?))).collect();
    let until = kept.iter().map(|(_, until)| *until).max()?;
    Some(Keeps::Retention { cases: kept.into_iter().map(|(case, _)| case).collect(), until })
}

/// Where the policy says that records are decided about.
///
/// # Errors
/// It doesn't.
pub(super) fn rule<'w>(world: &World<'w>) -> Result<&'w Rule, Refusal> {
    world.policy.records.as_ref().ok_or_else(|| {
        let lacks = "the policy doesn't say where it is decided what becomes of records. Write [records] with \
                     workflow = \"…\" into the policy file, and have it reloaded.";
        Refusal::missing(lacks.to_owned())
    })
}

/// Whether it can be asked for at all; and the path that it takes, where the policy names one for records.
///
/// # Errors
/// A [`Refusal`] that says what to do first.
pub(super) fn path<'w>(act: &RecordsAct, ask: &Ask, world: &World<'w>) -> Result<Option<&'w PathId>, Refusal> {
    let rule = rule(world)?;
    match act {
        RecordsAct::Erase { whose, preview, reason: _ } => {
            world.require("asking for an erasure", &world.policy.may.request_erasure, &ask.by)?;
            is_out_of_the_policy(whose, world)?;
            if let (Whose::Ended(_), true) = (whose, preview.entries.is_empty()) {
                let none = "no case's time is over that stands on a calendar: ";
                return Err(Refusal::missing(say![none, Evidence::Calendar.line(), " shows when which ends."]));
            }
            if preview.entries.is_empty() {
                return Err(Refusal::missing(format!(
                    "no words of {whose} are in the ledger, so there is nothing to erase."
                )));
            }
            if preview.entries.len() > ENTRIES_AT_MOST {
                let most = format!(
                    "that would take {}, and one erasure takes {ENTRIES_AT_MOST} at most: ask for one case after the other, ",
                    preview.counted()
                );
                return Err(Refusal::missing(say![most, Evidence::Erase.line().with("CASE").with("because …"), "."]));
            }
        }
        RecordsAct::Release { hold, reason: _ } => {
            world.require("asking that a hold ends", &world.policy.may.place_hold, &ask.by)?;
            if world.holds.get(*hold).is_none() {
                let none = format!("there is no hold {hold}. ");
                return Err(Refusal::missing(say![none, Evidence::Holds.line(), " shows those that stand."]));
            }
        }
    }
    Ok(rule.path.as_ref())
}

/// Whoever is in the policy file is named there anew with every reading of it.
fn is_out_of_the_policy(whose: &Whose, world: &World<'_>) -> Result<(), Refusal> {
    let named =
        match whose {
            Whose::Person(person) => world.policy.people.contains_key(person),
            Whose::Account(account) => world.policy.people.values().any(|person| {
                person.accounts.iter().any(|(platform, id)| account.as_str() == format!("{platform}/{id}"))
            }),
            Whose::Case(_) | Whose::Entries(_) | Whose::Ended(_) => false,
        };
    match named {
        false => Ok(()),
        true => Err(Refusal::missing(format!(
            "{whose} is in the policy: take them out of the file and have it reloaded, then ask again. Single cases and entries can \
             be erased meanwhile."
        ))),
    }
}

/// What is approved, to the letter.
pub(super) fn action(act: &RecordsAct) -> String {
    match act {
        RecordsAct::Erase { preview, .. } => preview.action(),
        RecordsAct::Release { hold, .. } => format!("end hold {hold}"),
    }
}

/// The erasure is owed from the request on, by whoever the policy's target names, else by those who approve first.
pub(super) fn owe(draft: &mut Draft<'_>, holder: Holder) {
    let Body::Approval(Approval { records: Some(Records { act: RecordsAct::Erase { .. }, .. }), .. }) =
        &draft.case.body
    else {
        return;
    };
    if draft.owe_by_policy(Duty::Erase, None, None, None).is_none() {
        draft.owe_anyway(Duty::Erase, None, holder, None, ERASED_WITHIN);
    }
}

/// For the answer to whoever asked: what keeps the words for now, or nothing.
pub(super) fn said(act: &RecordsAct, at: At, world: &World<'_>) -> Sentence {
    match act {
        RecordsAct::Release { .. } => Sentence::default(),
        RecordsAct::Erase { whose, preview, .. } => match keeps(whose, &preview.extent, &[], at, world) {
            None => Sentence::default(),
            Some(keeps) => format!("They are kept for now by {keeps}: what is approved waits for that. ").into(),
        },
    }
}

/// What follows once it is approved. An erasure is carried out by the bot, which looks for those that are approved.
pub(super) fn follow(draft: &mut Draft<'_>) {
    let Body::Approval(Approval { records: Some(records), .. }) = &draft.case.body else { return };
    match records.act {
        RecordsAct::Erase { .. } => {}
        RecordsAct::Release { hold, .. } => {
            let approval = draft.case.id;
            draft.then(Then::Bot(bot::Command::ReleaseHold { number: hold, approval }));
        }
    }
}

impl Approval {
    /// Approved, and not carried out yet.
    pub fn is_to_be_erased(&self) -> bool {
        let approved = self.outcome == Some(super::Outcome::Approved);
        let waits =
            |records: &Records| matches!(records.act, RecordsAct::Erase { .. }) && records.carried_out.is_none();
        approved && self.records.as_ref().is_some_and(waits)
    }

    /// Somebody wants to know why it isn't erased yet, and has the bot look again.
    pub(super) fn erase_now(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let id = scene.case.id;
        let Some(records) = &self.records else {
            return Err(Refusal::missing(format!("{id} is about no erasure.")));
        };
        if let Some(done) = &records.carried_out {
            let when = scene.moment(done.at);
            return Err(Refusal::missing(format!("{id} was carried out at {when}.")));
        }
        if !self.is_to_be_erased() {
            return Err(Refusal::missing(say![
                format!("{id} is {}, and nothing is erased that isn't approved. ", self.word()),
                every_case::Verb::Status.on(id),
                " says who decides."
            ]));
        }
        let RecordsAct::Erase { whose, preview, .. } = &records.act else { return Ok(Ruling::nothing()) };
        let by_time = records.deferred.as_ref().map(|deferred| &deferred.keeps);
        let by_time = by_time.filter(|keeps| matches!(keeps, Keeps::Retention { until, .. } if *until > scene.ask.at));
        match keeps(whose, &preview.extent, &[], scene.ask.at, scene.world).as_ref().or(by_time) {
            Some(kept) => Err(Refusal::missing(say![
                format!("the words are kept by {kept}. They are erased as soon as that ends; "),
                Evidence::Holds.line(),
                " shows the holds."
            ])),
            None => Ok(scene.draft().done("the bot looks at it now; once the words are erased, it says so here")),
        }
    }

    /// In the turn that erases: what keeps the words wins, and is recorded where it is another than before. Nobody reads them meanwhile, but
    /// what is said in open cases.
    pub(super) fn carry_out(&self, scene: &Scene<'_>, taken: &Taken<'_>) -> Result<Ruling, Refusal> {
        let Taken { entries, files, extent, cases, readable } = *taken;
        let Some(records) = self.records.as_ref().filter(|_| self.is_to_be_erased()) else {
            return Err(Refusal::missing(format!("{} asks for nothing that waits to be erased.", scene.case.id)));
        };
        let mut draft = scene.draft();
        let RecordsAct::Erase { whose, .. } = &records.act else { return Ok(Ruling::nothing()) };
        is_out_of_the_policy(whose, scene.world)?;
        if let Some(keeps) = keeps(whose, extent, cases, scene.ask.at, scene.world) {
            let open: Vec<CaseId> = cases.iter().filter(|case| !case.is_closed()).map(|case| case.id).collect();
            let before = records.deferred.as_ref();
            let is_kept_by_the_same = before.is_some_and(|deferred| deferred.keeps == keeps);
            let is_known = is_kept_by_the_same && before.is_some_and(|deferred| deferred.open == open);
            let withholds = readable > 0 && records.can_be_withheld();
            if !is_known {
                draft.push(Event::Deferred { keeps: keeps.clone(), open: open.clone() });
            }
            if withholds {
                draft.push(Event::Withheld { entries: readable });
            }
            // What is said of the same later is withheld too, and nobody has to hear of that again.
            if is_known && (!withholds || records.withheld.is_some()) {
                return Ok(draft.ruling);
            }
            let due = draft.case.owed(Duty::Erase).map(|owed| owed.terms.due);
            let (withheld, open) = (withholds || records.withheld.is_some(), !open.is_empty());
            draft.tell_case(Telling::Deferred { keeps: keeps.clone(), due, withheld, open });
            if let (Keeps::Holds(numbers), false) = (keeps, is_kept_by_the_same) {
                draft.then(Then::Bot(bot::Command::NoteHeld { numbers, case: scene.case.id }));
            }
            return Ok(draft.ruling);
        }
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        draft.push(Event::CarriedOut { entries: count, files });
        draft.meet(|owed| owed.duty == Duty::Erase);
        draft.tell_case_and(
            std::slice::from_ref(&self.requester),
            Telling::Erased { entries: count, files },
            Vec::new(),
            false,
        );
        Ok(draft.ruling)
    }
}

/// What an erasure takes, in the turn that would carry it out.
pub(super) struct Taken<'a> {
    pub entries: &'a [u64],
    pub files: u32,
    pub extent: &'a Extent,
    pub cases: &'a [Case],
    pub readable: u32,
}

/// The title of a case about a hold or an erasure. It names nobody, since it stays in what is told once the words are gone.
pub(super) fn title(act: &RecordsAct) -> String {
    match act {
        RecordsAct::Erase { whose: Whose::Ended(cases), .. } => {
            format!("Purge of {}", counted(cases.len() as u64, "case", "cases"))
        }
        RecordsAct::Erase { preview, .. } => format!("Erasure of {}", preview.counted()),
        RecordsAct::Release { hold, .. } => format!("End of hold {hold}"),
    }
}

impl Opening {
    /// Whose words are to be erased, where it asks for that: what it would take is looked for before it is decided.
    pub fn erases(&self) -> Option<&Whose> {
        match self {
            Opening::Approval(super::Opening { wanted: Wanted::Records(RecordsAct::Erase { whose, .. }), .. }) => {
                Some(whose)
            }
            Opening::Approval(super::Opening {
                wanted: Wanted::Action { .. } | Wanted::Promotion | Wanted::Records(RecordsAct::Release { .. }),
                ..
            }) => None,
            Opening::Incident(_) | Opening::Exception(_) | Opening::Handoff(_) | Opening::Rollback(_) => None,
        }
    }

    /// With what that would take.
    #[must_use]
    pub fn with_preview(mut self, found: &Preview) -> Opening {
        if let Opening::Approval(super::Opening {
            wanted: Wanted::Records(RecordsAct::Erase { whose, preview, .. }),
            ..
        }) = &mut self
        {
            preview.clone_from(found);
            // Which cases a purge takes was looked for.
            if let Whose::Ended(cases) = whose {
                cases.clone_from(&found.extent.cases);
            }
        }
        self
    }
}

impl Case {
    /// The cases of which nothing is left once this has come to it.
    pub fn purged_by(&self, event: &crate::domain::Event) -> Vec<CaseId> {
        let (Body::Approval(Approval { records: Some(records), .. }), true) = (&self.body, event.destroys()) else {
            return Vec::new();
        };
        match &records.act {
            RecordsAct::Erase { whose: Whose::Ended(cases), .. } => cases.iter().copied().collect(),
            RecordsAct::Erase { whose: Whose::Case(case), .. } => vec![*case],
            RecordsAct::Erase { whose: Whose::Person(_) | Whose::Account(_) | Whose::Entries(_), .. }
            | RecordsAct::Release { .. } => Vec::new(),
        }
    }
}

impl crate::domain::Event {
    /// Whether the words that it is about are destroyed with it.
    pub fn destroys(&self) -> bool {
        matches!(self, crate::domain::Event::Approval(Event::CarriedOut { .. }))
    }

    /// Whether nobody can read the words that it is about from then on, though they are kept.
    pub fn withholds(&self) -> bool {
        matches!(self, crate::domain::Event::Approval(Event::Withheld { .. }))
    }
}
