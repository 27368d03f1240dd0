//! Bundles that were made for somebody. An address is as secret as a password, and leads somewhere once.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::io::AsyncReadExt as _;

use super::{App, Failure};
use crate::evidence::exports;

/// How much of a bundle is in memory at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// `HEAD /evidence/{secret}.zip`. Whoever only looks, as programs do that check links, takes nothing away.
pub(super) async fn look() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// `GET /evidence/{secret}.zip`
pub(super) async fn fetch(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Failure> {
    let nothing = || Failure::not_found("not_found", "there is nothing at this address, or not any more.");
    let is_secret = |it: &&str| it.len() == 64 && it.bytes().all(|byte| byte.is_ascii_hexdigit());
    let secret = file.strip_suffix(".zip").filter(is_secret).ok_or_else(nothing)?.to_owned();
    let data = app.data.clone();
    let taken = tokio::task::spawn_blocking(move || exports::take(&data, &secret)).await;
    let bundle = taken.map_err(|_| nothing())?.map_err(|_| nothing())?;
    let length = bundle.metadata().map_err(|_| nothing())?.len();
    let pieces = stream::try_unfold(tokio::fs::File::from_std(bundle), |mut bundle| async move {
        let mut piece = vec![0; PIECE];
        let read = bundle.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, bundle)))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"evidence.zip\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
