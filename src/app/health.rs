//! How the bot itself is: the oldest overdue wake, the oldest unsent message, the last failed commit. A watchdog looks every
//! few seconds, tells the operators' channel when the engine falls behind and when it has caught up, and pings an outside
//! heartbeat, whose silence is heard where this process can't speak any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::chat::{Chats, Link};
use crate::desk::DeskHandle;
use crate::domain::{Actor, At, BotCommand, Lack, Platform, Span, WitnessId};
use crate::store::{Reader, StoreError};

/// Later than this is behind.
pub const BEHIND: Span = Span::seconds(60);
/// How often the watchdog looks.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How often it looks who really holds what.
const LOOK_AT_OWNERS_EVERY: Duration = Duration::from_secs(15 * 60);

#[derive(Clone)]
pub struct Health {
    desk: DeskHandle,
    reader: Reader,
    chats: Chats,
    /// As whoever asks them has seen them last.
    witnesses: Arc<Mutex<BTreeMap<WitnessId, WitnessStanding>>>,
}

/// How a witness of our heads stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WitnessStanding {
    /// How many entries the head covers that it cosigned last, and when it did.
    pub last: Option<(u64, At)>,
    /// Why the last try came to nothing.
    pub trouble: Option<String>,
}

/// How it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How late the longest overdue wake is; absent where it isn't [`BEHIND`].
    pub oldest_wake_late: Option<Span>,
    /// How long the oldest message has waited since it could have gone out; absent where it isn't [`BEHIND`].
    pub oldest_notice_late: Option<Span>,
    /// Messages whose time has come.
    pub waiting: i64,
    /// Messages that could not be delivered, ever.
    pub given_up: i64,
    /// The last commit failed; the reason stands in the log beside this reference.
    pub trouble: Option<String>,
    /// The last head could not be signed or kept; the reason stands in the log beside this reference.
    pub unsigned: Option<String>,
    /// How far the clock is behind the ledger's last moment, while no deadline passes; absent where it isn't [`BEHIND`].
    pub clock_behind: Option<Span>,
    /// Platforms that don't work as they should, and why.
    pub links: Vec<(Platform, Link)>,
    /// Entries in the ledger.
    pub entries: u64,
    /// Witnesses of our heads, and how long ago each cosigned.
    pub witnesses: Vec<(WitnessId, WitnessStanding)>,
    /// The moment of this look.
    pub now: At,
}

impl Report {
    /// What the watchdog tells the bot of the engine's own lateness.
    pub fn watch(&self) -> BotCommand {
        BotCommand::Watch { oldest_wake_late: self.oldest_wake_late, oldest_notice_late: self.oldest_notice_late }
    }

    /// Platforms that nothing is heard from, and why.
    pub fn cut_off(&self) -> BTreeMap<Platform, String> {
        let down = self.links.iter().filter(|(_, link)| !link.up);
        let why = |link: &Link| link.trouble.clone().unwrap_or_else(|| "the connection is down".to_owned());
        down.map(|(platform, link)| (platform.clone(), why(link))).collect()
    }

    /// Platforms that are connected, and what works there only in part.
    fn connected(&self) -> impl Iterator<Item = (&Platform, &BTreeMap<Lack, String>)> {
        self.links.iter().filter(|(_, link)| link.up).map(|(platform, link)| (platform, &link.lacks))
    }

    /// Whether the engine does its work. A platform that is down is none of its faults, and a restart wouldn't mend it.
    pub fn is_well(&self) -> bool {
        self.oldest_wake_late.is_none()
            && self.oldest_notice_late.is_none()
            && self.trouble.is_none()
            && self.unsigned.is_none()
            && self.clock_behind.is_none()
    }
}

impl Health {
    pub fn new(desk: DeskHandle, reader: Reader, chats: Chats) -> Health {
        Health { desk, reader, chats, witnesses: Arc::default() }
    }

    /// Shows how a witness stands.
    pub fn show_witness(&self, id: &WitnessId, standing: WitnessStanding) {
        self.witnesses().insert(id.clone(), standing);
    }

    /// Shows no others any more.
    pub fn keep_witnesses(&self, is_there: impl Fn(&WitnessId) -> bool) {
        self.witnesses().retain(|id, _| is_there(id));
    }

    fn witnesses(&self) -> std::sync::MutexGuard<'_, BTreeMap<WitnessId, WitnessStanding>> {
        self.witnesses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks. A database that can't be read is trouble too.
    pub async fn look(&self) -> Report {
        let shown = self.desk.shown();
        let mut report = Report {
            trouble: shown.trouble.clone(),
            unsigned: shown.unsigned.clone(),
            clock_behind: Some(shown.clock_behind).filter(|&behind| behind > BEHIND),
            links: self.chats.links().map(|(platform, link)| (platform.clone(), link)).collect(),
            entries: shown.size,
            witnesses: self.witnesses().iter().map(|(id, standing)| (id.clone(), standing.clone())).collect(),
            now: self.desk.clock.now(),
            ..Report::default()
        };
        if let Err(error) = self.read(&mut report).await {
            let reference = crate::desk::reference();
            tracing::error!(%reference, %error, "health can't be read");
            report.trouble.get_or_insert(reference);
        }
        report
    }

    async fn read(&self, report: &mut Report) -> Result<(), StoreError> {
        let now = self.desk.clock.now();
        let behind = |late: Span| Some(late).filter(|&late| late > BEHIND);
        report.oldest_wake_late = self.reader.oldest_wake().await?.and_then(|wake| behind(now - wake));
        let (waiting, oldest) = self.reader.outbox_age(now).await?;
        report.waiting = waiting;
        report.oldest_notice_late = oldest.and_then(|oldest| behind(now - oldest));
        report.given_up = self.reader.outbox_given_up().await?;
        Ok(())
    }

    /// What the watchdog asks of the bot about who holds what. `None`: the database can't be read, which is told elsewhere.
    pub async fn ownership(&self) -> Option<BotCommand> {
        let restricted = self.reader.open_and_restricted().await.ok()?;
        let restricted = restricted.into_iter().filter_map(Result::ok).map(|case| case.id).collect();
        Some(BotCommand::LookAtOwnership { restricted })
    }

    /// Looks every few seconds until the desk is gone. `heartbeat` is pinged while all is well.
    pub async fn watch(self, heartbeat: Option<Heartbeat>) {
        let mut changes = self.desk.watch();
        let mut last_beat = None;
        let mut down_before = BTreeMap::new();
        let mut lasting = Lasting::default();
        let mut owners_looked_at = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = gone(&mut changes) => return,
            }
            let report = self.look().await;
            // A connection that is only being renewed is up again at the next look.
            let down = report.cut_off();
            let still_down = down.iter().filter(|(platform, _)| down_before.contains_key(*platform));
            let still_down: BTreeMap<_, _> =
                still_down.map(|(platform, why)| (platform.clone(), why.clone())).collect();
            down_before = down;
            let speaks = still_down.is_empty();
            let lacks = lasting.look(Instant::now(), report.connected());
            let mut seen = vec![report.watch(), BotCommand::Links { cut_off: still_down }, BotCommand::Lacks { lacks }];
            if owners_looked_at.is_none_or(|at: Instant| at.elapsed() >= LOOK_AT_OWNERS_EVERY) {
                owners_looked_at = Some(Instant::now());
                seen.extend(self.ownership().await);
            }
            for command in seen {
                match self.desk.ask_bot(command, Actor::Engine, None).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(refusal)) => tracing::error!(refusal = refusal.code(), "the watchdog was refused"),
                    Err(fault) if fault.is_stopped() => return,
                    Err(fault) => tracing::error!(%fault, "the watchdog could not record what it saw"),
                }
            }
            if let Some(heartbeat) = &heartbeat
                && report.is_well()
                && speaks
                && last_beat.is_none_or(|at: std::time::Instant| at.elapsed() >= heartbeat.every)
            {
                last_beat = Some(std::time::Instant::now());
                heartbeat.beat().await;
            }
        }
    }
}

/// What works only in part for so long that somebody has to see to it: a single refusal mends itself.
#[derive(Default)]
struct Lasting {
    connected: BTreeMap<Platform, Instant>,
    lacks: BTreeMap<(Platform, Lack), Instant>,
}

/// How long the operators aren't bothered.
const LASTS: Duration = Duration::from_secs(120);

impl Lasting {
    /// What is to be told, of the platforms that were connected as long as that: what an earlier process knew to be missing
    /// isn't mended because this one hasn't met it yet.
    fn look<'a>(
        &mut self,
        now: Instant,
        connected: impl Iterator<Item = (&'a Platform, &'a BTreeMap<Lack, String>)>,
    ) -> BTreeMap<Platform, BTreeMap<Lack, String>> {
        let (mut since, mut lasting) = (Lasting::default(), BTreeMap::new());
        for (platform, lacks) in connected {
            let connected = self.connected.get(platform).copied().unwrap_or(now);
            since.connected.insert(platform.clone(), connected);
            let mut all = BTreeMap::new();
            for (what, why) in lacks {
                let key = (platform.clone(), what.clone());
                let began = self.lacks.get(&key).copied().unwrap_or(now);
                since.lacks.insert(key, began);
                if now - began >= LASTS {
                    all.insert(what.clone(), why.clone());
                }
            }
            if now - connected >= LASTS {
                lasting.insert(platform.clone(), all);
            }
        }
        *self = since;
        lasting
    }
}

async fn gone(changes: &mut tokio::sync::watch::Receiver<crate::desk::Shown>) {
    while changes.changed().await.is_ok() {}
}

/// An address outside that is called regularly, and raises the alarm when it isn't.
pub struct Heartbeat {
    pub url: reqwest::Url,
    pub every: Duration,
    pub client: reqwest::Client,
}

impl Heartbeat {
    /// The URL may hold a secret, so only its host is logged.
    async fn beat(&self) {
        let sent = self.client.get(self.url.clone()).timeout(Duration::from_secs(10)).send().await;
        let outcome = sent.and_then(reqwest::Response::error_for_status);
        if let Err(error) = outcome {
            let host = self.url.host_str().unwrap_or_default().to_owned();
            tracing::warn!(host, error = %error.without_url(), "the heartbeat did not get through");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_told_and_what_passes_is_not() {
        let slack = Platform::from("slack");
        let (mut lasting, began) = (Lasting::default(), Instant::now());
        /// At a second, what shows then, and what is told; `None`: it isn't known yet.
        type Look<'a> = (u64, &'a [Lack], Option<&'a [Lack]>);
        use Lack::{Commands, Intents};
        let table: [Look<'_>; 7] = [
            (0, &[Commands], None),
            (60, &[Commands, Intents], None),
            (119, &[Commands], None),
            (120, &[Commands, Intents], Some(&[Commands])),
            (180, &[Commands, Intents], Some(&[Commands])),
            (240, &[Commands, Intents], Some(&[Commands, Intents])),
            (255, &[], Some(&[])),
        ];
        for (second, shows, told) in table {
            let shows = shows.iter().map(|what| (what.clone(), "a reason".to_owned())).collect();
            let found = lasting.look(began + Duration::from_secs(second), std::iter::once((&slack, &shows)));
            let found = found.get(&slack).map(|all| all.keys().cloned().collect::<Vec<_>>());
            assert_eq!(found.as_deref(), told, "after {second} s");
        }
    }
}
