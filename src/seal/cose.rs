//! A signed statement with the receipt of a log, in COSE (RFC 9052): what SCITT calls a transparent statement (RFC 9943, RFC 9942).
//!
//! The statement is signed by its issuer; its headers say who that is and what it is about (RFC 9597). The receipt is signed by the log: an
//! inclusion proof of one entry (RFC 9162 §2.1.3), and a signature over the root that it leads to, which isn't in it, so that nobody can
//! check the one without the other. Of the proof COSE signs the root alone; here the tree's size stands among what is signed too, so
//! nothing in a receipt can be changed unseen.
//!
//! What is read is what is written here, to the byte, and with one receipt: no other spelling of the same is taken.

use coset::cbor::Value;
use coset::{
    CborSerializable, ContentType, CoseSign1, CoseSign1Builder, Header, HeaderBuilder, Label, TaggedCborSerializable,
    iana,
};
use thiserror::Error;

use super::path::root_by;
use super::{Checkpoint, Hash, PathError, Signer, SshKey, SshSigner, Verifier};

/// COSE header parameters: CWT claims (RFC 9597), receipts, the kind of tree and its proofs (RFC 9942).
const CWT_CLAIMS: i64 = 15;
const RECEIPTS: i64 = 394;
const TREE: i64 = 395;
const PROOFS: i64 = 396;
/// The tree of RFC 9162 over SHA-256, and of its proofs those of inclusion.
const RFC9162_SHA256: u64 = 1;
const INCLUSION: i64 = -1;
/// Of ours: the size of the tree that the root is of, among what is signed.
const TREE_SIZE: &str = "tree-size";
/// CWT claims (RFC 8392): issuer and subject.
const ISSUER: u64 = 1;
const SUBJECT: u64 = 2;
/// Longer files are none, in bytes.
const AT_MOST_BYTES: usize = 1_000_000;

/// Why a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CoseError {
    /// Not as it is written here; holds what is wrong.
    #[error("it is no statement with a receipt in COSE: {0}")]
    Malformed(&'static str),
    /// What is signed, the key and the signature don't belong together; holds whose signature it is.
    #[error(
        "the signature of the {0} does not fit: what it is about, its headers or the signature was changed, or another key made it"
    )]
    Forged(&'static str),
    /// The proof leads nowhere.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Who says something, and of what: the claims that SCITT asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub issuer: String,
    pub subject: String,
}

impl Claims {
    fn header(&self) -> Value {
        let claim = |label: u64, text: &str| (Value::from(label), Value::from(text));
        Value::Map(vec![claim(ISSUER, &self.issuer), claim(SUBJECT, &self.subject)])
    }

    fn of(header: &Header) -> Option<Claims> {
        let claims = rest(header, &Label::Int(CWT_CLAIMS))?.as_map()?;
        let claim = |wanted: u64| {
            let found = claims.iter().find(|(label, _)| *label == Value::from(wanted));
            found.and_then(|(_, text)| text.as_text()).map(str::to_owned)
        };
        Some(Claims { issuer: claim(ISSUER)?, subject: claim(SUBJECT)? })
    }
}

fn rest<'h>(header: &'h Header, wanted: &Label) -> Option<&'h Value> {
    header.rest.iter().find(|(label, _)| label == wanted).map(|(_, value)| value)
}

/// A statement of which it is known what it says, and not yet whether it holds.
#[derive(Debug, Clone)]
pub struct Statement {
    pub claims: Claims,
    /// The media type of the payload.
    pub content_type: String,
    pub payload: Vec<u8>,
    /// The key that it says it was signed with.
    pub key: SshKey,
    pub receipt: Receipt,
    signed: CoseSign1,
}

/// What a log says of one of its entries; not yet whether it holds.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub claims: Claims,
    /// The key that it says it was signed with.
    pub key: Verifier,
    /// How many entries the tree has.
    pub size: u64,
    /// The entry's sequence number.
    pub index: u64,
    pub path: Vec<Hash>,
    signed: CoseSign1,
}

impl Receipt {
    /// The bytes of a receipt: that the entry at `index` is under this head of the log, by the path that leads there. It says nothing that
    /// the head doesn't say, so only of a head that was signed may one be made.
    pub fn sign(head: &Checkpoint, index: u64, path: &[Hash], subject: &str, signer: &Signer) -> Vec<u8> {
        let claims = Claims { issuer: head.origin.clone(), subject: subject.to_owned() };
        let signed = CoseSign1Builder::new()
            .protected(receipt_header(&claims, signer.verifier(), head.size))
            .unprotected(proof_header(head.size, index, path))
            .create_detached_signature(&head.root.0, b"", |bytes| signer.sign_bare(bytes).to_vec())
            .build();
        signed.to_tagged_vec().expect("labels are distinct, and a Vec takes every byte")
    }

    fn read(bytes: &[u8]) -> Result<Receipt, CoseError> {
        let wrong = CoseError::Malformed;
        let signed = sign1(bytes)?;
        let header = &signed.protected.header;
        let claims = Claims::of(header).ok_or(wrong("its receipt doesn't say of which log it is, and of what"))?;
        let key = std::str::from_utf8(&header.key_id).ok().and_then(|key| key.parse::<Verifier>().ok());
        let key = key.ok_or(wrong("its receipt doesn't name the key of a log"))?;
        let (size, index, path) = proof(&signed.unprotected).ok_or(wrong("its receipt has no proof of one entry"))?;
        if *header != receipt_header(&claims, &key, size) {
            return Err(wrong("its receipt has other headers than a signature over a tree of the size of its proof"));
        }
        if signed.unprotected != proof_header(size, index, &path) || signed.payload.is_some() {
            return Err(wrong("its receipt has more in it than a proof"));
        }
        Ok(Receipt { claims, key, size, index, path, signed })
    }

    /// Checks that the log of this key has the leaf with this hash at the receipt's index; gives the root that it signed.
    ///
    /// # Errors
    /// [`CoseError::Path`] and [`CoseError::Forged`].
    pub fn verify(&self, leaf: Hash, verifier: &Verifier) -> Result<Hash, CoseError> {
        let root = root_by(leaf, self.index, self.size, &self.path)?;
        let fits = |signature: &[u8], bytes: &[u8]| match verifier.verifies_bare(bytes, signature) {
            true => Ok(()),
            false => Err(CoseError::Forged("receipt")),
        };
        self.signed.verify_detached_signature(&root.0, b"", fits).map(|()| root)
    }
}

impl Statement {
    /// The bytes of a statement, signed, with its receipt.
    pub fn sign(claims: &Claims, content_type: &str, payload: &[u8], signer: &SshSigner, receipt: Vec<u8>) -> Vec<u8> {
        let signed = CoseSign1Builder::new()
            .protected(statement_header(claims, content_type, &signer.key()))
            .unprotected(receipts_header(receipt))
            .payload(payload.to_vec())
            .create_signature(b"", |bytes| signer.sign_bare(bytes).to_vec())
            .build();
        signed.to_tagged_vec().expect("labels are distinct, and a Vec takes every byte")
    }

    /// Reads one. Nothing of it is checked but its form.
    ///
    /// # Errors
    /// [`CoseError::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Statement, CoseError> {
        let wrong = CoseError::Malformed;
        if bytes.len() > AT_MOST_BYTES {
            return Err(wrong("it is too long"));
        }
        let signed = sign1(bytes)?;
        let header = &signed.protected.header;
        let claims = Claims::of(header).ok_or(wrong("it doesn't say who says it, and of what"))?;
        let Some(ContentType::Text(content_type)) = header.content_type.clone() else {
            return Err(wrong("it doesn't say of which type its payload is"));
        };
        let key = std::str::from_utf8(&header.key_id).ok().and_then(SshKey::of_line);
        let key = key.ok_or(wrong("it doesn't name an Ed25519 key as OpenSSH writes it"))?;
        if *header != statement_header(&claims, &content_type, &key) {
            return Err(wrong(
                "it has other headers than a statement that is written here, or another algorithm than EdDSA",
            ));
        }
        let payload = signed.payload.clone().ok_or(wrong("its payload isn't in it"))?;
        let receipts = rest(&signed.unprotected, &Label::Int(RECEIPTS)).and_then(Value::as_array);
        let Some([Value::Bytes(receipt)]) = receipts.map(Vec::as_slice) else {
            return Err(wrong("it doesn't have exactly one receipt"));
        };
        if signed.unprotected != receipts_header(receipt.clone()) {
            return Err(wrong("something else than a receipt lies beside what is signed"));
        }
        let receipt = Receipt::read(receipt)?;
        Ok(Statement { claims, content_type, payload, key, receipt, signed })
    }

    /// Checks that the key that the statement names made it.
    ///
    /// # Errors
    /// [`CoseError::Forged`].
    pub fn verify(&self) -> Result<(), CoseError> {
        self.signed.verify_signature(b"", |signature, bytes| match self.key.verifies_bare(bytes, signature) {
            true => Ok(()),
            false => Err(CoseError::Forged("statement")),
        })
    }
}

fn statement_header(claims: &Claims, content_type: &str, key: &SshKey) -> Header {
    HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .content_type(content_type.to_owned())
        .key_id(key.line().into_bytes())
        .value(CWT_CLAIMS, claims.header())
        .build()
}

fn receipts_header(receipt: Vec<u8>) -> Header {
    HeaderBuilder::new().value(RECEIPTS, Value::Array(vec![Value::Bytes(receipt)])).build()
}

fn receipt_header(claims: &Claims, key: &Verifier, size: u64) -> Header {
    HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(key.to_string().into_bytes())
        .value(CWT_CLAIMS, claims.header())
        .value(TREE, Value::from(RFC9162_SHA256))
        .text_value(TREE_SIZE.to_owned(), Value::from(size))
        .build()
}

/// RFC 9942: `{396: {-1: [<<[size, index, [path…]]>>]}}`.
fn proof_header(size: u64, index: u64, path: &[Hash]) -> Header {
    let path = path.iter().map(|hash| Value::Bytes(hash.0.to_vec())).collect();
    let proof = Value::Array(vec![Value::from(size), Value::from(index), Value::Array(path)]);
    let proof = proof.to_vec().expect("a Vec takes every byte");
    let proofs = Value::Map(vec![(Value::from(INCLUSION), Value::Array(vec![Value::Bytes(proof)]))]);
    HeaderBuilder::new().value(PROOFS, proofs).build()
}

/// Size, index and path.
fn proof(header: &Header) -> Option<(u64, u64, Vec<Hash>)> {
    let [(kind, proofs)] = rest(header, &Label::Int(PROOFS))?.as_map()?.as_slice() else { return None };
    let [Value::Bytes(proof)] = proofs.as_array().filter(|_| *kind == Value::from(INCLUSION))?.as_slice() else {
        return None;
    };
    let proof = Value::from_slice(proof).ok()?;
    let [size, index, Value::Array(path)] = proof.as_array()?.as_slice() else { return None };
    let number = |value: &Value| u64::try_from(value.as_integer()?).ok();
    let hash = |value: &Value| Some(Hash(value.as_bytes()?.as_slice().try_into().ok()?));
    Some((number(size)?, number(index)?, path.iter().map(hash).collect::<Option<_>>()?))
}

/// Reads a signature that is written as it would be here.
fn sign1(bytes: &[u8]) -> Result<CoseSign1, CoseError> {
    let read = CoseSign1::from_tagged_slice(bytes);
    let read = read.map_err(|_| CoseError::Malformed("it isn't a COSE_Sign1 with its tag (RFC 9052 §4.2)"))?;
    match read.clone().to_tagged_vec().is_ok_and(|again| again == bytes) {
        true => Ok(read),
        false => Err(CoseError::Malformed("it is written in another form of CBOR than here")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::Shelf;
    use super::super::{Plan, leaf_hash};
    use super::*;
    use proptest::prelude::*;

    fn log() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    fn made(index: u64, size: u64) -> (Vec<u8>, Hash) {
        let shelf = Shelf::of(0..size);
        let plan = Plan::inclusion(index, size).unwrap();
        let path = plan.build(&plan.needs().iter().map(|run| shelf.fetch(run)).collect::<Vec<_>>()).unwrap();
        let head = Checkpoint::of(&log(), size, shelf.frontier.root());
        let receipt = Receipt::sign(&head, index, &path, "APR-1", &log());
        let claims = Claims { issuer: "example.com/log".into(), subject: "APR-1".into() };
        let issuer = SshSigner::from_seed(&[2; 32]);
        let bytes = Statement::sign(&claims, "application/vnd.in-toto+json", b"{}", &issuer, receipt);
        (bytes, shelf.leaves[index as usize])
    }

    fn holds(bytes: &[u8], leaf: Hash) -> Result<Hash, CoseError> {
        let read = Statement::read(bytes)?;
        read.verify()?;
        read.receipt.verify(leaf, log().verifier())
    }

    /// The first bytes as RFC 9052, RFC 9597 and RFC 9942 have them, written out by hand.
    #[test]
    fn the_bytes_are_those_of_the_standards() {
        let (bytes, _) = made(2, 5);
        let text = hex::encode(&bytes);
        let key = SshSigner::from_seed(&[2; 32]).key().line();
        // 18([<<{1: -8, 3: "application/vnd.in-toto+json", 4: key, 15: {1: "example.com/log", 2: "APR-1"}}>>, {394: [<<18([…
        let protected = format!(
            "a4{}{}{}{}",
            "0127",
            format_args!("03781c{}", hex::encode("application/vnd.in-toto+json")),
            format_args!("0458{:02x}{}", key.len(), hex::encode(&key)),
            format_args!("0fa2016f{}0265{}", hex::encode("example.com/log"), hex::encode("APR-1")),
        );
        let begin = format!("d28458{:02x}{protected}a119018a81", protected.len() / 2);
        assert!(text.starts_with(&begin), "{begin}\n{text}");
        // … {396: {-1: [<<[5, 2, [3 hashes]]>>]}}, nil, …
        let proof = "a119018ca12081586a83050283";
        assert!(text.contains(&format!("{proof}5820")), "{text}");
        assert!(text.contains("19018b01"), "395: RFC9162_SHA256: {text}");
        assert!(text.contains(&format!("69{}05", hex::encode("tree-size"))), "{text}");
        assert!(text.contains("f65840") && text.contains("427b7d5840"), "root detached, payload attached: {text}");
    }

    #[test]
    fn what_was_made_holds_for_its_entry_and_its_keys_alone() {
        let (bytes, leaf) = made(2, 5);
        let root = Shelf::of(0..5).frontier.root();
        assert_eq!(holds(&bytes, leaf), Ok(root));
        let read = Statement::read(&bytes).unwrap();
        assert_eq!((read.receipt.size, read.receipt.index, read.receipt.path.len()), (5, 2, 3));
        assert_eq!((&read.receipt.claims, &read.key), (&read.claims, &SshSigner::from_seed(&[2; 32]).key()));
        assert_eq!(holds(&bytes, leaf_hash(b"another")), Err(CoseError::Forged("receipt")));
        let stranger = Signer::from_seed("example.com/log", &[3; 32]).unwrap();
        assert_eq!(read.receipt.verify(leaf, stranger.verifier()), Err(CoseError::Forged("receipt")));
        // The receipt of another statement's entry.
        let (other, _) = made(3, 5);
        let other = Statement::read(&other).unwrap().receipt;
        assert_eq!(other.verify(leaf, log().verifier()), Err(CoseError::Forged("receipt")));
    }

    /// Every bit of a whole one, and every length that it can be cut to.
    #[test]
    fn no_bit_of_one_can_be_flipped_and_nothing_cut_off() {
        for (index, size) in [(2, 5), (0, 1)] {
            let (bytes, leaf) = made(index, size);
            assert!(holds(&bytes, leaf).is_ok());
            for at in 0..bytes.len() {
                for bit in 0..8 {
                    let mut other = bytes.clone();
                    other[at] ^= 1 << bit;
                    assert!(holds(&other, leaf).is_err(), "bit {bit} of byte {at}, {index} of {size}");
                }
                assert!(holds(&bytes[..at], leaf).is_err(), "cut to {at}");
            }
            assert!(holds(&[&bytes[..], &[0]].concat(), leaf).is_err(), "something behind it");
        }
    }

    /// Headers that COSE allows and that nobody signed, other algorithms, and what must be understood and isn't.
    #[test]
    fn what_is_not_written_here_is_not_read() {
        let (bytes, _) = made(2, 5);
        let good = Statement::read(&bytes).unwrap();
        let check = |change: &dyn Fn(&mut CoseSign1), expected: &str| {
            let mut other = good.signed.clone();
            change(&mut other);
            let error = Statement::read(&other.to_tagged_vec().unwrap()).expect_err(expected);
            assert!(error.to_string().contains(expected), "{error}");
        };
        let resigned = |sign: &mut CoseSign1, change: &dyn Fn(&mut Header)| {
            sign.protected.original_data = None;
            change(&mut sign.protected.header);
        };
        let receipts = |value: Value| HeaderBuilder::new().value(RECEIPTS, value).build();
        check(&|it| it.payload = None, "its payload isn't in it");
        check(&|it| it.unprotected = Header::default(), "exactly one receipt");
        check(&|it| it.unprotected = receipts(Value::Array(Vec::new())), "exactly one receipt");
        check(&|it| it.unprotected = receipts(Value::Array(vec![Value::Bytes(vec![1])])), "COSE_Sign1");
        check(&|it| it.unprotected.key_id = vec![1], "something else than a receipt");
        check(&|it| resigned(it, &|header| header.alg = None), "another algorithm");
        check(&|it| resigned(it, &|header| header.key_id = b"ssh-rsa AAAA".to_vec()), "Ed25519 key");
        check(&|it| resigned(it, &|header| header.content_type = None), "which type");
        check(&|it| resigned(it, &|header| header.rest.clear()), "who says it");
        let critical = coset::RegisteredLabelWithPrivate::Assigned(iana::HeaderParameter::Kid);
        check(&|it| resigned(it, &|header| header.crit = vec![critical.clone()]), "other headers");
        // Without its tag; and the same with a longer spelling of a length.
        let untagged = good.signed.clone().to_vec().unwrap();
        assert!(Statement::read(&untagged).is_err());
        let longer = [&[0xd8, 18], &bytes[1..]].concat();
        assert!(Statement::read(&longer).unwrap_err().to_string().contains("another form of CBOR"));
        assert!(Statement::read(&vec![0; AT_MOST_BYTES + 1]).unwrap_err().to_string().contains("too long"));
        for garbage in [&b""[..], b"{}", b"\xd2", b"PK\x03\x04", &[0x9f; 4000], &[0x81; 4000]] {
            assert!(matches!(Statement::read(garbage), Err(CoseError::Malformed(_))));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_stumble(mut bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0..700usize) {
            let _read = Statement::read(&bytes);
            let (mut good, _) = made(1, 3);
            let at = at.min(good.len());
            bytes.truncate(8);
            good.splice(at..(at + bytes.len()).min(good.len()), bytes);
            let _read = Statement::read(&good);
        }
    }
}
