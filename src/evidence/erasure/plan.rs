//! What an erasure would take: the ledger is read twice, first for what is meant, then for where the bot repeated it.
//!
//! An entry's words are erased as a whole. What people said themselves is found by who said it, never by what it says. What the bot
//! made of it (a card, a notice, an answer) is found by the names and texts in it, and goes too. What *others* wrote about somebody is
//! theirs: it is counted and stays, and whoever asked can have single entries erased after they have looked at them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value as Json;

use crate::desk::Fate;
use crate::domain::policy::{Policy, Workflow};
use crate::domain::records::{Extent, Preview, Whose};
use crate::domain::{AccountId, BotEvent, CaseId, Lane, PersonId, WorkflowId};
use crate::ledger::heard::What;
use crate::ledger::record::{BotRuled, HeardRecord, Introduced, Record, Ruled, Who};
use crate::ledger::{self, Subjects};
use crate::store::{EntryRead, Raw, Reader, StoreError};

/// A text is looked for inside others from this length on, in bytes; a shorter one is found where it stands alone.
const FOUND_INSIDE: usize = 12;
/// Shorter ones say nothing of whose they are.
const FOUND_ALONE: usize = 4;

/// What an erasure would take now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub preview: Preview,
    /// How many entries of each case it takes; of no case first.
    pub by_case: BTreeMap<Option<CaseId>, u64>,
    /// SHA-256 of the files that no other entry names.
    pub files: BTreeSet<String>,
    /// Those of the entries whose words are withheld while something keeps them: not what says who is meant, nor what the request itself
    /// says, or nobody could carry it out later; and not what is said in open cases.
    pub to_withhold: BTreeSet<u64>,
}

impl Plan {
    /// The entries that lose their words with this.
    pub fn taken(&self, fate: Fate) -> BTreeSet<u64> {
        match fate {
            Fate::Erased => self.preview.entries.iter().copied().collect(),
            Fate::Withheld => self.to_withhold.clone(),
        }
    }
}

/// Why it can't be said what an erasure would take.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("entry {seq} can't be read: {why}. `countersign verify` tells what is wrong with it")]
    Entry { seq: u64, why: String },
    #[error("what is looked for can't be prepared: {0}")]
    Needles(#[from] aho_corasick::BuildError),
}

/// Looks through a ledger once. `in_force`: the policy that says which channels are whose.
///
/// # Errors
/// [`PlanError`].
pub async fn plan(reader: &Reader, in_force: &Policy, whose: &Whose) -> Result<Plan, PlanError> {
    Search::begin(reader, whose, None).await?.plan(in_force).await
}

/// A ledger that is looked through, and goes on growing.
pub struct Search {
    reader: Reader,
    own: Option<CaseId>,
    meant: Meant,
    needles: Needles,
    subjects: Subjects,
    found: Found,
    /// How many entries were looked through.
    size: u64,
}

impl Search {
    /// Looks through what there is. `own`: the approval that asks for it; what names them there goes too, whoever said it.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn begin(reader: &Reader, whose: &Whose, own: Option<CaseId>) -> Result<Search, PlanError> {
        // Policies say how somebody was called who is in none any more; a text that this version can't read says nothing of it.
        let policies = reader.policies().await?;
        let policies: Vec<Policy> = policies.iter().filter_map(|text| Policy::read(text).ok()).collect();
        let mut scan = reader.scan().await?;
        let size = scan.size().await?;
        let (mut meant, mut subjects) = (Meant::of(whose, &policies), Subjects::default());
        let mut wrong = None;
        scan.each(0..size, |raw| {
            let record = read(raw, &mut subjects, &mut wrong);
            record.iter().for_each(|record| meant.take(raw, record, &subjects));
        })
        .await?;
        scan.close().await?;
        if let Some((seq, why)) = wrong {
            return Err(PlanError::Entry { seq, why });
        }
        meant.introductions();
        if let Some(own) = own {
            // Whatever is found by then, what was withheld for it goes with it.
            meant.entries.extend(withheld_for(reader, own).await?);
        }
        let needles = Needles::of(&meant)?;
        let mut search =
            Search { reader: reader.clone(), own, meant, needles, subjects, found: Found::default(), size: 0 };
        search.advance(size).await?;
        Ok(search)
    }

    /// Looks through what was written since.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn advance(&mut self, size: u64) -> Result<(), PlanError> {
        let mut scan = self.reader.scan().await?;
        let mut wrong = None;
        let own = self.own.map(|case| case.to_string());
        let is_first = self.size == 0;
        let Search { meant, needles, subjects, found, .. } = self;
        scan.each(self.size..size, |raw| {
            if let Some(record) = read(raw, subjects, &mut wrong) {
                if !is_first {
                    meant.take(raw, &record, subjects);
                }
                let is_own = raw.case.is_some() && raw.case == own.as_deref();
                found.look(raw, &record, meant, needles, is_own);
            }
        })
        .await?;
        scan.close().await?;
        match wrong {
            Some((seq, why)) => Err(PlanError::Entry { seq, why }),
            None => {
                self.size = size.max(self.size);
                Ok(())
            }
        }
    }

    /// How many entries were looked through.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What it would take by now.
    ///
    /// # Errors
    /// The database's.
    pub async fn plan(&self, in_force: &Policy) -> Result<Plan, PlanError> {
        let mut plan = self.found.clone().plan(self.size, &self.meant, in_force);
        let touched: Vec<CaseId> = plan.preview.extent.cases.iter().copied().collect();
        let mut open = BTreeSet::new();
        for case in self.reader.cases(&touched).await?.into_iter().flatten() {
            if !case.is_closed() {
                open.insert(case.id);
            }
            plan.preview.extent.workflows.insert(case.workflow);
        }
        // What is said in an open case is still needed there.
        let is_needed =
            |seq: &u64| self.found.entries.get(seq).and_then(|(case, _)| *case).is_some_and(|it| open.contains(&it));
        plan.to_withhold.retain(|seq| !is_needed(seq));
        Ok(plan)
    }
}

/// The entries that were withheld for an approval.
async fn withheld_for(reader: &Reader, approval: CaseId) -> Result<Vec<u64>, PlanError> {
    let mut all = Vec::new();
    let of_it = |entry: &EntryRead| entry.case_id.as_deref() == Some(approval.to_string().as_str());
    for entry in reader.erasures().await?.into_iter().filter(of_it) {
        let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &Subjects::default());
        match record {
            Ok(Record::Withheld(withheld)) => {
                all.extend(withheld.entries.into_iter().filter(|seq| *seq < entry.seq.unsigned_abs()));
            }
            Ok(_) => {}
            Err(error) => {
                return Err(PlanError::Entry { seq: entry.seq.unsigned_abs(), why: error.to_string() });
            }
        }
    }
    Ok(all)
}

/// An entry that has words left.
fn read(raw: &Raw<'_>, subjects: &mut Subjects, wrong: &mut Option<(u64, String)>) -> Option<Record> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (words, facts) = (text(raw.words?), text(raw.facts?));
    match ledger::read(&text(raw.leaf), &facts, Some(&words), subjects) {
        Ok(record) => {
            if let Record::Introduced(Introduced { pseudonym, subject }) = &record {
                subjects.add(*pseudonym, subject);
            }
            Some(record)
        }
        Err(error) => {
            wrong.get_or_insert_with(|| (raw.seq.unsigned_abs(), error.to_string()));
            None
        }
    }
}

/// What is meant: the entries by who said them, and what names and texts are looked for elsewhere.
#[derive(Default)]
struct Meant {
    whose: Option<Whose>,
    /// A person's own accounts, as the ledger calls them: `slack/U024BE7LH`.
    accounts: BTreeSet<String>,
    /// What they are called where the bot speaks of them.
    names: BTreeSet<String>,
    /// Who they are or were by a policy: a hold over one of these covers them.
    people: BTreeSet<PersonId>,
    /// Their own words.
    texts: HashSet<String>,
    entries: BTreeSet<u64>,
    /// Their messages: another's deletion of one keeps what stood there.
    messages: HashSet<(Lane, String)>,
    /// Who was introduced where.
    introduced: Vec<(u64, String)>,
}

impl Meant {
    fn of(whose: &Whose, policies: &[Policy]) -> Meant {
        let mut meant = Meant { whose: Some(whose.clone()), ..Meant::default() };
        match whose {
            Whose::Person(person) => {
                meant.people.insert(person.clone());
                meant.names.insert(format!("@{person}"));
                for known in policies.iter().filter_map(|policy| policy.people.get(person)) {
                    meant.names.insert(known.name.clone());
                    for (platform, id) in known.accounts.iter().filter(|(platform, _)| platform.as_str() != "local") {
                        meant.accounts.insert(format!("{platform}/{id}"));
                        meant.names.insert(id.clone());
                    }
                }
            }
            Whose::Account(account) => {
                meant.accounts.insert(account.to_string());
                let people = policies.iter().flat_map(|policy| &policy.people);
                let theirs = people.filter(|(_, person)| {
                    person.accounts.iter().any(|(platform, id)| account.as_str() == format!("{platform}/{id}"))
                });
                meant.people.extend(theirs.map(|(person, _)| person.clone()));
                meant.names.extend(account.as_str().split_once('/').map(|(_, id)| id.to_owned()));
            }
            Whose::Case(_) | Whose::Entries(_) | Whose::Ended(_) => {}
        }
        meant
    }

    fn is(&self, who: &Who) -> bool {
        match (&self.whose, who) {
            (Some(Whose::Person(person)), Who::Person(who)) => person == who,
            (Some(Whose::Person(_) | Whose::Account(_)), Who::Stranger(account)) => {
                self.accounts.contains(account.as_str())
            }
            (Some(Whose::Account(_)), Who::Person(_)) => false,
            (Some(Whose::Case(_) | Whose::Entries(_) | Whose::Ended(_)) | None, _) => false,
        }
    }

    fn is_by(&self, by: Option<&PersonId>, heard: Option<i64>) -> bool {
        let theirs = by.is_some_and(|by| self.whose.as_ref() == Some(&Whose::Person(by.clone())));
        theirs || heard.is_some_and(|entry| self.entries.contains(&entry.unsigned_abs()) && self.is_of_somebody())
    }

    fn is_of_somebody(&self) -> bool {
        self.whose.as_ref().is_some_and(|whose| whose.subject().is_some())
    }

    fn take(&mut self, raw: &Raw<'_>, record: &Record, subjects: &Subjects) {
        let seq = raw.seq.unsigned_abs();
        let theirs = match (&self.whose, record) {
            (_, Record::Introduced(introduced)) => {
                self.introduced.push((seq, introduced.subject.clone()));
                false
            }
            (Some(Whose::Case(case)), _) => raw.case.is_some_and(|it| it == case.to_string()),
            (Some(Whose::Ended(cases)), _) => {
                raw.case.and_then(|it| it.parse().ok()).is_some_and(|it: CaseId| cases.contains(&it))
            }
            (Some(Whose::Entries(entries)), _) => entries.contains(&seq),
            (_, Record::Heard(heard)) => self.is_heard(heard),
            (_, Record::Ruled(Ruled { by, heard, .. })) => self.is_by(by.as_ref(), *heard),
            (_, Record::Bot(BotRuled { by, heard, .. })) => self.is_by(by.as_ref(), *heard),
            (
                _,
                Record::Told(_) | Record::NotTold(_) | Record::ChannelMade(_) | Record::Withheld(_) | Record::Erased(_),
            ) => false,
        };
        if !theirs {
            return;
        }
        self.entries.insert(seq);
        match record {
            Record::Heard(heard) => self.take_heard(heard),
            Record::Ruled(ruled) => self.take_texts(raw, serde_json::to_value(&ruled.events), subjects),
            Record::Bot(ruled) => self.take_texts(raw, serde_json::to_value(&ruled.events), subjects),
            Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => {}
        }
    }

    fn is_heard(&self, heard: &HeardRecord) -> bool {
        let of_their_message = match &heard.what {
            What::Edited { message, .. } | What::Deleted { message } | What::FileDeleted { message, .. } => {
                self.messages.contains(&(heard.lane.clone(), message.clone()))
            }
            What::Said { .. }
            | What::Command { .. }
            | What::Pressed { .. }
            | What::Filled(_)
            | What::Reacted { .. }
            | What::Joined
            | What::Left
            | What::Other { .. }
            | What::Gap { .. } => false,
        };
        of_their_message || self.is(&heard.who)
    }

    fn take_heard(&mut self, heard: &HeardRecord) {
        if self.is(&heard.who)
            && let Some(account) = heard.from.get()
        {
            self.accounts.insert(AccountId::on(&heard.lane.platform, &account.id).to_string());
            if heard.lane.platform.as_str() != crate::domain::LOCAL {
                self.names.insert(account.id.clone());
            }
            self.names.insert(account.name.clone());
        }
        let what = match &heard.what {
            What::Said { message, text, .. } => {
                self.messages.insert((heard.lane.clone(), message.clone()));
                Json::String(text.clone())
            }
            What::Edited { text, .. } | What::Command { text } => Json::String(text.clone()),
            What::Filled(filled) => serde_json::to_value(filled).unwrap_or_default(),
            What::Other { .. }
            | What::Deleted { .. }
            | What::Pressed { .. }
            | What::FileDeleted { .. }
            | What::Reacted { .. }
            | What::Joined
            | What::Left
            | What::Gap { .. } => Json::Null,
        };
        let texts = &mut self.texts;
        leaves(&what, &mut |text| texts.extend([text.trim().to_owned()]));
        texts.extend(heard.was.iter().map(|was| was.trim().to_owned()));
        for file in heard.what.files() {
            // Whoever fetched it is recorded with its hash.
            texts.extend([file.name.clone(), file.sha256.clone()]);
        }
    }

    /// Texts in what was ruled that aren't facts: facts stay anyway, and stand in entries that are nobody's.
    fn take_texts(&mut self, raw: &Raw<'_>, events: serde_json::Result<Json>, subjects: &Subjects) {
        let mut facts = HashSet::new();
        let known = raw.facts.and_then(|facts| serde_json::from_slice::<Json>(facts).ok()).unwrap_or_default();
        leaves(&known, &mut |text| facts.extend([text.to_owned()]));
        let texts = &mut self.texts;
        leaves(&events.unwrap_or_default(), &mut |text| {
            if !facts.contains(text) && !subjects.knows(text) {
                texts.insert(text.trim().to_owned());
            }
        });
    }

    /// Where somebody was introduced, they are named.
    fn introductions(&mut self) {
        let subject = self.whose.as_ref().and_then(Whose::subject).map(str::to_owned);
        if subject.is_none() {
            return;
        }
        let theirs =
            self.introduced.iter().filter(|(_, name)| Some(name) == subject.as_ref() || self.accounts.contains(name));
        let theirs: Vec<u64> = theirs.map(|(seq, _)| *seq).collect();
        self.entries.extend(theirs);
    }
}

/// Every text in a value, keys left out.
fn leaves(value: &Json, each: &mut dyn FnMut(&str)) {
    match value {
        Json::String(text) => each(text),
        Json::Array(all) => all.iter().for_each(|value| leaves(value, each)),
        Json::Object(all) => all.values().for_each(|value| leaves(value, each)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// What is looked for in the words of others.
struct Needles {
    names: AhoCorasick,
    texts: AhoCorasick,
    alone: HashSet<String>,
    /// Parts of the names, in small letters.
    parts: HashSet<String>,
}

impl Needles {
    fn of(meant: &Meant) -> Result<Needles, PlanError> {
        let build = |all: Vec<&String>| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(all);
        let names = meant.names.iter().filter(|name| name.len() >= 2).collect();
        let texts = meant.texts.iter().filter(|text| text.len() >= FOUND_INSIDE).collect();
        let alone = meant.texts.iter().filter(|text| text.len() >= FOUND_ALONE).cloned();
        let mut alone: HashSet<String> = alone.collect();
        alone.extend(meant.whose.as_ref().and_then(Whose::subject).map(str::to_owned));
        let parts = meant.names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
        let parts = parts.filter(|part| part.chars().count() > 2).map(str::to_lowercase).collect();
        Ok(Needles { names: build(names)?, texts: build(texts)?, alone, parts })
    }

    /// Whether a part of a name stands there as a word: where an approval is about them, their first name is enough.
    fn are_nearly_in(&self, value: &Json) -> bool {
        let mut found = false;
        leaves(value, &mut |text| {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            found = found || words.any(|word| self.parts.contains(&word.to_lowercase()));
        });
        found
    }

    /// Whether any of it stands in a text: a name between other letters is no name.
    fn are_in(&self, value: &Json) -> bool {
        let mut found = false;
        leaves(value, &mut |text| {
            found = found || self.alone.contains(text.trim()) || self.texts.is_match(text) || self.names_in(text);
        });
        found
    }

    fn names_in(&self, text: &str) -> bool {
        self.names.find_iter(text).any(|name| {
            let before = text[..name.start()].chars().next_back();
            let after = text[name.end()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    }
}

/// What was found, entry by entry.
#[derive(Clone, Default)]
struct Found {
    /// Entry → of which case it is, and whether others have words in it.
    entries: BTreeMap<u64, (Option<CaseId>, bool)>,
    to_withhold: BTreeSet<u64>,
    mentions: Vec<u64>,
    /// Whose words go, those of others in shared entries included.
    people: BTreeSet<PersonId>,
    lanes: BTreeSet<Lane>,
    /// That messages were imported for.
    workflows: BTreeSet<WorkflowId>,
    /// Files by hash: of what is erased, and of what stays.
    files: (BTreeMap<String, BTreeSet<u64>>, BTreeMap<String, BTreeSet<u64>>),
}

impl Found {
    fn look(&mut self, raw: &Raw<'_>, record: &Record, meant: &Meant, needles: &Needles, is_own: bool) {
        let seq = raw.seq.unsigned_abs();
        let own = meant.entries.contains(&seq);
        // Facts name people too, and stay: a pseudonym stands for them there.
        let words = raw.words.map(serde_json::from_slice).and_then(Result::ok).unwrap_or_default();
        // A purge takes what need not be kept any longer. What another case says of it is that case's.
        let is_anothers = raw.case.is_some() && matches!(meant.whose, Some(Whose::Ended(_)));
        let named = !own && !is_anothers && (needles.are_in(&words) || (is_own && needles.are_nearly_in(&words)));
        let goes = match record {
            _ if own => Some(false),
            _ if !named => None,
            Record::Heard(heard) => {
                let answer = heard.answer.as_ref().and_then(|answer| serde_json::to_value(answer).ok());
                // What the bot is asked to do names whom it is about, and what was done stays on record.
                let to_the_bot = matches!(heard.what, What::Command { .. } | What::Filled(_) | What::Pressed { .. });
                (is_own || to_the_bot || answer.is_some_and(|answer| needles.are_in(&answer))).then_some(true)
            }
            Record::Ruled(ruled) => Some(ruled.by.is_some()),
            // A policy's text is the operator's, and cases stand on it.
            Record::Bot(ruled) if ruled.events.iter().any(|event| matches!(event, BotEvent::Policy(_))) => None,
            Record::Bot(ruled) => Some(ruled.by.is_some()),
            Record::Told(_) | Record::NotTold(_) | Record::ChannelMade(_) => Some(false),
            // Why something was erased, and whom a pseudonym stands for, is nobody's word about them.
            Record::Withheld(_) | Record::Erased(_) | Record::Introduced(_) => None,
        };
        let is_nobodys = matches!(record, Record::Withheld(_) | Record::Erased(_) | Record::Introduced(_));
        if named && goes.is_none() && !is_nobodys {
            self.mentions.push(seq);
        }
        if let Record::Heard(heard) = record {
            let files = if goes.is_some() { &mut self.files.0 } else { &mut self.files.1 };
            for file in heard.what.files() {
                files.entry(file.sha256.clone()).or_default().insert(seq);
            }
        }
        let Some(shared) = goes else { return };
        let case = raw.case.and_then(|case| case.parse().ok());
        self.entries.insert(seq, (case, shared));
        if !is_own && !matches!(record, Record::Introduced(_)) {
            self.to_withhold.insert(seq);
        }
        match record {
            Record::Heard(heard) => {
                self.people.extend(heard.who.person().cloned());
                self.lanes.insert(heard.lane.clone());
                self.workflows.extend(heard.imported.iter().map(|imported| imported.workflow.clone()));
            }
            Record::Ruled(Ruled { by, .. }) | Record::Bot(BotRuled { by, .. }) => self.people.extend(by.clone()),
            Record::Told(told) => self.lanes.extend([told.lane.clone()]),
            Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => {}
        }
    }

    fn plan(self, size: u64, meant: &Meant, in_force: &Policy) -> Plan {
        let goes = |seqs: &BTreeSet<u64>| seqs.iter().all(|seq| self.entries.contains_key(seq));
        let (theirs, others) = &self.files;
        let files = theirs.iter().filter(|(hash, seqs)| goes(seqs) && !others.contains_key(*hash));
        let files: BTreeSet<String> = files.map(|(hash, _)| hash.clone()).collect();
        let mut by_case = BTreeMap::new();
        for (case, _) in self.entries.values() {
            *by_case.entry(*case).or_default() += 1;
        }
        let cases = self.entries.values().filter_map(|(case, _)| *case).collect();
        // The one whom it is about, also where only the bot speaks of them.
        let people = self.people.union(&meant.people).cloned().collect();
        let lanes = &self.lanes;
        let said_there = |flow: &Workflow| flow.channels.iter().any(|channel| lanes.contains(&Lane::channel(channel)));
        let workflows = in_force.workflows.iter().filter(|(_, flow)| said_there(flow));
        let workflows = workflows.map(|(id, _)| id.clone()).chain(self.workflows).collect();
        let preview = Preview {
            size,
            entries: self.entries.keys().copied().collect(),
            files: u32::try_from(files.len()).unwrap_or(u32::MAX),
            shared: self.entries.values().filter(|(_, shared)| *shared).count().try_into().unwrap_or(u32::MAX),
            mentions: self.mentions,
            extent: Extent { cases, workflows, people },
        };
        Plan { preview, by_case, files, to_withhold: self.to_withhold }
    }
}
