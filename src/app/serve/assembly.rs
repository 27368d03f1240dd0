//! The bot put together: the one place where desk, courier, answers, reception and health are joined. `countersign
//! serve`, the benchmarks and the tests that need a whole bot all go through it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

use crate::answers::Answers;
use crate::answers::search::Search;
use crate::app::health::Health;
use crate::blobs::Blobs;
use crate::card::Wording;
use crate::chat::courier::Courier;
use crate::chat::quota::UnderWay;
use crate::chat::reception::{Door, PolicyFile, Reception};
use crate::chat::{Chats, Newest, Unfilled};
use crate::clock::Clock;
use crate::desk::{Desk, DeskError, DeskHandle, Setup};
use crate::domain::policy::{Channel, Policy};
use crate::domain::{At, Case, CaseId, LOCAL, Lane, Platform, Span};
use crate::evidence::erasure::carry_out::Eraser;
use crate::evidence::exports::Exports;
use crate::ledger::folder::Folder;
use crate::ledger::projection::BOT;
use crate::stamp::Authority;
use crate::store::{self, Reader, StoreError, Writer};
use crate::web::{self, Announcer, App};
use crate::witness::kept::Kept;

/// What a bot is put together from.
pub struct Assembly {
    pub clock: Clock,
    pub policy: Policy,
    /// As written.
    pub policy_text: String,
    /// Where it is read again.
    pub policy_file: PolicyFile,
    /// Where people's calendars are read from outside, without a slash at its end.
    pub calendars_at: String,
    /// Where files are kept that come with messages: in the data folder, unless somebody says otherwise.
    pub blobs: Blobs,
    /// Who stamps bundles with the time that are made in chat.
    pub authority: Option<Authority>,
    pub wording: Arc<Wording>,
    /// Platforms that messages can go to.
    pub platforms: Vec<Platform>,
    /// How often a head is signed while the ledger grows.
    pub checkpoint_every: Span,
    pub accept_clock: bool,
    folder: Folder,
    writer: Writer,
    reader: Reader,
}

/// A bot that is put together and doesn't run yet.
pub struct Assembled {
    pub app: App,
    pub desk: Desk,
    pub courier: Courier,
}

/// The tasks without which there is no bot.
pub struct Tasks {
    /// Ends when the desk is stopped.
    pub desk: JoinHandle<Result<(), DeskError>>,
    /// Ends when it is aborted, or with the desk.
    pub courier: JoinHandle<()>,
    /// The same.
    pub eraser: JoinHandle<()>,
}

impl Assembly {
    /// A bot on a data folder as it is where nothing is set: the world's clock, the embedded texts, the local room, and
    /// a head signed every minute.
    ///
    /// # Errors
    /// The database can't be opened.
    pub async fn of(folder: Folder, policy: Policy, policy_text: String) -> Result<Assembly, StoreError> {
        let (writer, reader) = store::open(&folder.database(), true).await?;
        Ok(Assembly {
            clock: Clock::real(),
            policy,
            policy_text,
            policy_file: PolicyFile::default(),
            calendars_at: format!("http://{}", crate::app::config::Config::LISTEN),
            authority: None,
            blobs: Blobs::in_folder(folder.path()),
            wording: Arc::new(Wording::embedded()),
            platforms: vec![Platform::from(LOCAL)],
            checkpoint_every: Span::minutes(1),
            accept_clock: false,
            folder,
            writer,
            reader,
        })
    }

    /// The moment of the ledger's last entry.
    ///
    /// # Errors
    /// The database's.
    pub async fn last_moment(&mut self) -> Result<At, StoreError> {
        Ok(self.writer.head().await?.last_at)
    }

    /// Puts it together. `chats` is handed the desk, for platforms that look at what is committed.
    ///
    /// # Errors
    /// [`DeskError`]: what is on the disk doesn't fit together.
    pub async fn assemble(self, chats: impl FnOnce(&DeskHandle) -> Chats) -> Result<Assembled, DeskError> {
        let Assembly {
            clock,
            policy,
            policy_text,
            policy_file,
            calendars_at,
            blobs,
            authority,
            wording,
            platforms,
            checkpoint_every,
            accept_clock,
            ..
        } = self;
        let data: PathBuf = self.folder.path().to_owned();
        let setup =
            Setup { clock, policy: Arc::new(policy), policy_text, wording, platforms, checkpoint_every, accept_clock };
        let (desk, handle) = open_desk(self.folder, self.writer, setup).await?;
        let (reader, chats) = (self.reader, chats(&handle));
        let health = Health::new(handle.clone(), reader.clone(), chats.clone());
        let courier = Courier::new(handle.clone(), reader.clone(), chats);
        let search = Search::at(data.join(Folder::SEARCH));
        let answers = Answers::new(handle.clone(), reader.clone(), health.clone(), search.clone());
        let exports = Exports { data: data.clone(), desk: handle.clone(), reader: reader.clone(), authority };
        let reception = Reception { desk: handle, answers, policy_file, calendars_at, exports: exports.clone() };
        let streams = Arc::new(UnderWay::at_most(web::STREAMS_OF_ONE));
        let announcer = Announcer::start(reception.desk.clone(), reader.clone());
        // Ends with the desk.
        tokio::spawn(exports.follow());
        tokio::spawn(search.follow(reception.desk.clone(), reader.clone()));
        let app = App {
            reception,
            reader,
            cosigned: Arc::new(Kept::at(&data)),
            data: data.as_path().into(),
            blobs,
            health,
            streams,
            announcer,
            amounts: Arc::default(),
        };
        Ok(Assembled { app, desk, courier })
    }
}

/// Boxed, so that it is compiled here once, and not again in every program that puts a bot together.
fn open_desk(
    folder: Folder,
    writer: Writer,
    setup: Setup,
) -> BoxFuture<'static, Result<(Desk, DeskHandle), DeskError>> {
    Box::pin(Desk::open(folder, writer, setup))
}

impl Assembled {
    /// What an adapter is given: where to hand in what it hears, and how far it had heard before.
    ///
    /// # Errors
    /// The database's.
    pub async fn door(&self, platform: &Platform) -> Result<Door, StoreError> {
        let App { reception, reader, blobs, .. } = &self.app;
        let mut channels = reader.case_channels(platform).await?;
        let named: Vec<CaseId> = channels.iter().filter_map(|(lane, _)| lane.own_of()).collect();
        let cases: BTreeMap<CaseId, Case> =
            reader.cases(&named).await?.into_iter().flatten().map(|case| (case.id, case)).collect();
        channels.retain(|(lane, id)| {
            let channel = Channel { platform: platform.clone(), id: id.clone() };
            lane.own_of().and_then(|case| cases.get(&case)).is_none_or(|case| !case.has_given_back(&channel))
        });
        let known = async |before: Option<i64>| {
            let newest = reader.newest(platform, BOT, before).await?;
            let known = newest.into_iter().map(|(lane, message, said)| (lane, Newest { message, said }));
            Ok::<BTreeMap<Lane, Newest>, StoreError>(known.collect())
        };
        let unfilled = match reception.desk.shown().bot.fills.open.get(platform).cloned() {
            Some(fill) => {
                let newest = known(Some(reader.first_from(fill.since).await?)).await?;
                Some(Unfilled { fill, newest })
            }
            None => None,
        };
        Ok(Door {
            reception: reception.clone(),
            blobs: blobs.clone(),
            case_channels: channels.into_iter().collect(),
            unfilled,
            newest: known(None).await?,
        })
    }

    /// Carries out what is approved to be erased.
    pub fn eraser(&self) -> Eraser {
        let App { reception, reader, data, blobs, .. } = &self.app;
        Eraser {
            desk: reception.desk.clone(),
            reader: reader.clone(),
            data: data.to_path_buf(),
            blobs: blobs.clone(),
            index: reception.answers.search_index(),
        }
    }

    /// Lets it run: the desk decides, and the courier delivers.
    pub fn run(self) -> (App, Tasks) {
        let eraser = self.eraser();
        let tasks = Tasks {
            desk: tokio::spawn(self.desk.run()),
            courier: tokio::spawn(self.courier.run()),
            eraser: tokio::spawn(eraser.run()),
        };
        (self.app, tasks)
    }
}
