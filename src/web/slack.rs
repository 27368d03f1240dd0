//! Where Slack calls the bot in HTTP mode: `POST /slack/events`, `/slack/commands` and `/slack/interactions`; a further
//! workspace's platform stands in the place of `slack`. The signature is checked in [`Intake`], so nothing here is guarded by
//! where a request came from.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Failure;
use crate::chat::slack::{Intake, Kind, is_ssl_check};
use crate::domain::Platform;

/// Larger than anything that Slack sends.
const BODY_AT_MOST: usize = 2 * 1024 * 1024;

/// A listener's share for one workspace.
pub fn router(platform: &Platform, intake: Intake) -> Router {
    Router::new()
        .route(&format!("/{platform}/{{kind}}"), get(looked_at).post(receive))
        .layer(DefaultBodyLimit::max(BODY_AT_MOST))
        .with_state(intake)
}

/// Slack looks at the certificate of an address with `GET …?ssl_check=1`.
async fn looked_at(RawQuery(query): RawQuery) -> StatusCode {
    match is_ssl_check(query.as_deref().unwrap_or_default()) {
        true => StatusCode::OK,
        false => StatusCode::METHOD_NOT_ALLOWED,
    }
}

async fn receive(State(intake): State<Intake>, Path(kind): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = match kind.as_str() {
        "events" => Some(Kind::Events),
        "commands" => Some(Kind::Commands),
        "interactions" => Some(Kind::Interactions),
        _ => None,
    };
    let Some(kind) = kind else {
        return Failure::not_found("not_found", "there is nothing at this address.").into_response();
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let reply = intake.receive(kind, header, &body).await;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type))], reply.body).into_response()
}
