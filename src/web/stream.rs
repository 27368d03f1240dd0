//! What changes, told to a page as it happens (server-sent events): lanes with new messages, the clock, what I owe.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::{App, Failure, room};
use crate::desk::Changed;
use crate::domain::{LOCAL, Place};

#[derive(Deserialize)]
pub struct As {
    r#as: String,
}

/// How often "what I owe" is announced at most.
const MINE_EVERY: Duration = Duration::from_millis(250);

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
        let desk = app.reception.desk.clone();
        let mut changes = desk.changes();
        let mut commits = desk.watch();
        let mut moved = desk.clock.moved();
        let mut policy = desk.shown().policy.hash.clone();
        let mut wake = desk.shown().next_wake;
        // Set while "what I owe" may have changed and hasn't been announced.
        let mut mine: Option<Instant> = None;
        loop {
            let events = tokio::select! {
                changed = changes.recv() => match changed {
                    Ok(Changed { lane, last }) => {
                        if lane.platform.as_str() != LOCAL || room::require_access(&app, &who, &lane).await.is_err() {
                            continue;
                        }
                        let channel = match &lane.place {
                            Place::Channel(id) => id.clone(),
                            Place::Direct(person) => format!("@{person}"),
                        };
                        vec![event("changed", &json!({ "channel": channel, "last": last }))]
                    }
                    // Too much at once to name: the page looks at everything again.
                    Err(RecvError::Lagged(_)) => vec![event("resync", &json!({}))],
                    Err(RecvError::Closed) => return,
                },
                changed = commits.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    mine.get_or_insert_with(|| Instant::now() + MINE_EVERY);
                    let shown = commits.borrow_and_update().clone();
                    let mut events = Vec::new();
                    if std::mem::replace(&mut policy, shown.policy.hash.clone()) != shown.policy.hash {
                        events.push(event("policy", &json!({})));
                    }
                    if std::mem::replace(&mut wake, shown.next_wake) != shown.next_wake {
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
