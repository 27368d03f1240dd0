//! The small things that are written as text: spans, hours, dates, zones, channels, schedules, names. Each is read from
//! its text, or refused with a sentence and what to write instead.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::super::super::calendar::{Falls, Hours};
use super::super::super::mark::ERASED_SUBJECT;
use super::super::super::text::nearest;
use super::super::super::{CaseId, Platform, Severity, Span};
use super::super::{Channel, Group, is_key};
use super::finding::{quote, some_of};

/// What is wrong with a piece of text, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub what: String,
    pub write: Option<String>,
}

fn wrong<T>(what: String, write: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { what, write: Some(write.into()) })
}

/// No target of a policy is sensibly longer than this, and arithmetic on it is far from any edge.
const LONGEST: Span = Span::days(3_653);

/// `15m`, `2h`, `3d`, `1h30m`: units from large to small, each once.
pub(super) fn span(text: &str) -> Result<Span, Wrong> {
    const UNITS: [(char, Span); 5] = [
        ('w', Span::days(7)),
        ('d', Span::days(1)),
        ('h', Span::hours(1)),
        ('m', Span::minutes(1)),
        ('s', Span::seconds(1)),
    ];
    let parse = || {
        let mut sum = Span::ZERO;
        let mut rest = text;
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
            let letter = rest[digits..].chars().next()?;
            let (_, unit) = units.find(|(known, _)| *known == letter)?;
            let amount: i64 = rest[..digits].parse().ok()?;
            sum = sum + Span(unit.0.saturating_mul(amount));
            rest = &rest[digits + 1..];
        }
        (!text.is_empty()).then_some(sum)
    };
    match parse() {
        Some(span) if span > LONGEST => wrong(format!("{} is longer than ten years", quote(text)), "a shorter span"),
        Some(span) => Ok(span),
        None => wrong(format!("{} is not a span of time", quote(text)), meant_span(text)),
    }
}

/// `15 minutes` → “15m”. Only where the guess is a safe one.
fn meant_span(text: &str) -> String {
    let bare: String = text.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).collect();
    // `2h 30m`, and `PT2H30M` as ISO 8601 writes it.
    let iso = bare.strip_prefix('p').map_or_else(|| bare.clone(), |rest| rest.replacen('t', "", 1));
    if iso != text && !iso.is_empty() && span(&iso).is_ok() {
        return format!("“{iso}”");
    }
    // `1.5h`
    let unit = bare.chars().last().and_then(|unit| Some((unit, bare.strip_suffix(unit)?.replace(',', "."))));
    let tenths = unit.and_then(|(unit, number)| {
        let (whole, part) = number.split_once('.')?;
        let (whole, tenth): (i64, i64) = (whole.parse().ok()?, part.parse().ok().filter(|_| part.len() == 1)?);
        let minutes = match unit {
            'h' => 60,
            'd' => 24 * 60,
            _ => return None,
        };
        Some((whole.checked_mul(10)?.checked_add(tenth)?).checked_mul(minutes)? / 10)
    });
    if let Some(minutes) = tenths.filter(|minutes| (1..=1_000_000).contains(minutes)) {
        return format!("“{}”", written_span(Span::minutes(minutes)));
    }
    let digits = bare.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(bare.len());
    let (amount, unit) = bare.split_at(digits);
    let letter = match unit {
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "sec" | "secs" | "second" | "seconds" => "s",
        known @ ("m" | "h" | "d" | "w" | "s") => known,
        _ => return "a span such as “15m”, “2h”, “3d” or “1h30m”".to_string(),
    };
    match amount.is_empty() || amount.len() > 6 {
        true => "a span such as “15m”, “2h”, “3d” or “1h30m”".to_string(),
        false => format!("“{amount}{letter}”"),
    }
}

/// A span as it would be written: `2h30m`.
pub(super) fn written_span(span: Span) -> String {
    let minutes = span.in_minutes();
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
}

/// `09:30-18:30`, also with a dash that a word processor made.
pub(super) fn hours(text: &str) -> Result<Hours, Wrong> {
    let parse = || {
        let (from, to) = text.split_once(['-', '–', '—'])?;
        Some(Hours { from_minute: minute(from)?, to_minute: minute(to)? })
    };
    match parse() {
        Some(hours) => Ok(hours),
        None => {
            wrong(format!("{} are no hours of a day", quote(text)), "hours such as “09:30-18:30”, at most to 24:00")
        }
    }
}

/// `09:00` as minutes since midnight; 1440 is the midnight at the end.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let short =
        |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit());
    if !short(hour, 2) || !short(minute, 2) || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

/// When people hand over: the day of the week, where there is one (Monday is 0), and minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handoff {
    pub day: Option<usize>,
    pub minute: u16,
}

/// `09:00`, or `mon 09:00`.
pub(super) fn handoff(text: &str) -> Result<Handoff, Wrong> {
    let parse = || {
        let (day, time) = match text.trim().split_once(char::is_whitespace) {
            Some((day, time)) => (Some(*days(day).ok().filter(|days| days.len() == 1)?.first()?), time),
            None => (None, text),
        };
        let minute = minute(time).filter(|minute| *minute < 24 * 60)?;
        Some(Handoff { day, minute })
    };
    match parse() {
        Some(handoff) => Ok(handoff),
        None => wrong(format!("{} is no time to hand over at", quote(text)), "“09:00”, or “mon 09:00”"),
    }
}

/// `mon` or `mon-fri`, as days from Monday (0). A range may pass Sunday.
pub(super) fn days(text: &str) -> Result<Vec<usize>, Wrong> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = |word: &str| {
        let known = DAYS.iter().position(|day| *day == word);
        known.or_else(|| Weekday::from_str(word).ok().map(|day| day.num_days_from_monday() as usize))
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (day(first), day(last)) {
        (Some(first), Some(last)) => {
            Ok((0..7).map(|step| (first + step) % 7).take((last + 7 - first) % 7 + 1).collect())
        }
        _ => wrong(format!("{} is neither a day nor a range of days", quote(text)), "“mon”, “sat” or “mon-fri”"),
    }
}

pub(super) fn date(text: &str) -> Result<NaiveDate, Wrong> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text);
    match date {
        Some(date) if (2000..=2199).contains(&date.year()) => Ok(date),
        Some(_) => wrong(format!("{} is centuries away", quote(text)), "the year in four digits"),
        None => {
            let looks_right = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
            let why = if looks_right { "there is no such day as" } else { "no date can be read from" };
            wrong(format!("{why} {}", quote(text)), "the date as “2026-11-09”: year, month, day")
        }
    }
}

pub(super) fn zone(text: &str) -> Result<Tz, Wrong> {
    /// What people write for a zone whose name they can't guess.
    const MEANT: [(&str, &str); 14] = [
        ("mumbai", "Asia/Kolkata"),
        ("bombay", "Asia/Kolkata"),
        ("delhi", "Asia/Kolkata"),
        ("bengaluru", "Asia/Kolkata"),
        ("bangalore", "Asia/Kolkata"),
        ("chennai", "Asia/Kolkata"),
        ("hyderabad", "Asia/Kolkata"),
        ("pune", "Asia/Kolkata"),
        ("ist", "Asia/Kolkata"),
        ("india", "Asia/Kolkata"),
        ("munich", "Europe/Berlin"),
        ("frankfurt", "Europe/Berlin"),
        ("hamburg", "Europe/Berlin"),
        ("cest", "Europe/Berlin"),
    ];
    if let Ok(zone) = text.parse() {
        return Ok(zone);
    }
    let lower = text.to_lowercase();
    let city = lower.rsplit('/').next().unwrap_or_default();
    let meant = MEANT.iter().find(|(theirs, _)| *theirs == city).map(|(_, zone)| *zone);
    let same_city = |name: &&str| name.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(city));
    let zones = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let write = match meant.or_else(|| zones().find(same_city)).or_else(|| nearest(text, zones())) {
        Some(zone) => format!("“{zone}”"),
        None => "a zone of the tz database, such as “Asia/Kolkata” or “Europe/Berlin”".to_string(),
    };
    wrong(format!("unknown time zone {}", quote(text)), write)
}

/// Platforms that a channel can be on. A channel without one is the local room's.
const PLATFORMS: [&str; 3] = ["local", "slack", "discord"];

/// A further Slack workspace's platform is called after its name in the settings.
pub(super) fn workspace(name: &str) -> String {
    format!("slack-{name}")
}

/// `slack` for `slack` and every further workspace.
fn family(platform: &str) -> &str {
    match platform.split_once('-') {
        Some(("slack", name)) if key(name).is_ok() => "slack",
        _ => platform,
    }
}

pub(super) fn group(text: &str) -> Result<Group, Wrong> {
    let example = "a Slack user group such as “slack:S0614TZR7”, or a Discord role such as “discord:41771983423143936”";
    let wrong_group = || wrong(format!("{} is not a group", quote(text)), example.to_owned());
    let Some((platform, id)) = text.split_once(':') else { return wrong_group() };
    let fits = match family(platform) {
        "slack" => slack_id(id, "S"),
        "discord" => discord_id(id),
        _ => false,
    };
    match fits {
        true => Ok(Group { platform: Platform::from(platform), id: id.to_owned() }),
        false => wrong_group(),
    }
}

pub(super) fn channel(text: &str) -> Result<Channel, Wrong> {
    let (platform, id) = text.split_once(':').unwrap_or(("local", text));
    if !PLATFORMS.contains(&family(platform)) {
        let write = match nearest(platform, PLATFORMS) {
            Some(near) => format!("“{near}:{}”", id.chars().take(40).collect::<String>()),
            None => format!("one of {} before the colon", some_of(PLATFORMS)),
        };
        return wrong(format!("unknown platform {}", quote(platform)), write);
    }
    if family(platform) == "local" && id.parse::<CaseId>().is_ok() {
        // Whoever opened that channel would open the case's own.
        return wrong(format!("{} is kept for the channel of that very case", quote(id)), "another name");
    }
    let fits = match family(platform) {
        "slack" => slack_id(id, "CG"),
        "discord" => discord_id(id),
        _ => key(id).is_ok(),
    };
    match fits {
        true => Ok(Channel { platform: Platform::from(platform), id: id.to_string() }),
        false => {
            let long = Some(id.chars().count()).filter(|letters| *letters > NAME_AT_MOST);
            let why = long.map_or_else(String::new, |letters| {
                format!(": it has {letters} letters, and {NAME_AT_MOST} are the most")
            });
            let write = match family(platform) {
                "slack" => "the channel's id, which begins with C or G: “slack:C024BE91L”".to_string(),
                "discord" => "the channel's id, which is a number: “discord:80351110224678912”".to_string(),
                _ => format!("“{}”", slug(id)),
            };
            wrong(format!("{} is not the name of a channel{why}", quote(text)), write)
        }
    }
}

pub(super) fn slack_id(text: &str, first: &str) -> bool {
    text.starts_with(|letter| first.contains(letter))
        && (3..=21).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

pub(super) fn discord_id(text: &str) -> bool {
    (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn severity(text: &str) -> Result<Severity, Wrong> {
    match Severity::read(text) {
        Some(severity) => Ok(severity),
        None => {
            let write = match text.chars().find(|letter| ('1'..='4').contains(letter)) {
                Some(digit) => format!("“sev{digit}”"),
                None => format!("one of {}", some_of(Severity::ALL.map(Severity::word))),
            };
            wrong(format!("unknown severity {}", quote(text)), write)
        }
    }
}

/// A schedule as in a crontab, with or without the seconds.
pub(super) fn cron(text: &str) -> Result<(), Wrong> {
    let fields = text.split_whitespace().count();
    if !(5..=7).contains(&fields) {
        let write = "five fields as in a crontab, or six with the second first: “0 0 9 * * Mon”";
        return wrong(
            format!("the schedule {} has {fields} field{}", quote(text), if fields == 1 { "" } else { "s" }),
            write,
        );
    }
    match Falls::read(text) {
        Ok(_) => Ok(()),
        Err(error) => {
            // The crate repeats the schedule with a caret under it, and then says why.
            let all = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            let why = all.rsplit("^ ").next().unwrap_or_default().trim_end_matches('.');
            let what = format!("the schedule {} cannot be read: {why}", quote(text));
            wrong(what, "second, minute, hour, day, month, day of the week: “0 0 9 * * Mon”")
        }
    }
}

/// Letters of a name that people type.
const NAME_AT_MOST: usize = 40;

/// Words that mean something else wherever a name can stand.
const TAKEN: [&str; 3] = ["anyone", "countersign", "everyone"];

/// A name that people type in commands: no capitals and no spaces, so that it can be typed without thinking.
pub(super) fn key(text: &str) -> Result<(), Wrong> {
    if TAKEN.contains(&text) {
        return wrong(format!("the name {} is taken", quote(text)), "another name");
    }
    match is_key(text) {
        true => Ok(()),
        false => {
            let long = Some(text.chars().count()).filter(|letters| *letters > NAME_AT_MOST);
            let why = long.map_or_else(String::new, |letters| {
                format!(": it has {letters} letters, and {NAME_AT_MOST} are the most")
            });
            wrong(format!("{} cannot be a name that people type{why}", quote(text)), format!("“{}”", slug(text)))
        }
    }
}

/// The key of a person. Those that begin like the name of somebody whom nobody knows any more would be taken for one.
pub(super) fn person(text: &str) -> Result<(), Wrong> {
    match text.starts_with(ERASED_SUBJECT) {
        true => wrong(
            format!("{} begins with “{ERASED_SUBJECT}”, as people do whose name was erased", quote(text)),
            "another name",
        ),
        false => key(text),
    }
}

/// `governance` or `credit.override`.
pub(super) fn class(text: &str) -> Result<(), Wrong> {
    let fits = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match text.len() <= 60 && text.split('.').all(fits) {
        true => Ok(()),
        false => wrong(format!("{} cannot be a class", quote(text)), "small letters and points: “credit.override”"),
    }
}

/// A name or a sentence for people: one line, not empty.
pub(super) fn text(text: &str) -> Result<String, Wrong> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return wrong("this is empty".to_string(), "a few words");
    }
    if trimmed.chars().any(char::is_control) {
        return wrong("this has line breaks or control characters in it".to_string(), "it on one line");
    }
    match trimmed.chars().count() <= 500 {
        true => Ok(trimmed.to_string()),
        false => wrong("this is longer than 500 characters".to_string(), "less"),
    }
}

/// The nearest thing to `text` that can be a name.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter.is_alphanumeric() || letter == '_' || letter == '.' {
            true => slug.push(letter),
            false if slug.ends_with('-') || slug.is_empty() => {}
            false => slug.push('-'),
        }
    }
    let slug: String = slug.trim_matches(['-', '_', '.']).chars().take(NAME_AT_MOST).collect();
    let slug = slug.trim_end_matches(['-', '_', '.']).to_owned();
    match slug.is_empty() || TAKEN.contains(&slug.as_str()) {
        true => "a-short-name".to_string(),
        false => slug,
    }
}
