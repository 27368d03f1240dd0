//! Moments and spans as people type them, in their own zone or in one that they name: `14:05`, `tomorrow at 5 pm`,
//! `17:00 UTC`, `in 2h`, `2h ago`, RFC 3339.
//!
//! A time of day alone is the nearest one that makes sense: behind us for what happened, ahead of us for what is due. A moment
//! is read whole or not at all: what could be two moments, and what goes on after the part that reads, is asked about.

use chrono::{
    DateTime, Datelike, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Weekday,
};
use chrono_tz::{OffsetName, TZ_VARIANTS, Tz};

use super::clean;
use super::slip::is_dash;
use super::value::quoted;
use crate::domain::{At, Span};

/// Which way a moment leans that isn't said in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lean {
    /// It happened; a day alone is its first moment.
    Past,
    /// It is to come and something begins with it: a day alone is its first moment, and today is now.
    Begins,
    /// It is to come and something lasts until then: a day alone belongs to it whole, so that the next one begins where it ends.
    Ends,
    /// It is to come and something is due then: a day alone is its last minute.
    Due,
}

/// Why a text is not a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMoment {
    /// Nothing in it says so, or it holds something else as well.
    Other,
    /// It looks like one, and can be read in more than one way or not wholly: a sentence that says what to type.
    Unclear(String),
}

/// The longest that is taken for a span: a hundred years. Longer ones are slips.
const LONGEST: Span = Span::days(36_525);
/// A time of day that is further ahead than this was meant for yesterday, where the thing has happened.
const SLIP: TimeDelta = TimeDelta::hours(12);
/// No moment takes more letters than this.
const LONGEST_TEXT: usize = 96;
/// The most words a moment has: `1 week 2 days 3 hours 4 min 5 s ago`.
const MOST_WORDS: usize = 12;
/// Abbreviations of zones. Most name several zones, so they are read only where the day and the asker's own zone leave one.
const ABBREVIATIONS: [&str; 36] = [
    "ACST", "ADT", "AEDT", "AEST", "AKDT", "AKST", "AST", "AWST", "BST", "CDT", "CEST", "CET", "CST", "EAT", "EDT",
    "EEST", "EET", "EST", "ET", "HKT", "HST", "ICT", "IST", "JST", "KST", "MDT", "MSK", "MST", "MT", "NZDT", "NZST",
    "PDT", "PKT", "PST", "PT", "SGT",
];
/// Where the abbreviations are at home that mean one zone wherever they are typed.
const AT_HOME: [(&str, Tz); 2] = [("CET", Tz::Europe__Berlin), ("CEST", Tz::Europe__Berlin)];

/// Reads a span such as `90m`, `2h`, `1d`, `1h30m`, `2 h 05 min`, `2 hours and 5 minutes`. Only positive ones.
pub fn span(text: &str) -> Option<Span> {
    let mut total: i64 = 0;
    let mut rest = text.trim();
    let mut finest = i64::MAX;
    if rest.is_empty() || rest.len() > LONGEST_TEXT {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = unit(&rest[..letters])?;
        // From coarse to fine, each once: `30m1h` is a slip.
        if unit.0 >= finest {
            return None;
        }
        finest = unit.0;
        total = total.checked_add(amount.checked_mul(unit.0)?)?;
        rest = rest[letters..].trim_start_matches(',').trim_start();
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    (total > 0 && total <= LONGEST.0).then_some(Span(total))
}

fn unit(word: &str) -> Option<Span> {
    Some(match word.to_ascii_lowercase().as_str() {
        "w" | "week" | "weeks" => Span::days(7),
        "d" | "day" | "days" => Span::days(1),
        "h" | "hr" | "hrs" | "hour" | "hours" => Span::hours(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Span::minutes(1),
        "s" | "sec" | "secs" | "second" | "seconds" => Span::seconds(1),
        _ => return None,
    })
}

/// Reads a whole text as a moment.
///
/// # Errors
/// [`NoMoment`].
pub fn moment(text: &str, now: At, zone: Tz, lean: Lean) -> Result<At, NoMoment> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return Err(NoMoment::Other);
    }
    let text = clean::composed(text).replace('\u{2212}', "-");
    if let Ok(exact) = DateTime::parse_from_rfc3339(&text) {
        return Ok(At(exact.timestamp_micros()));
    }
    let lower = text.to_ascii_lowercase();
    if lower == "now" {
        return Ok(now);
    }
    let spanned = match (lower.strip_prefix("in "), lower.strip_suffix(" ago")) {
        (Some(ahead), _) => Some(span(ahead).map(|span| now + span)),
        (None, Some(back)) => Some(span(back).map(|span| now - span)),
        (None, None) => span(&lower).filter(|_| lean != Lean::Past).map(|span| Some(now + span)),
    };
    match spanned {
        Some(at) => at.ok_or(NoMoment::Other),
        None => Said::read(&text)?.meant(now, zone, lean),
    }
}

/// Reads a moment from the beginning of a text, as many words as belong to it. Returns how many bytes it took.
///
/// # Errors
/// The beginning looks like a moment that could be another one, or goes on after what can be read: a sentence.
pub fn moment_ahead(text: &str, now: At, zone: Tz, lean: Lean) -> Result<Option<(At, usize)>, String> {
    let longest = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    let line = text[..longest].lines().next().unwrap_or_default();
    let mut ends: Vec<usize> = Vec::with_capacity(MOST_WORDS);
    for word in line.split_whitespace().take(MOST_WORDS) {
        let from = ends.last().copied().unwrap_or(0);
        ends.push(from + line[from..].find(word).unwrap_or_default() + word.len());
    }
    for end in ends.into_iter().rev() {
        let words = without_comma(&line[..end]);
        match moment(words, now, zone, lean) {
            Ok(at) => {
                // `tomorrow 8`; after a comma a number belongs to the text.
                let hour_open = words.len() == end && Said::read(words).is_ok_and(|said| said.time.is_none());
                return match goes_on(&line[end..], hour_open) {
                    None => Ok(Some((at, end))),
                    Some(more) => Err(format!(
                        "I can read {} as a time, but not with {} after it. Write it such as `2026-12-01 17:00`; if that \
                         belongs to the text, put the text in quotes.",
                        quoted(words),
                        quoted(&more)
                    )),
                };
            }
            Err(NoMoment::Unclear(sentence)) => return Err(sentence),
            Err(NoMoment::Other) => {}
        }
    }
    Ok(None)
}

/// A moment, or another value, without the comma or the full stop that ends it in a sentence.
pub fn without_comma(text: &str) -> &str {
    let bare = text.trim_end_matches([',', ';', ':']);
    bare.strip_suffix('.').filter(|bare| bare.ends_with(|c: char| c.is_ascii_digit())).unwrap_or(bare)
}

/// What in the next words looks like more of the same moment. `hour_open`: a day was said and no time yet.
fn goes_on(rest: &str, hour_open: bool) -> Option<String> {
    let bare = |word: &'_ str| word.trim_matches(|c| ",;.()".contains(c)).to_ascii_lowercase();
    let mut words = rest.split_whitespace();
    let (first, second) = (words.next()?, words.next().unwrap_or_default());
    let (word, next) = (bare(first), bare(second));
    let number = |word: &str| (1..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    let begins = |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && !word.ends_with('%');
    let more = |word: &str| begins(word) || looks_like_day(word);
    let both = Some(format!("{first} {second}"));
    let one = Some(first.to_owned());
    match word.as_str() {
        "at" | "to" | "or" | "and" | "until" | "till" if more(&next) => both,
        "at" if matches!(next.as_str(), "noon" | "midnight" | "night") => both,
        "in" if next == "the" => both,
        "ago" | "noon" | "midnight" | "morning" | "afternoon" | "evening" | "night" | "eod" | "cob" | "hence" => one,
        "o'clock" | "o’clock" | "oclock" | "h" | "hrs" | "hours" | "uhr" => one,
        word if number(word) && (unit(&next).is_some() || month(&next).is_some() || meridiem(&next).is_some()) => both,
        word if number(word) && hour_open => one,
        word if meridiem(word).is_some() || span(word).is_some() || clock(word).is_some() => one,
        word if word.starts_with(is_dash) && (more(word.trim_start_matches(is_dash)) || more(&next)) => both,
        _ if named_zone(first.trim_matches(['(', ')', ',', '.'])).is_some() || looks_like_day(&word) => one,
        // `17:00 Berlin time`
        _ if next == "time" || is_city(first) => both,
        _ => None,
    }
}

/// What a wall clock in the zone shows is this moment. In the hour that doesn't exist (clocks go forward) it is as long
/// after the change as it was meant to be; of an hour that comes twice, the first.
pub fn on_the_wall(wall: NaiveDateTime, zone: Tz) -> Option<At> {
    match zone.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(At(at.timestamp_micros())),
        MappedLocalTime::None => {
            let before = zone.from_local_datetime(&wall.checked_sub_signed(TimeDelta::hours(3))?).earliest()?;
            Some(At(before.timestamp_micros()) + Span::hours(3))
        }
    }
}

/// The first moment of a day, and the first after it.
pub fn whole_day(day: NaiveDate, zone: Tz) -> Option<(At, At)> {
    let starts = |day: NaiveDate| on_the_wall(day.and_time(NaiveTime::MIN), zone);
    Some((starts(day)?, starts(day.succ_opt()?)?))
}

/// The day that a text names without a time, as it is said of what happened.
pub fn day_alone(text: &str, now: At, zone: Tz) -> Option<NaiveDate> {
    match Said::read(text).ok()? {
        Said { day: Some(day), time: None, zone: None } => {
            Some(day.meant(now.utc()?.with_timezone(&zone).naive_local(), None, Lean::Past)?)
        }
        _ => None,
    }
}

/// A moment in its parts.
#[derive(Clone, Debug, Default)]
struct Said {
    day: Option<Day>,
    time: Option<Time>,
    zone: Option<Zone>,
}

#[derive(Clone, Copy, Debug)]
enum Day {
    Date(NaiveDate),
    /// Without its year.
    OfYear(u32, u32),
    Weekday(Weekday),
    /// `last friday`: not today.
    Last(Weekday),
    /// So many days after today.
    From(i64),
}

#[derive(Clone, Copy, Debug)]
enum Time {
    Clock(NaiveTime),
    Midnight,
}

#[derive(Clone, Debug)]
enum Zone {
    Named(Tz),
    Offset(FixedOffset),
    Abbreviation(String),
}

impl Said {
    /// The parts of a moment, each at most once, in any order, and nothing besides.
    fn read(text: &str) -> Result<Said, NoMoment> {
        // `2026-11-23T14:05`
        let parted = match text.as_bytes().get(10) {
            Some(b'T' | b't') if text.is_ascii() && is_date(&text[..10]) => {
                format!("{} {}", &text[..10], text[11..].replacen('-', " -", 1))
            }
            _ => text.to_owned(),
        };
        let words: Vec<&str> = parted.split_whitespace().map(|word| word.trim_matches([',', '(', ')'])).collect();
        let mut said = Said::default();
        let mut rest = words.as_slice();
        while let Some((word, after)) = rest.split_first() {
            let taken = if let Some((time, zone, taken)) = time_ahead(rest) {
                let zone_twice = zone.is_some() && said.zone.is_some();
                if said.time.replace(time).is_some() || zone_twice {
                    return Err(NoMoment::Other);
                }
                said.zone = zone.or(said.zone);
                taken
            } else if let Some((day, taken)) = day_ahead(rest)? {
                if said.day.replace(day).is_some() {
                    return Err(NoMoment::Other);
                }
                taken
            } else if let Some(zone) = named_zone(word).filter(|_| said.zone.is_none()) {
                said.zone = Some(zone);
                1
            } else if matches!(word.to_ascii_lowercase().as_str(), "at" | "on" | "by") && !after.is_empty() {
                1
            } else {
                return Err(NoMoment::Other);
            };
            rest = &rest[taken..];
        }
        match said {
            Said { day: None, time: None, .. } | Said { time: None, zone: Some(_), .. } => Err(NoMoment::Other),
            said => Ok(said),
        }
    }

    fn meant(self, now: At, own: Tz, lean: Lean) -> Result<At, NoMoment> {
        let utc = now.utc().ok_or(NoMoment::Other)?;
        let here = utc.with_timezone(&own).naive_local();
        // A time alone is of the day that it is where the clock hangs.
        let there = match &self.zone {
            None | Some(Zone::Abbreviation(_)) => here,
            Some(Zone::Named(zone)) => utc.with_timezone(zone).naive_local(),
            Some(Zone::Offset(zone)) => utc.with_timezone(zone).naive_local(),
        };
        match (self.day, self.time) {
            (Some(day), None) => {
                let day = day.meant(here, None, lean).ok_or(NoMoment::Other)?;
                let (first, next) = whole_day(day, own).ok_or(NoMoment::Other)?;
                Ok(match lean {
                    Lean::Begins if day == here.date() => now,
                    Lean::Past | Lean::Begins => first,
                    Lean::Ends => next,
                    Lean::Due => next - Span::minutes(1),
                })
            }
            (Some(_), Some(Time::Midnight)) => Err(NoMoment::Unclear(
                "“midnight” of a day can be its beginning or its end. Write `2026-12-01 00:00` or `2026-12-01 23:59`."
                    .to_owned(),
            )),
            (Some(day), Some(Time::Clock(time))) => {
                let day = day.meant(here, Some(time), lean).ok_or(NoMoment::Other)?;
                self.zone.on_the_wall(day.and_time(time), own)
            }
            (None, Some(Time::Midnight)) => {
                let today = there.date();
                let day = if lean == Lean::Past { Some(today) } else { today.succ_opt() };
                self.zone.on_the_wall(day.ok_or(NoMoment::Other)?.and_time(NaiveTime::MIN), own)
            }
            (None, Some(Time::Clock(time))) => {
                let today = there.date().and_time(time);
                let wall = match lean {
                    Lean::Past if today - there > SLIP => today.checked_sub_days(Days::new(1)),
                    Lean::Begins | Lean::Ends | Lean::Due if today <= there => today.checked_add_days(Days::new(1)),
                    Lean::Past | Lean::Begins | Lean::Ends | Lean::Due => Some(today),
                };
                self.zone.on_the_wall(wall.ok_or(NoMoment::Other)?, own)
            }
            (None, None) => Err(NoMoment::Other),
        }
    }
}

/// On the clock of the zone that was named, or of the asker's own.
trait OnTheWall {
    fn on_the_wall(&self, wall: NaiveDateTime, own: Tz) -> Result<At, NoMoment>;
}

impl OnTheWall for Option<Zone> {
    fn on_the_wall(&self, wall: NaiveDateTime, own: Tz) -> Result<At, NoMoment> {
        match self {
            None => on_the_wall(wall, own).ok_or(NoMoment::Other),
            Some(Zone::Named(zone)) => on_the_wall(wall, *zone).ok_or(NoMoment::Other),
            Some(Zone::Offset(zone)) => {
                let at = zone.from_local_datetime(&wall).single().ok_or(NoMoment::Other)?;
                Ok(At(at.timestamp_micros()))
            }
            Some(Zone::Abbreviation(name)) => {
                let home = AT_HOME.iter().find(|(known, _)| known == name).map(|(_, zone)| *zone);
                let called = |zone: Tz| match zone.from_local_datetime(&wall) {
                    MappedLocalTime::Single(at) => vec![at],
                    MappedLocalTime::Ambiguous(first, second) => vec![first, second],
                    MappedLocalTime::None => Vec::new(),
                };
                let all = std::iter::once(own).chain(home).flat_map(called);
                let mut meant = all.filter(|at| at.offset().abbreviation() == Some(name.as_str()));
                meant.next().map(|at| At(at.timestamp_micros())).ok_or_else(|| {
                    NoMoment::Unclear(format!(
                        "I can't tell which clock {} is, or it isn't in force then. Write the offset or the city, such as \
                         `17:00 +05:30` or `17:00 Europe/Berlin`.",
                        quoted(name)
                    ))
                })
            }
        }
    }
}

impl Day {
    /// The date, seen from here. A weekday is the nearest one, on the side that the time of day leaves.
    fn meant(self, here: NaiveDateTime, time: Option<NaiveTime>, lean: Lean) -> Option<NaiveDate> {
        let today = here.date();
        let ahead = |weekday: Weekday| {
            u64::from((7 + weekday.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7)
        };
        let gone = |day: NaiveDate| time.map_or(day < today, |time| day.and_time(time) < here);
        let to_come = |day: NaiveDate| time.map_or(day > today, |time| day.and_time(time) > here);
        match (self, lean) {
            (Day::Date(date), _) => Some(date),
            (Day::From(days), _) => today.checked_add_signed(TimeDelta::days(days)),
            (Day::Weekday(weekday), Lean::Begins | Lean::Ends | Lean::Due) => {
                let day = today.checked_add_days(Days::new(ahead(weekday)))?;
                if gone(day) { day.checked_add_days(Days::new(7)) } else { Some(day) }
            }
            (Day::Weekday(weekday), Lean::Past) => {
                let day = today.checked_sub_days(Days::new((7 - ahead(weekday)) % 7))?;
                if to_come(day) { day.checked_sub_days(Days::new(7)) } else { Some(day) }
            }
            (Day::Last(weekday), _) => today.checked_sub_days(Days::new(7 - ahead(weekday) % 7)),
            (Day::OfYear(month, day), Lean::Begins | Lean::Ends | Lean::Due) => {
                let day = |year| NaiveDate::from_ymd_opt(year, month, day);
                day(today.year()).filter(|day| !gone(*day)).or_else(|| day(today.year() + 1))
            }
            (Day::OfYear(month, day), Lean::Past) => {
                let day = |year| NaiveDate::from_ymd_opt(year, month, day);
                day(today.year()).filter(|day| !to_come(*day)).or_else(|| day(today.year() - 1))
            }
        }
    }
}

/// A day at the beginning, and how many words it takes.
fn day_ahead(words: &[&str]) -> Result<Option<(Day, usize)>, NoMoment> {
    let word = |at: usize| words.get(at).map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let (first, second) = (word(0), word(1));
    let one = |day: Day| Ok(Some((day, 1)));
    match first.as_str() {
        "today" | "tonight" => return one(Day::From(0)),
        "tomorrow" | "tmr" | "tmrw" | "tomorow" | "tommorow" | "tommorrow" => return one(Day::From(1)),
        "yesterday" => return one(Day::From(-1)),
        "next" if weekday(&second).is_some() => {
            return Err(NoMoment::Unclear(format!(
                "{} can be this week's or the week after's. Write the day, such as `2026-12-01 17:00`.",
                quoted(&format!("next {}", words[1]))
            )));
        }
        "this" | "coming" | "last" => {
            let named = |weekday| if first == "last" { Day::Last(weekday) } else { Day::Weekday(weekday) };
            return Ok(weekday(&second).map(|weekday| (named(weekday), 2)));
        }
        _ => {}
    }
    if let Some(weekday) = weekday(&first) {
        return one(Day::Weekday(weekday));
    }
    if let Ok(date) = NaiveDate::parse_from_str(&first, "%Y-%m-%d") {
        return Ok(in_reach(date).map(|date| (Day::Date(date), 1)));
    }
    if ambiguous_date(&first) {
        return Err(NoMoment::Unclear(format!(
            "{} can be read as two days. Write the year first, such as `2026-12-01`.",
            quoted(words[0])
        )));
    }
    // `23 Nov`, `Nov 23rd 2026`
    let (month, day) = match (month(&first), month(&second)) {
        (Some(month), _) => (month, of_month(&second)),
        (None, Some(month)) => (month, of_month(&first)),
        (None, None) => return Ok(None),
    };
    let Some(day) = day else { return Ok(None) };
    let third = word(2);
    let year = third.parse::<i32>().ok().filter(|_| third.len() == 4);
    Ok(match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day).and_then(in_reach).map(|date| (Day::Date(date), 3)),
        // A leap day has its year only by being said.
        None => NaiveDate::from_ymd_opt(2027, month, day).map(|_| (Day::OfYear(month, day), 2)),
    })
}

fn in_reach(date: NaiveDate) -> Option<NaiveDate> {
    (1970..=2200).contains(&date.year()).then_some(date)
}

/// `11/12/2026`, `11.12.2026`, `11/12`
fn ambiguous_date(word: &str) -> bool {
    ['/', '.'].into_iter().any(|mark| {
        let parts: Vec<&str> = word.split(mark).collect();
        let digits = parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
        digits && (parts.len() == 3 || (parts.len() == 2 && mark == '/'))
    })
}

fn looks_like_day(word: &str) -> bool {
    let plain = matches!(word.to_ascii_lowercase().as_str(), "today" | "tonight" | "tomorrow" | "yesterday");
    plain || weekday(&word.to_ascii_lowercase()).is_some() || ambiguous_date(word) || is_date(word)
}

fn is_date(word: &str) -> bool {
    NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok()
}

/// `fri`, `tues`, `thursday`
fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let short = word.strip_suffix('.').unwrap_or(word);
    let fits = |name: &str| name == word || (matches!(short.len(), 3..=5) && name.starts_with(short));
    NAMES.into_iter().find(|(name, _)| fits(name)).map(|(_, weekday)| weekday)
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = word.to_ascii_lowercase();
    let short = lower.strip_suffix('.').unwrap_or(&lower);
    let fits = |name: &&str| *name == short || (matches!(short.len(), 3 | 4) && name.starts_with(short));
    NAMES.into_iter().zip(1..).find(|(name, _)| fits(name)).map(|(_, number)| number)
}

/// `23`, `23rd`, `23.`
fn of_month(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th", "."].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| fits)
}

/// A time of day at the beginning, the zone where it is written as part of it (`17:00Z`), and how many words it takes.
fn time_ahead(words: &[&str]) -> Option<(Time, Option<Zone>, usize)> {
    let word = words.first()?.to_ascii_lowercase();
    match word.as_str() {
        "noon" | "midday" => return Some((Time::Clock(NaiveTime::from_hms_opt(12, 0, 0)?), None, 1)),
        "midnight" => return Some((Time::Midnight, None, 1)),
        _ => {}
    }
    // `5 pm`, `2:30 p.m.`
    if let Some(half) = words.get(1).and_then(|next| meridiem(&next.to_ascii_lowercase()))
        && let Some(time) = half_day(&word, half)
    {
        return Some((Time::Clock(time), None, 2));
    }
    clock(&word).map(|(time, zone)| (Time::Clock(time), zone, 1))
}

/// `14:05`, `14:05:30`, `9:00`, `2pm`, `2:30p.m.`, `17:00z`, `17:00+05:30`.
fn clock(word: &str) -> Option<(NaiveTime, Option<Zone>)> {
    let lower = word.to_ascii_lowercase();
    let ends = ["am", "a.m", "a.m.", "pm", "p.m", "p.m."];
    if let Some((digits, half)) = ends.into_iter().find_map(|end| Some((lower.strip_suffix(end)?, meridiem(end)?))) {
        return half_day(digits, half).map(|time| (time, None));
    }
    let at = lower.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(lower.len());
    let (digits, zone) = lower.split_at(at);
    let zone = match zone {
        "" => None,
        // `09:00-10:00` is a time with another one after it.
        zone if zone.starts_with('-') => return None,
        zone => Some(fixed(zone)?),
    };
    if !digits.contains(':') {
        return None;
    }
    let [hour, minute, second] = numbers(digits, &[':'])?;
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, zone))
}

/// The hours to add for the half of a day.
fn meridiem(word: &str) -> Option<u32> {
    match word.to_ascii_lowercase().as_str() {
        "am" | "a.m" | "a.m." => Some(0),
        "pm" | "p.m" | "p.m." => Some(12),
        _ => None,
    }
}

fn half_day(digits: &str, half: u32) -> Option<NaiveTime> {
    let [hour, minute, second] = numbers(digits, &[':', '.'])?;
    (1..=12).contains(&hour).then(|| NaiveTime::from_hms_opt(hour % 12 + half, minute, second))?
}

/// Hour, minute, second; what isn't said is 0.
fn numbers(digits: &str, marks: &[char]) -> Option<[u32; 3]> {
    let mut all = [0; 3];
    for (at, part) in digits.split(marks).enumerate() {
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        *all.get_mut(at)? = part.parse().ok().filter(|_| fits)?;
    }
    Some(all)
}

/// A zone that a word is: `UTC`, `+05:30`, `UTC+2`, `Europe/Berlin`, `IST`.
fn named_zone(word: &str) -> Option<Zone> {
    if let Some(zone) = fixed(word) {
        return Some(zone);
    }
    if word.contains('/') {
        let zone = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(word))?;
        return Some(Zone::Named(*zone));
    }
    // In small letters, those that are no words.
    let upper = word.to_ascii_uppercase();
    let meant = word == upper || (word.len() >= 3 && upper != "EAT");
    (meant && ABBREVIATIONS.contains(&upper.as_str())).then_some(Zone::Abbreviation(upper))
}

/// The city of a zone, written as a name.
fn is_city(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let city = |zone: &Tz| zone.name().rsplit_once('/').is_some_and(|(_, city)| city == word);
    word.starts_with(|c: char| c.is_ascii_uppercase()) && TZ_VARIANTS.iter().any(city)
}

/// A zone of one offset all year.
fn fixed(word: &str) -> Option<Zone> {
    let lower = word.to_ascii_lowercase();
    let bare = lower.strip_prefix("utc").or_else(|| lower.strip_prefix("gmt"));
    if lower == "z" || bare == Some("") {
        return Some(Zone::Named(Tz::UTC));
    }
    let offset = bare.unwrap_or(&lower);
    let (sign, digits) = match (offset.strip_prefix('+'), offset.strip_prefix('-')) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        (None, None) => return None,
    };
    if !digits.is_ascii() {
        return None;
    }
    let [hours, minutes, _] = match (digits.len(), digits.contains(':')) {
        (4, false) => numbers(&format!("{}:{}", &digits[..2], &digits[2..]), &[':'])?,
        (1..=5, _) => numbers(digits, &[':'])?,
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
    let fits = hours <= 14 && minutes < 60;
    FixedOffset::east_opt(sign * seconds).filter(|_| fits).map(Zone::Offset)
}
