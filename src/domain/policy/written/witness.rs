//! Witnesses as they are written: who cosigns our heads, and whose heads are cosigned here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::{LogId, WitnessId};
use super::super::witness::{Witness, WitnessQuorum, Witnessing, type_of_vkey};
use super::finding::quote;
use super::resolve::Resolve;
use super::word::{Word, kind};

/// Of a log, and of a witness (c2sp.org/signed-note, c2sp.org/tlog-cosignature).
const LOG: u8 = 1;
const WITNESS: u8 = 4;
/// What `countersign witness policy` names itself.
const TAKEN: [&str; 2] = ["none", "witnesses"];

/// Witnesses confirm that the ledger only grows: to each signed head they add their own signature, once it has been shown to go on
/// from what they saw before.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WitnessesTable {
    /// How many witnesses have to cosign a head so that it counts for whoever checks it: `all` (if left out), `any`, a number in
    /// quotes, or `none`.
    quorum: Option<Word<kind::Text>>,
    /// How often each is asked while nothing is recorded; otherwise it is asked after every head. `1h` if left out.
    every: Option<Word<kind::Length>>,
    /// Who cosigns the heads of this ledger.
    #[serde(default)]
    witnesses: BTreeMap<Word<kind::Key>, WitnessTable>,
    /// Whose heads are cosigned here. They are taken at `/witness/add-checkpoint`.
    #[serde(default)]
    logs: BTreeMap<Word<kind::Key>, LogTable>,
}

/// Somebody who cosigns the heads of this ledger, such as the client's own Countersign.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WitnessTable {
    /// Its public key, of type 4. A Countersign prints it with `countersign keys`.
    vkey: Word<kind::Text>,
    /// Where it is asked, without `/add-checkpoint`: `https://countersign.client.example/witness`.
    url: Word<kind::Text>,
    /// Its address is inside the bot's own network.
    #[serde(default)]
    internal: bool,
    /// The operators are told when it has cosigned nothing for so long. `1d` if left out.
    silent_after: Option<Word<kind::Length>>,
}

/// A ledger whose heads are cosigned here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogTable {
    /// Its public key, of type 1: the text of `ledger.vkey` where it is a Countersign.
    vkey: Word<kind::Text>,
}

impl Resolve<'_, '_> {
    pub(super) fn witnessing(&mut self, table: &WitnessesTable) {
        let mut witnessing = Witnessing::default();
        if let Some(every) = table.every.as_ref().and_then(|word| self.some_time(word)) {
            witnessing.every = every;
        }
        let mut keys: BTreeMap<String, &str> = BTreeMap::new();
        for (key, table) in &table.witnesses {
            let named = self.key(key);
            if TAKEN.contains(&key.text.as_str()) {
                self.found.add(key.at, format!("{} can't be a witness's name", quote(&key.text)), "another one");
            }
            let vkey = self.vkey(&table.vkey, WITNESS);
            let url = self.address(&table.url, table.internal, "the address without it: a head needs no password");
            let silent_after =
                table.silent_after.as_ref().map_or(Some(Witnessing::SILENT_AFTER), |it| self.some_time(it));
            let (Some(()), Some(vkey), Some(url), Some(silent_after)) = (named, vkey, url, silent_after) else {
                continue;
            };
            // What counts is the key, whatever name stands before it.
            let bytes = vkey.splitn(3, '+').nth(2).unwrap_or_default().to_owned();
            if let Some(other) = keys.insert(bytes, &key.text) {
                let what = format!("this is the key of {} as well: one witness would count twice", quote(other));
                self.found.add(table.vkey.at, what, "each witness's own key");
            }
            let url = url.trim_end_matches('/').to_owned();
            let witness = Witness { vkey, url, internal: table.internal, silent_after };
            witnessing.witnesses.insert(WitnessId::from(key.text.as_str()), witness);
        }
        let mut origins: BTreeMap<String, &str> = BTreeMap::new();
        for (key, table) in &table.logs {
            let (Some(()), Some(vkey)) = (self.key(key), self.vkey(&table.vkey, LOG)) else { continue };
            let origin = vkey.split('+').next().unwrap_or_default().to_owned();
            if let Some(other) = origins.insert(origin, &key.text) {
                let what = format!("this is the ledger of {} as well", quote(other));
                self.found.add(table.vkey.at, what, "each ledger once");
            }
            witnessing.logs.insert(LogId::from(key.text.as_str()), vkey);
        }
        if let Some(word) = &table.quorum {
            let most = table.witnesses.len();
            let number = word.text.parse::<u32>().ok().filter(|it| *it > 0 && *it as usize <= most);
            match (word.text.as_str(), number) {
                ("all", _) => witnessing.quorum = WitnessQuorum::All,
                ("any", _) => witnessing.quorum = WitnessQuorum::AtLeast(1),
                ("none", _) => witnessing.quorum = WitnessQuorum::Nobody,
                (_, Some(number)) => witnessing.quorum = WitnessQuorum::AtLeast(number),
                (_, None) => {
                    let what = format!("{} is no quorum of {most}", quote(&word.text));
                    self.found.add(word.at, what, "“all”, “any”, “none”, or how many of the witnesses, in quotes");
                }
            }
        }
        self.policy.witnessing = witnessing;
    }

    /// A public key of a type, as it is written.
    fn vkey(&mut self, word: &Word<kind::Text>, wanted: u8) -> Option<String> {
        let text = self.text(word)?;
        let (what, write) = match (type_of_vkey(&text), wanted) {
            (Some(found), _) if found == wanted => return Some(text),
            (Some(LOG), _) => (
                "this is the key of a ledger, and not of a witness",
                "the key of type 4, which `countersign keys` prints for whoever is cosigned for",
            ),
            (Some(WITNESS), LOG) => {
                ("this is the key of a witness, and not of a ledger", "the text of its ledger.vkey")
            }
            (Some(_), _) => ("keys of this type aren't checked here", "an Ed25519 key"),
            (None, _) => (
                "this is no public key, or a part of it was changed",
                "the whole line, as it was printed: name+8 hex digits+base64",
            ),
        };
        self.found.add(word.at, what, write);
        None
    }
}
