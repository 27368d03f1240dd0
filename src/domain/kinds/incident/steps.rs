//! The steps of an incident: what each needs, and which duties it opens and discharges. Which step is possible in which
//! state is the match in [`super::rules`]; here the state is taken as right.

use super::clocks::{follow_the_law, in_words};
use super::rules::{known_class, owe_what_the_state_calls_for};
use super::still_working::expires_with_the_shift;
use super::{Command, Event, Impact, Incident, IncidentState, Nature, REVIEW_AT_MOST, Remark, SeatName, Verb, Which};
use crate::domain::every_case;
use crate::domain::line::{Named, Sentence, say};
use crate::domain::scene::Scene;
use crate::domain::{Actor, At, CaseId, CaseKind, ClassId, Draft, Duty, Label, PersonId, Refusal, Ruling, Then, text};

impl Incident {
    pub(super) fn acknowledge(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let by = self.holder_of(scene, Duty::Acknowledge)?;
        let mut draft = scene.draft();
        self.take_in_hand(scene, &mut draft, &by);
        tell_state(&mut draft, "acknowledged", "");
        Ok(draft.done(match self.lead() {
            Some(lead) => format!("you acknowledged it; {} leads", scene.name(lead)).into(),
            None => {
                let take = Verb::Role.on(scene.case.id).with(SeatName::Lead.word());
                say!["you acknowledged it; the lead seat is empty: ", take, " takes it"]
            }
        }))
    }

    pub(super) fn assess(&self, scene: &Scene<'_>, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_lead(scene, Duty::Assess)?;
        let text = text::text("what the impact is", text)?;
        let mut draft = scene.draft();
        draft.push(Event::Assessed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::Assess);
        self.work_goes_on(scene, &mut draft, &by);
        draft.tell_all("assessment", by, text);
        Ok(draft.done("the impact is on record"))
    }

    pub(super) fn contain(&self, scene: &Scene<'_>, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_lead(scene, Duty::Contain)?;
        let text = text::text("what was done", text)?;
        let mut draft = scene.draft();
        self.take_in_hand(scene, &mut draft, &by);
        draft.push(Event::Contained { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::Contain);
        self.end_of_asking(scene, &mut draft, &by, "contained");
        tell_state(&mut draft, "contained", &text);
        let next = draft.next_is(Duty::Resolve);
        Ok(draft.done(format!("contained{next}")))
    }

    pub(super) fn resolve(&self, scene: &Scene<'_>, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_closer(scene, Duty::Resolve)?;
        if self.impact == Impact::Unclear {
            return Err(Refusal::ImpactUnclear(scene.case.id));
        }
        let text = text::text("how it was resolved", text)?;
        let mut draft = scene.draft();
        self.take_in_hand(scene, &mut draft, &by);
        draft.push(Event::Resolved { by: by.clone(), text: text.clone() });
        draft.meet(|it| matches!(it.duty, Duty::Contain | Duty::Resolve));
        self.end_of_asking(scene, &mut draft, &by, "resolved");
        void_the_rest(&mut draft, "resolved");
        owe_what_the_state_calls_for(&mut draft);
        tell_state(&mut draft, "resolved", &text);
        let next = draft.next_is(Duty::Review);
        Ok(draft.done(match next.as_str() {
            "" => say!["resolved; ", Verb::Review.on(scene.case.id).with("…"), " closes it"],
            next => format!("resolved{next}").into(),
        }))
    }

    pub(super) fn accept_review(
        &self,
        scene: &Scene<'_>,
        text: &str,
        drafted_from: Option<u32>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if !may_close(scene) {
            match scene.case.owed(Duty::Review) {
                Some(owed) => scene.answering(owed).map(drop)?,
                None => self.require_closer(scene, "accepting the review")?,
            }
        }
        let text = text::text_up_to(REVIEW_AT_MOST, "the review", text)?;
        let mut draft = scene.draft();
        draft.push(Event::Reviewed { by, text: text.clone(), drafted_from });
        draft.meet(|it| it.duty == Duty::Review);
        void_the_rest(&mut draft, "reviewed");
        tell_state(&mut draft, "reviewed", &text);
        let open = draft.case.open_obligations().count();
        Ok(draft.done(match open {
            0 => "reviewed and closed".to_owned(),
            1 => "reviewed and closed; one follow-up stays open, and its clock runs on".to_owned(),
            n => format!("reviewed and closed; {n} follow-ups stay open, and their clocks run on"),
        }))
    }

    /// Anybody may who sees it: an incident that is looked at twice costs less than one that isn't over.
    pub(super) fn reopen(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Reopened { by, reason: reason.clone() });
        draft.void("reopened", |it| it.duty == Duty::Review);
        owe_what_the_state_calls_for(&mut draft);
        follow_the_law(&mut draft);
        tell_state(&mut draft, "reopened", &reason);
        if let Some((number, urgent)) = draft.case.owed(Duty::Acknowledge).map(|it| (it.number, it.terms.urgent)) {
            let telling = state(&draft, "reopened", &reason);
            for person in draft.waiting_on(number) {
                draft.tell_person(&person, telling.clone(), vec![number], urgent);
            }
        }
        let next = draft.next_is(Duty::Acknowledge);
        Ok(draft.done(format!("reopened{next}")))
    }

    pub(super) fn merge(&self, scene: &Scene<'_>, into: CaseId) -> Result<Ruling, Refusal> {
        let id = scene.case.id;
        if into == id {
            return Err(Refusal::missing(format!("name the incident that stays: {id} can't be merged into itself.")));
        }
        if into.kind != CaseKind::Incident {
            return Err(Refusal::WrongKind { case: into, needs: CaseKind::Incident });
        }
        if scene.case.restricted {
            return Err(Refusal::missing(say![
                "end it with ",
                every_case::Verb::Withdraw.on(id).with("why"),
                " instead: a restricted incident can't be merged, since more people would then read its words."
            ]));
        }
        let by = self.opener_lead_or_closer(scene, "merging this incident")?;
        self.no_report_is_owed(scene)?;
        let mut draft = scene.draft();
        draft.push(Event::Merged { by, into });
        void_the_rest(&mut draft, &format!("merged into {into}"));
        tell_state(&mut draft, "merged", &format!("it goes on in {into}"));
        draft.then(Then::Case(into, Command::Absorb { other: id }.into()));
        Ok(draft.done(format!("merged; it goes on in {into}")))
    }

    pub(super) fn absorb(&self, scene: &Scene<'_>, other: CaseId) -> Result<Ruling, Refusal> {
        if scene.ask.by != Actor::Engine {
            return Err(Refusal::missing(say![Verb::Merge.on(other).with(scene.case.id), " merges the two."]));
        }
        if scene.case.restricted {
            // Everybody who sees the duplicate would learn of it, so it doesn't exist here, as it doesn't elsewhere.
            return Err(Refusal::NoSuchCase(scene.case.id));
        }
        let mut draft = scene.draft();
        draft.push(Event::Absorbed { other });
        draft.tell_case(every_case::Telling::Sentence {
            text: format!("{other} turned out to be the same and was merged into {}.", scene.case.id).into(),
        });
        Ok(draft.ruling)
    }

    pub(super) fn withdraw(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if scene.case.opened_by.as_ref() != Some(&by) {
            self.require_closer(scene, "withdrawing somebody else's incident")?;
        }
        self.no_report_is_owed(scene)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Withdrawn { by, reason: reason.clone() });
        void_the_rest(&mut draft, "withdrawn");
        tell_state(&mut draft, "withdrawn", &reason);
        Ok(draft.done("withdrawn; nobody owes anything on it any more"))
    }

    pub(super) fn decision(&self, scene: &Scene<'_>, text: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let text = text::text("the decision", text)?;
        let mut draft = scene.draft();
        draft.push(Event::Decided { by: by.clone(), text: text.clone() });
        self.work_goes_on(scene, &mut draft, &by);
        draft.tell_all("decision", by, text);
        Ok(draft.done("decision recorded"))
    }

    pub(super) fn set_moment(&self, scene: &Scene<'_>, which: Which, at: At) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if at > scene.ask.at {
            return Err(Refusal::Future(at));
        }
        self.comes_after_it_occurred(scene, which, at)?;
        let before = self.moments.get(&which).map(|moment| moment.at).filter(|before| *before != at);
        let mut draft = scene.draft();
        draft.push(Event::MomentSet { by: by.clone(), which, at, before });
        // The thread has readers in several zones; a plain text can't be shown in each one's own.
        let instead = before.map(|before| format!(" (before: {})", text::moment_utc(before))).unwrap_or_default();
        draft.tell_said("moment", by, format!("{}: {}{instead}", which.word(), text::moment_utc(at)));
        let clocks = follow_the_law(&mut draft);
        let clocks = in_words(scene, &draft, &clocks);
        Ok(draft.done(format!("recorded: {} at {}, as you say{clocks}", which.word(), scene.moment(at))))
    }

    /// Nobody detects, knows of or classifies what hasn't happened yet. The others may come in any order: customers are aware first,
    /// sometimes.
    fn comes_after_it_occurred(&self, scene: &Scene<'_>, which: Which, at: At) -> Result<(), Refusal> {
        let occurred = |at: At, other: Which, then: At| {
            Err(Refusal::missing(say![
                format!(
                    "it can't have occurred at {} and be {} at {} already. Correct one of them: ",
                    scene.moment(at),
                    other.word(),
                    scene.moment(then)
                ),
                Verb::Moment.on(scene.case.id).with("occurred").with("…"),
                "."
            ]))
        };
        match which {
            Which::Occurred => {
                let earlier = self.moments.iter().filter(|(other, moment)| **other != which && moment.at < at);
                earlier.map(|(other, moment)| occurred(at, *other, moment.at)).next().unwrap_or(Ok(()))
            }
            Which::Detected | Which::Aware | Which::Classified | Which::Determined | Which::Paid | Which::Fixed => {
                let before = self.moments.get(&Which::Occurred).map(|moment| moment.at).filter(|it| at < *it);
                before.map_or(Ok(()), |it| occurred(it, which, at))
            }
        }
    }

    /// What it was is often known last, so this stays possible after the end.
    pub(super) fn classify(
        &self,
        scene: &Scene<'_>,
        class: Option<&ClassId>,
        technical: Option<u8>,
        nature: &Nature,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        if scene.case.opened_by.as_ref() != Some(&by) && !self.leads(&by) {
            scene.require("classifying the incident", &scene.may().change_severity)?;
        }
        known_class(class, technical, scene.world)?;
        let class = class.filter(|class| self.class.as_ref() != Some(class));
        let technical = technical.filter(|_| self.technical != technical);
        let words = class.map(|class| format!("class {class}")).into_iter();
        let words = words.chain(technical.map(|level| format!("technical severity {level}")));
        let before: Vec<_> = self.nature.said().collect();
        let new = nature.said().filter(|said| !before.contains(said));
        let words: Vec<String> = words.chain(new.map(|(name, word)| format!("{name} {word}"))).collect();
        if words.is_empty() {
            return Err(Refusal::missing(format!("{} is classified so already; nothing was changed.", scene.case.id)));
        }
        let words = text::list(words.into_iter());
        let mut draft = scene.draft();
        draft.push(Event::Classified { by: by.clone(), class: class.cloned(), technical, nature: *nature });
        draft.tell_said("classification", by, words.clone());
        follow_the_law(&mut draft);
        Ok(draft.done(format!("classified: {words}")))
    }
}

impl Incident {
    /// Somebody works on it from now on; that answers a page of theirs as well.
    pub(super) fn take_in_hand(&self, scene: &Scene<'_>, draft: &mut Draft<'_>, by: &PersonId) {
        if self.state == IncidentState::Open {
            draft.push(Event::Acknowledged { by: by.clone() });
        }
        draft.meet(|it| it.duty == Duty::Acknowledge || (it.duty == Duty::AnswerPage && scene.may_answer(it, by)));
        expires_with_the_shift(draft);
    }

    /// The duty's holders. Where nobody owes it (a pilot, or it was waived), anybody who sees the case.
    pub(super) fn holder_of(&self, scene: &Scene<'_>, duty: Duty) -> Result<PersonId, Refusal> {
        let by = scene.asker()?;
        match scene.case.owed(duty) {
            None => Ok(by),
            Some(owed) => scene.answering(owed).map(|seat| seat.person),
        }
    }

    pub(super) fn holder_or_lead(&self, scene: &Scene<'_>, duty: Duty) -> Result<PersonId, Refusal> {
        let by = scene.asker()?;
        if self.leads(&by) { Ok(by) } else { self.holder_of(scene, duty) }
    }

    /// The duty's holders, the lead, and whoever may close incidents.
    pub(super) fn holder_or_closer(&self, scene: &Scene<'_>, duty: Duty) -> Result<PersonId, Refusal> {
        let by = scene.asker()?;
        if self.leads(&by) || may_close(scene) {
            return Ok(by);
        }
        match scene.case.owed(duty) {
            Some(_) => self.holder_of(scene, duty),
            None => self.require_closer(scene, &format!("{} on {}", duty.the(), scene.case.id)).map(|()| by),
        }
    }

    pub(super) fn opener_lead_or_closer(&self, scene: &Scene<'_>, what: &str) -> Result<PersonId, Refusal> {
        let by = scene.asker()?;
        if scene.case.opened_by.as_ref() == Some(&by) || self.leads(&by) {
            return Ok(by);
        }
        self.require_closer(scene, what).map(|()| by)
    }

    pub(super) fn require_closer(&self, scene: &Scene<'_>, what: &str) -> Result<(), Refusal> {
        scene.require(what, &scene.may().close_incident)
    }

    /// Somebody was faster; their name is in the answer.
    pub(super) fn already(
        &self,
        scene: &Scene<'_>,
        state: &str,
        turned: Option<&Remark>,
        instead: Sentence,
    ) -> Refusal {
        let since = turned.map(|words| format!(" ({}, {})", scene.name(&words.by), scene.moment(words.at)));
        Refusal::WrongState { case: scene.case.id, state: state.to_owned(), since: since.unwrap_or_default(), instead }
    }

    pub(super) fn already_there(&self, scene: &Scene<'_>, instead: Sentence) -> Refusal {
        self.already(scene, self.state.word(), self.turned.as_ref(), instead)
    }

    pub(super) fn after_resolving(&self, scene: &Scene<'_>) -> Refusal {
        let id = scene.case.id;
        let instead = say![
            Verb::Review.on(id).with("…"),
            " accepts the review, ",
            Verb::Reopen.on(id).with("why"),
            " opens it again, ",
            every_case::Verb::Note.on(id).with("…"),
            " adds a line."
        ];
        self.already_there(scene, instead)
    }

    pub(super) fn closed(&self, scene: &Scene<'_>) -> Refusal {
        let id = scene.case.id;
        let note = every_case::Verb::Note.on(id).with("…");
        let instead = match self.state {
            IncidentState::Merged { into } => format!("Type the command with {into}: it goes on there.").into(),
            IncidentState::Withdrawn => {
                let open = Verb::Open.of(CaseKind::Incident).with(&scene.case.workflow).with("…");
                say!["If it is real after all, open a new one with ", open, "; ", note, " adds a line here."]
            }
            IncidentState::Open
            | IncidentState::Acknowledged
            | IncidentState::Contained
            | IncidentState::Resolved
            | IncidentState::Reviewed => {
                say![Verb::Reopen.on(id).with("why"), " opens it again, ", note, " adds a line."]
            }
        };
        self.already_there(scene, instead)
    }
}

/// Whether the asker has the right to close incidents.
pub(super) fn may_close(scene: &Scene<'_>) -> bool {
    scene.world.allows(&scene.may().close_incident, &scene.ask.by)
}

/// What was promised for later, and what a law asks for, outlives the incident; everything else has lost its object.
fn void_the_rest(draft: &mut Draft<'_>, why: &str) {
    draft.void(why, |it| !matches!(it.duty, Duty::FollowUp | Duty::ReportToAuthority | Duty::SayWhetherOwed));
}

fn tell_state(draft: &mut Draft<'_>, word: &str, text: &str) {
    let telling = state(draft, word, text);
    let review = draft.case.owed(Duty::Review).map(|it| it.number).into_iter().collect();
    draft.tell_news(&[], telling, review, false);
}

fn state(draft: &Draft<'_>, word: &str, text: &str) -> every_case::Telling {
    let over = matches!(&draft.case.body, crate::domain::Body::Incident(incident) if !incident.state.is_live());
    every_case::Telling::State { state: Label::from(word), over, by: draft.by.person().cloned(), text: text.to_owned() }
}
