//! A running house: desk, courier, watchdog and listener put together, and taken apart again in the order in which nothing
//! is lost.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::answers::Answers;
use crate::card::Wording;
use crate::chat::{Chats, local};
use crate::clock::{Clock, Mode};
use crate::config::Config;
use crate::courier::Courier;
use crate::desk::{Desk, DeskError, DeskHandle, Setup};
use crate::discord::{self, Discord};
use crate::domain::{Actor, At, Platform};
use crate::folder::Folder;
use crate::health::{Health, Heartbeat};
use crate::projection::BOT;
use crate::reception::{Door, Newest, PolicyFile, Reception};
use crate::slack::Slack;
use crate::store;
use crate::web::{self, App, Blobs, Guard};

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
    pub router: axum::Router,
    desk_task: JoinHandle<Result<(), DeskError>>,
    courier: JoinHandle<()>,
    watchdog: JoinHandle<()>,
    web: JoinSet<std::io::Result<()>>,
    /// What listens to the platforms.
    adapters: JoinSet<()>,
    stop_web: tokio::sync::watch::Sender<bool>,
}

/// Starts a house. Everything that can be wrong with what the operator wrote is found before the disk is touched.
///
/// # Errors
/// In words for the operator.
pub async fn start(config: &Config, time: Time) -> anyhow::Result<Running> {
    let policy_file = PolicyFile { path: config.policy.clone() };
    let (policy, policy_text) = policy_file.read()?;
    let wording = match &config.templates {
        None => Wording::embedded(),
        Some(folder) => Wording::with_overlay(folder)?,
    };
    let wording = Arc::new(wording.with_prefix(&config.prefix));
    let slacks = config.slack.iter().map(Slack::new).collect::<Result<Vec<_>, _>>()?;
    let discord = config.discord.as_ref().map(Discord::new).transpose()?;
    let listener = bind(config.listen, "--listen 127.0.0.1:PORT").await?;
    let address = listener.local_addr()?;
    // Slack's calls, apart from the room where the settings say so.
    let mut intakes = Vec::new();
    let mut apart = Vec::new();
    for (slack, settings) in slacks.iter().zip(&config.slack) {
        let Some(intake) = slack.intake() else { continue };
        match settings.listen {
            None => intakes.push((settings.platform.clone(), intake)),
            Some(listen) => {
                let bound = bind(listen, "listen = \"127.0.0.1:PORT\"").await?;
                apart.push((bound, web::slack::router([(settings.platform.clone(), intake)])));
            }
        }
    }
    let folder = Folder::open(&config.data, true)?;
    let (mut writer, reader) = store::open(&folder.database(), true).await?;
    let clock = match time.mode {
        Mode::Real if time.speed == 1 => Clock::real(),
        // A manual clock goes on where the folder's last entry stands, or begins now.
        _ => Clock::manual(Clock::system().max(last_moment(&mut writer).await?), time.speed),
    };
    let setup = Setup {
        clock,
        policy: Arc::new(policy),
        policy_text,
        wording,
        platforms: config
            .slack
            .iter()
            .map(|slack| slack.platform.clone())
            .chain(config.discord.iter().map(|_| discord::platform()))
            .chain([Platform::from(local::PLATFORM)])
            .collect(),
        checkpoint_every: config.checkpoint_every,
    };
    let data: PathBuf = folder.path().to_owned();
    let (desk, handle) = Desk::open(folder, writer, setup).await?;
    let mut chats = Chats::default().with(Arc::new(local::Local::new(handle.watch())));
    for slack in &slacks {
        chats = chats.with(slack.clone());
    }
    if let Some(discord) = &discord {
        chats = chats.with(discord.clone());
    }
    let health = Health::new(handle.clone(), reader.clone(), chats.clone());
    let courier = Courier::new(handle.clone(), reader.clone(), chats);
    let answers = Answers::new(handle.clone(), reader.clone(), health.clone());
    let reception = Reception { desk: handle.clone(), answers, policy_file };
    let app = App { reception, reader, folder: Arc::new(Blobs { data }), health: health.clone() };
    let mut adapters = JoinSet::new();
    for (slack, settings) in slacks.into_iter().zip(&config.slack) {
        adapters.spawn(slack.run(door(&app.reception, &app.reader, &app.folder.data, &settings.platform).await?));
    }
    if let Some(discord) = discord {
        let door = door(&app.reception, &app.reader, &app.folder.data, &discord::platform()).await?;
        adapters.spawn(discord.run(door));
    }
    let router = web::router(app.clone(), Guard::new(address, &config.hosts), intakes);
    let heartbeat = config.heartbeat.as_ref().map(heartbeat).transpose()?;
    let (stop_web, stopped) = tokio::sync::watch::channel(false);
    let mut web = JoinSet::new();
    for (bound, router) in apart {
        web.spawn(listen(bound, router, stopped.clone()));
    }
    web.spawn(listen(listener, router.clone(), stopped));
    Ok(Running {
        address,
        app,
        desk: handle,
        desk_task: tokio::spawn(desk.run()),
        courier: tokio::spawn(courier.run()),
        watchdog: tokio::spawn(health.watch(heartbeat)),
        web,
        adapters,
        router,
        stop_web,
    })
}

/// What an adapter is given: where to hand in what it hears, and how far it had heard before.
///
/// # Errors
/// The database's.
pub async fn door(
    reception: &Reception,
    reader: &store::Reader,
    data: &Path,
    platform: &Platform,
) -> anyhow::Result<Door> {
    let venues = reader.venues(platform.as_str()).await?;
    let newest = reader.newest(platform.as_str(), BOT).await?;
    Ok(Door {
        reception: reception.clone(),
        data: data.to_owned(),
        venues: venues.into_iter().filter_map(|(lane, channel)| Some((lane.parse().ok()?, channel))).collect(),
        newest: newest
            .into_iter()
            .filter_map(|(lane, message, said)| Some((lane.parse().ok()?, Newest { message, said: At(said) })))
            .collect(),
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

async fn last_moment(writer: &mut store::Writer) -> anyhow::Result<At> {
    Ok(writer.head().await?.last_at)
}

async fn listen(
    listener: TcpListener,
    router: axum::Router,
    mut stopped: tokio::sync::watch::Receiver<bool>,
) -> std::io::Result<()> {
    let until_stopped = async move {
        let _gone = stopped.wait_for(|stop| *stop).await;
    };
    axum::serve(listener, router).with_graceful_shutdown(until_stopped).await
}

impl Running {
    /// Runs until the process is asked to stop; reads the policy again on SIGHUP.
    ///
    /// # Errors
    /// What made going on impossible.
    pub async fn until_stopped(mut self) -> anyhow::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate, mut hangup) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        loop {
            tokio::select! {
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                _ = hangup.recv() => {
                    if let Err(fault) = self.app.reception.reload(Actor::Operator).await {
                        tracing::error!(%fault, "the policy could not be reloaded");
                    }
                }
                ended = &mut self.desk_task => {
                    ended.context("the desk broke off")??;
                    anyhow::bail!("the desk ended by itself");
                }
            }
        }
        self.stop().await
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
        self.courier.abort();
        // So that the desk closes last, which folds the write-ahead log in. Nobody waits for a straggler.
        let _stragglers = tokio::time::timeout(Duration::from_secs(1), self.app.reader.clone().close()).await;
        self.desk.stop().await;
        self.desk_task.await.context("the desk broke off")??;
        Ok(())
    }
}
