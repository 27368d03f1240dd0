//! From the written tables to the policy as meant: names resolved, defaults filled in, and each table's own sense
//! checked. Targets and approval paths, which need everything else to be there, are in `targets`.
//!
//! A part that is wrong is left out and reading goes on, so that one mistake is told once and the next one too. Nothing
//! of a policy that was read with mistakes is ever used.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::super::super::calendar::{Calendar, CalendarError, QuietHours};
use super::super::super::text::nearest;
use super::super::super::{
    ClassId, LadderId, PartyId, PersonId, Platform, PolicyHash, RoleId, RotaId, Span, WorkflowId,
};
use super::super::{
    Channel, Escalation, Exceptions, Group, Handoffs, Ladder, May, OwnChannels, Party, Person, Policy, Reactions,
    Repeat, Role, SeverityWords, Witnessing, Workflow,
};
use super::finding::{Findings, Place, quote, some_of};
use super::tree::{MISSING, Names};
use super::value::{self, Wrong, workspace};
use super::word::{Named, Word, Words, kind};
use super::{CLASSES, CalendarTable, Document, LadderTable, PersonTable, RoleTable, WorkflowTable};

const BATCH_WITHIN: Span = Span::minutes(2);
/// For how long reminders may be put off, unless the policy says so.
const SNOOZE_AT_MOST: Span = Span::hours(1);
/// By which reactions a message is kept as a note, unless the policy says so: as Slack and Discord name it.
const NOTE_BY: [&str; 2] = ["pushpin", "📌"];
/// Reactions that people take for an answer to what is asked.
const LIKE_VOTES: [&str; 14] = [
    "+1",
    "thumbsup",
    "👍",
    "-1",
    "thumbsdown",
    "👎",
    "white_check_mark",
    "✅",
    "heavy_check_mark",
    "✔️",
    "x",
    "❌",
    "ok_hand",
    "👌",
];

/// Reads on to the end whatever is wrong; the caller looks at `found`.
pub(super) fn resolve(text: &str, document: &Document, names: &Names, found: &mut Findings<'_>) -> Policy {
    let headless = document.policy.is_none();
    let policy = nothing(text);
    let mut resolve =
        Resolve { names, found, policy, unsure: BTreeSet::new(), open_minutes: BTreeMap::new(), headless };
    resolve.everything(document);
    resolve.policy
}

/// What is known so far, and what was wrong with it.
pub(super) struct Resolve<'a, 't> {
    pub names: &'a Names,
    pub found: &'a mut Findings<'t>,
    pub policy: Policy,
    /// Roles whose members could not all be read: nothing is concluded from how few they are.
    pub unsure: BTreeSet<RoleId>,
    /// Open minutes of a week without holidays, for each calendar.
    pub open_minutes: BTreeMap<String, i64>,
    /// `[policy]` could not be read, so that nobody knows whether it names a ladder.
    pub headless: bool,
}

fn nothing(text: &str) -> Policy {
    Policy {
        hash: PolicyHash::from(hex::encode(Sha256::digest(text))),
        name: String::new(),
        operators: None,
        announcements: Vec::new(),
        refuse: Vec::new(),
        parties: BTreeMap::new(),
        people: BTreeMap::new(),
        roles: BTreeMap::new(),
        rotas: BTreeMap::new(),
        calendars: BTreeMap::new(),
        ladders: BTreeMap::new(),
        severities: BTreeMap::new(),
        classes: CLASSES.into_iter().map(|(class, about)| (ClassId::from(class), about.to_string())).collect(),
        workflows: BTreeMap::new(),
        targets: Vec::new(),
        paths: BTreeMap::new(),
        exceptions: Exceptions::default(),
        handoffs: Handoffs::default(),
        records: None,
        retention: Vec::new(),
        rollbacks: BTreeMap::new(),
        may: May::default(),
        batch_within: BATCH_WITHIN,
        snooze_at_most: SNOOZE_AT_MOST,
        reactions: Reactions { note: NOTE_BY.map(str::to_owned).to_vec(), follow_up: Vec::new() },
        digests: Vec::new(),
        regulation: BTreeMap::new(),
        webhooks: BTreeMap::new(),
        witnessing: Witnessing::default(),
        heads: None,
    }
}

impl Resolve<'_, '_> {
    fn everything(&mut self, document: &Document) {
        self.head(document);
        for (key, table) in &document.parties {
            if let (Some(()), Some(name)) = (self.key(key), self.text(&table.name)) {
                self.policy.parties.insert(PartyId::from(key.text.as_str()), Party { name });
            }
        }
        for (key, table) in &document.people {
            if let Some(person) = self.person(key, table) {
                self.policy.people.insert(PersonId::from(key.text.as_str()), person);
            }
        }
        self.accounts(document);
        for (key, table) in &document.roles {
            self.role(key, table);
        }
        self.mirrors(document);
        for (key, table) in &document.rotas {
            self.rota(key, table);
        }
        for (key, table) in &document.calendars {
            if let (Some(()), Some(calendar)) = (self.key(key), self.calendar(key, table)) {
                self.policy.calendars.insert(key.text.as_str().into(), calendar);
            }
        }
        for (key, table) in &document.ladders {
            self.key(key);
            let ladder = self.ladder(table);
            self.policy.ladders.insert(LadderId::from(key.text.as_str()), ladder);
        }
        self.words(document);
        let default = document.policy.as_ref().and_then(|head| head.ladder.as_ref());
        for (key, table) in &document.paths {
            self.path(key, table, default);
        }
        for (key, table) in &document.webhooks {
            self.webhook(key, table);
        }
        self.policy.may = self.may(&document.may, &May::default());
        for (key, table) in &document.workflows {
            if let Some(workflow) = self.workflow(key, table) {
                self.policy.workflows.insert(WorkflowId::from(key.text.as_str()), workflow);
            }
        }
        if document.workflows.is_empty() && !self.names.contains_key("workflows") {
            self.found.lacks("no workflow is defined", "[workflows.credit-scoring], with its name, stage and channel");
        }
        self.targets(&document.targets, default);
        self.exceptions(&document.exceptions);
        self.handoffs(&document.handoff);
        self.witnessing(&document.witness);
        if let Some(table) = &document.heads {
            self.publishing(table);
        }
        if let Some(table) = &document.records {
            self.records(table);
        }
        self.retention(&document.retention);
        let mut names = BTreeMap::new();
        for table in &document.digests {
            let first = *names.entry(table.name.text.trim()).or_insert(table.name.at);
            if first != table.name.at && table.name.text != MISSING {
                let what =
                    format!("there is a digest {} on line {} already", quote(&table.name.text), self.found.line(first));
                self.found.add(table.name.at, what, "another name: what was posted last is kept by it");
            }
            self.digest(table);
        }
        for (key, table) in &document.regulation {
            self.regulation(key, table, default);
        }
        for (key, table) in &document.rollback {
            self.rollback(key, table, default);
        }
    }

    fn head(&mut self, document: &Document) {
        let Some(head) = &document.policy else {
            if !self.names.contains_key("policy") {
                self.found.lacks("the policy has no name", "[policy] at the top, and name = \"…\" under it");
            }
            return;
        };
        self.policy.name = self.text(&head.name).unwrap_or_default();
        self.policy.refuse = head.refuse.clone();
        let announcements = head.announcements.iter().filter_map(|word| self.value(word, value::channel)).collect();
        self.policy.announcements = announcements;
        self.policy.operators = head.operators_channel.as_ref().and_then(|word| self.value(word, value::channel));
        if let Some(word) = &head.batch_within {
            let most = Span::hours(1);
            match self.value(word, value::span) {
                Some(within) if within > most => {
                    self.found.add(
                        word.at,
                        "nudges that wait for each other longer than an hour come too late",
                        "“1h” or less",
                    );
                }
                Some(within) => self.policy.batch_within = within,
                None => {}
            }
        }
        if let Some(most) = head.snooze_at_most.as_ref().and_then(|word| self.value(word, value::span)) {
            self.policy.snooze_at_most = most;
        }
        if let Some(reactions) = &head.reactions {
            let mut known = Vec::new();
            let mut named = |words: &Words<kind::Text>| -> Vec<String> {
                words.0.iter().filter_map(|word| self.reaction(word, &mut known)).collect()
            };
            let (note, follow_up) = (named(&reactions.note), named(&reactions.follow_up));
            self.policy.reactions = Reactions { note, follow_up };
        }
        if let Some(ladder) = &head.ladder {
            self.name(ladder);
        }
    }

    /// A reaction, with those that were named before it.
    fn reaction(&mut self, word: &Word<kind::Text>, known: &mut Vec<String>) -> Option<String> {
        let name = self.text(word)?;
        let bare = Reactions::bare(&name);
        if let Some(same) = known.iter().find(|other| Reactions::bare(other) == bare) {
            let what = format!("{} is the same reaction as {}, and does one thing", quote(&name), quote(same));
            self.found.add(word.at, what, "each reaction once, under `note` or under `follow_up`");
            return None;
        }
        known.push(name.clone());
        if LIKE_VOTES.contains(&bare) {
            let what = format!("{} looks like somebody's consent, and a reaction is never a vote", quote(&name));
            self.found.add(word.at, what, "another one, such as “pushpin” and “📌”");
            return None;
        }
        Some(name)
    }

    fn person(&mut self, key: &Word<kind::Key>, table: &PersonTable) -> Option<Person> {
        self.value(key, value::person);
        let name = self.text(&table.name);
        let party = self.name(&table.party).map(PartyId::from);
        let zone = self.value(&table.zone, value::zone);
        let quiet = table.quiet_hours.as_ref().and_then(|word| {
            let hours = self.value(word, value::hours)?;
            match QuietHours::new(hours.from_minute, hours.to_minute) {
                Ok(quiet) => Some(quiet),
                Err(error) => {
                    self.found.add(word.at, error.to_string(), "hours such as “22:00-07:00”");
                    None
                }
            }
        });
        let mut accounts = BTreeMap::from([(Platform::from("local"), key.text.clone())]);
        if let Some(word) = &table.slack {
            if !value::slack_id(&word.text, "UW") {
                let what = format!("{} is not a Slack member id", quote(&word.text));
                self.found.add(word.at, what, "the id from their Slack profile: “U024BE7LH”");
            }
            accounts.insert(Platform::from("slack"), word.text.clone());
        }
        for (name, word) in &table.workspaces {
            self.key(name);
            if !value::slack_id(&word.text, "UW") {
                let what = format!("{} is not a Slack member id", quote(&word.text));
                self.found.add(word.at, what, "the id from their Slack profile there: “U024BE7LH”");
            }
            accounts.insert(Platform::from(workspace(&name.text).as_str()), word.text.clone());
        }
        if let Some(word) = &table.discord {
            if !value::discord_id(&word.text) {
                let what = format!("{} is not a Discord user id", quote(&word.text));
                self.found.add(word.at, what, "the number that Discord gives them: “80351110224678912”");
            }
            accounts.insert(Platform::from("discord"), word.text.clone());
        }
        Some(Person { name: name?, party: party?, zone: zone?, quiet, accounts })
    }

    /// One account is one person. Otherwise whoever presses a button is two people, and can approve twice.
    fn accounts(&mut self, document: &Document) {
        let mut owners: BTreeMap<(String, &str), (&Word<kind::Key>, Place)> = BTreeMap::new();
        let mut all: Vec<_> = document
            .people
            .iter()
            .flat_map(|(key, table)| {
                let slack = table.slack.as_ref().map(|word| ("slack".to_owned(), word.text.as_str(), word.at, key));
                let discord =
                    table.discord.as_ref().map(|word| ("discord".to_owned(), word.text.as_str(), word.at, key));
                let further = table.workspaces.iter();
                let further =
                    further.map(move |(name, word)| (workspace(&name.text), word.text.as_str(), word.at, key));
                slack.into_iter().chain(discord).chain(further)
            })
            .collect();
        all.sort_by_key(|(_, _, at, _)| *at);
        for (platform, account, at, key) in all {
            let (owner, first) = *owners.entry((platform.clone(), account)).or_insert((key, at));
            if first != at {
                let line = self.found.line(first);
                let what = format!("{} and {} share one {platform} account (line {line})", owner.text, key.text);
                self.found.add(at, what, "each person's own");
            }
        }
    }

    fn role(&mut self, key: &Word<kind::Key>, table: &RoleTable) {
        self.key(key);
        let id = RoleId::from(key.text.as_str());
        let name = self.text(&table.name);
        let party = self.name(&table.party).map(PartyId::from);
        self.distinct(&table.members.0);
        let members: Vec<PersonId> =
            table.members.0.iter().filter_map(|word| self.name(word)).map(PersonId::from).collect();
        let groups: Vec<Group> = table.groups.iter().filter_map(|word| self.value(word, value::group)).collect();
        let rota = table.rota.as_ref().and_then(|word| self.name(word)).map(RotaId::from);
        // Who is in a group, and who is on shift, is known only while the bot runs.
        if members.len() < table.members.0.len() || !table.groups.is_empty() || table.rota.is_some() {
            self.unsure.insert(id.clone());
        }
        match (name, party) {
            (Some(name), Some(party)) => {
                let mirrors = table.mirrors.iter().filter_map(|word| self.value(word, value::group)).collect();
                self.policy.roles.insert(id, Role { name, party, members, groups, rota, mirrors });
            }
            _ => {
                self.unsure.insert(id);
            }
        }
    }

    /// A group that the bot fills is filled from one role alone, and makes nobody hold a role: one would follow the other
    /// round in a circle, or two would take turns.
    fn mirrors(&mut self, document: &Document) {
        let mut sources: BTreeMap<&str, (&str, Place)> = BTreeMap::new();
        for (key, table) in &document.roles {
            for word in &table.groups {
                sources.entry(&word.text).or_insert((&key.text, word.at));
            }
        }
        let mut all: Vec<_> =
            document.roles.iter().flat_map(|(key, table)| table.mirrors.iter().map(move |word| (key, word))).collect();
        all.sort_by_key(|(_, word)| word.at);
        let mut filled: BTreeMap<&str, (&str, Place)> = BTreeMap::new();
        for (key, word) in all {
            if let Some((role, at)) = sources.get(word.text.as_str()) {
                let line = self.found.line(*at);
                let what = format!(
                    "{} makes its members hold “{role}” (line {line}), so it can't be filled from a role",
                    quote(&word.text)
                );
                self.found.add(word.at, what, "another group");
            } else if let Some((role, at)) = filled.get(word.text.as_str()) {
                let line = self.found.line(*at);
                let what = format!("{} is filled from “{role}” already (line {line})", quote(&word.text));
                self.found.add(word.at, what, "another group");
            }
            filled.entry(&word.text).or_insert((&key.text, word.at));
        }
    }

    fn calendar(&mut self, key: &Word<kind::Key>, table: &CalendarTable) -> Option<Calendar> {
        let zone = self.value(&table.zone, value::zone);
        let mut holidays = BTreeSet::new();
        for word in &table.holidays {
            if let Some(date) = self.value(word, value::date)
                && !holidays.insert(date)
            {
                self.found.add(word.at, format!("the holiday {date} is listed twice"), "it once");
            }
        }
        let (calendar, open) = self.open_hours(key.at, zone, &table.hours, holidays)?;
        self.open_minutes.insert(key.text.clone(), open);
        Some(calendar)
    }

    /// Hours of a week in a zone, and how many minutes of a week without holidays they are. `at`: where it is said that they are
    /// wrong as a whole.
    pub fn open_hours(
        &mut self,
        at: Place,
        zone: Option<Tz>,
        written: &BTreeMap<Word<kind::Days>, Words<kind::HoursOfDay>>,
        holidays: BTreeSet<NaiveDate>,
    ) -> Option<(Calendar, i64)> {
        let mut week: [Vec<_>; 7] = Default::default();
        let mut given: [Option<Place>; 7] = [None; 7];
        let mut right = true;
        let mut by_place: Vec<_> = written.iter().collect();
        by_place.sort_by_key(|(days, _)| days.at);
        for (days, hours) in by_place {
            let hours_of_days: Vec<_> =
                hours.0.iter().filter_map(|word| Some((word, self.value(word, value::hours)?))).collect();
            right &= hours_of_days.len() == hours.0.len();
            let Some(days_meant) = self.value(days, value::days) else {
                right = false;
                continue;
            };
            for day in days_meant {
                if let Some(first) = given[day].replace(days.at) {
                    let what = format!("{} has hours on line {} already", quote(&days.text), self.found.line(first));
                    self.found.add(days.at, what, "each day once");
                    right = false;
                    break;
                }
                week[day] = hours_of_days.iter().map(|(_, hours)| *hours).collect();
            }
        }
        if !right {
            return None;
        }
        let open = week.iter().flatten().map(|hours| i64::from(hours.to_minute) - i64::from(hours.from_minute)).sum();
        match Calendar::new(zone?, week, holidays) {
            Ok(calendar) => Some((calendar, open)),
            Err(error) => {
                let all = || written.iter().flat_map(|(days, hours)| hours.0.iter().map(move |word| (days, word)));
                let meant = all().find(|(days, word)| match (&error, value::hours(&word.text)) {
                    (
                        CalendarError::PastMidnight { day, hours } | CalendarError::Backwards { day, hours },
                        Ok(written),
                    )
                    | (CalendarError::Overlap { day, second: hours, .. }, Ok(written)) => {
                        let on_it = value::days(&days.text);
                        written == *hours && on_it.is_ok_and(|it| it.contains(&(day.num_days_from_monday() as usize)))
                    }
                    (CalendarError::NeverOpen | CalendarError::NoQuietHours(_), _) | (_, Err(_)) => false,
                });
                let place = meant.map(|(_, word)| word.at).or_else(|| all().map(|(_, word)| word.at).min());
                self.found.say(place.unwrap_or(at), error.to_string());
                None
            }
        }
    }

    fn ladder(&mut self, table: &LadderTable) -> Ladder {
        let mut before = 0;
        for percent in &table.nudge_at_percent {
            if !(1..=99).contains(&percent.value) {
                self.found.add(percent.at, "a nudge comes before the deadline", "a number from 1 to 99");
            } else if percent.value <= before {
                self.found.add(
                    percent.at,
                    format!("nudges go up, and {before} stands before {}", percent.value),
                    "them ascending",
                );
            }
            before = before.max(percent.value);
        }
        let mut escalate: Vec<Escalation> = Vec::new();
        for rung in &table.escalate {
            let after = self.value(&rung.after, value::span);
            let tell = self.name(&rung.tell).map(RoleId::from);
            if let Some(role) = &tell {
                self.not_empty(role, rung.tell.at, "is told here");
            }
            let last = escalate.last().map(|rung| rung.after);
            if let (Some(after), Some(last)) = (after, last)
                && after <= last
            {
                let what =
                    format!("rungs go up, and this one is not after the one before it ({})", value::written_span(last));
                self.found.add(rung.after.at, what, "a longer span, or the rungs in order");
            }
            if let (Some(after), Some(tell)) = (after, tell) {
                escalate.push(Escalation { after, tell });
            }
        }
        let repeat = table.repeat.as_ref().and_then(|repeat| {
            let every = self.value(&repeat.every, value::span);
            if every.is_some_and(|every| every < Span::minutes(1)) {
                self.found.add(repeat.every.at, "telling again more often than once a minute helps nobody", "“4h”");
            }
            if !(1..=100).contains(&repeat.at_most.value) {
                self.found.add(repeat.at_most.at, "telling again needs a sensible end", "a number from 1 to 100");
            }
            Some(Repeat { every: every?, at_most: repeat.at_most.value })
        });
        let nudge_at_percent = table.nudge_at_percent.iter().map(|percent| percent.value).collect();
        Ladder { nudge_at_percent, escalate, repeat }
    }

    /// Severities and classes.
    fn words(&mut self, document: &Document) {
        for (key, table) in &document.severities {
            if let (Some(severity), Some(about)) = (self.value(key, value::severity), self.text(&table.about))
                && self.policy.severities.insert(severity, SeverityWords { about }).is_some()
            {
                self.found.add(key.at, format!("{severity} is described twice"), "it once");
            }
        }
        for (key, table) in &document.classes {
            if let (Some(()), Some(about)) = (self.value(key, value::class), self.text(&table.about)) {
                self.policy.classes.insert(ClassId::from(key.text.as_str()), about);
            }
        }
    }

    fn workflow(&mut self, key: &Word<kind::Key>, table: &WorkflowTable) -> Option<Workflow> {
        self.key(key);
        let name = self.text(&table.name);
        let written: Vec<_> =
            table.channel.iter().chain(table.channels.iter().flat_map(|Words(channels)| channels)).collect();
        if written.is_empty() {
            self.found.add(
                key.at,
                format!("{} has no channel", key.text),
                "channel = \"…\", where its cases are shown",
            );
        }
        let mut channels: Vec<Channel> = Vec::new();
        for word in written {
            match self.value(word, value::channel) {
                Some(channel) if channels.contains(&channel) => {
                    self.found.add(word.at, format!("{} is there twice", quote(&word.text)), "it once");
                }
                Some(channel) => channels.push(channel),
                None => {}
            }
        }
        self.distinct(&table.parties);
        let parties = table.parties.iter().filter_map(|word| self.name(word)).map(PartyId::from).collect();
        let path = table.approval_path.as_ref().and_then(|word| self.name(word)).map(Into::into);
        let promotion_path = table.promotion_path.as_ref().and_then(|word| self.name(word)).map(Into::into);
        let evidence_days = table.keep_evidence_days.map(|days| self.days_kept(days));
        let tier = table.tier.as_ref().and_then(|word| self.text(word));
        let own_channels = OwnChannels {
            incidents: table.incident_channels,
            restricted: table.restricted_incidents,
            archived: table.archive_incident_channels,
        };
        let may = self.may_there(&table.may);
        Some(Workflow {
            name: name?,
            stage: table.stage.value,
            tier,
            channels,
            parties,
            path,
            promotion_path,
            evidence_days,
            own_channels,
            may,
        })
    }

    pub fn key(&mut self, word: &Word<kind::Key>) -> Option<()> {
        self.value(word, value::key)
    }

    pub fn text<K>(&mut self, word: &Word<K>) -> Option<String> {
        self.value(word, value::text)
    }

    pub fn value<K, T>(&mut self, word: &Word<K>, read: impl Fn(&str) -> Result<T, Wrong>) -> Option<T> {
        if word.text == MISSING {
            return None;
        }
        match read(&word.text) {
            Ok(value) => Some(value),
            Err(Wrong { what, write: Some(write) }) => {
                self.found.add(word.at, what, write);
                None
            }
            Err(Wrong { what, write: None }) => {
                self.found.say(word.at, what);
                None
            }
        }
    }

    /// A name that some table of the file must define.
    pub fn name<'w, K: Named>(&mut self, word: &'w Word<K>) -> Option<&'w str> {
        if word.text == MISSING {
            return None;
        }
        let known = self.names.get(K::TABLE).map(Vec::as_slice).unwrap_or_default();
        if known.contains(&word.text) {
            return Some(&word.text);
        }
        if self.found.full() {
            self.found.say(word.at, "");
            return None;
        }
        // A key that can't be one was refused with the one to write. That one may stand here already.
        let to_be: Vec<_> =
            known.iter().map(|name| value::key(name).map_or_else(|_| value::slug(name), |()| name.clone())).collect();
        if to_be.contains(&word.text) {
            return Some(&word.text);
        }
        let names = || to_be.iter().map(String::as_str);
        let unknown = quote(&word.text);
        let table = K::TABLE;
        let is_person = K::TABLE == "roles" && self.names.get("people").is_some_and(|it| it.contains(&word.text));
        if is_person {
            let held = |role: &&Role| role.members.iter().any(|member| member.as_str() == word.text);
            let role = self.policy.roles.iter().find(|(_, role)| held(role)).map(|(id, _)| id.to_string());
            let what = format!("{unknown} is a person; answers are owed by roles, so that they survive a holiday");
            let write = role.map_or("a role that they hold".to_string(), |role| format!("“{role}”, which they hold"));
            self.found.add(word.at, what, write);
            return None;
        }
        let addition = match value::key(&word.text) {
            Ok(()) => format!("add [{table}.{}]", word.text),
            Err(_) => format!("add it to [{table}]"),
        };
        let write = match (nearest(&word.text, names()), to_be.as_slice()) {
            (Some(near), _) => format!("“{near}”, or {addition}"),
            (None, []) => format!("a {} that is defined: {addition}", K::NOUN),
            (None, [only]) => format!("“{only}”, or {addition}"),
            (None, _) => format!("one of {}, or {addition}", some_of(names())),
        };
        self.found.add(word.at, format!("unknown {} {unknown}", K::NOUN), write);
        None
    }

    /// Says so if a list names something twice.
    pub fn distinct<K: Named>(&mut self, words: &[Word<K>]) {
        let mut seen = BTreeSet::new();
        for word in words {
            if !seen.insert(word.text.as_str()) {
                self.found.add(word.at, format!("the {} {} is there twice", K::NOUN, quote(&word.text)), "it once");
            }
        }
    }

    /// Says so if nobody holds a role that something depends on.
    pub fn not_empty(&mut self, role: &RoleId, at: Place, depends: &str) {
        let empty = self.policy.roles.get(role).is_some_and(|it| it.members.is_empty());
        if empty && !self.unsure.contains(role) {
            let what = format!("“{role}” {depends}, and nobody holds it");
            self.found.add(at, what, format!("members = [\"…\"] in [roles.{role}], or another role"));
        }
    }
}
