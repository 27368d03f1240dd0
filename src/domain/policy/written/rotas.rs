//! Rotas: who takes turns, when they hand over, and who hears of a gap.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::rota::{Acknowledged, Layer, Rota, Turns};
use super::super::super::{PersonId, RoleId, RotaId, Span};
use super::finding::Place;
use super::resolve::Resolve;
use super::value::{self, Handoff};
use super::word::{Placed, Word, Words, kind};

/// When people hand over, unless the rota says so.
const HANDOFF: Handoff = Handoff { day: None, minute: 9 * 60 };
/// How long each who is asked for cover has to answer, unless the rota says so.
const COVER_WITHIN: Span = Span::minutes(30);
/// Nobody takes turns more often than this.
const SHORTEST_TURN: Span = Span::minutes(15);

/// People who take turns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotaTable {
    /// How it is called.
    name: Word<kind::Text>,
    /// The zone of its handoffs and hours. A handoff at 09:00 stays at 09:00 there when the clocks change.
    zone: Word<kind::Zone>,
    /// The people who take turns, in their order.
    members: Words<kind::Person>,
    /// How long each is on: `1w`, `2d`, `12h`.
    every: Word<kind::Length>,
    /// When they hand over: `mon 09:00`, or `09:00`. `09:00` if left out.
    handoff: Option<Word<kind::Handoff>>,
    /// The day on which the first of them begins.
    starts: Word<kind::Date>,
    /// Only in these hours is somebody on: `{ mon-fri = "18:00-24:00" }`. Day and night if left out.
    hours: Option<BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>>,
    /// Further layers. A later one covers those before it, in its own hours.
    #[serde(default)]
    layers: Vec<Placed<LayerTable>>,
    /// When somebody must be on: `{ mon-fri = "08:00-18:00" }`. Day and night if left out, and then hours that no layer covers are
    /// gaps.
    covers: Option<BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>>,
    /// The role that can close a gap. It hears of hours that nobody covers, weekly and 30 days ahead, and of a shift that nobody
    /// took up.
    gaps_to: Word<kind::Role>,
    /// How long somebody has, once their shift begins, to say that they are on. Nobody has to if left out.
    acknowledge_within: Option<Word<kind::Length>>,
    /// How long each who is asked for cover has to answer, before the next is asked. `30m` if left out.
    cover_within: Option<Word<kind::Length>>,
    /// What becomes of an incident that somebody acknowledged whose shift ends: it `stays` with them, or it `returns` to be
    /// acknowledged by whoever is on then. It stays if left out.
    #[serde(default)]
    acknowledged: Acknowledged,
}

/// One layer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LayerTable {
    /// The people who take turns, in their order.
    members: Words<kind::Person>,
    /// How long each is on: `1w`, `2d`, `12h`.
    every: Word<kind::Length>,
    /// When they hand over: `mon 09:00`, or `09:00`. `09:00` if left out.
    handoff: Option<Word<kind::Handoff>>,
    /// The day on which the first of them begins.
    starts: Word<kind::Date>,
    /// Only in these hours does it cover those before it. Day and night if left out.
    hours: Option<BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>>,
}

/// What a rota and a further layer of it share.
struct Written<'w> {
    at: Place,
    members: &'w Words<kind::Person>,
    every: &'w Word<kind::Length>,
    handoff: Option<&'w Word<kind::Handoff>>,
    starts: &'w Word<kind::Date>,
    hours: Option<&'w BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>>,
}

impl Resolve<'_, '_> {
    pub fn rota(&mut self, key: &Word<kind::Key>, table: &RotaTable) {
        self.key(key);
        let name = self.text(&table.name);
        let zone = self.value(&table.zone, value::zone);
        let first = Written {
            at: key.at,
            members: &table.members,
            every: &table.every,
            handoff: table.handoff.as_ref(),
            starts: &table.starts,
            hours: table.hours.as_ref(),
        };
        let further = table.layers.iter().map(|Placed { value: layer, at }| Written {
            at: *at,
            members: &layer.members,
            every: &layer.every,
            handoff: layer.handoff.as_ref(),
            starts: &layer.starts,
            hours: layer.hours.as_ref(),
        });
        let written: Vec<Written<'_>> = std::iter::once(first).chain(further).collect();
        let layers: Vec<Layer> = written.iter().filter_map(|layer| self.layer(zone, layer)).collect();
        let gaps_to = self.name(&table.gaps_to).map(RoleId::from);
        if let Some(role) = &gaps_to {
            self.not_empty(role, table.gaps_to.at, "hears of gaps here");
        }
        let within = |resolve: &mut Self, word: &Option<Word<kind::Length>>| {
            let span = word.as_ref().and_then(|word| Some((word.at, resolve.value(word, value::span)?)));
            if let Some((at, _)) = span.filter(|(_, span)| *span < Span::minutes(1)) {
                resolve.found.add(at, "nobody answers within less than a minute", "“15m”");
            }
            span.map(|(_, span)| span)
        };
        let acknowledge_within = within(self, &table.acknowledge_within);
        let cover_within = within(self, &table.cover_within).unwrap_or(COVER_WITHIN);
        let acknowledged = table.acknowledged;
        let hours = |resolve: &mut Self, hours| resolve.open_hours(key.at, zone, hours, BTreeSet::new());
        let covers = table.covers.as_ref().and_then(|covers| Some(hours(self, covers)?.0));
        if let (Some(name), Some(zone), Some(gaps_to), false) = (name, zone, gaps_to, layers.is_empty()) {
            let rota = Rota { name, zone, layers, covers, gaps_to, acknowledge_within, cover_within, acknowledged };
            self.policy.rotas.insert(RotaId::from(key.text.as_str()), rota);
        }
    }

    fn layer(&mut self, zone: Option<Tz>, written: &Written<'_>) -> Option<Layer> {
        self.distinct(&written.members.0);
        let members: Vec<PersonId> =
            written.members.0.iter().filter_map(|word| self.name(word)).map(PersonId::from).collect();
        if written.members.0.is_empty() {
            self.found.add(
                written.at,
                "nobody takes turns here",
                "members = [\"…\", \"…\"], in the order of their turns",
            );
        }
        let every = self.value(written.every, value::span);
        if every.is_some_and(|every| every < SHORTEST_TURN) {
            self.found.add(written.every.at, "nobody takes turns that fast", "“12h”, “1d” or “1w”");
            return None;
        }
        let handoff = match written.handoff {
            Some(word) => self.value(word, value::handoff)?,
            None => HANDOFF,
        };
        let starts = self.value(written.starts, value::date);
        let (hours, right) = match written.hours {
            Some(hours) => {
                let hours = self.open_hours(written.at, zone, hours, BTreeSet::new()).map(|(hours, _)| hours);
                let right = hours.is_some();
                (hours, right)
            }
            None => (None, true),
        };
        let (every, starts) = (every?, starts?);
        let week = Span::days(7);
        if let (Some(_), Some(word)) = (handoff.day, written.handoff)
            && every.0 % week.0 != 0
        {
            self.found.add(
                word.at,
                "only whole weeks end on a day of the week",
                "the time alone, or whole weeks in `every`",
            );
            return None;
        }
        let turns = turns(starts, handoff, every)?;
        (right && !members.is_empty()).then_some(Layer { members, turns, hours })
    }
}

/// The first turn begins at the handoff's time on the start day, and ends at the first handoff after that.
fn turns(starts: NaiveDate, handoff: Handoff, every: Span) -> Option<Turns> {
    let at = |date: NaiveDate| date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(handoff.minute));
    let back = handoff.day.map_or(0, |day| {
        let first = u64::from(starts.weekday().num_days_from_monday());
        (first + 7 - day as u64) % 7
    });
    Turns::new(at(starts), at(starts.checked_sub_days(Days::new(back))?), every)
}
