//! Who stood in for whom, and who was away, when something was ruled in a case. Delegations belong to no case. Of those that
//! bear on this one their entries are in the context, and of no others.
//!
//! A delegation bears on a case if one of its obligations names it, or if it was in force for somebody who acted in it: handed on
//! by them, or leading to them, through however many deputies. Whether one that a ruling rests on was left out, the case's own
//! entries show: an obligation names those by which it is held, whoever answers in another's seat names the other, and who holds
//! something again without a delegation shows that it ended.

use std::collections::{BTreeMap, BTreeSet};

use super::derive::{OwnedEnvelope, Sealed};
use crate::domain::bot::delegations;
use crate::domain::kinds::{DutyEvent, approval};
use crate::domain::obligation::{Change, Holder};
use crate::domain::people::Delegation;
use crate::domain::{BotEvent, Event, PersonId};
use crate::ledger::record::Record;

/// The delegations that some entries of no case tell of.
pub(super) struct Delegations<'e> {
    all: BTreeMap<u32, Told<'e>>,
}

/// What is told of one.
#[derive(Default)]
struct Told<'e> {
    /// What it says, and the entry that set it.
    set: Option<(u64, &'e Delegation)>,
    /// The entry that ended it.
    ended: Option<u64>,
    /// All entries that are of it.
    entries: Vec<u64>,
}

/// Who holds an obligation, and by which delegations.
struct Held<'e> {
    roles: usize,
    by: &'e [u32],
}

impl<'e> Delegations<'e> {
    pub(super) fn of(beside: &'e [Sealed]) -> Delegations<'e> {
        let mut all: BTreeMap<u32, Told<'e>> = BTreeMap::new();
        for (entry, event) in beside.iter().flat_map(|entry| of_one(entry).into_iter().map(move |it| (entry, it))) {
            let told = all.entry(event.number()).or_default();
            if told.entries.last() != Some(&entry.seq()) {
                told.entries.push(entry.seq());
            }
            match event {
                delegations::Event::Set(delegation) => told.set = Some((entry.seq(), delegation)),
                delegations::Event::Began { .. } => {}
                delegations::Event::Ended { .. } => told.ended = Some(entry.seq()),
            }
        }
        Delegations { all }
    }

    /// Those that bear on a case, by number.
    pub(super) fn touching(&self, entries: &[Sealed]) -> BTreeSet<u32> {
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        for (envelope, by, events) in ruled(entries) {
            numbers.extend(events.iter().flat_map(named));
            let Some(by) = by else { continue };
            let in_force: Vec<&Delegation> = self.in_force(envelope).collect();
            numbers.extend(in_force.iter().filter(|it| &it.from == by).map(|it| it.number));
            let mut reached = vec![by];
            while let Some(deputy) = reached.pop() {
                for it in in_force.iter().filter(|it| it.to.as_ref() == Some(deputy)) {
                    if numbers.insert(it.number) {
                        reached.push(&it.from);
                    }
                }
            }
        }
        numbers
    }

    /// The entries of these, by number, that come before another entry.
    pub(super) fn entries_of(&self, numbers: &BTreeSet<u32>, before: u64) -> BTreeSet<u64> {
        let of_these = self.all.iter().filter(|(number, _)| numbers.contains(number));
        of_these.flat_map(|(_, told)| &told.entries).copied().filter(|seq| *seq < before).collect()
    }

    /// Entries of delegations of which none says whose they are.
    pub(super) fn nameless(&self) -> Vec<String> {
        let nameless = self.all.iter().filter(|(_, told)| told.set.is_none());
        let said = |(number, told): (&u32, &Told<'_>)| {
            let seq = told.entries.first().copied().unwrap_or_default();
            format!("Entry {seq} is of delegation no. {number}, but no entry in data/context says whose it is.")
        };
        nameless.map(said).collect()
    }

    /// What the case's entries, and those of the delegations themselves, show to be missing.
    pub(super) fn holes(&self, entries: &[Sealed]) -> Vec<String> {
        let mut holes = Vec::new();
        for (number, told) in &self.all {
            let mut after = ruled(entries).map(|(envelope, ..)| envelope);
            if let Some(OwnedEnvelope { seq, .. }) = after.find(|at| told.is_over_unsaid(at)) {
                holes.push(format!(
                    "Delegation no. {number} was over before entry {seq}, but no entry in data/context says that it ended."
                ));
            }
        }
        let mut held: BTreeMap<u32, Held<'_>> = BTreeMap::new();
        for (envelope, _, events) in ruled(entries) {
            for event in events {
                for number in named(event) {
                    let set = self.all.get(number).and_then(|told| told.set);
                    if set.is_none_or(|(seq, _)| seq > envelope.seq) {
                        holes.push(format!(
                            "Entry {} says who holds something by delegation no. {number}, which no entry in data/context sets.",
                            envelope.seq
                        ));
                    }
                }
                if let Some((person, seat)) = kept_seat(event)
                    && !self.leads(envelope, seat, person)
                {
                    holes.push(format!(
                        "In entry {} {person} answers in the seat of {seat}, but by no delegation in data/context does it come to them.",
                        envelope.seq
                    ));
                }
                if let Event::Duty(DutyEvent { number, change }) = event {
                    holes.extend(self.held_again(envelope, held.get(number), change));
                    follow(&mut held, *number, change);
                }
            }
        }
        holes
    }

    /// Those in force when something was ruled.
    fn in_force(&self, at: &OwnedEnvelope) -> impl Iterator<Item = &'e Delegation> {
        self.all.values().filter(|told| told.ended.is_none_or(|ended| ended > at.seq)).filter_map(|told| {
            let (seq, delegation) = told.set?;
            (seq < at.seq && delegation.holds_at(at.at)).then_some(delegation)
        })
    }

    /// Whether a seat came to somebody, through however many deputies.
    fn leads(&self, at: &OwnedEnvelope, seat: &PersonId, to: &PersonId) -> bool {
        let in_force: Vec<&Delegation> = self.in_force(at).collect();
        let mut reached = vec![seat];
        let mut next = 0;
        while let Some(giver) = reached.get(next).copied() {
            next += 1;
            for deputy in in_force.iter().filter(|it| &it.from == giver).filter_map(|it| it.to.as_ref()) {
                if deputy == to {
                    return true;
                }
                if !reached.contains(&deputy) {
                    reached.push(deputy);
                }
            }
        }
        false
    }

    /// Who gave their duties away and holds one of them again without that delegation, though nothing says that it ended. A
    /// delegation of some roles alone leaves others where they are, so then nothing can be said.
    fn held_again(&self, at: &OwnedEnvelope, before: Option<&Held<'_>>, change: &Change) -> Vec<String> {
        let (Change::Moved { from: _, to, delegations }, Some(before)) = (change, before) else { return Vec::new() };
        let gone = |it: &&Delegation| before.by.contains(&it.number) && !delegations.contains(&it.number);
        let again = |it: &&Delegation| to.contains(&it.from) && (it.roles.is_empty() || before.roles == 1);
        let said = |it: &Delegation| {
            format!(
                "In entry {} {} holds something again without delegation no. {}, but no entry in data/context says that it ended.",
                at.seq, it.from, it.number
            )
        };
        self.in_force(at).filter(gone).filter(again).map(said).collect()
    }
}

impl Told<'_> {
    /// Its time was over, and the bot's clock says so before anything else is ruled.
    fn is_over_unsaid(&self, at: &OwnedEnvelope) -> bool {
        let ended_before = self.ended.is_some_and(|ended| ended < at.seq);
        self.set.is_some_and(|(seq, it)| seq < at.seq && it.ends <= at.at) && !ended_before
    }
}

/// What an entry says of delegations, if it is of one alone.
fn of_one(entry: &Sealed) -> Vec<&delegations::Event> {
    let Some(Record::Bot(ruled)) = &entry.record else { return Vec::new() };
    let mut all = Vec::new();
    for event in &ruled.events {
        let BotEvent::Delegation(event) = event else { return Vec::new() };
        all.push(event);
    }
    let is_of_one = all.iter().all(|event| event.number() == all[0].number());
    if is_of_one { all } else { Vec::new() }
}

/// What was ruled in the case: when, by whom, and what became true.
fn ruled(entries: &[Sealed]) -> impl Iterator<Item = (&OwnedEnvelope, Option<&PersonId>, &[Event])> {
    entries.iter().filter_map(|entry| {
        let ruled = entry.record.as_ref()?.ruled()?;
        Some((entry.envelope.as_ref()?, ruled.by.as_ref(), &ruled.events[..]))
    })
}

/// The delegations that an event names.
fn named(event: &Event) -> &[u32] {
    if let Event::Duty(DutyEvent { change: Change::Opened(opened), .. }) = event {
        return &opened.delegations;
    }
    if let Event::Duty(DutyEvent { change: Change::Moved { delegations, .. }, .. }) = event {
        return delegations;
    }
    &[]
}

/// Who answered in whose seat.
fn kept_seat(event: &Event) -> Option<(&PersonId, &PersonId)> {
    if let Event::Duty(DutyEvent { change: Change::Answered { by, stands_in_for }, .. }) = event {
        return stands_in_for.as_ref().map(|seat| (by, seat));
    }
    if let Event::Approval(approval::Event::GlassBroken { by, stands_in_for, .. }) = event {
        return stands_in_for.as_ref().map(|seat| (by, seat));
    }
    None
}

fn follow<'e>(held: &mut BTreeMap<u32, Held<'e>>, number: u32, change: &'e Change) {
    if let Change::Opened(opened) = change {
        let roles = match &opened.holder {
            Holder::Roles(roles) => roles.len(),
            Holder::Person(_) => 1,
        };
        held.insert(number, Held { roles, by: &opened.delegations });
    }
    if let Some(held) = held.get_mut(&number) {
        if let Change::Moved { delegations, .. } = change {
            held.by = delegations;
        }
        if let Change::Widened { .. } = change {
            held.roles += 1;
        }
    }
}
