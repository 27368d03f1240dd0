//! A message that somebody points at: by its address, as platforms copy it, or by its id.

/// The longest address that is looked at, in bytes.
const ADDRESS_AT_MOST: usize = 500;
/// The longest id that a platform gives a message.
const ID_AT_MOST: usize = 64;

/// What an address says of a message, or an id alone. Whether there is such a message, the transcript knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// The platform's id of the conversation.
    pub channel: Option<String>,
    /// The platform's id of the message.
    pub message: String,
}

impl Pointed {
    /// Reads `https://acme.example/archives/C024BE91L/p1795429800000100`, `https://chat.example/channels/1/2/3`, or an id.
    ///
    /// # Errors
    /// What to do instead.
    pub fn read(said: &str) -> Result<Pointed, String> {
        let said = said.trim().trim_start_matches('<').trim_end_matches('>');
        // A platform may write what the address is called beside it.
        let said = said.split('|').next().unwrap_or_default();
        if said.len() > ADDRESS_AT_MOST {
            return Err(not_read());
        }
        let Some((_, address)) = said.split_once("://") else {
            return match is_id(said) {
                true => Ok(Pointed { channel: None, message: said.to_owned() }),
                false => Err(not_read()),
            };
        };
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let mut parts = path.trim_end_matches('/').rsplit('/');
        let (message, channel) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // The host is no conversation.
        if parts.next().is_none() || !is_id(message) || !is_id(channel) {
            return Err(not_read());
        }
        Ok(Pointed { channel: Some(channel.to_owned()), message: with_its_point(message) })
    }
}

fn is_id(text: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=ID_AT_MOST).contains(&text.len()) && text.bytes().all(letters)
}

/// `p1795429800000100` is `1795429800.000100`: addresses leave the point of a timestamp out.
fn with_its_point(message: &str) -> String {
    let digits = message.strip_prefix('p').filter(|it| it.len() > 6 && it.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.split_at_checked(digits.len() - 6)) {
        Some((seconds, fraction)) => format!("{seconds}.{fraction}"),
        None => message.to_owned(),
    }
}

fn not_read() -> String {
    "that is no link to a message. Copy the message's link from its own menu, and put it there.".to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(channel: &str, message: &str) -> Pointed {
        Pointed { channel: Some(channel.to_owned()), message: message.to_owned() }
    }

    #[test]
    fn a_link_says_where_the_message_stands() {
        let slack = "https://acme.slack.com/archives/C024BE91L/p1795429800000100";
        let read = |said: &str| Pointed::read(said).unwrap();
        assert_eq!(read(slack), at("C024BE91L", "1795429800.000100"));
        assert_eq!(read(&format!("<{slack}?thread_ts=1.2&cid=C|link>")), at("C024BE91L", "1795429800.000100"));
        assert_eq!(read("https://discord.com/channels/1/22/333/"), at("22", "333"));
        assert_eq!(read("m17"), Pointed { channel: None, message: "m17".to_owned() });
    }

    #[test]
    fn what_points_at_no_message_says_what_to_copy() {
        for said in
            ["", "https://acme.slack.com/", "https://acme.slack.com/p1", "this one", "https://a/b/c/ d", "@maya"]
        {
            assert!(Pointed::read(said).unwrap_err().contains("Copy the message's link"), "{said}");
        }
    }

    proptest! {
        #[test]
        fn anything_may_be_said(said in any::<String>()) {
            let _either = Pointed::read(&said);
        }
    }
}
