//! A line that a story has somebody type, as the options of a Discord command that they would fill in for it.

use countersign::domain::{CaseId, Policy};
use countersign::grammar::{Arg, Kind, Needed, Verb, find, verbs};
use serde_json::{Map, Value as Json, json};

/// A command as Discord's client sends it.
pub struct Command {
    /// With its group and sub-command: `incident clock pause`.
    pub path: String,
    pub options: Map<String, Json>,
    /// Whether all that was typed has its place in the options.
    pub whole: bool,
}

/// Whether an app has the command: the client sends no other.
pub fn is_command(text: &str) -> bool {
    let root = text.trim_start_matches('/').split_whitespace().next().unwrap_or_default();
    verbs::root(root).is_some()
}

/// `None`: the menu has no such command.
pub fn command(text: &str, registered: &[Json], policy: &Policy) -> Option<Command> {
    let (root, rest) = text.trim_start_matches('/').split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let verb = find(root, word)?;
    let options = registered.iter().find(|command| command["name"] == root)?["options"].as_array()?;
    let path = match options.iter().find(|option| option["type"] == 1 && option["name"] == verb.verb) {
        Some(_) => format!("{root} {}", verb.verb),
        None => {
            let inside = |group: &&Json| {
                group["options"].as_array().into_iter().flatten().any(|option| option["name"] == verb.verb)
            };
            let group = options.iter().filter(|option| option["type"] == 2).find(inside)?;
            format!("{root} {} {}", group["name"].as_str()?, verb.verb)
        }
    };
    let mut filled = Filled { verb, policy, options: Map::new() };
    let whole = filled.deal(rest.trim());
    Some(Command { path, options: filled.options, whole })
}

struct Filled<'a> {
    verb: &'static Verb,
    policy: &'a Policy,
    options: Map<String, Json>,
}

impl Filled<'_> {
    fn deal(&mut self, text: &str) -> bool {
        let mut rest = text;
        while !rest.is_empty() {
            if let Some((arg, value, after)) = self.named(rest) {
                self.fill(arg, value);
                rest = after;
                continue;
            }
            let (token, after) = token(rest);
            if self.verb.case && !self.options.contains_key("case") && token.parse::<CaseId>().is_ok() {
                self.options.insert("case".to_owned(), token.into());
                rest = after;
                continue;
            }
            // `restricted`: a flag's own name says yes.
            let is_flag = |arg: &&Arg| arg.kind == Kind::Flag && arg.named && arg.name == token;
            if let Some(flag) = self.verb.args.iter().find(is_flag) {
                self.fill(flag, "yes");
                rest = after;
                continue;
            }
            // `until friday`, `into INC-1`: the argument's own name may stand before it.
            let own = self.verb.args.iter().find(|arg| arg.name == token && !arg.named && !after.is_empty());
            let own = own.filter(|arg| {
                matches!(
                    arg.kind,
                    Kind::Case | Kind::Start | Kind::Until | Kind::Due | Kind::Moment | Kind::Person | Kind::Role
                )
            });
            if own.is_some() {
                rest = after;
                continue;
            }
            let Some(arg) = self.place(token) else { return false };
            match arg.kind {
                Kind::Rest | Kind::Action => {
                    self.fill(arg, rest);
                    return true;
                }
                Kind::Title => {
                    let starts = rest.match_indices(' ').map(|(at, _)| at);
                    let end = starts.into_iter().find(|at| self.named(rest[*at..].trim_start()).is_some());
                    let end = end.unwrap_or(rest.len());
                    self.fill(arg, rest[..end].trim_end().trim_matches('"'));
                    rest = rest[end..].trim_start();
                }
                Kind::Moment | Kind::Start | Kind::Until | Kind::Due => {
                    let (clock, beyond) = self::token(after);
                    let is_clock = clock.contains(':') && clock.starts_with(|c: char| c.is_ascii_digit());
                    let (value, beyond) =
                        if is_clock { (format!("{token} {clock}"), beyond) } else { (token.to_owned(), after) };
                    self.fill(arg, &value);
                    rest = beyond;
                }
                _ => {
                    self.fill(arg, token);
                    rest = after;
                }
            }
        }
        true
    }

    /// `class=perf.drift`
    fn named<'t>(&self, rest: &'t str) -> Option<(&'static Arg, &'t str, &'t str)> {
        let (name, value) = rest.split_once('=')?;
        let arg = self.verb.args.iter().find(|arg| arg.name == name)?;
        let (value, after) = token(value);
        Some((arg, value, after))
    }

    /// The argument that a word stands for by its place.
    fn place(&self, word: &str) -> Option<&'static Arg> {
        let free = self.verb.args.iter().filter(|arg| !arg.named && !self.options.contains_key(arg.name));
        free.filter(|arg| arg.name != "words").find(|arg| self.fits(arg, word))
    }

    fn fits(&self, arg: &Arg, word: &str) -> bool {
        let choices = arg.kind.choices(self.policy);
        let bare = word.trim_start_matches('@');
        match arg.kind {
            Kind::Case => word.parse::<CaseId>().is_ok(),
            Kind::Number => word.parse::<u64>().is_ok(),
            Kind::Flag => word.eq_ignore_ascii_case(arg.name) || ["yes", "no"].contains(&word),
            Kind::Title | Kind::Rest | Kind::Action | Kind::Word => true,
            Kind::Moment | Kind::Start | Kind::Until | Kind::Due => true,
            _ if choices.is_empty() => arg.needed == Needed::Yes || word.contains(|c: char| c.is_ascii_digit()),
            _ => arg.needed == Needed::Yes || choices.iter().any(|(value, _)| value.eq_ignore_ascii_case(bare)),
        }
    }

    fn fill(&mut self, arg: &Arg, value: &str) {
        let value = match arg.kind {
            Kind::Number => value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number)),
            Kind::Flag => json!(!["no", "false"].contains(&value)),
            _ => json!(value),
        };
        self.options.insert(arg.name.to_owned(), value);
    }
}

/// A word, or several between quotes, and what follows.
fn token(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    if let Some((quoted, after)) = text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (quoted, after.trim_start());
    }
    let (word, after) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, after.trim_start())
}
