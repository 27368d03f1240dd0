//! Files: the address to upload to, the bytes, and private downloads that want the token.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Multipart, Path, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::faults::Harm;
use super::limits::list;
use super::web_api::{Refused, refuse};
use super::world::{BOT_USER, File, TEAM};
use super::{BOT_TOKEN, FakeSlack, State, word};

/// The bytes: as the body, or as a field of a form.
pub async fn take(Shared(fake): Shared<FakeSlack>, Path(id): Path<String>, request: Request) -> Response {
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let bytes = if kind.starts_with("multipart/form-data") {
        let Ok(mut form) = Multipart::from_request(request, &()).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        match form.next_field().await {
            Ok(Some(field)) => field.bytes().await.unwrap_or_default(),
            _ => Bytes::new(),
        }
    } else {
        Bytes::from_request(request, &()).await.unwrap_or_default()
    };
    let mut state = fake.state();
    let Some(file) = state.world.files.get_mut(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(announced) = file.announced.take() else { return (StatusCode::GONE, "already uploaded").into_response() };
    if announced != bytes.len() {
        file.announced = Some(announced);
        let what = format!("{id}: {} bytes were uploaded, {announced} were announced", bytes.len());
        state.violation(what);
        return (StatusCode::BAD_REQUEST, "length mismatch").into_response();
    }
    file.bytes = bytes.to_vec();
    format!("OK - {}", bytes.len()).into_response()
}

const SIGN_IN: &str = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body></body></html>";

/// Hurt under the name `download`. Without the token Slack shows its sign-in page, with 200: whoever only looks at the status keeps a page instead of a file.
pub async fn give(
    Shared(fake): Shared<FakeSlack>,
    Path((id, _name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let harm = fake.state().faults.next("download", None);
    match harm {
        Some(Harm::ServerError { status }) => {
            return StatusCode::from_u16(status).expect("a status").into_response();
        }
        Some(Harm::RateLimited { retry_after }) => {
            return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", retry_after.to_string())]).into_response();
        }
        Some(Harm::SilenceAfterEffect) => return std::future::pending().await,
        Some(Harm::Slow(by)) => tokio::time::sleep(by).await,
        Some(Harm::Error(_)) => return StatusCode::NOT_FOUND.into_response(),
        Some(Harm::Redirect(to)) => return (StatusCode::FOUND, [("location", to)]).into_response(),
        // Slack's network in front gives the sign-in page without its media type.
        Some(Harm::Html) => return ([("content-type", "application/octet-stream")], SIGN_IN).into_response(),
        _ => {}
    }
    let is_cut = matches!(harm, Some(Harm::Truncated));
    let state = fake.state();
    let token = headers.get("authorization").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let reads = state.scopes.contains("files:read");
    if token != format!("Bearer {BOT_TOKEN}") || !reads || state.token != super::TokenState::Good {
        return Html(SIGN_IN).into_response();
    }
    let id = id.strip_prefix(&format!("{TEAM}-")).unwrap_or(&id);
    match state.world.files.get(id) {
        Some(file) => {
            let length = if is_cut { file.bytes.len() / 2 } else { file.bytes.len() };
            ([("content-type", "application/octet-stream")], file.bytes[..length].to_vec()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl State {
    pub fn new_file(&mut self, user: &str, name: &str, announced: Option<usize>, bytes: &[u8]) -> String {
        let id = self.world.next_id("F");
        let file = File {
            id: id.clone(),
            name: name.to_owned(),
            title: name.to_owned(),
            user: user.to_owned(),
            created: self.world.now_s(),
            bytes: bytes.to_vec(),
            announced,
            channels: Vec::new(),
            complete: announced.is_none(),
        };
        self.world.files.insert(id.clone(), file);
        id
    }

    pub fn upload_url(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let length = args.get("length").and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
        let (Some(name), Some(length)) = (word(args, "filename"), length.filter(|length| *length > 0)) else {
            return refuse("invalid_arguments");
        };
        let id = self.new_file(BOT_USER, name, Some(length), &[]);
        Ok(json!({ "ok": true, "upload_url": format!("{}/upload/{id}", self.base), "file_id": id }))
    }

    pub fn complete_upload(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let ids: Vec<String> =
            list(&args["files"]).iter().filter_map(|file| Some(file["id"].as_str()?.to_owned())).collect();
        for id in &ids {
            let file = self.world.files.get(id);
            if file.is_none_or(|file| file.announced.is_some() || file.complete || file.user != BOT_USER) {
                return refuse("file_not_found");
            }
        }
        let channel = word(args, "channel_id").map(str::to_owned);
        if let Some(channel) = &channel {
            self.may_post(channel)?;
            if let Some(thread) = word(args, "thread_ts") {
                self.thread_root(channel, thread)?;
            }
        }
        for file in list(&args["files"]) {
            let kept = self.world.files.get_mut(file["id"].as_str().unwrap_or_default()).expect("looked up before");
            kept.complete = true;
            kept.channels.extend(channel.clone());
            if let Some(title) = file["title"].as_str() {
                kept.title = title.to_owned();
            }
        }
        if let Some(channel) = &channel {
            let text = word(args, "initial_comment").unwrap_or_default();
            let thread = word(args, "thread_ts").map(str::to_owned);
            self.share_files(BOT_USER, channel, &ids, text, thread);
        }
        let files: Vec<Value> = ids.iter().map(|id| self.world.file_json(id, &self.base)).collect();
        Ok(json!({ "ok": true, "files": files }))
    }
}
