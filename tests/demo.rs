//! The demo, as somebody sees it who starts it: what it tells is held against what its ledger holds, what it prints is typed,
//! and whoever breaks it off finds nothing broken.

mod kit;

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use countersign::domain::kinds::approval::Outcome as Decided;
use countersign::domain::kinds::exception::{Advice, Exception, ExceptionState, in_force};
use countersign::domain::kinds::handoff::{Handoff, HandoffState, SaidBack};
use countersign::domain::kinds::incident::{Incident, IncidentState, SeatName};
use countersign::domain::kinds::rollback::{Outcome, Rollback, RollbackState};
use countersign::domain::obligation::{Attribution, Standing};
use countersign::domain::policy::Way;
use countersign::domain::{At, Body, Case, Duty, PersonId, Span};
use countersign::ledger::folder::Folder;
use countersign::store::{self, Reader};
use kit::bot::Room;
use kit::written::Written;

struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    printed: Vec<String>,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

impl Demo {
    fn start(folder: &Path, more: &[&str]) -> Demo {
        let mut command = kit::bot::countersign(&["demo", "--listen", "127.0.0.1:0"]);
        command.args(more).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Demo { child, lines, printed: Vec::new() }
    }

    /// Reads on up to a line in which this stands.
    #[track_caller]
    fn read_to(&mut self, what: &str) -> String {
        loop {
            let read = self.lines.next().unwrap_or_else(|| panic!("it ended before “{what}”: {}", self.text()));
            self.printed.push(read.expect("text"));
            if self.printed.last().is_some_and(|line| line.contains(what)) {
                return self.printed.last().cloned().unwrap_or_default();
            }
        }
    }

    /// Up to its last line: it goes on when the story is told.
    fn read_to_the_end(&mut self) {
        self.read_to(" policy example");
    }

    fn text(&self) -> String {
        self.printed.join("\n")
    }

    fn room(&self) -> Room {
        let ready = self.printed.iter().find_map(|line| line.strip_prefix("Countersign is ready: "));
        Room::at(ready.expect("it says where it listens"))
    }

    /// Ctrl-C.
    fn interrupt(mut self) -> Option<i32> {
        kit::bot::signal(self.child.id(), "INT");
        // What nobody reads any more must not hold it up.
        while self.lines.next().is_some_and(|line| line.is_ok()) {}
        self.child.wait().expect("it ends").code()
    }
}

/// What the store holds of the story's cases.
struct Kept {
    reader: Reader,
    ledger: Written,
}

impl Kept {
    async fn read(data: &Path) -> Kept {
        let reader = store::open_to_read(&data.join(Folder::DATABASE)).await.expect("the database opens");
        let ledger = Written::of(&reader).await;
        Kept { reader, ledger }
    }

    async fn case(&self, id: &str) -> Case {
        let case = self.reader.case(id.parse().expect("a case")).await.expect("the store reads");
        case.unwrap_or_else(|| panic!("there is {id}"))
    }

    /// What somebody was answered, in private, to what they typed.
    fn answer_to(&self, who: &str, typed: &str) -> String {
        let said = |it: &&countersign::ledger::record::HeardRecord| {
            it.who.person() == Some(&PersonId::from(who)) && format!("{:?}", it.what).contains(typed)
        };
        let heard = self.ledger.heard().find(said).unwrap_or_else(|| panic!("{who} typed {typed}"));
        format!("{:?}", heard.answer.as_ref().expect("an answer is kept"))
    }

    /// The number and the moment of the entry in which something became true of a case.
    #[track_caller]
    fn entry(&self, case: &str, kind: &str) -> (i64, At) {
        let is = |it: &&kit::written::Entry| {
            let also = it.record.kinds().is_some_and(|kinds| kinds.also.contains(&kind));
            it.case.as_deref() == Some(case) && (it.kind == kind || also)
        };
        let entry = self.ledger.entries.iter().find(is).unwrap_or_else(|| panic!("no {kind} of {case}"));
        (entry.seq, entry.at)
    }
}

/// What was broken into lines for the terminal, put together again.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn person(id: &str) -> PersonId {
    PersonId::from(id)
}

#[tokio::test]
async fn a_day_of_one_workflow_goes_through_all_six_layers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut demo = Demo::start(folder.path(), &["--data", "story", "--pace", "0"]);
    demo.read_to_the_end();
    let kept = Kept::read(&folder.path().join("story")).await;

    incident(&kept).await;
    exception(&kept).await;
    rollback(&kept).await;
    approval(&kept).await;
    handoff(&kept).await;
    evidence(&kept, folder.path(), &demo).await;
    pages(&demo.room()).await;
    told_as_it_was(&kept, &demo);
    what_is_printed_works(&demo, folder.path()).await;
    assert_eq!(demo.interrupt(), Some(0));
    kit::written::verifies(&folder.path().join("story")).await;
}

async fn incident(kept: &Kept) {
    let case = kept.case("INC-1").await;
    let Body::Incident(Incident { state, acknowledged, assessed, seats, follow_ups, resolved, .. }) = &case.body else {
        panic!("an incident: {case:?}")
    };
    assert_eq!(*state, IncidentState::Resolved);
    for (remark, by) in [(acknowledged, "dev"), (assessed, "priya"), (resolved, "lena")] {
        assert_eq!(remark.as_ref().map(|it| &it.by), Some(&person(by)));
    }
    let seats: Vec<(SeatName, &str)> = seats.iter().map(|(seat, who)| (*seat, who.as_str())).collect();
    assert_eq!(seats, [(SeatName::Lead, "lena"), (SeatName::Comms, "dev"), (SeatName::Scribe, "maya")]);
    assert_eq!(follow_ups.len(), 1);
    // It was nudged before anything of it was late, and nothing was.
    assert!(case.obligations.iter().all(|it| it.breach.is_none()), "{:?}", case.obligations);
    let nudged = kept
        .ledger
        .events()
        .filter(|(entry, event)| entry.case.as_deref() == Some("INC-1") && format!("{event:?}").contains("Nudged"));
    assert!(nudged.count() >= 2, "its seats and its assessment");
    let owed = case.obligations.iter().filter(|it| it.standing == Standing::Owed).map(|it| it.duty);
    assert_eq!(owed.collect::<Vec<_>>(), [Duty::FollowUp, Duty::Review], "what is left");
}

async fn exception(kept: &Kept) {
    let case = kept.case("EXC-1").await;
    let Body::Exception(exception) = &case.body else { panic!("an exception: {case:?}") };
    let Exception { state, raised_by, recommendations, grants, on, .. } = exception;
    assert_eq!((*state, on.map(|on| on.to_string()).as_deref()), (ExceptionState::Closed, Some("INC-1")));
    let ([advised], [grant]) = (&recommendations[..], &grants[..]) else { panic!("one of each: {exception:?}") };
    let acted = (raised_by, advised.advice, &advised.by, &grant.by);
    assert_eq!(acted, (&person("maya"), Advice::Grant, &person("priya"), &person("anika")), "three people");
    let control = grant.control.as_ref().expect("a control");
    assert_eq!((control.holder.as_str(), control.every), ("model-risk", Span::hours(2)));
    let until = grant.until.expect("an end");
    let was = Exception { state: ExceptionState::Granted, ..exception.clone() };
    assert!(in_force(&was, until - Span(1)) && !in_force(&was, until), "it ended at {until:?}");
    assert!(!in_force(exception, until - Span(1)), "and it doesn't come back");
    // It came out of force by itself, before anybody closed it.
    let (expired, at) = kept.entry("EXC-1", "exception.expired");
    assert_eq!(at, until);
    assert!(expired < kept.entry("EXC-1", "exception.closed").0);
    assert_eq!((kept.ledger.count("exception.control-proven"), kept.ledger.count("exception.suspended")), (3, 0));
    let refused = kept.answer_to("maya", "/exception grant EXC-1");
    assert!(refused.contains("Henrik") && kept.ledger.count("exception.granted") == 1, "{refused}");
}

async fn rollback(kept: &Kept) {
    let case = kept.case("RBK-1").await;
    let Body::Rollback(rollback) = &case.body else { panic!("a rollback: {case:?}") };
    let Rollback { state, way, outcome, proposed_by, authorised, said, compared, ticks, steps, .. } = rollback;
    assert_eq!((*state, *way, *outcome), (RollbackState::Confirmed, Way::RollBack, Some(Outcome::Recovered)));
    let authorised = authorised.as_ref().expect("authorised");
    assert_eq!((proposed_by.as_ref(), authorised.by.as_ref()), (Some(&person("maya")), Some(&person("arjun"))));
    assert!(ticks.len() == 2 && ticks.values().all(|tick| tick.met), "{ticks:?}");
    assert_eq!(compared.iter().map(|it| it.way).collect::<Vec<_>>(), [Way::Contain, Way::FixForward]);
    assert!(said.len() == 2 && said.iter().all(|party| party.go), "{said:?}");
    // Silence was no go: the first try to start it was refused.
    let refused = kept.answer_to("dev", "/rollback start RBK-1");
    assert!(refused.contains("silence is never go"), "{refused}");
    // The evidence was sealed before the first step: the head on the case is one of this very ledger.
    let sealed = rollback.sealed.as_ref().expect("sealed");
    let root = kept.reader.root(sealed.size).await.expect("the tree reads");
    assert_eq!(sealed.root.to_string(), root.to_string());
    let (first, _) = kept.entry("RBK-1", "rollback.step-done");
    assert!(sealed.size <= first.unsigned_abs(), "sealed up to {}, altered by entry {first}", sealed.size);
    assert!(sealed.size > kept.entry("RBK-1", "rollback.authorised").0.unsigned_abs());
    let done: Vec<At> = steps.values().filter_map(|step| step.done.as_ref()).map(|word| word.at).collect();
    assert!(done.len() == 3 && done.is_sorted(), "{steps:?}");
    let last = &steps[&3];
    let (agreed, done) = (last.agreed.as_ref().expect("agreed"), last.done.as_ref().expect("done"));
    assert!(agreed.at < done.at && agreed.by == Some(person("arjun")), "{last:?}");
    assert_eq!(rollback.look_back.as_ref().map(|it| it.count), Some(312));
    assert_eq!((rollback.downstream.len(), rollback.looked_at.len()), (2, 2));
    assert!(rollback.in_flight.is_some() && rollback.source.is_some());
    let measured = rollback.measured(&case);
    assert_eq!((measured.took(), measured.is_in_time()), (Some(Span::minutes(44)), Some(true)));
    assert_eq!(kept.ledger.count("release.frozen"), 1);
}

async fn approval(kept: &Kept) {
    let case = kept.case("APR-1").await;
    let Body::Approval(approval) = &case.body else { panic!("an approval: {case:?}") };
    assert_eq!(approval.outcome, Some(Decided::Approved));
    let votes: Vec<&str> = approval.votes.iter().map(|vote| vote.by.as_str()).collect();
    assert_eq!(votes, ["priya", "anika"]);
    assert!(approval.votes.iter().all(|vote| vote.action_sha256 == approval.action_sha256));
    let decide: Vec<_> = case.obligations.iter().filter(|it| it.duty == Duty::Decide).collect();
    let [decide] = &decide[..] else { panic!("one decision is owed: {decide:?}") };
    let breach = decide.breach.as_ref().expect("it was late");
    assert_eq!((breach.since, &breach.attributed), (case.opened + Span::hours(2), &Attribution::Holder("risk".into())));
    // The nudges came first, and the next role was called in at the deadline.
    let became: Vec<String> = kept
        .ledger
        .events()
        .filter(|(entry, _)| entry.case.as_deref() == Some("APR-1"))
        .map(|(_, event)| format!("{event:?}"))
        .filter(|event| ["Nudged(", "Late(", "Escalated("].iter().any(|word| event.contains(word)))
        .collect();
    let late = became.iter().position(|event| event.contains("Late(")).expect("late");
    assert_eq!(late, 3, "{became:#?}");
    assert!(became[late].contains("governance-lead"), "{became:#?}");
}

async fn handoff(kept: &Kept) {
    let case = kept.case("HOF-1").await;
    let Body::Handoff(handoff) = &case.body else { panic!("a handoff: {case:?}") };
    let Handoff { state, giver, said_back, answered, .. } = handoff;
    assert_eq!((*state, giver), (HandoffState::Accepted, &person("arjun")));
    assert!(said_back.len() == 2 && said_back.iter().all(SaidBack::is_right), "{said_back:?}");
    assert_eq!(answered.as_ref().map(|it| &it.by), Some(giver), "the giver said that it was understood");
    // It moved at one moment, and only once it was accepted.
    let (accepted, at) = kept.entry("HOF-1", "handoff.accepted");
    let (moved, then) = kept.entry("INC-1", "case.handed-over");
    assert!(then == at && moved > accepted, "{accepted} {moved}");
    assert_eq!((kept.ledger.count("case.handed-over"), kept.ledger.count("duty.handed-over")), (1, 1));
    let incident = kept.case("INC-1").await;
    let resolve = incident.obligations.iter().find(|it| it.duty == Duty::Resolve).expect("it was to be resolved");
    assert_eq!(resolve.terms.due - resolve.opened, Span::days(1), "its clock ran on");
}

async fn evidence(kept: &Kept, folder: &Path, demo: &Demo) {
    let key = std::fs::read_to_string(folder.join("story/keys/ledger.vkey")).expect("the public key");
    let bundle = folder.join("story-INC-1");
    let verdict = countersign::evidence::bundle::verify(&bundle, Some(key.trim())).expect("a bundle");
    assert!(verdict.is_good(), "{verdict}");
    let printed = flat(&demo.text());
    assert!(printed.contains(&flat(&verdict.to_string())), "it prints what comes of checking: {verdict}");
    // All that became true of the case until it was taken out is in it; and one byte more is found.
    let of_it = kept.ledger.entries.iter().filter(|it| it.case.as_deref() == Some("INC-1")).count();
    assert!(demo.text().contains(&format!("INC-1: {of_it} entries")), "{of_it} entries");
    let transcript = bundle.join("data/transcript.md");
    let text = std::fs::read_to_string(&transcript).expect("the transcript");
    assert!(text.contains("31 % for Pune") || text.contains("Decline rate for Pune"), "{text}");
    std::fs::write(&transcript, text.clone() + " ").expect("the transcript can be written");
    let verdict = countersign::evidence::bundle::verify(&bundle, Some(key.trim())).expect("a bundle");
    assert!(!verdict.is_good(), "{verdict}");
    std::fs::write(&transcript, text).expect("the transcript can be written");
}

/// The room shows how it ended, and what is left for whoever leads.
async fn pages(room: &Room) {
    let mine = room.get("/room/api/mine?as=lena").await.expect("an answer").ok().to_string();
    assert!(mine.contains("INC-1") && mine.contains("review"), "{mine}");
    let maya = room.get("/room/api/mine?as=maya").await.expect("an answer").ok();
    let asked = maya["asked"].as_array().cloned().unwrap_or_default();
    let asked: Vec<(&str, &str)> =
        asked.iter().filter_map(|it| Some((it["case"].as_str()?, it["state"].as_str()?))).collect();
    for stands in [("INC-1", "resolved"), ("EXC-1", "closed"), ("APR-1", "approved"), ("RBK-1", "confirmed")] {
        assert!(asked.contains(&stands), "{stands:?}: {asked:?}");
    }
    let found = room.get("/room/api/messages?as=maya&channel=credit-ai").await.expect("an answer").ok();
    let messages = found["messages"].as_array().cloned().unwrap_or_default();
    for (case, state) in [
        ("INC-1", "resolved"),
        ("EXC-1", "closed"),
        ("RBK-1", "recovered"),
        ("APR-1", "approved"),
        ("HOF-1", "accepted"),
    ] {
        let is = |it: &&serde_json::Value| it["thread"].is_null() && it["card"]["title"][0]["case"] == case;
        let card = messages.iter().find(is).unwrap_or_else(|| panic!("{case} has a card"));
        assert!(card["card"].to_string().contains(state), "{case} is {state}: {card}");
    }
}

/// What the terminal tells is what was typed and what the bot said, in their order.
fn told_as_it_was(kept: &Kept, demo: &Demo) {
    let text = demo.text();
    // Each line that was typed is told.
    let printed = flat(&text);
    let mut commands = 0;
    for heard in kept.ledger.heard() {
        if let countersign::ledger::heard::What::Command { text } = &heard.what {
            commands += 1;
            assert!(printed.contains(&flat(text)), "it was typed and isn't told: {text}");
        }
    }
    assert!(commands > 40, "{commands} commands");
    for told in [
        "09:55 bot INC-1 · 2 answers are owed",
        "13:24 bot APR-1 · decision is due at 13:30, 6 min left · 1 of 2",
        "13:30 bot APR-1 · decision is late, due 13:30",
        "escalated to @lena and @anika (governance-lead)",
        "18:00 bot EXC-1 · expired",
        "the evidence up to entry",
        "/sla digest → SLA digest",
        "Decision: 0 of 1 in time",
        "rollbacks: live asked for 1",
        "handoffs: offered 1, accepted 1",
    ] {
        assert!(printed.contains(told), "“{told}” is told: {text}");
    }
    let chapters: Vec<&str> =
        demo.printed.iter().filter_map(|line| line.strip_prefix("── ")?.split_once(" · ")).map(|it| it.1).collect();
    let names = ["Incident", "Exception", "Rollback", "Approval", "Handoff", "Evidence"];
    assert_eq!(chapters.len(), names.len());
    assert!(chapters.iter().zip(names).all(|(chapter, name)| chapter.starts_with(name)), "{chapters:?}");
}

/// What is printed at its end works while it runs: in the room, and in another terminal.
async fn what_is_printed_works(demo: &Demo, folder: &Path) {
    let end = demo.printed.iter().position(|line| line.starts_with("The story is told, and")).expect("an end");
    let (mut in_the_room, mut in_a_terminal) = (0, 0);
    for line in demo.printed[end..].iter().filter_map(|line| line.strip_prefix("  ")) {
        if let Some((typed, _)) = line.split_once("  ").filter(|_| line.starts_with('/')) {
            let answer = demo.room().say("lena", "credit-ai", typed).await;
            answer.clone().ok();
            let asked = typed.split(' ').nth(2).unwrap_or_default();
            assert!(answer.words().contains(asked) && !answer.words().contains("Did you mean"), "{typed}: {answer:?}");
            in_the_room += 1;
        } else {
            let (_, arguments) = line.split_once("countersign ").expect("the program's name");
            let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
            let done = command.args(arguments.split(' ')).current_dir(folder).output().expect("the binary runs");
            assert!(done.status.success(), "{line}: {}", kit::bot::words(&done));
            in_a_terminal += 1;
        }
    }
    assert_eq!((in_the_room, in_a_terminal), (5, 4), "{}", demo.text());
    let links: Vec<&str> = demo.printed.iter().filter_map(|line| Some(&line[line.find("http://")?..])).collect();
    for (link, who) in links.iter().skip(1).zip(["maya", "lena"]) {
        assert!(link.ends_with(&format!("/?as={who}&channel=credit-ai")), "{link}");
        let page = demo.room().get(&format!("/?as={who}&channel=credit-ai")).await.expect("the page");
        assert_eq!(page.status, 200);
    }
    assert_eq!(links.len(), 3, "{links:?}");
}

/// Ctrl-C in the middle leaves a whole ledger. The next one is told elsewhere, and the first opens as it was left.
#[tokio::test]
async fn whoever_breaks_it_off_can_begin_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut demo = Demo::start(folder.path(), &["--pace", "0.05"]);
    demo.read_to("/exception raise");
    assert_eq!(demo.interrupt(), Some(0), "it stops as it is asked to");
    let first = folder.path().join("countersign-demo");
    kit::written::verifies(&first).await;
    let said = Written::read(&first).await.heard().count();
    assert!(Kept::read(&first).await.reader.case("APR-1".parse().expect("a case")).await.expect("reads").is_none());

    let mut second = Demo::start(folder.path(), &["--pace", "0", "--once"]);
    second.read_to_the_end();
    assert!(second.text().contains("countersign-demo-2") && second.child.wait().expect("it ends").success());
    kit::written::verifies(&folder.path().join("countersign-demo-2")).await;

    let mut again = Demo::start(folder.path(), &["--data", "countersign-demo", "--once"]);
    let told = again.read_to("has a story already");
    assert!(told.contains("name another folder with --data"), "{told}");
    assert!(again.child.wait().expect("it ends").success());
    assert_eq!(Written::read(&first).await.heard().count(), said, "nothing more is told there");
    kit::written::verifies(&first).await;
}
