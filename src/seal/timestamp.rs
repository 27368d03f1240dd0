//! Time stamps (RFC 3161): what an authority is asked, and what its answer says. Whether the authority's signature holds and whose it is,
//! `openssl ts -verify` tells with the authority's certificate; here it is seen that the answer is to what was asked.
//!
//! Written here and not taken from a crate: `x509-tsp` 0.1 brings older copies of the readers of its formats. Only as much of DER is
//! read as a stamp needs, and nothing that isn't in its shortest form.

use thiserror::Error;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERAL_TIME: u8 = 0x18;
const BOOLEAN: u8 = 0x01;
/// [0], constructed.
const FIRST: u8 = 0xa0;
/// [1], constructed.
const SECOND: u8 = 0xa1;

/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// 2.16.840.1.101.3.4.2.1
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// The algorithm, with the absent parameters that most write as null.
const SHA256_ID: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];

/// What a request is sent as.
pub const QUERY_TYPE: &str = "application/timestamp-query";

/// Why an answer is no time stamp of what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StampError {
    #[error("it is no answer of a time-stamping authority: {0}")]
    Malformed(&'static str),
    /// The authority's own status, and its words.
    #[error("the authority refused (status {status}): {words}")]
    Refused { status: u64, words: String },
    #[error("it is a stamp of something else")]
    OtherImprint,
    #[error("it is the answer to another request")]
    OtherNonce,
}

/// What a stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStamp {
    /// Seconds since 1970.
    pub at_s: i64,
    /// Under which policy of the authority, in dotted numbers.
    pub policy: String,
    /// When the certificate ends that it was signed with, where it is in it: seconds since 1970.
    pub certificate_ends_s: Option<i64>,
}

/// The request for a stamp of these bytes' SHA-256. The certificate is asked for, so that the stamp can be checked later.
pub fn request(imprint: &[u8; 32], nonce: u64) -> Vec<u8> {
    let mut body = vec![INTEGER, 1, 1];
    let mut of = SHA256_ID.to_vec();
    of.extend([OCTETS, 32]);
    of.extend(imprint);
    body.extend([SEQUENCE, of.len() as u8]);
    body.extend(of);
    let number = unsigned(nonce);
    body.extend([INTEGER, number.len() as u8]);
    body.extend(number);
    body.extend([BOOLEAN, 1, 0xff]);
    let mut request = vec![SEQUENCE, body.len() as u8];
    request.extend(body);
    request
}

/// A number as INTEGER has it: without leading zeros, and with one where it would be negative.
fn unsigned(number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let mut shortest = bytes[first..].to_vec();
    if shortest[0] & 0x80 != 0 {
        shortest.insert(0, 0);
    }
    shortest
}

/// What an answer says of the imprint; with `nonce`, whether it is to that very request.
///
/// # Errors
/// [`StampError`].
pub fn read(reply: &[u8], imprint: &[u8; 32], nonce: Option<u64>) -> Result<TimeStamp, StampError> {
    let mut whole = Der(reply);
    let mut reply = whole.inside(SEQUENCE)?;
    whole.end()?;
    let mut status = reply.inside(SEQUENCE)?;
    let code = number(status.take(INTEGER)?)?;
    if code > 1 {
        let words = status.inside(SEQUENCE).ok().and_then(|mut words| words.any().ok());
        let words = words.map_or_else(String::new, |(_, words)| String::from_utf8_lossy(words).into_owned());
        let words = words.chars().filter(|c| !c.is_control()).take(200).collect();
        return Err(StampError::Refused { status: code, words });
    }
    let mut content = reply.inside(SEQUENCE)?;
    reply.end()?;
    must_be(content.take(OID)?, SIGNED_DATA, "it isn't signed data")?;
    let mut signed = content.inside(FIRST)?.inside(SEQUENCE)?;
    signed.take(INTEGER)?;
    signed.take(SET)?;
    let mut inner = signed.inside(SEQUENCE)?;
    must_be(inner.take(OID)?, STAMP, "what is signed is no time stamp")?;
    let mut info = Der(inner.inside(FIRST)?.take(OCTETS)?).inside(SEQUENCE)?;
    info.take(INTEGER)?;
    let policy = dotted(info.take(OID)?);
    let mut of = info.inside(SEQUENCE)?;
    if of.inside(SEQUENCE)?.take(OID)? != SHA256 || of.take(OCTETS)? != imprint {
        return Err(StampError::OtherImprint);
    }
    info.take(INTEGER)?;
    let at_s = general_time(info.take(GENERAL_TIME)?)?;
    info.maybe(SEQUENCE)?;
    info.maybe(BOOLEAN)?;
    let answered = info.maybe(INTEGER)?;
    if nonce.is_some_and(|nonce| answered != Some(unsigned(nonce).as_slice())) {
        return Err(StampError::OtherNonce);
    }
    let certificates = signed.maybe(FIRST)?;
    signed.maybe(SECOND)?;
    let mut signers = signed.inside(SET)?;
    let mut signer = signers.inside(SEQUENCE)?;
    signer.take(INTEGER)?;
    let certificate_ends_s = match (certificates, signer.any()?) {
        (Some(certificates), (SEQUENCE, by)) => ends(certificates, by)?,
        _ => None,
    };
    Ok(TimeStamp { at_s, policy, certificate_ends_s })
}

/// When the certificate ends that was issued by whom and under which number the signer says.
fn ends(certificates: &[u8], by: &[u8]) -> Result<Option<i64>, StampError> {
    let mut rest = Der(certificates);
    while !rest.0.is_empty() {
        let (SEQUENCE, certificate) = rest.any()? else { continue };
        let mut body = Der(certificate).inside(SEQUENCE)?;
        body.maybe(FIRST)?;
        let serial = body.whole(INTEGER)?;
        body.take(SEQUENCE)?;
        let issuer = body.whole(SEQUENCE)?;
        if [issuer, serial].concat() == by {
            let mut validity = body.inside(SEQUENCE)?;
            validity.any()?;
            let (kind, until) = validity.any()?;
            return match kind {
                GENERAL_TIME => general_time(until).map(Some),
                UTC_TIME => {
                    // Of this century and the last: RFC 5280 §4.1.2.5.1.
                    let early = until.first().is_some_and(|digit| *digit < b'5');
                    general_time(&[if early { &b"20"[..] } else { b"19" }, until].concat()).map(Some)
                }
                _ => Err(StampError::Malformed("a certificate in it ends at no time")),
            };
        }
    }
    Ok(None)
}

/// `20261130130000Z`, perhaps with a fraction of a second.
fn general_time(text: &[u8]) -> Result<i64, StampError> {
    let wrong = StampError::Malformed("a time in it is none");
    let text = str::from_utf8(text).map_err(|_| wrong.clone())?.strip_suffix('Z').ok_or(wrong.clone())?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return Err(wrong);
    }
    let read = chrono::NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S");
    Ok(read.map_err(|_| wrong)?.and_utc().timestamp())
}

fn must_be(found: &[u8], wanted: &[u8], why: &'static str) -> Result<(), StampError> {
    if found == wanted { Ok(()) } else { Err(StampError::Malformed(why)) }
}

fn number(bytes: &[u8]) -> Result<u64, StampError> {
    match bytes {
        [first, ..] if bytes.len() <= 8 && first & 0x80 == 0 => {
            Ok(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
        }
        _ => Err(StampError::Malformed("a number in it is out of range")),
    }
}

fn dotted(oid: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number: u64 = 0;
    for byte in oid {
        number = (number.wrapping_shl(7)) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.extend([first.to_string(), (number - 40 * first).to_string()]);
            } else {
                numbers.push(number.to_string());
            }
            number = 0;
        }
    }
    numbers.join(".")
}

/// What is left to be read.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next value, whatever it is: its tag and what is in it.
    fn any(&mut self) -> Result<(u8, &'a [u8]), StampError> {
        let cut = StampError::Malformed("it breaks off");
        let [tag, length, rest @ ..] = self.0 else { return Err(cut) };
        let (length, rest) = match usize::from(*length) {
            short @ ..=0x7f => (short, rest),
            long @ 0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(long - 0x80).ok_or(cut.clone())?;
                let length = bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
                if bytes.first() == Some(&0) || length < 0x80 {
                    return Err(StampError::Malformed("a length in it isn't in its shortest form"));
                }
                (length, rest)
            }
            _ => return Err(StampError::Malformed("a length in it can't be read")),
        };
        let (value, rest) = rest.split_at_checked(length).ok_or(cut)?;
        self.0 = rest;
        Ok((*tag, value))
    }

    fn take(&mut self, tag: u8) -> Result<&'a [u8], StampError> {
        match self.any()? {
            (found, value) if found == tag => Ok(value),
            _ => Err(StampError::Malformed("something else stands in its place")),
        }
    }

    fn inside(&mut self, tag: u8) -> Result<Der<'a>, StampError> {
        self.take(tag).map(Der)
    }

    fn maybe(&mut self, tag: u8) -> Result<Option<&'a [u8]>, StampError> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// With its tag and length.
    fn whole(&mut self, tag: u8) -> Result<&'a [u8], StampError> {
        let before = self.0;
        self.take(tag)?;
        Ok(&before[..before.len() - self.0.len()])
    }

    fn end(&self) -> Result<(), StampError> {
        if self.0.is_empty() { Ok(()) } else { Err(StampError::Malformed("more follows than belongs there")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `openssl ts -query -sha256 -cert` writes it, with other nonces.
    #[test]
    fn a_request_is_in_its_shortest_form() {
        for (nonce, written) in
            [(0, "020100"), (127, "02017f"), (128, "02020080"), (u64::MAX, "020900ffffffffffffffff")]
        {
            let made = hex::encode(request(&[7; 32], nonce));
            let of = format!("020101 3031 300d06096086480165030402010500 0420{} {written} 0101ff", "07".repeat(32));
            let of = of.replace(' ', "");
            assert_eq!(made, format!("30{:02x}{of}", of.len() / 2));
        }
    }

    #[test]
    fn an_authority_may_refuse() {
        // SEQUENCE { SEQUENCE { INTEGER 2, SEQUENCE { UTF8String "no" } } }
        let refused = [0x30, 0x0b, 0x30, 0x09, 0x02, 0x01, 0x02, 0x30, 0x04, 0x0c, 0x02, b'n', b'o'];
        assert_eq!(read(&refused, &[0; 32], None), Err(StampError::Refused { status: 2, words: "no".to_owned() }));
        for cut in 0..refused.len() {
            assert!(matches!(read(&refused[..cut], &[0; 32], None), Err(StampError::Malformed(_))), "cut at {cut}");
        }
        let longer = [&refused[..], &[0]].concat();
        assert!(matches!(read(&longer, &[0; 32], None), Err(StampError::Malformed(_))));
    }

    #[test]
    fn times_are_read_to_the_second() {
        assert_eq!(general_time(b"20261130130000Z"), Ok(1_796_043_600));
        assert_eq!(general_time(b"20261130130000.25Z"), Ok(1_796_043_600));
        for wrong in ["20261130130000", "20261130130000.Z", "2026113013Z", "20261330130000Z", "+0261130130000Z", ""] {
            assert!(general_time(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(dotted(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]), "2.16.840.1.101.3.4.2.1");
    }

    proptest! {
        #[test]
        fn nothing_that_is_read_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200), tag in 0..4usize) {
            let _ = read(&bytes, &[0; 32], None);
            let tag = [SEQUENCE, SET, OCTETS, FIRST][tag];
            let mut within = vec![SEQUENCE, bytes.len().min(127) as u8, tag];
            within.extend(bytes);
            let _ = read(&within, &[0; 32], Some(1));
        }
    }
}
