//! What is to be told and how far it has got, as the courier reads it: messages, cards, and messages whose words aren't true
//! any more.

use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder, Row, Sqlite};

use super::commit::OutboxState;
use super::read::in_list;
use super::{Reader, StoreError, parsed};
use crate::domain::{At, CaseId, Lane, OutboxId};

/// A message to be, whose time has come.
#[derive(Clone, Debug)]
pub struct OutboxDue {
    pub id: OutboxId,
    pub case: Option<CaseId>,
    pub lane: Lane,
    /// The ledger entry that made it true; absent if it isn't there.
    pub leaf: Option<String>,
    pub facts: Option<String>,
    pub words: Option<String>,
    /// Handed to a platform, and no receipt is recorded.
    pub sending: bool,
    pub made: At,
    pub attempts: u32,
    /// Of one that asks for answers: the last entry that changed how one of them stands.
    pub wanted: Option<i64>,
    /// Which part of its message it is in, once it is sent.
    pub part: u32,
}

/// A message that was sent and asks for answers, and says less of them than is true by now.
#[derive(Clone, Debug)]
pub struct EditDue {
    pub lane: Lane,
    pub message: String,
    pub thread: Option<String>,
    /// Since when it says less than is true.
    pub since: At,
    /// All that it says, in order.
    pub rows: Vec<OutboxDue>,
}

impl OutboxDue {
    fn read(row: &SqliteRow) -> Result<OutboxDue, StoreError> {
        let id = OutboxId::from_row(row)?;
        let name = format!("{id} of the outbox");
        let case: Option<&str> = row.try_get("case_id")?;
        Ok(OutboxDue {
            id,
            case: case.map(|case| parsed(case, &name)).transpose()?,
            lane: parsed(row.try_get("lane")?, &name)?,
            leaf: row.try_get("leaf")?,
            facts: row.try_get("facts")?,
            words: row.try_get("words")?,
            sending: row.try_get::<&str, _>("state")? == OutboxState::Sending.word(),
            made: At(row.try_get("made_us")?),
            attempts: row.try_get("attempts")?,
            wanted: row.try_get("wanted")?,
            part: row.try_get("part")?,
        })
    }
}

impl FromRow<'_, SqliteRow> for OutboxId {
    fn from_row(row: &SqliteRow) -> Result<OutboxId, sqlx::Error> {
        Ok(OutboxId { entry: row.try_get("entry")?, place: row.try_get("place")? })
    }
}

/// A card that shows less than it should.
#[derive(Clone, Debug)]
pub struct CardDue {
    pub case: CaseId,
    pub lane: Lane,
    pub wanted: i64,
    pub shown: Option<i64>,
    pub message: Option<String>,
    /// Handed to a platform, and no receipt is recorded.
    pub sending: bool,
    pub attempts: u32,
    pub not_before: At,
}

impl CardDue {
    fn read(row: &SqliteRow) -> Result<CardDue, StoreError> {
        let (case, lane): (&str, &str) = (row.try_get("case_id")?, row.try_get("lane")?);
        let name = format!("{case}, {lane} of the cards");
        Ok(CardDue {
            case: parsed(case, &name)?,
            lane: parsed(lane, &name)?,
            wanted: row.try_get("wanted")?,
            shown: row.try_get("shown")?,
            message: row.try_get("message")?,
            sending: row.try_get("sending")?,
            attempts: row.try_get("attempts")?,
            not_before: At(row.try_get("not_before_us")?),
        })
    }
}

const OUTBOX: &str = "select o.entry, o.place, o.case_id, o.lane, l.leaf, l.facts, l.words, o.state, o.made_us, o.attempts, o.wanted, o.part from outbox o left join ledger l on l.seq = o.entry";
const CARD: &str = "select case_id, lane, wanted, shown, message, sending, attempts, not_before_us from card";

impl Reader {
    /// Messages whose time has come, on all lanes but these: those that could go out longest first, and of one moment in the
    /// order in which they were made.
    ///
    /// # Errors
    /// The database's. A row that can't be read is an error of its own.
    pub async fn outbox_due(
        &self,
        now: At,
        but: &[Lane],
        at_most: u32,
    ) -> Result<Vec<Result<OutboxDue, StoreError>>, StoreError> {
        // What is to go at once is due also by a clock that went back behind the moment at which it was made, and that is
        // the ledger's last one at most. So the index is read only as far as something may be due.
        let last: Option<i64> =
            sqlx::query_scalar("select at_us from ledger order by seq desc limit 1").fetch_optional(&self.pool).await?;
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new(format!("{OUTBOX} where state = 'waiting' and turn_us <= "));
        query.push_bind(now.0.max(last.unwrap_or(now.0))).push(" and not_before_us <= ").push_bind(now.0);
        query.push(" and lane not in (");
        in_list(&mut query, &names(but)).push(" order by turn_us, entry, place limit ").push_bind(at_most);
        Ok(query.build().fetch_all(&self.pool).await?.iter().map(OutboxDue::read).collect())
    }

    /// Messages whose sending has begun and not ended, and that may be tried again by now, on all lanes but these, in the order in
    /// which they were made.
    ///
    /// # Errors
    /// As [`Reader::outbox_due`].
    pub async fn outbox_sending(
        &self,
        now: At,
        but: &[Lane],
    ) -> Result<Vec<Result<OutboxDue, StoreError>>, StoreError> {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new(format!("{OUTBOX} where state = 'sending' and not_before_us <= "));
        query.push_bind(now.0).push(" and lane not in (");
        in_list(&mut query, &names(but)).push(" order by entry, place");
        Ok(query.build().fetch_all(&self.pool).await?.iter().map(OutboxDue::read).collect())
    }

    /// Waiting messages of a lane that may go out by a moment, in the order in which they were made.
    ///
    /// # Errors
    /// As [`Reader::outbox_due`].
    pub async fn outbox_of_lane(
        &self,
        lane: &Lane,
        until: At,
        at_most: u32,
    ) -> Result<Vec<Result<OutboxDue, StoreError>>, StoreError> {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new(format!("{OUTBOX} where state = 'waiting' and lane = "));
        query
            .push_bind(lane.to_string())
            .push(" and not_before_us <= ")
            .push_bind(until.0)
            // Not by the bare column: that would lead SQLite through the primary key, and so through all that was ever sent.
            .push(" order by entry + 0, place limit ")
            .push_bind(at_most);
        Ok(query.build().fetch_all(&self.pool).await?.iter().map(OutboxDue::read).collect())
    }

    /// Messages that say less than is true of the answers that they ask for, and that may be edited by now, on all lanes but
    /// these.
    ///
    /// # Errors
    /// The database's. A row that can't be read is an error of its own.
    pub async fn edits_due(
        &self,
        now: At,
        but: &[Lane],
        at_most: u32,
    ) -> Result<Vec<Result<EditDue, StoreError>>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "select o.lane, o.message, m.thread, min(coalesce(l.at_us, o.made_us)) from outbox o \
             left join message m on m.lane = o.lane and m.id = o.message left join ledger l on l.seq = o.wanted \
             where o.state = 'sent' and o.shown < o.wanted and o.not_before_us <= ",
        );
        query.push_bind(now.0).push(" and o.lane not in (");
        in_list(&mut query, &names(but));
        query
            .push(" group by o.lane, o.message order by min(o.not_before_us), min(o.wanted), min(o.entry) limit ")
            .push_bind(at_most);
        let found: Vec<(String, String, Option<String>, i64)> = query.build_query_as().fetch_all(&self.pool).await?;
        let mut due = Vec::new();
        for (lane, message, thread, since) in found {
            let sql = format!(
                "{OUTBOX} where o.lane = $1 and o.message = $2 and o.state = 'sent' order by o.part, o.entry, o.place"
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&lane).bind(&message).fetch_all(&self.pool).await?;
            let rows: Result<Vec<OutboxDue>, StoreError> = rows.iter().map(OutboxDue::read).collect();
            let lane = parsed(&lane, format!("{lane} of the outbox"));
            due.push(lane.and_then(|lane| Ok(EditDue { lane, message, thread, since: At(since), rows: rows? })));
        }
        Ok(due)
    }

    /// The first message of a lane that asks for all of these answers: what is said later of them is said beneath it.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_asked(&self, lane: &Lane, case: CaseId, numbers: &[u32]) -> Result<Option<String>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "select o.message from asking a join outbox o on o.entry = a.entry and o.place = a.place \
             where o.state = 'sent' and o.lane = ",
        );
        query.push_bind(lane.to_string()).push(" and a.case_id = ").push_bind(case.to_string());
        query.push(" and a.number in (");
        let mut each = query.separated(", ");
        numbers.iter().for_each(|number| {
            each.push_bind(*number);
        });
        query.push(") group by o.entry, o.place, o.message having count(distinct a.number) = ");
        query.push_bind(numbers.len() as i64).push(" order by o.entry, o.place limit 1");
        Ok(query.build_query_scalar().fetch_optional(&self.pool).await?)
    }

    /// Lanes where something was put off to a moment still to come, and the last such moment of each.
    ///
    /// # Errors
    /// The database's.
    pub async fn lanes_postponed(&self, now: At) -> Result<Vec<(Lane, At)>, StoreError> {
        // Each state by itself, so that each finds its own small index: the outbox keeps what was sent.
        let of = |state: OutboxState| {
            let state = state.word();
            format!(
                "select lane, not_before_us from outbox where state = '{state}' and not_before_us > $1 and not_before_us > free_us"
            )
        };
        let (waiting, sending) = (of(OutboxState::Waiting), of(OutboxState::Sending));
        let sql = format!("select lane, max(not_before_us) from ({waiting} union all {sending}) group by lane");
        let postponed: Vec<(String, i64)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.0).fetch_all(&self.pool).await?;
        let read = |(lane, until): (String, i64)| Ok((parsed(&lane, format!("{lane} of the outbox"))?, At(until)));
        postponed.into_iter().map(read).collect()
    }

    /// When the next waiting message or card may go out, on all lanes but these.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_next(&self, but: &[Lane]) -> Result<Option<At>, StoreError> {
        let (but, mut next): (_, Option<i64>) = (names(but), None);
        for sql in [
            "select min(not_before_us) from outbox where state = 'waiting' and lane not in (",
            "select min(not_before_us) from outbox where state = 'sending' and lane not in (",
            "select min(not_before_us) from card where (shown is null or shown < wanted) and lane not in (",
            "select min(not_before_us) from outbox where state = 'sent' and shown < wanted and lane not in (",
        ] {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(sql);
            let found: Option<i64> = in_list(&mut query, &but).build_query_scalar().fetch_one(&self.pool).await?;
            next = next.into_iter().chain(found).min();
        }
        Ok(next.map(At))
    }

    /// Whether everything that the first `size` entries wanted told by now is told.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_told(&self, size: u64, now: At) -> Result<bool, StoreError> {
        for sql in [
            "select count(*) from outbox where state = 'sending' and entry < $1 and not_before_us <= $2",
            "select count(*) from outbox where state = 'waiting' and entry < $1 and not_before_us <= $2",
            "select count(*) from card where (shown is null or shown < wanted) and wanted < $1 and not_before_us <= $2",
            "select count(*) from outbox where state = 'sent' and shown < wanted and wanted < $1 and not_before_us <= $2",
        ] {
            let waiting: i64 = sqlx::query_scalar(sql).bind(size as i64).bind(now.0).fetch_one(&self.pool).await?;
            if waiting > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many messages could have gone out by now or are being sent, and since when the oldest could: putting it off makes it
    /// no younger.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_age(&self, now: At) -> Result<(i64, Option<At>), StoreError> {
        // Two questions, so that each finds its own small index: the outbox keeps what was sent.
        let waiting = "select count(*), min(free_us) from outbox where state = 'waiting' and free_us <= $1";
        let sending = "select count(*), min(free_us) from outbox where state = 'sending'";
        let (waiting, oldest): (i64, Option<i64>) = sqlx::query_as(waiting).bind(now.0).fetch_one(&self.pool).await?;
        let (sending, first): (i64, Option<i64>) = sqlx::query_as(sending).fetch_one(&self.pool).await?;
        Ok((waiting + sending, oldest.into_iter().chain(first).min().map(At)))
    }

    /// How many messages were given up in all.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_given_up(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("select count(*) from outbox where state = 'given-up'").fetch_one(&self.pool).await?)
    }

    /// Cards that show less than is wanted of them and may be tried by now, on all lanes but these: what was put off comes
    /// last, else what was wanted first comes first.
    ///
    /// # Errors
    /// As [`Reader::outbox_due`].
    pub async fn cards_due(
        &self,
        now: At,
        but: &[Lane],
        at_most: u32,
    ) -> Result<Vec<Result<CardDue, StoreError>>, StoreError> {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new(format!("{CARD} where (shown is null or shown < wanted) and not_before_us <= "));
        query.push_bind(now.0).push(" and lane not in (");
        in_list(&mut query, &names(but)).push(" order by not_before_us, wanted limit ").push_bind(at_most);
        Ok(query.build().fetch_all(&self.pool).await?.iter().map(CardDue::read).collect())
    }

    /// A case's card in a lane, if there is one.
    ///
    /// # Errors
    /// The database's; a row that this version can't read.
    pub async fn card(&self, case: CaseId, lane: &Lane) -> Result<Option<CardDue>, StoreError> {
        let sql = sqlx::AssertSqlSafe(format!("{CARD} where case_id = $1 and lane = $2"));
        let query = sqlx::query(sql).bind(case.to_string()).bind(lane.to_string());
        query.fetch_optional(&self.pool).await?.as_ref().map(CardDue::read).transpose()
    }

    /// Where cases' cards stand, in one question: case, lane, message.
    ///
    /// # Errors
    /// As [`Reader::card`].
    pub async fn cards_of(&self, cases: &[CaseId]) -> Result<Vec<(CaseId, Lane, Option<String>)>, StoreError> {
        let cases: Vec<String> = cases.iter().map(CaseId::to_string).collect();
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("select case_id, lane, message from card where case_id in (");
        in_list(&mut query, &cases).push(" order by case_id, lane");
        let rows: Vec<(String, String, Option<String>)> = query.build_query_as().fetch_all(&self.pool).await?;
        let read = |(case, lane, message): (String, String, Option<String>)| {
            let name = format!("{case}, {lane} of the cards");
            Ok((parsed(&case, &name)?, parsed(&lane, &name)?, message))
        };
        rows.into_iter().map(read).collect()
    }
}

fn names(lanes: &[Lane]) -> Vec<String> {
    lanes.iter().map(Lane::to_string).collect()
}
