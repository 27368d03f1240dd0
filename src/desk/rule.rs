//! From an ask to entries in the ledger: what it comes to for its case, what that means for other cases, and to which
//! lanes it is told. An ask and the cases it drags along are decided together or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use super::erase::Fate;
use super::handle::Word;
use super::turn::Turn;
use super::{Desk, DeskError};
use crate::domain::kinds::{Reach, Seal};
use crate::domain::policy::Channel;
use crate::domain::{
    Actor, Ask, Bot, BotCommand, Case, CaseId, Command, Event, Lane, Notice, Opening, PersonId, Platform, Policy,
    Refusal, Reply, Ruling, Then, To, World, bot, every_case, place,
};
use crate::ledger::record::{BotRuled, Record, Ruled, ToTell};
use crate::ledger::{ENGINE, OPERATOR};
use crate::store::WakeHolders;

/// What is to be decided.
pub(super) enum Work {
    Open(Opening),
    Case(CaseId, Command),
}

/// Decided, not yet written.
pub(super) struct Prepared {
    pub case: CaseId,
    pub reply: Option<Reply>,
    rulings: Vec<(CaseId, Actor, Ruling)>,
    /// Set aside until the rulings are written: they may be refused on their own.
    then: Vec<Then>,
    /// The number that a new case takes.
    pub number: Option<CaseId>,
}

impl Prepared {
    /// What becomes of words with it, if anything.
    pub fn fate(&self) -> Option<Fate> {
        let mut events = self.rulings.iter().flat_map(|(_, _, ruling)| &ruling.events);
        events.find_map(|event| {
            let erased = event.destroys().then_some(Fate::Erased);
            erased.or(event.withholds().then_some(Fate::Withheld))
        })
    }
}

/// Decided of the bot, not yet written.
pub(super) struct PreparedBot {
    pub reply: Option<Reply>,
    by: Actor,
    ruling: bot::Ruling,
    /// A policy that takes force with it.
    loaded: Option<Arc<Policy>>,
    of_a_roster: bool,
}

/// What the envelope says about where an entry came from: what somebody asked for, from where they said it.
fn source<'w>(by: &Actor, word: Option<&'w Word>) -> &'w str {
    match by {
        Actor::Person(_) => word.map_or(ENGINE, |word| word.said_on.as_str()),
        Actor::Engine => ENGINE,
        Actor::Operator => OPERATOR,
    }
}

impl Desk {
    /// Decides an ask. Nothing is changed: [`Desk::write`] does that.
    pub(super) async fn prepare(
        &mut self,
        turn: &mut Turn,
        work: Work,
        by: &Actor,
    ) -> Result<Result<Prepared, Refusal>, DeskError> {
        match work {
            Work::Open(mut opening) => {
                if let Some(channel) = opening.converts()
                    && let Some(refusal) = self.is_taken(turn, channel, by).await?
                {
                    return Ok(Err(refusal));
                }
                if let Some(about) = opening.about()
                    && let Some(refusal) = self.is_hidden(turn, about, by).await?
                {
                    // It is seen by as few as what it is about.
                    if !matches!(refusal, Refusal::AboutRestricted(_)) || !opening.restrict() {
                        return Ok(Err(refusal));
                    }
                }
                let opening = match opening.reach() {
                    Some(reach) => opening.reaching(self.reach(turn, reach).await?),
                    None => opening,
                };
                Ok(self.prepare_new(turn, &opening, by))
            }
            Work::Case(id, command) => {
                // Time first: who is late is late before the next word counts, also where more cases are due than one
                // batch wakes.
                if command != Command::Any(every_case::Command::Wake)
                    && let Some(case) = self.load(turn, id).await?
                    && case.wake().is_some_and(|wake| wake <= turn.at)
                {
                    Box::pin(self.rule_wake(turn, case)).await?;
                }
                let reach = self.load(turn, id).await?.and_then(|case| case.body.reach(&command));
                let command = match reach {
                    Some(reach) => command.reaching(self.reach(turn, reach).await?),
                    None => command,
                };
                let command = match self.sealed_for(turn, id, command, by).await? {
                    Ok(command) => command,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                self.prepare_on(turn, id, command, by).await
            }
        }
    }

    /// The cases that a rule must see beside its own, as they have become in this turn.
    async fn reach(&mut self, turn: &mut Turn, reach: Reach) -> Result<Vec<Case>, DeskError> {
        if let Reach::Case(id) = reach {
            return Ok(self.load(turn, id).await?.into_iter().collect());
        }
        if let Reach::Each(ids) = reach {
            let mut cases = Vec::with_capacity(ids.len());
            for id in ids {
                cases.extend(self.load(turn, id).await?);
            }
            return Ok(cases);
        }
        if let Reach::WithOffers(of_it) = reach {
            let mut cases = Box::pin(self.reach(turn, *of_it)).await?;
            let offers = Box::pin(self.reach(turn, Reach::Offers)).await?;
            cases.extend(
                offers.into_iter().filter(|offer| cases.iter().all(|it| it.id != offer.id)).collect::<Vec<_>>(),
            );
            return Ok(cases);
        }
        let policy = self.policy_now(turn);
        let reach = reach.resolved(&self.bot_now(turn).people(&policy, turn.at));
        let wants = reach.clone();
        let mut cases = self.writer.cases_that(move |case| wants.wants(case)).await?;
        cases.retain(|case| !turn.projection.cases.contains_key(&case.id));
        let changed = turn.projection.cases.values().filter(|case| reach.wants(case)).cloned();
        cases.extend(changed);
        cases.sort_by_key(|case| case.id);
        let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
        self.look_up_case_seqs(turn, &ids).await?;
        for case in &cases {
            if !turn.projection.cases.contains_key(&case.id) {
                turn.prefetched.entry(case.id).or_insert_with(|| case.clone());
            }
        }
        Ok(cases)
    }

    /// Where something must not be altered before the evidence is sealed, the command with the head that was signed for it. Only
    /// what would be accepted otherwise has one signed.
    async fn sealed_for(
        &mut self,
        turn: &mut Turn,
        id: CaseId,
        command: Command,
        by: &Actor,
    ) -> Result<Result<Command, Refusal>, DeskError> {
        let Some(tried) = command.with_seal(&Seal::tried()) else { return Ok(Ok(command)) };
        if let Err(refusal) = self.prepare_on(turn, id, tried, by).await? {
            return Ok(Err(refusal));
        }
        let sealed = self.seal_evidence().await;
        Ok(Ok(command.with_seal(&sealed).unwrap_or(command)))
    }

    /// Why a channel can't become another case's own.
    async fn is_taken(&mut self, turn: &mut Turn, channel: &Channel, by: &Actor) -> Result<Option<Refusal>, DeskError> {
        let Some(id) = self.whose_channel(turn, channel).await? else { return Ok(None) };
        let Some(case) = self.load(turn, id).await? else { return Ok(None) };
        if case.has_given_back(channel) {
            return Ok(None);
        }
        let policy = self.policy_now(turn);
        let people = self.bot_now(turn).people(&policy, turn.at);
        let sees = by.person().is_some_and(|person| case.is_visible_to(person, &people));
        Ok(Some(Refusal::ChannelTaken(sees.then_some(id))))
    }

    /// Why no case can be opened about another one: the asker doesn't see that, or others would read of it.
    async fn is_hidden(&mut self, turn: &mut Turn, about: CaseId, by: &Actor) -> Result<Option<Refusal>, DeskError> {
        let Some(case) = self.load(turn, about).await? else { return Ok(Some(Refusal::NoSuchCase(about))) };
        let policy = self.policy_now(turn);
        let people = self.bot_now(turn).people(&policy, turn.at);
        Ok(match by.person().is_none_or(|person| case.is_visible_to(person, &people)) {
            false => Some(Refusal::NoSuchCase(about)),
            true if case.restricted => Some(Refusal::AboutRestricted(about)),
            true => None,
        })
    }

    /// The case that has this channel for its own.
    async fn whose_channel(&mut self, turn: &Turn, channel: &Channel) -> Result<Option<CaseId>, DeskError> {
        if let Some(case) = channel.own_of() {
            return Ok(Some(case));
        }
        let pending = &turn.projection.commit.case_channels;
        let is_it = |(lane, _, id): &&(Lane, i64, String)| lane.platform == channel.platform && *id == channel.id;
        if let Some((lane, ..)) = pending.iter().rfind(is_it) {
            return Ok(lane.own_of());
        }
        Ok(self.writer.lane_of_channel(channel).await?.and_then(|lane| lane.own_of()))
    }

    fn prepare_new(&self, turn: &Turn, opening: &Opening, by: &Actor) -> Result<Prepared, Refusal> {
        let kind = opening.kind();
        let id = CaseId { kind, number: turn.numbers.get(&kind).copied().unwrap_or(0) + 1 };
        let policy = self.policy_now(turn);
        let bot = self.bot_now(turn);
        let people = bot.people(&policy, turn.at);
        let world = World {
            policy: &policy,
            stamped: &policy,
            people,
            releases: &bot.releases,
            holds: &bot.holds,
            retention: &bot.retention,
        };
        let mut ruling = crate::domain::open(id, opening, &Ask { by: by.clone(), at: turn.at }, &world)?;
        let (reply, then) = (ruling.reply.take(), std::mem::take(&mut ruling.then));
        Ok(Prepared { case: id, reply, rulings: vec![(id, by.clone(), ruling)], then, number: Some(id) })
    }

    async fn prepare_on(
        &mut self,
        turn: &mut Turn,
        first: CaseId,
        command: Command,
        by: &Actor,
    ) -> Result<Result<Prepared, Refusal>, DeskError> {
        if let Some(other) = command.other_case() {
            let policy = self.policy_now(turn);
            let case = self.load(turn, other).await?;
            let people = self.bot_now(turn).people(&policy, turn.at);
            let sees = |case: &Case| by.person().is_none_or(|person| case.is_visible_to(person, &people));
            if !case.as_ref().is_some_and(sees) {
                return Ok(Err(Refusal::NoSuchCase(other)));
            }
        }
        let mut become_so_far: HashMap<CaseId, Case> = HashMap::new();
        let mut prepared = Prepared { case: first, reply: None, rulings: Vec::new(), then: Vec::new(), number: None };
        let mut queue = vec![(first, by.clone(), command)];
        while let Some((id, by, command)) = queue.pop() {
            let known = match become_so_far.remove(&id) {
                Some(case) => Some(case),
                None => self.load(turn, id).await?,
            };
            let Some(mut case) = known else { return Ok(Err(Refusal::NoSuchCase(id))) };
            let policy = self.policy_now(turn);
            let stamped = match self.stamped(case.stamped_from()).await? {
                Some(stamped) => stamped,
                None => {
                    let event = every_case::Event::PolicyReplaced { policy: policy.hash.clone() }.into();
                    case.apply(&event, turn.at);
                    tracing::warn!(
                        case = %id,
                        "the text of the policy that it was opened under was erased; it goes on under the one in force"
                    );
                    let ruling = Ruling { events: vec![event], ..Ruling::nothing() };
                    prepared.rulings.push((id, Actor::Engine, ruling));
                    policy.clone()
                }
            };
            let workflow = case.workflow.clone();
            let bot = self.bot_now(turn);
            let people = bot.people(&policy, turn.at).on(&workflow);
            let world = World {
                policy: &policy,
                stamped: &stamped,
                people,
                releases: &bot.releases,
                holds: &bot.holds,
                retention: &bot.retention,
            };
            let ask = Ask { by: by.clone(), at: turn.at };
            let mut ruling = match crate::domain::decide(&case, &command, &ask, &world) {
                Ok(ruling) => ruling,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let reply = ruling.reply.take();
            // What is asked of others in turn has no answer of its own.
            prepared.reply = prepared.reply.or(reply.filter(|_| id == first));
            for then in std::mem::take(&mut ruling.then) {
                match then {
                    Then::Case(other, command) => queue.push((other, Actor::Engine, command)),
                    later => prepared.then.push(later),
                }
            }
            if !queue.is_empty() {
                for event in &ruling.events {
                    case.apply(event, turn.at);
                }
                become_so_far.insert(id, case);
            }
            prepared.rulings.push((id, by, ruling));
        }
        Ok(Ok(prepared))
    }

    /// Writes what was prepared into the turn, and then what follows from it.
    pub(super) async fn write(
        &mut self,
        turn: &mut Turn,
        prepared: Prepared,
        word: Option<&Word>,
    ) -> Result<(), DeskError> {
        if let Some(new) = prepared.number {
            turn.numbers.insert(new.kind, new.number);
        }
        let mut written = Vec::new();
        for (id, by, ruling) in prepared.rulings {
            if ruling.events.is_empty() {
                continue;
            }
            self.take_up(turn, id);
            // The notices of a case's first ruling go to the homes that its first event names.
            let begun = ruling.events.first().and_then(|event| Case::begin(id, event, turn.at));
            let case = turn.projection.cases.get(&id).or(begun.as_ref());
            // What moves it is told where it is told from then on.
            let moved = case.filter(|_| ruling.events.iter().any(|event| event.moves_from().is_some())).map(|case| {
                let mut moved = case.clone();
                ruling.events.iter().for_each(|event| moved.apply(event, turn.at));
                moved
            });
            let case = moved.as_ref().or(case);
            let tell = self.to_tell(turn, ruling.notices, case);
            let (person, heard) = (by.person().cloned(), word.map(|word| word.entry));
            let record = Record::Ruled(Ruled { by: person, heard, events: ruling.events, tell });
            self.record(turn, Some(id), by.person().map(PersonId::as_str), None, source(&by, word), &record).await?;
            if let Record::Ruled(ruled) = record {
                written.push((id, ruled.events));
            }
        }
        self.follow(turn, prepared.then).await?;
        for (id, events) in written {
            self.follow_up(turn, id, &events).await?;
        }
        Ok(())
    }

    /// The case wanted to be woken.
    pub(super) async fn rule_wake(&mut self, turn: &mut Turn, found: Case) -> Result<(), DeskError> {
        let id = found.id;
        if !turn.projection.cases.contains_key(&id) {
            turn.prefetched.entry(id).or_insert(found);
        }
        match self.prepare(turn, Work::Case(id, every_case::Command::Wake.into()), &Actor::Engine).await? {
            Ok(prepared) => {
                self.take_up(turn, id);
                turn.projection.touch(id);
                self.write(turn, prepared, None).await
            }
            Err(refusal) => {
                tracing::error!(case = %id, refusal = refusal.code(), "a wake was refused");
                Ok(())
            }
        }
    }

    /// Asks something of the bot; with the word that asked for it, where there was one.
    pub(super) async fn rule_bot(
        &mut self,
        turn: &mut Turn,
        command: BotCommand,
        by: &Actor,
        word: Option<&Word>,
    ) -> Result<Result<Option<Reply>, Refusal>, DeskError> {
        match self.prepare_bot(turn, command, by).await? {
            Ok(mut prepared) => {
                let reply = prepared.reply.take();
                self.write_bot(turn, prepared, word).await?;
                Ok(Ok(reply))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Decides what is asked of the bot. Nothing is changed: [`Desk::write_bot`] does that.
    pub(super) async fn prepare_bot(
        &mut self,
        turn: &mut Turn,
        command: BotCommand,
        by: &Actor,
    ) -> Result<Result<PreparedBot, Refusal>, DeskError> {
        let command = match command.reach() {
            Some(reach) => command.reaching(self.reach(turn, reach).await?),
            None => command,
        };
        Ok(self.decide_bot(turn, command, by))
    }

    fn decide_bot(&self, turn: &Turn, command: BotCommand, by: &Actor) -> Result<PreparedBot, Refusal> {
        let loaded = match &command {
            BotCommand::LoadPolicy { policy, .. } => Some(Arc::new((**policy).clone())),
            BotCommand::Start(_)
            | BotCommand::Stop
            | BotCommand::Wake
            | BotCommand::Delegate { .. }
            | BotCommand::EndDelegation { .. }
            | BotCommand::Watch { .. }
            | BotCommand::Links { .. }
            | BotCommand::Lacks { .. }
            | BotCommand::Heads(_)
            | BotCommand::Roster { .. }
            | BotCommand::GroupSet(_)
            | BotCommand::FilesNotKept { .. }
            | BotCommand::GiveUp { .. }
            | BotCommand::ClockWentBack { .. }
            | BotCommand::NoteSlowPath(_)
            | BotCommand::NotePromotion { .. }
            | BotCommand::Rota(_)
            | BotCommand::Read(_)
            | BotCommand::Fill(_)
            | BotCommand::LookAtOwnership { .. }
            | BotCommand::LookAtQueue { .. }
            | BotCommand::NoteRecurrence { .. }
            | BotCommand::HandSeats { .. }
            | BotCommand::HandShift { .. }
            | BotCommand::Freeze { .. }
            | BotCommand::Thaw { .. }
            | BotCommand::OverrideFreeze { .. }
            | BotCommand::PlaceHold { .. }
            | BotCommand::ReleaseHold { .. }
            | BotCommand::ShowCalendar { .. }
            | BotCommand::NoteHeld { .. } => None,
        };
        let of_a_roster = matches!(command, BotCommand::Roster { .. });
        let ask = bot::Ask { by: by.clone(), at: turn.at, command };
        let mut ruling = bot::decide(self.bot_now(turn), &ask, &self.policy_now(turn))?;
        Ok(PreparedBot { reply: ruling.reply.take(), by: by.clone(), ruling, loaded, of_a_roster })
    }

    /// Writes what was prepared into the turn, and then what follows from it.
    pub(super) async fn write_bot(
        &mut self,
        turn: &mut Turn,
        prepared: PreparedBot,
        word: Option<&Word>,
    ) -> Result<(), DeskError> {
        let PreparedBot { reply: _, by, ruling, loaded, of_a_roster } = prepared;
        if ruling.events.is_empty() {
            // Nothing became true of the bot, but something may follow for a case: a slow path opens an incident.
            return self.follow(turn, ruling.then).await;
        }
        let policy = self.policy_now(turn);
        if let Some(loaded) = &loaded {
            self.policies.add(loaded.clone());
            turn.policy = Some(loaded.clone());
        }
        let tell = self.to_tell(turn, ruling.notices, None);
        let (person, heard) = (by.person().cloned(), word.map(|word| word.entry));
        let record = Record::Bot(BotRuled { by: person, heard, events: ruling.events, tell });
        self.record(turn, None, by.person().map(PersonId::as_str), None, source(&by, word), &record).await?;
        // Who holds a role follows from the policy as written and from who is in its groups.
        let written = match loaded {
            None if of_a_roster => self.policies.get(&policy.hash).cloned(),
            loaded => loaded,
        };
        if let Some(written) = written {
            turn.policy = Some(Arc::new(self.bot_now(turn).with_group_members(&written)));
        }
        self.follow(turn, ruling.then).await
    }

    /// What rulings asked for beyond their own case. The engine asks; a refusal is no fault of the person's.
    async fn follow(&mut self, turn: &mut Turn, then: Vec<Then>) -> Result<(), DeskError> {
        for then in then {
            let refused = match then {
                Then::WakeHolders { roles, people } => {
                    turn.projection.commit.wake_holders.push(WakeHolders {
                        roles: roles.iter().map(|role| role.to_string()).collect(),
                        people: people.iter().map(|person| person.to_string()).collect(),
                        now_us: turn.at.0,
                    });
                    None
                }
                Then::Bot(command) => Box::pin(self.rule_bot(turn, command, &Actor::Engine, None)).await?.err(),
                Then::Case(id, command) => self.rule_engine(turn, Work::Case(id, command)).await?,
                Then::Open(opening) => self.rule_engine(turn, Work::Open(opening)).await?,
            };
            if let Some(refusal) = refused {
                tracing::warn!(refusal = refusal.code(), "what should have followed was refused");
            }
        }
        Ok(())
    }

    /// What a call to a machine came to for the case that wanted it made.
    pub(super) async fn rule_call(
        &mut self,
        turn: &mut Turn,
        case: CaseId,
        command: Command,
    ) -> Result<Result<(), Refusal>, DeskError> {
        Ok(self.rule_engine(turn, Work::Case(case, command)).await?.map_or(Ok(()), Err))
    }

    async fn rule_engine(&mut self, turn: &mut Turn, work: Work) -> Result<Option<Refusal>, DeskError> {
        match self.prepare(turn, work, &Actor::Engine).await? {
            Ok(prepared) => Box::pin(self.write(turn, prepared, None)).await.map(|()| None),
            Err(refusal) => Ok(Some(refusal)),
        }
    }

    /// What the bot makes of a case's events: a path or a queue that is slow as a whole is an incident in itself.
    async fn follow_up(&mut self, turn: &mut Turn, id: CaseId, events: &[Event]) -> Result<(), DeskError> {
        let Some(case) = turn.projection.cases.get(&id) else { return Ok(()) };
        let policy = self.policy_now(turn);
        let follows = self.bot_now(turn).follows(case, events, &policy, turn.at);
        self.follow(turn, follows.into_iter().map(Then::Bot).collect()).await
    }

    /// A case as it has become in this turn, or as it was before.
    pub(super) async fn load(&mut self, turn: &mut Turn, id: CaseId) -> Result<Option<Case>, DeskError> {
        if let Some(case) = turn.projection.cases.get(&id).or_else(|| turn.prefetched.get(&id)) {
            return Ok(Some(case.clone()));
        }
        if let Some(case) = self.cases.get(&id) {
            return Ok(Some(case.clone()));
        }
        let case = self.writer.cases(vec![id]).await?.pop();
        if let Some(case) = &case {
            turn.prefetched.insert(id, case.clone());
        }
        Ok(case)
    }

    /// A case that was loaded in this turn or is at hand.
    pub(super) fn known<'a>(&'a self, turn: &'a Turn, id: CaseId) -> Option<&'a Case> {
        let loaded = turn.projection.cases.get(&id).or_else(|| turn.prefetched.get(&id));
        loaded.or_else(|| self.cases.peek(&id))
    }

    /// Moves a case into the projection, where its events are folded.
    fn take_up(&mut self, turn: &mut Turn, id: CaseId) {
        if turn.projection.cases.contains_key(&id) {
            return;
        }
        if let Some(case) = turn.prefetched.remove(&id).or_else(|| self.cases.get(&id).cloned()) {
            turn.projection.cases.insert(id, case);
        }
    }

    pub(super) fn policy_now(&self, turn: &Turn) -> Arc<Policy> {
        turn.policy.clone().unwrap_or_else(|| self.policy.clone())
    }

    pub(super) fn bot_now<'a>(&'a self, turn: &'a Turn) -> &'a Bot {
        turn.projection.bot.as_ref().unwrap_or(&self.bot)
    }

    /// The lanes that notices go to. Somebody who can't be reached anywhere is named in the log.
    fn to_tell(&self, turn: &Turn, notices: Vec<Notice>, case: Option<&Case>) -> Vec<ToTell> {
        let policy = self.policy_now(turn);
        let homes = case.map_or(&[][..], |case| &case.homes);
        let bot = self.bot_now(turn);
        let mut tell = Vec::new();
        for notice in notices {
            let lanes: Vec<Lane> = match &notice.to {
                To::Case => {
                    let told_in = case.into_iter().flat_map(|case| case.told_in());
                    told_in.filter(|home| self.platforms.contains(&home.platform)).map(Lane::channel).collect()
                }
                To::Person(person) => {
                    let known = policy.people.get(person);
                    let lane = known.and_then(|known| {
                        let there = |it: &&Platform| !bot.is_gone(person, it);
                        let platforms: Vec<Platform> = self.platforms.iter().filter(there).cloned().collect();
                        place::direct_lane(person, &known.accounts, homes, &platforms)
                    });
                    lane.into_iter().collect()
                }
                To::Channel(channel) => vec![Lane::channel(channel)],
                To::Operators => policy.operators.iter().map(Lane::channel).collect(),
            };
            if lanes.is_empty() {
                let case = case.map(|case| case.id.to_string());
                tracing::warn!(case, to = ?notice.to, what = notice.telling.template(), "there is nowhere to tell this");
            }
            tell.extend(lanes.into_iter().map(|lane| ToTell { lane, notice: notice.clone() }));
        }
        tell
    }
}
