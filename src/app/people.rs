//! `countersign people`: who and what there is on a platform, as lines for the policy, so that nobody copies ids by hand.
//!
//! What it prints is TOML as it stands: what is certain, as tables; everything else, as comments. People choose their names
//! themselves, so a name is a hint and never more: whoever is called as somebody of the policy is called gets no seat before
//! somebody has looked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::chat::listing::{Listed, ListedAs, ListedChannel, Listing};
use crate::domain::policy::{Channel, Person, Workflow, account_line};
use crate::domain::{LOCAL, PersonId, Platform, Policy, WorkflowId, text};
use crate::grammar::clean;

/// How many accounts are named that can't be people of a policy.
const NAMED: usize = 20;
/// How many accounts are shown as somebody who might be meant.
const CHOICES: usize = 5;

/// The listing, beside what the policy knows.
pub struct Beside<'a> {
    pub policy: &'a Policy,
    pub platform: &'a Platform,
    pub listing: &'a Listing,
}

/// Somebody of the policy who has no account on the platform by it.
struct Missing<'a> {
    id: &'a PersonId,
    /// The one account that is called just so.
    sure: Option<&'a Listed>,
    /// Accounts that might be theirs.
    perhaps: Vec<&'a Listed>,
}

impl<'a> Beside<'a> {
    /// As it is printed. `words`: of people whom the policy doesn't know, and of channels, only those that have one of these in
    /// their name; all of them where there are none.
    pub fn print(&self, words: &[String]) -> String {
        let mut out = String::new();
        let Listing { name, people, channels, groups, unread } = self.listing;
        let _infallible = writeln!(
            out,
            "# {} ({}): {}, {}, {}. People choose their own names: look at each before you trust it.",
            shown(name),
            self.platform,
            count(people.len(), "account"),
            count(channels.len(), "channel"),
            count(groups.len(), "group"),
        );
        for why in unread {
            let _infallible = writeln!(out, "# ✗ {}", clean::line(why));
        }
        self.known(&mut out);
        self.missing_people(&mut out);
        self.unknown(words, &mut out);
        self.channels(words, &mut out);
        self.groups(&mut out);
        out
    }

    /// The accounts that are certain, for people who have none here by the policy.
    pub fn certain(&self) -> Vec<(&'a PersonId, &'a str)> {
        let missing = self.missing().into_iter();
        missing.filter_map(|it| Some((it.id, it.sure?.account.as_str()))).collect()
    }

    /// The channels that are called as a workflow's channel in the room is, for workflows that have none here. A private one may
    /// be meant for others.
    pub fn certain_channels(&self) -> Vec<(&'a WorkflowId, &'a str)> {
        let workflows = self.policy.workflows.iter().filter(|(_, flow)| !self.lives_here(flow));
        let twins = workflows.filter_map(|(id, flow)| {
            let mut twins = self.listing.channels.iter().filter(|it| flow.channels.iter().any(|own| is_twin(own, it)));
            let only = twins.next().filter(|it| !it.private)?;
            twins.next().is_none().then_some((id, only.id.as_str()))
        });
        twins.collect()
    }

    fn lives_here(&self, flow: &Workflow) -> bool {
        flow.channels.iter().any(|it| it.platform == *self.platform)
    }

    fn owner(&self, account: &str) -> Option<(&'a PersonId, &'a Person)> {
        self.policy.people.iter().find(|(_, it)| it.accounts.get(self.platform).is_some_and(|own| own == account))
    }

    fn missing(&self) -> Vec<Missing<'a>> {
        let policy = self.policy.people.iter().filter(|(_, it)| !it.accounts.contains_key(self.platform));
        let is_there = |it: &&Listed| !matches!(it.kind, ListedAs::Bot | ListedAs::Gone);
        let here: Vec<&Listed> = self.listing.people.iter().filter(is_there).collect();
        let mut missing: Vec<Missing<'_>> = policy
            .map(|(id, person)| {
                let whole = folded(&person.name);
                let called: Vec<&Listed> =
                    here.iter().filter(|it| it.names.iter().any(|name| folded(name) == whole)).copied().collect();
                let sure = match called.as_slice() {
                    // A guest may be called so too; that is for somebody to decide.
                    [only] if only.kind == ListedAs::Member && self.owner(&only.account).is_none() => Some(*only),
                    _ => None,
                };
                let might = |it: &&&Listed| {
                    self.owner(&it.account).is_none()
                        && (called.iter().any(|called| called.account == it.account) || resembles(id, person, it))
                };
                let perhaps = match sure {
                    Some(_) => Vec::new(),
                    None => here.iter().filter(might).take(CHOICES).copied().collect(),
                };
                Missing { id, sure, perhaps }
            })
            .collect();
        // Two of the policy who are called alike have one account between them.
        let mut claimed: BTreeMap<&str, u32> = BTreeMap::new();
        for it in missing.iter().filter_map(|it| it.sure) {
            *claimed.entry(&it.account).or_default() += 1;
        }
        for it in &mut missing {
            if let Some(sure) =
                it.sure.take_if(|sure| claimed.get(sure.account.as_str()).is_some_and(|count| *count > 1))
            {
                it.perhaps.push(sure);
            }
        }
        missing
    }

    fn known(&self, out: &mut String) {
        let known = self.listing.people.iter().filter_map(|it| Some((it, self.owner(&it.account)?)));
        let known: Vec<(&Listed, (&PersonId, &Person))> = known.collect();
        if known.is_empty() {
            return;
        }
        head(out, "In the policy already");
        for (listed, (id, _)) in known {
            let but = match listed.kind {
                ListedAs::Member => String::new(),
                other => format!(": {}", a(other)),
            };
            let _infallible = writeln!(out, "# {id} is {}{but}", who(listed));
        }
    }

    fn missing_people(&self, out: &mut String) {
        let missing = self.missing();
        let (sure, others): (Vec<&Missing<'_>>, Vec<_>) = missing.iter().partition(|it| it.sure.is_some());
        if !sure.is_empty() {
            head(out, "People of the policy, by their names: paste each line under its table, or let --write do it");
        }
        for it in sure {
            let Some(account) = it.sure else { continue };
            let line = account_line(self.platform, &account.account);
            let _infallible = writeln!(out, "[people.{}]\n{line}   # {}", key(it.id.as_str()), who(account));
        }
        let (nobody, perhaps): (Vec<&Missing<'_>>, Vec<_>) = others.into_iter().partition(|it| it.perhaps.is_empty());
        if !perhaps.is_empty() {
            head(out, "People of the policy who aren't certain: choose, and take the “#” before it away");
        }
        for it in perhaps {
            let _infallible =
                writeln!(out, "# [people.{}]   # {}", key(it.id.as_str()), shown(&self.policy.name_of(it.id)));
            for listed in &it.perhaps {
                let line = account_line(self.platform, &listed.account);
                let _infallible = writeln!(out, "# {line}   # {}, {}", who(listed), a(listed.kind));
            }
        }
        if !nobody.is_empty() && !self.listing.people.is_empty() {
            let names = nobody.iter().map(|it| format!("{} ({})", it.id, shown(&self.policy.name_of(it.id))));
            let _infallible = writeln!(out, "\n# Nobody here is called like {}.", text::or(names));
        }
    }

    fn unknown(&self, words: &[String], out: &mut String) {
        let perhaps: Vec<&str> = self
            .missing()
            .iter()
            .flat_map(|it| it.sure.into_iter().chain(it.perhaps.iter().copied()))
            .map(|it| &*it.account)
            .collect();
        let others = self.listing.people.iter().filter(|it| {
            self.owner(&it.account).is_none()
                && !perhaps.contains(&it.account.as_str())
                && is_wanted(words, it.names.iter().chain([&it.handle]))
        });
        let mut by_kind: BTreeMap<ListedAs, Vec<&Listed>> = BTreeMap::new();
        others.for_each(|it| by_kind.entry(it.kind).or_default().push(it));
        let mut taken: Vec<String> = self.policy.people.keys().map(ToString::to_string).collect();
        for (kind, mut listed) in by_kind {
            listed.sort_by_key(|it| folded(it.names.first().unwrap_or(&it.handle)));
            let title = match kind {
                ListedAs::Member => "People whom the policy doesn't know",
                ListedAs::Guest => "Guests: `refuse = [\"guests\"]` in [policy] keeps them from being obeyed",
                ListedAs::Outsider => {
                    "People of other organisations: `refuse = [\"outsiders\"]` in [policy] keeps them from being obeyed"
                }
                ListedAs::Bot => "Bots, which are heard and never obeyed",
                ListedAs::Gone => "Deactivated accounts",
            };
            head(out, title);
            match kind {
                ListedAs::Member | ListedAs::Guest | ListedAs::Outsider => {
                    listed.into_iter().for_each(|it| self.stanza(it, &mut taken, out));
                }
                ListedAs::Bot | ListedAs::Gone => {
                    let named: Vec<String> = listed.iter().take(NAMED).map(|it| who(it)).collect();
                    let more = listed.len().saturating_sub(NAMED);
                    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                    let _infallible = writeln!(out, "# {}{more}", named.join(", "));
                }
            }
        }
    }

    /// A whole table, for whoever is to be added.
    fn stanza(&self, listed: &Listed, taken: &mut Vec<String>, out: &mut String) {
        let name = clean::line(listed.names.first().unwrap_or(&listed.handle));
        let new = new_key(listed, taken);
        let zone = listed.zone.as_deref().filter(|zone| zone.parse::<chrono_tz::Tz>().is_ok()).unwrap_or("UTC");
        let parties: Vec<&str> = self.policy.parties.keys().map(|party| party.as_str()).collect();
        let party = match parties.as_slice() {
            [] => "party = \"\"".to_owned(),
            [only] => format!("party = {}", string(only)),
            [first, others @ ..] => format!("party = {}   # or {}", string(first), text::or(others.iter())),
        };
        let account = account_line(self.platform, &listed.account);
        let lines = [
            format!("[people.{}]", key(&new)),
            format!("name = {}", string(if name.is_empty() { &new } else { &name })),
            party,
            format!("zone = {}", string(zone)),
            format!("{account}   # @{}", plain(&listed.handle)),
        ];
        for line in lines {
            let _infallible = writeln!(out, "# {line}");
        }
        taken.push(new);
    }

    fn channels(&self, words: &[String], out: &mut String) {
        if self.listing.channels.is_empty() {
            return;
        }
        head(out, "Channels, as the policy names them");
        let named = |id: &str| self.policy.channels().any(|it| it.platform == *self.platform && it.id == id);
        for channel in &self.listing.channels {
            let written = format!("{}:{}", self.platform, plain(&channel.id));
            let (here, is_named) = (clean::line(&channel.name), named(&channel.id));
            if !is_named && !is_wanted(words, [&channel.name].into_iter()) {
                continue;
            }
            let private = if channel.private { ", private" } else { "" };
            let known = if is_named { ", in the policy" } else { "" };
            let _infallible =
                writeln!(out, "# {}   # {}{private}{known}", string(&written), shown(&format!("#{here}")));
            if is_named {
                continue;
            }
            for (id, flow) in &self.policy.workflows {
                if !self.lives_here(flow) && flow.channels.iter().any(|own| is_twin(own, channel)) {
                    let all = flow.channels.iter().map(Channel::written).chain([written.clone()]);
                    let all: Vec<String> = all.map(|it| string(&it)).collect();
                    let key = key(id.as_str());
                    let _infallible = writeln!(out, "#   for [workflows.{key}]: channels = [{}]", all.join(", "));
                }
            }
            if self.policy.operators.as_ref().is_some_and(|own| is_twin(own, channel)) {
                let _infallible = writeln!(out, "#   for [policy]: operators_channel = {}", string(&written));
            }
        }
    }

    fn groups(&self, out: &mut String) {
        if self.listing.groups.is_empty() {
            return;
        }
        head(out, "Groups: `groups` of a role makes their members hold it, `mirrors` keeps them to whoever holds it");
        for group in &self.listing.groups {
            let written = string(&format!("{}:{}", self.platform, plain(&group.id)));
            let of = |name: &str| {
                self.policy.roles.iter().find(|(id, role)| folded(name) == folded(&role.name) || name == id.as_str())
            };
            let role = of(&group.name).or_else(|| of(&group.handle));
            let role = role.map(|(id, _)| format!(", perhaps for [roles.{}]", key(id.as_str()))).unwrap_or_default();
            let _infallible = writeln!(out, "# {written}   # {} (@{}){role}", shown(&group.name), plain(&group.handle));
        }
    }
}

/// Whether a channel is called as one of the room's is.
fn is_twin(own: &Channel, listed: &ListedChannel) -> bool {
    own.platform.as_str() == LOCAL && own.id == listed.name
}

/// `1 account`, `2 accounts`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn head(out: &mut String, title: &str) {
    let _infallible = writeln!(out, "\n# ── {title}");
}

/// `“Maya Krishnan” (@maya.k, U0MAYA)`.
fn who(listed: &Listed) -> String {
    let name = listed.names.first().unwrap_or(&listed.handle);
    format!("{} (@{}, {})", shown(name), plain(&listed.handle), plain(&listed.account))
}

fn a(kind: ListedAs) -> &'static str {
    match kind {
        ListedAs::Member => "a member",
        ListedAs::Guest => "a guest",
        ListedAs::Outsider => "of another organisation",
        ListedAs::Bot => "a bot",
        ListedAs::Gone => "deactivated",
    }
}

/// Somebody's words in a comment: they end no line, hide nothing, and are seen to be theirs.
fn shown(name: &str) -> String {
    text::quoted(&clean::line(name))
}

/// A handle or an id in a comment.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic() && !"\"'#`".contains(*c)).collect()
}

/// A text as TOML writes it.
fn string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key as TOML writes it.
fn key(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_bare { key.to_owned() } else { string(key) }
}

/// As names are compared: letters and digits alone.
fn folded(name: &str) -> String {
    clean::folded(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether an account may be somebody's: by the name that people mention them by, or by their first name.
fn resembles(id: &PersonId, person: &Person, listed: &Listed) -> bool {
    let first = |name: &str| name.split_whitespace().next().map(folded).unwrap_or_default();
    let (own, given) = (folded(id.as_str()), first(&person.name));
    let names = listed.names.iter().map(|name| first(name)).chain([folded(&listed.handle)]);
    names.into_iter().any(|name| !name.is_empty() && (name == own || name == given))
}

fn is_wanted<'n>(words: &[String], mut names: impl Iterator<Item = &'n String>) -> bool {
    words.is_empty() || names.any(|name| words.iter().any(|word| folded(name).contains(&folded(word))))
}

/// A key that nobody has yet: from their handle, else their name.
fn new_key(listed: &Listed, taken: &[String]) -> String {
    let made = |name: &str| -> String {
        let plain = clean::folded(name).chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect::<String>();
        let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
        words.join("-").chars().take(30).collect::<String>().trim_end_matches('-').to_owned()
    };
    let names = [&listed.handle].into_iter().chain(&listed.names).map(|name| made(name));
    let fits = |name: &String| crate::domain::policy::is_key(name);
    let base = names.into_iter().find(fits).unwrap_or_else(|| "somebody".to_owned());
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    [base.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name)).unwrap_or(base)
}

/// The policy's text with an account for each of these people, and those for whom there was no place: each change is read
/// back before it counts.
pub fn with_accounts<'p>(
    text: &str,
    platform: &Platform,
    accounts: &[(&'p PersonId, &'p str)],
) -> (String, Vec<&'p PersonId>) {
    let (mut text, mut placeless) = (text.to_owned(), Vec::new());
    for (person, account) in accounts {
        let changed = with_account(&text, platform, person, account).filter(|changed| {
            let read = Policy::read(changed).ok();
            let has = read.as_ref().and_then(|policy| policy.people.get(*person)?.accounts.get(platform));
            has.is_some_and(|has| has == account)
        });
        match changed {
            Some(changed) => text = changed,
            None => placeless.push(*person),
        }
    }
    (text, placeless)
}

/// The policy's text with a channel for each of these workflows, and those for which there was no place.
pub fn with_channels<'p>(
    text: &str,
    platform: &Platform,
    channels: &[(&'p WorkflowId, &'p str)],
) -> (String, Vec<&'p WorkflowId>) {
    let (mut text, mut placeless) = (text.to_owned(), Vec::new());
    for (workflow, id) in channels {
        let channel = Channel { platform: platform.clone(), id: (*id).to_owned() };
        let changed = with_channel(&text, workflow, &channel).filter(|changed| {
            let read = Policy::read(changed).ok();
            let flow = read.as_ref().and_then(|policy| policy.workflows.get(*workflow));
            flow.is_some_and(|flow| flow.channels.contains(&channel))
        });
        match changed {
            Some(changed) => text = changed,
            None => placeless.push(*workflow),
        }
    }
    (text, placeless)
}

/// Puts a policy's text in the place of the file, as a whole, with the rights that it has.
///
/// # Errors
/// The file stands as it was.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let mut draft = path.clone().into_os_string();
    draft.push(".new");
    std::fs::write(&draft, text)?;
    std::fs::set_permissions(&draft, std::fs::metadata(&path)?.permissions())?;
    std::fs::File::open(&draft)?.sync_all()?;
    std::fs::rename(&draft, &path)
}

fn with_account(text: &str, platform: &Platform, person: &PersonId, account: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct People {
        people: BTreeMap<toml::Spanned<String>, toml::Value>,
    }
    let read: People = toml::from_str(text).ok()?;
    let at = read.people.keys().find(|key| key.get_ref() == person.as_str())?.span().end;
    let rest = text.get(at..)?;
    let behind = rest.trim_start_matches([' ', '\t']);
    let line = account_line(platform, account);
    if behind.starts_with(']') {
        // A table of its own: first in it.
        let end = rest.find('\n').map_or(text.len(), |end| at + end + 1);
        let (before, after) = text.split_at(end);
        let newline = if before.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{before}{newline}{line}\n{after}"));
    }
    let inline = behind.strip_prefix('=')?.trim_start_matches([' ', '\t']).strip_prefix('{')?;
    let (before, after) = text.split_at(text.len() - inline.len());
    Some(format!("{before} {line},{after}"))
}

fn with_channel(text: &str, workflow: &WorkflowId, channel: &Channel) -> Option<String> {
    type Spanned<T> = toml::Spanned<T>;
    #[derive(Deserialize)]
    struct Workflows {
        workflows: BTreeMap<String, BTreeMap<Spanned<String>, Spanned<toml::Value>>>,
    }
    let read: Workflows = toml::from_str(text).ok()?;
    let table = read.workflows.get(workflow.as_str())?;
    let written = string(&channel.written());
    let (key, value) = table.iter().find(|(key, _)| ["channel", "channels"].contains(&key.get_ref().as_str()))?;
    let (before, old) = (text.get(..key.span().start)?, text.get(value.span())?);
    let after = text.get(value.span().end..)?;
    let all = match old.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
        Some(list) => format!("[{}, {written}]", list.trim().trim_end_matches(',')),
        None => format!("[{old}, {written}]"),
    };
    Some(format!("{before}channels = {all}{after}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::policy::EXAMPLE;

    fn listed(account: &str, name: &str, handle: &str, kind: ListedAs) -> Listed {
        Listed {
            account: account.to_owned(),
            names: vec![name.to_owned()],
            handle: handle.to_owned(),
            zone: Some("Europe/Berlin".to_owned()),
            kind,
        }
    }

    fn printed(people: Vec<Listed>) -> String {
        let policy = Policy::read(EXAMPLE).expect("the example");
        let listing = Listing { name: "Bank".to_owned(), people, ..Listing::default() };
        Beside { policy: &policy, platform: &"slack".into(), listing: &listing }.print(&[])
    }

    fn certain(people: Vec<Listed>) -> Vec<(String, String)> {
        let policy = Policy::read(EXAMPLE).expect("the example");
        let listing = Listing { name: "Bank".to_owned(), people, ..Listing::default() };
        let beside = Beside { policy: &policy, platform: &"slack".into(), listing: &listing };
        beside.certain().into_iter().map(|(id, account)| (id.to_string(), account.to_owned())).collect()
    }

    #[test]
    fn who_is_called_just_so_is_certain_and_nobody_else() {
        use ListedAs::{Bot, Gone, Guest, Member};
        let sure = |person: &str, account: &str| vec![(person.to_owned(), account.to_owned())];
        let maya = || listed("U1", "maya  KRISHNAN", "mk", Member);
        assert_eq!(certain(vec![maya()]), sure("maya", "U1"));
        assert_eq!(certain(vec![listed("U1", "Maya", "maya", Member)]), [], "a first name is a hint");
        assert_eq!(certain(vec![maya(), listed("U2", "Maya Krishnan", "x", Member)]), [], "two are called so");
        assert_eq!(certain(vec![maya(), listed("U2", "Maya Krishnan", "x", Guest)]), [], "one of them a guest");
        assert_eq!(certain(vec![maya(), listed("U2", "Maya Krishnan", "x", Gone)]), sure("maya", "U1"));
        assert_eq!(certain(vec![listed("U2", "Maya Krishnan", "x", Bot)]), []);
        assert_eq!(certain(vec![listed("U2", "Maya Krishnan", "x", Guest)]), []);
        let text = printed(vec![listed("U1", "Maya", "maya", Member), listed("U2", "Maya Krishnan", "x", Guest)]);
        assert!(text.contains("# slack = \"U1\"   # “Maya” (@maya, U1), a member\n"), "{text}");
        assert!(text.contains("# slack = \"U2\"   # “Maya Krishnan” (@x, U2), a guest\n"), "{text}");
        assert!(text.contains("# Nobody here is called like anika (“Anika Rao”), "), "{text}");
    }

    #[test]
    fn what_is_printed_says_who_is_what() {
        use ListedAs::{Bot, Gone, Guest, Member, Outsider};
        let text = printed(vec![
            listed("U1", "Maya Krishnan", "maya.k", Member),
            listed("U2", "Zoë Ångström", "zoe", Member),
            listed("U3", "Zoë Ångström", "zoe", Guest),
            listed("U4", "Ravi of Elsewhere", "out", Outsider),
            listed("B1", "Deploy", "deploy", Bot),
            listed("U5", "Old Hand", "old", Gone),
        ]);
        assert!(text.contains("\n[people.maya]\nslack = \"U1\"   # “Maya Krishnan” (@maya.k, U1)\n"), "{text}");
        let zoe = "# [people.zoe]\n# name = \"Zoë Ångström\"\n# party = \"client\"   # or operations, risk or vendor\n\
                   # zone = \"Europe/Berlin\"\n# slack = \"U2\"   # @zoe\n";
        assert!(text.contains(zoe), "{text}");
        for (head, behind) in
            [("Guests", "# [people.zoe-2]"), ("Bots", "“Deploy” (@deploy, B1)"), ("Deactivated", "(@old, U5)")]
        {
            let at = text.find(&format!("# ── {head}")).unwrap_or_else(|| panic!("no {head} in {text}"));
            assert!(text[at..].contains(behind), "{text}");
        }
    }

    #[test]
    fn accounts_are_written_where_their_people_stand() {
        let pairs = |pairs: &'static [(&'static str, &'static str)]| -> Vec<(PersonId, &'static str)> {
            pairs.iter().map(|(id, account)| (PersonId::from(*id), *account)).collect()
        };
        let owned = pairs(&[("maya", "U0MAYA"), ("dev", "U0DEV"), ("nobody", "U0NOBODY"), ("jonas", "no id")]);
        let wanted: Vec<(&PersonId, &str)> = owned.iter().map(|(id, account)| (id, *account)).collect();
        let (text, placeless) = with_accounts(EXAMPLE, &"slack".into(), &wanted);
        assert_eq!(placeless.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["nobody", "jonas"]);
        assert!(text.contains("[people.maya]\nslack = \"U0MAYA\"\n"), "{text}");
        let policy = Policy::read(&text).expect("a policy still");
        assert_eq!(policy.people[&PersonId::from("dev")].accounts[&Platform::from("slack")], "U0DEV");
        assert_eq!(text.lines().count(), EXAMPLE.lines().count() + 2, "and nothing else has changed");
        // In one line as well.
        let inline = "[policy]\nname = \"P\"\nladder = \"l\"\n[parties]\nb = { name = \"B\" }\n[people]\n\
                      ann = { name = \"Ann\", party = \"b\", zone = \"UTC\" }\n[roles]\nr = { name = \"R\", party = \"b\", members = [\"ann\"] }\n\
                      [ladders.l]\nnudge_at_percent = [50]\n[severities]\nsev1 = { about = \"x\" }\n[workflows.w]\nname = \"W\"\nstage = \"pilot\"\nchannel = \"w\"\n";
        Policy::read(inline).unwrap_or_else(|errors| panic!("{}", errors.show("p")));
        let ann = PersonId::from("ann");
        let (text, placeless) = with_accounts(inline, &"discord".into(), &[(&ann, "80351110224678912")]);
        assert!(placeless.is_empty(), "{text}");
        assert!(text.contains("ann = { discord = \"80351110224678912\", name = \"Ann\""), "{text}");
    }

    #[test]
    fn a_channel_of_the_rooms_name_is_written_beside_it() {
        let channel =
            |id: &str, name: &str, private| ListedChannel { id: id.to_owned(), name: name.to_owned(), private };
        let policy = Policy::read(EXAMPLE).expect("the example");
        let certain = |channels: Vec<ListedChannel>| -> Vec<(String, String)> {
            let listing = Listing { name: "Bank".to_owned(), channels, ..Listing::default() };
            let beside = Beside { policy: &policy, platform: &"slack".into(), listing: &listing };
            let found = beside.certain_channels();
            found.into_iter().map(|(id, channel)| (id.to_string(), channel.to_owned())).collect()
        };
        let credit = || channel("C0CREDIT", "credit-ai", false);
        assert_eq!(
            certain(vec![credit(), channel("C0X", "credit-ai-old", false)]),
            [("credit-scoring".to_owned(), "C0CREDIT".to_owned())]
        );
        assert_eq!(certain(vec![channel("C0CREDIT", "credit-ai", true)]), [], "a private one may be somebody else's");
        assert_eq!(certain(vec![credit(), channel("C0X", "credit-ai", false)]), [], "two are called so");
        let (scoring, triage) = (WorkflowId::from("credit-scoring"), WorkflowId::from("claims-triage"));
        let (text, placeless) = with_channels(EXAMPLE, &"slack".into(), &[(&scoring, "C0CREDIT"), (&triage, "no id")]);
        assert_eq!(placeless, [&triage]);
        assert!(text.contains("channels = [\"credit-ai\", \"slack:C0CREDIT\"]\n"), "{text}");
        let (text, placeless) = with_channels(&text, &"discord".into(), &[(&scoring, "80351110224678912")]);
        assert!(placeless.is_empty());
        assert!(
            text.contains("channels = [\"credit-ai\", \"slack:C0CREDIT\", \"discord:80351110224678912\"]\n"),
            "{text}"
        );
        assert_eq!(text.lines().count(), EXAMPLE.lines().count());
    }

    proptest! {
        /// Whatever people, channels and groups call themselves: it is TOML, and nobody is in it who wasn't certain.
        #[test]
        fn no_name_breaks_out(
            names in proptest::collection::vec("\\PC{0,12}|[\\n\\r\"'#\\[\\]=\\\\\u{202e}\u{2028}\u{0}\u{7f}a]{0,16}", 8),
            kind in 0..5_usize,
        ) {
            let kinds = [ListedAs::Member, ListedAs::Guest, ListedAs::Outsider, ListedAs::Bot, ListedAs::Gone];
            let policy = Policy::read(EXAMPLE).expect("the example");
            let people = vec![
                Listed {
                    account: names[0].clone(),
                    names: vec![names[1].clone(), names[2].clone()],
                    handle: names[3].clone(),
                    zone: Some(names[4].clone()),
                    kind: kinds[kind],
                },
                listed("U1", "Maya Krishnan", &names[5], ListedAs::Member),
            ];
            let listing = Listing {
                name: names[6].clone(),
                people,
                channels: vec![crate::chat::listing::ListedChannel { id: names[0].clone(), name: names[7].clone(), private: true }],
                groups: vec![crate::chat::listing::ListedGroup {
                    id: names[0].clone(),
                    name: names[7].clone(),
                    handle: names[5].clone(),
                }],
                unread: vec![names[6].clone()],
            };
            let text = Beside { policy: &policy, platform: &"slack".into(), listing: &listing }.print(&[]);
            let read: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
            let expected: toml::Table = "people.maya.slack = \"U1\"".parse().expect("TOML");
            prop_assert_eq!(read, expected);
            // A whole table of comments is TOML too, once its signs are taken away.
            let stanza: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("# name = ")).take(4).collect();
            let bare: String = stanza.iter().map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
            prop_assert!(bare.parse::<toml::Table>().is_ok(), "{}", bare);
        }
    }
}
