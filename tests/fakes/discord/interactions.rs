//! Commands, and what people do with them: how an interaction is built as the client would build it, and the answers to it with
//! their deadlines.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::limits::{self, EPHEMERAL, Purpose};
use super::rest::{Answer, Ask, Refused};
use super::schema::{self, Wrong};
use super::world::{Attachment, Command, Id, Message, World, may};

/// The first answer must be here by then, unless a test is more generous.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How long the token serves, counted from the interaction.
const TOKEN_HOLDS_MS: u64 = 15 * 60 * 1000;
/// "The bot is thinking".
const LOADING: u64 = 1 << 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Form = 5,
}

/// The first answer.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// As Discord numbers callbacks: 4 a message, 5 and 6 deferred, 7 an update, 8 choices, 9 a form.
    pub kind: u64,
    pub after: Duration,
    pub data: Value,
}

#[derive(Clone, Debug)]
pub struct Interaction {
    pub id: Id,
    pub token: String,
    pub kind: Kind,
    pub user: Id,
    pub channel: Id,
    pub at: Instant,
    pub at_ms: u64,
    pub acknowledged: Option<Acknowledged>,
    /// An answer came after the three seconds, and was refused.
    pub late: bool,
    /// The message that `@original` means.
    pub original: Option<(Id, Id)>,
    /// The answer was put off, and nothing stands there yet.
    pub pending: bool,
    pub ephemeral: bool,
    pub followups: Vec<Id>,
    /// The message whose button was pressed, also through a form that the button opened.
    pub source: Option<(Id, Id)>,
    /// As it went out.
    pub sent: Value,
    /// As messages that answer it name it.
    pub metadata: Value,
}

type Outcome = Result<Answer, Refused>;

impl World {
    // Answers.

    pub fn callback(&mut self, ask: &Ask) -> Outcome {
        let id = ask.id("interaction_id")?;
        let known =
            self.interactions.get(&id).filter(|interaction| interaction.token == ask.param("interaction_token"));
        let interaction = known.ok_or(Refused::UNKNOWN_INTERACTION)?.clone();
        let after = interaction.at.elapsed();
        if interaction.acknowledged.is_some() {
            return Err(Refused::ALREADY_ACKNOWLEDGED);
        }
        if after > self.answer_within {
            self.interaction_mut(id).late = true;
            return Err(Refused::UNKNOWN_INTERACTION);
        }
        let kind = ask.body["type"].as_u64().unwrap_or(0);
        let data = &ask.body["data"];
        let (shape, wrongs) = match kind {
            4 => ("CreateMessageInteractionCallbackRequest", limits::message(data, Purpose::Send, ask.uploads.len())),
            5 => ("CreateMessageInteractionCallbackRequest", Vec::new()),
            6 => ("UpdateMessageInteractionCallbackRequest", Vec::new()),
            7 => ("UpdateMessageInteractionCallbackRequest", limits::message(data, Purpose::Edit, ask.uploads.len())),
            8 => ("ApplicationCommandAutocompleteCallbackRequest", limits::suggestions(data)),
            9 => ("ModalInteractionCallbackRequest", limits::modal(data)),
            _ => ("PongInteractionCallbackRequest", Vec::new()),
        };
        let mut wrongs: Vec<_> = wrongs.into_iter().map(|wrong| wrong.under(&["data".to_owned()])).collect();
        let from_message = interaction.source.is_some();
        let fits = match kind {
            4 | 5 => interaction.kind != Kind::Autocomplete,
            6 | 7 => from_message && interaction.kind != Kind::Autocomplete,
            8 => interaction.kind == Kind::Autocomplete,
            9 => matches!(interaction.kind, Kind::Command | Kind::Component),
            _ => false,
        };
        if !fits {
            let message = format!("A callback of type {kind} doesn't fit a {:?}", interaction.kind);
            wrongs.push(Wrong::new(&["type"], "BASE_TYPE_CHOICES", message));
        }
        self.checked(ask, Some(shape), wrongs)?;

        let ephemeral = data["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
        let mut original = interaction.source;
        match kind {
            4 => original = Some(self.answer(&interaction, data, ask, ephemeral)?),
            5 => {
                let message = Message {
                    id: self.snowflake(),
                    flags: LOADING,
                    written_ms: self.now_ms(),
                    author: self.bot,
                    channel: interaction.channel,
                    allowed_mentions: Some(json!({ "parse": [] })),
                    ..Message::default()
                };
                original = Some(self.place_answer(&interaction, message, ephemeral));
            }
            7 => {
                let (channel, id) = interaction.source.expect("only messages are updated");
                let message = self.message(channel, id).ok_or(Refused::UNKNOWN_MESSAGE)?.clone();
                self.rewrite(message, data, &ask.uploads)?;
            }
            9 => drop(self.forms.insert(interaction.user, (id, data.clone()))),
            _ => {}
        }
        let entry = self.interaction_mut(id);
        entry.acknowledged = Some(Acknowledged { kind, after, data: data.clone() });
        entry.original = original;
        entry.pending = kind == 5;
        entry.ephemeral = ephemeral;
        if ask.query.get("with_response").is_some_and(|with| with == "true") {
            let mut body = json!({ "interaction": { "id": id.to_string(), "type": interaction.kind as u64 } });
            if let Some((channel, message)) = original {
                body["resource"] = json!({ "type": kind, "message": self.shown(channel, message) });
            }
            return Answer::ok(body);
        }
        Answer::nothing()
    }

    fn interaction_mut(&mut self, id: Id) -> &mut Interaction {
        self.interactions.get_mut(&id).expect("an interaction of the path exists")
    }

    /// A message that answers an interaction.
    fn answer(&mut self, to: &Interaction, body: &Value, ask: &Ask, ephemeral: bool) -> Result<(Id, Id), Refused> {
        let message = self.compose(self.bot, to.channel, body, &ask.uploads)?;
        Ok(self.place_answer(to, message, ephemeral))
    }

    fn place_answer(&mut self, to: &Interaction, mut message: Message, ephemeral: bool) -> (Id, Id) {
        message.kind = match to.kind {
            Kind::Command if to.sent["data"]["type"] == 1 => 20,
            Kind::Command => 23,
            _ => 0,
        };
        message.answers = Some(to.metadata.clone());
        if ephemeral {
            message.flags |= EPHEMERAL;
            message.visible_to = Some(to.user);
        }
        (to.channel, self.post(message))
    }

    /// Follow-ups, and what stands as the first answer.
    pub fn interaction_webhook(&mut self, ask: &Ask) -> Outcome {
        if ask.id("webhook_id")? != self.application {
            return Err(Refused::UNKNOWN_WEBHOOK);
        }
        let token = ask.param("webhook_token");
        let found = self.interactions.values().find(|interaction| interaction.token == token);
        let interaction = found.ok_or(Refused::INVALID_WEBHOOK_TOKEN)?.clone();
        if self.now_ms() > interaction.at_ms + TOKEN_HOLDS_MS {
            return Err(Refused::INVALID_WEBHOOK_TOKEN);
        }
        if interaction.acknowledged.is_none() {
            return Err(Refused::UNKNOWN_WEBHOOK);
        }
        if ask.method == "POST" {
            self.checked(
                ask,
                Some("IncomingWebhookRequestPartial"),
                limits::message(&ask.body, Purpose::Send, ask.uploads.len()),
            )?;
            if interaction.pending {
                // The first follow-up takes the place of "the bot is thinking", seen by whoever saw that.
                return self.fill(&interaction, ask);
            }
            let ephemeral = ask.body["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
            let (channel, message) = self.answer(&interaction, &ask.body, ask, ephemeral)?;
            self.interaction_mut(interaction.id).followups.push(message);
            return Answer::ok(self.shown(channel, message));
        }
        let original = ask.path.ends_with("@original");
        let target = if original {
            interaction.original
        } else {
            let id = ask.id("message_id")?;
            let own = interaction.followups.contains(&id) || interaction.original.is_some_and(|(_, known)| known == id);
            own.then_some((interaction.channel, id))
        };
        let (channel, id) = target.filter(|(c, m)| self.message(*c, *m).is_some()).ok_or(Refused::UNKNOWN_MESSAGE)?;
        match ask.method.as_str() {
            "GET" => Answer::ok(self.shown(channel, id)),
            "DELETE" => {
                self.delete_message(channel, id);
                Answer::nothing()
            }
            _ => {
                let fills = original && interaction.pending;
                let purpose = if fills { Purpose::Send } else { Purpose::Edit };
                self.checked(ask, None, limits::message(&ask.body, purpose, ask.uploads.len()))?;
                if fills {
                    return self.fill(&interaction, ask);
                }
                let message = self.message(channel, id).expect("a target exists").clone();
                self.rewrite(message, &ask.body, &ask.uploads)?;
                Answer::ok(self.shown(channel, id))
            }
        }
    }

    /// Puts words where "the bot is thinking" stood.
    fn fill(&mut self, interaction: &Interaction, ask: &Ask) -> Outcome {
        let (channel, id) = interaction.original.expect("a deferred answer stands somewhere");
        let mut message = self.message(channel, id).ok_or(Refused::UNKNOWN_MESSAGE)?.clone();
        message.flags &= !LOADING;
        self.rewrite(message, &ask.body, &ask.uploads)?;
        self.interaction_mut(interaction.id).pending = false;
        Answer::ok(self.shown(channel, id))
    }

    // Commands.

    pub fn command_routes(&mut self, ask: &Ask) -> Outcome {
        if ask.id("application_id")? != self.application {
            return Err(Refused::new(403, 20012, "You are not authorized to perform this action on this application"));
        }
        let guild = if ask.path.contains("{guild_id}") { Some(ask.id("guild_id")?) } else { None };
        let member = |guild: &Id| self.guilds.get(guild).is_some_and(|guild| guild.members.contains_key(&self.bot));
        if guild.is_some_and(|guild| !member(&guild)) {
            return Err(Refused::MISSING_ACCESS);
        }
        match ask.method.as_str() {
            "GET" => Answer::ok(self.commands_json(guild)),
            "PUT" => {
                self.checked(ask, None, limits::commands(&ask.body))?;
                let before = std::mem::take(&mut self.commands);
                let (mine, others): (Vec<_>, Vec<_>) = before.into_iter().partition(|command| command.guild == guild);
                self.commands = others;
                for body in ask.body.as_array().into_iter().flatten() {
                    let known = mine.iter().find(|known| same_command(&known.body, body)).map(|known| known.id);
                    let id = known.unwrap_or_else(|| self.snowflake());
                    self.commands.push(Command { id, guild, body: body.clone() });
                }
                Answer::ok(self.commands_json(guild))
            }
            "POST" => {
                self.checked(ask, None, limits::commands(&ask.body))?;
                let same = |command: &Command| command.guild == guild && same_command(&command.body, &ask.body);
                let known = self.commands.iter().position(same);
                if known.is_none() && self.commands.iter().filter(|command| command.guild == guild).count() >= 100 {
                    return Err(Refused::new(400, 30032, "Maximum number of application commands reached (100)"));
                }
                let id = match known {
                    Some(known) => self.commands.remove(known).id,
                    None => self.snowflake(),
                };
                let command = Command { id, guild, body: ask.body.clone() };
                let json = self.command_json(&command);
                self.commands.push(command);
                if known.is_some() { Answer::ok(json) } else { Answer::created(json) }
            }
            _ => {
                let id = ask.id("command_id")?;
                let before = self.commands.len();
                self.commands.retain(|command| command.id != id || command.guild != guild);
                if self.commands.len() == before { Err(Refused::UNKNOWN_COMMAND) } else { Answer::nothing() }
            }
        }
    }

    fn commands_json(&self, guild: Option<Id>) -> Value {
        let mine = self.commands.iter().filter(|command| command.guild == guild);
        mine.map(|command| self.command_json(command)).collect()
    }

    pub fn command_json(&self, command: &Command) -> Value {
        let mut json = json!({
            "type": 1, "description": "", "options": [], "default_member_permissions": null, "dm_permission": true,
            "contexts": null, "integration_types": [0], "nsfw": false, "name_localizations": null,
            "description_localizations": null,
        });
        for (name, value) in command.body.as_object().into_iter().flatten() {
            json[name] = value.clone();
        }
        schema::forget_empty_attributes(&mut json["options"]);
        json["id"] = json!(command.id.to_string());
        json["application_id"] = json!(self.application.to_string());
        json["version"] = json!(command.id.to_string());
        if let Some(guild) = command.guild {
            json["guild_id"] = json!(guild.to_string());
        }
        json
    }

    // What people do.

    /// The command that a person finds under this name in this channel.
    fn offered(&self, user: Id, channel: Id, name: &str, kind: u64) -> Result<Command, String> {
        let guild = self.guild_of(channel);
        let fits =
            |command: &&Command| command.body["name"] == name && command.body["type"].as_u64().unwrap_or(1) == kind;
        let mut here: Vec<_> =
            self.commands.iter().filter(fits).filter(|c| c.guild.is_none() || c.guild == guild).cloned().collect();
        here.sort_by_key(|command| command.guild.is_none());
        let command = here.into_iter().next().ok_or_else(|| format!("no command /{name} is registered here"))?;
        let everywhere = command.body["contexts"].as_array();
        let context = json!(if guild.is_some() { 0 } else { 1 });
        if everywhere.is_some_and(|contexts| !contexts.contains(&context))
            || (guild.is_none() && command.body["dm_permission"] == false)
        {
            return Err(format!("/{name} isn't offered in this context"));
        }
        let mine = self.permissions(user, channel);
        if guild.is_some() && mine & (may::VIEW_CHANNEL | may::USE_APPLICATION_COMMANDS) == 0 {
            return Err(format!("{} can't use commands here", self.users[&user].name));
        }
        let needed = &command.body["default_member_permissions"];
        let needed = needed.as_u64().or_else(|| needed.as_str()?.parse().ok());
        if needed.is_some_and(|needed| guild.is_some() && mine & needed != needed) {
            return Err(format!("/{name} isn't shown to {}", self.users[&user].name));
        }
        Ok(command)
    }

    /// `path` is the command with its sub-command, as in `approval request`; `given` maps options to values. Whatever the
    /// client would not let a person send is an error. `focused` is the option being typed, for suggestions.
    pub fn use_command(
        &mut self,
        user: Id,
        channel: Id,
        path: &str,
        given: &Value,
        focused: Option<(&str, &str)>,
    ) -> Result<Id, String> {
        let mut parts = path.trim_start_matches('/').split_whitespace();
        let name = parts.next().unwrap_or_default();
        let command = self.offered(user, channel, name, 1)?;
        let mut specs = command.body["options"].clone();
        let mut chain = Vec::new();
        for part in parts {
            let nested = |spec: &&Value| spec["name"] == part && matches!(spec["type"].as_u64(), Some(1 | 2));
            let spec = specs.as_array().and_then(|specs| specs.iter().find(nested)).cloned();
            let spec = spec.ok_or_else(|| format!("/{name} has no sub-command {part}"))?;
            chain.push((part.to_owned(), spec["type"].clone()));
            specs = spec["options"].clone();
        }
        let specs = specs.as_array().cloned().unwrap_or_default();
        if specs.iter().any(|spec| matches!(spec["type"].as_u64(), Some(1 | 2))) {
            return Err(format!("/{path} needs a sub-command"));
        }
        let mut resolved = json!({});
        let mut options = Vec::new();
        for (name, value) in given.as_object().into_iter().flatten() {
            let spec = specs.iter().find(|spec| spec["name"] == name.as_str());
            let spec = spec.ok_or_else(|| format!("/{path} has no option {name}"))?;
            if focused.is_some_and(|(focused, _)| focused == name) {
                continue;
            }
            let value =
                self.fitting(channel, spec, value, &mut resolved).map_err(|why| format!("/{path} {name}: {why}"))?;
            options.push(json!({ "name": name, "type": spec["type"], "value": value }));
        }
        if let Some((name, partial)) = focused {
            let spec = specs.iter().find(|spec| spec["name"] == name);
            let spec = spec.ok_or_else(|| format!("/{path} has no option {name}"))?;
            if spec["autocomplete"] != true {
                return Err(format!("/{path} {name} isn't completed"));
            }
            options.push(json!({ "name": name, "type": spec["type"], "value": partial, "focused": true }));
        } else {
            let given = |spec: &&Value| options.iter().any(|option| option["name"] == spec["name"]);
            if let Some(missing) = specs.iter().find(|spec| spec["required"] == true && !given(spec)) {
                return Err(format!("/{path} needs {}", missing["name"]));
            }
        }
        let words = options.iter().filter_map(|option| option["value"].as_str()).map(str::to_owned);
        self.words.extend(words.collect::<Vec<_>>());
        let mut options = json!(options);
        for (name, kind) in chain.into_iter().rev() {
            options = json!([{ "name": name, "type": kind, "options": options }]);
        }
        let mut data = json!({ "id": command.id.to_string(), "name": name, "type": 1, "options": options });
        if let Some(guild) = command.guild {
            data["guild_id"] = json!(guild.to_string());
        }
        if resolved.as_object().is_some_and(|resolved| !resolved.is_empty()) {
            data["resolved"] = resolved;
        }
        let kind = if focused.is_some() { Kind::Autocomplete } else { Kind::Command };
        Ok(self.interact(kind, user, channel, data, None))
    }

    /// A value as the client would send it for this option, or why it wouldn't.
    fn fitting(&mut self, channel: Id, spec: &Value, value: &Value, resolved: &mut Value) -> Result<Value, String> {
        let kind = spec["type"].as_u64().unwrap_or(0);
        let choices = spec["choices"].as_array().filter(|choices| !choices.is_empty());
        if choices.is_some_and(|choices| choices.iter().all(|choice| choice["value"] != *value)) {
            return Err(format!("{value} isn't among the choices"));
        }
        let id = || {
            let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            id.ok_or_else(|| format!("{value} isn't an id"))
        };
        match kind {
            3 => {
                let text = value.as_str().ok_or_else(|| format!("{value} isn't text"))?;
                let length = text.chars().count() as u64;
                let least = spec["min_length"].as_u64().unwrap_or(0);
                let most = spec["max_length"].as_u64().unwrap_or(6000);
                if length < least || length > most || text.is_empty() {
                    return Err(format!("{length} characters, and {least} to {most} are allowed"));
                }
            }
            4 | 10 => {
                let number = value.as_f64().ok_or_else(|| format!("{value} isn't a number"))?;
                if kind == 4 && !value.is_i64() && !value.is_u64() {
                    return Err(format!("{value} isn't whole"));
                }
                let low = spec["min_value"].as_f64().is_some_and(|least| number < least);
                if low || spec["max_value"].as_f64().is_some_and(|most| number > most) {
                    return Err(format!("{value} is out of bounds"));
                }
            }
            5 => drop(value.as_bool().ok_or_else(|| format!("{value} is neither true nor false"))?),
            6 | 9 => {
                let id = id()?;
                if self.users.contains_key(&id) {
                    self.resolve_user(channel, id, resolved);
                } else {
                    let role = self.guild_of(channel).and_then(|guild| self.guilds[&guild].roles.get(&id).cloned());
                    let role = role.filter(|_| kind == 9).ok_or_else(|| format!("{id} is nobody"))?;
                    resolved["roles"][id.to_string()] = self.role_json(&role);
                }
                return Ok(json!(id.to_string()));
            }
            7 => {
                let id = id()?;
                let place = self.channels.get(&id).ok_or_else(|| format!("{id} is no channel"))?;
                let (name, kind) = (place.name.clone(), place.kind);
                resolved["channels"][id.to_string()] = json!({
                    "id": id.to_string(), "name": name, "type": kind, "permissions": may::ALL.to_string(),
                });
                return Ok(json!(id.to_string()));
            }
            8 => {
                let id = id()?;
                let role = self.guild_of(channel).and_then(|guild| self.guilds[&guild].roles.get(&id).cloned());
                let role = role.ok_or_else(|| format!("{id} is no role"))?;
                resolved["roles"][id.to_string()] = self.role_json(&role);
                return Ok(json!(id.to_string()));
            }
            11 => {
                let (Some(name), Some(text)) = (value["filename"].as_str(), value["text"].as_str()) else {
                    return Err("a file is given as {\"filename\", \"text\"}".to_owned());
                };
                let id = self.snowflake();
                let file = Attachment {
                    id,
                    name: name.to_owned(),
                    description: None,
                    content_type: None,
                    bytes: text.as_bytes().to_vec(),
                };
                // The file hangs on a message that nobody sees, as an upload with a command does.
                let carrier = Message {
                    id,
                    channel,
                    visible_to: Some(0),
                    flags: EPHEMERAL,
                    attachments: vec![file.clone()],
                    ..Message::default()
                };
                resolved["attachments"][id.to_string()] = self.attachment_json(&carrier, &file);
                let place = self.channels.get_mut(&channel).ok_or("no such channel")?;
                place.messages.insert(id, carrier);
                return Ok(json!(id.to_string()));
            }
            other => return Err(format!("option type {other} isn't known here")),
        }
        Ok(value.clone())
    }

    fn resolve_user(&self, channel: Id, user: Id, resolved: &mut Value) {
        resolved["users"][user.to_string()] = self.user_json(user);
        let member = self.guild_of(channel).map(|guild| self.member_json(guild, user, false));
        if let Some(mut member) = member.filter(|member| !member.is_null()) {
            member["permissions"] = json!(self.permissions(user, channel).to_string());
            let member = member.as_object_mut().expect("a member is an object");
            member.remove("deaf");
            member.remove("mute");
            resolved["members"][user.to_string()] = json!(member);
        }
    }

    /// An entry of the menu on a message.
    pub fn use_message_menu(&mut self, user: Id, name: &str, channel: Id, message: Id) -> Result<Id, String> {
        let command = self.offered(user, channel, name, 3)?;
        let target = self.message(channel, message).ok_or("no such message")?;
        let mut data = json!({
            "id": command.id.to_string(), "name": name, "type": 3, "target_id": message.to_string(),
            "resolved": { "messages": { message.to_string(): self.message_json(target) } },
        });
        if let Some(guild) = command.guild {
            data["guild_id"] = json!(guild.to_string());
        }
        Ok(self.interact(Kind::Command, user, channel, data, None))
    }

    /// A button or a choice on a message as it is now. `values` are the options chosen, none for a button.
    pub fn use_component(
        &mut self,
        user: Id,
        message: Id,
        custom_id: &str,
        values: Option<&[&str]>,
    ) -> Result<Id, String> {
        let found = self.find_message(message).ok_or("no such message")?;
        let components = found.components.clone();
        self.use_component_of(&components, user, message, custom_id, values)
    }

    /// The same, as somebody still sees the message: their press gets there before the edit of the bot does.
    pub fn use_component_of(
        &mut self,
        components: &[Value],
        user: Id,
        message: Id,
        custom_id: &str,
        values: Option<&[&str]>,
    ) -> Result<Id, String> {
        let found = self.find_message(message).ok_or("no such message")?;
        let channel = found.channel;
        if found.visible_to.is_some_and(|only| only != user) || !self.can_view(user, channel) {
            return Err(format!("{} doesn't see that message", self.users[&user].name));
        }
        let component = components_of(components).into_iter().find(|component| component["custom_id"] == custom_id);
        let offered: Vec<_> = components_of(components).iter().map(|c| c["custom_id"].to_string()).collect();
        let component = component.ok_or_else(|| format!("nothing there is called {custom_id}, only {offered:?}"))?;
        if component["disabled"] == true {
            return Err(format!("{custom_id} is disabled"));
        }
        let mut data = json!({ "custom_id": custom_id, "component_type": component["type"] });
        match (component["type"].as_u64(), values) {
            (Some(2), None) => {}
            (Some(3), Some(values)) => {
                let options = component["options"].as_array().cloned().unwrap_or_default();
                let known = |value: &&str| options.iter().any(|option| option["value"] == *value);
                if let Some(unknown) = values.iter().find(|value| !known(value)) {
                    return Err(format!("{unknown} isn't among the options"));
                }
                let least = component["min_values"].as_u64().unwrap_or(1) as usize;
                let most = component["max_values"].as_u64().unwrap_or(1) as usize;
                if values.len() < least || values.len() > most {
                    return Err(format!("{least} to {most} can be chosen"));
                }
                data["values"] = json!(values);
            }
            (Some(5), Some(values)) => {
                data["values"] = json!(values);
                let mut resolved = json!({});
                for value in values {
                    let id = value.parse().ok().filter(|id| self.users.contains_key(id));
                    self.resolve_user(channel, id.ok_or_else(|| format!("{value} is nobody"))?, &mut resolved);
                }
                data["resolved"] = resolved;
            }
            _ => return Err(format!("{custom_id} can't be used like that")),
        }
        Ok(self.interact(Kind::Component, user, channel, data, Some((channel, message))))
    }

    /// Sends the form that stands open for a person, prefilled values included.
    pub fn send_form(&mut self, user: Id, custom_id: &str, values: &[(&str, &str)]) -> Result<Id, String> {
        let (opener, form) = self.forms.get(&user).cloned().ok_or("no form stands open")?;
        if form["custom_id"] != custom_id {
            return Err(format!("the open form is {}, not {custom_id}", form["custom_id"]));
        }
        let mut used = 0;
        let mut submitted = Vec::new();
        for (index, row) in form["components"].as_array().into_iter().flatten().enumerate() {
            let label = row["type"] == 18;
            let input = if label { &row["component"] } else { &row["components"][0] };
            if input["type"] != 4 {
                continue;
            }
            let name = input["custom_id"].as_str().unwrap_or_default();
            let given = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            used += usize::from(given.is_some());
            let value = given.or(input["value"].as_str()).unwrap_or_default();
            let length = value.chars().count() as u64;
            let least = input["min_length"].as_u64().unwrap_or(0);
            let most = input["max_length"].as_u64().unwrap_or(4000);
            if input["required"] != false && value.is_empty() {
                return Err(format!("{name} must be filled in"));
            }
            if !value.is_empty() && !(least..=most).contains(&length) {
                return Err(format!("{name}: {length} characters, and {least} to {most} are allowed"));
            }
            if input["style"] == 1 && value.contains('\n') {
                return Err(format!("{name} holds one line"));
            }
            self.words.push(value.to_owned());
            let number = index as u64 * 2;
            let sent = json!({ "type": 4, "id": number + 2, "custom_id": name, "value": value });
            submitted.push(match label {
                true => json!({ "type": 18, "id": number + 1, "component": sent }),
                false => json!({ "type": 1, "id": number + 1, "components": [sent] }),
            });
        }
        if used < values.len() {
            return Err(format!("the form has no such field: {values:?}"));
        }
        self.forms.remove(&user);
        let (channel, source) = (self.interactions[&opener].channel, self.interactions[&opener].source);
        let data = json!({ "custom_id": custom_id, "components": submitted });
        let triggering = self.interactions[&opener].metadata.clone();
        let id = self.interact(Kind::Form, user, channel, data, source);
        self.interaction_mut(id).metadata["triggering_interaction_metadata"] = triggering;
        Ok(id)
    }

    fn interact(&mut self, kind: Kind, user: Id, channel: Id, data: Value, source: Option<(Id, Id)>) -> Id {
        let id = self.snowflake();
        let token = format!("aW50ZXJhY3Rpb24_{id:x}_{:x}", id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let guild = self.guild_of(channel);
        let owners = match guild {
            Some(guild) => json!({ "0": guild.to_string() }),
            None => json!({ "0": "0" }),
        };
        let mut sent = json!({
            "id": id.to_string(),
            "application_id": self.application.to_string(),
            "type": kind as u64,
            "data": data,
            "channel_id": channel.to_string(),
            "channel": self.channel_json(channel),
            "token": token,
            "version": 1,
            "app_permissions": self.permissions(self.bot, channel).to_string(),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": if guild.is_some() { 0 } else { 1 },
            "attachment_size_limit": 10_485_760,
        });
        match guild {
            Some(guild) => {
                let mut member = self.member_json(guild, user, true);
                member["permissions"] = json!(self.permissions(user, channel).to_string());
                sent["member"] = member;
                sent["guild_id"] = json!(guild.to_string());
                sent["guild_locale"] = json!("en-US");
                sent["guild"] = json!({ "id": guild.to_string(), "locale": "en-US", "features": [] });
            }
            None => sent["user"] = self.user_json(user),
        }
        if let Some((channel, message)) = source {
            let message = self.message(channel, message).map(|message| self.message_json(message));
            if let Some(message) = message {
                sent["message"] = message;
            }
        }
        let mut metadata = json!({
            "id": id.to_string(), "type": kind as u64, "user": self.user_json(user), "authorizing_integration_owners": owners,
        });
        if let (Some((_, message)), Kind::Component) = (source, kind) {
            metadata["interacted_message_id"] = json!(message.to_string());
        }
        for wrong in schema::interaction(&sent) {
            self.broken.push(format!("own interaction /{}: {}", wrong.path.join("/"), wrong.message));
        }
        let interaction = Interaction {
            id,
            token,
            kind,
            user,
            channel,
            at: Instant::now(),
            at_ms: self.now_ms(),
            acknowledged: None,
            late: false,
            original: None,
            pending: false,
            ephemeral: false,
            followups: Vec::new(),
            source,
            sent: sent.clone(),
            metadata,
        };
        self.interactions.insert(id, interaction);
        self.emit("INTERACTION_CREATE", 0, None, sent);
        id
    }
}

fn same_command(one: &Value, other: &Value) -> bool {
    let kind = |command: &Value| command["type"].as_u64().unwrap_or(1);
    one["name"] == other["name"] && kind(one) == kind(other)
}

/// Buttons and choices wherever they stand.
pub fn components_of(components: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for component in components {
        if component["custom_id"].is_string() {
            found.push(component.clone());
        }
        let inner: Vec<Value> = component["components"].as_array().cloned().unwrap_or_default();
        found.extend(components_of(&inner));
        let accessory: Vec<_> = component.get("accessory").cloned().into_iter().collect();
        found.extend(components_of(&accessory));
    }
    found
}
