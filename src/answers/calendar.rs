//! Somebody's calendar (RFC 5545): their shifts, and the deadlines of what they owe.
//!
//! It is read by whatever service its owner subscribes with, so of a restricted case it says that something is due, and no more:
//! neither which case nor which answer. It ends with the last of its owner's accounts.

use std::collections::BTreeMap;

use icalendar::{Calendar, Component, Event, EventLike, Property};

use sha2::{Digest as _, Sha256};

use super::{Answers, Looked};
use crate::domain::{At, PersonId, Span};
use crate::grammar::clean;
use crate::seal::Checkpoint;
use crate::store::StoreError;

/// How far ahead shifts are shown.
const AHEAD: Span = Span::days(90);
/// A deadline fills the time before it.
const BEFORE: Span = Span::minutes(15);
/// How often a calendar is to ask again.
const AGAIN: &str = "PT15M";

impl Answers {
    /// The calendar whose address has a secret part with this hash. `None`: there is none, or its owner isn't in the policy any
    /// more, or has left.
    ///
    /// # Errors
    /// The database's.
    pub async fn calendar(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let shown = self.desk.shown();
        let is_here = |person: &&PersonId| {
            shown.policy.people.contains_key(*person) && !shown.bot.is_gone_everywhere(person, &shown.policy)
        };
        let Some(person) = shown.bot.rotas.calendar_of(hash).filter(is_here) else { return Ok(None) };
        let now = self.desk.clock.now();
        let mut calendar = Calendar::empty();
        for (name, value) in [
            ("VERSION", "2.0"),
            ("PRODID", "-//Countersign//Shifts and deadlines//EN"),
            ("CALSCALE", "GREGORIAN"),
            ("METHOD", "PUBLISH"),
            ("X-PUBLISHED-TTL", AGAIN),
        ] {
            calendar.append_property(Property::new(name, value));
        }
        // RFC 7986, section 5.7; and what calendars read that are older.
        calendar.append_property(Property::new("REFRESH-INTERVAL", AGAIN).add_parameter("VALUE", "DURATION").done());
        calendar.name(&format!("{}: shifts and deadlines", shown.policy.name_of(person)));
        let here = self.installation().await?;
        self.shifts_of(person, now, &here, &mut calendar);
        let Looked { found, all: _ } = self.owed(person, &shown, now).await?;
        let mut apart: BTreeMap<At, u32> = BTreeMap::new();
        for owed in &found {
            for duty in &owed.duties {
                let (case, noun, due) = (owed.case.id, duty.duty.noun(), duty.terms.due);
                let (id, summary) = match owed.case.restricted {
                    true => {
                        let count = apart.entry(due).or_default();
                        *count += 1;
                        (format!("due-{}-{count}@{here}", due.0), "Something is due".to_owned())
                    }
                    false => (
                        format!("{case}-{}@{here}", duty.number),
                        format!("{case}: {noun} is due · {}", clean::line(&owed.case.title)),
                    ),
                };
                let mut entry = entry(&id, &summary, (due - BEFORE, due), now);
                // Whoever owes something is free to meet.
                calendar.push(entry.add_property("TRANSP", "TRANSPARENT").done());
            }
        }
        Ok(Some(calendar.to_string()))
    }

    /// By what this installation's entries differ from another's: cases have the same numbers everywhere, and somebody may subscribe to
    /// several. It stays the same when the ledger goes on from a backup.
    async fn installation(&self) -> Result<String, StoreError> {
        let signed = self.reader.last_checkpoint().await?;
        let head = signed.and_then(|(_, _, note)| Checkpoint::unverified(&note).ok());
        let origin = head.map(|head| head.origin).unwrap_or_default();
        let stem = origin.split_once("/r").map_or(origin.as_str(), |(stem, _)| stem);
        let hash = Sha256::digest(stem.as_bytes());
        let short: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(format!("{short}.countersign"))
    }

    fn shifts_of(&self, person: &PersonId, now: At, here: &str, calendar: &mut Calendar) {
        let shown = self.desk.shown();
        for (id, rota) in &shown.policy.rotas {
            let Some(shifts) = shown.bot.rotas.shifts(&shown.policy, id) else { continue };
            for shift in shifts.between(now, now + AHEAD).into_iter().filter(|it| it.on == Some(person)) {
                // What is on now began when they were told.
                let told = shown.bot.rotas.told.get(id).filter(|told| told.on.as_ref() == Some(person));
                let starts = told.map(|told| told.since).filter(|_| shift.starts == now).unwrap_or(shift.starts);
                let ends = shift.ends.unwrap_or(now + AHEAD);
                let summary = format!("On shift: {}", clean::line(&rota.name));
                calendar.push(entry(&format!("{id}-{}@{here}", starts.0), &summary, (starts, ends), now));
            }
        }
    }
}

fn entry(id: &str, summary: &str, (starts, ends): (At, At), now: At) -> Event {
    let mut event = Event::with_uid(id);
    event.summary(summary);
    if let (Some(starts), Some(ends), Some(now)) = (starts.utc(), ends.utc(), now.utc()) {
        event.starts(starts).ends(ends).timestamp(now);
    }
    event.done()
}
