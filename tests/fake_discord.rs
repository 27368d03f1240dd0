//! The fake Discord is itself held to account: it refuses what Discord refuses, and an ordinary client gets along with it.

#[path = "fakes/mod.rs"]
mod fakes;

use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use fakes::discord::faults::Fault;
use fakes::discord::gateway::intent;
use fakes::discord::world::{Id, may};
use fakes::discord::{FakeDiscord, TOKEN, limits, schema};
use serde_json::{Value, json};
use serenity::all::{
    ActionRowComponent, ButtonStyle, ChannelId, ChannelType, CommandDataOptionValue, CommandOptionType, Context,
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateAutocompleteResponse, CreateButton, CreateChannel,
    CreateCommand, CreateCommandOption, CreateEmbed, CreateEmbedFooter, CreateInputText, CreateInteractionResponse,
    CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage, CreateModal, CreateThread,
    EditInteractionResponse, EditMessage, EditThread, EventHandler, GatewayIntents, GuildId, Http, HttpBuilder,
    InputTextStyle, Interaction, MessageId, Nonce, PermissionOverwrite, PermissionOverwriteType, Permissions,
    ReactionType, ShardManager, UserId,
};
use serenity::async_trait;

/// The clients for HTTP disagree about cryptography unless somebody decides.
fn decide_cryptography() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

/// A bare request as a careless client would make it.
async fn raw(fake: &FakeDiscord, method: &str, path: &str, body: Value) -> (u16, Value) {
    decide_cryptography();
    let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
    let request = reqwest::Client::new()
        .request(method, format!("{}/api/v10{path}", fake.rest_url()))
        .header("authorization", format!("Bot {TOKEN}"))
        .header("user-agent", "DiscordBot (https://example.com, 1)");
    let request = match body {
        Value::Null => request,
        body => request.header("content-type", "application/json").body(body.to_string()),
    };
    let response = request.send().await.expect("the fake answers");
    let status = response.status().as_u16();
    let text = response.text().await.expect("the answer has an end");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn http(fake: &FakeDiscord) -> Arc<Http> {
    decide_cryptography();
    let http = HttpBuilder::new(TOKEN).proxy(fake.rest_url()).ratelimiter_disabled(true).build();
    http.set_application_id(fake.application().into());
    Arc::new(http)
}

/// Nobody is pinged by this.
fn quiet() -> CreateAllowedMentions {
    CreateAllowedMentions::new()
}

fn words(text: &str) -> CreateMessage {
    CreateMessage::new().content(text).allowed_mentions(quiet())
}

/// What the client has heard, in order, as short lines.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, line: impl Into<String>) {
        self.0.lock().expect("nobody panics while noting").push(line.into());
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics while noting").clone()
    }

    fn has(&self, line: &str) -> Option<()> {
        self.lines().iter().any(|known| known == line).then_some(())
    }
}

/// A bot as its first tutorial has it.
struct Tutorial {
    log: Log,
}

#[async_trait]
impl EventHandler for Tutorial {
    async fn ready(&self, _: Context, ready: serenity::all::Ready) {
        self.log.note(format!("ready {}", ready.user.name));
    }

    async fn resume(&self, _: Context, _: serenity::all::ResumedEvent) {
        self.log.note("resumed");
    }

    async fn guild_create(&self, _: Context, guild: serenity::all::Guild, _: Option<bool>) {
        let (channels, threads, roles) = (guild.channels.len(), guild.threads.len(), guild.roles.len());
        self.log.note(format!("guild {}: {channels} channels, {threads} threads, {roles} roles", guild.name));
    }

    async fn message(&self, _: Context, message: serenity::all::Message) {
        if !message.author.bot {
            self.log.note(format!("heard {}", message.content));
        }
    }

    async fn message_update(
        &self,
        _: Context,
        _: Option<serenity::all::Message>,
        _: Option<serenity::all::Message>,
        event: serenity::all::MessageUpdateEvent,
    ) {
        self.log.note(format!("edited {}", event.content.unwrap_or_default()));
    }

    async fn message_delete(&self, _: Context, _: ChannelId, message: MessageId, _: Option<GuildId>) {
        self.log.note(format!("deleted {message}"));
    }

    async fn message_delete_bulk(&self, _: Context, _: ChannelId, messages: Vec<MessageId>, _: Option<GuildId>) {
        self.log.note(format!("deleted {} at once", messages.len()));
    }

    async fn reaction_add(&self, _: Context, reaction: serenity::all::Reaction) {
        self.log.note(format!("reaction {}", reaction.emoji));
    }

    async fn guild_member_addition(&self, _: Context, member: serenity::all::Member) {
        self.log.note(format!("joined {}", member.user.name));
    }

    async fn guild_member_removal(
        &self,
        _: Context,
        _: GuildId,
        user: serenity::all::User,
        _: Option<serenity::all::Member>,
    ) {
        self.log.note(format!("left {}", user.name));
    }

    async fn guild_member_update(
        &self,
        _: Context,
        _: Option<serenity::all::Member>,
        _: Option<serenity::all::Member>,
        event: serenity::all::GuildMemberUpdateEvent,
    ) {
        self.log.note(format!("{} has {} roles", event.user.name, event.roles.len()));
    }

    async fn thread_create(&self, _: Context, thread: serenity::all::GuildChannel) {
        self.log.note(format!("thread {}", thread.name));
    }

    async fn channel_pins_update(&self, _: Context, _: serenity::all::ChannelPinsUpdateEvent) {
        self.log.note("pins");
    }

    async fn interaction_create(&self, ctx: Context, interaction: Interaction) {
        let say = |text: String| {
            CreateInteractionResponse::Message(
                CreateInteractionResponseMessage::new().content(text).ephemeral(true).allowed_mentions(quiet()),
            )
        };
        let answered = match interaction {
            Interaction::Command(command) if command.data.name == "slow" => {
                self.log.note("slow");
                Ok(())
            }
            Interaction::Command(command) if command.data.name == "form" => {
                let input = CreateInputText::new(InputTextStyle::Short, "Why", "why").max_length(20).required(true);
                let modal = CreateModal::new("form-1", "Say why").components(vec![CreateActionRow::InputText(input)]);
                command.create_response(&ctx, CreateInteractionResponse::Modal(modal)).await
            }
            Interaction::Command(command) if command.data.name == "defer" => {
                let deferred = CreateInteractionResponseMessage::new().ephemeral(true);
                command.create_response(&ctx, CreateInteractionResponse::Defer(deferred)).await.expect("deferred");
                let edit = EditInteractionResponse::new().content("done").allowed_mentions(quiet());
                command.edit_response(&ctx, edit).await.expect("filled in");
                let more = CreateInteractionResponseFollowup::new().content("more").ephemeral(true);
                command.create_followup(&ctx, more.allowed_mentions(quiet())).await.map(|_| ())
            }
            Interaction::Command(command) => {
                let options: Vec<_> =
                    command.data.options().iter().map(|option| format!("{}={:?}", option.name, option.value)).collect();
                self.log.note(format!("command {} {}", command.data.name, options.len()));
                let approver = command.data.options.first().and_then(|sub| match &sub.value {
                    CommandDataOptionValue::SubCommand(options) => options.iter().find(|option| option.name == "by"),
                    _ => None,
                });
                let approver =
                    approver.and_then(|option| option.value.as_user_id()).map_or(0, |user: UserId| user.get());
                command.create_response(&ctx, say(format!("noted for <@{approver}>"))).await
            }
            Interaction::Autocomplete(typing) => {
                let focused = typing.data.autocomplete().map_or("", |option| option.value).to_owned();
                let choices = CreateAutocompleteResponse::new().add_string_choice(format!("{focused}…"), focused);
                typing.create_response(&ctx, CreateInteractionResponse::Autocomplete(choices)).await
            }
            Interaction::Component(pressed) => {
                let update = CreateInteractionResponseMessage::new().content("pressed").components(Vec::new());
                pressed.create_response(&ctx, CreateInteractionResponse::UpdateMessage(update)).await
            }
            Interaction::Modal(form) => {
                let value = form.data.components.iter().flat_map(|row| &row.components).find_map(|part| match part {
                    ActionRowComponent::InputText(input) => input.value.clone(),
                    _ => None,
                });
                form.create_response(&ctx, say(format!("because {}", value.unwrap_or_default()))).await
            }
            _ => Ok(()),
        };
        if let Err(why) = answered {
            self.log.note(format!("failed: {why}"));
        }
    }
}

const INTENTS: u64 = intent::GUILDS
    | intent::GUILD_MEMBERS
    | intent::GUILD_MESSAGES
    | intent::GUILD_MESSAGE_REACTIONS
    | intent::DIRECT_MESSAGES
    | intent::MESSAGE_CONTENT;

/// A connected client, shut down when the test lets go of it.
struct Running {
    log: Log,
    shards: Arc<ShardManager>,
    task: tokio::task::JoinHandle<Result<(), serenity::Error>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connect(fake: &FakeDiscord, intents: u64) -> Running {
    decide_cryptography();
    let log = Log::default();
    let http = HttpBuilder::new(TOKEN).proxy(fake.rest_url()).ratelimiter_disabled(true).build();
    let intents = GatewayIntents::from_bits_retain(intents);
    let builder =
        serenity::client::ClientBuilder::new_with_http(http, intents).event_handler(Tutorial { log: log.clone() });
    let mut client = builder.await.expect("the gateway's address is given");
    assert_eq!(*client.ws_url.lock().await, fake.gateway_url());
    let shards = client.shard_manager.clone();
    let task = tokio::spawn(async move { client.start().await });
    Running { log, shards, task }
}

async fn connected(fake: &FakeDiscord) -> Running {
    let running = connect(fake, INTENTS).await;
    fake.wait_for("the guild", |_| running.log.lines().iter().any(|line| line.starts_with("guild ")).then_some(()))
        .await;
    running
}

/// Everything that a body can be refused for, as one line: where, what, and part of the error that must come back.
struct Bad {
    what: &'static str,
    body: Value,
    at: &'static str,
}

fn bad(what: &'static str, body: Value, at: &'static str) -> Bad {
    Bad { what, body, at }
}

/// A message that is fine but for what is laid over it.
fn with(change: Value) -> Value {
    let mut body = json!({ "content": "words", "allowed_mentions": { "parse": [] } });
    for (name, value) in change.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

fn button(id: &str) -> Value {
    json!({ "type": 2, "style": 1, "label": "Press", "custom_id": id })
}

fn row(of: Vec<Value>) -> Value {
    json!({ "type": 1, "components": of })
}

fn long(length: usize) -> String {
    "x".repeat(length)
}

#[track_caller]
fn check_refused(fake: &FakeDiscord, bad: &Bad, (status, answer): (u16, Value)) {
    assert_eq!((status, &answer["code"]), (400, &json!(50035)), "{}: {answer}", bad.what);
    assert!(answer["errors"].pointer(bad.at).is_some(), "{}: not at {}: {answer}", bad.what, bad.at);
    let violations = fake.take_violations();
    assert_eq!(violations.len(), 1, "{}: {violations:?}", bad.what);
}

#[tokio::test]
async fn bad_messages_are_refused() {
    let fake = FakeDiscord::start().await;
    let channel = fake.channel("credit-ai");
    let path = format!("/channels/{channel}/messages");
    let embed = |embed: Value| with(json!({ "embeds": [embed] }));
    let fields = |count: usize| (0..count).map(|_| json!({ "name": "n", "value": "v" })).collect::<Vec<_>>();
    let six = |n: usize| row((0..n).map(|i| button(&format!("b{i}"))).collect());
    let option = |value: &str| json!({ "label": value, "value": value });
    let select = |options: Vec<Value>| row(vec![json!({ "type": 3, "custom_id": "s", "options": options })]);
    let mut table = vec![
        bad("content over 2000", with(json!({ "content": long(2001) })), "/content"),
        bad("a send that doesn't say whom it pings", json!({ "content": "words" }), "/allowed_mentions"),
        bad(
            "pings by text and by name",
            with(json!({ "allowed_mentions": { "parse": ["users"], "users": ["1"] } })),
            "/allowed_mentions",
        ),
        bad("a nonce over 25", with(json!({ "nonce": long(26) })), "/nonce"),
        bad("an enforced nonce that isn't there", with(json!({ "enforce_nonce": true })), "/nonce"),
        bad("content beside Components V2", with(json!({ "flags": 1 << 15 })), "/content"),
        bad("eleven embeds", with(json!({ "embeds": vec![json!({ "title": "t" }); 11] })), "/embeds"),
        bad("title over 256", embed(json!({ "title": long(257) })), "/embeds/0/title"),
        bad("description over 4096", embed(json!({ "description": long(4097) })), "/embeds/0/description"),
        bad(
            "footer over 2048",
            embed(json!({ "title": "t", "footer": { "text": long(2049) } })),
            "/embeds/0/footer/text",
        ),
        bad("author over 256", embed(json!({ "author": { "name": long(257) } })), "/embeds/0/author/name"),
        bad("26 fields", embed(json!({ "fields": fields(26) })), "/embeds/0/fields"),
        bad(
            "field name over 256",
            embed(json!({ "fields": [{ "name": long(257), "value": "v" }] })),
            "/embeds/0/fields/0/name",
        ),
        bad(
            "field value over 1024",
            embed(json!({ "fields": [{ "name": "n", "value": long(1025) }] })),
            "/embeds/0/fields/0/value",
        ),
        bad("an empty field", embed(json!({ "fields": [{ "name": "n", "value": "" }] })), "/embeds/0/fields/0/value"),
        bad(
            "embeds over 6000 in all",
            with(json!({ "embeds": [{ "description": long(4000) }, { "description": long(2001) }] })),
            "/embeds",
        ),
        bad(
            "six rows",
            with(json!({ "components": (0..6).map(|i| row(vec![button(&format!("b{i}"))])).collect::<Vec<_>>() })),
            "/components",
        ),
        bad("six buttons in a row", with(json!({ "components": [six(6)] })), "/components/0/components"),
        bad("an empty row", with(json!({ "components": [row(vec![])] })), "/components/0/components"),
        bad("a bare button", with(json!({ "components": [button("b")] })), "/components/0/type"),
        bad(
            "one custom_id twice",
            with(json!({ "components": [row(vec![button("b"), button("b")])] })),
            "/components/0/components/1/custom_id",
        ),
        bad(
            "custom_id over 100",
            with(json!({ "components": [row(vec![button(&long(101))])] })),
            "/components/0/components/0/custom_id",
        ),
        bad(
            "button label over 80",
            with(
                json!({ "components": [row(vec![json!({ "type": 2, "style": 1, "label": long(81), "custom_id": "b" })])] }),
            ),
            "/components/0/components/0/label",
        ),
        bad(
            "a link that can be pressed",
            with(
                json!({ "components": [row(vec![json!({ "type": 2, "style": 5, "label": "l", "url": "https://a.example", "custom_id": "b" })])] }),
            ),
            "/components/0/components/0/custom_id",
        ),
        bad(
            "26 options",
            with(json!({ "components": [select((0..26).map(|i| option(&i.to_string())).collect())] })),
            "/components/0/components/0/options",
        ),
        bad(
            "one option twice",
            with(json!({ "components": [select(vec![option("a"), option("a")])] })),
            "/components/0/components/0/options",
        ),
        bad(
            "a file that wasn't uploaded",
            with(json!({ "attachments": [{ "id": "0", "filename": "a.txt" }] })),
            "/attachments/0/id",
        ),
        bad("a reply to nothing", with(json!({ "message_reference": { "message_id": "5" } })), "/message_reference"),
    ];
    if schema::at_hand() {
        table.push(bad("a misspelt field", with(json!({ "contents": "words" })), "/_errors"));
        table.push(bad("a misspelt field in an embed", embed(json!({ "titel": "t" })), "/embeds/0/_errors"));
        table.push(bad("text where a number belongs", with(json!({ "flags": "64" })), "/flags"));
    } else {
        println!("SKIPPED: no shared data");
    }
    for one in &table {
        let answer = raw(&fake, "POST", &path, one.body.clone()).await;
        check_refused(&fake, one, answer);
    }
    assert!(fake.messages(channel).is_empty(), "a refused message was posted");

    let (status, answer) = raw(&fake, "POST", &path, with(json!({ "content": "" }))).await;
    assert_eq!((status, &answer["code"]), (400, &json!(50006)));
    assert_eq!(fake.take_violations().len(), 1);
    // The fullest message that is allowed.
    let full = with(json!({
        "content": long(2000),
        "nonce": long(25),
        "embeds": [{ "title": long(256), "description": long(4096), "fields": [{ "name": long(256), "value": long(1024) }], "footer": { "text": long(368) } }],
        "components": (0..5).map(|r| row((0..5).map(|b| button(&format!("{r}-{b}"))).collect())).collect::<Vec<_>>(),
    }));
    let (status, answer) = raw(&fake, "POST", &path, full).await;
    assert_eq!(status, 200, "{answer}");
    fake.assert_clean();
}

#[tokio::test]
async fn bad_commands_are_refused() {
    let fake = FakeDiscord::start().await;
    let path = format!("/applications/{}/commands", fake.application());
    let command = |change: Value| {
        let mut body = json!({ "name": "approval", "description": "Approvals", "type": 1 });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        json!([body])
    };
    let option = |change: Value| {
        let mut body = json!({ "name": "what", "description": "What", "type": 3 });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    };
    let choices =
        |count: usize| (0..count).map(|i| json!({ "name": format!("c{i}"), "value": "v" })).collect::<Vec<_>>();
    let options = |count: usize| (0..count).map(|i| option(json!({ "name": format!("o{i}") }))).collect::<Vec<_>>();
    let many: Vec<_> = (0..101).map(|i| json!({ "name": format!("c{i}"), "description": "d" })).collect();
    let heavy: Vec<_> = (0..25)
        .map(|i| option(json!({ "name": format!("o{i}"), "description": long(100), "choices": (0..3).map(|c| json!({ "name": format!("{c}{}", long(99)), "value": long(100) })).collect::<Vec<_>>() })))
        .collect();
    let mut table = vec![
        bad("capitals in a name", command(json!({ "name": "Approval" })), "/0/name"),
        bad("a blank in a name", command(json!({ "name": "approval request" })), "/0/name"),
        bad("name over 32", command(json!({ "name": long(33) })), "/0/name"),
        bad("no description", command(json!({ "description": "" })), "/0/description"),
        bad("description over 100", command(json!({ "description": long(101) })), "/0/description"),
        bad("a menu entry with a description", command(json!({ "type": 3 })), "/0/description"),
        bad(
            "a required option after an optional one",
            command(json!({ "options": [option(json!({})), option(json!({ "name": "by", "required": true }))] })),
            "/0/options/1/required",
        ),
        bad("26 options", command(json!({ "options": options(26) })), "/0/options"),
        bad(
            "one option twice",
            command(json!({ "options": [option(json!({})), option(json!({}))] })),
            "/0/options/1/name",
        ),
        bad(
            "26 choices",
            command(json!({ "options": [option(json!({ "choices": choices(26) }))] })),
            "/0/options/0/choices",
        ),
        bad(
            "choices and completion",
            command(json!({ "options": [option(json!({ "choices": choices(2), "autocomplete": true }))] })),
            "/0/options/0/autocomplete",
        ),
        bad(
            "sub-commands beside options",
            command(json!({ "options": [option(json!({})), option(json!({ "name": "request", "type": 1 }))] })),
            "/0/options",
        ),
        bad("over 8000 in all", command(json!({ "options": heavy })), "/0/_errors"),
        bad("101 commands", json!(many), "/_errors"),
        bad(
            "one command twice",
            json!([{ "name": "a", "description": "d" }, { "name": "a", "description": "d" }]),
            "/name",
        ),
    ];
    if schema::at_hand() {
        table.push(bad("a misspelt field", command(json!({ "descripton": "d" })), "/0/_errors"));
    } else {
        println!("SKIPPED: no shared data");
    }
    for one in &table {
        let answer = raw(&fake, "PUT", &path, one.body.clone()).await;
        check_refused(&fake, one, answer);
    }
    assert!(fake.registered(None).is_empty(), "a refused command was registered");
}

#[tokio::test]
async fn bad_answers_to_interactions_are_refused() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let option = json!({ "name": "what", "description": "What", "type": 3, "autocomplete": true });
    let commands = json!([{ "name": "go", "description": "Go", "options": [option] }]);
    let (status, answer) = raw(&fake, "PUT", &format!("/applications/{}/commands", fake.application()), commands).await;
    assert_eq!(status, 200, "{answer}");
    let callback = |id: Id| format!("/interactions/{id}/{}/callback", fake.interaction(id).token);
    let input = |change: Value| {
        let mut body = json!({ "type": 4, "custom_id": "why", "style": 1, "label": "Why" });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        row(vec![body])
    };
    let modal = |change: Value| {
        let mut body = json!({ "custom_id": "m", "title": "Form", "components": [input(json!({}))] });
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        json!({ "type": 9, "data": body })
    };
    let six: Vec<_> = (0..6).map(|i| input(json!({ "custom_id": format!("i{i}") }))).collect();
    let table = [
        bad("modal title over 45", modal(json!({ "title": long(46) })), "/data/title"),
        bad("a modal without rows", modal(json!({ "components": [] })), "/data/components"),
        bad("six rows", modal(json!({ "components": six })), "/data/components"),
        bad(
            "label over 45",
            modal(json!({ "components": [input(json!({ "label": long(46) }))] })),
            "/data/components/0/components/0/label",
        ),
        bad(
            "value over 4000",
            modal(json!({ "components": [input(json!({ "value": long(4001) }))] })),
            "/data/components/0/components/0/value",
        ),
        bad(
            "value over its own bound",
            modal(json!({ "components": [input(json!({ "value": "abc", "max_length": 2 }))] })),
            "/data/components/0/components/0/value",
        ),
        bad(
            "one custom_id twice",
            modal(json!({ "components": [input(json!({})), input(json!({}))] })),
            "/data/components/1/components/0/custom_id",
        ),
        bad("content over 2000", json!({ "type": 4, "data": with(json!({ "content": long(2001) })) }), "/data/content"),
        bad("no word on pings", json!({ "type": 4, "data": { "content": "words" } }), "/data/allowed_mentions"),
        bad("an update without a message", json!({ "type": 7, "data": { "content": "words" } }), "/type"),
        bad("choices for a command", json!({ "type": 8, "data": { "choices": [] } }), "/type"),
    ];
    for one in &table {
        let id = fake.slash(maya, channel, "go", json!({}));
        let answer = raw(&fake, "POST", &callback(id), one.body.clone()).await;
        check_refused(&fake, one, answer);
        assert!(fake.interaction(id).acknowledged.is_none(), "{}: a refused answer counted", one.what);
    }

    // Twice, too late for a follow-up, or by a wrong token.
    let id = fake.slash(maya, channel, "go", json!({ "what": "ship" }));
    let token = fake.interaction(id).token;
    let webhook = format!("/webhooks/{}/{token}", fake.application());
    assert_eq!(raw(&fake, "POST", &webhook, with(json!({}))).await.1["code"], 10015);
    let ephemeral = json!({ "type": 4, "data": with(json!({ "flags": limits::EPHEMERAL })) });
    assert_eq!(raw(&fake, "POST", &callback(id), ephemeral.clone()).await.0, 204);
    assert_eq!(raw(&fake, "POST", &callback(id), ephemeral.clone()).await.1["code"], 40060);
    assert_eq!(raw(&fake, "POST", &format!("/interactions/{id}/nonsense/callback"), ephemeral).await.1["code"], 10062);
    assert!(fake.messages(channel).is_empty(), "an ephemeral answer stands in the channel");
    assert_eq!(fake.replies(maya).len(), 1);
    fake.set_time(fake.interaction(id).at_ms + 15 * 60 * 1000 + 1);
    let late = raw(&fake, "PATCH", &format!("{webhook}/messages/@original"), json!({ "content": "late" })).await;
    assert_eq!((late.0, &late.1["code"]), (401, &json!(50027)));
    fake.assert_clean();
}

#[tokio::test]
async fn an_answer_after_the_deadline_is_too_late() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let commands = json!([{ "name": "go", "description": "Go" }]);
    raw(&fake, "PUT", &format!("/applications/{}/commands", fake.application()), commands).await;
    fake.set_answer_within(Duration::ZERO);
    let id = fake.slash(maya, channel, "go", json!({}));
    let path = format!("/interactions/{id}/{}/callback", fake.interaction(id).token);
    let (status, answer) = raw(&fake, "POST", &path, json!({ "type": 4, "data": with(json!({})) })).await;
    assert_eq!((status, &answer["code"]), (404, &json!(10062)));
    assert!(fake.interaction(id).late);
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fake.assert_clean()));
    assert!(refused.is_err(), "a late answer counts as clean");
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let secret = fake.private_channel("board", &[maya]);
    let post = |channel: Id| format!("/channels/{channel}/messages");
    let code = |(status, body): (u16, Value)| (status, body["code"].as_u64().unwrap_or(0));

    assert_eq!(code(raw(&fake, "POST", &post(5), with(json!({}))).await), (404, 10003));
    assert_eq!(code(raw(&fake, "POST", &post(secret), with(json!({}))).await), (403, 50001));
    assert_eq!(code(raw(&fake, "GET", &format!("/channels/{channel}/messages/7"), Value::Null).await), (404, 10008));
    fake.overwrite(channel, fake.bot(), 1, 0, may::SEND_MESSAGES);
    assert_eq!(code(raw(&fake, "POST", &post(channel), with(json!({}))).await), (403, 50013));
    fake.overwrite(channel, fake.bot(), 1, 0, 0);

    let theirs = fake.say(maya, channel, "hello");
    let edit = raw(&fake, "PATCH", &format!("{}/{theirs}", post(channel)), json!({ "content": "bye" })).await;
    assert_eq!(code(edit), (403, 50005));
    fake.set_bot_permissions(may::MEMBER);
    assert_eq!(code(raw(&fake, "DELETE", &format!("{}/{theirs}", post(channel)), Value::Null).await), (403, 50013));
    assert_eq!(code(raw(&fake, "PUT", &format!("/channels/{channel}/pins/{theirs}"), Value::Null).await), (403, 50013));
    let new = json!({ "name": "war-room" });
    assert_eq!(
        code(raw(&fake, "POST", &format!("/guilds/{}/channels", fake.guild()), new.clone()).await),
        (403, 50013)
    );
    fake.set_bot_permissions(may::BOT);
    assert_eq!(raw(&fake, "POST", &format!("/guilds/{}/channels", fake.guild()), new).await.0, 201);

    fake.set_dms(maya, false);
    let dm = raw(&fake, "POST", "/users/@me/channels", json!({ "recipient_id": maya.to_string() })).await.1;
    let dm: Id = dm["id"].as_str().expect("a conversation has an id").parse().expect("a number");
    assert_eq!(code(raw(&fake, "POST", &post(dm), with(json!({}))).await), (403, 50007));
    let nobody = json!({ "recipient_id": "5" });
    assert_eq!(code(raw(&fake, "POST", "/users/@me/channels", nobody).await), (404, 10013));

    let thread = format!("{}/{theirs}/threads", post(channel));
    let made = raw(&fake, "POST", &thread, json!({ "name": "APR-1" })).await;
    assert_eq!((made.0, made.1["id"].as_str()), (201, Some(theirs.to_string().as_str())));
    assert_eq!(code(raw(&fake, "POST", &thread, json!({ "name": "APR-1" })).await), (400, 160_004));
    fake.archive(theirs, true, false);
    let rename = json!({ "name": "APR-1 done" });
    assert_eq!(code(raw(&fake, "PATCH", &format!("/channels/{theirs}"), rename).await), (400, 50083));
    // A message wakes it up.
    assert_eq!(raw(&fake, "POST", &post(theirs), with(json!({}))).await.0, 200);
    let awake = raw(&fake, "GET", &format!("/channels/{theirs}"), Value::Null).await.1;
    assert_eq!(awake["thread_metadata"]["archived"], false);

    let unauthorized = reqwest::Client::new().get(format!("{}/api/v10/users/@me", fake.rest_url())).send().await;
    assert_eq!(unauthorized.expect("an answer").status().as_u16(), 401);
    assert!(fake.take_violations().iter().all(|line| line.contains("user agent")));
    assert_eq!(fake.invalid_responses(), 8);
}

#[tokio::test]
async fn an_ordinary_client_connects_hears_and_survives() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let running = connected(&fake).await;
    assert!(running.log.has("ready the_bot").is_some(), "{:?}", running.log.lines());
    assert!(running.log.has("guild Acme: 1 channels, 0 threads, 2 roles").is_some(), "{:?}", running.log.lines());
    let said = fake.say(maya, channel, "hello");
    fake.wait_for("the message", |_| running.log.has("heard hello")).await;

    // What happens while the line is down is made up for, once.
    fake.drop_gateway();
    fake.wait_for("the end of the line", |fake| (!fake.ended().is_empty()).then_some(())).await;
    let during = fake.say(maya, channel, "during");
    fake.wait_for("the resume", |_| running.log.has("resumed")).await;
    fake.wait_for("what was missed", |_| running.log.has("heard during")).await;
    let resume = fake.resumes()[0].clone();
    assert!(resume.accepted && resume.replayed >= 1, "{resume:?}");

    // A server that asks politely is left and resumed too.
    fake.reconnect_gateway();
    fake.wait_for("the second resume", |fake| (fake.resumes().len() == 2).then_some(())).await;

    // Everything else that people do.
    fake.edit(said, "hello again");
    fake.react(maya, said, "✅");
    fake.delete(during);
    let more = [fake.say(maya, channel, "a"), fake.say(maya, channel, "b")];
    fake.bulk_delete(channel, &more);
    fake.pin(maya, said, true);
    fake.thread_from(maya, said, "talk");
    let lena = fake.person("Lena");
    let role = fake.role(fake.guild(), "risk", 0);
    fake.grant(lena, role);
    fake.leave(fake.guild(), lena);
    for line in [
        "edited hello again",
        "reaction ✅",
        "deleted 2 at once",
        "pins",
        "thread talk",
        "joined lena",
        "lena has 1 roles",
        "left lena",
    ] {
        fake.wait_for(line, |_| running.log.has(line)).await;
    }
    fake.wait_for("the deletion", |_| running.log.has(&format!("deleted {during}"))).await;

    // A session that is gone is begun anew.
    fake.invalidate_sessions(false);
    fake.wait_for("a new session", |fake| (fake.identifies().len() == 2).then_some(())).await;
    fake.wait_for("a new line", |fake| fake.connected().then_some(())).await;
    fake.say(maya, channel, "after");
    fake.wait_for("the message after", |_| running.log.has("heard after")).await;
    running.shards.shutdown_all().await;
    fake.assert_clean();
}

#[tokio::test]
async fn resumes_can_be_refused_and_events_come_twice_or_crossed() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let running = connected(&fake).await;
    fake.duplicate_events(1);
    fake.say(maya, channel, "twice");
    let heard = |line: &str| running.log.lines().iter().filter(|known| *known == line).count();
    fake.wait_for("both", |_| (heard("heard twice") == 2).then_some(())).await;
    fake.swap_events();
    fake.say(maya, channel, "first");
    fake.say(maya, channel, "second");
    // The client runs its handlers side by side, so what counts is what was sent.
    fake.wait_for("both", |_| running.log.has("heard first").and(running.log.has("heard second"))).await;

    fake.refuse_resumes(1);
    fake.drop_gateway();
    fake.wait_for("a new session", |fake| (fake.identifies().len() == 2).then_some(())).await;
    assert!(!fake.resumes()[0].accepted);
    fake.assert_clean();
}

#[tokio::test]
async fn intents_decide_what_is_heard() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let running = connect(&fake, intent::GUILDS | intent::GUILD_MESSAGES).await;
    fake.wait_for("the line", |fake| fake.connected().then_some(())).await;
    fake.say(maya, channel, "nobody may read this");
    let mention = format!("but this, <@{}>", fake.bot());
    fake.say(maya, channel, &mention);
    fake.wait_for("the mention", |_| running.log.has(&format!("heard {mention}"))).await;
    fake.wait_for("the other", |_| running.log.has("heard ")).await;
    let said = fake.say(maya, channel, "x");
    fake.react(maya, said, "✅");
    fake.person("Lena");
    fake.say(maya, channel, &format!("done <@{}>", fake.bot()));
    fake.wait_for("the last", |_| running.log.lines().iter().any(|line| line.starts_with("heard done")).then_some(()))
        .await;
    let lines = running.log.lines();
    assert!(!lines.iter().any(|line| line.starts_with("reaction") || line.starts_with("joined")), "{lines:?}");
    drop(running);

    // What isn't switched on can't be asked for.
    fake.set_privileged_intents(intent::GUILD_MEMBERS);
    let mut refused = connect(&fake, INTENTS).await;
    let error = (&mut refused.task).await.expect("the client ends").expect_err("by an error");
    assert!(error.to_string().to_lowercase().contains("disallowed"), "{error}");
    assert_eq!(fake.ended().last().map(String::as_str), Some("4014"));
    let history = raw(&fake, "GET", &format!("/channels/{channel}/messages"), Value::Null).await.1;
    assert_eq!(history[3]["content"], "", "history shows content without the switch: {history}");
    fake.assert_clean();
}

#[tokio::test]
async fn a_wrong_token_and_unanswered_heartbeats_end_the_line() {
    let fake = FakeDiscord::start().await;
    fake.set_heartbeat(Duration::from_millis(300));
    let running = connected(&fake).await;
    fake.wait_for("heartbeats", |fake| (fake.heartbeats() > 2).then_some(())).await;
    fake.ask_for_heartbeat();
    let before = fake.heartbeats();
    fake.wait_for("one more", |fake| (fake.heartbeats() > before).then_some(())).await;
    fake.answer_heartbeats(false);
    fake.wait_for("a new line", |fake| (fake.identifies().len() + fake.resumes().len() >= 2).then_some(())).await;
    fake.answer_heartbeats(true);
    drop(running);

    decide_cryptography();
    let http = HttpBuilder::new("wrong").proxy(fake.rest_url()).ratelimiter_disabled(true).build();
    let mut client =
        serenity::client::ClientBuilder::new_with_http(http, GatewayIntents::GUILDS).await.expect("a client");
    *client.ws_url.lock().await = fake.gateway_url();
    let error = client.start().await.expect_err("nobody is let in with that");
    assert!(error.to_string().to_lowercase().contains("authentication"), "{error}");
    assert_eq!(fake.ended().last().map(String::as_str), Some("4004"));
}

fn tutorial_commands() -> Vec<CreateCommand> {
    let what =
        CreateCommandOption::new(CommandOptionType::String, "what", "What it is").required(true).set_autocomplete(true);
    let by = CreateCommandOption::new(CommandOptionType::User, "by", "Who decides");
    let risk = CreateCommandOption::new(CommandOptionType::String, "risk", "How bad")
        .add_string_choice("High", "high")
        .add_string_choice("Low", "low");
    let hours =
        CreateCommandOption::new(CommandOptionType::Integer, "hours", "How long").min_int_value(1).max_int_value(72);
    let request = CreateCommandOption::new(CommandOptionType::SubCommand, "request", "Ask")
        .add_sub_option(what)
        .add_sub_option(by)
        .add_sub_option(risk)
        .add_sub_option(hours);
    vec![
        CreateCommand::new("approval").description("Approvals").add_option(request),
        CreateCommand::new("form").description("Opens a form"),
        CreateCommand::new("defer").description("Takes its time"),
        CreateCommand::new("slow")
            .description("Never answers")
            .default_member_permissions(Permissions::MANAGE_MESSAGES),
        CreateCommand::new("Mark it").kind(serenity::all::CommandType::Message),
    ]
}

#[tokio::test]
async fn people_use_commands_buttons_and_forms() {
    let fake = FakeDiscord::start().await;
    let (maya, lena, channel) = (fake.person("Maya"), fake.person("Lena"), fake.channel("credit-ai"));
    let http = http(&fake);
    let registered =
        GuildId::new(fake.guild()).set_commands(&http, tutorial_commands()).await.expect("commands are fine");
    assert_eq!((registered.len(), fake.registered(Some(fake.guild())).len()), (5, 5));
    let again = GuildId::new(fake.guild()).set_commands(&http, tutorial_commands()).await.expect("commands are fine");
    assert_eq!(registered[0].id, again[0].id, "a command keeps its id");
    let running = connected(&fake).await;

    // What the client wouldn't send isn't sent.
    let refused =
        |path: &str, options: Value| fake.try_slash(maya, channel, path, options).expect_err("the client says no");
    assert!(refused("incident", json!({})).contains("no command"));
    assert!(refused("approval", json!({})).contains("sub-command"));
    assert!(refused("approval request", json!({})).contains("what"));
    assert!(refused("approval request", json!({ "what": "x", "why": "y" })).contains("no option why"));
    assert!(refused("approval request", json!({ "what": 5 })).contains("isn't text"));
    assert!(refused("approval request", json!({ "what": "x", "risk": "medium" })).contains("choices"));
    assert!(refused("approval request", json!({ "what": "x", "hours": 100 })).contains("bounds"));
    assert!(refused("approval request", json!({ "what": "x", "by": 17 })).contains("nobody"));
    assert!(refused("slow", json!({})).contains("isn't shown"));

    let options = json!({ "what": "Ship v7", "by": lena.to_string(), "risk": "high", "hours": 2 });
    let asked = fake.slash(maya, channel, "approval request", options);
    let answer = fake.answer(asked).await;
    assert_eq!(fake.render(&answer, |_, _| String::new()), "noted for @Lena");
    assert_eq!(fake.replies(maya), [answer]);
    assert!(fake.replies(lena).is_empty() && fake.messages(channel).is_empty());
    let choices = fake.autocomplete(maya, channel, "approval request", json!({}), "what", "Shi").await;
    assert_eq!((choices.len(), &choices[0]["name"], &choices[0]["value"]), (1, &json!("Shi…"), &json!("Shi")));

    let opened = fake.slash(maya, channel, "form", json!({}));
    fake.answered(opened).await;
    assert_eq!(fake.modals(maya).expect("a form stands open")["title"], "Say why");
    assert!(fake.try_submit(maya, "form-1", &[]).expect_err("the client says no").contains("filled in"));
    assert!(fake.try_submit(maya, "form-1", &[("why", &long(21))]).expect_err("the client says no").contains("21"));
    assert!(fake.try_submit(lena, "form-1", &[]).expect_err("the client says no").contains("no form"));
    let sent = fake.submit(maya, "form-1", &[("why", "of rain")]);
    assert_eq!(fake.answer(sent).await["content"], "because of rain");

    let deferred = fake.slash(lena, channel, "defer", json!({}));
    fake.wait_for("the follow-up", |fake| (fake.replies(lena).len() == 2).then_some(())).await;
    let texts: Vec<_> = fake.replies(lena).iter().map(|reply| reply["content"].clone()).collect();
    assert_eq!(texts, ["done", "more"]);
    assert_eq!(fake.interaction(deferred).acknowledged.expect("answered").kind, 5);

    let buttons = CreateActionRow::Buttons(vec![
        CreateButton::new("yes").label("Approve").style(ButtonStyle::Success),
        CreateButton::new("no").label("Reject").disabled(true),
    ]);
    let card =
        ChannelId::new(channel).send_message(&http, words("APR-1").components(vec![buttons])).await.expect("sent");
    let id = card.id.get();
    let shown = fake.message(id).expect("it stands there");
    let expected = [("Approve", "yes"), ("Reject", "no")].map(|(label, id)| (label.to_owned(), id.to_owned()));
    assert_eq!(fakes::discord::render::buttons(&shown), expected);
    assert!(fake.try_press(maya, id, "maybe").expect_err("the client says no").contains("only"));
    assert!(fake.try_press(maya, id, "no").expect_err("the client says no").contains("disabled"));
    let pressed = fake.press(maya, id, "yes");
    fake.answered(pressed).await;
    let shown = fake.message(id).expect("it stands there");
    assert_eq!((&shown["content"], &shown["components"]), (&json!("pressed"), &json!([])));

    let menu = fake.message_menu(maya, "Mark it", id);
    assert_eq!(fake.answer(menu).await["content"], "noted for <@0>");
    let direct = GuildId::new(fake.guild()).set_commands(&http, Vec::new()).await.expect("none is fine");
    assert!(direct.is_empty());
    assert!(refused("form", json!({})).contains("no command"));
    assert!(!running.log.lines().iter().any(|line| line.starts_with("failed")), "{:?}", running.log.lines());
    fake.assert_clean();
}

#[tokio::test]
async fn an_ordinary_client_writes_files_threads_and_pins() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let http = http(&fake);
    let place = ChannelId::new(channel);
    let embed = CreateEmbed::new()
        .title("APR-1 · **Ship v7**")
        .description("due <t:1795424400:t>, ask <@1> about \\*stars\\*")
        .field("Holder", "`maya`", true)
        .footer(CreateEmbedFooter::new("0 of 2"));
    let file = CreateAttachment::bytes(&b"a,b\n"[..], "figures.csv").description("Figures");
    let sent = place.send_message(&http, words("See").embed(embed).add_file(file)).await.expect("sent");
    let shown = fake.message(sent.id.get()).expect("it stands there");
    let text = fake.render(&shown, |seconds, style| format!("[{seconds} {style}]"));
    assert_eq!(text, "See\nAPR-1 · Ship v7\ndue [1795424400 t], ask @unknown-user about *stars*\nHolder: maya\n0 of 2");
    assert_eq!(fake.calls_to("POST /channels/{channel_id}/messages")[0].files, ["figures.csv"]);

    // Files can be had for a day, and not longer than their message.
    let get = async |url: &str| reqwest::get(url.to_owned()).await.expect("an answer").status().as_u16();
    let url = sent.attachments[0].url.clone();
    assert_eq!(reqwest::get(url.clone()).await.expect("an answer").bytes().await.expect("bytes"), "a,b\n");
    assert_eq!(get(&url.replace("hm=", "hm=0")).await, 404);
    fake.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(get(&url).await, 404);
    let fresh = place.message(&http, sent.id).await.expect("still there").attachments[0].url.clone();
    assert_eq!(get(&fresh).await, 200);
    sent.delete(&http).await.expect("own message");
    assert_eq!(get(&fresh).await, 404);

    // One nonce, one message.
    let once = || words("once").nonce(Nonce::String("n-1".into())).enforce_nonce(true);
    let first = place.send_message(&http, once()).await.expect("sent");
    let second = place.send_message(&http, once()).await.expect("sent");
    assert_eq!((first.id, fake.messages(channel).len()), (second.id, 1));
    fake.advance(Duration::from_secs(600));
    assert_ne!(place.send_message(&http, once()).await.expect("sent").id, first.id);

    let thread = place.create_thread_from_message(&http, first.id, CreateThread::new("APR-1")).await.expect("a thread");
    assert_eq!(thread.id.get(), first.id.get());
    thread.id.say(&http, "x").await.expect_err("a send without word on pings");
    fake.take_violations();
    thread.id.send_message(&http, words("inside")).await.expect("sent");
    assert_eq!(fake.messages(thread.id.get()).last().expect("a message")["content"], "inside");
    thread.id.edit_thread(&http, EditThread::new().archived(true)).await.expect("archived");
    let private = CreateThread::new("quiet").kind(ChannelType::PrivateThread);
    let private = place.create_thread(&http, private).await.expect("a thread");
    assert!(fake.try_slash(maya, private.id.get(), "x", json!({})).is_err());
    private.id.add_thread_member(&http, UserId::new(maya)).await.expect("let in");
    assert_eq!(private.id.get_thread_members(&http).await.expect("two").len(), 2);
    fake.say(maya, private.id.get(), "I am in");

    place.pin(&http, first.id).await.expect("pinned");
    assert_eq!(place.pins(&http).await.expect("pins").len(), 1);
    place.unpin(&http, first.id).await.expect("unpinned");
    let mark = ReactionType::Unicode("👀".into());
    place.create_reaction(&http, first.id, mark.clone()).await.expect("reacted");
    assert_eq!(place.message(&http, first.id).await.expect("there").reactions[0].reaction_type, mark);
    place.edit_message(&http, first.id, EditMessage::new().content("twice")).await.expect("edited");
    assert_eq!(fake.message(first.id.get()).expect("there")["content"], "twice");

    let guild = GuildId::new(fake.guild());
    let deny = PermissionOverwrite {
        allow: Permissions::empty(),
        deny: Permissions::VIEW_CHANNEL,
        kind: PermissionOverwriteType::Role(fake.guild().into()),
    };
    let allow = PermissionOverwrite {
        allow: Permissions::VIEW_CHANNEL,
        deny: Permissions::empty(),
        kind: PermissionOverwriteType::Member(fake.bot().into()),
    };
    let room = guild
        .create_channel(&http, CreateChannel::new("War Room").permissions(vec![deny, allow]))
        .await
        .expect("a room");
    assert_eq!(room.name, "war-room");
    assert!(fake.try_press(maya, first.id.get(), "x").is_err());
    room.id.send_message(&http, words("only the bot")).await.expect("sent");
    let allow = PermissionOverwrite {
        allow: Permissions::VIEW_CHANNEL,
        deny: Permissions::empty(),
        kind: PermissionOverwriteType::Member(maya.into()),
    };
    room.id.create_permission(&http, allow).await.expect("maya may");
    fake.say(maya, room.id.get(), "and I");
    assert_eq!(guild.members(&http, None, None).await.expect("members").len(), 3);
    assert_eq!(guild.search_members(&http, "may", Some(5)).await.expect("members").len(), 1);
    assert_eq!(guild.roles(&http).await.expect("roles").len(), 2);
    assert_eq!(guild.member(&http, UserId::new(maya)).await.expect("maya").user.name, "maya");
    http.get_current_application_info().await.expect("the application");
    http.get_bot_gateway().await.expect("the gateway");
    let dm = UserId::new(maya).create_dm_channel(&http).await.expect("a conversation");
    dm.id.send_message(&http, words("psst")).await.expect("sent");
    assert_eq!(fake.messages(fake.dm(maya)).len(), 1);
    fake.assert_clean();
}

#[tokio::test]
async fn history_is_paged_as_asked() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let said: Vec<_> = (0..7).map(|i| fake.say(maya, channel, &i.to_string())).collect();
    let cases = [
        ("limit=3".to_owned(), "6 5 4"),
        (format!("limit=2&before={}", said[3]), "2 1"),
        (format!("limit=2&after={}", said[3]), "5 4"),
        (format!("limit=3&around={}", said[3]), "4 3 2"),
        (format!("after={}", said[6]), ""),
    ];
    for (query, expected) in cases {
        let page = raw(&fake, "GET", &format!("/channels/{channel}/messages?{query}"), Value::Null).await.1;
        let texts: Vec<_> =
            page.as_array().expect("a page").iter().filter_map(|message| message["content"].as_str()).collect();
        assert_eq!(texts.join(" "), expected, "{query}");
    }
    let (status, _) = raw(&fake, "GET", &format!("/channels/{channel}/messages?limit=101"), Value::Null).await;
    assert_eq!((status, fake.take_violations().len()), (400, 1));
}

#[tokio::test]
async fn faults_strike_where_and_as_often_as_planned() {
    let fake = FakeDiscord::start().await;
    let (one, other) = (fake.channel("one"), fake.channel("other"));
    let route = "POST /channels/{channel_id}/messages";
    let path = |channel: Id| format!("/channels/{channel}/messages");
    let second = Duration::from_secs(1);

    fake.fail(route, Some(one), 1, Fault::RateLimited { retry_after: second });
    assert_eq!(raw(&fake, "POST", &path(other), with(json!({}))).await.0, 200);
    let (status, body) = raw(&fake, "POST", &path(one), with(json!({}))).await;
    assert_eq!((status, &body["retry_after"], &body["global"]), (429, &json!(1.0), &json!(false)));
    assert_eq!(fake.impatient_requests(), 0);
    assert_eq!(raw(&fake, "POST", &path(one), with(json!({}))).await.0, 200);
    assert_eq!((fake.impatient_requests(), fake.invalid_responses()), (1, 1));
    fake.fail(route, None, 1, Fault::SharedRateLimited { retry_after: Duration::ZERO });
    assert_eq!((raw(&fake, "POST", &path(one), with(json!({}))).await.0, fake.invalid_responses()), (429, 1));
    fake.fail("*", None, 1, Fault::CloudflareRateLimited { retry_after: second });
    let (status, body) = raw(&fake, "GET", "/users/@me", Value::Null).await;
    assert!(status == 429 && body.as_str().is_some_and(|page| page.contains("1015")), "{body}");
    fake.fail("*", None, 1, Fault::Server { status: 502 });
    assert_eq!(raw(&fake, "GET", "/users/@me", Value::Null).await.0, 502);
    fake.fail(route, None, 1, Fault::EXPIRED_INTERACTION);
    assert_eq!(raw(&fake, "POST", &path(one), with(json!({}))).await.1["code"], 10062);

    let http = http(&fake);
    let send = |channel: Id| {
        let http = http.clone();
        async move { ChannelId::new(channel).send_message(&http, words("x")).await }
    };
    let before = fake.messages(one).len();
    fake.fail(route, Some(one), 1, Fault::DropBefore);
    send(one).await.expect_err("the line broke");
    assert_eq!(fake.messages(one).len(), before, "it happened all the same");
    fake.fail(route, Some(one), 1, Fault::EffectThenDrop);
    send(one).await.expect_err("the line broke");
    assert_eq!(fake.messages(one).len(), before + 1, "it didn't happen");
    fake.fail(route, Some(one), 1, Fault::EffectThenSilence(Duration::from_millis(50)));
    send(one).await.expect_err("nothing came");
    assert_eq!(fake.messages(one).len(), before + 2, "it didn't happen");
    fake.fail(route, Some(one), 1, Fault::Malformed);
    send(one).await.expect_err("the answer is cut");
    assert_eq!(fake.messages(one).len(), before + 3);
    fake.fail(route, Some(one), 1, Fault::Slow(Duration::from_millis(300)));
    let began = Instant::now();
    send(one).await.expect("sent in the end");
    assert!(began.elapsed() >= Duration::from_millis(300));
    fake.fail(route, Some(one), 9, Fault::UNKNOWN_CHANNEL);
    send(one).await.expect_err("planned");
    fake.heal();
    send(one).await.expect("all is well");
    fake.assert_clean();
}

#[tokio::test]
async fn strict_rates_hold_one_channel_back_and_not_the_other() {
    let fake = FakeDiscord::start().await;
    let (one, other) = (fake.channel("one"), fake.channel("other"));
    fake.strict_rates(true);
    let post = async |channel: Id| raw(&fake, "POST", &format!("/channels/{channel}/messages"), with(json!({}))).await;
    for _ in 0..5 {
        assert_eq!(post(one).await.0, 200);
    }
    let (status, body) = post(one).await;
    assert_eq!(status, 429);
    assert!(body["retry_after"].as_f64().is_some_and(|wait| wait > 0.0 && wait <= 5.0), "{body}");
    assert_eq!(post(other).await.0, 200);
    assert_eq!(fake.messages(one).len(), 5);
}

#[tokio::test]
async fn other_bots_write_as_they_may() {
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya"), fake.channel("credit-ai"));
    let running = connected(&fake).await;
    let robot = fake.other_bot("Pager");
    let text = json!({ "type": 10, "content": "**Down**: credit-scoring" });
    let container = json!({ "type": 17, "components": [text] });
    let v2 = json!({ "flags": limits::IS_COMPONENTS_V2, "components": [container] });
    let laid_out = fake.post_as_bot(robot, channel, &v2);
    fake.post_as_bot(
        robot,
        channel,
        &json!({ "embeds": [{ "title": "Alert", "description": "5 % of answers fail" }] }),
    );
    fake.upload_as_bot(robot, channel, "trace.log", b"...", "the trace");
    fake.post_as_webhook(channel, "grafana", &json!({ "content": "firing", "embeds": [{ "title": "p99" }] }));
    fake.system(maya, channel, 7, "");
    let shown = raw(&fake, "GET", &format!("/channels/{channel}/messages/{laid_out}"), Value::Null).await.1;
    assert_eq!(shown["components"][0]["components"][0]["content"], "**Down**: credit-scoring");
    fake.say(maya, channel, "end");
    fake.wait_for("the last", |_| running.log.has("heard end")).await;
    fake.assert_clean();
}

#[tokio::test]
async fn peoples_words_that_act_are_found_out() {
    let fake = FakeDiscord::start().await;
    let (maya, lena, channel) = (fake.person("Maya"), fake.person("Lena"), fake.channel("credit-ai"));
    let quoted = format!("ping <@{lena}> and @everyone, see [here](https://evil.example/x)");
    fake.say(maya, channel, &quoted);
    let post = async |body: Value| {
        let sent = raw(&fake, "POST", &format!("/channels/{channel}/messages"), body).await.1;
        sent["id"].as_str().expect("sent").parse::<Id>().expect("a number")
    };
    let injected = async |body: Value| {
        let id = post(body).await;
        let fake = fake.clone();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || fake.assert_no_injection(id))).is_err()
    };
    let named = json!({ "parse": [], "users": [lena.to_string()] });
    let cases = [
        (true, with(json!({ "content": quoted }))),
        (true, with(json!({ "content": "see", "embeds": [{ "description": "[here](https://evil.example/x)" }] }))),
        (true, with(json!({ "content": "hi @everyone" }))),
        (true, with(json!({ "content": format!("<@{lena}>") }))),
        (true, with(json!({ "content": "fine", "allowed_mentions": { "parse": ["users"] } }))),
        (false, with(json!({ "content": format!("<@{lena}>, it is your turn"), "allowed_mentions": named }))),
        (false, with(json!({ "content": "see \\[here](https://evil.example/x), `@everyone`" }))),
        (false, with(json!({ "content": "[ours](https://ours.example/)" }))),
    ];
    for (expected, body) in cases {
        assert_eq!(injected(body.clone()).await, expected, "{body}");
    }
}

#[test]
fn rendering_reads_as_a_person_does() {
    let check = |text: &str, expected: &str| {
        let shown = fakes::discord::render::plain(text, &|seconds, _| format!("at {seconds}"), &|kind, id| {
            format!("{kind}{id}")
        });
        assert_eq!(shown, expected, "{text}");
    };
    check("**bold** *it* __under__ ~~gone~~ `code`", "bold it under gone code");
    check("snake_case and _slanted_", "snake_case and slanted");
    check("\\*not bold\\* C:\\path", "*not bold* C:\\path");
    check("<t:5:R> <@1> <@!2> <@&3> <#4> a < b", "at 5 @user1 @user2 @role3 #channel4 a < b");
    check("[text](https://a.example) [not](link)", "text (https://a.example) [not](link)");
    check("# Head\n> quote\n-# small", "Head\nquote\nsmall");
    check("@\u{200b}everyone", "@everyone");
}
