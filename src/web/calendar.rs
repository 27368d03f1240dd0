//! People's calendars. An address is as secret as a password: 256 random bits, of which the bot keeps a hash. So it isn't guarded by
//! where a request comes from: calendars are fetched by whatever service their owner subscribes with.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::{App, Failure};

/// `GET /calendar/{secret}.ics`
pub(super) async fn feed(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Failure> {
    let nothing = || Failure::not_found("not_found", "there is nothing at this address.");
    let secret = file.strip_suffix(".ics").filter(|it| it.len() == 64).ok_or_else(nothing)?;
    let hash = hex::encode(Sha256::digest(secret));
    let calendar = app.reception.answers.calendar(&hash).await?.ok_or_else(nothing)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, calendar).into_response())
}
