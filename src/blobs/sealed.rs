//! Files that lie encrypted, each under a key of its own: HMAC-SHA256 of its content's hash under a secret of the data folder. The hash
//! stands among the words of the entry that names the file, and nowhere else: with those erased, nobody can make the key any more, the
//! operator and whoever copied the bucket included. Its name is made in the same way, so that it says nothing of the content.
//!
//! The same content is the same file: it is written once, under one name, as it is without encryption. What lies there is [`BEGINS`], then
//! ChaCha20-Poly1305 (RFC 8439) over each [`PART`] bytes, the last part shorter or empty. The nonce of a part is its number in 11 bytes,
//! big-endian, and 1 for the last part or 0 for the others (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so
//! that none can be left out, doubled or moved.

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use zeroize::Zeroizing;

use crate::seal::{Hash, commitment};

const BEGINS: &[u8] = b"countersign file 1\n";
/// Bytes of content in a part.
const PART: usize = 64 * 1024;
/// Bytes that the tag of a part takes (RFC 8439, section 2.8).
const TAG: usize = 16;

/// Makes names and keys of files.
pub(super) struct Sealer {
    secret: Zeroizing<[u8; 32]>,
}

impl Sealer {
    pub(super) fn new(secret: Zeroizing<[u8; 32]>) -> Sealer {
        Sealer { secret }
    }

    fn made(&self, what: &str, sha256: &str) -> Hash {
        commitment(&self.secret, format!("{what}\0{sha256}").as_bytes())
    }

    /// Under which the file of this content lies, in hexadecimal.
    pub(super) fn name(&self, sha256: &str) -> String {
        hex::encode(self.made("the name of a file", sha256).0)
    }

    fn cipher(&self, sha256: &str) -> ChaCha20Poly1305 {
        let key = Zeroizing::new(self.made("the key of a file", sha256).0);
        ChaCha20Poly1305::new(&Key::from(*key))
    }

    /// What lies there of a content with this hash: the same each time.
    pub(super) fn seal(&self, sha256: &str, content: &[u8]) -> Vec<u8> {
        let cipher = self.cipher(sha256);
        let mut sealed = Vec::with_capacity(sealed_bytes(content.len() as u64) as usize);
        sealed.extend_from_slice(BEGINS);
        let last = content.len() / PART;
        for number in 0..=last {
            let part = &content[number * PART..content.len().min((number + 1) * PART)];
            let sealed_part = cipher.encrypt(&nonce(number as u64, number == last), part);
            sealed.extend(sealed_part.expect("a part is far below the cipher's limit"));
        }
        sealed
    }

    pub(super) fn opening(&self, sha256: &str) -> Opening {
        Opening { cipher: self.cipher(sha256), read: Vec::new(), has_begun: false, number: 0, has_ended: false }
    }
}

fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; 12];
    bytes[3..11].copy_from_slice(&number.to_be_bytes());
    bytes[11] = u8::from(is_last);
    Nonce::from(bytes)
}

fn sealed_bytes(content: u64) -> u64 {
    BEGINS.len() as u64 + content + (content / PART as u64 + 1) * TAG as u64
}

/// It isn't what was sealed under this hash and secret, or not all of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotSealedSo;

/// One file that is being opened, from its beginning.
pub(super) struct Opening {
    cipher: ChaCha20Poly1305,
    read: Vec<u8>,
    has_begun: bool,
    number: u64,
    has_ended: bool,
}

impl Opening {
    /// How many bytes of content are in so many that lie there. `None`: no file is so long.
    pub(super) fn content_bytes(sealed: u64) -> Option<u64> {
        let parts = sealed.checked_sub(BEGINS.len() as u64)?;
        let count = parts.div_ceil((PART + TAG) as u64);
        let content = parts.checked_sub(count * TAG as u64)?;
        (sealed_bytes(content) == sealed).then_some(content)
    }

    /// Takes in what was read; `None`: that was all. Returns the next part of the content, where enough was read for one.
    pub(super) fn next(&mut self, read: Option<&[u8]>) -> Result<Option<Vec<u8>>, NotSealedSo> {
        self.read.extend_from_slice(read.unwrap_or_default());
        let is_all = read.is_none();
        if !self.has_begun {
            if self.read.len() < BEGINS.len() && !is_all {
                return Ok(None);
            }
            let rest = self.read.strip_prefix(BEGINS).ok_or(NotSealedSo)?.to_vec();
            (self.read, self.has_begun) = (rest, true);
        }
        let is_last = self.read.len() < PART + TAG;
        if self.has_ended || (is_last && !is_all) {
            return Ok(None);
        }
        let part = &self.read[..self.read.len().min(PART + TAG)];
        let content = self.cipher.decrypt(&nonce(self.number, is_last), part).map_err(|_| NotSealedSo)?;
        self.read.drain(..part.len());
        self.number += 1;
        self.has_ended = is_last;
        Ok(Some(content))
    }

    /// Everything was opened.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(Zeroizing::new([byte; 32]))
    }

    fn opened(sealer: &Sealer, sha256: &str, sealed: &[u8], step: usize) -> Result<Vec<u8>, NotSealedSo> {
        let (mut opening, mut content) = (sealer.opening(sha256), Vec::new());
        let mut chunks = sealed.chunks(step);
        while !opening.has_ended() {
            let read = chunks.next();
            let mut part = opening.next(read)?;
            while let Some(bytes) = part {
                content.extend(bytes);
                part = if opening.has_ended() { None } else { opening.next(Some(&[]))? };
            }
        }
        match chunks.next() {
            None => Ok(content),
            Some(_) => Err(NotSealedSo),
        }
    }

    /// Around the borders of parts, as they are read in any steps.
    #[test]
    fn what_was_sealed_is_opened_again() {
        for length in [0, 1, PART - 1, PART, PART + 1, 2 * PART, 3 * PART + 17] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let sealed = sealer(1).seal("ab", &content);
            assert_eq!(sealed.len() as u64, sealed_bytes(length as u64));
            assert_eq!(Opening::content_bytes(sealed.len() as u64), Some(length as u64));
            assert_eq!(sealed, sealer(1).seal("ab", &content), "the same each time");
            for step in [7 * 1024, PART, PART + TAG, 5 * PART] {
                assert_eq!(opened(&sealer(1), "ab", &sealed, step).as_deref(), Ok(&content[..]), "{length} by {step}");
            }
            assert_eq!(opened(&sealer(1), "ac", &sealed, PART), Err(NotSealedSo), "another content's key");
            assert_eq!(opened(&sealer(2), "ab", &sealed, PART), Err(NotSealedSo), "another folder's secret");
        }
        assert_ne!(sealer(1).name("ab"), sealer(2).name("ab"));
        assert_ne!(sealer(1).name("ab"), sealer(1).name("ac"));
        assert_eq!(Opening::content_bytes(3), None);
    }

    /// Parts that are left out, doubled or moved.
    #[test]
    fn parts_stay_in_their_places() {
        let content: Vec<u8> = (0..3 * PART + 9).map(|at| (at % 251) as u8).collect();
        let sealed = sealer(1).seal("ab", &content);
        let (begins, parts) = sealed.split_at(BEGINS.len());
        let parts: Vec<&[u8]> = parts.chunks(PART + TAG).collect();
        let [one, two, three, last] = parts[..] else { panic!("{} parts", parts.len()) };
        let wrong: [&[&[u8]]; 6] = [
            &[one, three, last],
            &[one, two, three],
            &[two, one, three, last],
            &[one, two, two, three, last],
            &[one, two, three, last, last],
            &[last],
        ];
        for parts in wrong {
            let sealed = [begins, &parts.concat()].concat();
            assert_eq!(opened(&sealer(1), "ab", &sealed, PART), Err(NotSealedSo));
        }
        assert_eq!(opened(&sealer(1), "ab", parts.concat().as_slice(), PART), Err(NotSealedSo), "no beginning");
        assert_eq!(opened(&sealer(1), "ab", &[], PART), Err(NotSealedSo));
    }

    proptest! {
        #[test]
        fn no_byte_can_be_changed(at in 0_usize..200_000, flip in 1_u8.., cut in 0_usize..200_000) {
            let content = vec![7; 2 * PART + 100];
            let sealed = sealer(1).seal("ab", &content);
            let mut changed = sealed.clone();
            let at = at % changed.len();
            changed[at] ^= flip;
            prop_assert_eq!(opened(&sealer(1), "ab", &changed, PART), Err(NotSealedSo));
            let cut = cut % sealed.len();
            prop_assert_eq!(opened(&sealer(1), "ab", &sealed[..cut], PART), Err(NotSealedSo));
        }
    }
}
