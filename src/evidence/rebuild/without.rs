//! The database without some words: made beside the one at work, or in its place where no bot works. They are gone with it, or withheld.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Draft, Fold, RebuildError, io_at};
use crate::ledger::folder::Folder;
use crate::seal::Hash;
use crate::store::Remake;

/// Which entries lose their words, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// For good.
    pub erased: BTreeSet<u64>,
    /// They are put aside, where nobody reads them.
    pub withheld: BTreeSet<u64>,
}

impl LeftOut {
    pub fn all(&self) -> impl Iterator<Item = u64> {
        self.erased.union(&self.withheld).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.erased.is_empty() && self.withheld.is_empty()
    }
}

/// A database in the making beside one that a bot writes to. Nothing in it holds what is left out: no row, no index, no free page.
pub struct Without {
    draft: Draft,
    remake: Remake,
    fold: Fold,
    /// How many entries it has taken in.
    size: u64,
}

impl Without {
    /// Takes in the first entries. What another try left is thrown away.
    ///
    /// # Errors
    /// [`RebuildError`].
    pub async fn begin(data: PathBuf, entries: BTreeSet<u64>, size: u64) -> Result<Without, RebuildError> {
        let path = data.join(format!("{}.erasing", Folder::DATABASE));
        for tail in ["", "-journal", "-wal", "-shm"] {
            let mut left = path.clone().into_os_string();
            left.push(tail);
            let left = PathBuf::from(left);
            if left.exists() {
                std::fs::remove_file(&left).map_err(io_at(&left))?;
            }
        }
        let draft = Draft { path, within: None };
        let mut remake = Remake::begin(&draft.path, &data.join(Folder::DATABASE)).await?;
        let mut fold = Fold::of(&data, None);
        fold.without = entries;
        fold.all(&mut remake, size).await?;
        Ok(Without { draft, remake, fold, size })
    }

    /// Takes in what was written since, and what only the database at work knows. The file is whole then. What was left out and is
    /// not `withheld` is erased.
    ///
    /// # Errors
    /// [`RebuildError::NotAsSigned`]: it isn't the ledger that it was.
    pub async fn finish(mut self, out: LeftOut, size: u64, root: Hash) -> Result<Finished, RebuildError> {
        self.fold.without.extend(out.all());
        while self.size < size {
            let to = (self.size + super::CHUNK).min(size);
            self.fold.chunk(&mut self.remake, self.size, to).await?;
            self.size = to;
        }
        if self.fold.frontier.root() != root {
            let why = format!("the root over its first {size} entries is another");
            return Err(RebuildError::NotAsSigned { why, data: self.fold.data });
        }
        self.remake.carry_over_what_lies_beside().await?;
        self.remake.carry_withheld(out.erased, out.withheld).await?;
        self.remake.carry_deliveries_over().await?;
        self.remake.finish().await?;
        Ok(Finished { draft: self.draft })
    }
}

/// It goes when this is dropped.
pub struct Finished {
    draft: Draft,
}

impl Finished {
    pub fn path(&self) -> &Path {
        &self.draft.path
    }
}

/// Destroys or withholds the words of these entries in a database that no bot works on, and removes what earlier rebuilds kept.
///
/// # Errors
/// [`RebuildError`]; the database is as it was.
pub async fn destroy_at_rest(folder: &Folder, out: LeftOut) -> Result<(), RebuildError> {
    let draft = Draft::of(folder, "erasing").await?;
    let mut remake = Remake::begin(&draft.path, &folder.database()).await?;
    let mut fold = Fold::of(folder.path(), folder.last_checkpoint()?.map(|(_, checkpoint)| checkpoint));
    fold.without = out.all().collect();
    let size = remake.size().await?;
    fold.require_as_long_as_signed(size)?;
    fold.all(&mut remake, size).await?;
    remake.carry_over_what_lies_beside().await?;
    remake.carry_withheld(out.erased, out.withheld).await?;
    remake.carry_deliveries_over().await?;
    remake.finish().await?;
    draft.replace(&folder.database(), true)?;
    forget_earlier(folder.path())
}

/// Removes the databases that earlier rebuilds kept: they may hold what was erased since.
///
/// # Errors
/// [`RebuildError::Io`].
pub fn forget_earlier(data: &Path) -> Result<(), RebuildError> {
    let (earlier, _) = super::earlier_and_free(&data.join(Folder::DATABASE));
    for kept in earlier {
        for tail in ["", "-wal", "-shm"] {
            let mut file = kept.clone().into_os_string();
            file.push(tail);
            let file = PathBuf::from(file);
            if file.exists() {
                std::fs::remove_file(&file).map_err(io_at(&file))?;
            }
        }
    }
    Ok(())
}
