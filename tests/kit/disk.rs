//! A disk that takes only so many messages of history, and no more until it is mended.

use std::path::Path;

use countersign::ledger::folder::Folder;
use sqlx::Connection as _;

/// From now on `messages` more of history are kept; that history is read to its end isn't.
pub async fn takes_of_history(folder: &Path, messages: usize) {
    let sql = format!(
        "create trigger refused before insert on ledger when new.kind = 'fill.ended' or \
         new.kind = 'said.message' and new.facts like '%\"backfilled\":true%' and (select count(*) from ledger \
         where kind = 'said.message' and facts like '%\"backfilled\":true%') >= {messages} + \
         {} begin select raise(abort, 'the disk refuses'); end",
        backfilled(folder).await
    );
    run(folder, sql).await;
}

pub async fn is_mended(folder: &Path) {
    run(folder, "drop trigger refused".to_owned()).await;
}

async fn open(folder: &Path) -> sqlx::SqliteConnection {
    let database = folder.join("data").join(Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database);
    sqlx::SqliteConnection::connect_with(&options).await.expect("the database")
}

async fn run(folder: &Path, sql: String) {
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut open(folder).await).await.expect("it is done");
}

/// How many messages of history are kept.
pub async fn backfilled(folder: &Path) -> i64 {
    let sql = "select count(*) from ledger where kind = 'said.message' and facts like '%\"backfilled\":true%'";
    sqlx::query_scalar(sql).fetch_one(&mut open(folder).await).await.expect("a count")
}
