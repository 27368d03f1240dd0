//! A case: what its events say it is. Folding can't fail, and when it wants to be woken follows from what it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::every_case;
use super::kinds::{Began, Body, CaseKind, DutyEvent, Event, Waits};
use super::obligation::{Change, Obligation, Receiver, Standing, Wants};
use super::people::{People, Seat};
use super::policy::{Channel, Windows};
use super::{At, CaseId, Duty, Label, PersonId, PolicyHash, QueueId, RoleId, Severity, WorkflowId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    pub workflow: WorkflowId,
    pub title: String,
    /// `None`: the bot opened it by itself.
    pub opened_by: Option<PersonId>,
    pub opened: At,
    /// When the last event came.
    pub touched: At,
    /// When it reached an end; a reopened case has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<At>,
    /// The policy in force when it was opened: its terms are stamped from that one.
    pub policy: PolicyHash,
    /// The policy whose terms it goes on under, where the text of that one was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<PolicyHash>,
    pub homes: Vec<Channel>,
    /// Only its own people see it: see [`Case::is_visible_to`].
    #[serde(default)]
    pub restricted: bool,
    /// Channels where one line says how it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<Channel>,
    /// The channel in which people talked already, and which became its own: the bot didn't make it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<Channel>,
    /// The message that it was opened from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Box<every_case::OpenedFrom>>,
    /// People who were let in by name, or take part of their own accord.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub invited: BTreeSet<PersonId>,
    /// Addresses that people keep with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// It was restricted for a time, so what was said in its own channel stays there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_restricted: bool,
    /// Who asked to be let in, and when they did last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_in: BTreeMap<PersonId, At>,
    /// What people put off being reminded of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub snoozed: BTreeMap<PersonId, Snooze>,
    /// Messages that were kept with it by a reaction.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kept: BTreeSet<every_case::Kept>,
    /// Until when it is kept at least, once it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained: Option<every_case::Retained>,
    pub obligations: Vec<Obligation>,
    pub body: Body,
}

/// An address that is kept with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Begins with `https://` or `http://`, and has no blanks.
    pub url: String,
    /// What somebody calls it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What somebody put off being reminded of, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    pub until: At,
    pub numbers: Vec<u32>,
}

impl Case {
    /// A case begins with its first event. `None` if that event doesn't begin one.
    pub fn begin(id: CaseId, event: &Event, at: At) -> Option<Case> {
        let (Began { by, workflow, homes, announced, policy, title, restricted, converted, from }, body) =
            Body::begin(event)?;
        Some(Case {
            id,
            workflow,
            title,
            opened_by: by,
            opened: at,
            touched: at,
            closed: None,
            policy,
            instead: None,
            homes,
            restricted,
            announced,
            converted,
            from,
            invited: BTreeSet::new(),
            links: Vec::new(),
            was_restricted: false,
            asked_in: BTreeMap::new(),
            snoozed: BTreeMap::new(),
            kept: BTreeSet::new(),
            retained: None,
            obligations: Vec::new(),
            body,
        })
    }

    /// Folds one event that came at `at`. Events of numbers that the case doesn't have change nothing.
    pub fn apply(&mut self, event: &Event, at: At) {
        self.touched = at;
        if let Event::Duty(event) = event {
            self.apply_to_duty(event, at);
        }
        if let Event::Case(event) = event {
            self.apply_to_any(event, at);
        }
        self.body.apply(event, at);
        self.closed = match self.body.is_closed() {
            true => self.closed.or(Some(at)),
            false => None,
        };
    }

    fn apply_to_duty(&mut self, DutyEvent { number, change }: &DutyEvent, at: At) {
        if let Change::Opened(opened) = change {
            self.obligations.push(Obligation::open(*number, (**opened).clone(), at));
        } else if let Some(obligation) = self.obligations.iter_mut().find(|it| it.number == *number) {
            obligation.apply(change, at);
        }
    }

    fn apply_to_any(&mut self, event: &every_case::Event, at: At) {
        match event {
            every_case::Event::Invited { person, .. } | every_case::Event::Joined { by: person } => {
                self.invited.insert(person.clone());
            }
            every_case::Event::Uninvited { person, .. } => {
                self.invited.remove(person);
            }
            every_case::Event::Restricted { by: _, reason: _, homes, left: _ } => {
                self.restricted = true;
                self.homes.clone_from(homes);
                self.announced.clear();
            }
            every_case::Event::Unrestricted { by: _, reason: _, homes, announced } => {
                self.restricted = false;
                self.was_restricted = true;
                self.homes.clone_from(homes);
                self.announced.clone_from(announced);
            }
            every_case::Event::AskedIn { by, text: _ } => {
                self.asked_in.insert(by.clone(), at);
            }
            every_case::Event::Kept { by: _, what, message, reason: _ } => {
                self.kept.insert(message.kept_as(*what));
            }
            every_case::Event::Unpinned { lane, message, .. } => {
                self.kept.retain(|kept| !kept.is_pin_on(lane, message));
            }
            every_case::Event::Retained(retained) => self.retained = Some(retained.clone()),
            every_case::Event::Snoozed { by, until, numbers } => {
                self.snoozed.insert(by.clone(), Snooze { until: *until, numbers: numbers.clone() });
            }
            every_case::Event::PolicyReplaced { policy } => self.instead = Some(policy.clone()),
            every_case::Event::HandedOver { to, seats, .. } => {
                if let Receiver::Person(to) = to {
                    self.body.pass_seats(seats, to, at);
                }
            }
            every_case::Event::Linked { url, text, .. } => {
                self.links.push(Link { url: url.clone(), text: text.clone() });
            }
            every_case::Event::Noted { .. } | every_case::Event::Observed { .. } => {}
        }
    }

    /// When this case next wants to be woken. A function of state, so no timer can leak.
    pub fn wake(&self) -> Option<At> {
        let wanted = |it: &Obligation| match it.next()? {
            (_, Wants::AskStillWorking) if !self.relies_on(it) => None,
            (at, Wants::AskStillWorking | Wants::Step | Wants::Resume) => Some(at),
        };
        self.obligations.iter().filter_map(wanted).chain(self.body.wakes_at()).min()
    }

    /// Whether the case relies on this acknowledgement now: only then does its expiry matter.
    pub fn relies_on(&self, acknowledgement: &Obligation) -> bool {
        self.body.relies_on(acknowledgement, self)
    }

    /// What an answer is bound to: the revision of what is asked that stands now, or the step. `None`: to nothing.
    pub fn bound_to(&self, duty: Duty) -> Option<u32> {
        self.body.bound_to(duty)
    }

    /// The policy that the terms of what is owed next are stamped from.
    pub fn stamped_from(&self) -> &PolicyHash {
        self.instead.as_ref().unwrap_or(&self.policy)
    }

    pub fn severity(&self) -> Option<Severity> {
        self.body.severity()
    }

    pub fn kind(&self) -> CaseKind {
        self.id.kind
    }

    pub fn is_closed(&self) -> bool {
        self.body.is_closed()
    }

    /// The state in one word: `open`, `acknowledged`, `requested`, `approved` …
    pub fn state(&self) -> &'static str {
        self.body.state()
    }

    /// As [`Case::state`] at a moment, also where the bot comes late with saying so.
    pub fn state_at(&self, at: At) -> &'static str {
        self.body.state_at(at)
    }

    /// The queue that it waits in, if one is watched, and over which windows.
    pub fn queue(&self) -> Option<(QueueId, Windows)> {
        self.body.queue(self)
    }

    /// How it waits in its queue. `None`: it doesn't, or nobody watches that.
    pub fn waits(&self) -> Option<Waits> {
        self.queue().and_then(|_| self.body.waits(self))
    }

    pub fn open_obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.obligations.iter().filter(|it| it.is_open())
    }

    pub fn owed(&self, duty: Duty) -> Option<&Obligation> {
        self.open_obligations().find(|it| it.duty == duty)
    }

    pub fn obligation(&self, number: u32) -> Option<&Obligation> {
        self.obligations.iter().find(|it| it.number == number)
    }

    pub fn next_number(&self) -> u32 {
        self.obligations.last().map_or(1, |it| it.number + 1)
    }

    /// The next moment that somebody owes something, for the card.
    pub fn next_due(&self) -> Option<&Obligation> {
        self.open_obligations().filter(|it| matches!(it.standing, Standing::Owed)).min_by_key(|it| it.terms.due)
    }

    /// People who may not answer an obligation: separation of duties.
    pub fn excluded(&self, obligation: &Obligation) -> Vec<PersonId> {
        self.body.excluded(obligation)
    }

    /// Whether somebody put off at `at` being reminded of these obligations, and all of them can be put off.
    pub fn is_put_off(&self, person: &PersonId, mut numbers: impl Iterator<Item = u32>, at: At) -> bool {
        self.snoozed.get(person).is_some_and(|snooze| {
            let is_put_off = |number: u32| {
                snooze.numbers.contains(&number) && self.obligation(number).is_some_and(|it| it.may_be_put_off(at))
            };
            snooze.until > at && numbers.all(is_put_off)
        })
    }

    /// Whether a reminder that somebody wanted for `at` is one that they replaced by another since.
    pub fn is_replaced(&self, person: &PersonId, at: At) -> bool {
        self.snoozed.get(person).is_some_and(|snooze| snooze.until != at)
    }

    /// Whose answer an obligation still waits for, in the order of the policy. A seat that has answered is not asked again,
    /// whoever keeps it now.
    pub fn waiting_on(&self, obligation: &Obligation, people: &People<'_>) -> Vec<Seat> {
        let mut out = self.excluded(obligation);
        out.extend(obligation.answers.iter().cloned());
        self.people_of(obligation, people).holders(&obligation.holder, &out)
    }

    /// Everybody who holds an obligation now, those who have answered included.
    pub fn holders(&self, obligation: &Obligation, people: &People<'_>) -> Vec<Seat> {
        self.people_of(obligation, people).holders(&obligation.holder, &self.excluded(obligation))
    }

    /// The people as an obligation of it has them: with what was handed over on its workflow, and of the obligation itself.
    pub fn people_of<'p>(&'p self, obligation: &'p Obligation, people: &People<'p>) -> People<'p> {
        people.on(&self.workflow).of_duty(&obligation.handed)
    }

    /// Who may answer: the holders, and everybody in a role that the ladder has called in.
    pub fn may_answer(&self, obligation: &Obligation, person: &PersonId, people: &People<'_>) -> Option<Seat> {
        let excluded = self.excluded(obligation);
        let called: Vec<RoleId> = obligation.called().cloned().collect();
        let holders = self.holders(obligation, people);
        let called = people.on(&self.workflow).called(&called, &excluded);
        holders.into_iter().chain(called).find(|seat| &seat.person == person)
    }

    /// The homes in which its story is told. On a platform where it has a channel of its own, it is told there, and other
    /// channels only show its card.
    pub fn told_in(&self) -> impl Iterator<Item = &Channel> {
        let own = |platform| self.homes.iter().any(|home| &home.platform == platform && home.own_of().is_some());
        self.homes.iter().filter(move |home| home.own_of().is_some() || !own(&home.platform))
    }

    /// Whether its own channel is closed to others: also once the case isn't restricted any more, for what was said in it.
    pub fn is_apart(&self) -> bool {
        self.restricted || self.was_restricted
    }

    /// Whether this channel, in which people talked before it became the case's own, is theirs again: the case is over, or goes on
    /// among fewer.
    pub fn has_given_back(&self, channel: &Channel) -> bool {
        self.converted.as_ref() == Some(channel) && (self.is_closed() || self.is_apart())
    }

    /// Who belongs into its own channel: whoever opened it, sits in its seats, was let in by name, or owes an answer now or was
    /// called to one.
    pub fn company(&self, people: &People<'_>) -> Vec<PersonId> {
        let mut company: Vec<PersonId> = self.opened_by.iter().chain(&self.invited).cloned().collect();
        company.extend(self.body.insiders());
        for obligation in self.open_obligations() {
            company.extend(self.waiting_on(obligation, people).into_iter().map(|seat| seat.person));
            let called: Vec<RoleId> = obligation.called().cloned().collect();
            company.extend(people.on(&self.workflow).called(&called, &[]).into_iter().map(|seat| seat.person));
        }
        let mut seen = BTreeSet::new();
        company.retain(|person| seen.insert(person.clone()));
        company
    }

    /// A restricted case is visible to its own people alone, everywhere: who opened it, was let in by name, or sits in one
    /// of its seats; whoever is asked by one of its duties now, by their role, standing in for somebody, or called by a
    /// ladder; as long as it is open, whose role met one; and who answered one in a role that they still have.
    pub fn is_visible_to(&self, person: &PersonId, people: &People<'_>) -> bool {
        !self.restricted
            || self.opened_by.as_ref() == Some(person)
            || self.invited.contains(person)
            || self.is_insider(person)
            || self.obligations.iter().any(|it| self.asks(it, person, people))
    }

    fn asks(&self, obligation: &Obligation, person: &PersonId, people: &People<'_>) -> bool {
        // Who is away is still of their role.
        let members = People { delegations: &[], ..*people };
        let may_answer = || [people, &members].iter().any(|of| self.may_answer(obligation, person, of).is_some());
        if obligation.is_open() || obligation.is_answered_by(person) {
            return may_answer();
        }
        // Whoever was only called to what is answered meanwhile isn't needed any more.
        let is_met = matches!(obligation.standing, Standing::Met { .. }) && !self.is_closed();
        let holds = |of: &People<'_>| {
            let of = self.people_of(obligation, of);
            of.holders(&obligation.holder, &[]).iter().any(|seat| &seat.person == person)
        };
        is_met && (holds(people) || holds(&members))
    }

    /// The seats of it that the person sits in, by their names.
    pub fn seats_of(&self, person: &PersonId) -> Vec<Label> {
        self.body.seats_of(person)
    }

    /// Whether the person has a part in it beside owing something, such as one of its seats.
    pub fn is_insider(&self, person: &PersonId) -> bool {
        self.body.insiders().contains(person)
    }
}
