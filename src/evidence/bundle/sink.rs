//! Where the files of a bundle go, one after the other: each is hashed while it is written, and none is held whole but those that the
//! program makes itself. Into a folder, a zip or a tar.zst: the same files in the same order, and of the archives the same bytes,
//! whenever and wherever they are made: their times are of 1980, and their modes are fixed.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::draft::{Draft, Form};
use super::{BundleError, Progress};

/// Everything is readable for all, and runs for nobody.
const MODE: u32 = 0o644;
/// 1980-01-01T00:00:00Z: the earliest that a zip can say.
const TIME: u64 = 315_532_800;
/// How zstd packs: the level changes the bytes, and more threads would too.
const ZSTD_LEVEL: i32 = 3;
/// Larger ones need the longer fields of a zip.
const LARGE: u64 = u32::MAX as u64 - 1024 * 1024;

/// A bundle that is being written.
pub(super) struct Sink<'p> {
    draft: Draft,
    out: Out,
    /// Lines of the manifest, in a file of no name: there may be a million.
    manifest: BufWriter<File>,
    /// Of the payload.
    pub bytes: u64,
    pub files: u64,
    /// The tag files so far, with their hashes.
    tags: Vec<(String, String)>,
    progress: Progress<'p>,
}

enum Out {
    Folder { root: PathBuf, made: BTreeSet<PathBuf> },
    Zip { zip: Box<zip::ZipWriter<BufWriter<File>>>, base: String },
    Tar { tar: Box<tar::Builder<zstd::Encoder<'static, BufWriter<File>>>>, base: String },
}

impl<'p> Sink<'p> {
    /// `base` is the folder that everything lies in, in an archive.
    pub(super) fn new(draft: Draft, base: &str, progress: Progress<'p>) -> Result<Sink<'p>, BundleError> {
        let failed = |source| BundleError::Io { path: draft.folder().to_owned(), source };
        let base = base.to_owned();
        let buffered = || draft.file().map(|file| BufWriter::with_capacity(1 << 17, file));
        let out = match draft.form() {
            Form::Folder => Out::Folder { root: draft.folder().to_owned(), made: BTreeSet::new() },
            Form::Zip => Out::Zip { zip: Box::new(zip::ZipWriter::new(buffered().map_err(failed)?)), base },
            Form::TarZst => {
                let packed = buffered().and_then(|file| zstd::Encoder::new(file, ZSTD_LEVEL)).map_err(failed)?;
                Out::Tar { tar: Box::new(tar::Builder::new(packed)), base }
            }
        };
        let manifest = BufWriter::new(nameless(draft.folder()).map_err(failed)?);
        Ok(Sink { draft, out, manifest, bytes: 0, files: 0, tags: Vec::new(), progress })
    }

    /// A file of the payload that the program makes.
    pub(super) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.payload(path, bytes.len() as u64, &mut &*bytes).map(|_| ())
    }

    /// A file of the payload that lies on the disk, of this length. Returns its hash.
    pub(super) fn payload(&mut self, path: &str, length: u64, from: &mut dyn Read) -> Result<String, BundleError> {
        let hash = self.write(path, length, from)?;
        writeln!(self.manifest, "{hash}  {path}").map_err(|source| self.failed("the manifest", source))?;
        self.bytes += length;
        self.files += 1;
        Ok(hash)
    }

    /// A file without a name, beside the bundle.
    pub(super) fn put_down(&self) -> Result<File, BundleError> {
        nameless(self.draft.folder()).map_err(|source| self.failed("a file", source))
    }

    /// A file about the payload.
    pub(super) fn tag(&mut self, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        let hash = self.write(path, bytes.len() as u64, &mut &*bytes)?;
        self.tags.push((path.to_owned(), hash));
        Ok(())
    }

    /// The manifest of the payload, once all of that is there.
    pub(super) fn manifest(&mut self, path: &str) -> Result<(), BundleError> {
        let rewound = self.manifest.flush().and_then(|()| {
            let file = self.manifest.get_mut();
            let length = file.stream_position()?;
            file.seek(SeekFrom::Start(0))?;
            Ok((length, file.try_clone()?))
        });
        let (length, mut lines) = rewound.map_err(|source| self.failed(path, source))?;
        let hash = self.write(path, length, &mut lines)?;
        self.tags.push((path.to_owned(), hash));
        Ok(())
    }

    /// The lines of the tag manifest: of each tag file so far, in the order of their names.
    pub(super) fn tag_lines(&mut self) -> String {
        self.tags.sort();
        self.tags.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect()
    }

    /// All of it is written. What is left to do is to keep it.
    pub(super) fn finish(self) -> Result<Draft, BundleError> {
        let place = self.draft.folder().to_owned();
        let finished = match self.out {
            Out::Folder { .. } => Ok(()),
            Out::Zip { zip, .. } => zip.finish().map_err(io::Error::from).and_then(|mut file| file.flush()),
            Out::Tar { tar, .. } => {
                let packed = tar.into_inner().and_then(|packed| packed.finish());
                packed.and_then(|mut file| file.flush())
            }
        };
        finished.map_err(|source| BundleError::Io { path: place, source })?;
        Ok(self.draft)
    }

    fn write(&mut self, path: &str, length: u64, from: &mut dyn Read) -> Result<String, BundleError> {
        let mut hashing = Hashing { from: from.take(length), hash: Sha256::new(), read: 0 };
        let written = self.out.put(path, length, &mut hashing);
        let read = hashing.read;
        let hash = hex::encode(hashing.hash.finalize());
        written.map_err(|source| self.failed(path, source))?;
        if read != length {
            let shorter = io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter while it was read");
            return Err(self.failed(path, shorter));
        }
        (self.progress)(path, length);
        Ok(hash)
    }

    fn failed(&self, path: &str, source: io::Error) -> BundleError {
        BundleError::Io { path: self.draft.folder().join(path), source }
    }
}

impl Out {
    fn put(&mut self, path: &str, length: u64, from: &mut dyn Read) -> io::Result<()> {
        match self {
            Out::Folder { root, made } => {
                let place = root.join(path);
                if let Some(folder) = place.parent()
                    && !made.contains(folder)
                {
                    fs::create_dir_all(folder)?;
                    made.insert(folder.to_owned());
                }
                let mut file = OpenOptions::new().write(true).create_new(true).open(&place)?;
                io::copy(from, &mut file).map(|_| ())
            }
            Out::Zip { zip, base } => {
                // Files that people sent are packed already, more often than not.
                let is_text = !path.starts_with("data/attachments/");
                let method = if is_text { zip::CompressionMethod::Deflated } else { zip::CompressionMethod::Stored };
                let options = zip::write::SimpleFileOptions::default()
                    .compression_method(method)
                    .compression_level(is_text.then_some(6))
                    .last_modified_time(zip::DateTime::default())
                    .unix_permissions(MODE)
                    .large_file(length > LARGE);
                zip.start_file(format!("{base}/{path}"), options)?;
                io::copy(from, zip).map(|_| ())
            }
            Out::Tar { tar, base } => {
                let mut header = tar::Header::new_ustar();
                header.set_entry_type(tar::EntryType::Regular);
                header.set_mode(MODE);
                header.set_mtime(TIME);
                header.set_uid(0);
                header.set_gid(0);
                header.set_size(length);
                tar.append_data(&mut header, format!("{base}/{path}"), from)
            }
        }
    }
}

/// Hashes what passes.
struct Hashing<R> {
    from: R,
    hash: Sha256,
    read: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.read += read as u64;
        Ok(read)
    }
}

/// A file that has no name any more, so that it goes with the process, however that ends. In a folder it lies in the folder.
fn nameless(beside: &Path) -> io::Result<File> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let name = format!(".{}.unnamed", hex::encode(random));
    let place = match beside.is_dir() {
        true => beside.join(name),
        false => beside.with_file_name(name),
    };
    let options = &mut OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.read(true).write(true).create_new(true).open(&place)?;
    fs::remove_file(&place)?;
    Ok(file)
}
