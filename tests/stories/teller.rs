//! Tells a story to the house and holds what comes against what the story expects.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use countersign::card::{Button, Card, Word, wall};
use countersign::chat::Roster;
use countersign::domain::kinds::approval;
use countersign::domain::mark::Words;
use countersign::domain::obligation::{Attribution, Obligation};
use countersign::domain::{At, Event, Lane, Span};
use countersign::grammar::verbs::roots;
use countersign::grammar::{Filled, MENTION, PREFIX, clean};
use countersign::ledger::folder::cause_secret;
use countersign::ledger::heard::{Account, Answer, Belongs, Heard, What as Said};
use countersign::ledger::record::{Causes, Record, Told};

use super::on_platform::{self, There};
use super::script::{Day, Deed, Expected, On, Place, Speaker, Step, Story, What, When};
use super::stage::{Entry, Extent, Stage};
use super::workspace::Workspace;

pub struct Teller {
    pub story: Story,
    pub stage: Stage,
    /// Where in the log the window of what came since the last deed begins.
    pub since: usize,
    /// The last private answers, by person.
    answers: HashMap<String, Answer>,
    /// People as a platform has them: what they wrote and were shown there.
    pub there: There,
    /// Cards that people looked at, by person and case.
    seen: HashMap<(String, String), (Lane, String, Vec<Button>)>,
    /// Everything that was told to the bot, with the line and the answer.
    lines: Vec<(usize, Heard, Answer)>,
    /// The last deed's share of them.
    last: usize,
}

/// Where a story is told: the platforms, and none for the local room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Voice(Vec<String>);

impl Voice {
    /// What its tests' names begin with.
    pub fn prefix(&self) -> String {
        self.0.first().map(|platform| format!("{}::", named(platform))).unwrap_or_default()
    }
    pub fn platforms(&self) -> &[String] {
        &self.0
    }
}

/// A platform as a story writes it, by its own name: `vendor on discord` is `discord`.
pub fn named(platform: &str) -> &str {
    platform.split_once(" on ").map_or(platform, |(_, name)| name)
}

/// Where a story wants to be told.
///
/// # Errors
/// It can't be read.
pub fn voices(path: &Path) -> Result<Vec<Voice>, String> {
    let story = Story::read(&text(path)?).map_err(|(line, why)| format!("{}:{line}: {why}", path.display()))?;
    Ok(match (story.platforms.is_empty(), story.local) {
        (false, _) => vec![Voice(story.platforms)],
        (true, Some(_)) => vec![Voice::default()],
        (true, None) => {
            let discord = story.not_on_discord.is_none().then(|| Voice(vec!["discord".to_owned()]));
            [Voice::default(), Voice(vec!["slack".to_owned()])].into_iter().chain(discord).collect()
        }
    })
}

/// # Errors
/// The disk's.
pub fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Tells a story from its text. `name` is where it stands, for people.
///
/// # Errors
/// The line, what was expected there, and what came.
pub fn tell(name: &str, text: &str, voice: &Voice) -> Result<(), String> {
    let story = Story::read(text).map_err(|(line, why)| format!("{name}:{line}: {why}"))?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut teller = Teller::open(name, story, voice).await?;
        let told = teller.all_steps(name).await;
        if std::env::var_os("STORY_TAPE").is_some() {
            eprintln!("── {name}\n{}", teller.tape(0));
        }
        if let Some(folder) = std::env::var_os("COUNTERSIGN_PICTURES") {
            let written = teller.stage.spaces.iter().try_for_each(|space| space.draw(Path::new(&folder), name));
            written.map_err(|error| error.to_string())?;
        }
        told?;
        teller.every_line_can_be_typed_where_it_stands().map_err(|why| format!("{name}: {why}"))?;
        teller.nothing_is_approved_unseen().map_err(|why| format!("{name}: {why}"))?;
        match teller.stage.spaces.is_empty() {
            true => teller.tell_again().await,
            false => teller.told_again_there().await,
        }
        .map_err(|why| format!("{name}: {why}"))?;
        teller.stage.verify().await.map_err(|why| format!("{name}: {why}"))
    })
}

/// The earlier one where a wall clock shows the time twice.
fn on_the_wall(wall: NaiveDateTime, zone: Tz) -> Result<At, String> {
    let moment = zone.from_local_datetime(&wall).earliest().ok_or_else(|| format!("{wall} doesn't exist in {zone}"))?;
    Ok(At(moment.timestamp_micros()))
}

impl Teller {
    async fn open(name: &str, story: Story, voice: &Voice) -> Result<Teller, String> {
        let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join(&story.policy);
        let start = on_the_wall(story.start, story.zone)?;
        let spaces = on_platform::spaces(&story, start, &policy, voice).await?;
        let stage = Stage::open(&policy, start, spaces, story.both.clone())
            .await
            .map_err(|why| format!("{name}: the bot doesn't start: {why}"))?;
        Ok(Teller {
            story,
            stage,
            since: 0,
            answers: HashMap::new(),
            there: There::default(),
            seen: HashMap::new(),
            lines: Vec::new(),
            last: 0,
        })
    }

    async fn all_steps(&mut self, name: &str) -> Result<(), String> {
        for step in self.story.steps.clone() {
            self.step(&step).await.map_err(|why| format!("{name}:{}: {}\n{why}", step.line, step.source))?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(when) = step.when {
            let to = self.moment(when)?;
            self.stage.advance(to).await?;
        }
        match &step.what {
            What::Do(deed) => {
                self.since = self.stage.log.len();
                self.answers.clear();
                if !self.stage.spaces.is_empty()
                    && let Some(done) = self.deed_there(deed).await?
                {
                    return Ok(done);
                }
                self.deed(step, deed).await
            }
            What::Expect(expected) => self.expect(step.when, expected).await,
        }
    }

    fn moment(&self, when: When) -> Result<At, String> {
        let now = self.stage.now().utc().ok_or("the clock shows no time")?.with_timezone(&self.story.zone);
        let day = match when.day {
            None => now.date_naive(),
            Some(Day::Date(date)) => date,
            Some(Day::Next(weekday)) => {
                let ahead = (7 + weekday.num_days_from_monday() - now.weekday().num_days_from_monday()) % 7;
                now.date_naive().checked_add_days(Days::new(u64::from(ahead))).ok_or("the calendar ends")?
            }
        };
        on_the_wall(day.and_time(when.time), self.story.zone)
    }

    // ── What happens ──────────────────────────────────────────────────────────────────────────────────────────────────

    async fn deed(&mut self, step: &Step, deed: &Deed) -> Result<(), String> {
        match deed {
            Deed::Say { who, is, place, text } => {
                let (lane, thread) = self.place(who, place).await?;
                let text = &with_links(text, &|of| Ok(self.last_message(of)?.1))?;
                let cause = self.cause(step, who);
                let command =
                    text.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
                let what = match command {
                    true => Said::Command { text: text.clone() },
                    false => {
                        Said::Said { message: format!("m{}", step.line), text: text.clone(), files: Words::default() }
                    }
                };
                let from = from(who, *is);
                self.hear(step, vec![(who.clone(), Heard { thread, ..Heard::live(cause, from, lane, what) })]).await
            }
            Deed::Look { who, case } => {
                let (lane, message) = self.stage.card_of(case, None).await?;
                let card = self.card(&lane, &message)?;
                self.seen.insert((who.clone(), case.clone()), (lane, message, card.buttons.clone()));
                Ok(())
            }
            Deed::Press { who, label, on } => {
                let mut heard = Vec::new();
                for who in who {
                    let (lane, message, buttons) = self.buttons(who, label, on).await?;
                    let button = buttons.iter().find(|button| &button.label == label).ok_or_else(|| {
                        let labels: Vec<&str> = buttons.iter().map(|button| button.label.as_str()).collect();
                        format!("there is no such button; there are {}", labels.join(", "))
                    })?;
                    let thread = (!message.is_empty()).then(|| self.thread_of(&lane, &message));
                    let what = Said::Pressed { message, action: button.action.clone() };
                    let (cause, from) = (self.cause(step, who), account(who));
                    heard.push((who.clone(), Heard { thread, ..Heard::live(cause, from, lane, what) }));
                }
                self.hear(step, heard).await
            }
            Deed::Submit { who, values } => {
                let form = self.lines.iter().rev().find_map(|(_, heard, answer)| {
                    (heard.from.id == *who)
                        .then_some(answer.form.as_ref())
                        .flatten()
                        .map(|form| (heard.clone(), form.clone()))
                });
                let (asked, form) = form.ok_or_else(|| format!("{who} was shown no form"))?;
                // What was filled in already is sent along, as a page does.
                let filled = form.fields.iter().filter_map(|field| Some((field.name.clone(), field.value.clone()?)));
                let values = filled.chain(values.iter().cloned()).collect();
                let what = Said::Filled(Filled::form(&form.id, values));
                let heard = Heard { cause: self.cause(step, who), what, ..asked };
                self.hear(step, vec![(who.clone(), heard)]).await
            }
            Deed::Edit { who, text } => {
                let (said, message) = self.last_message(who)?;
                let what = Said::Edited { message, text: text.clone() };
                self.hear(step, vec![(who.clone(), Heard { cause: self.cause(step, who), what, ..said })]).await
            }
            Deed::Delete { who } => {
                let (said, message) = self.last_message(who)?;
                let what = Said::Deleted { message };
                self.hear(step, vec![(who.clone(), Heard { cause: self.cause(step, who), what, ..said })]).await
            }
            Deed::React { who, sign, of, on } => {
                let (said, message) = self.last_message(of)?;
                let what = Said::Reacted { message, reaction: sign.clone(), on: *on };
                let heard = Heard { cause: self.cause(step, who), from: account(who), what, ..said };
                self.hear(step, vec![(who.clone(), heard)]).await
            }
            Deed::Again => {
                for (_, heard, _) in self.lines[self.last..].iter().cloned() {
                    let answer = self.stage.hear(heard.clone()).await?;
                    self.answers.insert(heard.from.id.clone(), answer);
                }
                Ok(())
            }
            Deed::PolicyBecomes(file) => {
                let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                let text = std::fs::read_to_string(&from).map_err(|error| format!("{}: {error}", from.display()))?;
                self.stage.change_policy(|_| Ok(text))
            }
            Deed::PolicySays { old, new } => {
                self.stage.change_policy(|text| match text.matches(old.as_str()).count() {
                    1 => Ok(text.replace(old.as_str(), new)),
                    times => Err(format!("the policy says that {times} times; it must be once")),
                })
            }
            Deed::OperatorReloads => {
                let card = self.stage.reload().await?;
                self.answers.insert("operator".to_owned(), Answer::card(card));
                Ok(())
            }
            Deed::Use { .. } | Deed::OpenHome { .. } | Deed::TakeNoDirect { .. } => {
                Err("the local room has no such thing".to_owned())
            }
            Deed::WatchdogLooks => self.stage.watchdog_looks().await,
            Deed::Roster { platform, groups, gone } => {
                let roster = Roster { groups: groups.iter().cloned().collect(), gone: gone.clone() };
                self.stage.roster(platform, &roster).await
            }
            Deed::BotStops => self.stage.stop().await,
            Deed::BotIsKilled => self.stage.kill().await,
            Deed::BotIsBack => self.stage.begin().await,
            Deed::Channel { name, trouble } => {
                self.stage.set_trouble(name, *trouble);
                Ok(())
            }
        }
    }

    /// The platform's own id of what happens in a line.
    fn cause(&self, step: &Step, who: &str) -> String {
        format!("story:{}:{who}", step.line)
    }

    async fn hear(&mut self, step: &Step, heard: Vec<(String, Heard)>) -> Result<(), String> {
        self.last = self.lines.len();
        let (who, heard): (Vec<String>, Vec<Heard>) = heard.into_iter().unzip();
        let answers = self.stage.hear_all(heard.clone()).await?;
        for ((who, heard), answer) in who.into_iter().zip(heard).zip(answers) {
            self.lines.push((step.line, heard, answer.clone()));
            self.answers.insert(who, answer);
        }
        Ok(())
    }

    pub async fn place(&self, who: &str, place: &Place) -> Result<(Lane, Option<String>), String> {
        let named = |name: &str| self.stage.lane(name).ok_or_else(|| format!("{name} is no lane"));
        match place {
            Place::Usual => Ok((named(&format!("#{}", self.story.channel))?, None)),
            Place::Channel(channel) => Ok((named(channel)?, None)),
            Place::Direct => Ok((named(&format!("@{who}"))?, None)),
            Place::Thread(case) => {
                let (lane, message) = self.stage.card_of(case, None).await?;
                Ok((lane, Some(message)))
            }
        }
    }

    /// Where the button stands that is to be pressed, and those beside it.
    async fn buttons(&self, who: &str, label: &str, on: &On) -> Result<(Lane, String, Vec<Button>), String> {
        let direct = self.stage.lane(&format!("@{who}")).ok_or("nobody is called that")?;
        match on {
            On::Card { case, as_seen: true, .. } => {
                let seen = self.seen.get(&(who.to_owned(), case.clone()));
                seen.cloned().ok_or_else(|| format!("{who} hasn't looked at {case}"))
            }
            On::Card { case, as_seen: false, .. } => {
                let (lane, message) = self.stage.card_of(case, None).await?;
                let buttons = self.card(&lane, &message)?.buttons.clone();
                Ok((lane, message, buttons))
            }
            On::Message => {
                let with = |card: &Card| card.buttons.iter().any(|button| button.label == label);
                let told: Vec<&Told> = self.stage.log.iter().filter_map(|entry| entry.told()).collect();
                let stands = |at: usize| told[at + 1..].iter().all(|later| later.message != told[at].message);
                let mut standing = told.iter().enumerate().filter(|(at, _)| stands(*at)).map(|(_, told)| *told);
                let fits = |told: &&Told| told.lane == direct && with(shown(told));
                let told = standing.rfind(fits);
                let told = told.ok_or_else(|| format!("{who} has no message with that button"))?;
                Ok((direct, told.message.clone(), shown(told).buttons.clone()))
            }
            On::Answer => {
                let of = |heard: &Heard| heard.from.id == who;
                let (_, heard, answer) =
                    self.lines.iter().rfind(|(_, heard, _)| of(heard)).ok_or("nothing was answered")?;
                let buttons = answer.cards.iter().flat_map(|card| card.buttons.clone()).collect();
                Ok((heard.lane.clone(), String::new(), buttons))
            }
        }
    }

    /// A message of the bot's as it stands now.
    pub fn card(&self, lane: &Lane, message: &str) -> Result<&Card, String> {
        let told = self.stage.log.iter().rev().filter_map(|entry| entry.told());
        let mut told = told.filter(|told| &told.lane == lane && told.message == message);
        told.next().map(shown).ok_or_else(|| format!("no message {message} came to {lane}"))
    }

    fn thread_of(&self, lane: &Lane, message: &str) -> String {
        let told = self.stage.log.iter().rev().filter_map(|entry| entry.told());
        let mut told = told.filter(|told| &told.lane == lane && told.message == message);
        told.find_map(|told| told.thread.clone()).unwrap_or_else(|| message.to_owned())
    }

    fn last_message(&self, who: &str) -> Result<(Heard, String), String> {
        let said = self.lines.iter().rev().find_map(|(_, heard, _)| match &heard.what {
            Said::Said { message, .. } if heard.from.id == who => Some((heard.clone(), message.clone())),
            _ => None,
        });
        said.ok_or_else(|| format!("{who} has written no message"))
    }

    fn is_marked(&self, who: &str) -> Result<bool, String> {
        if !self.stage.spaces.is_empty() {
            return self.is_marked_there(who);
        }
        let (_, message) = self.last_message(who)?;
        Ok(self.answers.values().any(|answer| answer.marks.as_ref() == Some(&message)))
    }

    // ── What is expected ──────────────────────────────────────────────────────────────────────────────────────────────

    async fn expect(&mut self, when: Option<When>, expected: &Expected) -> Result<(), String> {
        match expected {
            Expected::Told { lane: name, text, times, edited } => {
                let lane = self.stage.lane(name).ok_or_else(|| format!("{name} is no lane"))?;
                // What must not have come, must not have come at any moment up to this one.
                let at = when.filter(|_| *times != Some(0)).map(|when| (when, self.stage.now()));
                let fits = |entry: &&Entry| {
                    entry.told().is_some_and(|told| {
                        told.lane == lane
                            && is_edited_message(told) == *edited
                            && contains(&self.text(shown(told), entry.at), &self.as_typed_there(told, text))
                            && at.is_none_or(|(when, at)| same(entry.at, at, when.to_the_second))
                    })
                };
                let found = self.stage.log[self.since..].iter().filter(fits).count();
                match times {
                    Some(times) if found == *times => Ok(()),
                    Some(times) => Err(format!("expected {times} such messages, {found} came\n{}", self.came())),
                    None if found > 0 => Ok(()),
                    None => Err(format!(
                        "no such message came{}\n{}",
                        if at.is_some() { " in that minute" } else { "" },
                        self.came()
                    )),
                }
            }
            Expected::Nobody { text } => {
                let fits = |entry: &&Entry| {
                    entry.told().is_some_and(|told| {
                        // A card that shows how things stand disturbs nobody.
                        told.card_shows.is_none()
                            && !told.edit
                            && text.as_ref().is_none_or(|text| contains(&self.text(shown(told), entry.at), text))
                    })
                };
                match self.stage.log[self.since..].iter().find(fits) {
                    None => Ok(()),
                    Some(_) => Err(format!("somebody was told\n{}", self.came())),
                }
            }
            Expected::Hears { who, text, not } => {
                let heard = match (self.answers.get(who), self.there.heard.get(who)) {
                    (Some(answer), _) => self.answered(answer),
                    (None, Some(heard)) => heard.clone(),
                    (None, None) => return Err(format!("{who} did nothing just now")),
                };
                match text {
                    None if heard.is_empty() => Ok(()),
                    None => Err(format!("{who} heard\n{heard}")),
                    Some(text) if contains(&heard, text) != *not => Ok(()),
                    Some(_) => Err(format!("{who} heard\n{}", indent(&heard))),
                }
            }
            Expected::Card { case, platform, text, not } => {
                let (lane, message) = self.stage.card_of(case, platform.as_deref()).await?;
                let shown = self.text(self.card(&lane, &message)?, self.stage.now());
                match contains(&shown, text) != *not {
                    true => Ok(()),
                    false => Err(format!("the card shows\n{}", indent(&shown))),
                }
            }
            Expected::Case { case, state } => {
                let is = self.stage.case(case).await?.state().to_owned();
                if &is == state { Ok(()) } else { Err(format!("{case} is {is}")) }
            }
            Expected::Duty { case, duty, about, state, more } => {
                let case = self.stage.case(case).await?;
                let like = |it: &&Obligation| {
                    it.duty.word() == duty
                        && about.as_ref().is_none_or(|about| it.about.as_ref().is_some_and(|it| it.text() == about))
                };
                let nth = more.iter().find_map(|(name, _)| name.strip_prefix('#')).map(str::parse::<usize>);
                let nth = nth.transpose().map_err(|_| "write `#1` for the first of them".to_owned())?;
                let mut all = case.obligations.iter().filter(like);
                let found = match nth {
                    Some(nth) => all.nth(nth.saturating_sub(1)),
                    None => all.next_back(),
                };
                let none = || {
                    let all: Vec<String> = case.obligations.iter().map(|it| self.duty(it)).collect();
                    format!("there is no such duty; there are\n  {}", all.join("\n  "))
                };
                let found = found.ok_or_else(none)?;
                let is = found.state().word();
                if is != state {
                    return Err(format!("it is {is}: {}", self.duty(found)));
                }
                more.iter().try_for_each(|(name, value)| self.duty_is(found, name, value))
            }
            Expected::Ledger { kind, times } => {
                let kinds = self.stage.log.iter().flat_map(|entry| entry.kinds());
                let found = kinds.filter(|it| it == kind).count();
                match found == *times {
                    true => Ok(()),
                    false => Err(format!("it is there {found} times; the ledger has\n  {}", self.ledger())),
                }
            }
            Expected::Outbox { state, times } => {
                let rows = self.stage.outbox().await?;
                let found = rows.iter().filter(|(_, is, ..)| is == state).count();
                let row = |(lane, state, attempts, not_before): &(String, String, i64, At)| {
                    let not_before = wall(*not_before, self.story.zone, self.stage.now());
                    format!("{lane}: {state}, {attempts} attempts, not before {not_before}")
                };
                match found == *times {
                    true => Ok(()),
                    false => Err(format!(
                        "{found} are {state}\n{}",
                        indent(&rows.iter().map(row).collect::<Vec<_>>().join("\n"))
                    )),
                }
            }
            Expected::Sees { who, channel, not } => match self.stage.sees(who, channel).await? != *not {
                true => Ok(()),
                false => Err(format!("{who} {} see it", if *not { "does" } else { "doesn't" })),
            },
            Expected::Marked { who, not } => match self.is_marked(who)? != *not {
                true => Ok(()),
                false => Err(format!("it {} marked", if *not { "is" } else { "isn't" })),
            },
            Expected::Transcript { channel, text, not } => {
                let lane = self.stage.lane(channel).ok_or("no such lane")?;
                let stands = self.stage.transcript(&lane).await?;
                let words = stands.iter().filter_map(|body| {
                    let body: serde_json::Value = serde_json::from_str(body).ok()?;
                    body.get("text")?.as_str().map(str::to_owned)
                });
                let words: Vec<String> = words.collect();
                match words.iter().any(|words| contains(words, text)) != *not {
                    true => Ok(()),
                    false => Err(format!("there stands\n{}", indent(&words.join("\n")))),
                }
            }
        }
    }

    fn duty_is(&self, found: &Obligation, name: &str, value: &str) -> Result<(), String> {
        let now = self.stage.now();
        let is = match name {
            _ if name.starts_with('#') => return Ok(()),
            "due" => wall(found.terms.due, self.story.zone, now),
            "attributed" => found.breach.as_ref().map_or_else(
                || "to nobody".to_owned(),
                |it| match &it.attributed {
                    Attribution::Holder(party) => party.to_string(),
                    other => other.to_string(),
                },
            ),
            "contested" => found
                .breach
                .as_ref()
                .and_then(|it| it.contested.as_ref())
                .map_or("no".to_owned(), |it| it.says.to_string()),
            "holders" => found.held_by.iter().map(|it| it.to_string()).collect::<Vec<_>>().join(" "),
            "paused" => found.paused.to_string(),
            "votes" => found.votes.to_string(),
            other => return Err(format!("a duty has no “{other}”")),
        };
        if is == value { Ok(()) } else { Err(format!("{name} is {is}: {}", self.duty(found))) }
    }

    fn duty(&self, it: &Obligation) -> String {
        let about = it.about.as_ref().map_or_else(String::new, |about| format!(" ({about})"));
        format!(
            "{}{about}: {}, due {}",
            it.duty,
            it.state().word(),
            wall(it.terms.due, self.story.zone, self.stage.now())
        )
    }

    // ── After the last line ───────────────────────────────────────────────────────────────────────────────────────────

    /// Tells every line again, as a platform does that got no receipt.
    async fn tell_again(&mut self) -> Result<(), String> {
        if !self.stage.is_up() {
            self.stage.begin().await?;
        }
        let causes = Causes::new(cause_secret(&self.stage.data()).map_err(|error| error.to_string())?);
        for (line, heard, answer) in std::mem::take(&mut self.lines) {
            let before = self.stage.extent().await?;
            let key = causes.key_of(&heard.cause);
            let again = self.stage.hear(heard.clone()).await.map_err(|why| format!("line {line} told again: {why}"))?;
            let after = self.stage.extent().await?;
            // A question about what is is heard again, and nothing else comes of it.
            let question = !self.kept(&key) && answer != Answer::default();
            let heard_again = |entry: &Entry| matches!(&entry.record, Record::Heard(heard) if heard.key == key);
            let only_heard = self.stage.log[before.entries..].iter().all(heard_again);
            let same = after == Extent { entries: after.entries, ..before.clone() } && only_heard;
            if after != before && !(question && same) {
                let new: Vec<&str> = self.stage.log[before.entries..].iter().flat_map(|entry| entry.kinds()).collect();
                return Err(format!("line {line} told again changed {before:?} to {after:?}: {}", new.join(", ")));
            }
            // Answers that only show figures aren't kept: they are read again, and may have changed.
            if self.kept(&key) && !self.is_erased(&key) && again != answer {
                let (first, second) = (self.answered(&answer), self.answered(&again));
                return Err(format!(
                    "line {line} told again was answered\n{}\nand not\n{}",
                    indent(&second),
                    indent(&first)
                ));
            }
        }
        Ok(())
    }

    pub fn kept(&self, key: &str) -> bool {
        self.stage.log.iter().any(|entry| match &entry.record {
            Record::Heard(heard) => heard.key == key && heard.answer.is_some(),
            _ => false,
        })
    }

    /// Whether an erasure has taken what was answered, or something keeps it and nobody reads it: then there is nothing to compare with.
    fn is_erased(&self, key: &str) -> bool {
        let erased: BTreeSet<u64> = self
            .stage
            .log
            .iter()
            .filter_map(|entry| match &entry.record {
                Record::Erased(erased) => Some(erased.entries.iter().copied()),
                Record::Withheld(withheld) => Some(withheld.entries.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        self.stage.log.iter().enumerate().any(|(seq, entry)| match &entry.record {
            Record::Heard(heard) => heard.key == key && erased.contains(&(seq as u64)),
            _ => false,
        })
    }

    // ── Lines to type ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// In a thread of Slack's commands are said: it takes no slash command there.
    fn is_said_there(&self, told: &Told) -> bool {
        told.thread.is_some() && matches!(self.stage.space_of(&told.lane.platform), Some(Workspace::Slack(_)))
    }

    /// A story writes commands with a slash; where they are said, they are expected so.
    fn as_typed_there(&self, told: &Told, text: &str) -> String {
        match self.is_said_there(told) {
            true => roots().fold(text.to_owned(), |text, root| {
                text.replace(&format!("{PREFIX}{} ", root.word), &format!("{MENTION}{} ", root.word))
            }),
            false => text.to_owned(),
        }
    }

    /// Whatever was posted names commands in the way that works in that place, whether or not the story looks at it.
    fn every_line_can_be_typed_where_it_stands(&self) -> Result<(), String> {
        for told in self.stage.log.iter().filter_map(Entry::told) {
            let card = shown(told);
            let words = card.lines.iter().chain([&card.title]).chain(card.fields.iter().map(|field| &field.value));
            let wrong = if self.is_said_there(told) { PREFIX } else { MENTION };
            for word in words.flatten() {
                if let Word::Code(code) = word
                    && roots().any(|root| code.starts_with(&format!("{wrong}{} ", root.word)))
                {
                    return Err(format!("`{code}` can't be typed in {} (thread: {:?})", told.lane, told.thread));
                }
            }
        }
        Ok(())
    }

    /// Whoever is given a button that approves sees above it what they approve, to the letter, whether or not the story looks
    /// at it.
    fn nothing_is_approved_unseen(&self) -> Result<(), String> {
        let mut actions: HashMap<(String, u32), String> = HashMap::new();
        for entry in &self.stage.log {
            for event in entry.record.ruled().into_iter().flat_map(|ruled| &ruled.events) {
                let (revision, action) = match event {
                    Event::Approval(approval::Event::Requested(asked)) => (1, &asked.action),
                    Event::Approval(approval::Event::Amended { action, revision, .. }) => (*revision, action),
                    _ => continue,
                };
                actions.insert((entry.case.clone().unwrap_or_default(), revision), action.clone());
            }
        }
        let told = self.stage.log.iter().filter_map(Entry::told).map(shown);
        let answered = self.lines.iter().flat_map(|(_, _, answer)| &answer.cards);
        for card in told.chain(answered) {
            for button in &card.buttons {
                let mut parts = button.action.trim_start_matches("form:").split(':');
                if parts.next() != Some("approve") {
                    continue;
                }
                let case = parts.next().unwrap_or_default().to_owned();
                let revision = parts.next().and_then(|it| it.parse().ok()).unwrap_or_default();
                let seen = actions.get(&(case, revision)).is_some_and(|action| {
                    let whole = Word::Code(clean::visible(action));
                    card.lines.iter().flatten().any(|word| *word == whole)
                });
                if !seen {
                    return Err(format!("`{}` can be pressed on {card:?}", button.action));
                }
            }
        }
        Ok(())
    }

    // ── In words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    fn text(&self, card: &Card, at: At) -> String {
        let mut text = card.plain(self.story.zone, at);
        for button in &card.buttons {
            // A `String` can be written to.
            let _ = write!(text, " [{}]", button.label);
        }
        text
    }

    fn answered(&self, answer: &Answer) -> String {
        let mut lines: Vec<String> = answer.cards.iter().map(|card| self.text(card, self.stage.now())).collect();
        if let Some(form) = &answer.form {
            let fields = form
                .fields
                .iter()
                .map(|field| format!("{}={}", field.name, field.value.as_deref().unwrap_or_default()));
            let intro = form.intro.iter().map(|line| countersign::card::plain(line, self.story.zone, self.stage.now()));
            lines.push(format!("form {}: {}", form.id, fields.collect::<Vec<_>>().join("; ")));
            lines.extend(intro);
        }
        for (field, sentence) in answer.errors.iter().flatten() {
            lines.push(format!("{field}: {sentence}"));
        }
        lines.join("\n")
    }

    fn came(&self) -> String {
        match self.tape(self.since) {
            tape if tape.is_empty() => "nothing came since the last thing that happened".to_owned(),
            tape => format!("since the last thing that happened came\n{}", indent(&tape)),
        }
    }

    /// All that was told since an entry, and what people said.
    fn tape(&self, since: usize) -> String {
        let mut tape = String::new();
        for entry in &self.stage.log[since..] {
            let at = wall(entry.at, self.story.zone, self.stage.now());
            let line = match &entry.record {
                Record::Told(_) => {
                    let Some(told) = entry.told() else { continue };
                    let place = self.stage.place_of(&told.lane);
                    let edit = if told.edit { " (edited)" } else { "" };
                    let card = if told.card_shows.is_some() { " card" } else { "" };
                    format!("{at} {place}{card}{edit}: {}", self.text(shown(told), entry.at).replace('\n', " ⏎ "))
                }
                Record::Heard(heard) if since == 0 => {
                    let said = match &heard.what {
                        Said::Said { text, .. } | Said::Command { text } => text.clone(),
                        Said::Pressed { action, .. } => format!("[{action}]"),
                        Said::Filled(filled) => format!("[{} {:?}]", filled.title(), filled.values),
                        Said::Edited { text, .. } => format!("edits: {text}"),
                        Said::Deleted { .. } => "deletes".to_owned(),
                        other => other.kind().to_owned(),
                    };
                    let answer = heard
                        .answer
                        .as_ref()
                        .and_then(Words::get)
                        .map(|it| self.answered(it).replace('\n', " ⏎ "))
                        .unwrap_or_default();
                    format!("{at} {}> {said}\n        ({answer})", heard.who.subject())
                }
                Record::NotTold(not_told) => format!("{at} not told to {}: {:?}", not_told.lane, not_told.why),
                _ => continue,
            };
            // A `String` can be written to.
            let _ = writeln!(tape, "{line}");
        }
        tape
    }

    fn ledger(&self) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for kind in self.stage.log.iter().flat_map(|entry| entry.kinds()) {
            match counts.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((kind, 1)),
            }
        }
        counts.iter().map(|(kind, count)| format!("{kind} x{count}")).collect::<Vec<_>>().join("\n  ")
    }
}

/// With the address of somebody's last message where `{ravi's message}` stands.
pub fn with_links(text: &str, link: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let Some((before, rest)) = text.split_once('{') else { return Ok(text.to_owned()) };
    match rest.split_once("'s message}") {
        Some((who, after)) => Ok(format!("{before}{}{}", link(who)?, with_links(after, link)?)),
        None => Ok(text.to_owned()),
    }
}

fn from(who: &str, is: Speaker) -> Account {
    let belongs = match is {
        Speaker::Member | Speaker::Bot => Belongs::Member,
        Speaker::Guest => Belongs::Guest,
        Speaker::Outsider => Belongs::Outside,
    };
    Account { bot: is == Speaker::Bot, belongs, ..account(who) }
}

/// A message that asks for answers, edited: cards are edited all the time.
fn is_edited_message(told: &Told) -> bool {
    told.edit && told.card_shows.is_none()
}

/// What a message of the bot's shows.
fn shown(told: &Told) -> &Card {
    static ERASED: LazyLock<Card> = LazyLock::new(Card::default);
    told.card.get().unwrap_or(&ERASED)
}

fn account(who: &str) -> Account {
    Account::member(who, who)
}

fn same(one: At, other: At, to_the_second: bool) -> bool {
    let unit = if to_the_second { Span::seconds(1) } else { Span::minutes(1) };
    one.0.div_euclid(unit.0) == other.0.div_euclid(unit.0)
}

/// Whether the parts of `wanted` between its `...` come in `text`, in order. Line breaks and runs of blanks count as one
/// blank; what is written between backticks is shown as code, without them.
fn contains(text: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let text = plain(text);
    let mut rest = text.as_str();
    for part in wanted.split("...").map(plain) {
        match rest.find(&part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

pub fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

// ── That the runner notices ───────────────────────────────────────────────────────────────────────────────────────────

type Check = Box<dyn FnOnce() -> Result<(), String> + Send>;

/// A runner that finds everything right is worth nothing: each of these stories is wrong in one place, and must fail there
/// with these words.
const WRONG: &[(&str, &str, &str)] = &[
    ("a_message_that_did_not_come", "#credit: INC-1 is merged", ":4: #credit: INC-1 is merged\nno such message came"),
    ("a_message_a_minute_early", "09:29 @dev: INC-1 ... is due at 10:00", "no such message came in that minute"),
    ("a_message_a_minute_late", "09:31 @dev: INC-1 ... is due at 10:00", "09:30 @dev"),
    ("a_message_that_must_not_come", "09:30 not @dev: is due at", "expected 0 such messages, 1 came"),
    ("a_message_too_often", "09:30 #credit x2: is due at", "expected 2 such messages, 1 came"),
    ("a_message_to_somebody_else", "09:30 @maya: is due at", "no such message came"),
    ("somebody_who_is_told", "09:30 nobody is told: is due at", "somebody was told"),
    ("anybody_who_is_told", "09:30 nobody is told anything", "somebody was told"),
    ("parts_in_the_wrong_order", "#credit: acknowledges ... INC-1 · sev2", "no such message came"),
    ("another_answer", "maya hears: resolved", "maya heard\n  INC-1 · opened as sev2"),
    ("an_answer_that_must_not_come", "maya does not hear: opened as", "maya heard"),
    ("an_answer_where_there_is_none", "dev hears: opened as", "dev did nothing just now"),
    ("silence_that_is_none", "maya hears nothing", "maya heard"),
    ("another_card", "card INC-1: State: resolved", "the card shows"),
    ("a_card_with_too_much", "not card INC-1: State: open", "the card shows"),
    ("another_state", "case INC-1: resolved", "INC-1 is open"),
    ("another_duty", "duty INC-1 acknowledge: met", "it is owed"),
    (
        "a_duty_that_is_not_there",
        "duty INC-1 contain: owed",
        "there is no such duty; there are\n  acknowledge: owed, due 10:00",
    ),
    ("another_deadline", "duty INC-1 acknowledge: owed, due 10:01", "due is 10:00"),
    ("another_count_of_entries", "ledger: incident.opened x2", "it is there 1 times"),
    ("another_count_of_messages", "outbox: sent x9", " are sent"),
    ("a_message_that_is_not_marked", "maya> hello\n      maya's message is marked", "it isn't marked"),
    ("a_channel_that_is_not_there", "maya sees #inc-1", "maya doesn't see it"),
    ("a_channel_that_should_not_be_seen", "maya does not see #credit", "maya does see it"),
    ("words_that_do_not_stand_there", "transcript #credit: hello", "there stands"),
    ("a_button_that_is_not_there", "dev presses Approve on INC-1", "there is no such button; there are Acknowledge"),
    ("time_that_goes_back", "08:59 maya> /sla mine", "time doesn't go back here"),
    ("a_line_that_cannot_be_read", "maya shrugs", ":4: this is neither something that happens"),
    ("a_bot_that_is_down", "the bot stops\n      maya> /sla mine", ":5: maya> /sla mine\nthe bot is down"),
];

/// The tests of the runner itself.
pub fn notices() -> Vec<(String, Check)> {
    let mut all: Vec<(String, Check)> = Vec::new();
    for voice in [Voice::default(), Voice(vec!["slack".to_owned()]), Voice(vec!["discord".to_owned()])] {
        for (name, line, words) in WRONG {
            let (name, voice) = (format!("{}{name}", voice.prefix()), voice.clone());
            let check: Check = Box::new(move || {
                let story =
                    format!("# Wrong in one place.\n09:00 maya> /incident open credit sev2 Drift\n\n      {line}\n");
                match tell("it", &story, &voice) {
                    Ok(()) => Err(format!("nothing was noticed in\n{story}")),
                    Err(why) if why.contains(words) => Ok(()),
                    Err(why) => Err(format!("expected {words:?} in\n{why}")),
                }
            });
            all.push((name, check));
        }
    }
    for platform in ["slack", "discord"] {
        let check: Check = Box::new(move || drawn_otherwise(platform));
        all.push((format!("{platform}::cards_that_are_drawn_otherwise"), check));
    }
    all
}

/// What a card has more than its message, or less, is noticed.
fn drawn_otherwise(platform: &str) -> Result<(), String> {
    let story = "# A card.\n09:00 maya> /incident open credit sev2 Drift\n";
    let story = Story::read(story).map_err(|(_, why)| why)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut teller = Teller::open("it", story, &Voice(vec![platform.to_owned()])).await?;
        teller.all_steps("it").await?;
        let (lane, message) = teller.stage.card_of("INC-1", None).await?;
        let conversation = teller.stage.conversation(&lane).await?;
        let space = teller.stage.space_of(&lane.platform).ok_or("it is on no platform")?;
        let (card, now) = (teller.card(&lane, &message)?, teller.stage.now());
        space.shows(&conversation, &message, card, now)?;
        let wrong: [fn(&mut Card); 5] = [
            |card| card.title.push("more".into()),
            |card| drop(card.fields.pop()),
            |card| card.lines.push(vec!["a line".into()]),
            |card| drop(card.buttons.pop()),
            |card| card.buttons.reverse(),
        ];
        for (at, spoil) in wrong.into_iter().enumerate() {
            let mut card = card.clone();
            spoil(&mut card);
            if space.shows(&conversation, &message, &card, now).is_ok() {
                return Err(format!("the card was spoiled in way {at}, and nothing was noticed"));
            }
        }
        match space.shows(&conversation, "1000001", card, now) {
            Ok(()) => Err("there is no such message, and nothing was noticed".to_owned()),
            Err(_) => Ok(()),
        }
    })
}
