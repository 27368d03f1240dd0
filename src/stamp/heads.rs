//! Has the ledger's heads stamped, as often as the settings say, and each day once the authority's certificate is about to end. The
//! stamp is on the disk before its entry is recorded: a process that dies in between asks once more.

use std::path::PathBuf;

use super::{Authority, kept};
use crate::desk::DeskHandle;
use crate::domain::bot::heads::Command as Seen;
use crate::domain::{At, Label, Span};
use crate::seal::Checkpoint;
use crate::store::Reader;

/// Before an authority that gave no stamp is asked again.
const AGAIN_AFTER: Span = Span::hours(1);

pub struct Stamper {
    pub desk: DeskHandle,
    pub reader: Reader,
    /// The data folder.
    pub data: PathBuf,
    pub authority: Authority,
    /// At least so often.
    pub every: Span,
}

impl Stamper {
    /// Runs until the desk is gone.
    pub async fn run(self) {
        let mut changes = self.desk.watch();
        // An authority that gave none isn't asked before then.
        let mut again: Option<At> = None;
        loop {
            changes.mark_unchanged();
            let (shown, now) = (self.desk.shown(), self.desk.clock.now());
            let due = shown.bot.heads.stamps.due(self.every).max(again).unwrap_or(now);
            match shown.signed.is_some().then_some(due) {
                Some(at) if at <= now => {
                    let seen = self.stamp().await.unwrap_or_else(|why| {
                        tracing::warn!(why, "the head has no time stamp");
                        again = Some(self.desk.clock.now() + AGAIN_AFTER);
                        Seen::NotStamped { why }
                    });
                    if self.desk.say_of_heads(seen).await.is_err() {
                        return;
                    }
                }
                due => tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return },
                    () = self.desk.clock.wait_until(due), if due.is_some() => {}
                },
            }
        }
    }

    /// Has a head over all that is recorded stamped, older stamps too. Else why there is no stamp, for people.
    async fn stamp(&self) -> Result<Seen, String> {
        self.desk.checkpoint().await.map_err(|fault| fault.to_string())?;
        let last = self.reader.last_checkpoint().await.map_err(|error| error.to_string())?;
        let (_, _, note) = last.ok_or("no head is signed yet")?;
        let size = Checkpoint::unverified(&note).map_err(|error| error.to_string())?.size;
        let stamped = self.authority.stamp(kept::imprint(&note)).await?;
        let (data, reply) = (self.data.clone(), stamped.reply);
        let kept = tokio::task::spawn_blocking(move || kept::keep(&data, size, &note, &reply)).await;
        let stamp = kept.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let until = stamped.says.certificate_ends_s.map(|ends| At(ends.saturating_mul(1_000_000)));
        Ok(Seen::Stamped { size, stamp: Label::from(stamp), until })
    }
}
