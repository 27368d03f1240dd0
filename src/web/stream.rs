//! What changes, told to a page as it happens (server-sent events): lanes with new messages, the clock, what I owe. Who may
//! hear of a change is looked up once, however many pages are open.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use lru::LruCache;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;

use super::{App, Failure, room};
use crate::answers::audience::Listeners;
use crate::clock::Mode;
use crate::desk::{Changed, DeskHandle};
use crate::domain::{Case, CaseId, LOCAL, PersonId, Place};
use crate::store::{Reader, StoreError};

#[derive(Deserialize)]
pub struct As {
    r#as: String,
}

/// How often "what I owe" is announced at most.
const MINE_EVERY: Duration = Duration::from_millis(250);
/// Of how many restricted cases it is remembered how they were.
const RESTRICTED: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// How many changes a page may be behind before it is told to look at everything again.
const BEHIND_AT_MOST: usize = 1024;

/// A change, and who may hear of it.
#[derive(Clone)]
struct Announced {
    what: What,
    to: Listeners,
}

#[derive(Clone)]
enum What {
    /// Messages of a channel or of direct messages, as the room calls it; `last`: the entry that changed them last.
    Messages { channel: String, last: i64 },
    /// A case: what somebody owes, and what stands in lists.
    Case,
    /// More than can be named.
    Unknown,
}

/// Where pages hear of changes.
#[derive(Clone)]
pub struct Announcer(broadcast::Sender<Announced>);

impl Announcer {
    /// Announces what the desk changes, until the desk ends.
    pub fn start(desk: DeskHandle, reader: Reader) -> Announcer {
        let announcer = Announcer(broadcast::Sender::new(BEHIND_AT_MOST));
        let announcing = announcer.clone();
        tokio::spawn(async move {
            let mut restricted = LruCache::new(RESTRICTED);
            let (mut changes, mut commits) = (desk.changes(), desk.watch());
            let ended = commits.wait_for(|_| false);
            tokio::pin!(ended);
            loop {
                let first = tokio::select! {
                    first = changes.recv() => first.map(Some),
                    _ = &mut ended => return,
                };
                let Ok(first) = first.or_else(|error| match error {
                    RecvError::Lagged(_) => Ok(None),
                    RecvError::Closed => Err(()),
                }) else {
                    return;
                };
                announcing.announce(first, &mut changes, &mut restricted, &desk, &reader).await;
            }
        });
        announcer
    }

    /// Announces what came and what came with it, each lane and each case once. `None`: it came too fast to be named.
    async fn announce(
        &self,
        first: Option<Changed>,
        changes: &mut broadcast::Receiver<Changed>,
        restricted: &mut LruCache<CaseId, Arc<Case>>,
        desk: &DeskHandle,
        reader: &Reader,
    ) {
        let (mut lanes, mut cases) = (HashMap::new(), HashSet::new());
        let mut next = first;
        loop {
            match next {
                Some(Changed::Messages { lane, last }) => drop(lanes.insert(lane, last)),
                Some(Changed::Case(id)) => drop(cases.insert(id)),
                None => self.send(What::Unknown, Listeners::Everybody),
            }
            next = match changes.try_recv() {
                Ok(changed) => Some(changed),
                Err(TryRecvError::Lagged(_)) => None,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            };
        }
        if self.0.receiver_count() == 0 {
            return;
        }
        let announced = async {
            for (lane, last) in lanes {
                // The room is one platform; what is said on another is shown there.
                if lane.platform.as_str() != LOCAL {
                    continue;
                }
                let to = Listeners::in_lane(&lane, desk, reader).await?;
                let channel = match lane.place {
                    Place::Channel(id) => id,
                    Place::Direct(person) => format!("@{person}"),
                };
                self.send(What::Messages { channel, last }, to);
            }
            for id in cases {
                let Some(case) = reader.case(id).await?.map(Arc::new) else { continue };
                // Who may not see it any more is told as well: it goes from their page.
                if case.restricted
                    && let Some(before) = restricted.put(id, case.clone())
                {
                    self.send(What::Case, Listeners::Of(before));
                }
                self.send(What::Case, Listeners::Of(case));
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = announced.await {
            tracing::warn!(%error, "who may hear of a change can't be read; every page looks again");
            self.send(What::Unknown, Listeners::Everybody);
        }
    }

    fn send(&self, what: What, to: Listeners) {
        // It fails when no page is open, and then nobody has to be told.
        let _no_page = self.0.send(Announced { what, to });
    }
}

pub async fn events(
    State(app): State<App>,
    Query(who): Query<As>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let who = room::speaker(&app, &who.r#as)?;
    let Some(share) = app.streams.begin(&who.id) else {
        let sentence = format!("{} pages are open as {} already; close one.", super::STREAMS_OF_ONE, who.name);
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams", sentence));
    };
    let (send, mut receive) = tokio::sync::mpsc::channel::<Event>(64);
    tokio::spawn(async move {
        let _share = share;
        let person = PersonId::from(who.id.as_str());
        let desk = app.reception.desk.clone();
        let mut changes = app.announcer.0.subscribe();
        let mut commits = desk.watch();
        let mut moved = desk.clock.moved();
        let mut shown = desk.shown();
        // Set while "what I owe" may have changed and hasn't been announced.
        let mut mine: Option<Instant> = None;
        loop {
            let events = tokio::select! {
                announced = changes.recv() => match announced {
                    Ok(Announced { to, .. }) if !to.include(&person, &desk) => continue,
                    Ok(Announced { what: What::Messages { channel, last }, .. }) => {
                        vec![event("changed", &json!({ "channel": channel, "last": last }))]
                    }
                    Ok(Announced { what: What::Case, .. }) => {
                        mine.get_or_insert_with(|| Instant::now() + MINE_EVERY);
                        continue;
                    }
                    // Too much at once to name: the page looks at everything again.
                    Ok(Announced { what: What::Unknown, .. }) | Err(RecvError::Lagged(_)) => {
                        vec![event("resync", &json!({}))]
                    }
                    Err(RecvError::Closed) => return,
                },
                changed = commits.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let before = std::mem::replace(&mut shown, commits.borrow_and_update().clone());
                    // Who stands in for whom, and who has which role.
                    if !Arc::ptr_eq(&before.bot, &shown.bot) {
                        mine.get_or_insert_with(|| Instant::now() + MINE_EVERY);
                    }
                    let mut events = Vec::new();
                    if before.policy.hash != shown.policy.hash {
                        events.push(event("policy", &json!({})));
                    }
                    // Elsewhere nobody is told when the next wake is: it may be a restricted case's.
                    if desk.clock.mode() == Mode::Manual && before.next_wake != shown.next_wake {
                        events.push(event("clock", &room::clock_now(&app)));
                    }
                    events
                },
                () = until(mine) => {
                    mine = None;
                    vec![event("mine", &json!({}))]
                },
                changed = moved.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    vec![event("clock", &room::clock_now(&app))]
                },
                () = send.closed() => return,
            };
            for event in events {
                if send.send(event).await.is_err() {
                    return;
                }
            }
        }
    });
    let stream = futures_util::stream::poll_fn(move |context| receive.poll_recv(context).map(|event| event.map(Ok)));
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))))
}

fn event(name: &str, data: &serde_json::Value) -> Event {
    Event::default().event(name).data(data.to_string())
}

/// Waits for a moment; without one, for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
