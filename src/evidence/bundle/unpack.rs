//! A bundle or an export that comes as a zip or a tar.zst, from whoever it may be: unpacked into a folder that is its reader's alone, and only if
//! nothing about it is strange. Names that lead elsewhere, links, a file twice, and what unpacks to far more than it is are refused.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::BundleError;
use super::bag::is_inside;
use super::draft::private_folder;

/// How much may come out of an archive.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes, whatever its own size …
    at_least: u64,
    /// … or so many times that.
    ratio: u64,
    files: u64,
}

const LIMITS: Limits = Limits { at_least: 1 << 30, ratio: 100, files: 2_000_000 };

/// Longer names are nobody's.
const NAME: usize = 300;

/// A folder for what was unpacked. It is gone when this is.
pub(crate) struct Unpacked {
    place: PathBuf,
    /// The bundle in it.
    pub bundle: PathBuf,
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // A folder for what is temporary is swept by the system, too.
        let _left = fs::remove_dir_all(&self.place);
    }
}

/// Unpacks an archive.
///
/// # Errors
/// [`BundleError::Strange`], [`BundleError::TooLarge`], [`BundleError::NotABundle`], [`BundleError::Io`].
pub(super) fn unpack(archive: &Path) -> Result<Unpacked, BundleError> {
    unpack_within(archive, LIMITS)
}

/// Unpacks an archive of whatever it may be.
///
/// # Errors
/// As [`unpack`]; [`BundleError::NotABundle`]: it is no archive.
pub(crate) fn unpack_all(archive: &Path) -> Result<Unpacked, BundleError> {
    all_within(archive, LIMITS)
}

fn unpack_within(archive: &Path, limits: Limits) -> Result<Unpacked, BundleError> {
    let failed = |source| BundleError::Io { path: archive.to_owned(), source };
    let mut unpacked = all_within(archive, limits)?;
    // One folder with everything in it, as RFC 8493 §4 has it.
    if !unpacked.bundle.join("bagit.txt").is_file() {
        let inside: Vec<_> = fs::read_dir(&unpacked.place).and_then(Iterator::collect).map_err(failed)?;
        let inside: Vec<fs::DirEntry> = inside;
        match &inside[..] {
            [one] => unpacked.bundle = one.path(),
            _ => return Err(BundleError::NotABundle(archive.to_owned())),
        }
    }
    Ok(unpacked)
}

fn all_within(archive: &Path, limits: Limits) -> Result<Unpacked, BundleError> {
    let failed = |source| BundleError::Io { path: archive.to_owned(), source };
    let mut file = File::open(archive).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut magic = [0; 4];
    let is_short = file.read_exact(&mut magic).is_err();
    let file = File::open(archive).map_err(failed)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(crate::ledger::folder::FolderError::Random)?;
    let place = std::env::temp_dir().join(format!("countersign-{}", hex::encode(random)));
    let mut unpacking = Unpacking {
        archive,
        place: place.clone(),
        left: limits.at_least.max(length.saturating_mul(limits.ratio)),
        files: limits.files,
        unpacked: Unpacked { place: place.clone(), bundle: place.clone() },
    };
    private_folder(&place).map_err(|source| BundleError::Io { path: place.clone(), source })?;
    match magic {
        [b'P', b'K', 3 | 5, 4 | 6] if !is_short => unpacking.zip(BufReader::new(file))?,
        [0x28, 0xb5, 0x2f, 0xfd] if !is_short => unpacking.tar(file)?,
        _ => return Err(BundleError::NotABundle(archive.to_owned())),
    }
    Ok(unpacking.unpacked)
}

struct Unpacking<'a> {
    archive: &'a Path,
    place: PathBuf,
    /// How many bytes may still come.
    left: u64,
    files: u64,
    unpacked: Unpacked,
}

impl Unpacking<'_> {
    fn strange(&self, what: impl Into<String>) -> BundleError {
        BundleError::Strange { path: self.archive.to_owned(), what: what.into() }
    }

    fn broken(&self, error: impl Into<io::Error>) -> BundleError {
        self.strange(format!("it can't be read to its end: {}", error.into()))
    }

    fn zip(&mut self, file: BufReader<File>) -> Result<(), BundleError> {
        let mut zip = zip::ZipArchive::new(file).map_err(|error| self.broken(error))?;
        if zip.has_duplicate_names() {
            return Err(self.strange("it has two files of one name"));
        }
        for place in 0..zip.len() {
            let mut entry = zip.by_index(place).map_err(|error| self.broken(error))?;
            let name =
                String::from_utf8(entry.name_raw().to_vec()).map_err(|_| self.strange("a name in it isn't UTF-8"))?;
            // The upper half of a mode says what it is: a file, if it says anything.
            let is_file = entry.unix_mode().is_none_or(|mode| matches!(mode & 0o170_000, 0 | 0o100_000));
            if entry.is_dir() {
                self.folder(&name)?;
            } else if entry.is_symlink() || !is_file {
                return Err(self.strange(format!("“{}” is no ordinary file", shown(&name))));
            } else {
                self.file(&name, &mut entry)?;
            }
        }
        Ok(())
    }

    fn tar(&mut self, file: File) -> Result<(), BundleError> {
        let mut packed = zstd::Decoder::new(file).map_err(|error| self.broken(error))?;
        // What a packer may ask a reader to remember: 128 MiB.
        packed.window_log_max(27).map_err(|error| self.broken(error))?;
        let mut tar = tar::Archive::new(packed);
        // Raw: headers that only name the next file, of any length, would be read into memory. No bundle has one.
        for entry in tar.entries().map_err(|error| self.broken(error))?.raw(true) {
            let mut entry = entry.map_err(|error| self.broken(error))?;
            let name = entry.path_bytes().into_owned();
            let name = String::from_utf8(name).map_err(|_| self.strange("a name in it isn't UTF-8"))?;
            match entry.header().entry_type() {
                tar::EntryType::Directory => self.folder(&name)?,
                tar::EntryType::Regular => self.file(&name, &mut entry)?,
                _ => return Err(self.strange(format!("“{}” is no ordinary file", shown(&name)))),
            }
        }
        Ok(())
    }

    /// Where a name of the archive leads to.
    fn place_of(&mut self, name: &str) -> Result<PathBuf, BundleError> {
        self.files = self.files.checked_sub(1).ok_or_else(|| self.too_large())?;
        let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
        if !is_inside(name) || name.len() > NAME || name.contains(is_odd) {
            return Err(self.strange(format!("the name “{}” in it leads elsewhere", shown(name))));
        }
        Ok(self.place.join(name))
    }

    fn folder(&mut self, name: &str) -> Result<(), BundleError> {
        let place = self.place_of(name.trim_end_matches('/'))?;
        self.make(&place)
    }

    fn make(&self, folder: &Path) -> Result<(), BundleError> {
        fs::create_dir_all(folder).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                self.strange("a name in it is a file's and a folder's")
            }
            _ => BundleError::Io { path: folder.to_owned(), source },
        })
    }

    fn file(&mut self, name: &str, from: &mut dyn Read) -> Result<(), BundleError> {
        let place = self.place_of(name)?;
        self.make(place.parent().unwrap_or(&self.place))?;
        let failed = |source| BundleError::Io { path: place.clone(), source };
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&place) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(self.strange(format!("“{}” is in it twice", shown(name))));
            }
            Err(source) => return Err(failed(source)),
        };
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer).map_err(|error| self.broken(error))?;
            if read == 0 {
                return Ok(());
            }
            self.left = self.left.checked_sub(read as u64).ok_or_else(|| self.too_large())?;
            io::Write::write_all(&mut file, &buffer[..read]).map_err(failed)?;
        }
    }

    fn too_large(&self) -> BundleError {
        BundleError::TooLarge(self.archive.to_owned())
    }
}

/// A name of somebody else's, to be shown.
fn shown(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn zip_of(files: u32, each: usize) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for n in 0..files {
            let name = if n == 0 { "bag/bagit.txt".to_owned() } else { format!("bag/{n}") };
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a file");
            zip.write_all(&vec![0; each]).expect("bytes");
        }
        zip.finish().expect("a zip").into_inner()
    }

    fn tar_of(files: u32, each: usize) -> Vec<u8> {
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 3).expect("a zstd"));
        for n in 0..files {
            let name = if n == 0 { "bag/bagit.txt".to_owned() } else { format!("bag/{n}") };
            let mut header = tar::Header::new_gnu();
            header.set_size(each as u64);
            tar.append_data(&mut header, name, &vec![0; each][..]).expect("a file");
        }
        tar.into_inner().and_then(zstd::Encoder::finish).expect("a tar")
    }

    #[test]
    fn what_unpacks_to_far_more_than_it_is_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("bomb");
        let within = |at_least, ratio, files| unpack_within(&archive, Limits { at_least, ratio, files });
        for bytes in [zip_of(3, 1 << 20), tar_of(3, 1 << 20)] {
            std::fs::write(&archive, &bytes).expect("written");
            assert!(bytes.len() < 1 << 17, "it is packed: {}", bytes.len());
            let good = within(4 << 20, 1, 10).expect("there is room");
            let place = good.bundle.clone();
            assert!(place.join("bagit.txt").is_file());
            #[cfg(unix)]
            {
                let mode = std::fs::metadata(place.parent().expect("a folder")).expect("a folder").permissions();
                assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700);
            }
            drop(good);
            assert!(!place.exists(), "it is gone with its reader");
            for refused in [within(1 << 20, 1, 10), within(4 << 20, 1, 2), within(0, 4, 10)] {
                assert!(matches!(refused, Err(BundleError::TooLarge(_))));
            }
        }
    }

    /// What is in a folder, by path.
    fn all_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        // An archive with one file at its top.
        if folder.is_file() {
            let name = folder.file_name().expect("it has a name");
            all.insert(PathBuf::from(name), fs::read(folder).expect("a file"));
            return all;
        }
        let mut folders = vec![folder.to_owned()];
        while let Some(at) = folders.pop() {
            for entry in fs::read_dir(&at).expect("a folder") {
                let entry = entry.expect("an entry");
                match entry.file_type().expect("a type").is_dir() {
                    true => folders.push(entry.path()),
                    false => drop(all.insert(
                        entry.path().strip_prefix(folder).expect("inside").to_owned(),
                        fs::read(entry.path()).expect("a file"),
                    )),
                }
            }
        }
        all
    }

    /// What comes out of an archive, or why nothing does: the same each time, and nothing is left of it.
    fn outcome(bytes: &[u8]) -> Result<BTreeMap<PathBuf, Vec<u8>>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("archive");
        fs::write(&archive, bytes).expect("written");
        let once = || match unpack_within(&archive, Limits { at_least: 1 << 20, ratio: 10, files: 50 }) {
            Ok(unpacked) => {
                let (all, place) = (all_of(&unpacked.bundle), unpacked.place.clone());
                assert!(unpacked.bundle.starts_with(&place));
                drop(unpacked);
                assert!(!place.exists(), "it is gone with its reader");
                Ok(all)
            }
            Err(error) => Err(error.to_string()),
        };
        let first = once();
        assert_eq!(first, once());
        first
    }

    /// A tar that says of each file what it likes: `tar` itself would refuse such names when it writes.
    fn tar_with(names: &[String], kind: tar::EntryType) -> Vec<u8> {
        let mut tar = Vec::new();
        for name in names {
            let mut header = tar::Header::new_old();
            let bytes = name.as_bytes();
            let length = bytes.len().min(99);
            header.as_old_mut().name[..length].copy_from_slice(&bytes[..length]);
            header.set_entry_type(kind);
            header.set_mode(0o644);
            header.set_size(4);
            header.set_cksum();
            tar.extend_from_slice(header.as_bytes());
            tar.extend_from_slice(b"data");
            tar.extend_from_slice(&[0; 508]);
        }
        tar.extend_from_slice(&[0; 1024]);
        zstd::encode_all(&tar[..], 1).expect("a zstd")
    }

    fn zip_with(names: &[String]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in names {
            // A name that is there already isn't written a second time.
            if zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).is_ok() {
                zip.write_all(b"data").expect("bytes");
            }
        }
        zip.finish().expect("a zip").into_inner()
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "bag/[a-z]{1,3}(/[a-z]{1,3})?",
            Just("bag/bagit.txt".to_owned()),
            "(\\.\\.|/|\\.|~|c:|bag|\\\\|){1,4}/countersign-escaped-[0-9]",
            "\\PC{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_damaged_archive_makes_a_reader_stumble(
            is_zip in any::<bool>(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in 0..200_usize,
        ) {
            let mut bytes = if is_zip { zip_of(4, 300) } else { tar_of(4, 300) };
            for (at, to) in flips {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            bytes.truncate(bytes.len().saturating_sub(cut.saturating_sub(100)));
            let _either = outcome(&bytes);
        }

        #[test]
        fn whatever_the_names_nothing_is_written_outside_of_its_folder(
            names in prop::collection::vec(name(), 1..5), kind in 0..5_usize,
        ) {
            let kinds = [tar::EntryType::Regular, tar::EntryType::Directory, tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo];
            let outcomes = [outcome(&zip_with(&names)), outcome(&tar_with(&names, kinds[kind]))];
            let escaped = |folder: &Path| {
                fs::read_dir(folder).expect("a folder").filter_map(Result::ok)
                    .any(|it| it.file_name().to_string_lossy().starts_with("countersign-escaped-"))
            };
            prop_assert!(!escaped(&std::env::temp_dir()) && !escaped(Path::new("/")) && !escaped(Path::new(".")));
            for all in outcomes.into_iter().flatten() {
                prop_assert!(all.keys().all(|path| is_inside(&path.to_string_lossy())));
            }
        }

        #[test]
        fn no_bytes_make_a_reader_stumble(magic in 0..3_usize, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let magic: &[u8] = [&b"PK\x03\x04"[..], &[0x28, 0xb5, 0x2f, 0xfd], b""][magic];
            let _either = outcome(&[magic, &bytes].concat());
        }
    }
}
