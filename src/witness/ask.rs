//! Has this bot's heads cosigned by the witnesses of the policy: after each head, and from time to time while none is new. It sees
//! heads by watching, and nobody waits for it.
//!
//! What could go wrong, and what then:
//! - nobody answers, or nothing that can be read: tried again after a pause that grows; the operators are told once the witness has
//!   been silent for longer than the policy lets it be;
//! - it asks for time (429): it gets as much;
//! - it cosigned another size last, such as after a crash on either side: it says which, and is asked again from there;
//! - it doesn't know this ledger or its key: told at once, since only a person can mend that; asked again later;
//! - it saw another history: told loudly, and asked again only from time to time;
//! - what it answers with isn't its own signature on this very head: nothing is kept of it;
//! - the process dies between the answer and the record of it: it is asked again, and answers the same.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::{StatusCode, Url, header};
use tokio::task::JoinSet;

use crate::app::health::{Health, WitnessStanding};
use crate::clock::Clock;
use crate::desk::{DeskHandle, Gone, RETRY_PAUSE, Report};
use crate::domain::bot::heads::Command as Seen;
use crate::domain::policy::Witness;
use crate::domain::{At, Span, WitnessId};
use crate::ledger::folder;
use crate::seal::{
    AddCheckpoint, Checkpoint, Cosigned, CosignerKey, Plan, SIZE_TYPE, signature_lines, size_in, with_lines,
};
use crate::store::{CosignatureRow, Reader, StoreError};
use crate::webhook::send::{Sender, body, chain, leads_inside, may_be_called, retry_after};

/// Of an answer no more is read than this: room for several signatures of the largest kind.
const ANSWER_BYTES: usize = 64 * 1024;
/// The first pause after a try that came to nothing, and the longest one.
const FIRST_PAUSE: Span = Span::seconds(5);
const LONGEST_PAUSE: Span = Span::minutes(15);
/// How often a witness may say in one try that it cosigned another size.
const ROUNDS: u32 = 3;

pub struct Asker {
    pub desk: DeskHandle,
    pub reader: Reader,
    /// The data folder.
    pub data: PathBuf,
    pub sender: Sender,
    /// Who shows how each witness stands.
    pub health: Health,
}

/// What is known of a witness.
#[derive(Clone, Debug)]
struct State {
    /// As the policy had it: another key or address is another witness.
    of: Witness,
    /// What it cosigned last, and when it did or was first asked.
    size: u64,
    at: At,
    /// Tries in a row that came to nothing.
    failed: u32,
    /// It isn't asked before then.
    not_before: Option<At>,
    is_asked: bool,
}

/// What one try came to.
#[derive(Debug)]
enum Outcome {
    Cosigned(CosignatureRow),
    /// Another history: as far as it says, of this many entries.
    Split {
        size: u64,
        seen: Option<u64>,
    },
    /// It answers, and won't.
    Refused(String),
    /// To be tried again, after this time where it says so.
    Again {
        why: String,
        after: Option<Span>,
    },
    /// Our own database can't be read, or there is no head yet.
    NotNow,
}

type Tried = (WitnessId, Outcome);

impl Asker {
    /// Runs until the desk is gone. Boxed, because it is large.
    pub fn run(self) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(self.look_on())
    }

    async fn look_on(self) {
        let mut changes = self.desk.watch();
        let asker = Arc::new(self);
        let mut tries: JoinSet<Tried> = JoinSet::new();
        let mut states: BTreeMap<WitnessId, State> = BTreeMap::new();
        loop {
            changes.mark_unchanged();
            let next = match asker.look(&mut states, &mut tries).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "what witnesses said can't be read; trying again");
                    tokio::time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            };
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                Some(tried) = tries.join_next() => match tried {
                    Ok(tried) => if asker.settle(&mut states, tried).await.is_err() { return },
                    // Which it was isn't known: all that are being asked are free to be asked again.
                    Err(error) => {
                        tracing::error!(%error, "asking a witness broke off");
                        tries.abort_all();
                        states.values_mut().for_each(|state| state.is_asked = false);
                        tokio::time::sleep(RETRY_PAUSE).await;
                    }
                },
                () = asker.desk.clock.wait_until(next), if next.is_some() => {}
            }
        }
    }

    /// Asks whoever is to be asked now. When the next one is.
    async fn look(
        self: &Arc<Self>,
        states: &mut BTreeMap<WitnessId, State>,
        tries: &mut JoinSet<Tried>,
    ) -> Result<Option<At>, StoreError> {
        let shown = self.desk.shown();
        let witnessing = &shown.policy.witnessing;
        states.retain(|id, _| witnessing.witnesses.contains_key(id));
        self.health.keep_witnesses(|id| witnessing.witnesses.contains_key(id));
        let Some(size) = shown.signed.filter(|_| !witnessing.witnesses.is_empty()) else { return Ok(None) };
        let now = self.desk.clock.now();
        let mut next: Option<At> = None;
        for (id, witness) in &witnessing.witnesses {
            if states.get(id).is_none_or(|state| state.of != *witness && !state.is_asked) {
                states.insert(id.clone(), self.known(id, witness, now).await?);
            }
            let Some(state) = states.get_mut(id).filter(|state| !state.is_asked) else { continue };
            let due = match state.not_before {
                Some(at) => at,
                None if size > state.size => now,
                None => state.at + witnessing.every,
            };
            if due > now {
                next = Some(next.map_or(due, |next| next.min(due)));
                continue;
            }
            state.is_asked = true;
            let (asker, id, witness, old) = (self.clone(), id.clone(), witness.clone(), state.size);
            tries.spawn(async move {
                let outcome = asker.ask(&id, &witness, old).await;
                (id, outcome)
            });
        }
        Ok(next)
    }

    /// What the database has of a witness.
    async fn known(&self, id: &WitnessId, witness: &Witness, now: At) -> Result<State, StoreError> {
        let origin = match self.reader.last_checkpoint().await? {
            Some((_, _, note)) => Checkpoint::unverified(&note).map(|head| head.origin).unwrap_or_default(),
            None => String::new(),
        };
        let name = witness.vkey.split('+').next().unwrap_or_default();
        let last = self.reader.last_cosigned(&origin).await?.into_iter().find(|last| last.name == name);
        let standing = last.as_ref().map(|last| (last.size.unsigned_abs(), At(last.at_us)));
        self.health.show_witness(id, WitnessStanding { last: standing, trouble: None });
        let (size, at) = standing.unwrap_or((0, now));
        // At a start the clock may show an earlier time than when it was last seen.
        Ok(State { of: witness.clone(), size, at: at.min(now), failed: 0, not_before: Some(now), is_asked: false })
    }

    /// Takes in what a try came to.
    ///
    /// # Errors
    /// The desk is gone.
    async fn settle(&self, states: &mut BTreeMap<WitnessId, State>, (id, outcome): Tried) -> Result<(), Gone> {
        let now = self.desk.clock.now();
        let shown = self.desk.shown();
        let Some(state) = states.get_mut(&id) else { return Ok(()) };
        state.is_asked = false;
        let Some(witness) = shown.policy.witnessing.witnesses.get(&id) else { return Ok(()) };
        let (seen, trouble) = match outcome {
            Outcome::NotNow => {
                state.not_before = Some(now + FIRST_PAUSE);
                return Ok(());
            }
            Outcome::Cosigned(row) => {
                let size = row.size.unsigned_abs();
                match self.keep(CosignatureRow { at_us: now.0, ..row }).await {
                    Ok(()) => {}
                    Err(Gone) => return Err(Gone),
                }
                (state.size, state.at, state.failed, state.not_before) = (size, now, 0, None);
                (Some(Seen::Cosigned { witness: id.clone(), size }), None)
            }
            Outcome::Split { size, seen } => {
                state.failed += 1;
                state.not_before = Some(now + shown.policy.witnessing.every);
                let why = "it saw another history of this ledger".to_owned();
                (Some(Seen::Split { witness: id.clone(), size, seen }), Some(why))
            }
            Outcome::Refused(why) => {
                state.failed += 1;
                state.not_before = Some(now + pause(state.failed, None));
                (Some(Seen::Refused { witness: id.clone(), why: why.clone() }), Some(why))
            }
            Outcome::Again { why, after } => {
                state.failed += 1;
                state.not_before = Some(now + pause(state.failed, after));
                tracing::warn!(witness = %id, why, "a witness didn't cosign; it is asked again");
                let silent = Seen::Silent { witness: id.clone(), since: state.at, why: why.clone() };
                (Some(silent).filter(|_| now - state.at > witness.silent_after), Some(why))
            }
        };
        let last = (state.size > 0).then_some((state.size, state.at));
        self.health.show_witness(&id, WitnessStanding { last, trouble });
        let Some(seen) = seen.filter(|seen| shown.bot.heads.is_news(seen, now)) else { return Ok(()) };
        self.desk.say_of_heads(seen).await
    }

    /// Keeps a cosignature in the database and in the file beside it.
    async fn keep(&self, row: CosignatureRow) -> Result<(), Gone> {
        let (origin, size) = (row.origin.clone(), row.size.unsigned_abs());
        loop {
            match self.desk.report(vec![Report::Cosigned(row.clone())]).await {
                Ok(()) => break,
                Err(fault) if fault.is_stopped() => return Err(Gone),
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
        if let Err(error) = self.write(&origin, size).await {
            tracing::error!(%error, "the cosigned head is in the database, and could not be written beside it");
        }
        Ok(())
    }

    /// Writes the head with what witnesses said of it, unless a newer one stands there.
    async fn write(&self, origin: &str, size: u64) -> anyhow::Result<()> {
        let Some(note) = self.reader.head_of(origin, size).await? else { return Ok(()) };
        let note = self.reader.with_cosignatures(&note).await?;
        let there = folder::cosigned_file(&self.data)?;
        let newer = there.and_then(|there| Checkpoint::unverified(&there).ok());
        if newer.is_some_and(|newer| newer.origin == origin && newer.size > size) {
            return Ok(());
        }
        let data = self.data.clone();
        tokio::task::spawn_blocking(move || folder::keep_cosigned(&data, &note)).await??;
        Ok(())
    }

    /// One try: the last head is shown to a witness that cosigned one over `old` entries last, as far as is known.
    async fn ask(&self, id: &WitnessId, witness: &Witness, old: u64) -> Outcome {
        let again = |why: String| Outcome::Again { why, after: None };
        let key: CosignerKey = match witness.vkey.parse() {
            Ok(key) => key,
            Err(error) => return Outcome::Refused(format!("its vkey in the policy can't be used: {error}")),
        };
        let Ok(url) = format!("{}/add-checkpoint", witness.url).parse::<Url>() else {
            return Outcome::Refused("its address in the policy can't be read".to_owned());
        };
        if let Err(why) = may_be_called(&url, witness.internal) {
            return Outcome::Refused(why);
        }
        let (note, head) = match self.head().await {
            Ok(Some(head)) => head,
            Ok(None) => return Outcome::NotNow,
            Err(error) => {
                tracing::error!(%error, "the head that a witness is asked about can't be read");
                return Outcome::NotNow;
            }
        };
        // More than we have: it says itself what it cosigned.
        let mut old = if old > head.size { 0 } else { old };
        for _ in 0..ROUNDS {
            let ask = match self.proof(old, head.size).await {
                Ok(proof) => AddCheckpoint { old, proof, checkpoint: note.clone() },
                Err(error) => {
                    tracing::error!(%error, witness = %id, "no proof can be made for a witness");
                    return Outcome::NotNow;
                }
            };
            let client = match self.sender.client(witness.internal) {
                Ok(client) => client,
                Err(error) => return again(chain(&error)),
            };
            let request = client
                .post(url.clone())
                .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
                .header(header::USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
                .body(ask.to_string());
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) if leads_inside(&error) => return Outcome::Refused(chain(&error.without_url())),
                Err(error) => return again(chain(&error.without_url())),
            };
            let (status, after) = (response.status(), retry_after(response.headers()));
            let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let is_size = kind.is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == SIZE_TYPE));
            let text = match body(response, ANSWER_BYTES).await {
                Ok(body) => String::from_utf8(body).unwrap_or_default(),
                Err(error) => return again(chain(&error.without_url())),
            };
            match status {
                StatusCode::OK => return cosigned(&key, &note, &head, &text),
                StatusCode::CONFLICT if is_size => match size_in(&text) {
                    Some(seen) if seen > head.size => return Outcome::Split { size: head.size, seen: Some(seen) },
                    Some(seen) if seen != old => old = seen,
                    _ => return again("it answered 409 with a size that makes no sense".to_owned()),
                },
                // Of one size it has another root; or what it cosigned isn't the beginning of this ledger.
                StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                    return Outcome::Split { size: head.size, seen: Some(old) };
                }
                StatusCode::TOO_MANY_REQUESTS => {
                    return Outcome::Again { why: format!("it answered {status}"), after };
                }
                StatusCode::NOT_FOUND => {
                    return Outcome::Refused(format!(
                        "it doesn't know the ledger {}: give whoever runs it the text of keys/ledger.vkey",
                        head.origin
                    ));
                }
                StatusCode::FORBIDDEN => {
                    return Outcome::Refused(
                        "it doesn't take the signature of this ledger: give whoever runs it the text of keys/ledger.vkey"
                            .to_owned(),
                    );
                }
                _ if status.is_client_error() => return Outcome::Refused(format!("it answered {status}")),
                _ => return Outcome::Again { why: format!("it answered {status}"), after },
            }
        }
        again("it says a different size each time".to_owned())
    }

    async fn head(&self) -> anyhow::Result<Option<(String, Checkpoint)>> {
        let Some((_, _, note)) = self.reader.last_checkpoint().await? else { return Ok(None) };
        let head = Checkpoint::unverified(&note)?;
        Ok(Some((note, head)))
    }

    async fn proof(&self, old: u64, new: u64) -> anyhow::Result<Vec<crate::seal::Hash>> {
        let plan = Plan::consistency(old, new)?;
        Ok(plan.build(&self.reader.hashes(&plan).await?)?)
    }
}

/// What a witness answered with 200: its own signature on this very head, or nothing that counts.
fn cosigned(key: &CosignerKey, note: &str, head: &Checkpoint, text: &str) -> Outcome {
    let again = |why: &str| Outcome::Again { why: why.to_owned(), after: None };
    let Some(lines) = signature_lines(text) else {
        return again("it answered with something that is no signature");
    };
    match key.of(&with_lines(note, lines)) {
        Ok(Cosigned::At { line, seconds: _ }) => Outcome::Cosigned(CosignatureRow {
            origin: head.origin.clone(),
            size: head.size as i64,
            name: key.name().to_owned(),
            line,
            at_us: 0,
        }),
        Ok(Cosigned::Forged) => again("its signature doesn't fit the head that it was shown"),
        Ok(Cosigned::Not | Cosigned::Unread) => Outcome::Refused(
            "it signed with another key than the policy has for it: ask whoever runs it for its public key".to_owned(),
        ),
        Err(_) => again("it answered with something that is no signature"),
    }
}

/// How long to wait after so many tries that came to nothing; no less than it asks for, up to a day.
fn pause(failed: u32, asked: Option<Span>) -> Span {
    let doubled = Span(FIRST_PAUSE.0.saturating_mul(1 << failed.saturating_sub(1).min(16))).min(LONGEST_PAUSE);
    doubled.max(asked.unwrap_or(Span::ZERO).min(Span::days(1)))
}

/// Now, for what is cosigned: moments in cosignatures are the world's, whatever this process runs on.
pub fn seconds_now() -> u64 {
    u64::try_from(Clock::system().0.div_euclid(1_000_000)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Cosigner, Hash, Signer};

    #[test]
    fn only_the_witnesss_own_signature_on_this_head_is_kept() {
        let log = Signer::from_seed("example.com/log", &[1; 32]).expect("a key");
        let head = Checkpoint::of(&log, 5, Hash([3; 32]));
        let note = head.sign(&log).expect("a head");
        let other = Checkpoint::of(&log, 6, Hash([3; 32])).sign(&log).expect("a head");
        let witness = |seed| Cosigner::from_seed("w.example", &[seed; 32]).expect("a key");
        let check = |text: &str, expected: &str| {
            let outcome = format!("{:?}", cosigned(witness(7).key(), &note, &head, text));
            assert!(outcome.starts_with(expected), "{text}: {outcome}");
        };
        let own = witness(7).cosign(&note, 77).expect("a line");
        let by_another = witness(8).cosign(&note, 77).expect("a line");
        check(&own, "Cosigned");
        check(&format!("{by_another}{own}"), "Cosigned");
        check(&by_another, "Refused");
        check(&witness(7).cosign(&other, 77).expect("a line"), "Again");
        for garbage in
            ["", "\n", "<html>no</html>\n", own.trim_end(), &format!("{own}<html>\n"), &own.replace('—', "-")]
        {
            check(garbage, "Again");
        }
    }

    #[test]
    fn pauses_grow_and_a_witness_may_ask_for_more() {
        let pauses: Vec<Span> = (1..=9).map(|failed| pause(failed, None)).collect();
        assert_eq!(pauses[..3], [Span::seconds(5), Span::seconds(10), Span::seconds(20)]);
        assert_eq!(pauses[8], LONGEST_PAUSE);
        assert_eq!(pause(u32::MAX, None), LONGEST_PAUSE);
        assert_eq!(pause(1, Some(Span::minutes(40))), Span::minutes(40));
        assert_eq!(pause(1, Some(Span::days(300))), Span::days(1));
    }
}
