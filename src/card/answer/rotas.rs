//! Who is on shift: now, next, and the days ahead.

use serde_json::{Value as Json, json};

use super::private;
use crate::card::{Button, Card, Speaker, Style, button};
use crate::domain::rota::{Gap, Rota, Shift};
use crate::domain::{At, Bot, PersonId, RotaId, Span};
use crate::grammar::find;

/// How far ahead shifts are listed, and gaps counted.
const AHEAD: Span = Span::days(14);
const GAPS_AHEAD: Span = Span::days(30);
/// Most shifts that are listed of one rota alone, and of each of several.
const SHIFTS_AT_MOST: usize = 20;
const SHIFTS_OF_SEVERAL: usize = 7;
/// So many gaps are told one by one; all of them are counted.
const GAPS_AT_MOST: usize = 5;
/// How far ahead somebody is looked for who is on next.
const LOOKED_AT: Span = Span::days(400);

/// Who is on in one rota, or in each of them.
pub fn rotas(speaker: &Speaker<'_>, bot: &Bot, which: Option<&RotaId>, by: &PersonId, now: At) -> Card {
    let ids: Vec<&RotaId> = speaker.policy.rotas.keys().filter(|id| which.is_none_or(|it| it == *id)).collect();
    let mut card = private(speaker, "answer/rota.txt", rotas_facts(speaker, bot, &ids, now));
    card.buttons = ids.iter().filter_map(|id| to_do(speaker, bot, id, by, now)).collect();
    card
}

pub(super) fn rotas_facts(speaker: &Speaker<'_>, bot: &Bot, ids: &[&RotaId], now: At) -> Json {
    let most = if ids.len() > 1 { SHIFTS_OF_SEVERAL } else { SHIFTS_AT_MOST };
    let rotas: Vec<Json> = ids.iter().filter_map(|id| rota_facts(speaker, bot, id, now, most)).collect();
    json!({ "rotas": rotas, "alone": ids.len() == 1 })
}

fn rota_facts(speaker: &Speaker<'_>, bot: &Bot, id: &RotaId, now: At, most: usize) -> Option<Json> {
    let shifts = bot.rotas.shifts(speaker.policy, id)?;
    let ahead = shifts.between(now, now + AHEAD);
    let (first, later) = ahead.split_first()?;
    let told = bot.rotas.told.get(id).filter(|told| told.on.as_ref() == first.on && told.on.is_some());
    let asks = shifts.rota.acknowledge_within.is_some();
    let gaps = bot.gaps(speaker.policy, id, (now, now + GAPS_AHEAD));
    let turns = turns(later, &gaps);
    let rows = turns
        .iter()
        .take(most)
        .map(|(shift, times)| json!({ "on": shift.on, "starts": shift.starts, "ends": shift.ends, "times": times }));
    // Whoever is on next may be so later than what is listed: a rota begins, or somebody was put on for long.
    let mut to_come = shifts.ahead(now).skip(1).take_while(|shift| shift.starts <= now + LOOKED_AT);
    let next = to_come.find(|shift| shift.on.is_some());
    Some(json!({
        "rota": id,
        "on": first.on,
        "until": first.ends.filter(|_| first.on.is_some()),
        "next": next.and_then(|shift| shift.on),
        "next_from": next.map(|shift| shift.starts).filter(|starts| first.on.is_none() || Some(*starts) != first.ends),
        "begins": begins(shifts.rota, now),
        "unconfirmed": asks && told.is_some_and(|told| told.acknowledged.is_none()),
        "shifts": rows.collect::<Vec<_>>(),
        "more": turns.len().saturating_sub(most),
        "arranged": bot.rotas.instead.iter().filter(|it| it.rota == *id && it.ends > now).collect::<Vec<_>>(),
        "swaps": bot.rotas.swaps.iter().filter(|it| it.rota == *id).collect::<Vec<_>>(),
        "covers": bot.rotas.covers.iter().filter(|it| it.rota == *id).collect::<Vec<_>>(),
        "gaps": gaps.len(),
        "next_gaps": gaps.iter().take(GAPS_AT_MOST).collect::<Vec<_>>(),
    }))
}

/// When a rota begins that hasn't yet.
fn begins(rota: &Rota, now: At) -> Option<At> {
    rota.starts().filter(|starts| *starts > now)
}

/// The shifts of these in which somebody is on, and those in which somebody ought to be. Where one has several in a row, with nothing
/// in between but hours in which nobody has to be on, they are one, so many times.
fn turns<'a>(shifts: &[Shift<'a>], gaps: &[Gap]) -> Vec<(Shift<'a>, u32)> {
    let mut turns: Vec<(Shift<'a>, u32)> = Vec::new();
    for shift in shifts {
        let is_gap = gaps.iter().any(|gap| shift.starts < gap.ends && shift.ends.is_none_or(|ends| gap.starts < ends));
        match turns.last_mut() {
            _ if shift.on.is_none() && !is_gap => {}
            Some((last, times)) if shift.on.is_some() && last.on == shift.on => {
                (last.ends, *times) = (shift.ends, *times + 1);
            }
            _ => turns.push((*shift, 1)),
        }
    }
    turns
}

/// Full of everything, for trying the template.
pub(super) fn sample() -> Json {
    use super::samples::{DUE, NOW, dev, maya, words};
    let time = json!({ "starts": NOW, "ends": DUE });
    let rota = json!({
        "rota": "night", "on": dev(), "until": DUE, "next": maya(), "next_from": DUE, "begins": null, "unconfirmed": true,
        "shifts": [{ "on": maya(), "starts": NOW, "ends": DUE, "times": 7 }, { "on": null, "starts": DUE, "ends": null, "times": 1 }],
        "more": 2,
        "arranged": [{ "number": 3, "person": maya(), "starts": NOW, "ends": DUE, "reason": words() }],
        "swaps": [{ "number": 4, "by": dev(), "with": maya() }],
        "covers": [{ "number": 5, "by": dev(), "time": time, "asked": [maya()] }],
        "gaps": 7,
        "next_gaps": [
            { "starts": NOW, "ends": DUE, "why": "uncovered" },
            { "starts": NOW, "ends": DUE, "why": { "away": maya() } },
            { "starts": NOW, "ends": DUE, "why": { "gone": dev() } },
        ],
    });
    let mut empty = rota.clone();
    for name in ["on", "until", "next", "next_from"] {
        empty[name] = Json::Null;
    }
    for name in ["shifts", "arranged", "swaps", "covers", "next_gaps"] {
        empty[name] = json!([]);
    }
    (empty["unconfirmed"], empty["gaps"], empty["more"]) = (json!(false), json!(0), json!(0));
    let mut later = empty.clone();
    (later["next"], later["next_from"], later["begins"]) = (json!(maya()), json!(DUE), json!(DUE));
    json!({ "rotas": [rota, empty, later], "alone": false })
}

/// What its reader can do about it with one press.
fn to_do(speaker: &Speaker<'_>, bot: &Bot, id: &RotaId, by: &PersonId, now: At) -> Option<Button> {
    let shifts = bot.rotas.shifts(speaker.policy, id)?;
    let told = bot.rotas.told.get(id)?;
    let verb = match shifts.on(now) == Some(by) {
        true if told.acknowledged.is_some() => return None,
        true => "start",
        // Nobody has to be on before it begins.
        false if shifts.on(now).is_none() && begins(shifts.rota, now).is_some() => return None,
        false if shifts.rota.members().contains(&by) => "take",
        false => return None,
    };
    let button = button(find("rota", verb), None, Some(id.as_str()), Style::Plain)?;
    Some(Button { label: format!("{}: {id}", button.label), ..button })
}
