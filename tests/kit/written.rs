//! What stands in a ledger, and whether all that was to be told was told once.

use std::collections::BTreeMap;
use std::path::Path;

use countersign::domain::{At, Event, OutboxId};
use countersign::ledger;
use countersign::ledger::folder::Folder;

use countersign::ledger::record::{HeardRecord, NotTold, NotToldBecause, Record, ToTell, Told};
use countersign::store::{self, Reader};
use futures_util::StreamExt as _;

pub struct Entry {
    pub seq: i64,
    pub at: At,
    pub kind: String,
    pub case: Option<String>,
    pub record: Record,
}

pub struct Written {
    pub entries: Vec<Entry>,
}

impl Written {
    /// Reads a data folder's ledger; a bot may be at work there.
    pub async fn read(data: &Path) -> Written {
        let reader = store::open_to_read(&data.join(Folder::DATABASE)).await.expect("the database opens");
        Written::of(&reader).await
    }

    pub async fn of(reader: &Reader) -> Written {
        let size = reader.size().await.expect("a size");
        let mut rows = std::pin::pin!(reader.entries(0, size));
        let mut entries = Vec::new();
        while let Some(row) = rows.next().await {
            let row = row.expect("an entry");
            let subjects = ledger::subjects_in(reader, [&*row.facts]).await.expect("subjects");
            let record = ledger::read(&row.leaf, &row.facts, row.words.as_deref(), &subjects)
                .unwrap_or_else(|error| panic!("entry {}: {error}", row.seq));
            entries.push(Entry { seq: row.seq, at: At(row.at_us), kind: row.kind, case: row.case_id, record });
        }
        Written { entries }
    }

    /// In how many entries something of this kind became true.
    pub fn count(&self, kind: &str) -> usize {
        let is = |it: &&Entry| it.kind == kind || it.record.kinds().is_some_and(|kinds| kinds.also.contains(&kind));
        self.entries.iter().filter(is).count()
    }

    pub fn kinds(&self) -> Vec<&str> {
        self.entries.iter().map(|it| it.kind.as_str()).collect()
    }

    pub fn heard(&self) -> impl Iterator<Item = &HeardRecord> {
        self.entries.iter().filter_map(|it| match &it.record {
            Record::Heard(heard) => Some(&**heard),
            _ => None,
        })
    }

    pub fn events(&self) -> impl Iterator<Item = (&Entry, &Event)> {
        self.entries.iter().flat_map(|entry| {
            let events = match &entry.record {
                Record::Ruled(ruled) => &ruled.events[..],
                _ => &[],
            };
            events.iter().map(move |event| (entry, event))
        })
    }

    pub fn told(&self) -> impl Iterator<Item = &Told> {
        self.entries.iter().filter_map(|it| match &it.record {
            Record::Told(told) => Some(told),
            _ => None,
        })
    }

    pub fn not_told(&self) -> impl Iterator<Item = &NotTold> {
        self.entries.iter().filter_map(|it| match &it.record {
            Record::NotTold(not_told) => Some(not_told),
            _ => None,
        })
    }

    /// Everything that rulings wanted told, by the name of its row in the outbox, with the moment from which it may go.
    pub fn to_tell(&self) -> BTreeMap<OutboxId, (At, &ToTell)> {
        let mut all = BTreeMap::new();
        for entry in &self.entries {
            let tell = match &entry.record {
                Record::Ruled(ruled) => &ruled.tell[..],
                Record::Bot(ruled) => &ruled.tell[..],
                _ => &[],
            };
            for (place, to_tell) in (0..).zip(tell) {
                let from = to_tell.notice.not_before.unwrap_or(entry.at);
                all.insert(OutboxId { entry: entry.seq, place }, (from, to_tell));
            }
        }
        all
    }

    /// Holds every row of the outbox against what became of it: told once, found not to be needed, or given up; or its time
    /// has not come by `now`. Returns how many were told.
    #[track_caller]
    pub fn check_told_once(&self, now: At) -> usize {
        let mut became: BTreeMap<OutboxId, Vec<&str>> = BTreeMap::new();
        // An edit tells nobody anew.
        for told in self.told().filter(|told| !told.edit) {
            for id in &told.outbox {
                became.entry(*id).or_default().push("told");
            }
        }
        for not_told in self.not_told() {
            let what = match not_told.why {
                NotToldBecause::Answered | NotToldBecause::NotTheirs => "not needed",
                NotToldBecause::Undeliverable(_) => "undeliverable",
            };
            became.entry(not_told.outbox).or_default().push(what);
        }
        let wanted = self.to_tell();
        for (id, (from, to_tell)) in &wanted {
            match became.get(id).map(Vec::as_slice) {
                Some(&["told"] | &["not needed"] | &["undeliverable"]) => {}
                None if *from > now => {}
                other => panic!("outbox {id}, {to_tell:?}: {other:?}"),
            }
        }
        if let Some(id) = became.keys().find(|id| !wanted.contains_key(id)) {
            panic!("something was told that no ruling asked for: {id}");
        }
        became.values().filter(|what| **what == ["told"]).count()
    }
}

/// The ledger's seal, checked in this process.
pub async fn verifies(data: &Path) {
    let verdict = countersign::evidence::audit::verify(data).await.expect("the folder can be read");
    assert!(verdict.is_good(), "{verdict}");
}
