//! How a call is signed: Standard Webhooks 1.0.0, “Signature scheme”. What is signed is `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The shortest and longest shared secret that the standard allows, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What calls to one place are signed with. Several while one takes the other's place: each signs.
#[derive(Clone)]
pub struct Keys(Vec<Key>);

#[derive(Clone)]
enum Key {
    /// `whsec_…`, shared with whoever is called: HMAC-SHA256, `v1`.
    Shared(Vec<u8>),
    /// `whsk_…`, the bot's own: Ed25519, `v1a`. Whoever is called needs no secret.
    Own(Box<SigningKey>),
}

/// Why a text holds no keys. What it holds isn't repeated: it may be a secret with a slip in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    #[error("there is no key in it. A key begins with “whsec_” (HMAC, shared) or “whsk_” (Ed25519)")]
    Empty,
    #[error("a key in it begins with neither “whsec_” (HMAC, shared) nor “whsk_” (Ed25519)")]
    Prefix,
    #[error("what follows “{0}” in it is no base64")]
    Base64(&'static str),
    #[error("the secret after “whsec_” has {0} bytes; the standard asks for 24 to 64")]
    Short(usize),
    #[error("the key after “whsk_” is no Ed25519 key: 32 bytes, or 64 with the public key that belongs to it")]
    NoPair,
    #[error("“whpk_” is a public key, which can't sign: that one is for whoever is called")]
    Public,
}

impl Keys {
    /// Reads keys, apart by white space.
    ///
    /// # Errors
    /// The first that is none.
    pub fn read(text: &str) -> Result<Keys, NoKeys> {
        let keys = text.split_whitespace().map(Key::read).collect::<Result<Vec<Key>, NoKeys>>()?;
        match keys.is_empty() {
            true => Err(NoKeys::Empty),
            false => Ok(Keys(keys)),
        }
    }

    /// The value of `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let signed = [id.as_bytes(), b".", timestamp_s.to_string().as_bytes(), b".", body].concat();
        self.0.iter().map(|key| key.sign(&signed)).collect::<Vec<String>>().join(" ")
    }

    /// `whpk_…`: what whoever is called checks `v1a` with.
    pub fn public(&self) -> Vec<String> {
        self.0.iter().filter_map(Key::public).collect()
    }
}

/// A new key of the bot's own, `whsk_…`, and the public one for whoever is called, `whpk_…`.
///
/// # Errors
/// The machine's: it gives no random bytes.
pub fn new_pair() -> Result<(String, String), getrandom::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let public = SigningKey::from_bytes(&seed).verifying_key();
    Ok((format!("whsk_{}", STANDARD.encode(seed)), format!("whpk_{}", STANDARD.encode(public.as_bytes()))))
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({}, …)", self.0.len())
    }
}

impl Key {
    fn read(word: &str) -> Result<Key, NoKeys> {
        let bytes = |prefix: &'static str, text: &str| STANDARD.decode(text).map_err(|_| NoKeys::Base64(prefix));
        if let Some(text) = word.strip_prefix("whsec_") {
            let secret = bytes("whsec_", text)?;
            return match SECRET_BYTES.contains(&secret.len()) {
                true => Ok(Key::Shared(secret)),
                false => Err(NoKeys::Short(secret.len())),
            };
        }
        if let Some(text) = word.strip_prefix("whsk_") {
            let bytes = bytes("whsk_", text)?;
            let pair = match bytes.len() {
                32 => bytes.as_slice().try_into().ok().map(|seed| SigningKey::from_bytes(&seed)),
                64 => bytes.as_slice().try_into().ok().and_then(|pair| SigningKey::from_keypair_bytes(&pair).ok()),
                _ => None,
            };
            return pair.map(|pair| Key::Own(Box::new(pair))).ok_or(NoKeys::NoPair);
        }
        Err(if word.starts_with("whpk_") { NoKeys::Public } else { NoKeys::Prefix })
    }

    fn sign(&self, signed: &[u8]) -> String {
        match self {
            Key::Shared(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
                mac.update(signed);
                format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
            }
            Key::Own(key) => format!("v1a,{}", STANDARD.encode(key.sign(signed).to_bytes())),
        }
    }

    fn public(&self) -> Option<String> {
        match self {
            Key::Shared(_) => None,
            Key::Own(key) => Some(format!("whpk_{}", STANDARD.encode(key.verifying_key().as_bytes()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SHARED: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OWN: &str = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";

    #[test]
    fn a_new_pair_belongs_together() {
        let (own, public) = new_pair().expect("random bytes");
        assert_eq!(Keys::read(&own).map(|keys| keys.public()), Ok(vec![public]));
    }

    /// The vectors of the standard's reference libraries.
    #[test]
    fn signatures_are_those_of_the_reference_libraries() {
        let shared = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let own = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";
        for (keys, signature) in [
            (SHARED.to_owned(), shared.to_owned()),
            (OWN.to_owned(), own.to_owned()),
            (format!("{SHARED}\n{OWN}"), format!("{shared} {own}")),
        ] {
            assert_eq!(Keys::read(&keys).map(|it| it.sign(ID, AT, BODY)), Ok(signature));
        }
    }

    #[test]
    fn whoever_is_called_can_check_with_the_public_key() {
        let keys = Keys::read(&format!("{SHARED} {OWN}")).expect("both are keys");
        let [public] = &keys.public()[..] else { panic!("one of them has a public key: {:?}", keys.public()) };
        let bytes = STANDARD.decode(public.strip_prefix("whpk_").expect("the prefix of public keys")).expect("base64");
        let public = ed25519_dalek::VerifyingKey::try_from(bytes.as_slice()).expect("a key");
        let signature = keys.sign(ID, AT, BODY);
        let own = signature.split(' ').find_map(|it| it.strip_prefix("v1a,")).expect("the second signature");
        let own = ed25519_dalek::Signature::from_slice(&STANDARD.decode(own).expect("base64")).expect("a signature");
        let signed = [ID.as_bytes(), b".1614265330.", BODY].concat();
        assert!(public.verify_strict(&signed, &own).is_ok());
        assert!(public.verify_strict(&[&signed[..], b" "].concat(), &own).is_err(), "another body");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        let table = [
            ("", NoKeys::Empty),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", NoKeys::Prefix),
            ("whsec_MfKQ9r8GKYqr TwjU", NoKeys::Short(9)),
            ("whsec_not/base64!", NoKeys::Base64("whsec_")),
            ("whsk_MfKQ9r8GKYqr", NoKeys::NoPair),
            ("whpk_MfKQ9r8GKYqr", NoKeys::Public),
        ];
        for (text, expected) in table {
            let refused = Keys::read(text).expect_err(text);
            assert_eq!(refused, expected, "{text}");
            assert!(!refused.to_string().contains("MfKQ9r8GKYqr"), "{refused}");
        }
        assert!(!format!("{:?}", Keys::read(SHARED)).contains("MfKQ"));
    }
}
