//! A Discord of our own, REST and gateway on loopback, strict enough that what passes here passes there. It knows Discord only,
//! nothing of the bot under test.
//!
//! `FakeDiscord` is the handle: a test sets the stage with it (`person`, `channel`, `role`), acts as people (`say`, `slash`,
//! `press`), plans faults (`fail`, `drop_gateway`), and looks at what came of it (`messages`, `replies`, `calls`). Whatever the
//! client does that Discord refuses, or that a careful bot wouldn't do, is a violation; `assert_clean` fails on any.

// Each test binary that takes this in uses another part of it.
#![allow(dead_code)]

pub mod draw;
pub mod faults;
pub mod gateway;
pub mod interactions;
pub mod limits;
pub mod people;
pub mod render;
pub mod rest;
mod routes;
pub mod schema;
pub mod world;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::sync::Notify;

use faults::{Fault, Faults, Rates};
use gateway::{Gateway, Identify, Resume, intent};
use interactions::Interaction;
use rest::Call;
use world::{Guild, Id, Member, Overwrite, Role, User, World, may};

/// The only token that is let in.
pub const TOKEN: &str = "fake-discord-token";
/// How long a test waits for something before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A handle on the server; clones share it.
#[derive(Clone)]
pub struct FakeDiscord(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    changed: Notify,
    address: String,
    guild: Id,
}

impl FakeDiscord {
    /// A server with one guild, “Acme”, in which the bot is a member with a role of its own.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound listener has an address").to_string();
        let mut world = World {
            address: address.clone(),
            fixed_ms: None,
            serial: 0,
            token: TOKEN.to_owned(),
            application: 0,
            bot: 0,
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            commands: Vec::new(),
            interactions: BTreeMap::new(),
            forms: BTreeMap::new(),
            nonces: HashMap::new(),
            words: Vec::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            broken: Vec::new(),
            gateway: Gateway::default(),
            faults: Faults::default(),
            rates: Rates::default(),
            invalid_responses: Vec::new(),
            answer_within: interactions::ANSWER_WITHIN,
            public: false,
            privileged: intent::GUILD_MEMBERS | intent::MESSAGE_CONTENT,
        };
        world.application = world.snowflake();
        world.bot = world.new_user("The Bot", true);
        let guild = world.new_guild("Acme");
        world.admit_bot(guild);
        let inner = Inner { world: Mutex::new(world), changed: Notify::new(), address, guild };
        let fake = Self(Arc::new(inner));
        let app = Router::new().fallback(rest::handle).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.expect("loopback serves") });
        fake
    }

    /// For `HttpBuilder::proxy`.
    pub fn rest_url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// For the client's `ws_url`; `GET /gateway` says the same.
    pub fn gateway_url(&self) -> String {
        format!("ws://{}", self.0.address)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the server's own tasks, where a panic would go unheard.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut self.lock())
    }

    /// For tests: fails as soon as this fake itself has sent something that isn't valid.
    fn act<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let (result, broken) = {
            let mut world = self.lock();
            let result = act(&mut world);
            (result, world.broken.iter().cloned().collect::<BTreeSet<_>>())
        };
        let broken: Vec<_> = broken.into_iter().collect();
        assert!(broken.is_empty(), "the fake itself is wrong:\n{}", broken.join("\n"));
        self.changed();
        result
    }

    pub(crate) fn changed(&self) {
        self.0.changed.notify_waiters();
    }

    // The stage.

    pub fn application(&self) -> Id {
        self.act(|world| world.application)
    }

    pub fn bot(&self) -> Id {
        self.act(|world| world.bot)
    }

    /// The guild that everything happens in unless said otherwise.
    pub fn guild(&self) -> Id {
        self.0.guild
    }

    pub fn add_guild(&self, name: &str) -> Id {
        self.act(|world| {
            let guild = world.new_guild(name);
            world.admit_bot(guild);
            let event = world.guild_event(guild, false);
            world.emit("GUILD_CREATE", intent::GUILDS, None, event);
            guild
        })
    }

    /// Whether anybody may put the bot on a guild of theirs.
    pub fn set_public(&self, public: bool) {
        self.act(|world| world.public = public);
    }

    /// A guild that READY names doesn't come until it is let come.
    pub fn withhold_guild(&self, guild: Id) {
        self.act(|world| world.gateway.withheld.insert(guild));
    }

    pub fn let_guild_come(&self, guild: Id) {
        self.act(|world| {
            world.gateway.withheld.remove(&guild);
            let event = world.guild_event(guild, false);
            world.emit("GUILD_CREATE", intent::GUILDS, None, event);
        });
    }

    /// The bot is put out of a guild.
    pub fn expel_bot(&self, guild: Id) {
        self.act(|world| {
            let bot = world.bot;
            world.guilds.get_mut(&guild).expect("a known guild").members.remove(&bot);
            world.emit("GUILD_DELETE", intent::GUILDS, None, json!({ "id": guild.to_string() }));
        });
    }

    /// Somebody in the main guild.
    pub fn person(&self, name: &str) -> Id {
        let user = self.stranger(name);
        self.join(self.0.guild, user);
        user
    }

    /// Somebody in no guild.
    pub fn stranger(&self, name: &str) -> Id {
        self.act(|world| world.new_user(name, false))
    }

    /// Another application's bot, in the main guild.
    pub fn other_bot(&self, name: &str) -> Id {
        let user = self.act(|world| world.new_user(name, true));
        self.join(self.0.guild, user);
        user
    }

    pub fn role(&self, guild: Id, name: &str, permissions: u64) -> Id {
        self.act(|world| {
            let id = world.new_role(guild, name, permissions);
            let event =
                json!({ "guild_id": guild.to_string(), "role": world.role_json(&world.guilds[&guild].roles[&id]) });
            world.emit("GUILD_ROLE_CREATE", intent::GUILDS, None, event);
            id
        })
    }

    /// What a role grants from now on; the guild's own id is the role of everyone.
    pub fn set_role(&self, guild: Id, role: Id, permissions: u64) {
        self.act(|world| {
            let found =
                world.guilds.get_mut(&guild).and_then(|guild| guild.roles.get_mut(&role)).expect("a known role");
            found.permissions = permissions;
            let event =
                json!({ "guild_id": guild.to_string(), "role": world.role_json(&world.guilds[&guild].roles[&role]) });
            world.emit("GUILD_ROLE_UPDATE", intent::GUILDS, None, event);
        });
    }

    /// What the bot's own role grants in the main guild, beside what everyone may.
    pub fn set_bot_permissions(&self, permissions: u64) {
        let guild = self.0.guild;
        let role = self.act(|world| {
            let roles = &world.guilds[&guild].members[&world.bot].roles;
            *roles.iter().next().expect("the bot has its role")
        });
        self.set_role(guild, role, permissions);
    }

    pub fn channel(&self, name: &str) -> Id {
        self.channel_in(self.0.guild, name, Vec::new())
    }

    /// Seen only by these people and roles; the bot is among them only if named.
    pub fn private_channel(&self, name: &str, who: &[Id]) -> Id {
        let guild = self.0.guild;
        let roles: BTreeSet<_> = self.act(|world| world.guilds[&guild].roles.keys().copied().collect());
        let mut overwrites = vec![Overwrite { id: guild, kind: 0, allow: 0, deny: may::VIEW_CHANNEL }];
        let kind = |id: &Id| u64::from(!roles.contains(id));
        overwrites.extend(who.iter().map(|id| Overwrite {
            id: *id,
            kind: kind(id),
            allow: may::VIEW_CHANNEL,
            deny: 0,
        }));
        self.channel_in(guild, name, overwrites)
    }

    pub fn channel_in(&self, guild: Id, name: &str, overwrites: Vec<Overwrite>) -> Id {
        self.act(|world| {
            let id = world.create_channel(guild, world::TEXT, name, overwrites);
            let event = world.channel_json(id);
            world.emit("CHANNEL_CREATE", intent::GUILDS, None, event);
            id
        })
    }

    /// Sets what a role (kind 0) or a member (kind 1) may in a channel.
    pub fn overwrite(&self, channel: Id, id: Id, kind: u64, allow: u64, deny: u64) {
        self.act(|world| {
            let place = world.channels.get_mut(&channel).expect("a known channel");
            place.overwrites.retain(|overwrite| overwrite.id != id);
            place.overwrites.push(Overwrite { id, kind, allow, deny });
            world.channel_changed(channel);
        });
    }

    pub fn delete_channel(&self, channel: Id) {
        self.act(|world| world.remove_channel(channel));
    }

    /// Whether a person takes direct messages.
    pub fn set_dms(&self, user: Id, open: bool) {
        self.act(|world| world.users.get_mut(&user).expect("a known person").dms_open = open);
    }

    /// The direct conversation between the bot and a person.
    pub fn dm(&self, user: Id) -> Id {
        self.act(|world| world.dm_with(user))
    }

    /// Milliseconds since 1970; time stands still from then on, until it is set again.
    pub fn set_time(&self, ms: u64) {
        self.act(|world| world.fixed_ms = Some(ms));
    }

    pub fn advance(&self, by: Duration) {
        self.act(|world| world.fixed_ms = Some(world.now_ms() + by.as_millis() as u64));
    }

    /// How long interactions wait for their first answer: shorter to test lateness, longer where a machine may be slow.
    pub fn set_answer_within(&self, limit: Duration) {
        self.act(|world| world.answer_within = limit);
    }

    /// The privileged intents that are switched on for the application.
    pub fn set_privileged_intents(&self, intents: u64) {
        self.act(|world| world.privileged = intents);
    }

    // Faults.

    /// Lets the next `times` requests of a route fail, in one channel or in all. See `Fault` and `Faults::plan`.
    pub fn fail(&self, route: &str, channel: Option<Id>, times: usize, fault: Fault) {
        self.act(|world| world.faults.plan(route, channel, times, fault));
    }

    /// All is well again.
    pub fn heal(&self) {
        self.act(|world| world.faults.forget());
    }

    /// Five sends in five seconds in one channel, fifty requests a second in all; beyond that, 429.
    pub fn strict_rates(&self, strict: bool) {
        self.act(|world| world.rates.strict = strict);
    }

    /// Channels are never full: for tests in which time passes faster than here.
    pub fn unhurried(&self) {
        self.act(|world| world.rates.unhurried = true);
    }

    /// For the next connections.
    pub fn set_heartbeat(&self, every: Duration) {
        self.act(|world| world.gateway.heartbeat = every);
    }

    pub fn answer_heartbeats(&self, answer: bool) {
        self.act(|world| world.gateway.acks = answer);
    }

    pub fn ask_for_heartbeat(&self) {
        self.act(|world| world.gateway.ask_for_heartbeat());
    }

    /// Connections break without a word; their sessions can be resumed.
    pub fn drop_gateway(&self) {
        self.act(|world| world.gateway.drop_connections());
    }

    pub fn close_gateway(&self, code: u16) {
        self.act(|world| world.gateway.close_connections(code));
    }

    pub fn reconnect_gateway(&self) {
        self.act(|world| world.gateway.ask_to_reconnect());
    }

    pub fn invalidate_sessions(&self, resumable: bool) {
        self.act(|world| world.gateway.invalidate_sessions(resumable));
    }

    /// The next resumes are answered by INVALID_SESSION, and what was missed stays missed.
    pub fn refuse_resumes(&self, times: usize) {
        self.act(|world| world.gateway.refuse_resumes = times);
    }

    /// The next events arrive twice.
    pub fn duplicate_events(&self, times: usize) {
        self.act(|world| world.gateway.duplicate = times);
    }

    /// The next event arrives after the one that follows it.
    pub fn swap_events(&self) {
        self.act(|world| world.gateway.swap = true);
    }

    // A look at what happened.

    pub fn connected(&self) -> bool {
        self.act(|world| world.gateway.connected() > 0)
    }

    /// How many events the newest session was told. `None`: nobody listens to it.
    pub fn dispatched(&self) -> Option<u64> {
        self.act(|world| world.gateway.dispatched())
    }

    /// What happened since then is told once more: interactions, or everything else.
    pub fn tell_again_since(&self, since: std::time::Instant, interactions: bool) {
        self.act(|world| world.tell_again_since(since, interactions));
    }

    pub fn identifies(&self) -> Vec<Identify> {
        self.act(|world| world.gateway.identifies.clone())
    }

    pub fn resumes(&self) -> Vec<Resume> {
        self.act(|world| world.gateway.resumes.clone())
    }

    pub fn heartbeats(&self) -> usize {
        self.act(|world| world.gateway.heartbeats)
    }

    /// How connections ended: a close code, `dropped`, or `by the client`.
    pub fn ended(&self) -> Vec<String> {
        self.act(|world| world.gateway.ended.clone())
    }

    /// What stands in a channel or thread for everybody, oldest first, as REST shows it.
    pub fn messages(&self, channel: Id) -> Vec<Value> {
        self.act(|world| {
            let place = world.channels.get(&channel).expect("a known channel");
            place.messages.values().filter(|m| m.visible_to.is_none()).map(|m| world.message_json(m)).collect()
        })
    }

    pub fn message(&self, message: Id) -> Option<Value> {
        self.act(|world| world.find_message(message).map(|message| world.message_json(message)))
    }

    /// What stands on a person's screen for that person alone, oldest first: first answers, follow-ups, as last edited.
    pub fn replies(&self, user: Id) -> Vec<Value> {
        self.act(|world| {
            let all = world.channels.values().flat_map(|channel| channel.messages.values());
            let mut mine: Vec<_> = all.filter(|message| message.visible_to == Some(user)).collect();
            mine.sort_by_key(|message| message.id);
            mine.into_iter().map(|message| world.message_json(message)).collect()
        })
    }

    /// Whether a channel or thread is there.
    pub fn exists(&self, channel: Id) -> bool {
        self.act(|world| world.channels.contains_key(&channel))
    }

    pub fn can_see(&self, user: Id, channel: Id) -> bool {
        self.act(|world| world.can_view(user, channel))
    }

    pub fn is_member(&self, user: Id) -> bool {
        let guild = self.0.guild;
        self.act(|world| world.guilds[&guild].members.contains_key(&user))
    }

    pub fn name(&self, channel: Id) -> Option<String> {
        self.act(|world| world.channels.get(&channel).map(|channel| channel.name.clone()))
    }

    /// The form that stands open for a person.
    pub fn modals(&self, user: Id) -> Option<Value> {
        self.act(|world| world.forms.get(&user).map(|(_, form)| form.clone()))
    }

    pub fn interaction(&self, interaction: Id) -> Interaction {
        self.act(|world| world.interactions.get(&interaction).cloned().expect("a known interaction"))
    }

    pub fn calls(&self) -> Vec<Call> {
        self.act(|world| world.calls.clone())
    }

    pub fn calls_to(&self, route: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.route == route).collect()
    }

    /// Commands as the application registered them, everywhere or in a guild.
    pub fn registered(&self, guild: Option<Id>) -> Vec<Value> {
        self.act(|world| {
            let mine = world.commands.iter().filter(|command| command.guild == guild);
            mine.map(|command| world.command_json(command)).collect()
        })
    }

    pub fn violations(&self) -> Vec<String> {
        self.act(|world| world.violations.clone())
    }

    /// Takes the violations away, for a test that expects them.
    pub fn take_violations(&self) -> Vec<String> {
        self.act(|world| std::mem::take(&mut world.violations))
    }

    /// Fails on any violation, and on any interaction that was answered too late.
    #[track_caller]
    pub fn assert_clean(&self) {
        let late = self.act(|world| {
            let late = world.interactions.values().filter(|interaction| interaction.late);
            late.map(|interaction| format!("answered too late: {}", interaction.sent["data"])).collect::<Vec<_>>()
        });
        let all = [self.violations(), late].concat();
        assert!(all.is_empty(), "{} violations:\n{}", all.len(), all.join("\n"));
    }

    /// Answers with 401, 403 or 429 so far; ten thousand in ten minutes would ban the client's address.
    pub fn invalid_responses(&self) -> usize {
        self.act(|world| world.invalid_responses.len())
    }

    /// Requests that came before a planned limit had run out.
    pub fn impatient_requests(&self) -> usize {
        self.act(|world| world.rates.impatient)
    }

    /// A message as a person reads it. `moment` shows a Unix time in a style on the reader's clock.
    pub fn render(&self, message: &Value, moment: impl Fn(i64, char) -> String) -> String {
        let name = |kind: &str, id: Id| {
            self.act(|world| match kind {
                "user" => world.users.get(&id).map(|user| user.name.clone()),
                "role" => world.guilds.values().find_map(|guild| Some(guild.roles.get(&id)?.name.clone())),
                _ => world.channels.get(&id).map(|channel| channel.name.clone()),
            })
            .unwrap_or_else(|| format!("unknown-{kind}"))
        };
        render::render(message, &moment, &name)
    }

    /// Fails where people's words would ping, mention or link in a message of the bot.
    #[track_caller]
    pub fn assert_no_injection(&self, message: Id) {
        let (json, allowed, words) = self.act(|world| {
            let found = world.find_message(message).expect("a known message");
            let allowed = found.allowed_mentions.clone().unwrap_or(Value::Null);
            (world.message_json(found), allowed, world.words.clone())
        });
        if let Some(why) = render::injected(&json, &allowed, &words) {
            panic!("{why}: {json}");
        }
    }

    /// Waits until `look` finds something, and fails after half a minute.
    pub async fn wait_for<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            if tokio::time::Instant::now() > deadline {
                let calls: Vec<_> =
                    self.calls().iter().rev().take(10).map(|c| format!("{} {:?}", c.route, c.status)).collect();
                panic!("waited in vain for {what}; violations: {:#?}; last calls: {calls:#?}", self.violations());
            }
            // What is looked at may also lie outside of this server, so look again even where nothing changed here.
            let _ = tokio::time::timeout(Duration::from_millis(25), self.0.changed.notified()).await;
        }
    }
}

impl World {
    fn new_user(&mut self, name: &str, bot: bool) -> Id {
        let id = self.snowflake();
        self.users.insert(id, User { id, name: name.to_owned(), bot, dms_open: true });
        id
    }

    fn new_role(&mut self, guild: Id, name: &str, permissions: u64) -> Id {
        let id = self.snowflake();
        let roles = &mut self.guilds.get_mut(&guild).expect("a known guild").roles;
        let position = roles.len() as u64;
        roles.insert(id, Role { id, name: name.to_owned(), permissions, position });
        id
    }

    fn new_guild(&mut self, name: &str) -> Id {
        let id = self.snowflake();
        let owner = self.new_user("Owner", false);
        let everyone = Role { id, name: "@everyone".to_owned(), permissions: may::MEMBER, position: 0 };
        let joined_ms = self.now_ms();
        let members = BTreeMap::from([(owner, Member { nick: None, roles: BTreeSet::new(), joined_ms })]);
        let guild = Guild { id, name: name.to_owned(), owner, roles: BTreeMap::from([(id, everyone)]), members };
        self.guilds.insert(id, guild);
        id
    }

    fn admit_bot(&mut self, guild: Id) {
        let role = self.new_role(guild, "The Bot", may::BOT);
        let (bot, joined_ms) = (self.bot, self.now_ms());
        let members = &mut self.guilds.get_mut(&guild).expect("a known guild").members;
        members.insert(bot, Member { nick: None, roles: BTreeSet::from([role]), joined_ms });
    }
}
