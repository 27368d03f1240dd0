//! How a ruling is written: rulebooks put events on a [`Draft`], which gives numbers to obligations, finds the target that
//! counts and folds as it goes, so that the next rule sees the case as it has become.

use super::bot;
use super::every_case;
use super::kinds::{Command, DutyEvent, Event, Opening, Telling};
use super::line::Sentence;
use super::notice::{CaseTitle, Notice, Reply, To};
use super::obligation::{About, Change, Holder, Obligation, Opened, Standing, Terms};
use super::people::Seat;
use super::policy::{AtEnd, TargetTerms};
use super::{Actor, Ask, At, Case, CaseId, Duty, Label, PersonId, Refusal, RoleId, Severity, World};

/// What an ask came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    pub events: Vec<Event>,
    pub notices: Vec<Notice>,
    /// The private answer to the person who asked.
    pub reply: Option<Reply>,
    /// What follows for other cases; decided in the same transaction, asked by the engine.
    pub then: Vec<Then>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    Case(CaseId, Command),
    Open(Opening),
    Bot(bot::Command),
    /// Holders of these roles, or what these people hold in person, may have changed: wake every open case that they hold.
    WakeHolders {
        roles: Vec<RoleId>,
        people: Vec<PersonId>,
    },
}

pub struct Draft<'a> {
    /// The case as it has become so far.
    pub case: Case,
    pub world: &'a World<'a>,
    pub at: At,
    pub by: Actor,
    pub ruling: Ruling,
}

impl<'a> Draft<'a> {
    pub fn new(case: &Case, ask: &Ask, world: &'a World<'a>) -> Draft<'a> {
        Draft { case: case.clone(), world, at: ask.at, by: ask.by.clone(), ruling: Ruling::nothing() }
    }

    /// A case's first ruling. `None` if the event doesn't begin a case.
    pub fn begin(id: CaseId, first: Event, ask: &Ask, world: &'a World<'a>) -> Option<Draft<'a>> {
        let case = Case::begin(id, &first, ask.at)?;
        let ruling = Ruling { events: vec![first], ..Ruling::nothing() };
        Some(Draft { case, world, at: ask.at, by: ask.by.clone(), ruling })
    }

    pub fn push(&mut self, event: impl Into<Event>) {
        let event = event.into();
        self.case.apply(&event, self.at);
        self.ruling.events.push(event);
    }

    /// Something becomes true of the obligation with this number.
    pub fn change(&mut self, number: u32, change: Change) {
        self.push(DutyEvent { number, change });
    }

    /// Opens an obligation on terms of its own. Returns its number.
    pub fn owe(&mut self, duty: Duty, holder: Holder, terms: Terms, about: Option<About>) -> u32 {
        let number = self.case.next_number();
        let party = self.party_of(&holder);
        let delegations = self.world.people.delegations_of(&holder);
        let mut opened = Opened { duty, about, holder, party, held_by: Vec::new(), delegations, terms };
        let excluded = self.case.excluded(&Obligation::open(number, opened.clone(), self.at));
        let people = self.world.people;
        opened.held_by = persons(people.on(&self.case.workflow).holders(&opened.holder, &excluded));
        self.change(number, Change::Opened(Box::new(opened)));
        number
    }

    fn party_of(&self, holder: &Holder) -> Option<super::PartyId> {
        let policy = self.world.stamped;
        match holder {
            Holder::Roles(roles) => Some(policy.roles.get(roles.first()?)?.party.clone()),
            Holder::Person(person) => Some(policy.people.get(person)?.party.clone()),
        }
    }

    /// Opens an obligation if the policy that the case was opened under has a target for it, owed by `holder` or, without
    /// one, by the target's own. Returns its number.
    pub fn owe_by_policy(
        &mut self,
        duty: Duty,
        severity: Option<Severity>,
        holder: Option<Holder>,
        about: Option<About>,
    ) -> Option<u32> {
        let target = self.world.stamped.target(duty, &self.case.workflow, severity)?;
        let holder = holder.or_else(|| target.holder.clone().map(|role| Holder::Roles(vec![role])))?;
        let terms = self.stamp(&target.terms, 1);
        Some(self.owe(duty, holder, terms, about))
    }

    /// Like [`Draft::owe_by_policy`], with an answer within `fallback` (calendar time) where the policy has no target: for
    /// duties that exist because somebody just asked for them.
    pub fn owe_anyway(
        &mut self,
        duty: Duty,
        severity: Option<Severity>,
        holder: Holder,
        about: Option<About>,
        fallback: super::Span,
    ) -> u32 {
        match self.owe_by_policy(duty, severity, Some(holder.clone()), about.clone()) {
            Some(number) => number,
            None => self.owe(duty, holder, Terms::until(self.at + fallback, self.at), about),
        }
    }

    pub fn stamp(&self, written: &TargetTerms, quorum: u32) -> Terms {
        Terms::stamp(written, quorum, self.at, self.world.stamped)
    }

    /// Every open obligation that fits is met.
    pub fn meet(&mut self, fits: impl Fn(&Obligation) -> bool) {
        let by = self.by.person().cloned();
        for number in self.numbers(|it| it.is_open() && fits(it)) {
            // An answer during a pause ends the pause first, so that the time it took is recorded.
            self.resume(number);
            let Some(obligation) = self.case.obligation(number) else { continue };
            let running = self.world.stamped.running(obligation.terms.calendar.as_ref());
            let took = obligation.used(self.at, running);
            self.change(number, Change::Met { by: by.clone(), took });
        }
    }

    /// Every open obligation that fits lost its object.
    pub fn void(&mut self, reason: &str, fits: impl Fn(&Obligation) -> bool) {
        for number in self.numbers(|it| it.is_open() && fits(it)) {
            // The pause ends with it, so that its time is recorded.
            self.resume(number);
            self.change(number, Change::Voided { reason: reason.to_owned() });
        }
    }

    /// Ends a pause, if there is one.
    pub fn resume(&mut self, number: u32) {
        let Some(obligation) = self.case.obligation(number) else { return };
        let Standing::Paused { since, ends, .. } = obligation.standing else { return };
        let running = self.world.stamped.running(obligation.terms.calendar.as_ref());
        // Where the bot was down when the cap was reached, the pause ended then all the same.
        let until = self.at.min(ends);
        let terms = Box::new(obligation.resumed(since, until, running));
        let by = self.by.person().filter(|_| until == self.at).cloned();
        let paused = running.between(since, until);
        let under = obligation.under();
        self.change(number, Change::Resumed { by, paused, terms, under });
    }

    /// Ends a pause as the policy says: where an exception had stopped the clock, it may start anew.
    pub fn end_pause(&mut self, number: u32) {
        let Some(obligation) = self.case.obligation(number) else { return };
        let (Standing::Paused { since, ends, .. }, Some(under)) = (&obligation.standing, obligation.under()) else {
            return self.resume(number);
        };
        match under.at_end {
            AtEnd::Resume => self.resume(number),
            AtEnd::Restart => {
                let running = self.world.stamped.running(obligation.terms.calendar.as_ref());
                let until = self.at.min(*ends);
                let terms = Box::new(obligation.restarted(until, running));
                let by = self.by.person().filter(|_| until == self.at).cloned();
                let paused = running.between(*since, until);
                self.change(number, Change::Restarted { by, paused, terms });
            }
        }
    }

    fn numbers(&self, fits: impl Fn(&Obligation) -> bool) -> Vec<u32> {
        self.case.obligations.iter().filter(|it| fits(it)).map(|it| it.number).collect()
    }

    /// The people who are to answer an obligation now.
    pub fn waiting_on(&self, number: u32) -> Vec<PersonId> {
        let waiting = self.case.obligation(number).map(|it| self.case.waiting_on(it, &self.world.people));
        persons(waiting.unwrap_or_default())
    }

    /// Tells the case's thread.
    pub fn tell_case(&mut self, telling: impl Into<Telling>) {
        self.tell_while(To::Case, telling, Vec::new(), None);
    }

    /// Tells a person by direct message. Waits for quiet hours unless `urgent`.
    pub fn tell_person(&mut self, person: &PersonId, telling: impl Into<Telling>, while_owed: Vec<u32>, urgent: bool) {
        let not_before = self.world.may_disturb(person, self.at, urgent);
        self.tell_while(To::Person(person.clone()), telling, while_owed, not_before);
    }

    /// In the case's thread first, then to each of the people.
    pub fn tell_case_and(
        &mut self,
        people: &[PersonId],
        telling: impl Into<Telling>,
        while_owed: Vec<u32>,
        urgent: bool,
    ) {
        let telling = telling.into();
        self.tell_while(To::Case, telling.clone(), while_owed.clone(), None);
        for person in people {
            self.tell_person(person, telling.clone(), while_owed.clone(), urgent);
        }
    }

    pub fn tell_while(&mut self, to: To, telling: impl Into<Telling>, while_owed: Vec<u32>, not_before: Option<At>) {
        let (about, is_news) = (Some(self.about()), false);
        self.ruling.notices.push(Notice { to, about, telling: telling.into(), while_owed, is_news, not_before });
    }

    /// As [`Draft::tell_case_and`], of something that happened and asks for an answer: it is told whatever became of that.
    pub fn tell_news(&mut self, people: &[PersonId], telling: impl Into<Telling>, asks: Vec<u32>, urgent: bool) {
        let before = self.ruling.notices.len();
        self.tell_case_and(people, telling, asks, urgent);
        self.ruling.notices.iter_mut().skip(before).for_each(|notice| notice.is_news = true);
    }

    pub fn then(&mut self, then: Then) {
        self.ruling.then.push(then);
    }

    /// A line of the case's story, told to its thread.
    pub fn tell_said(&mut self, what: &str, by: PersonId, text: String) {
        self.tell_case(every_case::Telling::Said { what: Label::from(what), by, text, next: None, for_all: false });
    }

    /// As [`Draft::tell_said`], of what everybody in the case's own channel should hear.
    pub fn tell_all(&mut self, what: &str, by: PersonId, text: String) {
        self.tell_case(every_case::Telling::Said { what: Label::from(what), by, text, next: None, for_all: true });
    }

    fn about(&self) -> CaseTitle {
        CaseTitle { case: self.case.id, title: self.case.title.clone() }
    }

    /// When an obligation is due.
    pub fn due_of(&self, number: u32) -> At {
        self.case.obligation(number).map_or(self.case.touched, |it| it.terms.due)
    }

    /// Whose an obligation is, for a sentence.
    pub fn role_of(&self, number: u32) -> String {
        let role = self.case.obligation(number).and_then(|it| it.holder.role());
        role.map_or_else(|| "that role".to_owned(), RoleId::to_string)
    }

    /// `; next is the resolution by 15:04: Dev or Lena`, or nothing where nobody owes it.
    pub fn next_is(&self, duty: Duty) -> String {
        let Some(owed) = self.case.owed(duty) else {
            return String::new();
        };
        let people = persons(self.case.waiting_on(owed, &self.world.people));
        let due = self.world.moment_for(owed.terms.due, self.at, self.by.person());
        format!("; next is {} by {due}: {}", duty.the(), self.world.names(&people))
    }

    /// Ends the draft with “done: what”.
    pub fn done(mut self, what: impl Into<Sentence>) -> Ruling {
        let telling = every_case::Telling::Done { what: what.into() }.into();
        self.ruling.reply = Some(Reply { about: Some(self.about()), telling });
        self.ruling
    }

    /// The person who asks.
    ///
    /// # Errors
    /// [`Refusal::Stranger`] where the engine asks what only a person can.
    pub fn person(&self) -> Result<PersonId, Refusal> {
        self.by.person().cloned().ok_or(Refusal::Stranger)
    }
}

impl Ruling {
    pub fn nothing() -> Ruling {
        Ruling { events: Vec::new(), notices: Vec::new(), reply: None, then: Vec::new() }
    }

    /// Notices are recorded with the events that they tell of, so without any there may be none.
    pub(super) fn tells_only_what_became_true(&self) -> bool {
        !self.events.is_empty() || self.notices.is_empty()
    }
}

pub fn persons(seats: Vec<Seat>) -> Vec<PersonId> {
    seats.into_iter().map(|seat| seat.person).collect()
}
