//! A bundle is written beside the place that it is meant for, synced, and then renamed: under the name that was asked for there is a
//! whole bundle or nothing, whenever the power fails. What a killed export left behind is swept by the next one to the same name.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::BundleError;

/// In which form a bundle is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Folder,
    Zip,
    TarZst,
}

impl Form {
    /// By the ending of the name.
    pub(super) fn of(out: &Path) -> Form {
        let name = out.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match () {
            () if name.ends_with(".zip") => Form::Zip,
            () if name.ends_with(".tar.zst") => Form::TarZst,
            () => Form::Folder,
        }
    }
}

/// What is being written. Thrown away unless it is kept.
pub(super) struct Draft {
    out: PathBuf,
    place: PathBuf,
    form: Form,
    /// Held as long as this process writes here. In a folder it is the folder itself.
    lock: File,
    kept: bool,
}

/// What the name of a bundle that isn't whole yet ends in.
const UNFINISHED: &str = ".unfinished";

impl Draft {
    /// Begins beside `out`, which must not exist, or be an empty folder.
    pub(super) fn begin(out: &Path) -> Result<Draft, BundleError> {
        let form = Form::of(out);
        require_free(out, form)?;
        let mut name = out.file_name().map(OsString::from).ok_or_else(|| BundleError::NoName(out.to_owned()))?;
        name.push(UNFINISHED);
        let place = out.with_file_name(name);
        let failed = |source| BundleError::Io { path: place.clone(), source };
        if let Some(folder) = place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| BundleError::Io { path: folder.to_owned(), source })?;
        }
        let lock = match form {
            Form::Folder => {
                private_folder(&place).map_err(failed)?;
                File::open(&place).map_err(failed)?
            }
            Form::Zip | Form::TarZst => {
                let options = &mut OpenOptions::new();
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
                // Through a link somebody else's file would be written.
                if place.is_symlink() {
                    return Err(failed(io::Error::other("it is a link: remove it, and export again")));
                }
                options.read(true).write(true).create(true).truncate(false).open(&place).map_err(failed)?
            }
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BundleError::BeingWritten(place)),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let draft = Draft { out: out.to_owned(), place, form, lock, kept: false };
        match draft.sweep() {
            Ok(()) => Ok(draft),
            Err(error) => {
                // What isn't ours is left as it is.
                let mut draft = draft;
                draft.kept = true;
                Err(error)
            }
        }
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The folder that is written into.
    pub(super) fn folder(&self) -> &Path {
        &self.place
    }

    /// The file that is written to, from its beginning.
    pub(super) fn file(&self) -> io::Result<File> {
        self.lock.try_clone()
    }

    /// Takes away what an export that broke off left here.
    fn sweep(&self) -> Result<(), BundleError> {
        let failed = |source| BundleError::Io { path: self.place.clone(), source };
        match self.form {
            Form::Zip | Form::TarZst => self.lock.set_len(0).map_err(failed),
            Form::Folder => {
                let inside: Vec<_> = fs::read_dir(&self.place).and_then(Iterator::collect).map_err(failed)?;
                // The first file that is written says whose folder it is.
                if !inside.is_empty() && !self.place.join("bagit.txt").is_file() {
                    return Err(BundleError::NotEmpty(self.place.clone()));
                }
                for entry in inside {
                    let entry: fs::DirEntry = entry;
                    let gone = match entry.file_type().map_err(failed)?.is_dir() {
                        true => fs::remove_dir_all(entry.path()),
                        false => fs::remove_file(entry.path()),
                    };
                    gone.map_err(failed)?;
                }
                Ok(())
            }
        }
    }

    /// The whole bundle stands under its name when this returns, and is on the disk.
    pub(super) fn keep(mut self) -> Result<(), BundleError> {
        let failed = |source| BundleError::Io { path: self.place.clone(), source };
        sync(&self.lock, &self.place, self.form).map_err(failed)?;
        require_free(&self.out, self.form)?;
        fs::rename(&self.place, &self.out).map_err(failed)?;
        self.kept = true;
        let beside = self.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(beside).and_then(|folder| folder.sync_all());
        synced.map_err(|source| BundleError::Io { path: beside.to_owned(), source })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // Where even that fails, the next export to the same name sweeps it away.
        let _swept_later = match self.form {
            Form::Folder => fs::remove_dir_all(&self.place),
            Form::Zip | Form::TarZst => fs::remove_file(&self.place),
        };
    }
}

fn require_free(out: &Path, form: Form) -> Result<(), BundleError> {
    let failed = |source| BundleError::Io { path: out.to_owned(), source };
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed(source)),
        Ok(there) if form == Form::Folder && there.is_dir() => match fs::read_dir(out).map_err(failed)?.next() {
            None => Ok(()),
            Some(_) => Err(BundleError::NotEmpty(out.to_owned())),
        },
        Ok(_) => Err(BundleError::Exists(out.to_owned())),
    }
}

/// A folder that is its owner's alone, if there is none.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    let builder = &mut fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// A folder may have hundreds of thousands of files: the file system is synced once, where that can be asked for.
#[cfg(target_os = "linux")]
fn sync(lock: &File, _place: &Path, form: Form) -> io::Result<()> {
    match form {
        Form::Folder => rustix::fs::syncfs(lock).map_err(io::Error::from),
        Form::Zip | Form::TarZst => lock.sync_all(),
    }
}

#[cfg(not(target_os = "linux"))]
fn sync(lock: &File, place: &Path, form: Form) -> io::Result<()> {
    if form != Form::Folder {
        return lock.sync_all();
    }
    let mut folders = vec![place.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => File::open(entry.path())?.sync_all()?,
            }
        }
        File::open(&folder)?.sync_all()?;
    }
    Ok(())
}
