//! What laws ask: how each clock of a case stands, and what an authority asks, drafted.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::private;
use crate::card::wording::typed_here;
use crate::card::{Attached, Card, Speaker, samples};
use crate::domain::regulation::FieldSet;
use crate::domain::{Body, Case, CaseId, CaseKind};

/// What an authority asks, as far as the ledger and the policy know it.
#[derive(Clone, Debug)]
pub struct RegulatorDraft {
    pub case: CaseId,
    pub title: String,
    pub form: FieldSet,
    /// In the order of the form.
    pub fields: Vec<DraftedField>,
    /// What is known, as JSON with the form's own keys.
    pub json: String,
    /// Every field with its value and where that came from, and the gaps.
    pub text: String,
    /// SHA-256 of that JSON, in hexadecimal.
    pub digest: String,
}

/// One field of a form, filled in or not.
#[derive(Clone, Debug, Serialize)]
pub struct DraftedField {
    pub number: &'static str,
    pub key: &'static str,
    pub about: &'static str,
    /// `None`: a gap.
    pub value: Option<String>,
    /// The entries of the ledger, or the part of the policy, that it came from.
    pub from: String,
    pub estimated: bool,
}

/// What an authority asks, drafted.
pub fn regulator_draft(speaker: &Speaker<'_>, draft: &RegulatorDraft) -> Card {
    let mut card = private(speaker, "answer/regulator-draft.txt", regulator_draft_facts(draft));
    let name = |ending| format!("{}-{}.{ending}", draft.case, draft.form.word());
    card.files = vec![
        Attached { name: name("json"), text: draft.json.clone() },
        Attached { name: name("txt"), text: draft.text.clone() },
    ];
    card
}

pub(super) fn regulator_draft_facts(draft: &RegulatorDraft) -> Json {
    let (filled, gaps): (Vec<&DraftedField>, Vec<_>) = draft.fields.iter().partition(|field| field.value.is_some());
    let filled = filled.into_iter().map(|field| {
        let mut seen = json!(field);
        // What people said is theirs; what the rules made of it isn't.
        seen["value"] = typed_here(field.value.as_deref().unwrap_or_default());
        seen
    });
    json!({
        "case": draft.case.to_string(),
        "title": draft.title,
        "form": draft.form.form(),
        "filled": filled.collect::<Vec<_>>(),
        "gaps": gaps,
        "digest": draft.digest,
    })
}

/// Which reports to authorities may be owed on an incident, and how each clock stands.
pub fn clocks(speaker: &Speaker<'_>, case: &Case) -> Card {
    private(speaker, "answer/clocks.txt", clocks_facts(speaker, case))
}

pub(super) fn clocks_facts(speaker: &Speaker<'_>, case: &Case) -> Json {
    let mut laws: Vec<Json> = Vec::new();
    if let Body::Incident(incident) = &case.body {
        laws.extend(incident.laws(case.opened).map(|law| crate::card::kinds::law_as_seen(speaker, case, &law)));
    }
    json!({ "case": case.id.to_string(), "title": case.title, "workflow": case.workflow, "laws": laws })
}

pub(super) fn sample() -> RegulatorDraft {
    let field = |value: Option<&str>| DraftedField {
        number: "2.4",
        key: "incident.incidentDescription",
        about: "description",
        value: value.map(str::to_owned),
        from: "entry 3".to_owned(),
        estimated: true,
    };
    RegulatorDraft {
        case: CaseId { kind: CaseKind::Incident, number: 1 },
        title: samples::TITLE.to_owned(),
        form: FieldSet::Dora,
        fields: vec![field(Some("words")), field(None), field(None)],
        json: "{}".to_owned(),
        text: "words".to_owned(),
        digest: "00".repeat(32),
    }
}
