//! A platform that can hurt: it refuses for now or for good, is slow, or takes what it is handed while the process dies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use countersign::chat::{CaseChannel, Chat, Delivery, Edit, Link, Post, Receipt, Undelivered};
use countersign::clock::Clock;
use countersign::domain::{At, Platform, Span};
use countersign::grammar::How;
use tokio::sync::watch;

/// A platform that can hurt, and remembers what it was handed. It outlives the processes that speak to it.
#[derive(Clone)]
pub struct Fake {
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
    /// By when texts are read.
    began: At,
}

#[derive(Default)]
pub struct State {
    ills: HashMap<String, Ill>,
    /// What people can read there.
    pub taken: Vec<Taken>,
    tries: Vec<Try>,
    /// What [`Ill::RefusesOne`] refuses.
    refused: Option<String>,
    /// The lane of every call.
    asked: Vec<String>,
    /// What was changed: lane, message, and what it says now.
    edited: Vec<(String, String, String)>,
    /// Cases' own channels, each time that one was made.
    made: Vec<String>,
    pub clock: Option<Clock>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ill {
    Later(Option<Span>),
    Never,
    /// A person who takes no direct messages.
    Closed,
    /// Somebody deleted what stood there.
    Deleted,
    /// Takes nothing, and doesn't answer until it is well.
    Slow,
    /// Takes messages, cards aside, and dies of it.
    TakesAndIsSilent,
    /// Takes cards, and dies of it.
    TakesCardsAndIsSilent,
    /// Changes a card or makes a channel, and dies of it.
    ChangesAndIsSilent,
    /// Takes messages, and can't say whether they stood there already.
    Unsure,
    /// Takes messages, and its answer is lost on the way.
    TakesAndIsUnheard,
    /// Refuses the first message that it is handed, cards aside, each time that it comes, and takes all others.
    RefusesOne,
}

#[derive(Clone, Debug)]
pub struct Taken {
    pub lane: String,
    pub nonce: String,
    pub text: String,
    pub thread: Option<String>,
    pub perhaps_sent: bool,
}

#[derive(Clone, Debug)]
pub struct Try {
    pub lane: String,
    pub nonce: String,
    pub at: At,
}

impl Fake {
    pub fn new(began: At) -> Fake {
        Fake { state: Arc::default(), changed: Arc::default(), began }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    pub fn falls_ill(&self, lane: &str, ill: Ill) {
        self.state().ills.insert(lane.to_owned(), ill);
        self.changed.send_replace(());
    }

    pub fn is_well(&self, lane: &str) {
        self.state().ills.remove(lane);
        self.changed.send_replace(());
    }

    pub fn taken(&self, lane: &str) -> Vec<Taken> {
        self.state().taken.iter().filter(|it| it.lane == lane).cloned().collect()
    }

    /// Messages that a lane's people can read, cards aside.
    pub fn words(&self, lane: &str) -> Vec<String> {
        self.taken(lane).into_iter().filter(|it| is_message(&it.nonce)).map(|it| it.text).collect()
    }

    pub fn tries(&self, lane: &str) -> Vec<Try> {
        self.state().tries.iter().filter(|it| it.lane == lane).cloned().collect()
    }

    /// How often it was asked for anything on a lane.
    pub fn asked(&self, lane: &str) -> usize {
        self.state().asked.iter().filter(|on| *on == lane).count()
    }

    /// How often something of a lane was changed.
    pub fn edits(&self, lane: &str) -> usize {
        self.state().edited.iter().filter(|(on, ..)| on == lane).count()
    }

    /// What messages of a lane were changed to, in order.
    pub fn changed_to(&self, lane: &str) -> Vec<String> {
        self.state().edited.iter().filter(|(on, ..)| on == lane).map(|(.., text)| text.clone()).collect()
    }

    /// How often the channel of a case's own lane was made.
    pub fn made(&self, lane: &str) -> usize {
        self.state().made.iter().filter(|it| *it == lane).count()
    }
}

/// A message of the outbox has its row's name as nonce; a card has its case's name and its lane.
pub fn is_message(nonce: &str) -> bool {
    !nonce.contains('@')
}

impl Chat for Fake {
    fn platform(&self) -> Platform {
        Platform::from("slack")
    }

    fn is_idempotent(&self) -> bool {
        false
    }

    fn in_threads(&self) -> How {
        How::Slash
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(async move {
            let lane = post.lane.to_string();
            let now = self.state().clock.as_ref().map_or(self.began, Clock::now);
            self.state().asked.push(lane.clone());
            self.state().tries.push(Try { lane: lane.clone(), nonce: post.nonce.clone(), at: now });
            let mut changed = self.changed.subscribe();
            loop {
                let ill = self.state().ills.get(&lane).copied();
                let why = "it is ill".to_owned();
                match ill {
                    Some(Ill::Later(after)) => return Err(Undelivered::Later { why, after, perhaps_sent: false }),
                    Some(Ill::Never) => return Err(Undelivered::Never { why: "the channel is gone".to_owned() }),
                    Some(Ill::Closed) => return Err(Undelivered::Closed { why: "they are closed".to_owned() }),
                    Some(Ill::Deleted) => {
                        return Ok(Receipt { message: self.take(&post, &lane), perhaps_twice: false });
                    }
                    Some(Ill::Slow) => {}
                    Some(Ill::TakesAndIsSilent) if is_message(&post.nonce) => {
                        self.take(&post, &lane);
                        std::future::pending::<()>().await;
                    }
                    Some(Ill::TakesCardsAndIsSilent) if !is_message(&post.nonce) => {
                        self.take(&post, &lane);
                        std::future::pending::<()>().await;
                    }
                    Some(Ill::TakesAndIsUnheard) => {
                        self.take(&post, &lane);
                        return Err(Undelivered::later("the answer is lost", None).perhaps_sent());
                    }
                    Some(Ill::RefusesOne) if self.refuses(&post) => {
                        return Err(Undelivered::later("it may not be said", None));
                    }
                    Some(Ill::Unsure) => return Ok(Receipt { message: self.take(&post, &lane), perhaps_twice: true }),
                    Some(
                        Ill::TakesAndIsSilent | Ill::TakesCardsAndIsSilent | Ill::ChangesAndIsSilent | Ill::RefusesOne,
                    )
                    | None => {
                        return Ok(Receipt { message: self.take(&post, &lane), perhaps_twice: post.perhaps_sent });
                    }
                }
                changed.changed().await.expect("the fake outlives it");
            }
        })
    }

    fn replies_to_one(&self) -> bool {
        false
    }

    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()> {
        let (lane, message) = (edit.lane.to_string(), edit.message);
        Box::pin(async move {
            self.state().asked.push(lane.clone());
            let ill = self.state().ills.get(&lane).copied();
            match ill {
                Some(Ill::Later(after)) => {
                    return Err(Undelivered::Later { why: "it is ill".to_owned(), after, perhaps_sent: false });
                }
                Some(Ill::Deleted) => return Err(Undelivered::Gone { why: "it isn't there any more".to_owned() }),
                Some(Ill::Never | Ill::Closed) => {
                    return Err(Undelivered::Never { why: "the channel is gone".to_owned() });
                }
                Some(
                    Ill::Slow
                    | Ill::TakesAndIsSilent
                    | Ill::TakesCardsAndIsSilent
                    | Ill::ChangesAndIsSilent
                    | Ill::Unsure
                    | Ill::TakesAndIsUnheard
                    | Ill::RefusesOne,
                )
                | None => {}
            }
            let text = edit.card.plain(chrono_tz::UTC, self.began);
            self.state().edited.push((lane, message.to_owned(), text));
            if ill == Some(Ill::ChangesAndIsSilent) {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }

    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        let lane = wanted.lane.to_string();
        Box::pin(async move {
            self.state().asked.push(lane.clone());
            let ill = self.state().ills.get(&lane).copied();
            if let Some(Ill::Later(after)) = ill {
                return Err(Undelivered::Later { why: "it is ill".to_owned(), after, perhaps_sent: false });
            }
            if wanted.channel.is_none() {
                self.state().made.push(lane);
            }
            if ill == Some(Ill::ChangesAndIsSilent) {
                std::future::pending::<()>().await;
            }
            Ok(wanted.case.to_string())
        })
    }

    fn link(&self) -> Link {
        Link { up: true, ..Link::default() }
    }
}

impl Fake {
    fn refuses(&self, post: &Post<'_>) -> bool {
        is_message(&post.nonce) && *self.state().refused.get_or_insert_with(|| post.nonce.clone()) == post.nonce
    }

    fn take(&self, post: &Post<'_>, lane: &str) -> String {
        let mut state = self.state();
        let message = format!("{}~{}", post.nonce, state.taken.len());
        state.taken.push(Taken {
            lane: lane.to_owned(),
            nonce: post.nonce.clone(),
            text: post.card.plain(chrono_tz::UTC, self.began),
            thread: post.thread.map(str::to_owned),
            perhaps_sent: post.perhaps_sent,
        });
        message
    }
}
