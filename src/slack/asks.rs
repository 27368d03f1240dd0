//! Commands, buttons, shortcuts and forms. Slack gives three seconds for a word of acknowledgement and for opening a form, so
//! that comes first and the desk is asked beside it; the answer follows when there is one, however long that takes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use super::hear::Queued;
use super::modal::{self, Memory};
use super::{Pauses, Slack, Trouble, blocks, lock, moment, word, words};
use crate::card::{self, Card, Speaker};
use crate::chat::{Account, Answer, Heard, Lane, Spot, What, mention_of_stranger};
use crate::grammar::{self, Context, Form};

/// How long the acknowledgement of a form waits for what is wrong with it. Slack gives three seconds.
const FORM_WITHIN: Duration = Duration::from_millis(2_500);
/// How long an acknowledgement waits until the house has what was taken in: what is lost with a crash before that, Slack tells
/// again, or tells the person that it didn't work. The answer to a command goes along where it is there by then.
const KEPT_WITHIN: Duration = Duration::from_secs(2);
/// A form's own limit comes first.
const FORM_AT_MOST: Duration = Duration::from_secs(3);
/// So often an answer is tried to be given.
const TRIES: u32 = 5;
/// What the policy refuses some, it may not be asked by somebody of whom nothing is known.
const NOT_KNOWN_NOW: &str = "Slack doesn't tell me just now who you are. Please try again in a moment.";
/// How long a form waits for names.
const NAMES_WITHIN: Duration = Duration::from_millis(800);

/// What became of something that was handed in.
pub(super) enum Taken {
    /// An empty acknowledgement.
    Yes,
    /// The acknowledgement waits, so long at most, for what it is to say, or until there is nothing to wait for.
    Says(oneshot::Receiver<Json>, Duration),
    /// There is no room: Slack is to tell an event again.
    NoRoom,
}

/// Where the answer to an ask goes.
#[derive(Clone, Debug)]
struct Way {
    person: String,
    lane: Lane,
    thread: Option<String>,
    /// Good for half an hour and five answers.
    response_url: Option<String>,
    /// The acknowledgement, while it waits for the answer.
    says: Acknowledgement,
}

/// An acknowledgement that can still carry the answer; given up when its time has come, or when a form opens instead.
#[derive(Clone, Debug, Default)]
struct Acknowledgement {
    says: Arc<Mutex<Option<oneshot::Sender<Json>>>>,
    /// That of a button has no room for words.
    empty: bool,
}

impl Acknowledgement {
    fn waiting(says: oneshot::Sender<Json>, empty: bool) -> Acknowledgement {
        Acknowledgement { says: Arc::new(Mutex::new(Some(says))), empty }
    }

    /// Leaves now, empty, unless it has left already.
    fn leave(&self) {
        drop(lock(&self.says).take());
    }

    /// The house has what it acknowledges.
    fn is_kept(&self) {
        if self.empty {
            self.leave();
        }
    }

    /// Whether it took the answer along.
    fn take_along(&self, body: &Json) -> bool {
        if self.empty {
            return false;
        }
        let says = lock(&self.says).take();
        says.is_some_and(|says| says.send(body.clone()).is_ok())
    }
}

/// A modal that is open.
struct Opened {
    id: String,
    form: Form,
}

impl Slack {
    /// Takes a payload in. Returns at once.
    pub(super) fn take_event(&self, payload: Json) -> Taken {
        if word(&payload, "type") == "app_rate_limited" {
            self.was_limited(&payload);
            return Taken::Yes;
        }
        let (kept, said) = oneshot::channel();
        match self.queue_up(Queued { payload, under_way: self.under_way(), kept }) {
            true => Taken::Says(said, KEPT_WITHIN),
            false => Taken::NoRoom,
        }
    }

    pub(super) fn take_command(self: &Arc<Slack>, payload: Json) -> Taken {
        let (says, said) = oneshot::channel();
        let says = Acknowledgement::waiting(says, false);
        match self.take_ask(payload, |slack, payload| async move { slack.command(&payload, says).await }) {
            Taken::Yes => Taken::Says(said, KEPT_WITHIN),
            other => other,
        }
    }

    pub(super) fn take_interaction(self: &Arc<Slack>, payload: Json) -> Taken {
        match word(&payload, "type") {
            "block_actions" => {
                let (says, said) = oneshot::channel();
                let says = Acknowledgement::waiting(says, true);
                match self.take_ask(payload, |slack, payload| async move { slack.pressed(&payload, says).await }) {
                    Taken::Yes => Taken::Says(said, KEPT_WITHIN),
                    other => other,
                }
            }
            "shortcut" | "message_action" => {
                self.take_ask(payload, |slack, payload| async move { slack.shortcut(&payload).await })
            }
            "view_submission" => {
                let (says, said) = oneshot::channel();
                match self.take_ask(payload, |slack, payload| async move { slack.submitted(&payload, says).await }) {
                    Taken::Yes => Taken::Says(said, FORM_AT_MOST),
                    other => other,
                }
            }
            "view_closed" | "block_suggestion" => Taken::Yes,
            kind => {
                self.unread(kind);
                Taken::Yes
            }
        }
    }

    fn take_ask<F>(self: &Arc<Slack>, payload: Json, ask: impl FnOnce(Arc<Slack>, Json) -> F) -> Taken
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok(room) = self.asks.clone().try_acquire_owned() else { return Taken::NoRoom };
        if self.door().is_none() {
            return Taken::NoRoom;
        }
        let (running, under_way) = (ask(self.clone(), payload), self.under_way());
        tokio::spawn(async move {
            running.await;
            drop((room, under_way));
        });
        Taken::Yes
    }

    async fn command(&self, payload: &Json, says: Acknowledgement) {
        let person = word(payload, "user_id");
        let lane = self.lane_of_ask(word(payload, "channel_id"), person);
        let cause = format!("{}:cmd:{}", self.platform, word(payload, "trigger_id"));
        if !self.is_new(&cause) {
            return;
        }
        let text = self.seen_soon(word(payload, "text")).await;
        let typed = format!("{} {text}", word(payload, "command")).trim_end().to_owned();
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: None,
            response_url: payload["response_url"].as_str().map(str::to_owned),
            says: says.clone(),
        };
        let heard = Heard::live(cause, unnamed(payload, person), lane, What::Command { text: typed });
        self.ask(heard, way, word(payload, "trigger_id")).await;
        says.leave();
    }

    async fn pressed(&self, payload: &Json, says: Acknowledgement) {
        let person = word(&payload["user"], "id");
        let container = &payload["container"];
        if word(container, "type") == "view" && word(&payload["view"], "type") == "modal" {
            return;
        }
        let Some(action) = payload["actions"].as_array().into_iter().flatten().find(|it| it["value"].is_string())
        else {
            return;
        };
        let message = word(container, "message_ts");
        let at = word(action, "action_ts");
        let cause = format!("{}:press:{person}:{message}:{at}:{}", self.platform, word(payload, "trigger_id"));
        if !self.is_new(&cause) {
            return;
        }
        let channel = match word(container, "channel_id") {
            "" => word(&payload["channel"], "id"),
            channel => channel,
        };
        let lane = self.lane_of_ask(channel, person);
        let root = [&payload["message"]["thread_ts"], &container["thread_ts"]].into_iter().find_map(Json::as_str);
        let ephemeral = container["is_ephemeral"].as_bool() == Some(true);
        let thread = root.or((!message.is_empty() && !ephemeral).then_some(message)).map(str::to_owned);
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            // Whoever presses in the channel doesn't see what is shown in the thread.
            thread: root.filter(|root| *root != message).map(str::to_owned),
            // Of a button it would replace the message that the button stands on.
            response_url: None,
            says,
        };
        let what = What::Pressed { message: message.to_owned(), action: word(action, "value").to_owned() };
        let mut heard = Heard::live(cause, unnamed(&payload["user"], person), lane, what);
        heard.thread = thread;
        heard.said = moment(at);
        self.ask(heard, way, word(payload, "trigger_id")).await;
        if word(&payload["view"], "type") == "home" {
            // What was pressed there may not be owed any more.
            self.show_home(&json!({ "user": person })).await;
        }
    }

    /// Opens the form that it will be answered with, if there is one, while the desk is asked.
    async fn ask(&self, heard: Heard, way: Way, trigger: &str) {
        let Some(door) = self.door() else { return };
        let memory = |form: &Form| Memory {
            form: form.id.clone(),
            lane: way.lane.clone(),
            thread: heard.thread.clone(),
            seen_in: way.thread.clone(),
            keeps: None,
        };
        let opening = async {
            let form = door.reception.peek(&heard)?;
            way.says.leave();
            Some(self.open(form.clone(), &memory(&form), trigger).await)
        };
        let asking = async {
            let answer = match self.asker(&heard.from.id).await {
                None => Answer::card(note(NOT_KNOWN_NOW)),
                Some(from) => match door.reception.hear(Heard { from, ..heard.clone() }).await {
                    Ok(answer) => answer,
                    Err(fault) => Answer::card(self.fault(&fault.reference)),
                },
            };
            way.says.is_kept();
            answer
        };
        let (opened, answer) = tokio::join!(opening, asking);
        let Answer { cards, form, errors } = answer;
        match (opened, form) {
            (Some(Ok(opened)), Some(form)) => {
                if form != opened.form {
                    let view = self.view(&form, &memory(&form));
                    self.update(&opened.id, &view).await;
                }
            }
            (Some(Ok(opened)), None) => {
                // It was opened on the guess that it would be wanted; the answer takes its place.
                let view = modal::said("Countersign", &cards, &|it| self.account_of(it));
                if self.update(&opened.id, &view).await && cards.iter().all(|card| card.buttons.is_empty()) {
                    return;
                }
            }
            (None, Some(form)) => {
                if let Err(trouble) = self.open(form.clone(), &memory(&form), trigger).await {
                    self.tell(&way, &[self.form_lost(&trouble)]).await;
                }
            }
            (Some(Err(trouble)), Some(_)) => self.tell(&way, &[self.form_lost(&trouble)]).await,
            (_, None) => {}
        }
        let errors = errors.into_iter().flatten().map(|(_, sentence)| note(&sentence));
        let cards: Vec<Card> = cards.into_iter().chain(errors).collect();
        self.tell(&way, &cards).await;
    }

    /// “Open incident” and “Keep as evidence”, from the menus.
    async fn shortcut(&self, payload: &Json) {
        let Some(door) = self.door() else { return };
        let person = word(&payload["user"], "id");
        let trigger = word(payload, "trigger_id");
        let (root, verb) = match word(payload, "callback_id") {
            "open_incident" | "open_incident_from_message" => ("incident", "open"),
            "keep_as_evidence" => ("incident", "note"),
            other => return self.unread(other),
        };
        let channel = word(&payload["channel"], "id");
        let lane = self.lane_of_ask(channel, person);
        let message = &payload["message"];
        let ts = word(message, "ts");
        let thread = message["thread_ts"].as_str().or((!ts.is_empty()).then_some(ts)).map(str::to_owned);
        let seen_in = message["thread_ts"].as_str().filter(|thread| *thread != ts).map(str::to_owned);
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: seen_in.clone(),
            response_url: payload["response_url"].as_str().map(str::to_owned),
            says: Acknowledgement::default(),
        };
        let desk = &door.reception.desk;
        let (Some(by), Some(verb)) = (desk.person(person, &self.platform), grammar::find(root, verb)) else {
            // Whoever isn't known here gets the same kind word as for typing it.
            let text = format!("{}{root} {verb}", desk.prefix());
            let cause = format!("{}:shortcut:{trigger}", self.platform);
            let heard = Heard::live(cause, unnamed(&payload["user"], person), lane, What::Command { text });
            return self.ask(heard, way, trigger).await;
        };
        let shown = desk.shown();
        let at = desk.clock.now();
        let context =
            Context::of(&shown.policy, &by, at, lane.own_of(), desk.prefix()).in_channel(lane.as_channel().as_ref());
        let mut given = BTreeMap::new();
        let mut intro = None;
        if !ts.is_empty() {
            let text = self.seen_soon(word(message, "text")).await;
            let link = self.permalink(channel, ts, thread.as_deref());
            if verb.verb == "note" {
                given.insert("text".to_owned(), self.quoted(message, &text, &link).await);
            } else {
                let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                given.insert("title".to_owned(), first.trim().to_owned());
                intro = Some(vec![grammar::Word::Text(format!("From {link}"))]);
            }
        }
        let mut form = grammar::form(verb, None, &given, &context);
        for field in &mut form.fields {
            if let (Some(max), Some(value)) = (field.max, &field.value) {
                field.value = Some(words::cut(value, max));
            }
        }
        form.intro.splice(0..0, intro);
        let keeps = (verb.verb == "note" && !ts.is_empty()).then(|| (channel.to_owned(), ts.to_owned()));
        let memory = Memory { form: form.id.clone(), lane, thread, seen_in, keeps };
        if let Err(trouble) = self.open(form, &memory, trigger).await {
            self.tell(&way, &[self.form_lost(&trouble)]).await;
        }
    }

    /// A form waits behind it: whose name isn't known soon enough is called by the account.
    async fn seen_soon(&self, text: &str) -> String {
        match tokio::time::timeout(NAMES_WITHIN, self.as_seen(text)).await {
            Ok(seen) => seen,
            Err(_) => words::plain(text, &self.me().map(|me| me.user).unwrap_or_default(), &mention_of_stranger),
        }
    }

    /// A message as a note: who, when, what, where.
    async fn quoted(&self, message: &Json, text: &str, link: &str) -> String {
        let author = match message["user"].as_str() {
            Some(user) => {
                let name = tokio::time::timeout(NAMES_WITHIN, self.name_of(user)).await;
                name.unwrap_or_else(|_| user.to_owned())
            }
            None => word(message, "username").to_owned(),
        };
        let at = moment(word(message, "ts")).and_then(crate::domain::At::utc);
        let at = at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
        format!("{author}, {at}:\n{text}\n{link}")
    }

    /// As Slack makes them; asking would cost the moment in which a form can be opened.
    fn permalink(&self, channel: &str, ts: &str, thread: Option<&str>) -> String {
        let url = self.me().map(|me| me.url).unwrap_or_default();
        let link = format!("{}/archives/{channel}/p{}", url.trim_end_matches('/'), ts.replace('.', ""));
        match thread.filter(|thread| *thread != ts) {
            Some(thread) => format!("{link}?thread_ts={thread}&cid={channel}"),
            None => link,
        }
    }

    async fn submitted(&self, payload: &Json, says: oneshot::Sender<Json>) {
        let view = &payload["view"];
        let memory: Option<Memory> = serde_json::from_str(word(view, "private_metadata")).ok();
        let (Some(door), Some(memory)) = (self.door(), memory) else {
            // A modal of another version, or of nobody: closed.
            let _gone = says.send(json!({}));
            return self.unread("view_submission");
        };
        let person = word(&payload["user"], "id");
        let (id, hash) = (word(view, "id"), word(view, "hash"));
        let values = modal::values(&view["state"]["values"]);
        let case = values.get("case").cloned();
        // Slack may say the same twice; a person may send it again after mending it, or after waiting.
        let sent_back = lock(&self.sent_back).get(id).copied().unwrap_or(0);
        let digest = blocks::digest(&serde_json::to_string(&values).unwrap_or_default());
        let cause = format!("{}:view:{id}:{hash}:{digest}:{sent_back}", self.platform);
        let way = Way {
            person: person.to_owned(),
            lane: memory.lane.clone(),
            thread: memory.seen_in.clone(),
            response_url: None,
            says: Acknowledgement::default(),
        };
        let asking = async {
            // What was typed stays on the screen.
            let stays = |why: String| Answer { errors: Some([(String::new(), why)].into()), ..Answer::default() };
            let Some(from) = self.asker(person).await else { return stays(NOT_KNOWN_NOW.to_owned()) };
            let what = What::Submitted { form: memory.form.clone(), values };
            let heard =
                Heard { thread: memory.thread.clone(), ..Heard::live(cause.clone(), from, memory.lane.clone(), what) };
            match door.reception.hear(heard).await {
                Ok(answer) => answer,
                Err(fault) => {
                    stays(format!("It could not be recorded (reference {}). Please send it again.", fault.reference))
                }
            }
        };
        tokio::pin!(asking);
        let (answer, says) = match tokio::time::timeout(FORM_WITHIN, &mut asking).await {
            Ok(answer) => (answer, Some(says)),
            Err(_) => {
                let card = note("It is still being recorded. What became of it will stand here.");
                let waiting = modal::said("One moment", &[card], &|_| None);
                let _gone = says.send(json!({ "response_action": "update", "view": waiting }));
                (asking.await, None)
            }
        };
        let repeated = !self.is_new(&cause);
        let Answer { cards, form, errors } = answer;
        if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
            lock(&self.sent_back).put(id.to_owned(), sent_back + 1);
            let complaints = || errors.values().cloned().collect::<Vec<String>>();
            match (says, modal::errors(&errors, view)) {
                (Some(says), Some(at)) => {
                    let _gone = says.send(json!({ "response_action": "errors", "errors": at }));
                }
                (Some(says), None) => {
                    let view = self.complaint(&complaints());
                    let _gone = says.send(json!({ "response_action": "update", "view": view }));
                }
                // The form itself is gone from the screen; what was typed comes back with the complaint.
                (None, _) => {
                    if !self.update(id, &reopened(view, &complaints())).await {
                        let cards: Vec<Card> = complaints().iter().map(|it| note(it)).collect();
                        self.tell(&way, &cards).await;
                    }
                }
            }
            return;
        }
        let keeps = memory.keeps.as_ref().filter(|_| form.is_none() && !repeated);
        let case = case.or_else(|| memory.form.split_once(':').map(|(_, case)| case.to_owned()));
        let kept = keeps.zip(case.and_then(|case| case.trim().to_uppercase().parse().ok()));
        if let Some(form) = form {
            let memory = Memory { form: form.id.clone(), ..memory.clone() };
            let next = self.view(&form, &memory);
            match says {
                Some(says) => drop(says.send(json!({ "response_action": "update", "view": next }))),
                None => drop(self.update(id, &next).await),
            }
        } else {
            match says {
                Some(says) => drop(says.send(json!({}))),
                None => {
                    let done = modal::said("Recorded", &cards, &|it| self.account_of(it));
                    self.update(id, &done).await;
                }
            }
        }
        if let Some(((channel, ts), case)) = kept
            && self.is_heeded(person).await
        {
            self.keep(channel, ts, memory.thread.as_deref(), case).await;
        }
        if !repeated {
            self.tell(&way, &cards).await;
        }
    }

    /// Whether what somebody asks for is done: whoever is turned away is so with a word, and not with an error.
    async fn is_heeded(&self, account: &str) -> bool {
        let (Some(door), Some(from)) = (self.door(), self.asker(account).await) else { return false };
        let shown = door.reception.desk.shown();
        let person = door.reception.desk.person(account, &self.platform);
        person.is_some_and(|person| !shown.bot.is_gone(&person, &self.platform))
            && !from.belongs.is_refused(&shown.policy)
    }

    fn complaint(&self, complaints: &[String]) -> Json {
        let cards: Vec<Card> = complaints.iter().map(|it| note(it)).collect();
        modal::said("That can't be done", &cards, &|_| None)
    }

    fn view(&self, form: &Form, memory: &Memory) -> Json {
        let Some(door) = self.door() else { return json!({}) };
        let shown = door.reception.desk.shown();
        modal::view(form, memory, &[], &shown.policy, &|person| self.account_of(person))
    }

    async fn open(&self, form: Form, memory: &Memory, trigger: &str) -> Result<Opened, Trouble> {
        let view = self.view(&form, memory);
        let opened = self.call("views.open", &json!({ "trigger_id": trigger, "view": view })).await;
        match opened {
            Ok(answer) => Ok(Opened { id: word(&answer["view"], "id").to_owned(), form }),
            Err(trouble) => {
                tracing::warn!(platform = %self.platform, %trouble, form = form.id, "a form could not be opened");
                Err(trouble)
            }
        }
    }

    /// Whether it is still open, and says so now.
    async fn update(&self, id: &str, view: &Json) -> bool {
        match self.call("views.update", &json!({ "view_id": id, "view": view })).await {
            Ok(_) => true,
            Err(trouble) => {
                tracing::debug!(platform = %self.platform, %trouble, "a form could not be brought up to date");
                false
            }
        }
    }

    fn form_lost(&self, trouble: &Trouble) -> Card {
        match trouble.is(&["expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"]) {
            true => note("Slack took too long, so the form could not be opened. Please try once more."),
            false => note("Slack would not open the form. Please try once more, or type the command with its words."),
        }
    }

    pub(super) fn fault(&self, reference: &str) -> Card {
        let Some(door) = self.door() else { return Card::default() };
        let desk = &door.reception.desk;
        let shown = desk.shown();
        card::fault(&Speaker { wording: &desk.wording, policy: &shown.policy }, reference)
    }

    /// What was said in a channel is answered where only its author sees it.
    pub(super) async fn answer_in_place(&self, person: &str, lane: &Lane, thread: Option<&str>, answer: Answer) {
        let errors = answer.errors.into_iter().flatten().map(|(_, sentence)| note(&sentence));
        let mut cards: Vec<Card> = answer.cards.into_iter().chain(errors).collect();
        if answer.form.is_some() && cards.is_empty() {
            // A message can't open a form.
            cards.push(note(
                "Something is missing there. Type the command with a slash, and I'll ask for it in a form.",
            ));
        }
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: thread.map(str::to_owned),
            response_url: None,
            says: Acknowledgement::default(),
        };
        self.tell(&way, &cards).await;
    }

    /// Says it to one person: where they asked, else in their direct messages.
    async fn tell(&self, way: &Way, cards: &[Card]) {
        let mut uses = 0;
        for card in cards {
            let drawn = self.draw(card);
            for message in drawn.messages {
                let body = json!({ "text": message.text, "blocks": message.blocks });
                let mut answer = body.clone();
                answer["response_type"] = "ephemeral".into();
                if way.says.take_along(&answer) {
                    continue;
                }
                if let Some(url) = way.response_url.as_deref().filter(|_| uses < 5) {
                    uses += 1;
                    answer["replace_original"] = false.into();
                    match self.respond(url, &answer).await {
                        Ok(()) | Err(Trouble::Unknown(_)) => continue,
                        Err(trouble) => {
                            tracing::warn!(platform = %self.platform, %trouble, "an answer goes another way");
                        }
                    }
                }
                self.tell_one(way, body).await;
            }
            for file in drawn.files {
                if let Err(trouble) = self.share_with(&way.person, &file).await {
                    tracing::warn!(platform = %self.platform, %trouble, "a file could not be handed over");
                }
            }
        }
    }

    /// Tries again where Slack asks to wait or isn't reached. What may have got there isn't sent once more.
    async fn respond(&self, url: &str, answer: &Json) -> Result<(), Trouble> {
        let mut pauses = Pauses::default();
        for _ in 1..TRIES {
            match self.api.respond(url, answer).await {
                Err(trouble @ (Trouble::Limited { .. } | Trouble::Unreached(_))) => {
                    tokio::time::sleep(pauses.next(&trouble)).await;
                }
                other => return other,
            }
        }
        self.api.respond(url, answer).await
    }

    /// The same for what is said with the token, and no faster than a channel takes it.
    async fn say_to_one(&self, method: &str, body: &Json) -> Result<(), Trouble> {
        let mut pauses = Pauses::default();
        for _ in 1..TRIES {
            self.pace.until_key_ready(&word(body, "channel").to_owned()).await;
            match self.call(method, body).await {
                Err(trouble @ (Trouble::Limited { .. } | Trouble::Unreached(_))) => {
                    tokio::time::sleep(pauses.next(&trouble)).await;
                }
                other => return other.map(drop),
            }
        }
        self.call(method, body).await.map(drop)
    }

    async fn tell_one(&self, way: &Way, mut body: Json) {
        if let Spot::Channel(_) = way.lane.place
            && let Ok(channel) = self.channel_of(&way.lane).await
        {
            let mut here = body.clone();
            here["channel"] = channel.into();
            here["user"] = way.person.clone().into();
            if let Some(thread) = &way.thread {
                here["thread_ts"] = thread.clone().into();
            }
            match self.say_to_one("chat.postEphemeral", &here).await {
                Ok(()) => return,
                Err(trouble @ Trouble::Unknown(_)) => {
                    return tracing::warn!(platform = %self.platform, %trouble, "an answer may have reached nobody");
                }
                Err(trouble) => {
                    tracing::debug!(platform = %self.platform, %trouble, "an answer goes by direct message");
                }
            }
        }
        let lane = Lane::direct(&self.platform, &way.person);
        let channel = match self.channel_of(&lane).await {
            Ok(channel) => channel,
            Err(why) => {
                tracing::warn!(platform = %self.platform, %why, "an answer reached nobody");
                return;
            }
        };
        body["channel"] = channel.into();
        body["unfurl_links"] = false.into();
        body["unfurl_media"] = false.into();
        if let (Spot::Direct(_), Some(thread)) = (&way.lane.place, &way.thread) {
            body["thread_ts"] = thread.clone().into();
        }
        if let Err(trouble) = self.say_to_one("chat.postMessage", &body).await {
            tracing::warn!(platform = %self.platform, %trouble, "an answer reached nobody");
        }
    }

    /// The app's own page: what its reader owes.
    pub(super) async fn show_home(&self, event: &Json) {
        let Some(door) = self.door() else { return };
        if word(event, "tab") == "messages" {
            return;
        }
        let person = word(event, "user");
        let cards = match self.asker(person).await {
            None => vec![note(NOT_KNOWN_NOW)],
            Some(from) => match door.reception.owed_by(&from, &self.platform).await {
                Ok(cards) => cards,
                Err(fault) => vec![self.fault(&fault.reference)],
            },
        };
        let mut drawn: Vec<Json> = Vec::new();
        for card in &cards {
            let more: Vec<Json> = self.draw(card).messages.into_iter().flat_map(|message| message.blocks).collect();
            // A view holds 100.
            if drawn.len() + more.len() > 98 {
                let text = format!("There is more: type {}sla mine.", door.reception.desk.prefix());
                drawn.extend(self.draw(&note(&text)).messages.into_iter().flat_map(|message| message.blocks));
                break;
            }
            drawn.extend(more);
        }
        renumber(&mut drawn);
        let view = json!({ "type": "home", "blocks": drawn });
        if let Err(trouble) = self.call("views.publish", &json!({ "user_id": person, "view": view })).await {
            tracing::warn!(platform = %self.platform, %trouble, "somebody's page could not be shown");
        }
    }
}

/// An action's id is its own in all of a view.
fn renumber(blocks: &mut [Json]) {
    let elements = blocks.iter_mut().filter(|block| block["type"] == "actions");
    let elements = elements.filter_map(|block| block["elements"].as_array_mut()).flatten();
    for (at, element) in elements.enumerate() {
        element["action_id"] = format!("press:{at}").into();
    }
}

/// Before Slack was asked about them: enough to find their form.
fn unnamed(payload: &Json, id: &str) -> Account {
    let name = ["user_name", "username", "name"].into_iter().find_map(|it| payload[it].as_str()).unwrap_or(id);
    Account::member(id, name)
}

/// The form as it was sent, under what was wrong with it.
fn reopened(view: &Json, complaints: &[String]) -> Json {
    let values = &view["state"]["values"];
    let mut drawn: Vec<Json> = complaints
        .iter()
        .map(|it| {
            let text = json!({ "type": "text", "text": it, "style": { "bold": true } });
            json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [text] }] })
        })
        .collect();
    for block in view["blocks"].as_array().into_iter().flatten() {
        let mut block = block.clone();
        let nothing = Json::Null;
        let input = values[word(&block, "block_id")].as_object().and_then(|it| it.values().next()).unwrap_or(&nothing);
        for (from, to) in [
            ("value", "initial_value"),
            ("selected_option", "initial_option"),
            ("selected_date_time", "initial_date_time"),
            ("selected_options", "initial_options"),
        ] {
            let filled = !input[from].is_null() && input[from].as_array().is_none_or(|it| !it.is_empty());
            if block["type"] == "input" && filled {
                block["element"][to] = input[from].clone();
            }
        }
        drawn.push(block);
    }
    drawn.truncate(100);
    let mut again = json!({ "type": "modal", "blocks": drawn });
    for name in ["callback_id", "title", "submit", "close", "private_metadata"] {
        if !view[name].is_null() {
            again[name] = view[name].clone();
        }
    }
    again
}

/// A word of the adapter's own: about Slack, not about the product.
fn note(text: &str) -> Card {
    Card { tone: card::Tone::Private, title: vec![grammar::Word::Text(text.to_owned())], ..Card::default() }
}
