//! Answers made small for a slow line, where whoever asks can read them so.

use std::io::Write as _;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

/// Smaller bodies fit in one packet as they are.
const AT_LEAST: u64 = 1_024;

/// Compresses texts whose length is known: pages, scripts, JSON. Events go out one by one as they happen, and files from people as
/// they are.
pub(super) async fn squeeze(request: Request, next: Next) -> Response {
    let takes_it = takes_gzip(request.headers());
    let response = next.run(request).await;
    if !is_text(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !takes_it || body.size_hint().exact().is_none_or(|length| length < AT_LEAST) {
        return Response::from_parts(parts, body);
    }
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let whole = bytes.clone();
    let squeezed = tokio::task::spawn_blocking(move || {
        let mut encoder = GzEncoder::new(Vec::with_capacity(whole.len() / 3), Compression::default());
        encoder.write_all(&whole).and_then(|()| encoder.finish())
    });
    match squeezed.await {
        Ok(Ok(squeezed)) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(squeezed))
        }
        // Nothing is wrong with it as it is.
        Ok(Err(_)) | Err(_) => Response::from_parts(parts, Body::from(bytes)),
    }
}

/// By RFC 9110 §12.5.3, as far as it names gzip itself: `*` isn't what browsers send.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let listed = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let refused = weight.trim().trim_start_matches("q=").parse().is_ok_and(|weight: f32| weight == 0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    matches!(kind, "application/json" | "text/html" | "text/css" | "text/javascript")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whoever_names_it_and_doesnt_refuse_it() {
        let table = [
            (None, false),
            (Some("gzip"), true),
            (Some("br, GZIP;q=0.5"), true),
            (Some("gzip;q=0"), false),
            (Some("gzip; q=0.0, br"), false),
            (Some("identity"), false),
            (Some("x-gzip"), false),
        ];
        for (sent, taken) in table {
            let mut headers = HeaderMap::new();
            if let Some(sent) = sent {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(sent));
            }
            assert_eq!(takes_gzip(&headers), taken, "{sent:?}");
        }
    }
}
