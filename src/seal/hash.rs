//! A SHA-256 value and the two ways it is written: hex inside leaves and messages, base64 in notes and proofs.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 32 bytes: a leaf hash, a tree node, a root, or an HMAC-SHA256 commitment. Shown, parsed and serialized as 64
/// lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Stands for "there is no previous entry" in the first leaf.
    pub const ZERO: Hash = Hash([0; 32]);

    /// Standard base64 with padding (RFC 4648 §4), as notes and proofs write it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads [`Hash::to_base64`] back. `None` unless the text is exactly 32 bytes in canonical, padded base64.
    pub fn from_base64(text: &str) -> Option<Hash> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Hash)
    }

    fn hex(&self) -> [u8; 64] {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).expect("64 digits hold 32 bytes");
        digits
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.hex()).expect("hex digits are ASCII"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Hash, hex::FromHexError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Hash(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.hex()).expect("hex digits are ASCII"))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        struct HexDigits;
        impl de::Visitor<'_> for HexDigits {
            type Value = Hash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 hex digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
                text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(HexDigits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base64_read_back_what_they_wrote() {
        let hash = Hash(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_base64(&hash.to_base64()), Some(hash));
    }

    #[test]
    fn base64_must_be_padded_canonical_and_32_bytes() {
        let written = Hash::ZERO.to_base64();
        assert_eq!(written, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(Hash::from_base64(written.trim_end_matches('=')), None);
        assert_eq!(Hash::from_base64(&written.replace("A=", "B=")), None, "bits that no byte uses must be zero");
        assert_eq!(Hash::from_base64("AAAA"), None);
    }
}
