//! The newer kinds of case and shifts, word by word: each is tried on a disk that takes its entries and refuses what follows from them,
//! then on one that takes every row and fails at the commit, then as it should be. Then the process dies, and the next one is told the
//! word again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use countersign::chat::{Chats, local};
use countersign::clock::Clock;
use countersign::desk::{DeskHandle, Fault, Handled};
use countersign::domain::{BotEvent, Called, CaseKind, Event, Span};
use countersign::ledger::heard::What;
use sqlx::{AssertSqlSafe, Connection as _};

use super::kit::bot::{self, until};
use super::kit::house::{House, MONDAY};
use super::kit::written::{self, Written};
use Then::*;

const BANK: &str = include_str!("../stories/bank.toml");
const ROTA: &str = include_str!("../stories/rota.toml");

/// What happens next in a life.
#[derive(Clone, Copy)]
enum Then {
    Says(&'static str, &'static str),
    /// A machine that does the one step of RBK-1, in this round of calls.
    Answers(u32, fn() -> Called),
    /// So many minutes.
    Passes(i64),
}

/// What happens, and what becomes true by it and by nothing else: kinds of events, with how many entries have them.
type Moment = (Then, &'static str);

const EXCEPTIONS: &[Moment] = &[
    (Says("maya", "/exception raise credit late-report \"November's report\""), "exception.raised"),
    (Says("dev", "/exception take EXC-1"), "exception.taken"),
    (Says("dev", "/exception hand-back EXC-1 called away"), "exception.handed-back"),
    (Says("lena", "/exception take EXC-1"), "exception.taken"),
    (Passes(61), "exception.lease-ended"),
    (Says("dev", "/exception triage EXC-1"), "exception.triaged"),
    (
        Says("arjun", "/exception specialist EXC-1 role=engineering Is the format yours?"),
        "exception.sent-to-specialist",
    ),
    (Says("ravi", "/exception send-back EXC-1 Not ours"), "exception.sent-back"),
    (Says("arjun", "/exception specialist EXC-1 role=model-risk Is a week too long?"), "exception.sent-to-specialist"),
    (Says("priya", "/exception recommend EXC-1 grant A week is fine"), "exception.recommended"),
    (Says("arjun", "/exception grant EXC-1 until 2d control=\"a second reader\" every=1d Fine"), "exception.granted"),
    (Says("dev", "/exception proof EXC-1 20 read, none wrong"), "exception.control-proven"),
    (Says("maya", "/exception renew EXC-1 until 3d Longer"), "exception.renewal-asked"),
    (Says("arjun", "/exception refuse EXC-1 Not yet"), "exception.renewal-refused"),
    (Says("maya", "/exception renew EXC-1 until 3d Longer"), "exception.renewal-asked"),
    (Says("sofia", "/exception renew EXC-1 until 3d The vendor needs it"), "exception.renewed"),
    (Passes(2 * 24 * 60), "exception.suspended"),
    (Says("dev", "/exception proof EXC-1 20 read"), "exception.control-proven"),
    (Says("sofia", "/exception lift EXC-1 It works"), "exception.lifted"),
    (Passes(23 * 60), "exception.expiry-near"),
    (Passes(60), "exception.expired"),
    (Says("maya", "/exception close EXC-1 The report is there"), "exception.closed"),
    (Says("jonas", "/exception raise credit late-report \"December's report\""), "exception.raised"),
    (Says("dev", "/exception triage EXC-2"), "exception.triaged"),
    (Says("arjun", "/exception correct EXC-2 Run it again"), "exception.corrected"),
    (Says("jonas", "/exception raise credit waiting \"An answer takes longer\""), "exception.raised"),
    (Says("dev", "/exception triage EXC-3"), "exception.triaged"),
    (Says("arjun", "/exception refuse EXC-3 It can be given today"), "exception.refused"),
    (Says("jonas", "/exception raise credit waiting \"Another one\""), "exception.raised"),
    (Says("jonas", "/exception withdraw EXC-4 No need"), "exception.withdrawn"),
];

const ROLLBACKS: &[Moment] = &[
    (Says("maya", "/rollback propose credit from=v8 to=v7 \"Scores drift\""), "rollback.proposed"),
    (Says("dev", "/rollback tick RBK-1 1 yes Forty of them"), "rollback.criterion-ticked"),
    (Says("dev", "/rollback tick RBK-1 2 yes"), "rollback.criterion-ticked"),
    (Says("dev", "/rollback compare RBK-1 contain Too slow"), "rollback.way-compared"),
    (Says("jonas", "/rollback no-go RBK-1 The month-end run is on"), "rollback.go-said"),
    (Says("arjun", "/rollback authorise RBK-1 v7 is known to be good"), "rollback.authorised"),
    (Says("maya", "/rollback retarget RBK-1 to=v6 v7 drifts too"), "rollback.retargeted"),
    (Says("dev", "/rollback tick RBK-1 1 yes Forty of them"), "rollback.criterion-ticked"),
    (Says("dev", "/rollback tick RBK-1 2 yes"), "rollback.criterion-ticked"),
    (Says("dev", "/rollback compare RBK-1 contain Too slow"), "rollback.way-compared"),
    (Says("jonas", "/rollback go RBK-1 rev=2"), "rollback.go-said"),
    (Says("ravi", "/rollback go RBK-1 rev=2"), "rollback.go-said"),
    (Says("greta", "/rollback authorise RBK-1 rev=2 v6 is known to be good"), "rollback.authorised"),
    (Says("dev", "/rollback start RBK-1 rev=2"), "rollback.evidence-sealed rollback.started"),
    (Says("ravi", "/rollback blocked RBK-1 The console is down"), "rollback.step-blocked"),
    (Says("ravi", "/rollback done RBK-1 All traffic is on v6"), "rollback.step-done"),
    (Says("greta", "/rollback agree-point RBK-1 The copy is checked"), "rollback.point-agreed"),
    (Says("arjun", "/rollback skip RBK-1 The cache is empty"), "rollback.step-skipped"),
    (Says("dev", "/rollback in-flight RBK-1 drained 41 calls"), "rollback.flight-answered"),
    (Says("maya", "/rollback downstream RBK-1 no The ledger takes none of them"), "rollback.answered-no"),
    (Says("maya", "/rollback downstream RBK-1 yes Ten postings read"), "rollback.downstream-confirmed"),
    (Says("ravi", "/rollback downstream RBK-1 yes Letters are right"), "rollback.downstream-confirmed"),
    (Says("dev", "/rollback look-back RBK-1 from=08:00 to=08:30 count=12 The decisions"), "rollback.looked-back"),
    (Says("maya", "/rollback looked-at RBK-1 Scored again"), "rollback.look-back-answered"),
    (Says("ravi", "/rollback looked-at RBK-1 Written again"), "rollback.look-back-answered"),
    (Says("dev", "/rollback source RBK-1 yes The alias is v6"), "rollback.source-confirmed"),
    (Says("dev", "/rollback confirm RBK-1 recovered Scores are as before"), "rollback.confirmed"),
    (Says("greta", "/rollback thaw credit The cause is known"), "release.thawed"),
    (Says("jonas", "/approval request credit \"Ship v9\""), "approval.requested"),
    (Says("arjun", "/rollback freeze credit until 2h The month-end run"), "release.frozen"),
    (Says("arjun", "/rollback override credit APR-1 It is the fix"), "release.freeze-overridden"),
    (Passes(121), "release.thawed"),
    (Says("dev", "/rollback gap RBK-1 @ravi 2d Nobody could reach the console"), "rollback.gap-found"),
    (Says("ravi", "/rollback gap-closed RBK-1 1 There is a second way in"), "rollback.gap-closed"),
    (Says("dev", "/rollback again RBK-1 yes Twenty minutes"), "rollback.tried-again"),
    (Says("jonas", "/rollback drill credit from=v8 to=v6 \"Quarterly drill\""), "rollback.proposed"),
    (Says("arjun", "/rollback deny RBK-2 Next week"), "rollback.refused"),
];

const MACHINES_THAT_ARE_LATE: &[Moment] = &[
    (Says("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\""), "rollback.proposed"),
    (Says("arjun", "/rollback authorise RBK-1 v2 is known to be good"), "rollback.authorised"),
    (Says("arjun", "/rollback start RBK-1"), "rollback.evidence-sealed rollback.started"),
    (Answers(1, || Called::Begun), "rollback.call-begun"),
    (Says("arjun", "/rollback abandon RBK-1 It was the wrong pilot"), "rollback.abandoned"),
    (Answers(1, || Called::Done { text: "v2 serves".to_owned() }), "rollback.machine-said-late"),
];

const MACHINES: &[Moment] = &[
    (Says("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\""), "rollback.proposed"),
    (Says("arjun", "/rollback authorise RBK-1 v2 is known to be good"), "rollback.authorised"),
    (Says("arjun", "/rollback start RBK-1"), "rollback.evidence-sealed rollback.started"),
    (
        Answers(1, || Called::Failed { why: "503".to_owned(), again: Some(MONDAY + Span::hours(9)) }),
        "rollback.call-failed",
    ),
    (Answers(1, || Called::Begun), "rollback.call-begun"),
    (Says("ravi", "/rollback call RBK-1"), "rollback.called-anew"),
    (Answers(1, || Called::Blocked { text: "the release is locked".to_owned() }), "rollback.step-blocked"),
    (Says("arjun", "/rollback call RBK-1"), "rollback.called-anew"),
    (Answers(2, || Called::Done { text: "v2 serves".to_owned() }), "rollback.step-done"),
    (Says("arjun", "/rollback abandon RBK-1 It was the wrong pilot"), "rollback.abandoned"),
];

const HANDOFFS: &[Moment] = &[
    (Says("maya", "/incident open credit sev2 Wrong limits"), "incident.opened"),
    (Says("maya", "/incident open credit sev2 Wrong rates"), "incident.opened"),
    (Says("maya", "/incident open credit sev2 Wrong names"), "incident.opened"),
    (Says("maya", "/incident open credit sev2 Wrong dates"), "incident.opened"),
    (Says("arjun", "/incident role INC-1 lead"), "incident.seat-taken"),
    (Says("arjun", "/incident role INC-2 lead"), "incident.seat-taken"),
    (Says("arjun", "/incident role INC-3 lead"), "incident.seat-taken"),
    (Says("arjun", "/incident role INC-4 lead"), "incident.seat-taken"),
    // The seat in the role, and four cases: one of them stays.
    (Says("greta", "/handoff leaving @arjun to @lena"), "handoff.offered"),
    (Says("lena", "/handoff refuse HOF-1 3 I was in the team that set them"), "handoff.item-refused"),
    (Says("greta", "/handoff place HOF-1 Sofia leads it from noon"), "handoff.placed"),
    (
        Says("lena", "/handoff accept HOF-1 first=APR-7 next=command"),
        "handoff.accepted seat.handed case.handed-over*4 duty.handed-over*4",
    ),
    (Says("greta", "/handoff correct HOF-1 The limits run out first"), "handoff.corrected"),
    (Says("lena", "/handoff offer INC-1 to @dev"), "handoff.offered"),
    (Says("dev", "/handoff decline HOF-2 I am away"), "handoff.declined"),
    (Says("lena", "/handoff offer INC-1 to @dev"), "handoff.offered"),
    (Says("lena", "/handoff withdraw HOF-3 I stay"), "handoff.withdrawn"),
    (Says("sofia", "/handoff take INC-1 Lena doesn't answer"), "handoff.taken case.handed-over"),
    (Says("greta", "/handoff take-review HOF-4 It was right"), "handoff.take-reviewed"),
    (Says("sofia", "/handoff offer INC-1 to @lena"), "handoff.offered"),
    (Says("lena", "/handoff prove HOF-5 1 Set them on the test system"), "handoff.proven"),
    (Says("lena", "/handoff accept HOF-5 first=INC-1 next=command"), "handoff.accepted case.handed-over"),
    (Says("sofia", "/handoff confirm HOF-5"), "handoff.confirmed"),
    // A role's seat takes the answers of others' requests along.
    (Says("jonas", "/approval request credit \"Ship v7\""), "approval.requested"),
    (Says("jonas", "/approval request credit \"Ship v8\""), "approval.requested"),
    (Says("greta", "/handoff offer role=model-risk of=credit to=@maya from=@priya"), "handoff.offered"),
    (Says("maya", "/handoff accept HOF-6 first=APR-1"), "handoff.accepted seat.handed"),
];

const SHIFTS: &[Moment] = &[
    (Says("dev", "/rota start"), "rota.acknowledged"),
    (Says("dev", "/handoff offer shift desk to @lena"), "handoff.offered"),
    (Says("maya", "/incident open credit sev3 Scores drift"), "incident.opened"),
    (Says("lena", "/handoff accept HOF-1"), "handoff.accepted rota.arranged"),
    (Says("arjun", "/rota take desk until=11:00"), "rota.arranged"),
    (Passes(120), "rota.began"),
    (Says("lena", "/rota swap desk @arjun"), "rota.swap-offered"),
    (Says("arjun", "/rota confirm 3"), "rota.arranged rota.began"),
    (Says("greta", "/rota override desk @sofia from=17:00 to=18:00 because All are in training"), "rota.arranged"),
    (Says("greta", "/rota end 4"), "rota.ended"),
    (Says("arjun", "/rota cover desk from=18:00 to=22:00 because School play"), "rota.cover-wanted"),
    (Passes(30), "rota.cover-passed"),
    (Passes(45 * 60 + 30), "rota.began"),
    (Passes(16), "rota.unacknowledged"),
];

/// Events of the newer kinds that no life here has, and why.
const NOT_HERE: &[(&str, &str)] = &[
    ("rollback.altering-decided", "only where a law forbids it: the write is as that of authorising"),
    ("rollback.drill-due", "after ninety days; what time brings is tried with others"),
    ("rollback.planned", "of a drill that is due"),
    ("rollback.drill-held", "of a drill that is due"),
    ("release.drill-due", "after ninety days"),
    ("seat.settled", "once the policy itself names the receiver of a seat"),
    ("rota.passed", "only after others were on while the bot was down"),
    ("rota.calendar-given", "made beside the ledger, which keeps a hash of it"),
    ("rota.looked-ahead", "once a day, beside others"),
];

struct Life {
    folder: tempfile::TempDir,
    clock: Clock,
    house: House,
    policy: &'static str,
}

/// Where the disk fails.
#[derive(Clone, Copy, Debug)]
enum Refuses {
    /// The entries are written; at the case or the bot as they make it.
    WhatFollows,
    /// At its end, when all rows are written.
    TheCommit,
}

/// Something is told to the database behind the bot's back.
async fn sql(data: &Path, statements: &[&str]) {
    let mut db = super::database(data).await;
    for statement in statements {
        sqlx::query(AssertSqlSafe(*statement)).execute(&mut db).await.expect("it is done");
    }
    db.close().await.expect("closed");
}

/// What every table says, but for the heads, which are signed by the machine's own time, and for the tries after a failure.
async fn rows(data: &Path) -> BTreeMap<String, String> {
    let mut db = super::database(data).await;
    let of_ours = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and \
                   name not like '_sqlx_%' and name not like 'refused%' and name <> 'checkpoint'";
    let tables: Vec<String> = sqlx::query_scalar(of_ours).fetch_all(&mut db).await.expect("tables");
    let mut all = BTreeMap::new();
    for table in tables {
        let columns = format!("select name from pragma_table_info('{table}') where name <> 'tried' order by cid");
        let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_all(&mut db).await.expect("names");
        let row = columns.iter().map(|it| format!("quote({it})")).collect::<Vec<_>>().join(" || ',' || ");
        let whole = format!(
            "select coalesce(group_concat(row, char(10)), '') from (select {row} as row from {table} order by 1)"
        );
        let whole = sqlx::query_scalar(AssertSqlSafe(whole)).fetch_one(&mut db).await.expect("rows");
        all.insert(table, whole);
    }
    db.close().await.expect("closed");
    all
}

impl Life {
    async fn begin(policy: &'static str) -> Life {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Clock::manual(MONDAY, 0);
        let house = Life::open(folder.path(), policy, &clock).await;
        Life { folder, clock, house, policy }
    }

    async fn open(data: &Path, policy: &str, clock: &Clock) -> House {
        let chats = |desk: &DeskHandle| Chats::default().with(Arc::new(local::Local::new(desk.watch())));
        House::try_open(data, policy, clock.clone(), chats).await.expect("the desk opens")
    }

    async fn refuse(&self, refuses: Refuses) {
        // While it is in trouble the desk tries whether the disk takes anything.
        let still = "create trigger refused_still before update of tried on bot \
                     begin select raise(abort, 'the disk refuses'); end";
        match refuses {
            Refuses::WhatFollows => {
                let case = "create trigger refused before insert on case_file \
                            begin select raise(abort, 'the disk refuses'); end";
                let bot = "create trigger refused_bot before insert on bot \
                           begin select raise(abort, 'the disk refuses'); end";
                sql(self.folder.path(), &[still, case, bot]).await;
            }
            // What has no parent is found at the commit.
            Refuses::TheCommit => {
                let parent = "create table refused_parent (id integer primary key)";
                let child = "create table refused_child \
                             (id integer references refused_parent (id) deferrable initially deferred)";
                let last = "create trigger refused after insert on ledger \
                            begin insert into refused_child values (1); end";
                sql(self.folder.path(), &[still, parent, child, last]).await;
            }
        }
    }

    async fn heal(&self, refuses: Refuses) {
        let rest: &[&str] = match refuses {
            Refuses::WhatFollows => &["drop trigger refused_bot"],
            Refuses::TheCommit => &["drop table refused_child", "drop table refused_parent"],
        };
        sql(self.folder.path(), &[&["drop trigger refused", "drop trigger refused_still"], rest].concat()).await;
        until("it is well again by itself", async || self.house.health.look().await.trouble.is_none()).await;
    }

    /// What whoever did it is told; nobody, where time passes.
    async fn happens(&self, nth: usize, then: Then) -> Result<String, Fault> {
        match then {
            Says(who, line) => {
                let what = What::Command { text: line.to_owned() };
                let handled = self.house.hear(&format!("word {nth}"), who, "local/credit", what).await?;
                let Handled::Answer(answer) = handled else { panic!("no answer to {line}: {handled:?}") };
                assert!(answer.form.is_none() && answer.errors.is_none(), "{line} asks back");
                Ok(answer.cards.iter().map(|card| card.plain(chrono_tz::UTC, self.clock.now())).collect())
            }
            Answers(round, called) => {
                let command = CaseKind::Rollback.called(1, round, &called()).expect("rollbacks call machines");
                let told = self.house.desk.called("RBK-1".parse().expect("a case"), command).await?;
                Ok(told.map_or_else(|refusal| format!("refused: {refusal}"), |()| "recorded".to_owned()))
            }
            Passes(minutes) => {
                self.clock.move_to(self.clock.now() + Span::minutes(minutes));
                Ok(String::new())
            }
        }
    }

    async fn fails(&self, nth: usize, then: Then, refuses: Refuses) {
        self.house.quiet().await;
        let before = rows(self.folder.path()).await;
        self.refuse(refuses).await;
        let told = self.happens(nth, then).await;
        match then {
            Says(..) | Answers(..) => {
                let fault = told.expect_err("it can't be written");
                assert_eq!(fault.reference.len(), 8, "whoever did it can ask an operator: {fault}");
                assert!(fault.to_string().contains("nothing was changed"), "{fault}");
            }
            Passes(_) => {}
        }
        until("health says so", async || self.house.health.look().await.trouble.is_some()).await;
        let after = rows(self.folder.path()).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "{refuses:?}: half done in {table}");
        }
        self.heal(refuses).await;
    }

    /// Ends as a power cut does, and another process takes over.
    async fn die(self) -> Life {
        let Life { folder, clock, house, policy } = self;
        house.die().await;
        let house = Life::open(folder.path(), policy, &clock).await;
        Life { folder, clock, house, policy }
    }

    async fn lives(mut self, moments: &[Moment]) -> Written {
        for (nth, (then, becomes)) in moments.iter().enumerate() {
            let what = match then {
                Says(who, line) => format!("{who}> {line}"),
                Answers(round, _) => format!("a machine answers call {round}"),
                Passes(minutes) => format!("{minutes} min pass"),
            };
            println!("{what}");
            let before = Written::of(&self.house.reader).await;
            self.fails(nth, *then, Refuses::WhatFollows).await;
            let told = match then {
                Says(..) | Answers(..) => {
                    self.fails(nth, *then, Refuses::TheCommit).await;
                    self.happens(nth, *then).await.expect("the disk takes it")
                }
                // What was due is still due.
                Passes(_) => {
                    self.house.quiet().await;
                    String::new()
                }
            };
            println!("    {}", told.replace('\n', "\n    "));
            let after = Written::of(&self.house.reader).await;
            for kind in becomes.split(' ') {
                let (kind, times) = kind.split_once('*').unwrap_or((kind, "1"));
                let became = after.count(kind) - before.count(kind);
                assert_eq!(became, times.parse::<usize>().expect("a number"), "{what}: {kind}");
            }
            self = self.die().await;
            match then {
                Says(..) => {
                    let again = self.happens(nth, *then).await.expect("an answer");
                    assert_eq!(again, told, "the stored answer to {what}");
                }
                // Another try that fails is another try.
                Answers(_, called) if matches!(called(), Called::Failed { .. }) => {}
                Answers(..) => {
                    let again = self.happens(nth, *then).await.expect("an answer");
                    assert!(again.starts_with("refused"), "{what} counts once: {again}");
                }
                Passes(_) => {}
            }
            self.house.quiet().await;
            let later = Written::of(&self.house.reader).await;
            for kind in becomes.split(' ').map(|kind| kind.split('*').next().unwrap_or_default()) {
                assert_eq!(later.count(kind), after.count(kind), "{what}: {kind} once more");
            }
        }
        self.end().await
    }

    async fn end(self) -> Written {
        let Life { folder, clock, house, policy: _ } = self;
        house.stop().await;
        written::verifies(folder.path()).await;
        let compared = bot::run(&["rebuild", "--compare", "--data", super::text(folder.path())]);
        assert!(compared.status.success(), "{}", bot::words(&compared));
        let written = Written::read(folder.path()).await;
        written.check_told_once(clock.now());
        written
    }
}

async fn lives(policy: &'static str, moments: &[Moment]) {
    Life::begin(policy).await.lives(moments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_on_an_exception_is_written_whole_or_not_at_all() {
    lives(BANK, EXCEPTIONS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_on_a_rollback_is_written_whole_or_not_at_all() {
    lives(BANK, ROLLBACKS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_machine_answers_is_written_whole_or_not_at_all() {
    lives(BANK, MACHINES).await;
    lives(BANK, MACHINES_THAT_ARE_LATE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_on_a_handoff_is_written_whole_or_not_at_all() {
    lives(BANK, HANDOFFS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_on_a_shift_is_written_whole_or_not_at_all() {
    lives(ROTA, SHIFTS).await;
}

/// Whoever adds an event to one of these kinds is asked here for the word that makes it true.
#[test]
fn no_event_of_the_newer_kinds_is_left_out() {
    let all: BTreeSet<&str> = Event::kinds().chain(BotEvent::kinds()).collect();
    let is_newer = |kind: &&str| {
        ["exception.", "rollback.", "handoff.", "rota.", "seat.", "release."].iter().any(|of| kind.starts_with(of))
    };
    let lives = [EXCEPTIONS, ROLLBACKS, MACHINES, MACHINES_THAT_ARE_LATE, HANDOFFS, SHIFTS].concat();
    let tried: BTreeSet<&str> = lives
        .iter()
        .flat_map(|(_, becomes)| becomes.split(' '))
        .map(|kind| kind.split('*').next().unwrap_or_default())
        .collect();
    for (kind, why) in NOT_HERE {
        assert!(all.contains(kind) && !tried.contains(kind), "{kind} has a life, or is no event");
        println!("NOT TRIED: {kind}. {why}");
    }
    let left_out: Vec<&str> = all
        .iter()
        .copied()
        .filter(is_newer)
        .filter(|kind| !tried.contains(kind) && NOT_HERE.iter().all(|(not, _)| not != kind))
        .collect();
    assert!(left_out.is_empty(), "nobody tries what happens when these can't be written: {left_out:?}");
}
