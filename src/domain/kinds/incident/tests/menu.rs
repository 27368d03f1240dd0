//! What the menu offers: who can do what in which state. The rules themselves say it; this is the table to read.

use super::*;
use crate::domain::act::possible;

impl Room {
    fn offers(&self, person: &str) -> Vec<&'static str> {
        let ask = Ask { by: by(person), at: self.now };
        let people = People {
            policy: &self.policy,
            delegations: &self.delegations,
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: self.now,
        };
        let world = World {
            policy: &self.policy,
            stamped: &TERMS,
            people,
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        };
        possible(&Scene { case: &self.case, ask: &ask, world: &world }).into_iter().map(|act| act.verb).collect()
    }
}

/// One of each that tells states and people apart.
const TOLD_APART: [&str; 8] = ["ack", "contain", "resolve", "review", "reopen", "severity", "restrict", "withdraw"];

fn told_apart(room: &Room, person: &str) -> String {
    let offers = room.offers(person);
    TOLD_APART.into_iter().filter(|verb| offers.contains(verb)).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_state_offers_what_the_rules_take_from_whom_they_take_it() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    let mut table = String::new();
    let mut look = |room: &Room| {
        for person in ["maya", "dev", "ravi", "arjun", "eve"] {
            let line = format!("{} {person}: {}", room.case.state(), told_apart(room, person));
            table.push_str(line.trim_end());
            table.push('\n');
        }
    };
    look(&room);
    for (person, command) in [
        ("dev", Command::Acknowledge),
        ("ravi", Command::Contain { text: words("switched") }),
        ("arjun", Command::Resolve { text: words("fixed") }),
        ("arjun", Command::AcceptReview { text: words("all of it"), drafted_from: None }),
    ] {
        room.ask(person, command).expect("fine");
        look(&room);
    }
    assert_eq!(table, TABLE, "\n{table}");
}

const TABLE: &str = "\
open maya: restrict withdraw
open dev: ack severity
open ravi: contain
open arjun: resolve severity restrict withdraw
open eve:
acknowledged maya: restrict withdraw
acknowledged dev: severity
acknowledged ravi: contain
acknowledged arjun: resolve severity restrict withdraw
acknowledged eve:
contained maya: restrict withdraw
contained dev: severity
contained ravi:
contained arjun: resolve severity restrict withdraw
contained eve:
resolved maya: reopen restrict
resolved dev: reopen severity
resolved ravi: reopen
resolved arjun: review reopen severity restrict
resolved eve:
reviewed maya: reopen
reviewed dev: reopen
reviewed ravi: reopen
reviewed arjun: reopen
reviewed eve:
";

/// Whoever is in it already, or could come into no channel, isn't asked to join.
#[test]
fn joining_is_offered_to_whom_it_lets_in() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.ask("dev", Command::Acknowledge).expect("fine");
    room.case.announced.clear();
    assert!(!room.offers("lena").contains(&"join"), "there is nothing to come into");
    room.case.announced = vec![Channel { platform: "slack".into(), id: "C0ALL".to_owned() }];
    assert!(room.offers("lena").contains(&"join") && !room.offers("maya").contains(&"join"));
    room.case.announced.clear();
    room.case.homes.push(Channel::own(&"slack".into(), ID));
    assert!(room.offers("lena").contains(&"join"));
    room.ask("lena", Command::Join).expect("fine");
    assert!(!room.offers("lena").contains(&"join"), "once is enough");
    assert!(!room.offers("eve").contains(&"join"), "nobody of the policy");
}

/// As far ahead as the policy says, else as far as its updates are apart.
#[test]
fn the_next_update_is_promised_within_what_the_policy_allows() {
    for (most, promised, taken) in
        [(None, 30, true), (None, 31, false), (Some(120), 120, true), (Some(120), 121, false), (Some(120), 0, false)]
    {
        let room = Room::open(&wanted(Severity::Sev1));
        let mut terms = TERMS.clone();
        for target in terms.targets.iter_mut().filter(|target| target.duty == Duty::Update) {
            target.next_at_most = most.map(Span::minutes);
        }
        let people = People {
            policy: &room.policy,
            delegations: &[],
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: room.now,
        };
        let world = World {
            policy: &room.policy,
            stamped: &terms,
            people,
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        };
        let command = Command::Update { text: words("half of it"), next: Some(minute(promised)) };
        let ruled = decide_case(&room.case, &command.into(), &Ask { by: by("arjun"), at: room.now }, &world);
        assert_eq!(ruled.is_ok(), taken, "{most:?}, {promised}: {ruled:?}");
    }
}
