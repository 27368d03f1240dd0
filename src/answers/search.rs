//! What people said and typed, found again by its words: only what the asker may see, the newest first. What is hidden from them
//! is neither shown nor counted, and where a page ends says nothing of it.
//!
//! The index is filled behind the commits, and once more before an answer. It says only which entries hold the words; what is
//! shown, and whether it may be, is read from the ledger.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::Answers;
use super::audience::Sight;
use crate::card::{self, Card, SearchGroup, SearchHit, Searched, Speaker};
use crate::desk::DeskHandle;
use crate::domain::bot::readings::Event as Reading;
use crate::domain::text::list;
use crate::domain::{Actor, At, CaseId, Lane, People, Refusal, WorkflowId};
use crate::domain::{LOCAL, PersonId, Place};
use crate::grammar::{How, Search as Asked};
use crate::ledger::heard::What;
use crate::ledger::record::Who;
use crate::ledger::searchable::{self, place};
use crate::store::{EntryRead, Piece, Reader, SearchIndex, StoreError, UpTo, Wanted, around};

/// How many are shown at once.
const PAGE: usize = 10;
/// How many of the index are looked at together.
const LOOKED_AT: u32 = 64;
/// How many entries are taken in together.
const TAKEN_IN: i64 = 2_000;
/// How long it is waited after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Whoever asks waits until so many are taken in; where more are missing, the answer says so.
const WAITED_FOR: i64 = 4_000;
/// How many words are looked for at most, and how many characters of them.
const WORDS_AT_MOST: usize = 16;
const LETTERS_AT_MOST: usize = 200;
/// How many restricted cases are left out by the index itself; the others are afterwards.
const LEFT_OUT: usize = 400;

/// The index, and whoever fills it.
#[derive(Clone)]
pub struct Search {
    index: SearchIndex,
}

/// What somebody may find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Right {
    None,
    /// What stands now.
    Standing,
    /// What was edited or deleted since, too.
    All,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// By case, those found newest first; what is of no case has none.
    pub groups: Vec<SearchGroup>,
    /// There is more before this entry.
    pub older: Option<i64>,
    /// So many entries aren't in the index yet.
    pub missing: u64,
}

impl Found {
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.hits.len()).sum()
    }
}

impl Search {
    /// With the index in a file of its own.
    pub fn at(path: PathBuf) -> Search {
        Search { index: SearchIndex::at(path) }
    }

    /// Fills the index behind the commits, until the desk ends. Boxed, because it is large.
    pub fn follow(self, desk: DeskHandle, reader: Reader) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(self.filled(desk, reader))
    }

    async fn filled(self, desk: DeskHandle, reader: Reader) {
        let mut commits = desk.watch();
        loop {
            commits.borrow_and_update();
            if let Err(error) = self.catch_up(&reader, i64::MAX).await {
                tracing::warn!(%error, "what was said can't be taken into the index yet; trying again");
                tokio::time::sleep(AGAIN_AFTER).await;
                if commits.has_changed().is_err() {
                    return;
                }
                continue;
            }
            if commits.changed().await.is_err() {
                return;
            }
        }
    }

    /// Takes in what isn't in it, so many and a few more. Says how many are missing then.
    async fn catch_up(&self, reader: &Reader, at_most: i64) -> Result<u64, StoreError> {
        let mut taken = 0;
        while let Some(step) = self.take_in(self.index.filling.lock().await, reader).await? {
            taken += step;
            if taken >= at_most {
                return self.behind(reader).await;
            }
        }
        Ok(0)
    }

    /// How many entries aren't in it.
    async fn behind(&self, reader: &Reader) -> Result<u64, StoreError> {
        let upto = self.index.up_to().await?.upto.unsigned_abs();
        Ok(reader.size().await?.saturating_sub(upto))
    }

    /// One step. `None`: nothing is left.
    async fn take_in(
        &self,
        mut checked: tokio::sync::MutexGuard<'_, bool>,
        reader: &Reader,
    ) -> Result<Option<i64>, StoreError> {
        if !*checked {
            if !self.index.is_whole().await? {
                tracing::warn!("the index of what was said is damaged; it is made anew from the ledger");
                self.index.begin_anew().await?;
            }
            *checked = true;
        }
        let known = self.index.up_to().await;
        let known = match known {
            Err(error) if error.is_of_a_damaged_index() => {
                self.index.begin_anew().await?;
                self.index.up_to().await?
            }
            known => known?,
        };
        let size = i64::try_from(reader.size().await?).unwrap_or(i64::MAX);
        let from = if self.is_of_this_ledger(reader, &known, size).await? {
            known.upto
        } else {
            tracing::warn!("the index of what was said is of another ledger; it is made anew");
            self.index.begin_anew().await?;
            0
        };
        if from >= size {
            return Ok(None);
        }
        let to = size.min(from.saturating_add(TAKEN_IN));
        let (mut docs, mut mark) = (Vec::new(), String::new());
        let mut entries = reader.entries(from.unsigned_abs(), to.unsigned_abs());
        while let Some(entry) = entries.try_next().await? {
            docs.extend(searchable::doc(entry.seq, entry.case_id.as_deref(), &entry.facts, entry.words.as_deref()));
            mark = mark_of(&entry);
        }
        self.index.add(docs, UpTo { upto: to, mark }).await?;
        Ok(Some(to - from))
    }

    async fn is_of_this_ledger(&self, reader: &Reader, known: &UpTo, size: i64) -> Result<bool, StoreError> {
        if known.upto == 0 {
            return Ok(true);
        }
        if known.upto > size {
            return Ok(false);
        }
        let last = entry(reader, known.upto - 1).await?;
        Ok(last.is_some_and(|last| mark_of(&last) == known.mark))
    }

    async fn find(&self, wanted: Wanted) -> Result<Vec<i64>, StoreError> {
        self.index.find(wanted, LOOKED_AT).await
    }
}

/// By what an entry is known again.
fn mark_of(entry: &EntryRead) -> String {
    hex::encode(&Sha256::digest(&entry.leaf)[..16])
}

async fn entry(reader: &Reader, seq: i64) -> Result<Option<EntryRead>, StoreError> {
    let seq = seq.unsigned_abs();
    reader.entries(seq, seq + 1).try_next().await
}

impl Answers {
    /// The answer to a search in chat, and what is to be recorded of it before it is given.
    ///
    /// # Errors
    /// The database's.
    pub async fn search_card(
        &self,
        asked: &Asked,
        by: &PersonId,
        how: How,
    ) -> Result<(Card, Option<Reading>), StoreError> {
        let shown = self.desk.shown();
        let speaker = Speaker::new(&self.desk.wording, &shown.policy).to(how);
        Ok(match self.search(asked, by).await? {
            Err(refusal) => {
                let reading = refusal.is_for_others().then(|| Reading::SearchRefused { query: asked.words.clone() });
                (card::refused(&speaker, &refusal), reading)
            }
            Ok(found) => {
                let searched =
                    Searched { words: &asked.words, groups: &found.groups, older: found.older, missing: found.missing };
                (card::searched(&speaker, &searched), Some(reading(asked, &found)))
            }
        })
    }

    /// The index of what was said, for whoever erases something: it is to be forgotten then.
    pub fn search_index(&self) -> SearchIndex {
        self.search.index.clone()
    }

    /// What somebody finds. Whoever calls this has it recorded before it is shown: [`reading`].
    ///
    /// # Errors
    /// The database's.
    pub async fn search(&self, asked: &Asked, by: &PersonId) -> Result<Result<Found, Refusal>, StoreError> {
        let Some(text) = expression(&asked.words) else {
            return Ok(Err(Refusal::missing("there is no word in it that could be searched for.".to_owned())));
        };
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        if right(by, people, shown.policy.workflows.keys()) == Right::None {
            let roles = &shown.policy.may.search_evidence;
            let who: Vec<String> =
                people.seats(roles, &[]).iter().map(|seat| shown.policy.name_of(&seat.person)).collect();
            return Ok(Err(Refusal::not_yours("searching what is kept", list(roles.iter()), &who)));
        }
        let mut sight = Sight::of(by, people, &self.reader);
        if let Some(id) = asked.case
            && sight.case(id).await?.is_none()
        {
            return Ok(Err(Refusal::NoSuchCase(id)));
        }
        let missing = match self.search.catch_up(&self.reader, WAITED_FOR).await {
            // Whatever is wrong with the index, what is in it is worth an answer.
            Err(error) => {
                tracing::warn!(%error, "what was said last isn't in the index yet");
                self.search.behind(&self.reader).await?
            }
            Ok(missing) => missing,
        };
        let mut found = Found { missing, ..Found::default() };
        let Some(mut wanted) = self.wanted(asked, text.clone(), &mut sight).await? else { return Ok(Ok(found)) };
        'pages: loop {
            let seqs = match self.search.find(wanted.clone()).await {
                Err(error) if error.is_of_a_damaged_index() => {
                    tracing::warn!(%error, "the index of what was said is damaged; it is made anew");
                    self.search.index.forget().await?;
                    found.missing = self.search.catch_up(&self.reader, WAITED_FOR).await?;
                    self.search.find(wanted.clone()).await?
                }
                seqs => seqs?,
            };
            for seq in &seqs {
                let Some(hit) = self.hit(*seq, &text, &mut sight).await? else { continue };
                if found.count() == PAGE {
                    found.older = found.groups.iter().flat_map(|group| &group.hits).map(|hit| hit.entry).min();
                    break 'pages;
                }
                let (case, hit) = hit;
                match found.groups.iter_mut().find(|group| group.case.as_ref().map(|(id, _)| *id) == case) {
                    Some(group) => group.hits.push(hit),
                    None => {
                        let titled = match case {
                            Some(id) => sight.case(id).await?.map(|case| (id, case.title.clone())),
                            None => None,
                        };
                        found.groups.push(SearchGroup { case: titled, hits: vec![hit] });
                    }
                }
            }
            match seqs.last() {
                Some(last) if seqs.len() == LOOKED_AT as usize => wanted.before = *last,
                Some(_) | None => break,
            }
        }
        Ok(Ok(found))
    }

    /// The question as the index is asked it. `None`: nothing can be found.
    async fn wanted(&self, asked: &Asked, text: String, sight: &mut Sight<'_>) -> Result<Option<Wanted>, StoreError> {
        let policy = sight.people.policy;
        let mut seen: Vec<String> = vec![place::RULED.to_owned(), place::OWN.to_owned()];
        seen.extend(policy.channels().map(|channel| place::channel(&Lane::channel(channel))));
        let accounts = policy.people.get(sight.by).map(|it| &it.accounts);
        let accounts = accounts.into_iter().flatten().map(|(platform, account)| (platform.as_str(), account.as_str()));
        let mine: Vec<String> = searchable::direct_subjects(sight.by.as_str(), accounts).collect();
        seen.extend(self.reader.pseudonyms(&mine).await?.iter().map(|it| place::direct(it)));
        seen.sort_unstable();
        seen.dedup();
        let mut expression = format!("({})", any_of(&seen));
        let mut hidden = Vec::new();
        for case in self.reader.restricted().await? {
            let case = case?;
            if !case.is_visible_to(sight.by, &sight.people) {
                hidden.push(place::case(case.id));
            }
        }
        hidden.truncate(LEFT_OUT);
        if let Some(case) = asked.case {
            expression = format!("({expression} AND {})", any_of(&[place::case(case)]));
        }
        if let Some(from) = &asked.from {
            let theirs: Vec<String> =
                self.reader.pseudonyms(&[from.to_string()]).await?.iter().map(|it| place::by(it)).collect();
            if theirs.is_empty() {
                return Ok(None);
            }
            expression = format!("({expression} AND ({}))", any_of(&theirs));
        }
        if !hidden.is_empty() {
            expression = format!("{expression} NOT ({})", any_of(&hidden));
        }
        let from = match asked.since {
            Some(since) => self.reader.first_from(since).await?,
            None => 0,
        };
        let mut before = match asked.until {
            Some(until) => self.reader.first_from(until).await?,
            None => i64::MAX,
        };
        if let Some(older) = asked.older {
            before = before.min(i64::from(older));
        }
        Ok(Some(Wanted { text, place: expression, from, before }))
    }

    /// An entry as it is shown, if the asker may see it and it still holds what was searched for.
    async fn hit(
        &self,
        seq: i64,
        text: &str,
        sight: &mut Sight<'_>,
    ) -> Result<Option<(Option<CaseId>, SearchHit)>, StoreError> {
        let Some(entry) = entry(&self.reader, seq).await? else { return Ok(None) };
        let case: Option<CaseId> = entry.case_id.as_deref().and_then(|case| case.parse().ok());
        let Some(doc) = searchable::doc(seq, entry.case_id.as_deref(), &entry.facts, entry.words.as_deref()) else {
            return Ok(None);
        };
        let subjects = crate::ledger::subjects_in(&self.reader, [entry.facts.as_str()]).await?;
        let Ok(record) = crate::ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects) else {
            return Ok(None);
        };
        let of_case = match case {
            Some(id) => match sight.case(id).await? {
                Some(case) => Some(case.workflow.clone()),
                None => return Ok(None),
            },
            None => None,
        };
        // What can be found is what somebody said, and what became true of a case.
        let heard = record.heard();
        let (lane, workflows): (Option<&Lane>, Vec<WorkflowId>) = match heard {
            Some(heard) => {
                if !sight.may_read(&heard.lane).await? {
                    return Ok(None);
                }
                (Some(&heard.lane), of_case.map_or_else(|| workflows_of(&heard.lane, sight.people), |it| vec![it]))
            }
            None if record.ruled().is_some() => (None, of_case.into_iter().collect()),
            None => return Ok(None),
        };
        let right = right(sight.by, sight.people, workflows.iter());
        let since = match heard {
            Some(heard) => self.since(&heard.lane, &heard.what, seq).await?,
            None => None,
        };
        if right == Right::None || (since.is_some() && right < Right::All) {
            return Ok(None);
        }
        let Some(pieces) = around(&doc.text, text)? else { return Ok(None) };
        let policy = sight.people.policy;
        let by = match heard {
            Some(heard) => Some(match (&heard.who, heard.from.get()) {
                (Who::Person(person), _) => policy.name_of(person),
                (Who::Stranger(_), Some(_)) => heard.author(),
                (Who::Stranger(account), None) => account.to_string(),
            }),
            None => record.ruled().and_then(|ruled| ruled.by.as_ref()).map(|person| policy.name_of(person)),
        };
        let hit = SearchHit {
            entry: seq,
            at: At(entry.at_us),
            by,
            place: lane.map(place_in_words),
            kind: (lane.is_none()).then(|| entry.kind.clone()),
            since,
            pieces: pieces.into_iter().map(|Piece { text, is_hit }| (text, is_hit)).collect(),
        };
        Ok(Some((case, hit)))
    }

    /// What became of a message since an entry of it: `edited`, `deleted`.
    async fn since(&self, lane: &Lane, what: &What, seq: i64) -> Result<Option<&'static str>, StoreError> {
        let (What::Said { message, .. } | What::Edited { message, .. }) = what else { return Ok(None) };
        let Some(stands) = self.reader.message(lane, message).await? else { return Ok(None) };
        Ok(match stands.deleted_us {
            Some(_) => Some("deleted"),
            None if stands.last > seq && stands.edited_us.is_some() => Some("edited"),
            None => None,
        })
    }
}

/// What is recorded of a search before its answer is given.
pub fn reading(asked: &Asked, found: &Found) -> Reading {
    let count = u32::try_from(found.count()).unwrap_or(u32::MAX);
    Reading::Searched { query: asked.words.clone(), case: asked.case, found: count, more: found.older.is_some() }
}

fn right<'w>(by: &PersonId, people: People<'_>, workflows: impl Iterator<Item = &'w WorkflowId>) -> Right {
    let of = |roles: &[crate::domain::RoleId]| match people.allow(roles, &Actor::Person(by.clone())) {
        false => Right::None,
        true if roles.is_empty() => Right::Standing,
        true => Right::All,
    };
    let there = workflows.map(|workflow| of(&people.policy.may_in(workflow).search_evidence)).max();
    there.unwrap_or_else(|| of(&people.policy.may.search_evidence))
}

/// The workflows whose channel this is.
fn workflows_of(lane: &Lane, people: People<'_>) -> Vec<WorkflowId> {
    let Some(channel) = lane.as_channel() else { return Vec::new() };
    let flows = people.policy.workflows.iter().filter(|(_, flow)| flow.channels.contains(&channel));
    flows.map(|(id, _)| id.clone()).collect()
}

/// Where it was said. A platform's id of a channel says nothing to anybody.
fn place_in_words(lane: &Lane) -> String {
    match (&lane.place, lane.own_of()) {
        (Place::Direct(_), _) => "direct messages".to_owned(),
        (Place::Channel(id), _) if lane.platform.as_str() == LOCAL => format!("#{id}"),
        (Place::Channel(_), Some(_)) => format!("its own channel on {}", lane.platform),
        (Place::Channel(_), None) => lane.platform.to_string(),
    }
}

fn any_of(words: &[String]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ")
}

/// What somebody typed, as the index is asked it: all of these words, each to the letter, and `drift*` as every word that begins
/// so. Whatever else they typed is no letter of a word, and left out. `None`: there is no word in it.
fn expression(typed: &str) -> Option<String> {
    let typed: String = typed.chars().take(LETTERS_AT_MOST).collect();
    let mut words = Vec::new();
    for typed in typed.split_whitespace() {
        let begins = typed.ends_with('*');
        // Where the index sees several words in one, they have to follow each other: `v7.2` is `v7 2`.
        let bare: String = typed.chars().map(|c| if c.is_alphanumeric() || is_mark(c) { c } else { ' ' }).collect();
        let bare = bare.trim();
        if !bare.contains(char::is_alphanumeric) || words.len() == WORDS_AT_MOST {
            continue;
        }
        // One letter begins too many words.
        let star = if begins && bare.chars().count() > 1 { " *" } else { "" };
        words.push(format!("\"{bare}\"{star}"));
    }
    (!words.is_empty()).then(|| words.join(" AND "))
}

/// A letter's own mark, such as the accent after an `e`.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_typed_is_words_and_never_a_question_of_the_index() {
        let check = |typed: &str, asked: Option<&str>| assert_eq!(expression(typed).as_deref(), asked, "{typed}");
        check("drift", Some("\"drift\""));
        check("Café drift*", Some("\"Café\" AND \"drift\" *"));
        check("\"roll back\" OR NOT (x)", Some("\"roll\" AND \"back\" AND \"OR\" AND \"NOT\" AND \"x\""));
        check("text:secret place : x", Some("\"text secret\" AND \"place\" AND \"x\""));
        check("v7.2", Some("\"v7 2\""));
        check("a*", Some("\"a\""));
        check("  *\"' -- ^ ", None);
        check("", None);
    }

    proptest! {
        /// Whatever is typed can be asked, and is found in itself where it has a word.
        #[test]
        fn anything_can_be_searched_for(typed in any::<String>()) {
            if let Some(asked) = expression(&typed) {
                let _either = around(&typed, &asked).unwrap();
            }
        }

        #[test]
        fn words_are_found_in_what_holds_them(words in proptest::collection::vec("[a-zA-Zé0-9]{1,8}", 1..6)) {
            let text = words.join(" ");
            prop_assert!(around(&text, &expression(&text).unwrap()).unwrap().is_some());
        }
    }
}
