//! A connection that writes, on a thread of its own. What is handed over runs there from its first statement to its last,
//! with one way there and one back however many statements it has: a commit has a dozen tables to fill.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// When it is dropped, the thread finishes what it was given and closes the connection.
pub(super) struct WritingThread {
    work: mpsc::Sender<Work>,
    thread: JoinHandle<Result<(), rusqlite::Error>>,
}

impl WritingThread {
    /// `connect` opens and prepares the connection, on the new thread.
    ///
    /// # Errors
    /// Those of `connect`, and [`StoreError::Open`] where the machine has no thread to give.
    pub(super) async fn start(
        path: &Path,
        connect: impl FnOnce() -> Result<Connection, rusqlite::Error> + Send + 'static,
    ) -> Result<WritingThread, StoreError> {
        let (work, given) = mpsc::channel::<Work>();
        let (opened, told) = oneshot::channel();
        let run = move || {
            let mut db = match connect() {
                Ok(db) => db,
                Err(error) => {
                    // Whoever asked may have gone; then nobody needs to know.
                    let _gone = opened.send(Err(error));
                    return Ok(());
                }
            };
            let _gone = opened.send(Ok(()));
            for work in given {
                work(&mut db);
            }
            db.close().map_err(|(_, error)| error)
        };
        let open = |source| StoreError::Open { path: path.to_owned(), source };
        let thread =
            std::thread::Builder::new().name("store".to_owned()).spawn(run).map_err(|error| open(Box::new(error)))?;
        match told.await {
            Ok(Ok(())) => Ok(WritingThread { work, thread }),
            Ok(Err(error)) => Err(open(Box::new(error))),
            Err(_) => Err(StoreError::Ended),
        }
    }

    /// Runs to its end even where nobody waits for it any more.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError::Ended`] after a panic on the thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run_alone(move |db| work(db)).await
    }

    /// The same, where the connection itself is changed.
    ///
    /// # Errors
    /// As [`WritingThread::run`].
    pub(super) async fn run_alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (done, answer) = oneshot::channel();
        let work: Work = Box::new(move |db| {
            let _gone = done.send(work(db));
        });
        self.work.send(work).map_err(|_| StoreError::Ended)?;
        answer.await.map_err(|_| StoreError::Ended)?
    }

    /// # Errors
    /// The database's.
    pub(super) async fn close(self) -> Result<(), StoreError> {
        let WritingThread { work, thread } = self;
        drop(work);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        match joined {
            Ok(Ok(closed)) => Ok(closed?),
            Ok(Err(_)) | Err(_) => Err(StoreError::Ended),
        }
    }
}
