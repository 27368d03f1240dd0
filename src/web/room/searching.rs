//! The page on which people search what is kept: a form and its answer, made here, so that it needs no script. What is found, and for
//! whom, [`Answers`](crate::answers::Answers) says; each search is recorded before its answer is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::looking::percent;
use super::{App, Failure, speaker};
use crate::answers::search::{Found, reading};
use crate::card::{SearchGroup, SearchHit, wall};
use crate::domain::place::CaseStands;
use crate::domain::text::in_html;
use crate::domain::{At, CaseId, LOCAL, PersonId, Platform, Policy};
use crate::grammar::{Search, clean, moment};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/search", get(page))
}

/// As a form sends it: whatever was left out is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    r#as: String,
    q: String,
    r#in: String,
    from: String,
    since: String,
    until: String,
    older: Option<u32>,
}

async fn page(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let policy = app.reception.desk.shown().policy;
    if wanted.r#as.is_empty() {
        return Ok(html(&policy, &wanted, ""));
    }
    let who = PersonId::from(speaker(&app, &wanted.r#as)?.id.as_str());
    let zone = policy.people.get(&who).map_or(chrono_tz::UTC, |person| person.zone);
    if wanted.q.trim().is_empty() {
        return Ok(html(&policy, &wanted, ""));
    }
    let asked = match asked(&wanted, &policy, zone) {
        Ok(asked) => asked,
        Err(sentence) => return Ok(html(&policy, &wanted, &said(&sentence))),
    };
    let shown = match app.reception.answers.search(&asked, &who).await? {
        Ok(found) => {
            app.reception.record_reading(reading(&asked, &found), who, None).await?;
            let cases: BTreeSet<CaseId> =
                found.groups.iter().filter_map(|group| group.case.as_ref()).map(|(id, _)| *id).collect();
            let stand = app.reception.answers.stand(&Platform::from(LOCAL), &cases).await?;
            let now = app.reception.desk.clock.now();
            results(&wanted, &found, &Reader { stand: &stand, r#as: &wanted.r#as, zone, now })
        }
        Err(refusal) => {
            if refusal.is_for_others() {
                let query = asked.words.clone();
                let refused = crate::domain::bot::readings::Event::SearchRefused { query };
                app.reception.record_reading(refused, who, None).await?;
            }
            said(&refusal.to_string())
        }
    };
    Ok(html(&policy, &wanted, &shown))
}

/// What the form asks for.
///
/// # Errors
/// A field that can't be read, in words for whoever filled it in.
fn asked(wanted: &Wanted, policy: &Policy, zone: Tz) -> Result<Search, String> {
    let day = |typed: &str| match typed.trim() {
        "" => Ok(None),
        typed => {
            let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().and_then(|day| moment::whole_day(day, zone));
            day.map(Some).ok_or_else(|| format!("{} is no day. Write it as 2026-11-23.", quoted(typed)))
        }
    };
    let case = match wanted.r#in.trim() {
        "" => None,
        typed => Some(typed.parse::<CaseId>().map_err(|not| format!("{not}."))?),
    };
    let from = match wanted.from.as_str() {
        "" => None,
        key if policy.people.contains_key(key) => Some(PersonId::from(key)),
        key => return Err(format!("There is nobody called {} in the policy.", quoted(key))),
    };
    Ok(Search {
        words: wanted.q.clone(),
        case,
        from,
        since: day(&wanted.since)?.map(|(first, _)| first),
        // The last day belongs to it.
        until: day(&wanted.until)?.map(|(_, next)| next),
        older: wanted.older,
    })
}

fn quoted(typed: &str) -> String {
    crate::domain::text::quoted(&clean::line(typed))
}

/// Who reads it, and where from there the cases are found.
struct Reader<'a> {
    stand: &'a BTreeMap<CaseId, CaseStands>,
    r#as: &'a str,
    zone: Tz,
    now: At,
}

fn results(wanted: &Wanted, found: &Found, reader: &Reader<'_>) -> String {
    let mut page = String::new();
    let count = found.count();
    let line = match (count, found.older) {
        (0, _) => format!("Nothing that you can see has {} in it.", quoted(&wanted.q)),
        (count, None) => format!("{count} found for {}.", quoted(&wanted.q)),
        (count, Some(_)) => format!("{count} found for {}, and there is more.", quoted(&wanted.q)),
    };
    page.push_str(&said(&line));
    if found.missing > 0 {
        page.push_str(&said(&format!(
            "{} entries can’t be found yet: the index is being made. Ask again in a minute.",
            found.missing
        )));
    }
    for group in &found.groups {
        group_of(&mut page, group, reader);
    }
    if let Some(older) = found.older {
        let query = [
            ("as", wanted.r#as.as_str()),
            ("q", &wanted.q),
            ("in", &wanted.r#in),
            ("from", &wanted.from),
            ("since", &wanted.since),
            ("until", &wanted.until),
        ];
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let href = format!("/search?{}&older={older}", query.join("&"));
        let _ = write!(
            page,
            "<p class=\"older\"><a class=\"button\" rel=\"next\" href=\"{}\">Older ones</a></p>",
            in_html(&href)
        );
    }
    page
}

fn group_of(page: &mut String, group: &SearchGroup, reader: &Reader<'_>) {
    page.push_str("<section class=\"group\"><h2>");
    match &group.case {
        Some((id, title)) => {
            let name = in_html(&id.to_string());
            let title = in_html(&clean::line(title));
            match reader.stand.get(id).and_then(|(lane, _)| lane.as_channel()) {
                Some(channel) => {
                    let href = format!("/?as={}&channel={}", percent(reader.r#as), percent(&channel.id));
                    let _ = write!(page, "<a href=\"{}\">{name}</a> <bdi>{title}</bdi>", in_html(&href));
                }
                None => {
                    let _ = write!(page, "{name} <bdi>{title}</bdi>");
                }
            }
        }
        None => page.push_str("Of no case"),
    }
    page.push_str("</h2><ol>");
    for hit in &group.hits {
        hit_of(page, hit, reader);
    }
    page.push_str("</ol></section>");
}

fn hit_of(page: &mut String, hit: &SearchHit, reader: &Reader<'_>) {
    let at = hit.at.utc().map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)).unwrap_or_default();
    let _ = write!(
        page,
        "<li data-testid=\"hit\"><p class=\"where\"><time datetime=\"{at}\">{}</time>",
        in_html(&wall(hit.at, reader.zone, reader.now))
    );
    if let Some(by) = &hit.by {
        let _ = write!(page, " · <bdi>{}</bdi>", in_html(&clean::line(by)));
    }
    if let Some(place) = &hit.place {
        let _ = write!(page, " · {}", in_html(&clean::line(place)));
    }
    if let Some(kind) = &hit.kind {
        let _ = write!(page, " · <code>{}</code>", in_html(kind));
    }
    if let Some(since) = &hit.since {
        let _ = write!(page, " · <strong class=\"since\">{} since</strong>", in_html(since));
    }
    page.push_str("</p><blockquote dir=\"auto\">");
    for (text, is_hit) in &hit.pieces {
        let text = in_html(&clean::lines(text));
        let _ = if *is_hit { write!(page, "<mark>{text}</mark>") } else { write!(page, "{text}") };
    }
    page.push_str("</blockquote></li>");
}

fn said(sentence: &str) -> String {
    format!("<p class=\"said\" role=\"status\">{}</p>", in_html(sentence))
}

fn html(policy: &Policy, wanted: &Wanted, answer: &str) -> Response {
    let people = |chosen: &str, anybody: Option<&str>| {
        let mut options = anybody.map_or_else(String::new, |word| format!("<option value=\"\">{word}</option>"));
        for (id, person) in &policy.people {
            let selected = if id.as_str() == chosen { " selected" } else { "" };
            let (id, name) = (in_html(id.as_str()), in_html(&clean::line(&person.name)));
            let _ = write!(options, "<option value=\"{id}\"{selected}>{name}</option>");
        }
        options
    };
    let room = match wanted.r#as.as_str() {
        "" => "/".to_owned(),
        who => format!("/?as={}", percent(who)),
    };
    let field = |name: &str, label: &str, kind: &str, value: &str, more: &str| {
        format!(
            "<label><span>{label}</span><input type=\"{kind}\" name=\"{name}\" value=\"{}\" {more}></label>",
            in_html(value)
        )
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}Search · Countersign</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/room/assets/room.css\">\n<link rel=\"stylesheet\" href=\"/room/assets/search.css\">\n\
         <script src=\"/room/assets/theme.js\"></script>\n</head>\n<body class=\"searching\">\n<main>\n\
         <header><h1>Search what is kept</h1><a href=\"{room}\">Back to the room</a></header>\n\
         <form action=\"/search\" method=\"get\" role=\"search\">{words}\
         <div class=\"narrow\"><label><span>As</span><select name=\"as\" required>{speakers}</select></label>{case}\
         <label><span>Said by</span><select name=\"from\">{from}</select></label>{since}{until}</div>\
         <button class=\"button primary\" type=\"submit\">Search</button></form>\n\
         <p class=\"quiet\">What you see here is what you may see anyway: messages, and what was typed for cases. \
         <code>drift*</code> is every word that begins so. Each search is recorded, with who searched and how many were found.</p>\n\
         {answer}\n</main>\n</body>\n</html>\n",
        title = if wanted.q.is_empty() { String::new() } else { format!("{} · ", in_html(&clean::line(&wanted.q))) },
        room = in_html(&room),
        words = field("q", "Words", "search", &wanted.q, "autofocus required maxlength=\"200\" autocomplete=\"off\""),
        speakers = people(&wanted.r#as, None),
        case = field("in", "In which case", "text", &wanted.r#in, "placeholder=\"INC-1\" autocomplete=\"off\""),
        from = people(&wanted.from, Some("anybody")),
        since = field("since", "Since", "date", &wanted.since, ""),
        until = field("until", "Until", "date", &wanted.until, ""),
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "private, no-store")], page)
        .into_response()
}
