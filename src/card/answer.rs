//! Private answers: to a question, to a line that can't be read, to something that isn't possible, and when the fault is
//! the bot's own. The caller brings the figures; here they get their words.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::domain::bot::releases::Freeze;
use crate::domain::duty::AnsweredBy;
use crate::domain::happened::Finding;
use crate::domain::obligation::{About, State};
use crate::domain::policy::RedFlag;
use crate::domain::{Act, At, Case, CaseId, CaseKind, Duty, People, PersonId, Refusal, Severity, Span, WorkflowId};
use crate::grammar::verbs::{self, Verb};
use crate::grammar::word::sentence;
use crate::grammar::{Filter, Misread, capital, clean, find};

use super::{Button, Card, Field, Speaker, Style, Tone, Word, button, case, form_button, open, press, samples, tell};

mod handoff;
mod held;
mod owed;
mod queue;
mod records;
mod red_flags;
mod regulation;
mod rotas;
mod search;
mod sla_status;

pub use handoff::{BriefOnCase, DrilledOn, HandoffBrief, Moving, handoff_brief};
pub use held::held;
use owed::{ALSO_AT_MOST, mine_facts, owed};
pub use owed::{OwedCase, OwedDuty, mine, taken_over};
pub use queue::{QueueRow, path_queues, queue};
pub use records::{EndingAnswer, EndingRow, ErasureAnswer, ExportAnswer, ending, erasure, export, holds};
pub use red_flags::red_flags;
pub use regulation::{DraftedField, RegulatorDraft, clocks, regulator_draft};
pub use rotas::rotas;
pub use search::{SearchGroup, SearchHit, Searched, searched};
pub use sla_status::{WorkflowStatus, sla_status};

/// Most rows that are shown at once.
const ROWS_AT_MOST: usize = 25;
/// The same on somebody's own page, where several lists stand below each other.
const ROWS_AT_HOME: usize = 10;
/// Most things to do on a menu: two rows of buttons on Discord. The likeliest stand first.
const ACTS_AT_MOST: usize = 10;
/// Most open cases on a menu outside of any.
const START_ROWS_AT_MOST: usize = 5;
/// Most open answers of a case that are told to somebody who joins late.
const BRIEF_OWED_AT_MOST: usize = 6;

/// One case of a list.
#[derive(Clone, Debug, Serialize)]
pub struct ListRow {
    /// Its id.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Its state in one word.
    pub state: String,
    /// For incidents.
    pub severity: Option<Severity>,
    /// For incidents: the class and how far the harm went, as far as they are said.
    pub nature: Vec<String>,
    /// What is owed next, and by when.
    pub next: Option<(Duty, At)>,
    /// Something is late.
    pub late: bool,
    /// Whose answer is next.
    pub waiting_on: Vec<PersonId>,
}

/// One line of a case's story: see [`super::story()`] for the words of an event.
#[derive(Clone, Debug)]
pub struct StoryLine {
    /// When it became true.
    pub at: At,
    /// What became true.
    pub words: Vec<Word>,
}

/// What happened on a case, as far as somebody must know who joins late.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// Only from this moment on.
    pub since: Option<At>,
    pub lines: Vec<StoryLine>,
    /// How many lines between the first and the last ones are left out.
    pub more: usize,
}

/// How the bot itself is.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Since when it runs.
    pub started: At,
    /// Its version.
    pub version: String,
    /// How late the oldest wake is; `None`: none is due.
    pub oldest_wake_late: Option<Span>,
    /// How late the oldest message is; `None`: none is waiting.
    pub oldest_notice_late: Option<Span>,
    /// Messages that were given up.
    pub undeliverable: u64,
    /// Messages whose time has come and that are not out yet.
    pub waiting: u64,
    /// Each platform: its name, and what is wrong there, if something is.
    pub links: Vec<LinkStatus>,
    /// Who cosigns the heads.
    pub witnesses: Vec<WitnessStatus>,
    /// Open cases.
    pub open_cases: u64,
    /// Entries in the ledger.
    pub ledger_size: u64,
    /// The root hash, in hexadecimal.
    pub ledger_head: String,
    /// When the last checkpoint was signed.
    pub checkpoint_at: Option<At>,
    /// The policy in force, by its hash.
    pub policy: String,
    /// The time isn't everybody's time: it was moved or runs faster.
    pub clock: Option<String>,
}

/// How the connection to a platform is.
#[derive(Clone, Debug, Serialize)]
pub struct LinkStatus {
    /// The platform.
    pub platform: String,
    /// Events come in.
    pub up: bool,
    /// What keeps it from working, or what the operator should know.
    pub trouble: Option<String>,
    /// Events that could not be read since the start.
    pub unread: u64,
}

/// How a witness of the heads stands.
#[derive(Clone, Debug, Serialize)]
pub struct WitnessStatus {
    /// As the policy calls it.
    pub witness: String,
    /// How many entries the head covers that it cosigned last.
    pub size: Option<u64>,
    /// When it did.
    pub at: Option<At>,
    /// Why the last try came to nothing.
    pub trouble: Option<String>,
}

/// A post-incident review as drafted from the ledger.
#[derive(Clone, Debug)]
pub struct ReviewDraft {
    /// Of which incident.
    pub case: CaseId,
    /// Its title.
    pub title: String,
    /// The draft, as it would be accepted.
    pub text: String,
    /// Accepted already, or not to be accepted yet: no buttons.
    pub settled: bool,
}

/// Cases, as asked for. Not `all`: older ones weren't looked at.
pub fn list(
    speaker: &Speaker<'_>,
    kind: Option<CaseKind>,
    filter: &Filter,
    rows: &[ListRow],
    all: bool,
    freezes: &[&Freeze],
) -> Card {
    let mut card = private(speaker, "answer/list.txt", list_facts(kind, filter, rows, all));
    card.lines.extend(held(speaker, freezes, None));
    card
}

fn list_facts(kind: Option<CaseKind>, filter: &Filter, rows: &[ListRow], all: bool) -> Json {
    let shown = &rows[..rows.len().min(ROWS_AT_MOST)];
    let rows_json = shown.iter().map(|row| {
        let mut json = json!(row);
        json["next"] = row.next.map_or(Json::Null, |(duty, due)| json!({ "duty": duty.word(), "due": due.0 }));
        json
    });
    let rows_json: Vec<Json> = rows_json.collect();
    json!({
        "kind": kind.map(CaseKind::word),
        "filter": filter.to_string(),
        "rows": rows_json,
        "count": rows.len(),
        "more": rows.len() - shown.len(),
        "all": all,
    })
}

/// A case with everything that is owed on it, as its reader sees it: what concerns them comes first, and what they can't press
/// isn't there.
pub fn status(
    speaker: &Speaker<'_>,
    case: &Case,
    people: &People<'_>,
    for_reader: Vec<Vec<Word>>,
    buttons: Vec<Button>,
) -> Card {
    let mut card = case::card(speaker, case, people, usize::MAX);
    card.lines.splice(0..0, for_reader);
    Card { tone: Tone::Private, buttons, ..card }
}

/// What somebody can do with a case now, in the order as handed in.
pub fn menu(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, acts: &[Act]) -> Card {
    let mut card = private(speaker, "answer/menu.txt", menu_facts(case, people, acts.len()));
    let mut buttons: Vec<Button> = Vec::new();
    for button in acts.iter().flat_map(|act| act_buttons(case, act)) {
        if buttons.iter().all(|it| it.action != button.action) {
            buttons.push(Button { style: Style::Plain, ..button });
        }
    }
    buttons.truncate(ACTS_AT_MOST);
    if let Some(first) = buttons.first_mut() {
        first.style = Style::Primary;
    }
    let to_read = ["catch-up", "timeline"].into_iter().filter_map(|verb| press(case.id, verb, Style::Plain));
    card.buttons = buttons.into_iter().chain(to_read).collect();
    card.due_us = case.next_due().map(|it| it.terms.due.0);
    card
}

fn menu_facts(case: &Case, people: &People<'_>, acts: usize) -> Json {
    json!({
        "case": case.id.to_string(),
        "kind": case.kind().word(),
        "title": case.title,
        "severity": case.severity(),
        "state": case.state_at(people.at),
        "restricted": case.restricted,
        "owed": case::owed(case, people).into_iter().next(),
        "acts": acts,
        "more": acts > ACTS_AT_MOST,
    })
}

/// What does it. Nobody is given a vote on what the menu doesn't show.
fn act_buttons(case: &Case, act: &Act) -> Vec<Button> {
    let with = act.with.as_deref();
    let bound = act.bound.map(|it| it.to_string());
    let plain = || button(find(case.kind().word(), act.verb), Some(case.id), with.or(bound.as_deref()), Style::Plain);
    match act.answers(case).map(|duty| (duty, duty.row().answer)) {
        Some((duty, AnsweredBy::Vote | AnsweredBy::Draft)) => tell::answers_unseen(case.id, duty, None, None),
        Some((_, AnsweredBy::Seat)) => with.and_then(|seat| tell::seat(case.id, seat)).into_iter().collect(),
        Some((_, AnsweredBy::Press | AnsweredBy::Words | AnsweredBy::Named | AnsweredBy::Either)) | None => {
            let button = plain().map(|button| match with {
                Some(number) => Button { label: format!("{} {number}", button.label), ..button },
                None => button,
            });
            button.into_iter().collect()
        }
    }
}

/// What somebody's own page is made of.
pub struct Home<'a, Asked> {
    pub now: At,
    /// What they owe, the most urgent first, and whether that is all.
    pub owed: &'a [OwedCase],
    pub owed_all: bool,
    /// What they opened and where it stands, the newest first.
    pub asked: &'a [Asked],
    /// The open cases, and whether these are all.
    pub open: (&'a [ListRow], bool),
    pub may_open: Vec<CaseKind>,
}

/// Somebody's own page: what they may open, what they owe, what they asked for, what is open.
pub fn home<Asked: Serialize>(speaker: &Speaker<'_>, it: &Home<'_, Asked>) -> Vec<Card> {
    let (rows, all) = it.open;
    let mut cards = Vec::new();
    let buttons: Vec<Button> = openings(&it.may_open).collect();
    if !buttons.is_empty() {
        cards.push(Card { tone: Tone::Private, buttons, ..Card::default() });
    }
    cards.push(owed(speaker, it.owed, mine_facts(speaker, it.owed, it.now, it.owed_all, ROWS_AT_HOME)));
    if !it.asked.is_empty() {
        cards.push(asked(speaker, it.asked));
    }
    let mut facts = start_facts(None, rows, all);
    // What is typed without the bot's name needs a command's.
    facts["help"] = json!(format!("{} help", CaseKind::Incident));
    let mut open = private(speaker, "answer/start.txt", facts);
    open.buttons = into(rows).collect();
    cards.push(open);
    cards
}

/// What somebody asked for, and where it stands.
pub fn asked(speaker: &Speaker<'_>, rows: &[impl Serialize]) -> Card {
    private(speaker, "answer/asked.txt", asked_facts(rows))
}

/// Of those that aren't shown, the open ones are counted: what ended is found in no list of what is open.
fn asked_facts(rows: &[impl Serialize]) -> Json {
    let rows: Vec<Json> = rows.iter().map(|row| json!(row)).collect();
    let more = rows.iter().skip(ROWS_AT_HOME).filter(|row| row["ended_us"].is_null()).count();
    json!({ "rows": &rows[..rows.len().min(ROWS_AT_HOME)], "more": more })
}

/// What opens a case of each of these kinds.
fn openings(kinds: &[CaseKind]) -> impl Iterator<Item = Button> {
    let open = |kind: &CaseKind| form_button(find(kind.word(), kind.opened_by()), None, None, Style::Primary);
    kinds.iter().filter_map(open)
}

/// The first of these cases, each to be gone into.
fn into(rows: &[ListRow]) -> impl Iterator<Item = Button> {
    rows.iter().take(START_ROWS_AT_MOST).filter_map(|row| {
        let button = press(row.case, "menu", Style::Plain)?;
        Some(Button { label: row.case.to_string(), ..button })
    })
}

/// What somebody can do outside of any case: the open ones of these kinds, and what they may open. Not `all`: older ones
/// weren't looked at.
pub fn start(
    speaker: &Speaker<'_>,
    kind: Option<CaseKind>,
    rows: &[ListRow],
    all: bool,
    may_open: &[CaseKind],
    among_people: bool,
) -> Card {
    let mut card = private(speaker, "answer/start.txt", start_facts(kind, rows, all));
    let mine = button(find("sla", "mine"), None, None, Style::Plain);
    let here = may_open.contains(&CaseKind::Incident) && among_people && kind != Some(CaseKind::Approval);
    let here = here.then(|| form_button(find("incident", "convert"), None, None, Style::Plain));
    card.buttons = openings(may_open).chain(here.flatten()).chain(into(rows)).chain(mine).collect();
    card
}

fn start_facts(kind: Option<CaseKind>, rows: &[ListRow], all: bool) -> Json {
    let shown = &rows[..rows.len().min(START_ROWS_AT_MOST)];
    let mut facts = list_facts(kind, &Filter::default(), shown, all);
    facts["count"] = json!(rows.len());
    facts["more"] = json!(rows.len() - shown.len());
    facts["help"] = json!(kind.map_or("help".to_owned(), |kind| format!("{kind} help")));
    facts
}

/// What somebody who joins late reads of a case: what happened, in the order as handed in, then who owes what, and what isn't
/// known yet.
pub fn brief(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, happened: &Happened) -> Card {
    let template = format!("{}/brief.txt", case.kind());
    let mut card = private(speaker, &template, brief_facts(speaker, case, people, happened));
    let line = |line: &StoryLine| {
        [Word::Time(line.at), Word::from(" ")].into_iter().chain(line.words.iter().cloned()).collect()
    };
    card.lines.extend(happened.lines.iter().map(line));
    card.buttons = ["menu", "timeline"].into_iter().filter_map(|verb| press(case.id, verb, Style::Plain)).collect();
    card.due_us = case.next_due().map(|it| it.terms.due.0);
    card
}

pub(super) fn brief_facts(speaker: &Speaker<'_>, case: &Case, people: &People<'_>, happened: &Happened) -> Json {
    let mut facts = case::facts(speaker, case, people, BRIEF_OWED_AT_MOST);
    facts["opened"] = json!(case.opened.0);
    facts["since"] = json!(happened.since.map(|at| at.0));
    facts["nothing"] = json!(happened.lines.is_empty());
    facts["more"] = json!(happened.more);
    let contested = case.obligations.iter().filter(|it| it.breach.as_ref().is_some_and(|it| it.contested.is_some()));
    facts["contested"] = json!(contested.map(|it| it.duty.noun()).collect::<Vec<_>>());
    facts
}

/// What happened on a case, in the order as handed in. `more` is how many earlier lines weren't.
pub fn timeline(speaker: &Speaker<'_>, case: CaseId, title: &str, lines: &[StoryLine], more: usize) -> Card {
    let mut card = private(speaker, "answer/timeline.txt", timeline_facts(case, title, lines.len(), more));
    card.lines.extend(
        lines
            .iter()
            .map(|line| [Word::Time(line.at), Word::from(" ")].into_iter().chain(line.words.iter().cloned()).collect()),
    );
    card
}

fn timeline_facts(case: CaseId, title: &str, shown: usize, more: usize) -> Json {
    json!({ "case": case.to_string(), "title": title, "count": shown + more, "more": more })
}

/// How the bot itself is.
pub fn health(speaker: &Speaker<'_>, health: &Health) -> Card {
    private(speaker, "answer/health.txt", json!(health))
}

/// A review as drafted, with the buttons that accept it.
pub fn review_draft(speaker: &Speaker<'_>, draft: &ReviewDraft) -> Card {
    let mut card = private(speaker, "answer/review-draft.txt", review_draft_facts(draft));
    if !draft.settled {
        let accept = button(find("incident", "review"), Some(draft.case), Some("accept"), Style::Primary);
        let edit = open(draft.case, "review", Style::Plain);
        let edit = edit.map(|button| Button { label: "Edit first".to_owned(), ..button });
        card.buttons = accept.into_iter().chain(edit).collect();
    }
    card
}

fn review_draft_facts(draft: &ReviewDraft) -> Json {
    json!({ "case": draft.case.to_string(), "title": draft.title, "draft": draft.text, "settled": draft.settled })
}

/// Something that isn't possible, and what to do instead.
pub fn refused(speaker: &Speaker<'_>, refusal: &Refusal) -> Card {
    let words =
        super::said(&refusal.sentence(), speaker.prefix).into_iter().enumerate().flat_map(|(at, word)| match word {
            Word::Text(text) => {
                let text = clean::lines(&text).replace('\n', " ");
                sentence(&if at == 0 { capital(&text) } else { text })
            }
            word => vec![word],
        });
    Card { tone: Tone::Private, title: words.collect(), ..Card::default() }
}

/// A line that can't be read, and what to type.
pub fn misread(speaker: &Speaker<'_>, misread: &Misread) -> Card {
    let mut card = private_sentence(&misread.sentence);
    if let Some(example) = &misread.example {
        card.lines.push(vec![Word::from("For example: "), Word::Line(example.clone())]);
    }
    if let Some(root) = misread.root {
        let help = format!("{}{root} help", speaker.prefix);
        if misread.sentence.contains(&help) {
            return card;
        }
        card.lines.push(vec![Word::Line(help), Word::from(" shows every command")]);
    }
    card
}

/// The bot is at fault. The reference is in its log.
pub fn fault(speaker: &Speaker<'_>, reference: &str) -> Card {
    private(speaker, "answer/fault.txt", fault_facts(reference))
}

fn fault_facts(reference: &str) -> Json {
    json!({ "reference": reference })
}

/// What can be typed: everything, one command, or one verb in detail.
pub fn help(speaker: &Speaker<'_>, root: Option<&'static str>, verb: Option<&'static Verb>) -> Card {
    let prefix = speaker.prefix;
    if let Some(verb) = verb {
        return verb_help(verb, prefix);
    }
    let mut card = private(speaker, "answer/help.txt", help_facts(root, prefix));
    match root {
        Some(root) => {
            let usage = |verb: &Verb| vec![Word::Code(verb.usage(prefix)), Word::Text(format!(" {}", verb.about))];
            card.lines.extend(verbs::root(root).into_iter().flat_map(|root| root.verbs).map(usage));
        }
        // All verbs of all commands would be a wall; their names are enough to ask on.
        None => card.lines.extend(verbs::roots().map(|root| {
            let verbs: Vec<&str> = root.verbs.iter().map(|verb| verb.verb).collect();
            vec![Word::Code(format!("{prefix}{}", root.word)), Word::Text(format!(" {}", verbs.join(" · ")))]
        })),
    }
    card
}

fn help_facts(root: Option<&'static str>, prefix: &str) -> Json {
    let of = root.or_else(|| verbs::roots().next().map(|root| root.word));
    let example = of.and_then(|root| find(root, "help")).map(|verb| verb.example(prefix));
    json!({ "root": root, "bot": crate::grammar::BOT, "example": example })
}

fn verb_help(verb: &'static Verb, prefix: &str) -> Card {
    let mut lines = vec![vec![Word::Code(verb.usage(prefix))]];
    lines.push(vec![Word::from("For example: "), Word::Line(verb.example(prefix))]);
    if !verb.aliases.is_empty() {
        lines.push(vec![Word::Text(format!("Also: {}", verb.aliases.join(", ")))]);
    }
    let fields = verb.args.iter().map(|arg| Field { name: arg.name.to_owned(), value: vec![Word::from(arg.hint)] });
    Card {
        tone: Tone::Private,
        title: vec![Word::Strong(format!("{} {}", verb.root, verb.verb)), Word::Text(format!(" · {}", verb.about))],
        lines,
        fields: fields.collect(),
        ..Card::default()
    }
}

/// What the templates of answers on one case see of it.
pub(super) fn samples_of(speaker: &Speaker<'_>, case: &Case, people: &People<'_>) -> Vec<(String, Json)> {
    let line = StoryLine { at: samples::NOW, words: vec![Word::from("words")] };
    let all = Happened { since: None, lines: vec![line], more: 2 };
    let nothing = Happened { since: Some(samples::NOW), ..Happened::default() };
    let brief = |happened| (format!("{}/brief.txt", case.kind()), brief_facts(speaker, case, people, happened));
    let menu = |acts| ("answer/menu.txt".to_owned(), menu_facts(case, people, acts));
    let clocks = ("answer/clocks.txt".to_owned(), regulation::clocks_facts(speaker, case));
    vec![menu(0), menu(ACTS_AT_MOST + 1), brief(&all), brief(&nothing), clocks]
}

/// What each template of an answer sees, for trying it: full of everything, and empty.
pub(super) fn samples(speaker: &Speaker<'_>) -> Vec<(&'static str, Json)> {
    let (case, title) = (CaseId { kind: CaseKind::Incident, number: 1 }, samples::TITLE.to_owned());
    let listed = ListRow {
        case,
        title: title.clone(),
        workflow: "credit-scoring".into(),
        state: "open".to_owned(),
        severity: Some(Severity::Sev1),
        nature: vec!["perf.drift".to_owned()],
        next: Some((Duty::Acknowledge, samples::DUE)),
        late: false,
        waiting_on: samples::whom(),
    };
    let bare = ListRow {
        case: CaseId { kind: CaseKind::Approval, number: 1 },
        severity: None,
        nature: Vec::new(),
        next: None,
        waiting_on: Vec::new(),
        ..listed.clone()
    };
    let late = ListRow { late: true, ..listed.clone() };
    let owed = |state, about: Option<About>| OwedDuty {
        duty: Duty::FollowUp,
        about,
        due: samples::DUE,
        state,
        have: 0,
        need: 2,
        bound: None,
    };
    let owed = [
        owed(State::Owed, None),
        owed(State::Late, Some(About::named("scribe"))),
        owed(State::Paused, Some(About::Words(samples::words()))),
    ];
    let on_one_case = |also: Vec<PersonId>, duties: &[OwedDuty]| OwedCase {
        case,
        title: title.clone(),
        also,
        duties: duties.to_vec(),
    };
    let many = vec![samples::whom(); ALSO_AT_MOST].concat();
    let owed_in_all = [
        on_one_case(samples::whom(), &owed),
        on_one_case(many.clone(), &owed[..1]),
        on_one_case(many, &owed),
        on_one_case(Vec::new(), &owed[..1]),
    ];
    let too_many = vec![owed_in_all[3].clone(); ROWS_AT_MOST + 1];
    let link = |up, trouble: Option<&str>| LinkStatus {
        platform: "slack".to_owned(),
        up,
        trouble: trouble.map(str::to_owned),
        unread: u64::from(!up),
    };
    let well = Health {
        started: samples::NOW,
        version: "1.0.0".to_owned(),
        oldest_wake_late: None,
        oldest_notice_late: None,
        undeliverable: 0,
        waiting: 0,
        links: Vec::new(),
        witnesses: Vec::new(),
        open_cases: 0,
        ledger_size: 0,
        ledger_head: "ab".repeat(32),
        checkpoint_at: None,
        policy: "cd".repeat(32),
        clock: None,
    };
    let cut_off = Health {
        undeliverable: 1,
        waiting: 2,
        witnesses: vec![
            WitnessStatus { witness: "client".to_owned(), size: Some(4_180), at: Some(At(0)), trouble: None },
            WitnessStatus {
                witness: "auditor".to_owned(),
                size: None,
                at: None,
                trouble: Some("it answered 503 Service Unavailable".to_owned()),
            },
        ],
        links: vec![
            link(true, None),
            link(true, Some("the bot isn’t in #x")),
            link(false, Some("gone")),
            link(false, None),
        ],
        checkpoint_at: Some(samples::NOW),
        clock: Some("runs 10 times as fast as the world".to_owned()),
        ..well.clone()
    };
    let behind =
        Health { oldest_wake_late: Some(samples::SPAN), oldest_notice_late: Some(samples::SPAN), ..cut_off.clone() };
    let draft = |settled| ReviewDraft { case, title: title.clone(), text: "## What\nhappened".to_owned(), settled };
    let flag = |line| RedFlag {
        workflow: None,
        id: "single-holder",
        line,
        what: "it stands on one".to_owned(),
        why: "They go on holiday.",
        write: "two".to_owned(),
    };
    let flags: Vec<RedFlag> =
        std::iter::once(flag(None)).chain((1..=ROWS_AT_MOST).map(|line| flag(Some(line)))).collect();
    let found = Finding {
        id: "evidence-gaps",
        what: "the evidence has 1 gap".to_owned(),
        why: "It can't be proven.",
        then: "Look at it.".to_owned(),
    };
    let filter = Filter::default();
    let rows = vec![listed.clone(); START_ROWS_AT_MOST + 1];
    let mut all: Vec<(&'static str, Json)> =
        held::samples().into_iter().map(|facts| ("answer/held.txt", facts)).collect();
    all.extend(search::samples().into_iter().map(|facts| ("answer/search.txt", facts)));
    all.extend(records::samples());
    all.extend(sla_status::samples().into_iter().map(|facts| ("answer/sla-status.txt", facts)));
    all.extend([
        ("answer/list.txt", list_facts(None, &filter, &[listed.clone(), late, bare], false)),
        ("answer/list.txt", list_facts(Some(CaseKind::Incident), &filter, &vec![listed; ROWS_AT_MOST + 1], true)),
        ("answer/list.txt", list_facts(None, &filter, &[], true)),
        ("answer/mine.txt", mine_facts(speaker, &owed_in_all, samples::NOW, false, ROWS_AT_HOME)),
        ("answer/mine.txt", mine_facts(speaker, &too_many, samples::NOW, false, ROWS_AT_MOST)),
        ("answer/mine.txt", mine_facts(speaker, &too_many, samples::NOW, true, ROWS_AT_HOME)),
        ("answer/mine.txt", mine_facts(speaker, &[], samples::NOW, true, ROWS_AT_MOST)),
        ("answer/timeline.txt", timeline_facts(case, &title, 1, 0)),
        ("answer/timeline.txt", timeline_facts(case, &title, 1, 2)),
        ("answer/health.txt", json!(well)),
        ("answer/health.txt", json!(cut_off)),
        ("answer/health.txt", json!(behind)),
        ("answer/review-draft.txt", review_draft_facts(&draft(false))),
        ("answer/review-draft.txt", review_draft_facts(&draft(true))),
        ("answer/queue.txt", queue::queue_facts("exceptions", &queue::samples())),
        ("answer/queue.txt", queue::queue_facts("approvals", &[])),
        ("answer/handoff-brief.txt", handoff::sample(false)),
        ("answer/handoff-brief.txt", handoff::sample(true)),
        ("answer/red-flags.txt", red_flags::facts(&flags, &flags, &[])),
        ("answer/red-flags.txt", red_flags::facts(&[], &[], std::slice::from_ref(&found))),
        ("answer/red-flags.txt", red_flags::facts(&[], &[], &[])),
        ("answer/regulator-draft.txt", regulation::regulator_draft_facts(&regulation::sample())),
        ("answer/asked.txt", asked_sample()),
        ("answer/fault.txt", fault_facts("7f3a")),
        ("answer/rota.txt", rotas::sample()),
        ("answer/rota.txt", json!({ "rotas": [], "alone": false })),
        ("answer/start.txt", start_facts(None, &rows, false)),
        ("answer/start.txt", start_facts(Some(CaseKind::Incident), &[], true)),
        ("answer/help.txt", help_facts(None, speaker.prefix)),
        ("answer/help.txt", help_facts(Some("incident"), speaker.prefix)),
    ]);
    all
}

fn asked_sample() -> Json {
    let (due, who) = (samples::DUE.0, json!([{ "id": samples::dev(), "name": "Dev" }]));
    let row = |state: &str| {
        json!({
            "case": "APR-1", "title": samples::TITLE, "state": state, "due_us": due, "late": false, "paused": false,
            "waiting_on": who, "progress": "1 of 2", "ended_us": null,
        })
    };
    let (mut late, mut paused, mut ended) = (row("requested"), row("requested"), row("approved"));
    late["late"] = json!(true);
    paused["paused"] = json!(true);
    ended["ended_us"] = json!(due);
    asked_facts(&vec![vec![row("requested"), late, paused, ended]; ROWS_AT_HOME].concat())
}

fn private(speaker: &Speaker<'_>, template: &str, facts: Json) -> Card {
    Card { tone: Tone::Private, ..speaker.render(template, facts) }
}

fn private_sentence(text: &str) -> Card {
    let title = sentence(&capital(&super::one_line(text)));
    Card { tone: Tone::Private, title, ..Card::default() }
}
