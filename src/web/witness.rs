//! Where other logs have their heads cosigned (c2sp.org/tlog-witness): `POST /witness/add-checkpoint`, and `GET
//! /witness/{SHA-256 of the log's name}/checkpoint` for what was cosigned last. Nobody signs in: who may is whoever signed the head.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::{App, Settled};
use crate::domain::bot::heads::Command as Seen;
use crate::domain::{Actor, BotCommand};
use crate::seal::BODY_MAX;
use crate::witness::ask::seconds_now;
use crate::witness::kept::{AddError, Added};

const TEXT: &str = "text/plain; charset=utf-8";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/witness/add-checkpoint", post(add))
        .route("/witness/{log}/checkpoint", get(last))
        // What is larger is read so far that it can be told as the standard has it.
        .layer(DefaultBodyLimit::max(BODY_MAX + 1))
}

async fn add(State(app): State<App>, body: Bytes) -> Response {
    let (kept, policy) = (app.cosigned.clone(), app.reception.desk.shown().policy);
    // It waits for the disk.
    let added = tokio::task::spawn_blocking(move || kept.add(&policy.witnessing, &body, seconds_now())).await;
    let added = match added {
        Ok(added) => added,
        Err(error) => return fault(&error),
    };
    tell(&app, &added);
    match added.outcome {
        Ok(line) => settled(StatusCode::OK, TEXT, line),
        Err(AddError::NotCosigned(refused)) => {
            let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
            settled(status, refused.content_type(), refused.body())
        }
        Err(error @ AddError::TooMany) => {
            let mut response = settled(StatusCode::TOO_MANY_REQUESTS, TEXT, format!("{error}\n"));
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("60"));
            response
        }
        Err(error @ (AddError::Broken(_) | AddError::Folder(_) | AddError::NoKey)) => fault(&error),
    }
}

/// What was cosigned last of a log.
async fn last(State(app): State<App>, Path(log): Path<String>) -> Response {
    let (kept, policy) = (app.cosigned.clone(), app.reception.desk.shown().policy);
    match tokio::task::spawn_blocking(move || kept.last(&policy.witnessing, &log)).await {
        Ok(Ok(Some(note))) => settled(StatusCode::OK, TEXT, note),
        Ok(Ok(None)) => settled(StatusCode::NOT_FOUND, TEXT, "no head of this log was cosigned here\n".to_owned()),
        Ok(Err(error)) => fault(&error),
        Err(error) => fault(&error),
    }
}

/// Tells of a log that went astray, and that it is back. The answer doesn't wait for it.
fn tell(app: &App, added: &Added) {
    let (Some(log), Some(size)) = (added.log.clone(), added.size) else { return };
    let seen = match &added.outcome {
        Ok(_) => Seen::LogCosigned { log, size },
        Err(_) if added.is_split() => Seen::LogSplit { log, size, seen: added.had },
        Err(_) if added.went_back() => Seen::LogWentBack { log, size, seen: added.had },
        Err(_) => return,
    };
    let desk = app.reception.desk.clone();
    if !desk.shown().bot.heads.is_news(&seen, desk.clock.now()) {
        return;
    }
    tokio::spawn(async move {
        match desk.ask_bot(BotCommand::Heads(seen), Actor::Engine, None).await {
            Ok(_) => {}
            Err(fault) => tracing::error!(%fault, "what was seen of a log that is cosigned for could not be recorded"),
        }
    });
}

fn settled(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    response.extensions_mut().insert(Settled);
    response
}

fn fault(error: &dyn std::fmt::Display) -> Response {
    let reference = crate::desk::reference();
    tracing::error!(%reference, %error, "a head could not be cosigned");
    settled(StatusCode::INTERNAL_SERVER_ERROR, TEXT, format!("something went wrong here. Reference {reference}.\n"))
}
