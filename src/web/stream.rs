//! What changes, told to a page as it happens (server-sent events): lanes with new messages, the clock, what I owe.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::{App, Failure, room};
use crate::chat::{Lane, Spot, local};
use crate::desk::Changed;

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
    let (send, mut receive) = tokio::sync::mpsc::channel::<Event>(64);
    tokio::spawn(async move {
        let desk = app.reception.desk.clone();
        let mut changes = desk.changes();
        let mut commits = desk.watch();
        let mut policy = desk.shown().policy.digest.clone();
        let mut clock = serde_json::Value::Null;
        loop {
            let event = tokio::select! {
                changed = changes.recv() => match changed {
                    Ok(Changed { lane, last }) => {
                        let Ok(lane) = lane.parse::<Lane>() else { continue };
                        if lane.platform.as_str() != local::PLATFORM || room::require_access(&app, &who, &lane).await.is_err() {
                            continue;
                        }
                        let channel = match &lane.place {
                            Spot::Channel(id) => id.clone(),
                            Spot::Direct(person) => format!("@{person}"),
                        };
                        json_event("changed", &json!({ "channel": channel, "last": last }))
                    }
                    // Too much at once to name: the page looks at everything again.
                    Err(RecvError::Lagged(_)) => json_event("resync", &json!({})),
                    Err(RecvError::Closed) => return,
                },
                changed = commits.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let now = desk.shown().policy.digest.clone();
                    if now != policy {
                        policy = now;
                        if send.send(json_event("policy", &json!({}))).await.is_err() {
                            return;
                        }
                    }
                    tokio::time::sleep(MINE_EVERY).await;
                    commits.mark_unchanged();
                    json_event("mine", &json!({}))
                },
                () = desk.clock.wait_until(None) => json_event("clock", &room::clock_now(&app)),
                () = send.closed() => return,
            };
            if send.send(event).await.is_err() {
                return;
            }
            let now = room::clock_now(&app);
            if now["next_wake_us"] != clock["next_wake_us"] {
                clock = now;
                if send.send(json_event("clock", &clock)).await.is_err() {
                    return;
                }
            }
        }
    });
    let stream = futures_util::stream::poll_fn(move |context| receive.poll_recv(context).map(|event| event.map(Ok)));
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))))
}

fn json_event(name: &str, data: &serde_json::Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
