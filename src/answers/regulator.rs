//! What an authority asks, drafted from the ledger: each value with the entry that it came from, what is missing by the number of
//! its field, and what is only estimated said to be so. Nobody but the reader gets it, and nothing is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::Answers;
use crate::card::{DraftedField, RegulatorDraft, Speaker};
use crate::domain::kinds::incident::{Event as Inc, Incident, LawState, Nature, Which};
use crate::domain::policy::AI_ACT_ROLE;
use crate::domain::regulation::{self, Answer, FieldSet};
use crate::domain::text::{moment_utc, quoted};
use crate::domain::{At, Body, Case, Event, RegimeId, Span};
use crate::ledger;
use crate::ledger::record::Record;
use crate::store::StoreError;

/// A value, and where it came from.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    value: Json,
    from: String,
    estimated: bool,
}

/// What is known of an incident, by what it answers.
#[derive(Default)]
struct Facts {
    known: BTreeMap<Answer, Known>,
}

impl Facts {
    fn say(&mut self, answer: Answer, value: impl Into<Json>, from: impl Into<String>) {
        self.known.insert(answer, Known { value: value.into(), from: from.into(), estimated: false });
    }

    fn estimate(&mut self, answer: Answer, value: impl Into<Json>, from: impl Into<String>) {
        self.known.insert(answer, Known { value: value.into(), from: from.into(), estimated: true });
    }

    /// With more at the end of what is known already.
    fn add(&mut self, answer: Answer, text: &str, from: &str) {
        match self.known.get_mut(&answer) {
            Some(Known { value: Json::String(known), from: sources, .. }) => {
                known.push_str(" · ");
                known.push_str(text);
                sources.push_str(", ");
                sources.push_str(from);
            }
            Some(_) | None => self.say(answer, text, from),
        }
    }
}

impl Answers {
    /// The draft of a form for an incident that the reader may see. `None`: it is no incident.
    pub(super) async fn regulator_draft(
        &self,
        speaker: &Speaker<'_>,
        case: &Case,
        form: FieldSet,
        now: At,
    ) -> Result<Option<RegulatorDraft>, StoreError> {
        let entries = self.reader.entries_of(case.id).await?;
        let subjects = ledger::subjects_in(&self.reader, entries.iter().map(|entry| &*entry.facts)).await?;
        let mut events: Vec<(String, At, Event)> = Vec::new();
        for entry in &entries {
            let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects);
            let ruled = record.ok().as_ref().and_then(Record::ruled).map(|ruled| ruled.events.clone());
            let source = format!("entry {}", entry.seq);
            events.extend(ruled.into_iter().flatten().map(|event| (source.clone(), At(entry.at_us), event)));
        }
        let Some(facts) = facts(speaker, case, form, &events, now) else { return Ok(None) };
        Ok(Some(draft(case, form, &facts)))
    }
}

/// What the ledger and the policy know of an incident.
fn facts(speaker: &Speaker<'_>, case: &Case, form: FieldSet, events: &[(String, At, Event)], now: At) -> Option<Facts> {
    let Body::Incident(incident) = &case.body else { return None };
    let mut facts = Facts::default();
    let regulation = speaker.policy.regulation.get(&case.workflow);
    for (name, _) in crate::domain::policy::ENTITY {
        if let Some(said) = regulation.and_then(|it| it.entity.get(name)) {
            facts.say(Answer::Entity(name), said.clone(), format!("policy, [regulation.{}]", case.workflow));
        }
    }
    let entity = |name: &str| regulation.and_then(|it| it.entity.get(name));
    let (role, roles) = AI_ACT_ROLE;
    if let (Some(name), Some(is)) = (entity("name"), entity(role))
        && let Some(is) = roles.into_iter().find(|known| known == is)
    {
        facts.say(Answer::EntityAs(is), name.clone(), format!("policy, [regulation.{}]", case.workflow));
    }
    let called =
        speaker.policy.workflows.get(&case.workflow).map_or_else(|| case.workflow.to_string(), |it| it.name.clone());
    facts.say(Answer::System, format!("AI system: {called} ({})", case.workflow), "policy");
    let mut nature = Nature::default();
    for (from, at, event) in events {
        let Event::Incident(event) = event else { continue };
        match event {
            Inc::Opened(opened) => {
                facts.say(Answer::Description, opened.began.title.clone(), from.clone());
                facts.say(Answer::OwnCode, case.id.to_string(), from.clone());
                facts.say(
                    Answer::Evidence,
                    format!("{}: its ledger entries, messages and decisions are kept", case.id),
                    from.clone(),
                );
                for known in &opened.moments {
                    facts.say(Answer::Moment(known.which), known.at.rfc3339(), from.clone());
                }
                if let Some(class) = &opened.class {
                    of_class(&mut facts, class.as_str(), from);
                }
                nature = opened.nature;
                of_nature(&mut facts, &nature, from);
            }
            Inc::MomentSet { which, at, .. } => facts.say(Answer::Moment(*which), at.rfc3339(), from.clone()),
            Inc::Assessed { text, .. } => {
                facts.add(Answer::Impact, text, from);
                facts.add(Answer::Description, text, from);
            }
            Inc::Contained { text, .. } => {
                facts.say(Answer::IsContained, true, from.clone());
                facts.add(Answer::Containment, &format!("{text} ({})", moment_utc(*at)), from);
            }
            Inc::Resolved { text, .. } => {
                facts.say(Answer::Resolution, text.clone(), from.clone());
                facts.say(Answer::ResolvedAt, at.rfc3339(), from.clone());
            }
            Inc::Reopened { .. } => {
                facts.known.remove(&Answer::ResolvedAt);
            }
            Inc::Classified { class, nature: more, .. } => {
                if let Some(class) = class {
                    of_class(&mut facts, class.as_str(), from);
                }
                nature.amend(more);
                of_nature(&mut facts, &nature, from);
            }
            Inc::ReportSubmitted { clock, at, text, .. } => {
                let other = regulation::clock(clock).is_some_and(|(pack, _)| pack.regime.as_str() != form.regime());
                if other {
                    facts.add(Answer::OtherReports, &format!("{clock} {text} ({})", moment_utc(*at)), from);
                }
            }
            Inc::Acknowledged { .. }
            | Inc::AcknowledgementLapsed {}
            | Inc::Reviewed { .. }
            | Inc::Merged { .. }
            | Inc::Absorbed { .. }
            | Inc::Withdrawn { .. }
            | Inc::Updated { .. }
            | Inc::Decided { .. }
            | Inc::FollowUpPromised { .. }
            | Inc::FollowUpDone { .. }
            | Inc::Paged { .. }
            | Inc::SeverityChanged { .. }
            | Inc::SeatTaken { .. }
            | Inc::SeatLeft { .. }
            | Inc::ClockApplies { .. }
            | Inc::ClockSetAside { .. }
            | Inc::ClockStarted { .. }
            | Inc::ClockMoved { .. } => {}
        }
    }
    of_duration(&mut facts, incident.moments.get(&Which::Occurred).map(|it| it.at), events, now);
    of_the_report(&mut facts, incident, case, form);
    Some(facts)
}

fn of_class(facts: &mut Facts, class: &str, from: &str) {
    facts.say(Answer::Class, class, from);
    match class {
        "supply.third_party" => facts.say(Answer::ThirdParty, "yes: class supply.third_party", from),
        _ => drop(facts.known.remove(&Answer::ThirdParty)),
    }
}

/// `nature` is all that was said of it up to this entry.
fn of_nature(facts: &mut Facts, nature: &Nature, from: &str) {
    let said = |names: &[&str]| {
        let said = nature.said().filter(|(name, _)| names.contains(name)).map(|(name, word)| format!("{name} {word}"));
        said.collect::<Vec<_>>().join(", ")
    };
    let harm = said(&["harm", "harm-type"]);
    if !harm.is_empty() {
        facts.say(Answer::Harm, harm, from);
    }
}

/// From when it occurred to when it was resolved; while it isn't, so far, which is an estimate.
fn of_duration(facts: &mut Facts, occurred: Option<At>, events: &[(String, At, Event)], now: At) {
    let (Some(occurred), Some(moment)) = (occurred, facts.known.get(&Answer::Moment(Which::Occurred)).cloned()) else {
        return;
    };
    let resolved = facts.known.get(&Answer::ResolvedAt).cloned().and_then(|known| {
        let last = |(_, at, event): &(String, At, Event)| {
            matches!(event, Event::Incident(Inc::Resolved { .. })).then_some(*at)
        };
        Some((events.iter().rev().find_map(last)?, known.from))
    });
    let long = |end: At| {
        let minutes = (end - occurred).max(Span::ZERO).in_minutes();
        format!("{:03}:{:02}:{:02}", minutes / 1_440, minutes / 60 % 24, minutes % 60)
    };
    match resolved {
        Some((end, from)) => {
            let from = format!("{}, {from}", moment.from);
            facts.say(Answer::Duration, long(end), from.clone());
            facts.say(Answer::DurationIs, "actual", from);
        }
        None => {
            facts.estimate(Answer::Duration, long(now), moment.from.clone());
            facts.estimate(Answer::DurationIs, "estimates", moment.from);
        }
    }
}

/// Which report of the law is next, and whether it is late.
fn of_the_report(facts: &mut Facts, incident: &Incident, case: &Case, form: FieldSet) {
    let regime = RegimeId::from(form.regime());
    let laws: Vec<_> = incident.laws(case.opened).filter(|law| law.pack.regime == regime).collect();
    let is_submitted = |state: &LawState<'_>| matches!(state, LawState::Submitted(_));
    let submitted = laws.iter().filter(|law| is_submitted(&law.state)).count();
    let kind = match (form, submitted) {
        (FieldSet::Dora, 0) => "initial_notification",
        (FieldSet::Dora, 1) => "intermediate_report",
        (FieldSet::Dora, _) => "final_report",
        (FieldSet::AiAct | FieldSet::Gdpr, 0) => "initial",
        (FieldSet::AiAct | FieldSet::Gdpr, _) => "follow-up",
    };
    facts.say(Answer::Report, kind, "what was submitted so far");
    let is_in_time = laws.iter().any(|law| match law.state {
        LawState::Running(run) => case.obligation(run.obligation).is_some_and(|owed| !owed.is_late()),
        LawState::NotLawYet
        | LawState::Unasked
        | LawState::Asked
        | LawState::SetAside(..)
        | LawState::NotStarted
        | LawState::Submitted(_)
        | LawState::Over(_) => false,
    });
    // Why it is late, where it is, is people's to say.
    if is_in_time {
        facts.say(Answer::Delay, "none: it isn't late", "the clock on the incident");
    }
}

fn draft(case: &Case, form: FieldSet, facts: &Facts) -> RegulatorDraft {
    let mut json = Json::Object(Map::new());
    let fields: Vec<DraftedField> = form
        .rows()
        .iter()
        .map(|row| {
            let known = row.answer.and_then(|answer| facts.known.get(&answer));
            if let Some(known) = known {
                put(&mut json, row.key, known.value.clone());
            }
            DraftedField {
                number: row.number,
                key: row.key,
                about: row.about,
                value: known.map(|known| match &known.value {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                }),
                from: known.map(|known| known.from.clone()).unwrap_or_default(),
                estimated: known.is_some_and(|known| known.estimated),
            }
        })
        .collect();
    let json = serde_json::to_string_pretty(&json).unwrap_or_default();
    let digest = hex::encode(Sha256::digest(json.as_bytes()));
    let text = in_words(case, form, &fields);
    RegulatorDraft { case: case.id, title: case.title.clone(), form, fields, json, text, digest }
}

/// For whoever fills in a form by hand.
fn in_words(case: &Case, form: FieldSet, fields: &[DraftedField]) -> String {
    let mut text = format!("{}: draft for {}\nNothing was sent. {}\n\n", case.id, form.form(), regulation::CAVEAT);
    for field in fields {
        let DraftedField { number, about, .. } = field;
        text += &match &field.value {
            Some(value) => {
                let estimate = if field.estimated { " (estimate)" } else { "" };
                format!("{number} {about}: {}{estimate} [{}]\n", quoted(value), field.from)
            }
            None => format!("{number} {about}: MISSING\n"),
        };
    }
    text
}

/// Puts a value where a dotted key says; `[]` is the first of a list.
fn put(json: &mut Json, key: &str, value: Json) {
    let mut here = json;
    for part in key.split('.') {
        let (name, list) = match part.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        if !here.is_object() {
            *here = Json::Object(Map::new());
        }
        let Some(map) = here.as_object_mut() else { return };
        let next = map.entry(name.to_owned()).or_insert_with(|| if list { json!([null]) } else { Json::Null });
        here = match list {
            true => match next.as_array_mut().and_then(|list| list.first_mut()) {
                Some(first) => first,
                None => return,
            },
            false => next,
        };
    }
    *here = value;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_form_is_a_place_of_its_own() {
        for word in FieldSet::WORDS {
            let form = FieldSet::read(word).expect("a form");
            assert_eq!(form.word(), *word);
            assert!(regulation::pack(&RegimeId::from(form.regime())).is_some(), "{word}");
            let mut json = Json::Object(Map::new());
            for (at, row) in form.rows().iter().enumerate() {
                put(&mut json, row.key, json!(at));
            }
            let mut numbers: Vec<&str> = form.rows().iter().map(|row| row.number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), form.rows().len(), "{word}: a number stands twice");
            fn leaves(json: &Json) -> usize {
                match json {
                    Json::Object(map) => map.values().map(leaves).sum(),
                    Json::Array(list) => list.iter().map(leaves).sum(),
                    Json::Number(_) => 1,
                    Json::Null | Json::Bool(_) | Json::String(_) => 0,
                }
            }
            assert_eq!(leaves(&json), form.rows().len(), "{word}: two fields stand in one place: {json}");
        }
    }

    #[test]
    fn a_key_says_where_its_value_stands() {
        let mut json = Json::Object(Map::new());
        put(&mut json, "a.b", json!(1));
        put(&mut json, "a.c[].d", json!(2));
        put(&mut json, "a.c[].e[]", json!(3));
        assert_eq!(json, json!({ "a": { "b": 1, "c": [{ "d": 2, "e": [3] }] } }));
    }
}
