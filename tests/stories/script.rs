//! How a story is written.
//!
//! ```text
//! # What it shows. Lines that begin with a hash and a blank are for the reader.
//! policy: tests/stories/zones.toml        bank.toml of this folder, when left out
//! start: 2026-11-23 09:00                 a Monday at nine, when left out
//! zone: Asia/Kolkata                      in which the story's times are written; UTC, when left out
//! channel: #claims                        where people speak who don't say where; #credit, when left out
//! local: it is about the room's page      told in the local room alone, for this reason
//! not on discord: it has no guests        told everywhere else, for this reason
//! platform: slack                         told there alone; `slack, slack-vendor`: on these at once, and the people of the
//!                                         party `vendor` are in the second, everybody else in the first; for a platform
//!                                         whose name says no party, `slack, vendor on discord`
//! both: priya, tomas                      who has an account on each of these
//!
//! Somebody does something. A time before it moves the clock there, through every wake on the way, each at its own moment.
//! Times are `HH:MM`, `HH:MM:SS`, `Tue 09:00` (the next one) or `2026-11-24 09:00`.
//!
//! 09:00 maya> /approval request credit Ship v7          as a slash command where it begins with a slash, else as a message
//!       dev in #claims> hello                           in a channel
//!       dev in thread APR-1> @countersign ok            in a case's thread
//!       dev dm> /sla mine                               in the direct messages with the bot
//!       bot ci> @countersign status INC-1               another bot
//!       ravi in slack-vendor#credit> hello              in a channel of the second platform
//!       guest dev> /sla mine                            dev, with a guest's account
//!       outsider dev> /sla mine                         dev, with another organisation's account
//!       | second line                                   (after any of these) more lines of the same message
//!       dev looks at APR-1                              keeps the card in mind as it is now
//!       dev presses Approve on APR-1                    a button of the case's card
//!       dev presses Approve on APR-1 as seen            … as it was when dev looked
//!       dev presses Approve in a message                a button of the last direct message that has it
//!       dev presses Accept review in the answer         a button of the last private answer
//!       ravi presses Approve on APR-1 in slack-vendor   a button of its card there
//!       dev & tomas press Approve on APR-1              both at once
//!       dev submits: title = Drift; severity = sev2     the form that dev was shown last
//!       dev edits: new words                            dev's last message
//!       dev deletes the message
//!       dev reacts to maya's message with 📌            somebody's last message; `takes 📌 off maya's message`
//!       dev> /evidence pin {maya's message} because …   the address of somebody's last message
//!       dev uses Open incident                          of the platform's menu; what it is called there
//!       dev uses Keep as evidence on maya's message     of the menu of somebody's last message
//!       dev opens the home tab                          where the bot has a page of its own
//!       again                                           the platform tells the last of these once more
//!       the policy becomes tests/stories/other.toml     the file on the disk is another one
//!       the policy says: within = "2h" => within = "1h" … or differs in one place (`\n`: a line break)
//!       the operator reloads                            as SIGHUP does
//!       the watchdog looks
//!       on slack S0RISK: U0PRIYA, U0TOMAS; gone: U0DEV  who is in a group there, and whose account is gone
//!       the bot stops / the bot is killed / the bot is back
//!       dev takes no direct messages                    from now on, where the platform lets people say so
//!       #credit is gone / is unreachable / is back      nothing can be delivered there, for good or for now
//!
//! What must have come since the last of these. A time before it moves the clock there, and the message must have come in
//! exactly that minute. In a thread of Slack's, where a story writes `/incident ack`, `@countersign incident ack` must stand.
//! `...` stands for anything in between; line breaks count as blanks; buttons stand in brackets.
//!
//! 10:36 @dev: APR-1 · decision is due at 11:00 ... [Approve]       a direct message
//!       #credit: APR-1 · decision is late                          in a channel or in a thread there
//!       #credit x1: APR-1 · decision is late                       … exactly that many times
//!       not @dev: APR-1                                 must not have come, up to this moment
//!       edited @dev: APR-1 · approved                   a message that stood there says it now
//!       nobody is told: APR-1                           … to anybody, anywhere
//!       nobody is told anything
//!       maya hears: requested                           the private answer; `form ID: field=value; …` for a form
//!       maya does not hear: INC-1
//!       maya hears nothing
//!
//! How things stand.
//!
//!       slack-vendor#credit: APR-1 · decision is late              … of the second platform
//!       card APR-1: State: approved                     the case's one card, as it is now
//!       card APR-1 in slack-vendor: State: approved     … in the second platform
//!       not card APR-1: v6
//!       case APR-1: approved                            the state
//!       duty APR-1 decide: met-late, due 11:00          the last duty of that name: state, and if you like `due`,
//!       duty INC-1 fill-seat (lead): owed               `attributed`, `contested`, `holders`, `votes`, `paused`
//!       duty INC-1 update #2: met                       the second of that name
//!       ledger: approval.voted x1                       how often this became true, or was recorded, in all
//!       outbox: dropped x1
//!       dev sees #inc-1 / dev does not see #inc-1       whether the room shows that channel
//!       maya's message is marked / is not marked        whether the bot has set its own reaction on their last one
//!       transcript #credit: hello                       what stands in the channel now
//!       not transcript #credit: hello
//! ```

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;

pub struct Story {
    pub policy: String,
    pub start: NaiveDateTime,
    pub zone: Tz,
    pub channel: String,
    /// Why it is told in the local room alone.
    pub local: Option<String>,
    /// Why it isn't told on Discord.
    pub not_on_discord: Option<String>,
    /// Who has an account on each of several platforms.
    pub both: Vec<String>,
    /// The platforms on which alone it is told.
    pub platforms: Vec<String>,
    pub steps: Vec<Step>,
}

#[derive(Clone)]
pub struct Step {
    /// Counts from 1.
    pub line: usize,
    pub source: String,
    pub when: Option<When>,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct When {
    pub day: Option<Day>,
    pub time: NaiveTime,
    /// Whether the seconds were written: then they count.
    pub to_the_second: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Day {
    Date(NaiveDate),
    Next(Weekday),
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Do(Deed),
    Expect(Expected),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    Say {
        who: String,
        is: Speaker,
        place: Place,
        text: String,
    },
    Look {
        who: String,
        case: String,
    },
    Press {
        who: Vec<String>,
        label: String,
        on: On,
    },
    Submit {
        who: String,
        values: Vec<(String, String)>,
    },
    Edit {
        who: String,
        text: String,
    },
    Delete {
        who: String,
    },
    /// A reaction is set on somebody's last message, or taken off it.
    React {
        who: String,
        sign: String,
        of: String,
        on: bool,
    },
    /// Something of the platform's menu; `of` is whose last message it is used on.
    Use {
        who: String,
        name: String,
        of: Option<String>,
    },
    OpenHome {
        who: String,
    },
    TakeNoDirect {
        who: String,
    },
    Again,
    PolicyBecomes(String),
    PolicySays {
        old: String,
        new: String,
    },
    OperatorReloads,
    WatchdogLooks,
    /// Groups with their accounts; `gone` is whose account is gone.
    Roster {
        platform: String,
        groups: Vec<(String, Vec<String>)>,
        gone: Vec<String>,
    },
    BotStops,
    BotIsKilled,
    BotIsBack,
    Channel {
        name: String,
        trouble: Option<Trouble>,
    },
}

/// Whose account it is that speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speaker {
    Member,
    Bot,
    Guest,
    Outsider,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Usual,
    /// `#claims`, `slack-vendor#claims`
    Channel(String),
    Thread(String),
    Direct,
}

#[derive(Clone, Debug, PartialEq)]
pub enum On {
    Card {
        case: String,
        platform: Option<String>,
        as_seen: bool,
    },
    /// A direct message that has the button: the last one, or the first.
    Message,
    Answer,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    Gone,
    Unreachable,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// `times`: exactly this many times; `None` is once at least.
    /// `edited`: a message that stood there already says it now; a case's card isn't meant.
    Told {
        lane: String,
        text: String,
        times: Option<usize>,
        edited: bool,
    },
    Nobody {
        text: Option<String>,
    },
    Hears {
        who: String,
        text: Option<String>,
        not: bool,
    },
    Card {
        case: String,
        platform: Option<String>,
        text: String,
        not: bool,
    },
    Case {
        case: String,
        state: String,
    },
    Duty {
        case: String,
        duty: String,
        about: Option<String>,
        state: String,
        more: Vec<(String, String)>,
    },
    Ledger {
        kind: String,
        times: usize,
    },
    Outbox {
        state: String,
        times: usize,
    },
    Sees {
        who: String,
        channel: String,
        not: bool,
    },
    Marked {
        who: String,
        not: bool,
    },
    Transcript {
        /// `#credit`, `slack-vendor#credit`
        channel: String,
        text: String,
        not: bool,
    },
}

impl Story {
    /// # Errors
    /// The line that can't be read, and why.
    pub fn read(text: &str) -> Result<Story, (usize, String)> {
        let monday = NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|day| day.and_hms_opt(9, 0, 0));
        let mut story = Story {
            policy: "tests/stories/bank.toml".to_owned(),
            start: monday.expect("a day that there is"),
            zone: chrono_tz::UTC,
            channel: "credit".to_owned(),
            local: None,
            not_on_discord: None,
            both: Vec::new(),
            platforms: Vec::new(),
            steps: Vec::new(),
        };
        if !text.starts_with("# ") {
            return Err((1, "a story begins with a comment that says what it shows".to_owned()));
        }
        for (at, line) in text.lines().enumerate() {
            let number = at + 1;
            let wrong = |why: &str| (number, format!("{why}: {line}"));
            let words = line.trim();
            if words.is_empty() || words == "#" || words.starts_with("# ") {
                continue;
            }
            if let Some(more) = words.strip_prefix('|') {
                let more = more.strip_prefix(' ').unwrap_or(more);
                match story.steps.last_mut().map(|step| &mut step.what) {
                    Some(What::Do(Deed::Say { text, .. } | Deed::Edit { text, .. })) => {
                        text.push('\n');
                        text.push_str(more);
                    }
                    _ => return Err(wrong("there is no message that this could be a line of")),
                }
                continue;
            }
            if story.steps.is_empty()
                && let Some((name, value)) = words.split_once(": ")
            {
                let value = value.trim();
                match name {
                    "policy" => value.clone_into(&mut story.policy),
                    "start" => {
                        let start = NaiveDateTime::parse_from_str(value, "%Y-%m-%d %H:%M");
                        story.start = start.map_err(|_| wrong("a start is written 2026-11-23 09:00"))?;
                    }
                    "zone" => story.zone = value.parse().map_err(|_| wrong("there is no such zone"))?,
                    "channel" => value.trim_start_matches('#').clone_into(&mut story.channel),
                    "local" => story.local = Some(value.to_owned()),
                    "not on discord" => story.not_on_discord = Some(value.to_owned()),
                    "both" => story.both = value.split(',').map(|it| it.trim().to_owned()).collect(),
                    "platform" => story.platforms = value.split(',').map(|it| it.trim().to_owned()).collect(),
                    _ => {}
                }
                const HEAD: [&str; 8] =
                    ["policy", "start", "zone", "channel", "local", "not on discord", "both", "platform"];
                if HEAD.contains(&name) {
                    continue;
                }
            }
            let (when, rest) = when(words).ok_or_else(|| wrong("that is no time"))?;
            let what = what(rest).map_err(|why| wrong(&why))?;
            story.steps.push(Step { line: number, source: words.to_owned(), when, what });
        }
        Ok(story)
    }
}

/// The time that a line begins with, and the rest of it. `None`: it looks like a time and is none.
fn when(words: &str) -> Option<(Option<When>, &str)> {
    let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
    let time = |word: &str| {
        let short = NaiveTime::parse_from_str(word, "%H:%M").map(|time| (time, false));
        short.or_else(|_| NaiveTime::parse_from_str(word, "%H:%M:%S").map(|time| (time, true))).ok()
    };
    let begins_with_digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    if let Some((time, to_the_second)) = time(first).filter(|_| begins_with_digit(first)) {
        return Some((Some(When { day: None, time, to_the_second }), rest.trim_start()));
    }
    let day = match first.parse::<Weekday>() {
        Ok(weekday) if first.len() == 3 => Some(Day::Next(weekday)),
        _ => NaiveDate::parse_from_str(first, "%Y-%m-%d").ok().map(Day::Date),
    };
    match day {
        Some(day) => {
            let (second, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let (time, to_the_second) = time(second)?;
            Some((Some(When { day: Some(day), time, to_the_second }), rest.trim_start()))
        }
        None if begins_with_digit(first) => None,
        None => Some((None, words)),
    }
}

fn what(words: &str) -> Result<What, String> {
    if let Some(deed) = deed(words)? {
        return Ok(What::Do(deed));
    }
    match expected(words)? {
        Some(expected) => Ok(What::Expect(expected)),
        None => Err("this is neither something that happens nor something to expect".to_owned()),
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn deed(words: &str) -> Result<Option<Deed>, String> {
    if let Some((speaker, text)) = words.split_once('>')
        && let Some((who, is, place)) = speaker_of(speaker)
    {
        let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
        return Ok(Some(Deed::Say { who, is, place, text }));
    }
    let fixed = match words {
        "again" => Some(Deed::Again),
        "the operator reloads" => Some(Deed::OperatorReloads),
        "the watchdog looks" => Some(Deed::WatchdogLooks),
        "the bot stops" => Some(Deed::BotStops),
        "the bot is killed" => Some(Deed::BotIsKilled),
        "the bot is back" => Some(Deed::BotIsBack),
        _ => None,
    };
    if fixed.is_some() {
        return Ok(fixed);
    }
    if let Some((platform, lists)) = words.strip_prefix("on ").and_then(|rest| rest.split_once(' ')) {
        let (mut groups, mut gone) = (Vec::new(), Vec::new());
        for list in lists.split(';') {
            let (group, accounts) =
                list.split_once(':').ok_or("write `on slack GROUP: ACCOUNT, ACCOUNT; gone: ACCOUNT`")?;
            let accounts = accounts.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
            match group.trim() {
                "gone" => gone = accounts,
                group => groups.push((group.to_owned(), accounts)),
            }
        }
        return Ok(Some(Deed::Roster { platform: platform.to_owned(), groups, gone }));
    }
    if let Some(file) = words.strip_prefix("the policy becomes ") {
        return Ok(Some(Deed::PolicyBecomes(file.trim().to_owned())));
    }
    if let Some(change) = words.strip_prefix("the policy says: ") {
        let (old, new) = change.split_once(" => ").ok_or("write `old words => new words`")?;
        let lines = |words: &str| words.trim().replace("\\n", "\n");
        return Ok(Some(Deed::PolicySays { old: lines(old), new: lines(new) }));
    }
    if let Some((name, how)) = words.strip_prefix('#').and_then(|rest| rest.split_once(" is "))
        && is_name(name)
    {
        let trouble = match how {
            "gone" => Some(Trouble::Gone),
            "unreachable" => Some(Trouble::Unreachable),
            "back" => None,
            _ => return Err("a channel is gone, unreachable or back".to_owned()),
        };
        return Ok(Some(Deed::Channel { name: name.to_owned(), trouble }));
    }
    let Some((who, rest)) = words.split_once(' ') else { return Ok(None) };
    if !is_name(who) {
        return Ok(None);
    }
    let who = who.to_owned();
    if let Some(case) = rest.strip_prefix("looks at ") {
        return Ok(Some(Deed::Look { who, case: case.to_owned() }));
    }
    if let Some(what) = rest.strip_prefix("presses ") {
        let (label, on) = button(what)?;
        return Ok(Some(Deed::Press { who: vec![who], label, on }));
    }
    if let Some((others, what)) = rest.strip_prefix("& ").and_then(|rest| rest.split_once(" press ")) {
        let (label, on) = button(what)?;
        let others = others.split(" & ").map(str::to_owned);
        return Ok(Some(Deed::Press { who: [who].into_iter().chain(others).collect(), label, on }));
    }
    if let Some((of, sign)) = rest.strip_prefix("reacts to ").and_then(|rest| rest.split_once("'s message with ")) {
        return Ok(Some(Deed::React { who, sign: sign.to_owned(), of: of.to_owned(), on: true }));
    }
    if let Some((sign, of)) = rest.strip_prefix("takes ").and_then(|rest| rest.split_once(" off ")) {
        let of = of.strip_suffix("'s message").ok_or("a reaction is taken off somebody's message")?.to_owned();
        return Ok(Some(Deed::React { who, sign: sign.to_owned(), of, on: false }));
    }
    if let Some(name) = rest.strip_prefix("uses ") {
        let (name, of) = match name.strip_suffix("'s message").and_then(|name| name.rsplit_once(" on ")) {
            Some((name, of)) => (name, Some(of.to_owned())),
            None => (name, None),
        };
        return Ok(Some(Deed::Use { who, name: name.to_owned(), of }));
    }
    if rest == "takes no direct messages" {
        return Ok(Some(Deed::TakeNoDirect { who }));
    }
    if rest == "opens the home tab" {
        return Ok(Some(Deed::OpenHome { who }));
    }
    if let Some(values) = rest.strip_prefix("submits:") {
        let pairs = values.split(';').map(str::trim).filter(|pair| !pair.is_empty());
        let values = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').ok_or("write `field = value; field = value`")?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        });
        return Ok(Some(Deed::Submit { who, values: values.collect::<Result<_, String>>()? }));
    }
    if let Some(text) = rest.strip_prefix("edits: ") {
        return Ok(Some(Deed::Edit { who, text: text.to_owned() }));
    }
    if rest == "deletes the message" {
        return Ok(Some(Deed::Delete { who }));
    }
    Ok(None)
}

fn speaker_of(speaker: &str) -> Option<(String, Speaker, Place)> {
    let kinds = [("bot ", Speaker::Bot), ("guest ", Speaker::Guest), ("outsider ", Speaker::Outsider)];
    let known = kinds.into_iter().find_map(|(word, is)| Some((is, speaker.strip_prefix(word)?)));
    let (is, speaker) = known.unwrap_or((Speaker::Member, speaker));
    let (who, place) = match speaker.split_once(' ') {
        None => (speaker, Place::Usual),
        Some((who, "dm")) => (who, Place::Direct),
        Some((who, place)) => {
            let place = place.strip_prefix("in ")?;
            match (place.split_once('#'), place.strip_prefix("thread ")) {
                (Some((platform, channel)), _) if is_name(channel) && (platform.is_empty() || is_name(platform)) => {
                    (who, Place::Channel(place.to_owned()))
                }
                (_, Some(case)) => (who, Place::Thread(case.to_owned())),
                _ => return None,
            }
        }
    };
    is_name(who).then(|| (who.to_owned(), is, place))
}

fn button(words: &str) -> Result<(String, On), String> {
    if let Some(label) = words.strip_suffix(" in a message") {
        return Ok((label.to_owned(), On::Message));
    }
    if let Some(label) = words.strip_suffix(" in the answer") {
        return Ok((label.to_owned(), On::Answer));
    }
    let (words, as_seen) = match words.strip_suffix(" as seen") {
        Some(words) => (words, true),
        None => (words, false),
    };
    let (label, case) =
        words.rsplit_once(" on ").ok_or("write `presses LABEL on CASE`, `in a message` or `in the answer`")?;
    let (case, platform) = match case.split_once(" in ") {
        Some((case, platform)) => (case, Some(platform.to_owned())),
        None => (case, None),
    };
    Ok((label.to_owned(), On::Card { case: case.to_owned(), platform, as_seen }))
}

fn expected(words: &str) -> Result<Option<Expected>, String> {
    match words {
        "nobody is told anything" => return Ok(Some(Expected::Nobody { text: None })),
        _ if words.ends_with(" hears nothing") => {
            let who = words.trim_end_matches(" hears nothing").to_owned();
            return Ok(Some(Expected::Hears { who, text: None, not: false }));
        }
        _ => {}
    }
    for (word, not) in [("'s message is marked", false), ("'s message is not marked", true)] {
        if let Some(who) = words.strip_suffix(word) {
            return Ok(Some(Expected::Marked { who: who.to_owned(), not }));
        }
    }
    for (word, not) in [(" sees #", false), (" does not see #", true)] {
        if let Some((who, channel)) = words.split_once(word)
            && is_name(who)
        {
            return Ok(Some(Expected::Sees { who: who.to_owned(), channel: channel.to_owned(), not }));
        }
    }
    let Some((head, text)) = words.split_once(':') else { return Ok(None) };
    let text = text.trim().to_owned();
    let (head, not) = match head.strip_prefix("not ") {
        Some(head) => (head, true),
        None => (head, false),
    };
    if text.is_empty() {
        return Err("there is nothing after the colon".to_owned());
    }
    let (head, edited) = match head.strip_prefix("edited ") {
        Some(head) => (head, true),
        None => (head, false),
    };
    if head.split_once(['#', '@']).is_some_and(|(platform, _)| platform.is_empty() || is_name(platform)) {
        let (lane, times) = match head.split_once(" x") {
            Some((lane, times)) => (lane, Some(times.parse().map_err(|_| "write `x2` for exactly two")?)),
            None => (head, not.then_some(0)),
        };
        return Ok(Some(Expected::Told { lane: lane.to_owned(), text, times, edited }));
    }
    let count = |text: &str| -> Result<(String, usize), String> {
        let (name, times) = text.rsplit_once(" x").ok_or("write `kind x1`")?;
        Ok((name.to_owned(), times.parse().map_err(|_| "write `x2` for exactly two")?))
    };
    Ok(Some(match head.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["nobody", "is", "told"] => Expected::Nobody { text: Some(text) },
        [who, "hears"] if is_name(who) => Expected::Hears { who: (*who).to_owned(), text: Some(text), not: false },
        [who, "does", "not", "hear"] if is_name(who) => {
            Expected::Hears { who: (*who).to_owned(), text: Some(text), not: true }
        }
        ["card", case] => Expected::Card { case: (*case).to_owned(), platform: None, text, not },
        ["card", case, "in", platform] => {
            Expected::Card { case: (*case).to_owned(), platform: Some((*platform).to_owned()), text, not }
        }
        ["case", case] => Expected::Case { case: (*case).to_owned(), state: text },
        ["duty", case, duty, about @ ..] => {
            let (nth, about): (Vec<&str>, Vec<&str>) = about.iter().copied().partition(|word| word.starts_with('#'));
            let about = about.join(" ");
            let about = about.strip_prefix('(').and_then(|about| about.strip_suffix(')')).map(str::to_owned);
            let mut parts = text.split(", ");
            let state = parts.next().unwrap_or_default().to_owned();
            let more = parts.map(|part| {
                let (name, value) = part.split_once(' ').unwrap_or((part, ""));
                (name.to_owned(), value.to_owned())
            });
            let more = more.chain(nth.into_iter().map(|nth| (nth.to_owned(), String::new()))).collect();
            Expected::Duty { case: (*case).to_owned(), duty: (*duty).to_owned(), about, state, more }
        }
        ["ledger"] => {
            let (kind, times) = count(&text)?;
            Expected::Ledger { kind, times }
        }
        ["outbox"] => {
            let (state, times) = count(&text)?;
            Expected::Outbox { state, times }
        }
        ["transcript", channel] => Expected::Transcript { channel: (*channel).to_owned(), text, not },
        _ => return Ok(None),
    }))
}
