//! The local room's HTTP API, which its page uses and which lets scripts be people: its routes, its page, and who may look
//! where. [`speaking`] and [`looking`] answer.

mod gzip;
mod looking;
mod searching;
mod speaking;

use axum::Json;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::{App, Failure, UPLOAD_AT_MOST, stream};
use crate::answers::audience::Listeners;
use crate::domain::{LOCAL, Lane, PersonId, Place, Platform, text};
use crate::grammar;
use crate::ledger::heard::Account;
use crate::store::MessageRead;

pub(super) use looking::clock_now;

static PAGE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/room");

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/", get(index))
        .route("/room/assets/{file}", get(asset))
        .route("/room/api/events", get(stream::events))
        .merge(looking::routes())
        .merge(searching::routes())
        .merge(speaking::routes())
        .layer(axum::middleware::from_fn(gzip::squeeze))
}

async fn index(headers: HeaderMap) -> Response {
    page_file("index.html", &headers)
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    page_file(&file, &headers)
}

/// A file of the page. A browser keeps it and asks each time whether it is still the same: after an upgrade the page is of one
/// version.
fn page_file(name: &str, asked: &HeaderMap) -> Response {
    let Some(file) = PAGE.get_file(name) else {
        return Failure::not_found("no_such_file", "the page has no such file.").into_response();
    };
    let kind = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    // A weak one: what is compressed on its way is the same file.
    let tag = format!("W/\"{}\"", &hex::encode(Sha256::digest(file.contents()))[..24]);
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|it| it.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| known.trim() == tag);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::ETAG, HeaderValue::from_str(&tag).expect("a tag is hexadecimal between quotation marks")),
    ];
    match is_known {
        true => (StatusCode::NOT_MODIFIED, headers).into_response(),
        false => (headers, file.contents()).into_response(),
    }
}

/// JSON bodies with errors in the room's own form.
struct Body<T>(T);

impl<T: serde::de::DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "send JSON, with `Content-Type: application/json`.",
            )),
            Err(JsonRejection::BytesRejection(error)) => {
                Err(Failure::new(error.status(), "too_large", "that is too large; put it into a file."))
            }
            Err(error) => Err(Failure::bad("malformed", format!("the body can't be read: {}", error.body_text()))),
        }
    }
}

/// The persona that speaks. The room is for the people of the policy.
pub(super) fn speaker(app: &App, name: &str) -> Result<Account, Failure> {
    let policy = app.reception.desk.shown().policy;
    let Some(person) = policy.people.get(name) else {
        let near = text::nearest(name, policy.people.keys().map(PersonId::as_str));
        let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
        return Err(Failure::bad(
            "unknown_person",
            format!("there is nobody called {} in the policy.{near}", text::quoted(&grammar::clean::line(name))),
        ));
    };
    Ok(Account::member(name, &person.name))
}

/// The lane of a channel, if the persona may look into it.
async fn lane(app: &App, who: &Account, channel: &str) -> Result<Lane, Failure> {
    let platform = Platform::from(LOCAL);
    let place = match channel.strip_prefix('@') {
        Some(person) => Place::Direct(person.to_owned()),
        None => Place::Channel(channel.to_owned()),
    };
    let lane = Lane { platform, place };
    require_access(app, who, &lane).await?;
    Ok(lane)
}

/// The same answer for a channel that isn't there and for one that the persona may not see.
async fn require_access(app: &App, who: &Account, lane: &Lane) -> Result<(), Failure> {
    let desk = &app.reception.desk;
    let person = PersonId::from(who.id.as_str());
    if Listeners::in_lane(lane, desk, &app.reader).await?.include(&person, desk) {
        return Ok(());
    }
    let name = match &lane.place {
        Place::Direct(person) => format!("@{person}"),
        Place::Channel(id) => format!("#{id}"),
    };
    Err(Failure::not_found(
        "unknown_channel",
        format!("there is no channel {} here for you.", grammar::clean::line(&name)),
    ))
}

/// A message that stands where the persona may not look doesn't stand there for them.
async fn visible(app: &App, who: &Account, found: Option<MessageRead>) -> Result<Option<MessageRead>, Failure> {
    let Some(message) = found else { return Ok(None) };
    match require_access(app, who, &message.lane).await {
        Ok(()) => Ok(Some(message)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn no_such_message() -> Failure {
    Failure::not_found("unknown_message", "there is no such message.")
}
