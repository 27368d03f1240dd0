//! The answer to a call that its receiver took with 202, at the address that was given with it. The address is a secret of 128 bits
//! made for this one call, so it isn't guarded by where the answer comes from; it counts once. What names no outcome is no answer.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{App, Failure};
use crate::domain::{Called, CaseId};
use crate::webhook::caller::token;
use crate::webhook::send::Answer;

/// `POST /webhook/RBK-1/2/1/{token}`
pub(super) async fn answered(
    State(app): State<App>,
    Path((case, number, round, given)): Path<(String, u32, u32, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let nothing = || Failure::not_found("not_found", "there is nothing at this address.");
    let case: CaseId = case.parse().map_err(|_| nothing())?;
    let desk = &app.reception.desk;
    if !is_same(&token(&desk.causes, case, number, round), &given) {
        return Err(nothing());
    }
    let no_outcome = || {
        let write =
            r#"send `{"outcome": "done"}` or `{"outcome": "blocked", "note": "why"}` as JSON: nothing is recorded."#;
        Failure::new(StatusCode::BAD_REQUEST, "no_outcome", write.to_owned())
    };
    let called = match Answer::said(&body).ok_or_else(no_outcome)? {
        Answer::Done(text) => Called::Done { text },
        Answer::Blocked(text) => Called::Blocked { text },
    };
    let command = case.kind.called(number, round, &called).ok_or_else(nothing)?;
    match desk.called(case, command).await? {
        Ok(()) => Ok(axum::Json(json!({ "recorded": true })).into_response()),
        Err(refusal) => Err(Failure::new(StatusCode::CONFLICT, "not_waited_for", refusal.to_string())),
    }
}

/// Takes the same time wherever they differ.
fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one.bytes().zip(other.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}
