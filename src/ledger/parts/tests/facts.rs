//! The golden ledger against the list of `docs/ledger-format.md`, section 4: each text and each key that is a fact is one that the
//! document names. Nothing is let pass for how it looks where it can be compared with what the program or the policy calls things.

use std::collections::BTreeSet;

use serde_json::Value;

use strum::VariantNames as _;

use super::*;
use crate::domain::WhyNotKept;
use crate::domain::kinds::exception::{Advice, ExceptionState};
use crate::domain::kinds::incident::{Harm, IncidentState, SeatName, Which};
use crate::domain::kinds::rollback::{Flight, Outcome, RollbackState};
use crate::domain::policy::Way;
use crate::domain::{
    BotEvent, CaseKind, ClockId, Duty, Event, Label, Policy, QueueId, RegimeId, Severity, Telling, regulation,
};
use crate::grammar::verbs;

/// Names of fields, and of variants that are no event and no telling.
const FIELDS: &str = "about account action action_sha256 answer approves asked assignee at at_most attributed author backfilled because behind \
    breach by by_case called called_people card card_shows announced asked_shows is_news case causes channel class contest cut_off delegations drafted_from duty edit ended ends entries entry \
    escalate events every expires expires_after files for_all from gone group groups harm hash have head heard held_by holder homes impact into items kind \
    key known lacks lane late left lost_from members message moments named need next not_before notice now nudge number numbers obligation oldest_notice_late on other outbox replaces \
    outcome over paged part party passed path pause paused pending people percent perhaps_twice person place platform policy promotes pseudonym question \
    quorum raw reaction reason reasons record repeat requester revision role roles said says schedule scheduled schedules seat severity stamp \
    signed signed_size since slow slow_at stage stages stands_in_for starts state steps stranger strangers_out subject target technical tell telling \
    terms text thread through title to took undeliverable until urgent url values verb version waiting_on was was_down what which while_owed who \
    why words workflow zone not_kept bytes file name before clock digest due_before last latest obligation regime regimes run start started_before early \
    rota rotas instead swap with mine theirs it of how answer_by shift_of past time gaps uncovered away account-gone empty-role one-holder \
    one-acts one-left out-of-party deputy-away leads-too-long found \
    carried_out cases deferred erase extent hold holds keeps mentions open-cases preview records release scope shared size whose workflows advice at_end control duties exception holds_at long more_than proof queue raised_by \
    renewal renewals seen short suspended times under usual warn watch within \
    handoff item giver scope only kept brief cases more knowledge illness actions then unknown shift leaving \
    answers said_back reachable_until first instead_of so seats wrong stays announced authorise case clocks \
    compare confirm count criteria criterion decides downstream drill drill_every drill_for_production flight \
    freeze_after go ladder met missing overridden point_of_no_return root rule run_by size step system takes \
    undone webhook way whole again begun call round tries webhook_in_drills held \
    assignee drill_within drills frozen unaltered unnamed law back would_be_due unmet witness log query imported archive edited \
    matter period retention ending upto erasure_waits retained exported from_us to_us manifest \
    old new bundles_old bundles_new withheld open statement stamps_end";
/// What is said of a case in a line of its story, beside states and the names of verbs.
const LINES: [&str; 21] = [
    "DRILL: gap closed",
    "DRILL: same failure tried again",
    "assessment",
    "break-glass review",
    "classification",
    "clock set aside",
    "decision",
    "follow-up done",
    "gap closed",
    "invitation",
    "link",
    "moment",
    "note",
    "page answered",
    "report owed",
    "report submitted",
    "restricted",
    "restriction taken away",
    "same failure tried again",
    "still working",
    "update",
];
/// What is told as a state, beside the states of an incident.
const STATES: [&str; 3] = ["reopened", "requested", "held"];
/// How something about a handoff came to an end.
const OVER: [&str; 4] = ["confirmed", "corrected", "placed", "reviewed"];
/// What can be handed over of a case beside what is owed on it.
const SEATS: [&str; 5] = ["lead", "comms", "scribe", "in-hand", "answers"];
const RECORDS: [&str; 9] =
    ["bot", "channel-made", "erased", "heard", "introduced", "not-told", "ruled", "told", "withheld"];
const WHAT: [&str; 12] = [
    "command",
    "deleted",
    "edited",
    "file-deleted",
    "filled",
    "gap",
    "joined",
    "left",
    "other",
    "pressed",
    "reacted",
    "said",
];

struct Golden {
    policy: Policy,
    /// The entry comes from an imported archive.
    archived: bool,
    found: Vec<String>,
}

/// A text that came from a platform in the place of an id, and looks like one.
fn is_an_id(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b"0123456789abcdef".contains(&b))
}

impl Golden {
    fn is_a_role(&self, text: &str) -> bool {
        self.policy.roles.contains_key(text)
    }

    fn is_an_attribution(&self, text: &str) -> bool {
        self.policy.parties.contains_key(text) || ["requester", "third-party"].contains(&text)
    }

    fn is_a_reason(&self, text: &str) -> bool {
        let stages = self.policy.paths.values().flat_map(|path| &path.stages).map(|stage| &stage.terms);
        let mut terms = self.policy.targets.iter().map(|target| &target.terms).chain(stages);
        terms.any(|terms| terms.pause.reasons.iter().any(|reason| reason == text))
    }

    /// What the program calls one of several, or a stage by its role: `stage 1 of 2: model-risk`.
    fn is_named(&self, text: &str) -> bool {
        let numbers = |stage: &str| {
            let of = stage.strip_prefix("stage ").and_then(|stage| stage.split_once(" of "));
            of.is_some_and(|(stage, stages)| stage.parse::<u32>().is_ok() && stages.parse::<u32>().is_ok())
        };
        let item = text.strip_prefix("item ").is_some_and(|number| number.parse::<u32>().is_ok());
        SeatName::ALL.map(SeatName::word).contains(&text)
            || item
            || text == "all of it"
            || regulation::clock(&ClockId::from(text)).is_some()
            || regulation::pack(&RegimeId::from(text)).is_some()
            || self.is_a_role(text)
            || self.is_a_system(text)
            || text.split_once(": ").is_some_and(|(stage, role)| numbers(stage) && self.is_a_role(role))
    }

    fn is_a_system(&self, text: &str) -> bool {
        self.policy.rollbacks.values().any(|rule| rule.downstream.contains_key(text))
    }

    /// `exceptions/…` of a workflow, `path/…` of an approval path.
    fn is_a_queue(&self, text: &str) -> bool {
        match text.parse::<QueueId>() {
            Ok(QueueId::Exceptions(workflow)) => self.policy.workflows.contains_key(&workflow),
            Ok(QueueId::Path(path)) => self.policy.paths.contains_key(&path),
            Err(_) => false,
        }
    }

    fn is_a_channel(&self, platform: &str, channel: &str) -> bool {
        let named = self.policy.channels().any(|it| (it.platform.as_str(), it.id.as_str()) == (platform, channel));
        named || channel.parse::<CaseId>().is_ok()
    }

    /// Whether a text may stand here as a fact. `path` ends with the field that it stands in.
    fn is_a_fact(&self, path: &[&str], text: &str) -> bool {
        let policy = &self.policy;
        let (within, field) = match path {
            [.., within, field] => (*within, *field),
            [field] => ("", *field),
            [] => return false,
        };
        match (within, field) {
            (_, "record") => RECORDS.contains(&text),
            (_, "case" | "by_case" | "into" | "on" | "exception" | "handoff")
            | ("first", "answer" | "so")
            | ("absorbed", "other")
            | ("changed" | "stage-changed", "approval") => text.parse::<CaseId>().is_ok(),
            (_, "queue") => self.is_a_queue(text),
            (_, "hash" | "policy" | "replaces") => hexadecimal(text, 64),
            (_, "key") => hexadecimal(text, 32),
            (_, "pseudonym") => hexadecimal(text, 16),
            // Of a platform.
            (_, "message" | "thread") | ("not_kept" | "what", "file") | ("group-set" | "what", "group") => {
                is_an_id(text)
            }
            // Of the policy.
            ("attributed", "holder") | (_, "party") => policy.parties.contains_key(text),
            (_, "class") => {
                policy.classes.contains_key(text)
                    || policy.exceptions.classes.contains_key(text)
                    || policy.days_of_classes().contains_key(&Label::from(text))
            }
            (_, "scope") => text == "everything",
            (_, "workflows") => policy.workflows.contains_key(text),
            (_, "lane") => text.split_once('/').is_some_and(|(_, id)| is_an_id(id)),
            ("imported", "archive") => hexadecimal(text, 64),
            (_, "approval") => text.parse::<CaseId>().is_ok(),
            ("exported", "manifest") | ("attested", "statement") => hexadecimal(text, 64),
            (_, "open") => text.parse::<CaseId>().is_ok(),
            (_, "path") => policy.paths.contains_key(text),
            (_, "rota" | "rotas") => policy.rotas.contains_key(text),
            (_, "platform") => policy.channels().any(|channel| channel.platform.as_str() == text),
            (_, "role" | "roles" | "called") | ("escalate" | "widened" | "then", "to") => self.is_a_role(text),
            ("next", "answer" | "so") => self.is_a_role(text),
            ("unaltered", "answer" | "so") => policy.workflows.contains_key(text),
            (_, "workflow") => policy.workflows.contains_key(text),
            ("pause", "reasons") => self.is_a_reason(text),
            (_, "schedule") => policy.digests.iter().any(|digest| digest.name == text),
            ("schedules", name) => {
                policy.digests.iter().any(|digest| digest.name == name && digest.schedule().as_str() == text)
            }
            ("digest", "zone") => text.parse::<chrono_tz::Tz>().is_ok(),
            // Of the program.
            (_, "attributed" | "says") | ("settled", "to") => self.is_an_attribution(text),
            (_, "duty") => Duty::ALL.iter().any(|duty| duty.word() == text),
            (_, "severity") | ("severity-changed", "from" | "to") => {
                Severity::ALL.iter().any(|severity| severity.word() == text)
            }
            ("changed" | "stage-changed", "from" | "to") => ["pilot", "production"].contains(&text),
            (_, "clock") if regulation::clock(&ClockId::from(text)).is_some() => true,
            (_, "regime") => regulation::pack(&RegimeId::from(text)).is_some(),
            ("report-submitted", "digest") => hexadecimal(text, 64),
            (_, "seat") => SeatName::ALL.map(SeatName::word).contains(&text),
            (_, "which") => Which::ALL.map(Which::word).contains(&text),
            (_, "impact") => ["known", "unclear"].contains(&text),
            ("classified" | "opened", "harm") => Harm::WORDS.contains(&text),
            ("state", "state") => is_a_state(text) || STATES.contains(&text),
            (_, "advice") => Advice::WORDS.contains(&text),
            (_, "at_end") => ["resume", "restart"].contains(&text),
            (_, "duties") => Duty::ALL.iter().any(|duty| duty.word() == text),
            ("control", "holder") => self.is_a_role(text),
            ("ruled", "outcome") => ["refused", "corrected", "renewal-refused"].contains(&text),
            ("over", "state") => ExceptionState::ALL.iter().any(|state| state.word() == text) || OVER.contains(&text),
            ("cases", "state") => {
                is_a_state(text) || STATES.contains(&text) || ExceptionState::ALL.iter().any(|it| it.word() == text)
            }
            (_, "illness") => ["unstable", "watch", "stable"].contains(&text),
            (_, "seats") => SEATS.contains(&text),
            ("offered", "asked") => ["first", "next", "unaltered"].contains(&text),
            (_, "way" | "compare") => Way::WORDS.contains(&text),
            (_, "flight") => Flight::WORDS.contains(&text),
            ("confirmed", "outcome") => Outcome::WORDS.contains(&text),
            ("ended", "state") => RollbackState::ALL.iter().any(|state| state.word() == text),
            (_, "drills") => policy.workflows.contains_key(text),
            ("step-said", "what") => ["done", "blocked", "skipped", "agreed"].contains(&text),
            (_, "system") => self.is_a_system(text),
            (_, "root") => hexadecimal(text, 64),
            ("published", "by") => text == "witness.example.com/w1",
            ("not-published", "to") => text == "file" || policy.webhooks.contains_key(text),
            (_, "clocks") => regulation::clock(&ClockId::from(text)).is_some(),
            (_, "cases" | "overridden") => text.parse::<CaseId>().is_ok(),
            (_, "decides" | "run_by" | "authorise" | "go" | "missing") | ("downstream", _) => self.is_a_role(text),
            (_, "ladder") => policy.ladders.contains_key(text),
            (_, "webhook") => policy.webhooks.contains_key(text),
            (_, "witness") => policy.witnessing.witnesses.contains_key(text),
            (_, "log") => policy.witnessing.logs.contains_key(text),
            ("concluded", "outcome") => ["approved", "declined", "lapsed", "superseded", "withdrawn"].contains(&text),
            ("kept", "what") => ["note", "follow-up", "evidence"].contains(&text),
            ("said", "what") => LINES.contains(&text),
            ("what", "what") => WHAT.contains(&text),
            ("what", "by") => ["form", "options"].contains(&text),
            ("verb", "known") => verbs::all().any(|verb| verb.id() == text),
            ("about", "named") => self.is_named(text),
            ("notice", "to") => ["case", "operators"].contains(&text),
            ("not_kept" | "not-kept", "why") => WhyNotKept::VARIANTS.contains(&text),
            ("gaps", "why") => text == "uncovered",
            (_, "why") => text == "answered",
            ("instead" | "it", "how") => ["override", "taken", "swap", "cover", "handoff"].contains(&text),
            // What a platform does not let the bot do.
            ("lacks" | "mended", "what") => ["commands", "intents", "pins", "roster", "token"].contains(&text),
            // Of the bot itself.
            ("started", "clock") => text == "manual, speed 0",
            ("rotated", "old" | "new") => text.parse::<crate::seal::Verifier>().is_ok(),
            ("rotated", "bundles_old" | "bundles_new") => crate::seal::SshKey::of_line(text).is_some(),
            ("started" | "causes-replaced", "causes") => hexadecimal(text, 32),
            ("started", "version") => text.split('.').all(|number| number.parse::<u32>().is_ok()),
            ("recovered", "head") => text.starts_with("countersign.local/") && text.lines().count() == 5,
            _ => false,
        }
    }

    fn is_a_key(&self, path: &[&str], key: &str) -> bool {
        match path.last() {
            Some(&"retention") if path.iter().rev().nth(1) == Some(&"loaded") => {
                self.policy.days_of_classes().contains_key(&Label::from(key))
            }
            Some(&"schedules") => self.policy.digests.iter().any(|digest| digest.name == key),
            Some(&"downstream") => self.is_a_system(key),
            Some(&"groups") => self.policy.roles.values().flat_map(|role| &role.groups).any(|group| group.id == key),
            Some(_) | None => {
                let last = |name: &str| name.rsplit(['.', '/']).next() == Some(key);
                let room = |name: &str| name.split(['.', '/']).next() == Some(key);
                let names = || Event::kinds().chain(BotEvent::kinds()).chain(Telling::templates());
                FIELDS.split_whitespace().any(|field| field == key) || names().any(|name| last(name) || room(name))
            }
        }
    }

    fn look<'v>(&mut self, value: &'v Value, path: &mut Vec<&'v str>) {
        match value {
            Value::Object(map) if map.len() == 1 && (map.contains_key("w") || map.contains_key("p")) => {}
            Value::Object(map) => {
                for (key, inner) in map {
                    if !self.is_a_key(path, key) {
                        self.found.push(format!("the key {key} of {}", path.join("/")));
                    }
                    path.push(key);
                    self.look(inner, path);
                    path.pop();
                }
                if let (Some(Value::String(platform)), Some(Value::String(channel))) =
                    (map.get("platform"), map.get("channel"))
                    && !self.is_a_channel(platform, channel)
                    // An archive's channels, and a case's own of which a fill takes the words, are named by no policy.
                    && !(is_an_id(channel) && (self.archived || path.contains(&"fill")))
                {
                    self.found.push(format!("{}: {platform}/{channel}", path.join("/")));
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| self.look(inner, path)),
            // Held against the policy together with its platform; of a case's own channel, the platform's id.
            Value::String(channel) if path.last() == Some(&"channel") => {
                if path.len() == 1 && !is_an_id(channel) {
                    self.found.push(format!("channel: {channel}"));
                }
            }
            Value::String(text) => {
                if !self.is_a_fact(path, text) {
                    self.found.push(format!("{}: {text}", path.join("/")));
                }
            }
            // What is absent is left out.
            Value::Null => self.found.push(format!("{}: null", path.join("/"))),
            Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn is_a_state(text: &str) -> bool {
    let of_an_incident = [
        IncidentState::Open,
        IncidentState::Acknowledged,
        IncidentState::Contained,
        IncidentState::Resolved,
        IncidentState::Reviewed,
        IncidentState::Merged { into: CaseId { kind: CaseKind::Incident, number: 1 } },
        IncidentState::Withdrawn,
    ];
    of_an_incident.iter().any(|state| state.word() == text)
}

fn golden() -> (Golden, Vec<Value>) {
    let lines = include_str!("../../../../tests/evidence/ledger-1.jsonl").lines();
    let lines: Vec<BTreeMap<String, String>> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let loads = |line: &&BTreeMap<String, String>| line["facts"].contains("\"policy\":{\"loaded\"");
    // The names are the same in all that are left.
    let text = lines.iter().rev().filter(loads).find_map(|line| line.get("words")).expect("a policy");
    let words: Vec<String> = serde_json::from_str(text).unwrap();
    let policy = Policy::read(&words[0]).unwrap_or_else(|errors| panic!("{}", errors.show("the golden policy")));
    let facts = lines.iter().map(|line| serde_json::from_str(&line["facts"]).unwrap()).collect();
    (Golden { policy, archived: false, found: Vec::new() }, facts)
}

#[test]
fn the_golden_ledger_holds_no_fact_that_the_document_does_not_name() {
    let (mut golden, facts) = golden();
    for facts in &facts {
        golden.archived = facts.get("imported").is_some();
        golden.look(facts, &mut Vec::new());
    }
    assert!(golden.found.is_empty(), "{:#?}", golden.found);
}

/// Where texts stand as facts.
fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.len() == 1 && (map.contains_key("w") || map.contains_key("p")) => {}
        Value::Object(map) => map.iter().for_each(|(key, inner)| texts(inner, &format!("{at}/{key}"), found)),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(place, inner)| texts(inner, &format!("{at}/{place}"), found));
        }
        Value::String(_) => found.push(at.to_owned()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn whatever_is_typed_in_the_place_of_a_fact_is_noticed() {
    let (mut golden, all) = golden();
    let mut seen = BTreeSet::new();
    for facts in &all {
        let mut places = Vec::new();
        texts(facts, "", &mut places);
        // Once for each field, in whichever entry.
        places.retain(|place| seen.insert(place.replace(|c: char| c.is_ascii_digit(), "")));
        for place in places {
            // What a platform gives as an id may be any word.
            let ids = ["/message", "/thread", "/file", "/group", "/fill/began/lane/channel"];
            let is_an_id = ids.iter().any(|id| place.ends_with(id)) || place == "/channel";
            for typed in ["Maya was late", "maya"].into_iter().take(if is_an_id { 1 } else { 2 }) {
                let mut typed_here = facts.clone();
                *typed_here.pointer_mut(&place).unwrap() = Value::from(typed);
                golden.found.clear();
                golden.look(&typed_here, &mut Vec::new());
                assert!(!golden.found.is_empty(), "“{typed}” passes as {place}");
            }
        }
    }
    golden.found.clear();
    let key = serde_json::json!({ "record": "bot", "events": [{ "maya": {} }] });
    golden.look(&key, &mut Vec::new());
    assert_eq!(golden.found, ["the key maya of events"]);
}
