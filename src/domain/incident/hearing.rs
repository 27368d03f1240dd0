//! One ask, heard on one incident: what each step needs, and which duties it opens and discharges.
//!
//! Which step is possible in which state is [`super::decide`]'s match; here the state is taken as right.

use super::super::command::{Command, Impact, SeatName, Which};
use super::super::event::Event;
use super::super::nature::Nature;
use super::super::notice::Telling;
use super::super::obligation::{Holder, Obligation, Standing, Terms};
use super::super::refusal::did_you_mean;
use super::super::ruling::persons;
use super::super::{
    Actor, Ask, At, Case, CaseId, CaseKind, ClassId, Draft, Duty, PersonId, Refusal, RoleId, Ruling, Severity, Then,
    World, engine, list,
};
use super::{
    Incident, IncidentState, PAGE_WITHIN, Words, due_of, known, known_class, moment, owe_what_the_state_calls_for,
};

/// How much of a text stands for it as an obligation's `about`, in characters.
const ABOUT_AT_MOST: usize = 80;

/// One ask, heard on one incident.
pub(super) struct Hearing<'a> {
    pub incident: &'a Incident,
    pub case: &'a Case,
    pub ask: &'a Ask,
    pub world: &'a World<'a>,
}

impl<'a> Hearing<'a> {
    pub fn acknowledge(&self) -> Result<Ruling, Refusal> {
        let by = self.holder_of(Duty::Acknowledge)?;
        let mut draft = self.draft();
        self.take_in_hand(&mut draft, &by);
        tell_state(&mut draft, "acknowledged", "");
        Ok(draft.done(match self.incident.lead() {
            Some(lead) => format!("you have it in hand; {} leads", self.world.policy.name_of(lead)),
            None => {
                format!("you have it in hand; the lead seat is empty: `/incident role {} lead` takes it", self.case.id)
            }
        }))
    }

    pub fn still_working(&self) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if !self.vouches(&by) {
            let asked = self.case.owed(Duty::StillWorking).map(|it| self.case.waiting_on(it, &self.world.people));
            let asked = asked.map_or_else(|| self.incident.acknowledged_by().cloned().into_iter().collect(), persons);
            return Err(Refusal::OnlyFor { case: self.case.id, who: self.world.names(&asked) });
        }
        let mut draft = self.draft();
        self.sign_of_life(&mut draft, &by);
        if draft.ruling.events.is_empty() {
            return Ok(draft.done("this acknowledgement doesn't grow old, so nothing was needed"));
        }
        let (case, title) = (self.case.id, self.case.title.clone());
        let text = "the work goes on".to_owned();
        draft.tell_case(Telling::Said { case, title, what: "still working".to_owned(), by, text });
        let believed =
            draft.case.obligations.iter().filter(|it| draft.case.stands_on(it)).find_map(|it| match it.standing {
                Standing::Met { expires, .. } => expires,
                _ => None,
            });
        Ok(match believed {
            Some(until) => draft.done(format!("thank you; I ask again at {}", self.moment(until))),
            None => draft.done("thank you"),
        })
    }

    pub fn assess(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_lead(Duty::Assess)?;
        let text = engine::text("what the impact is", text)?;
        let mut draft = self.draft();
        draft.push(Event::Assessed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::Assess);
        self.sign_of_life(&mut draft, &by);
        self.tell_said(&mut draft, "assessment", by, text);
        Ok(draft.done("the impact is on record"))
    }

    pub fn contain(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_lead(Duty::Contain)?;
        let text = engine::text("what was done", text)?;
        let mut draft = self.draft();
        self.take_in_hand(&mut draft, &by);
        draft.push(Event::Contained { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::Contain);
        self.end_of_asking(&mut draft, &by, "contained");
        tell_state(&mut draft, "contained", &text);
        let next = self.by_when(&draft, Duty::Resolve);
        Ok(draft.done(format!("contained{next}")))
    }

    pub fn resolve(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.holder_or_closer(Duty::Resolve)?;
        if self.incident.impact == Impact::Unclear {
            return Err(Refusal::ImpactUnclear(self.case.id));
        }
        let text = engine::text("how it was resolved", text)?;
        let mut draft = self.draft();
        self.take_in_hand(&mut draft, &by);
        draft.push(Event::Resolved { by: by.clone(), text: text.clone() });
        draft.meet(|it| matches!(it.duty, Duty::Contain | Duty::Resolve));
        self.end_of_asking(&mut draft, &by, "resolved");
        void_the_rest(&mut draft, "resolved");
        owe_what_the_state_calls_for(&mut draft);
        tell_state(&mut draft, "resolved", &text);
        let next = self.by_when(&draft, Duty::Review);
        Ok(draft.done(match next.as_str() {
            "" => format!("resolved; `/incident review {} …` closes it", self.case.id),
            next => format!("resolved{next}"),
        }))
    }

    pub fn accept_review(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if !self.may_close() {
            match self.case.owed(Duty::Review) {
                Some(owed) => engine::answering(self.case, owed, self.ask, self.world).map(drop)?,
                None => self.require_closer("accepting the review")?,
            }
        }
        let text = engine::text_up_to(engine::REVIEW_AT_MOST, "the review", text)?;
        let mut draft = self.draft();
        draft.push(Event::Reviewed { by, text: text.clone() });
        draft.meet(|it| it.duty == Duty::Review);
        void_the_rest(&mut draft, "reviewed");
        tell_state(&mut draft, "reviewed", &text);
        let open = draft.case.open_obligations().count();
        Ok(draft.done(match open {
            0 => "reviewed and closed".to_owned(),
            1 => "reviewed and closed; one follow-up stays open, and I keep its clock".to_owned(),
            n => format!("reviewed and closed; {n} follow-ups stay open, and I keep their clocks"),
        }))
    }

    /// Anybody may who sees it: an incident that is looked at twice costs less than one that isn't over.
    pub fn reopen(&self, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let reason = engine::text("the reason", reason)?;
        let mut draft = self.draft();
        draft.push(Event::Reopened { by, reason: reason.clone() });
        draft.void("reopened", |it| it.duty == Duty::Review);
        owe_what_the_state_calls_for(&mut draft);
        tell_state(&mut draft, "reopened", &reason);
        if let Some((number, urgent)) = draft.case.owed(Duty::Acknowledge).map(|it| (it.number, it.terms.urgent)) {
            let telling = state(&draft, "reopened", &reason);
            for person in draft.waiting_on(number) {
                draft.tell_person(&person, telling.clone(), vec![number], urgent);
            }
        }
        let next = self.by_when(&draft, Duty::Acknowledge);
        Ok(draft.done(format!("reopened{next}")))
    }

    pub fn merge(&self, into: CaseId) -> Result<Ruling, Refusal> {
        let id = self.case.id;
        if into == id {
            return Err(Refusal::Missing(format!("{id} can't be merged into itself. Name the one that stays.")));
        }
        match into.kind {
            CaseKind::Incident => {}
            CaseKind::Approval => {
                return Err(Refusal::WrongKind { case: into, what: "an approval", needs: "an incident" });
            }
        }
        if self.case.restricted {
            return Err(Refusal::Missing(format!(
                "a restricted incident can't be merged: its words would be read by more people than it was opened for. \
                 `/incident withdraw {id} why` ends it."
            )));
        }
        let by = self.opener_lead_or_closer("merging this incident")?;
        let mut draft = self.draft();
        draft.push(Event::Merged { by, into });
        void_the_rest(&mut draft, &format!("merged into {into}"));
        tell_state(&mut draft, "merged", &format!("it goes on in {into}"));
        draft.then(Then::Case(into, Command::Absorb { other: id }));
        Ok(draft.done(format!("merged; it goes on in {into}")))
    }

    pub fn absorb(&self, other: CaseId) -> Result<Ruling, Refusal> {
        if self.ask.by != Actor::Engine {
            return Err(Refusal::Missing(format!("`/incident merge {other} {}` merges the two.", self.case.id)));
        }
        if self.case.restricted {
            // Everybody who sees the duplicate would learn of it, so it doesn't exist here, as it doesn't elsewhere.
            return Err(Refusal::NoSuchCase(self.case.id));
        }
        let mut draft = self.draft();
        draft.push(Event::Absorbed { other });
        draft.tell_case(Telling::Told {
            text: format!("{other} turned out to be the same and was merged into {}.", self.case.id),
        });
        Ok(draft.ruling)
    }

    pub fn withdraw(&self, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if self.case.opened_by.as_ref() != Some(&by) {
            self.require_closer("withdrawing somebody else's incident")?;
        }
        let reason = engine::text("the reason", reason)?;
        let mut draft = self.draft();
        draft.push(Event::Withdrawn { by, reason: reason.clone() });
        void_the_rest(&mut draft, "withdrawn");
        tell_state(&mut draft, "withdrawn", &reason);
        Ok(draft.done("withdrawn; nobody owes anything on it any more"))
    }

    pub fn update(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let owed = self.case.owed(Duty::Update);
        let has_a_part = self.incident.sits(&by) || self.incident.acknowledged_by() == Some(&by);
        if let Some(owed) = owed.filter(|_| !has_a_part) {
            engine::answering(self.case, owed, self.ask, self.world).map_err(|refusal| match refusal {
                Refusal::NotYours { what, roles, people } => {
                    let people = format!("{people}, or write `/incident note {} …`, which everybody may", self.case.id);
                    Refusal::NotYours { what, roles, people }
                }
                other => other,
            })?;
        }
        let text = engine::text("the update", text)?;
        let mut draft = self.draft();
        draft.push(Event::Updated { by: by.clone(), text: text.clone() });
        if owed.is_some() {
            draft.meet(|it| it.duty == Duty::Update);
            draft.owe_by_policy(Duty::Update, Some(self.incident.severity), None, None);
        }
        self.sign_of_life(&mut draft, &by);
        self.tell_said(&mut draft, "update", by, text);
        let next = match draft.case.owed(Duty::Update) {
            Some(next) => format!("; the next one is due by {}", self.moment(next.terms.due)),
            None => String::new(),
        };
        Ok(draft.done(format!("update told{next}")))
    }

    pub fn decision(&self, text: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let text = engine::text("the decision", text)?;
        let mut draft = self.draft();
        draft.push(Event::Decided { by: by.clone(), text: text.clone() });
        self.sign_of_life(&mut draft, &by);
        self.tell_said(&mut draft, "decision", by, text);
        Ok(draft.done("decision recorded"))
    }

    pub fn follow_up(&self, assignee: &PersonId, due: At, text: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        known_name(assignee, self.world)?;
        if due <= self.ask.at {
            return Err(Refusal::NotAfter("the date of a follow-up", "the present moment"));
        }
        let text = engine::text("what is to be done", text)?;
        let mut draft = self.draft();
        let terms = Terms::until(due, self.ask.at);
        let obligation = draft.owe(Duty::FollowUp, Holder::Person(assignee.clone()), terms, Some(short(&text)));
        let number = self.incident.follow_ups.len() as u32 + 1;
        let (promised, said) = (assignee.clone(), text.clone());
        draft.push(Event::FollowUpPromised { number, by, assignee: promised, due, text: said, obligation });
        let (case, title) = (self.case.id, self.case.title.clone());
        let telling = Telling::FollowUp { case, title, assignee: assignee.clone(), due, text };
        // The thread keeps the promise even if it was kept before the message went out.
        draft.tell_case(telling.clone());
        for person in draft.waiting_on(obligation) {
            draft.tell_person(&person, telling.clone(), vec![obligation], false);
        }
        let (name, due) = (self.world.policy.name_of(assignee), self.moment(due));
        Ok(draft
            .done(format!("follow-up {number}: {name} does it by {due}; `/incident done {case} {number}` when it is")))
    }

    pub fn follow_up_done(&self, number: u32) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let id = self.case.id;
        let Some(promised) = self.incident.follow_ups.iter().find(|it| it.number == number) else {
            let known = list(self.incident.follow_ups.iter().filter(|it| it.done.is_none()).map(|it| it.number));
            let hint = if known.is_empty() { "None is open.".to_owned() } else { format!("Open: {known}.") };
            return Err(Refusal::Missing(format!("{id} has no follow-up {number}. {hint}")));
        };
        if let Some(done) = promised.done {
            return Err(Refusal::Missing(format!(
                "follow-up {number} of {id} was done at {} already.",
                self.moment(done)
            )));
        }
        let owed = self.case.obligation(promised.obligation).filter(|it| it.is_open());
        let own = promised.assignee == by
            || owed.is_some_and(|it| self.case.may_answer(it, &by, &self.world.people).is_some());
        if !own && !self.leads(&by) && !self.may_close() {
            let who = self.world.policy.name_of(&promised.assignee);
            return Err(Refusal::OnlyFor { case: id, who: format!("{who} (or the lead)") });
        }
        let mut draft = self.draft();
        draft.push(Event::FollowUpDone { number, by: by.clone() });
        draft.meet(|it| it.number == promised.obligation);
        self.tell_said(&mut draft, "follow-up done", by, promised.text.clone());
        Ok(draft.done(format!("follow-up {number} is done")))
    }

    pub fn page(&self, role: &RoleId, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let roles = &self.world.policy.roles;
        if !roles.contains_key(role) {
            let hint = did_you_mean(role.as_str(), roles.keys().map(|name| name.as_str()));
            return Err(Refusal::Missing(format!("there is no role “{role}” in the policy.{hint}")));
        }
        let reason = engine::text("the reason", reason)?;
        let holder = Holder::Roles(vec![role.clone()]);
        if self.world.people.holders(&holder, &[]).is_empty() {
            // A page that reaches nobody would look like help on its way.
            return Err(Refusal::Missing(format!(
                "nobody holds {role} now, so a page would reach nobody. Name another role."
            )));
        }
        let mut draft = self.draft();
        draft.push(Event::Paged { by: by.clone(), role: role.clone(), reason: reason.clone() });
        let severity = Some(self.incident.severity);
        let number = draft.owe_anyway(Duty::AnswerPage, severity, holder, Some(short(&reason)), PAGE_WITHIN);
        let people = draft.waiting_on(number);
        let due = due_of(&draft.case, number);
        let (case, title) = (self.case.id, self.case.title.clone());
        let telling = Telling::Paged { case, title, role: role.clone(), people: people.clone(), by, reason, due };
        draft.tell_case_and(&people, telling, vec![number], true);
        let (names, due) = (self.world.names(&people), self.moment(due));
        Ok(draft.done(format!("paged {names}; an answer is owed by {due}")))
    }

    pub fn answer_page(&self) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let pages = || self.case.open_obligations().filter(|it| it.duty == Duty::AnswerPage);
        let Some(first) = pages().next() else {
            return Err(Refusal::NothingOwed { case: self.case.id, duty: Duty::AnswerPage });
        };
        let theirs = |it: &Obligation| it.duty == Duty::AnswerPage && self.may_answer(it, &by);
        if !pages().any(theirs) {
            return engine::answering(self.case, first, self.ask, self.world).map(|_| Ruling::nothing());
        }
        let about =
            list(pages().filter(|it| theirs(it)).filter_map(|it| it.about.as_ref()).map(|it| format!("“{it}”")));
        let mut draft = self.draft();
        draft.meet(theirs);
        self.tell_said(&mut draft, "page answered", by, about);
        Ok(draft.done("your answer to the page is told"))
    }

    pub fn change_severity(&self, to: Severity, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        self.world.require("changing the severity", &self.world.policy.may.change_severity, &self.ask.by)?;
        let from = self.incident.severity;
        if to == from {
            let (state, instead) = (to.to_string(), "Nothing had to be changed.".to_owned());
            return Err(Refusal::WrongState { case: self.case.id, state, since: String::new(), instead });
        }
        let reason = engine::text("the reason", reason)?;
        let mut draft = self.draft();
        draft.push(Event::SeverityChanged { by: by.clone(), from, to, reason: reason.clone() });
        let tighter = if to < from { self.tighten(&mut draft, from, to) } else { Vec::new() };
        let urgent = tighter.iter().filter_map(|&number| draft.case.obligation(number)).any(|it| it.terms.urgent);
        let mut people: Vec<PersonId> = Vec::new();
        for person in tighter.iter().flat_map(|&number| draft.waiting_on(number)) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        let (case, title) = (self.case.id, self.case.title.clone());
        let telling = Telling::SeverityChanged { case, title, from, to, by, reason, people: people.clone() };
        draft.tell_case(telling.clone());
        for person in &people {
            draft.tell_person(person, telling.clone(), tighter.clone(), urgent);
        }
        let new = list(tighter.iter().filter_map(|&number| draft.case.obligation(number)).map(|it| {
            let about = it.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
            format!("{}{about} by {}", it.duty, self.moment(it.terms.due))
        }));
        Ok(draft.done(match (to < from, new.as_str()) {
            (true, "") => format!("{to} now; no deadline had to move"),
            (true, new) => format!("{to} now; tighter: {new}"),
            (false, _) => format!("{to} now; deadlines that were announced stay"),
        }))
    }

    /// Raising the severity opens the tighter duties. What is late stays late, and nothing that was announced gets more
    /// time. Returns the numbers of the new obligations.
    fn tighten(&self, draft: &mut Draft<'_>, from: Severity, to: Severity) -> Vec<u32> {
        let mut tighter = Vec::new();
        for (duty, about) in self.incident.calls_for() {
            let open: Vec<&Obligation> =
                self.case.open_obligations().filter(|it| it.duty == duty && it.about == about).collect();
            let replaced = match open.first() {
                Some(owed) if owed.is_late() => continue,
                Some(owed) => match engine::terms_now(draft, duty, to) {
                    Some(terms) if terms.due < self.due_if_resumed(owed) => Some(owed.number),
                    Some(_) | None => continue,
                },
                // The old severity asked for it as well, so it was met or waived.
                None if self.world.stamped.target(duty, &self.case.workflow, Some(from)).is_some() => {
                    continue;
                }
                None => None,
            };
            let Some(number) = draft.owe_by_policy(duty, Some(to), None, about) else {
                continue;
            };
            if let Some(old) = replaced {
                draft.void(&format!("replaced by the terms of {to}"), |it| it.number == old);
            }
            tighter.push(number);
        }
        tighter
    }

    pub fn set_moment(&self, which: Which, at: At) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if at > self.ask.at {
            return Err(Refusal::Future(at));
        }
        let mut draft = self.draft();
        draft.push(Event::MomentSet { by: by.clone(), which, at });
        // The thread has readers in several zones; a plain text can't be shown in each one's own.
        let told = at.utc().map_or_else(|| at.0.to_string(), |utc| utc.format("%Y-%m-%d %H:%M UTC").to_string());
        self.tell_said(&mut draft, "moment", by, format!("{}: {told}", which.word()));
        Ok(draft.done(format!("{} at {}, by your word", which.word(), self.moment(at))))
    }

    /// What it was is often known last, so this stays possible after the end.
    pub fn classify(&self, class: Option<&ClassId>, technical: Option<u8>, nature: &Nature) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if self.case.opened_by.as_ref() != Some(&by) && !self.leads(&by) {
            self.world.require("classifying the incident", &self.world.policy.may.change_severity, &self.ask.by)?;
        }
        known_class(class, technical, self.world)?;
        let class = class.filter(|class| self.incident.class.as_ref() != Some(class));
        let technical = technical.filter(|_| self.incident.technical != technical);
        let words = class.map(|class| format!("class {class}")).into_iter();
        let words = words.chain(technical.map(|level| format!("technical severity {level}")));
        let before: Vec<_> = self.incident.nature.said().collect();
        let new = nature.said().filter(|said| !before.contains(said));
        let words: Vec<String> = words.chain(new.map(|(name, word)| format!("{name} {word}"))).collect();
        if words.is_empty() {
            return Err(Refusal::Missing(format!(
                "{} is classified so already; nothing had to be changed.",
                self.case.id
            )));
        }
        let words = list(words.into_iter());
        let mut draft = self.draft();
        draft.push(Event::Classified { by: by.clone(), class: class.cloned(), technical, nature: *nature });
        self.tell_said(&mut draft, "classification", by, words.clone());
        Ok(draft.done(format!("classified: {words}")))
    }

    pub fn take_seat(&self, seat: SeatName, person: Option<&PersonId>) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        let id = self.case.id;
        let sits = self.incident.seats.get(&seat);
        if let Some(person) = person {
            known_name(person, self.world)?;
        }
        match (sits, person) {
            (None, None) => {
                return Err(Refusal::Missing(format!("the {} seat of {id} is empty already.", seat.word())));
            }
            (Some(sits), Some(person)) if sits == person => {
                let who = if sits == &by {
                    "you have".to_owned()
                } else {
                    format!("{} has", self.world.policy.name_of(sits))
                };
                return Err(Refusal::Missing(format!("{who} the {} seat of {id} already.", seat.word())));
            }
            (Some(sits), _) if sits != &by && !self.leads(&by) && !self.may_close() => {
                return Err(Refusal::NotYours {
                    what: format!("changing the {} seat of {id}", seat.word()),
                    roles: "whoever sits in it, and for the lead".to_owned(),
                    people: self.world.policy.name_of(sits),
                });
            }
            // An empty seat may be given or taken by anybody who sees the case.
            (Some(_), _) | (None, Some(_)) => {}
        }
        let mut draft = self.draft();
        let (title, seat_word) = (self.case.title.clone(), seat.word().to_owned());
        match person {
            Some(person) => {
                draft.push(Event::SeatTaken { by: by.clone(), seat, person: person.clone() });
                draft.meet(|it| it.duty == Duty::FillSeat && it.about.as_deref() == Some(seat.word()));
                let telling =
                    Telling::SeatTaken { case: id, title, seat: seat_word, person: person.clone(), by: by.clone() };
                draft.tell_case(telling.clone());
                if person == &by {
                    return Ok(draft.done(format!("the {} seat is yours", seat.word())));
                }
                draft.tell_person(person, telling, Vec::new(), false);
                let name = self.world.policy.name_of(person);
                Ok(draft.done(format!("{name} has the {} seat now", seat.word())))
            }
            None => {
                draft.push(Event::SeatLeft { by: by.clone(), seat });
                if self.incident.awaits(Duty::FillSeat) {
                    draft.owe_by_policy(Duty::FillSeat, Some(self.incident.severity), None, Some(seat_word.clone()));
                }
                draft.tell_case(Telling::SeatLeft { case: id, title, seat: seat_word, by });
                Ok(draft.done(format!("the {} seat is empty now", seat.word())))
            }
        }
    }

    // ── What the steps share ───────────────────────────────────────────────────────────────────────────────────────

    fn draft(&self) -> Draft<'a> {
        Draft::new(self.case, self.ask, self.world)
    }

    /// Somebody works on it from now on; that answers a page of theirs as well.
    fn take_in_hand(&self, draft: &mut Draft<'_>, by: &PersonId) {
        if self.incident.state == IncidentState::Open {
            draft.push(Event::Acknowledged { by: by.clone() });
        }
        draft.meet(|it| it.duty == Duty::Acknowledge || (it.duty == Duty::AnswerPage && self.may_answer(it, by)));
    }

    /// Work by those who have it in hand shows that it goes on: it needs no asking, and answers it where it was asked.
    fn sign_of_life(&self, draft: &mut Draft<'_>, by: &PersonId) {
        if self.incident.state != IncidentState::Acknowledged || !self.vouches(by) {
            return;
        }
        draft.meet(|it| it.duty == Duty::StillWorking);
        let stands_on = self.case.obligations.iter().find(|it| self.case.stands_on(it));
        if let Some(acknowledgement) = stands_on
            && let Standing::Met { .. } = acknowledgement.standing
            && let Some(after) = acknowledgement.terms.expires_after
        {
            draft.push(Event::Believed { number: acknowledgement.number, expires: self.ask.at + after });
        }
    }

    /// From here on nobody asks any more whether the work goes on.
    fn end_of_asking(&self, draft: &mut Draft<'_>, by: &PersonId, why: &str) {
        if self.vouches(by) {
            draft.meet(|it| it.duty == Duty::StillWorking);
        }
        draft.void(why, |it| it.duty == Duty::StillWorking);
    }

    /// Whose word is taken for it that the work goes on: who acknowledged it, the lead, and who stands in for them.
    fn vouches(&self, person: &PersonId) -> bool {
        self.incident.acknowledged_by() == Some(person)
            || self.leads(person)
            || self.case.owed(Duty::StillWorking).is_some_and(|it| self.may_answer(it, person))
    }

    fn leads(&self, person: &PersonId) -> bool {
        self.incident.lead() == Some(person)
    }

    fn may_answer(&self, obligation: &Obligation, person: &PersonId) -> bool {
        self.case.may_answer(obligation, person, &self.world.people).is_some()
    }

    fn may_close(&self) -> bool {
        self.world.allows(&self.world.policy.may.close_incident, &self.ask.by)
    }

    /// Every event has a person's name under it, so the engine and the operator can't take these steps.
    fn asker(&self) -> Result<PersonId, Refusal> {
        let person = self.ask.by.person().ok_or(Refusal::Stranger)?;
        known(person, self.world)?;
        Ok(person.clone())
    }

    /// The duty's holders. Where nobody owes it (a pilot, or it was waived), anybody who sees the case.
    fn holder_of(&self, duty: Duty) -> Result<PersonId, Refusal> {
        let by = self.asker()?;
        match self.case.owed(duty) {
            None => Ok(by),
            Some(owed) => engine::answering(self.case, owed, self.ask, self.world).map(|seat| seat.person),
        }
    }

    fn holder_or_lead(&self, duty: Duty) -> Result<PersonId, Refusal> {
        let by = self.asker()?;
        if self.leads(&by) { Ok(by) } else { self.holder_of(duty) }
    }

    /// The duty's holders, the lead, and whoever may close incidents.
    fn holder_or_closer(&self, duty: Duty) -> Result<PersonId, Refusal> {
        let by = self.asker()?;
        if self.leads(&by) || self.may_close() {
            return Ok(by);
        }
        match self.case.owed(duty) {
            Some(_) => self.holder_of(duty),
            None => self.require_closer(&format!("“{duty}” on {}", self.case.id)).map(|()| by),
        }
    }

    fn opener_lead_or_closer(&self, what: &str) -> Result<PersonId, Refusal> {
        let by = self.asker()?;
        if self.case.opened_by.as_ref() == Some(&by) || self.leads(&by) {
            return Ok(by);
        }
        self.require_closer(what).map(|()| by)
    }

    fn require_closer(&self, what: &str) -> Result<(), Refusal> {
        self.world.require(what, &self.world.policy.may.close_incident, &self.ask.by)
    }

    /// When an obligation would be due if a pause of it ended now.
    fn due_if_resumed(&self, owed: &Obligation) -> At {
        match owed.standing {
            Standing::Paused { since, .. } => {
                let running = self.world.stamped.running(owed.terms.calendar.as_ref());
                owed.resumed(since, self.ask.at, running).due
            }
            _ => owed.terms.due,
        }
    }

    /// `; Dev or Lena resolves it by 15:04`: who acts next, or nothing where nobody must.
    fn by_when(&self, draft: &Draft<'_>, duty: Duty) -> String {
        let Some(owed) = draft.case.owed(duty) else {
            return String::new();
        };
        let people = persons(draft.case.waiting_on(owed, &self.world.people));
        format!("; next is “{duty}” by {}: {}", self.moment(owed.terms.due), self.world.names(&people))
    }

    fn tell_said(&self, draft: &mut Draft<'_>, what: &str, by: PersonId, text: String) {
        let (case, title) = (self.case.id, self.case.title.clone());
        draft.tell_case(Telling::Said { case, title, what: what.to_owned(), by, text });
    }

    fn moment(&self, at: At) -> String {
        moment(at, self.ask, self.world)
    }

    /// Somebody was faster; their name is in the answer.
    pub fn already(&self, state: &str, turned: Option<&Words>, instead: String) -> Refusal {
        let since =
            turned.map(|words| format!(" ({}, {})", self.world.policy.name_of(&words.by), self.moment(words.at)));
        Refusal::WrongState { case: self.case.id, state: state.to_owned(), since: since.unwrap_or_default(), instead }
    }

    pub fn already_there(&self, instead: String) -> Refusal {
        self.already(self.incident.state.word(), self.incident.turned.as_ref(), instead)
    }

    pub fn after_resolving(&self) -> Refusal {
        let id = self.case.id;
        self.already_there(format!(
            "`/incident review {id} …` accepts the review, `/incident reopen {id} why` opens it again, \
             `/incident note {id} …` adds a line."
        ))
    }

    pub fn closed(&self) -> Refusal {
        let id = self.case.id;
        self.already_there(match self.incident.state {
            IncidentState::Merged { into } => format!("It goes on in {into}: type the command with that number."),
            IncidentState::Withdrawn => format!(
                "If it is real after all, open a new one with `/incident open {} …`; `/incident note {id} …` adds a line here.",
                self.case.workflow
            ),
            _ => format!("`/incident reopen {id} why` opens it again, `/incident note {id} …` adds a line."),
        })
    }
}

/// What was promised for later outlives the incident; everything else has lost its object.
fn void_the_rest(draft: &mut Draft<'_>, why: &str) {
    draft.void(why, |it| it.duty != Duty::FollowUp);
}

fn tell_state(draft: &mut Draft<'_>, word: &str, text: &str) {
    let telling = state(draft, word, text);
    draft.tell_case(telling);
}

fn state(draft: &Draft<'_>, word: &str, text: &str) -> Telling {
    Telling::State {
        case: draft.case.id,
        title: draft.case.title.clone(),
        state: word.to_owned(),
        by: draft.by.person().cloned(),
        text: text.to_owned(),
    }
}

/// As [`known`], for somebody who is named rather than asking.
fn known_name(person: &PersonId, world: &World<'_>) -> Result<(), Refusal> {
    known(person, world).map_err(|_| {
        let hint = did_you_mean(person.as_str(), world.policy.people.keys().map(|name| name.as_str()));
        Refusal::Missing(format!("I don't know “{person}”.{hint}"))
    })
}

/// The beginning of a text, where the whole is told elsewhere.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= ABOUT_AT_MOST {
        return line;
    }
    let beginning: String = line.chars().take(ABOUT_AT_MOST - 1).collect();
    format!("{}…", beginning.trim_end())
}
