//! The bot's own listener: the local room, its API, people's calendars, bundles that wait to be fetched, machines' answers to calls, heads of other logs to be cosigned, and health. What it serves to whom is decided in [`guard`].

mod calendar;
mod evidence;
pub mod guard;
pub mod listener;
mod room;
#[cfg(feature = "slack")]
pub mod slack;
mod stream;
mod webhook;
mod witness;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use crate::app::health::Health;
use crate::blobs::Blobs;
use crate::chat::quota::{Amounts, UnderWay};
use crate::chat::reception::Reception;
use crate::store::Reader;
use crate::witness::kept::Kept;

pub use guard::Guard;
pub use stream::Announcer;

/// How many event streams one person has at a time: a page opens one in each of its tabs.
pub const STREAMS_OF_ONE: u32 = 20;
/// The largest file that the room takes, in bytes.
pub const UPLOAD_AT_MOST: usize = 25 * 1024 * 1024;

#[derive(Clone)]
pub struct App {
    pub reception: Reception,
    pub reader: Reader,
    /// The data folder.
    pub data: Arc<Path>,
    /// Where files that came with messages lie.
    pub blobs: Blobs,
    /// What this bot cosigned last of other logs.
    pub cosigned: Arc<Kept>,
    pub health: Health,
    /// Event streams that are open, by person.
    pub streams: Arc<UnderWay>,
    pub announcer: Announcer,
    /// What each person has brought within the last minute.
    pub amounts: Arc<Amounts>,
}

/// The whole listener; `called`: what platforms call, and nobody's browser. Who may is decided there.
pub fn router(app: App, guard: Guard, called: Router) -> Router {
    let room = room::router().layer(axum::middleware::from_fn_with_state(Arc::new(guard), guard::check));
    Router::new()
        .route("/healthz", get(healthz))
        .route("/calendar/{file}", get(calendar::feed))
        .route("/evidence/{file}", get(evidence::fetch).head(evidence::look))
        .route("/webhook/{case}/{number}/{round}/{token}", post(webhook::answered))
        .merge(witness::routes())
        .merge(room)
        .with_state(app)
        .merge(called)
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .layer(axum::middleware::map_response(in_our_form))
}

/// A listener apart from the room, where other logs have their heads cosigned.
pub fn witness_router(app: App) -> Router {
    witness::routes().with_state(app).layer(axum::middleware::map_response(in_our_form))
}

/// What the framework turns down by itself (no such path, another method, a query or upload that can't be read) is turned
/// down in the room's own form too.
async fn in_our_form(response: Response) -> Response {
    let status = response.status();
    let is_json = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/json");
    let failed = status.is_client_error() || status.is_server_error();
    // Where a standard says what an answer looks like.
    let is_settled = response.extensions().get::<Settled>().is_some();
    if !failed || is_settled || response.headers().get(header::CONTENT_TYPE).is_some_and(is_json) {
        return response;
    }
    let (code, sentence) = match status {
        StatusCode::NOT_FOUND => ("not_found", "there is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this address takes another method."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "that is too large; put it into a file."),
        status if status.is_server_error() => ("fault", "something went wrong here. Try again in a moment."),
        _ => ("malformed", "the request can't be read; the README shows what this address takes."),
    };
    let mut told = Failure::new(status, code, sentence).into_response();
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            told.headers_mut().insert(name.clone(), value.clone());
        }
    }
    told
}

/// An answer that is what it is: another program reads it by a standard.
#[derive(Clone, Copy)]
struct Settled;

/// 200 once the bot is ready and not behind; 503 with the reason otherwise. Says nothing that an outsider could use.
async fn healthz(State(app): State<App>) -> Response {
    let report = app.health.look().await;
    let status = if report.is_well() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let platforms: serde_json::Map<String, serde_json::Value> =
        report.links.iter().map(|(platform, link)| (platform.to_string(), json!({ "up": link.up }))).collect();
    let witnesses: serde_json::Map<String, serde_json::Value> = report
        .witnesses
        .iter()
        .map(|(id, standing)| {
            let age = standing.last.map(|(_, at)| (report.now - at).0);
            let size = standing.last.map(|(size, _)| size);
            (id.to_string(), json!({ "size": size, "age_us": age, "well": standing.trouble.is_none() }))
        })
        .collect();
    let body = json!({
        "ready": true,
        "well": report.is_well(),
        "oldest_wake_late_us": report.oldest_wake_late.map(|it| it.0),
        "oldest_notice_late_us": report.oldest_notice_late.map(|it| it.0),
        "last_commit_failed": report.trouble.is_some(),
        "head_not_signed": report.unsigned.is_some(),
        "clock_behind_us": report.clock_behind.map(|it| it.0),
        "platforms": platforms,
        "witnesses": witnesses,
    });
    (status, axum::Json(body)).into_response()
}

/// What went wrong, for scripts and for the page: a code and a sentence.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    sentence: String,
}

impl Failure {
    pub fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> Failure {
        Failure { status, code, sentence: sentence.into() }
    }
    pub fn bad(code: &'static str, sentence: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, code, sentence)
    }
    /// Not there, or not there for whoever asked.
    pub fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }
    pub fn not_found(code: &'static str, sentence: impl Into<String>) -> Failure {
        Failure::new(StatusCode::NOT_FOUND, code, sentence)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, axum::Json(json!({ "code": self.code, "sentence": self.sentence }))).into_response()
    }
}

impl From<crate::desk::Fault> for Failure {
    fn from(fault: crate::desk::Fault) -> Failure {
        Failure::new(StatusCode::SERVICE_UNAVAILABLE, "fault", format!("{fault} Try again in a moment."))
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Failure {
        let reference = crate::desk::reference();
        tracing::error!(%reference, %error, "the room could not read");
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "fault",
            format!("something went wrong here. Reference {reference}. Try again in a moment."),
        )
    }
}
