//! The running bot: what [`Assembly`] puts together, with its listener, watchdog and adapters, started, and stopped
//! again in the order in which nothing is lost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use futures_util::future::LocalBoxFuture;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};

use crate::app::adapters::{self, Adapter};
use crate::app::config::Config;
use crate::app::health::Heartbeat;
use crate::app::webhooks;
use crate::blobs::{self, Blobs};
use crate::card::Wording;
use crate::chat::reception::PolicyFile;
use crate::chat::{Chats, Taken, local};
use crate::clock::{Clock, Mode};
use crate::desk::DeskHandle;
use crate::domain::{Actor, At};
use crate::evidence::erasure::carry_out as erasure;
use crate::evidence::keys;
use crate::ledger::folder::{self, Folder};
use crate::stamp::heads::Stamper;
use crate::stamp::{self, Authority};
use crate::web::{self, App, Guard, listener};
use crate::webhook::caller::Caller;
use crate::webhook::send::Sender;
use crate::witness::ask::Asker;
use crate::witness::publish::Publisher;

mod assembly;

pub use assembly::{Assembled, Assembly, Tasks};

/// Which time a room runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    pub mode: Mode,
    /// How many times as fast as the world; 0 stands still.
    pub speed: u32,
}

pub struct Running {
    pub address: SocketAddr,
    pub app: App,
    pub desk: DeskHandle,
    /// The listener, without the network: for scripts of this process.
    pub router: Router,
    tasks: Tasks,
    watchdog: JoinHandle<()>,
    /// Calls machines outside.
    caller: JoinHandle<()>,
    /// Has heads cosigned.
    asker: JoinHandle<()>,
    /// Publishes heads.
    publisher: JoinHandle<()>,
    /// Where the settings name an authority.
    stamper: Option<JoinHandle<()>>,
    web: JoinSet<std::io::Result<()>>,
    /// What listens to the platforms.
    adapters: JoinSet<()>,
    platforms: Vec<Box<dyn Adapter>>,
    config: Config,
    stop_web: tokio::sync::watch::Sender<bool>,
    signals: Signals,
}

/// What an operator asks a process for. Heard from before anything is touched: asked while it starts, it ends nothing half done.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn heard() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits until the process is asked to stop.
    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Starts a bot. Everything that can be wrong with what the operator wrote is found before the disk is touched.
///
/// Boxed, so that it is compiled here once, and not again in every program that starts a bot.
///
/// # Errors
/// In words for the operator.
pub fn start(config: &Config, time: Time) -> LocalBoxFuture<'_, anyhow::Result<Running>> {
    Box::pin(started_unless_stopped(config, time, None))
}

/// The same, on a clock that stands still at a moment, or at the folder's last entry where that is later.
///
/// # Errors
/// As [`start`].
pub fn start_at(config: &Config, at: At) -> LocalBoxFuture<'_, anyhow::Result<Running>> {
    Box::pin(started_unless_stopped(config, Time { mode: Mode::Manual, speed: 0 }, Some(at)))
}

/// A start may wait for long, for a platform or a large ledger: whoever asks it to stop meanwhile isn't kept waiting.
async fn started_unless_stopped(config: &Config, time: Time, from: Option<At>) -> anyhow::Result<Running> {
    let mut signals = Signals::heard().context("signals can't be heard")?;
    tokio::select! {
        started = Box::pin(started(config, time, from)) => started,
        () = signals.stop() => anyhow::bail!("stopped before it was ready"),
    }
}

async fn started(config: &Config, time: Time, from: Option<At>) -> anyhow::Result<Running> {
    // What is asked from here on counts once it runs.
    let signals = Signals::heard().context("signals can't be heard")?;
    let policy_file = PolicyFile { path: config.policy.clone() };
    let (policy, policy_text) = policy_file.read()?;
    let wording = match &config.templates {
        None => Wording::embedded(),
        Some(folder) => Wording::with_overlay(folder)?,
    };
    let wording = Arc::new(wording.with_prefix(&config.prefix));
    let adapters = adapters::of(config)?;
    let room = bind(config.listen, "--listen 127.0.0.1:PORT").await?;
    let address = room.local_addr()?;
    // What platforms call, apart from the room where the settings say so.
    let (mut called, mut apart) = (Router::new(), Vec::new());
    for (router, listen) in adapters.iter().filter_map(|adapter| adapter.called()) {
        match listen {
            None => called = called.merge(router),
            Some(listen) => apart.push((bind(listen, "listen = \"127.0.0.1:PORT\"").await?, router)),
        }
    }
    let witness = match config.witness_listen {
        Some(listen) => Some(bind(listen, "listen = \"127.0.0.1:PORT\" under [witness]").await?),
        None => None,
    };
    let heartbeat = config.heartbeat.as_ref().map(heartbeat).transpose()?;
    let mut folder = Folder::open(&config.data, true)?;
    match keys::settle(&mut folder).await? {
        keys::Settled::Nothing => {}
        keys::Settled::Undone => tracing::warn!("a change of keys had broken off before it counted, and was undone"),
        keys::Settled::Done(_) => {
            tracing::warn!("a change of keys that had broken off is done; give your auditors the new public keys")
        }
    }
    blobs::settle(&config.data, config.blobs.as_ref())?;
    if config.encrypt_files {
        folder::encrypt_files(&config.data)?;
    }
    let files = Blobs::of(&config.data)?;
    match files.look().await {
        Ok(()) => {}
        // Files that come meanwhile aren't kept, and that is said; the rest goes on.
        Err(error) if error.may_pass() => tracing::warn!("{error}"),
        Err(error) => return Err(error.into()),
    }
    // Before anything is served.
    let completed = erasure::complete(&folder).await?;
    if completed.left > 0 {
        tracing::info!(
            entries = completed.left,
            "words that the ledger named as erased or withheld when the process ended are out of the database now"
        );
    }
    if completed.again > 0 {
        tracing::warn!(
            entries = completed.again,
            "this database is from before an erasure: words that were erased or withheld since were in it again, and are out of it now. The file `erasures` \
             names the approvals; what was only withheld is still kept, and has to be asked for again in the chat"
        );
    }
    let mut assembly = Assembly::of(folder, policy, policy_text).await?;
    assembly.blobs = files;
    let authority = config.time_stamps.as_ref().map(|stamps| Authority::at(stamps.url.clone(), stamp::PATIENCE));
    let authority = authority.transpose().context("calls to the time-stamping authority")?;
    assembly.authority.clone_from(&authority);
    assembly.clock = match time.mode {
        Mode::Real if time.speed == 1 => Clock::real(),
        // A manual clock goes on where the folder's last entry stands, or begins now.
        _ => {
            let from = from.unwrap_or_else(Clock::system);
            Clock::manual(from.max(assembly.last_moment().await?), time.speed)
        }
    };
    (assembly.policy_file, assembly.wording) = (policy_file, wording);
    let public = config.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
    assembly.calendars_at = public.unwrap_or_else(|| format!("http://{address}"));
    (assembly.checkpoint_every, assembly.accept_clock) = (config.checkpoint_every, config.accept_clock);
    // Before the local room: whoever has an account elsewhere is told there.
    assembly.platforms.splice(0..0, adapters.iter().map(|adapter| adapter.platform()));
    let chats = |desk: &DeskHandle| {
        let chats = Chats::default().with(Arc::new(local::Local::new(desk.watch())));
        adapters.iter().fold(chats, |chats, adapter| adapter.join(chats))
    };
    let assembled = assembly.assemble(chats).await?;
    let mut listening = JoinSet::new();
    for adapter in &adapters {
        listening.spawn(adapter.run(assembled.door(&adapter.platform()).await?));
    }
    let (app, tasks) = assembled.run();
    let files = config.webhook_keys.clone();
    let caller = Caller {
        desk: app.reception.desk.clone(),
        reader: app.reader.clone(),
        sender: Sender::default(),
        keys: Arc::new(move |webhook| webhooks::keys_of(webhook, |name| std::env::var(name).ok(), &files)),
        public_url: config.public_url.as_ref().map(|url| url.as_str().to_owned()),
    };
    let asker = Asker {
        desk: app.reception.desk.clone(),
        reader: app.reader.clone(),
        data: app.data.to_path_buf(),
        sender: caller.sender.clone(),
        health: app.health.clone(),
    };
    let publisher = Publisher {
        desk: app.reception.desk.clone(),
        reader: app.reader.clone(),
        data: app.data.to_path_buf(),
        sender: caller.sender.clone(),
        keys: caller.keys.clone(),
        heads_dir: config.heads_dir.clone(),
    };
    let stamper = config.time_stamps.as_ref().zip(authority).map(|(stamps, authority)| Stamper {
        desk: app.reception.desk.clone(),
        reader: app.reader.clone(),
        data: app.data.to_path_buf(),
        authority,
        every: stamps.every,
    });
    let router = web::router(app.clone(), Guard::new(address, &config.hosts), called);
    let (stop_web, stopped) = tokio::sync::watch::channel(false);
    let mut web = JoinSet::new();
    if let Some(bound) = witness {
        web.spawn(listener::serve(bound, web::witness_router(app.clone()), stopped.clone()));
    }
    for (bound, router) in apart {
        web.spawn(listener::serve(bound, router, stopped.clone()));
    }
    web.spawn(listener::serve(room, router.clone(), stopped));
    Ok(Running {
        address,
        watchdog: tokio::spawn(app.health.clone().watch(heartbeat)),
        caller: tokio::spawn(caller.run()),
        asker: tokio::spawn(asker.run()),
        publisher: tokio::spawn(publisher.run()),
        stamper: stamper.map(|stamper| tokio::spawn(stamper.run())),
        desk: app.reception.desk.clone(),
        app,
        tasks,
        web,
        adapters: listening,
        platforms: adapters,
        config: config.clone(),
        router,
        stop_web,
        signals,
    })
}

async fn bind(listen: SocketAddr, other: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("{listen} is in use by another program. Stop that one, or listen elsewhere with `{other}`.")
        }
        _ => anyhow::Error::new(error).context(format!("can't listen on {listen}")),
    })
}

fn heartbeat((url, every): &(reqwest::Url, Duration)) -> anyhow::Result<Heartbeat> {
    let client = reqwest::Client::builder().build().context("the heartbeat's HTTP client")?;
    Ok(Heartbeat { url: url.clone(), every: *every, client })
}

impl Running {
    /// Runs until the process is asked to stop; reads the policy and the `settings` again on SIGHUP.
    ///
    /// # Errors
    /// What made going on impossible.
    pub async fn until_stopped(self, settings: impl Fn() -> anyhow::Result<Config>) -> anyhow::Result<()> {
        self.until(std::future::pending(), settings).await
    }

    /// The same, or until something has come to its end; how that ended is how this ends.
    ///
    /// # Errors
    /// Its own, and what made going on impossible.
    pub async fn until(
        mut self,
        done: impl Future<Output = anyhow::Result<()>>,
        settings: impl Fn() -> anyhow::Result<Config>,
    ) -> anyhow::Result<()> {
        let mut done = std::pin::pin!(done);
        let ended = loop {
            tokio::select! {
                _ = self.signals.interrupt.recv() => break Ok(()),
                _ = self.signals.terminate.recv() => break Ok(()),
                ended = &mut done => break ended,
                _ = self.signals.hangup.recv() => {
                    if let Err(fault) = self.app.reception.reload(Actor::Operator, None).await {
                        tracing::error!(%fault, "the policy could not be reloaded");
                    }
                    match settings() {
                        Ok(config) => self.take(config),
                        Err(error) => tracing::error!(%error, "the settings can't be read again; those from before count"),
                    }
                }
                ended = &mut self.tasks.desk => {
                    ended.context("the desk broke off")??;
                    anyhow::bail!("the desk ended by itself");
                }
            }
        };
        self.stop().await?;
        ended
    }

    /// Goes on with secrets that are others now; what else has changed in the settings waits for the next start.
    fn take(&mut self, new: Config) {
        for adapter in &self.platforms {
            let platform = adapter.platform();
            let Some(Taken { now, at_a_start }) = adapter.take(&new) else {
                tracing::warn!(%platform, "the settings name it no more; it is left at the next start");
                continue;
            };
            for what in now {
                tracing::info!(%platform, "{what} is another one, and counts from now on");
            }
            for what in at_a_start {
                tracing::warn!(%platform, "{what} is another one, and counts from the next start on; nothing else of it was taken");
            }
        }
        // Whatever is secret, and what only platforms have, was seen to.
        let rest =
            |config: &Config| Config { slack: Vec::new(), discord: None, secret_files: Vec::new(), ..config.clone() };
        if rest(&self.config) != rest(&new) {
            tracing::warn!("the settings have changed besides; what is new in them counts from the next start on");
        }
        let named = |config: &Config| config.slack.len() + usize::from(config.discord.is_some());
        if named(&new) > self.platforms.len() {
            tracing::warn!("the settings name further platforms; they are joined at the next start");
        }
    }

    /// Stops taking words, decides what is waiting, signs a last head.
    ///
    /// # Errors
    /// The last commit's.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop_web.send_replace(true);
        // Pages hold their event streams open; a second is enough for answers that are on their way.
        let mut web = self.web;
        let closed = async { while web.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_secs(1), closed).await.is_err() {
            web.abort_all();
        }
        // Platforms tell again what wasn't acknowledged.
        self.adapters.shutdown().await;
        self.watchdog.abort();
        self.caller.abort();
        self.asker.abort();
        self.publisher.abort();
        if let Some(stamper) = &self.stamper {
            stamper.abort();
        }
        self.tasks.courier.abort();
        self.tasks.eraser.abort();
        // So that the desk closes last, which folds the write-ahead log in. Nobody waits for a straggler.
        let _stragglers = tokio::time::timeout(Duration::from_secs(1), self.app.reader.clone().close()).await;
        self.desk.stop().await;
        self.tasks.desk.await.context("the desk broke off")??;
        Ok(())
    }
}
