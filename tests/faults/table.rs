//! Every write of the process on one page: what goes on when it isn't done or the process dies right after it, and who is told.
//!
//! A test at the end reads the source and fails where it writes something that has no row here.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use countersign::desk::{Handled, Report};
use countersign::domain::{At, CaseId, OutboxId, Span};
use countersign::evidence::bundle;
use countersign::ledger::folder::Folder;
use countersign::ledger::folder::cause_secret;
use countersign::ledger::heard::What;
use countersign::ledger::record::{Causes, ChannelMade, NotTold, NotToldBecause, Record};
use countersign::store::{self, Commit, Postponed};
use futures_util::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _};
use strum::VariantArray as _;

use super::kit::bot::until;
use super::kit::house::House;
use super::kit::platform::{Fake, Ill, Taken, is_message};
use super::kit::scene::{LENDING, OPS, POLICY, Scene, open};
use super::kit::written::Written;
use Act::*;
use Fate::*;
use Health::*;
use Hurt::*;
use Ill::*;
use Write::*;

/// What the process writes, on its disk or on a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray)]
enum Write {
    /// What a turn of the desk makes true: entries with what follows from them, and the stored answers.
    Turn,
    /// The signed head, in the file that lies apart from the database.
    HeadFile,
    /// The signed head, in the database.
    HeadRow,
    /// That a message is handed to a platform now.
    Sending,
    /// That a card is handed to a platform now.
    CardSending,
    /// The message on the platform.
    Post,
    /// A case's card on the platform.
    CardPost,
    /// The change of a card on the platform.
    CardEdit,
    /// A case's own channel on the platform.
    Channel,
    /// Which channel it is there.
    ChannelRow,
    /// What was cosigned last of another log, in a file of its own.
    Witnessed,
    /// What a witness said of a head of ours.
    CosignatureRow,
    /// The head with what witnesses said of it, beside the database.
    CosignedFile,
    /// A head that is published: to a machine outside, or as a file.
    HeadPublished,
    /// A head's time stamp.
    Stamp,
    /// The call to a machine outside.
    Call,
    /// What a call came to: done, begun, or not got through.
    CallRow,
    /// That a platform took a message.
    Receipt,
    /// That a message will never be told.
    GivenUp,
    /// That a message is tried again later.
    PutOff,
    /// A file that came with a message.
    Blob,
    /// In which bucket files lie.
    BucketFile,
    /// The keys of a new folder.
    Keys,
    /// Other keys: the entry, the head by both, and the files of the keys.
    KeyChange,
    /// The lock of the folder: it says nothing, and goes with the process.
    Lock,
    /// A renewed token of a platform.
    Tokens,
    /// The policy file, with the accounts that `people --write` puts into it.
    PolicyFile,
    /// The tables of this version, in a new database or an older one.
    Migration,
    /// The database that a rebuild makes.
    Draft,
    /// A rebuilt database in the place of the old one.
    Swap,
    /// The entry of a recovery, the new log, and its first head.
    Recovery,
    /// A bundle of evidence, outside the data folder.
    Bag,
    /// What an archive is unpacked into to be checked.
    Unpacked,
    /// A day of an export, as entries of the ledger.
    Imported,
    /// A copy of the data folder.
    Backup,
    /// The index of what was said, beside the database.
    Index,
    /// What is erased, in a file of its own.
    Journal,
    /// What else has words that are taken out of the database, until it is gone.
    LeftOver,
    /// A database without the words, in the making beside the one at work.
    Without,
    /// Its pages in the place of those at work.
    TakeOver,
    /// A bundle that waits to be fetched.
    Waiting,
    /// What was exported at the command line, for the bot to record.
    Noted,
    /// Files that only erased words named, and databases that earlier rebuilds kept: they go.
    Swept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It isn't done, and the process lives on.
    Lost,
    /// It is done, and the process dies before anything follows.
    Died,
}

/// Why. Where nothing hurts, the process just dies.
#[derive(Clone, Copy, Debug)]
enum Hurt {
    /// The database refuses this.
    Disk(&'static str),
    /// A folder stands where this file is to be written.
    Blocked(&'static str),
    /// The platform, on this lane.
    Platform(Ill, &'static str),
    /// Nobody delivers.
    NoCourier,
}

/// What is done meanwhile, and what is counted on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// A note on a case: how often its words are there.
    Note,
    /// A request: how many cards are there.
    Request,
    /// A decision, which changes the card: how often it was changed.
    Decide,
    /// An incident with a channel of its own: how often that was asked for anew.
    Open,
    /// A note, and two minutes pass, so that a head is signed.
    Head,
}

/// What health says meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Well,
    /// A commit failed. The log has the reason.
    Trouble,
    /// No head was signed. The log has the reason.
    Unsigned,
}

/// What is tried, and what must come of it. Whatever happens, it is in the ledger once.
struct Case {
    hurts: &'static [Hurt],
    act: Act,
    /// Whoever did it gets a reference and says it again; else an answer.
    is_refused: bool,
    /// How often the platform has it in the end.
    there: usize,
    /// Recorded as there perhaps twice.
    perhaps: bool,
    health: Health,
    /// What the operators hear; nothing where it is empty.
    operators: &'static str,
}

enum How {
    /// By the driver below.
    Here(Case),
    /// In this file by this test, with more than a row can say.
    Elsewhere(&'static str, &'static str),
    /// By nobody, and why.
    NotTried(&'static str),
}

const fn here(
    hurts: &'static [Hurt],
    act: Act,
    is_refused: bool,
    there: usize,
    perhaps: bool,
    health: Health,
    operators: &'static str,
) -> How {
    How::Here(Case { hurts, act, is_refused, there, perhaps, health, operators })
}

const ENTRY: Hurt = Disk("insert on ledger");
const HEAD: Hurt = Disk("insert on checkpoint");
const SENDING: Hurt = Disk("update of state on outbox when new.state = 'sending'");
const CARD_SENDING: Hurt = Disk("update of sending on card when new.sending = 1");
const RECEIPT: Hurt = Disk("insert on message when new.author = 'countersign'");
const GIVEN_UP: Hurt = Disk("update of state on outbox when new.state = 'given-up'");
const PUT_OFF: Hurt = Disk("update of attempts on outbox when new.state = 'waiting'");
const CHANNEL: Hurt = Disk("insert on case_channel");
const OWN: &str = "slack/inc-1";
const GONE: &str = "the channel is gone";
/// For the head a while has to pass, in which nothing is recorded.
const DOWN: &str = "I was down for 2 min";

#[rustfmt::skip]
const TABLE: &[(Write, Fate, How)] = &[
    // it is to write … and it is …  because of …                                    while …  refused there perhaps  health    operators hear
    (Turn,        Lost, here(&[ENTRY],                                               Note,    true,   1,    false,   Trouble,  "")),
    (Turn,        Died, here(&[NoCourier],                                                 Note,    false,  1,    false,   Well,     "")),
    (Turn,        Lost, How::Elsewhere("faults/kinds.rs", "every_word_on_an_exception_is_written_whole_or_not_at_all")),
    (Turn,        Lost, How::Elsewhere("faults/kinds.rs", "every_word_on_a_rollback_is_written_whole_or_not_at_all")),
    (Turn,        Lost, How::Elsewhere("faults/kinds.rs", "every_word_on_a_handoff_is_written_whole_or_not_at_all")),
    (Turn,        Lost, How::Elsewhere("faults/kinds.rs", "every_word_on_a_shift_is_written_whole_or_not_at_all")),
    (Turn,        Died, How::Elsewhere("crash/moments.rs", "a_handoff_of_many_cases_moves_all_of_them_or_none")),
    (Turn,        Died, How::Elsewhere("crash/moments.rs", "a_rollback_is_authorised_and_started_once_or_not_at_all")),
    (HeadFile,    Lost, How::Elsewhere("faults/seal.rs", "a_rollback_does_not_start_before_its_evidence_is_sealed")),
    (HeadRow,     Lost, How::Elsewhere("faults/seal.rs", "a_rollback_does_not_start_before_its_evidence_is_sealed")),
    (HeadFile,    Lost, here(&[Blocked("checkpoint.new")],                           Head,    false,  1,    false,   Unsigned, "")),
    (HeadFile,    Lost, How::Elsewhere("faults.rs", "a_head_that_may_not_outlive_a_power_cut_is_written_again")),
    (HeadFile,    Lost, How::Elsewhere("faults/table.rs", "a_head_that_somebody_else_wrote_is_not_signed_over")),
    (HeadFile,    Died, here(&[HEAD],                                                Head,    false,  1,    false,   Unsigned, DOWN)),
    (HeadRow,     Lost, here(&[HEAD],                                                Head,    false,  1,    false,   Unsigned, "")),
    (HeadRow,     Died, here(&[],                                                    Head,    false,  1,    false,   Well,     DOWN)),
    (Sending,     Lost, here(&[SENDING],                                             Note,    false,  1,    false,   Trouble,  "")),
    (Sending,     Died, here(&[Platform(Slow, LENDING)],                             Note,    false,  1,    true,    Well,     "")),
    (CardSending, Lost, here(&[CARD_SENDING],                                        Request, false,  1,    false,   Trouble,  "")),
    (CardSending, Died, here(&[Platform(Slow, LENDING)],                             Request, false,  1,    true,    Well,     "")),
    (Post,        Lost, here(&[Platform(Later(None), LENDING)],                      Note,    false,  1,    false,   Well,     "")),
    (Post,        Lost, here(&[Platform(Never, LENDING)],                            Note,    false,  0,    false,   Well,     GONE)),
    (Post,        Died, here(&[Platform(TakesAndIsSilent, LENDING)],                 Note,    false,  2,    true,    Well,     "")),
    (CardPost,    Lost, here(&[Platform(Later(None), LENDING)],                      Request, false,  1,    false,   Well,     "")),
    (CardPost,    Died, here(&[Platform(TakesCardsAndIsSilent, LENDING)],            Request, false,  2,    true,    Well,     "")),
    (CardEdit,    Lost, here(&[Platform(Later(None), LENDING)],                      Decide,  false,  1,    false,   Well,     "")),
    (CardEdit,    Lost, How::Elsewhere("delivery.rs", "a_card_that_somebody_deleted_comes_back_and_the_thread_hangs_under_it")),
    (CardEdit,    Died, here(&[Platform(ChangesAndIsSilent, LENDING)],               Decide,  false,  2,    false,   Well,     "")),
    (Channel,     Lost, here(&[Platform(Later(None), OWN)],                          Open,    false,  1,    false,   Well,     "")),
    (Channel,     Died, here(&[Platform(ChangesAndIsSilent, OWN)],                   Open,    false,  2,    false,   Well,     "")),
    (ChannelRow,  Lost, here(&[CHANNEL],                                             Open,    false,  1,    false,   Trouble,  "")),
    (ChannelRow,  Died, here(&[Platform(Slow, OWN)],                                 Open,    false,  1,    true,    Well,     "")),
    (Call,        Lost, How::Elsewhere("webhook.rs", "what_did_not_get_through_comes_again_under_the_same_id")),
    (Call,        Died, How::Elsewhere("crash/moments.rs", "a_call_under_way_is_made_again_under_the_same_id")),
    (CallRow,     Lost, How::Elsewhere("webhook.rs", "what_a_call_came_to_is_recorded_as_soon_as_the_disk_takes_it")),
    (CallRow,     Lost, How::Elsewhere("faults/kinds.rs", "whatever_a_machine_answers_is_written_whole_or_not_at_all")),
    (CallRow,     Died, How::Elsewhere("crash/moments.rs", "what_a_machine_has_begun_is_waited_for_by_the_next_process")),
    (Witnessed,   Lost, How::Elsewhere("witness.rs", "nothing_is_cosigned_that_is_not_on_the_disk")),
    (Witnessed,   Died, How::Elsewhere("witness.rs", "a_witness_that_dies_before_it_answers_says_the_same_again")),
    (CosignatureRow, Lost, How::Elsewhere("witness.rs", "what_a_witness_said_is_kept_as_soon_as_the_disk_takes_it")),
    (CosignatureRow, Died, How::NotTried("The witness is asked again after the next start, and answers the same.")),
    (CosignedFile, Lost, How::NotTried("The error is logged. The database has the cosignature, and the next one writes the file again.")),
    (CosignedFile, Died, How::NotTried("As before: the witness is asked at the next start, and the file is written then.")),
    (HeadPublished, Lost, How::Elsewhere("witness.rs", "heads_are_published_where_the_policy_says")),
    (HeadPublished, Died, How::NotTried("That it was published is recorded first: a machine that wasn't told, and a file that isn't there, come with the next head.")),
    (Stamp,       Lost, How::Elsewhere("evidence/stamped.rs", "heads_are_stamped_and_renewed_before_the_certificate_ends")),
    (Stamp,       Died, How::NotTried("A stamp that no entry names lies in `stamps/` then; the authority is asked again by the next start.")),
    (Receipt,     Lost, here(&[RECEIPT],                                             Note,    false,  1,    false,   Trouble,  "")),
    (Receipt,     Died, here(&[],                                                    Note,    false,  1,    false,   Well,     "")),
    (GivenUp,     Lost, here(&[Platform(Never, LENDING), GIVEN_UP],                  Note,    false,  0,    false,   Trouble,  GONE)),
    (GivenUp,     Died, here(&[Platform(Never, LENDING), Platform(Slow, OPS)],       Note,    false,  0,    true,    Well,     GONE)),
    (PutOff,      Lost, here(&[Platform(Later(None), LENDING), PUT_OFF],             Note,    false,  1,    false,   Trouble,  "")),
    (PutOff,      Died, here(&[Platform(Later(None), LENDING)],                      Note,    false,  1,    false,   Well,     "")),
    (Blob,        Lost, How::Elsewhere("faults/table.rs", "a_file_that_cannot_be_kept_is_told_to_whoever_sent_it")),
    (Blob,        Lost, How::Elsewhere("blobs.rs", "a_bucket_that_nobody_answers_for_stops_nothing_else")),
    (Blob,        Died, How::NotTried("A file that no entry names lies in `blobs/`, or in the bucket, then. It has its hash as its name, so it is the same file when it is sent again.")),
    (BucketFile,  Lost, How::NotTried("A full disk: the start is refused, and nothing was kept in the bucket yet.")),
    (BucketFile,  Died, How::Elsewhere("blobs.rs", "a_house_is_not_started_beside_its_bucket")),
    (Keys,        Lost, How::Elsewhere("faults.rs", "a_read_only_folder_is_refused")),
    (Keys,        Died, How::Elsewhere("faults/table.rs", "a_folder_whose_keys_are_half_made_is_made_whole")),
    (Migration,   Lost, How::NotTried("A full disk while an older database is brought up: the start is refused. Each migration is one transaction, with the row that says it was done.")),
    (Migration,   Died, How::NotTried("As before: SQLite takes back what wasn't committed, and the next start begins it again.")),
    (Lock,        Lost, How::Elsewhere("faults.rs", "a_read_only_folder_is_refused")),
    (Lock,        Died, How::Elsewhere("crash.rs", "killed_at_any_moment_nothing_is_lost_and_nothing_counts_twice")),
    (Draft,       Lost, How::Elsewhere("faults/table.rs", "a_draft_that_cannot_be_made_replaces_nothing")),
    (Draft,       Died, How::Elsewhere("faults/table.rs", "a_draft_that_was_left_behind_is_thrown_away")),
    (Swap,        Lost, How::NotTried("A rename that fails between two names of one folder: the error says that nothing was replaced.")),
    (Swap,        Died, How::Elsewhere("faults/table.rs", "both_names_are_the_old_database_where_a_rebuild_died_before_its_last_step")),
    (Recovery,    Lost, How::Elsewhere("faults/table.rs", "a_recovery_that_broke_off_is_refused_or_whole")),
    (Recovery,    Died, How::Elsewhere("faults/table.rs", "a_recovery_that_broke_off_is_refused_or_whole")),
    (KeyChange,   Lost, How::Elsewhere("evidence/rotated.rs", "a_change_of_keys_that_dies_anywhere_is_done_or_undone")),
    (KeyChange,   Died, How::Elsewhere("evidence/rotated.rs", "a_change_of_keys_that_dies_anywhere_is_done_or_undone")),
    (Bag,         Lost, How::Elsewhere("evidence/bags.rs", "an_export_that_breaks_off_leaves_nothing_under_its_name")),
    (Bag,         Died, How::Elsewhere("evidence/bags.rs", "an_export_that_breaks_off_leaves_nothing_under_its_name")),
    (Unpacked,    Lost, How::NotTried("A full disk while an archive is unpacked: the error names the file, and nothing is said of the bundle.")),
    (Unpacked,    Died, How::NotTried("What was unpacked stays in the system's folder for temporary files, its owner's alone, until that is swept.")),
    (Tokens,      Lost, How::NotTried("Nothing is renewed where it can't be kept: the lock beside the file is taken first, and what it says is the error.")),
    (Tokens,      Died, How::NotTried("Between the platform's answer and the file the newest pair is lost: the old token goes on until it ends, and operators are told to install the app again.")),
    (PolicyFile,  Lost, How::NotTried("The file stands as it was, and the error says why.")),
    (PolicyFile,  Died, How::NotTried("The new text lies beside it, on the disk, before it takes the old one's place in one step.")),
    (Imported,    Lost, How::Elsewhere("evidence/imports.rs", "a_run_that_was_cut_short_is_run_again")),
    (Imported,    Died, How::Elsewhere("evidence/imports.rs", "a_run_that_was_cut_short_is_run_again")),
    (Backup,      Lost, How::NotTried("A full disk while a copy is made: the error says that it is no backup. The folder itself was only read.")),
    (Backup,      Died, How::Elsewhere("faults/table.rs", "a_backup_that_broke_off_is_refused")),
    (Index,       Lost, How::Elsewhere("evidence/search.rs", "an_index_that_is_lost_damaged_or_behind_gives_the_same_answers")),
    (Index,       Died, How::Elsewhere("evidence/search.rs", "an_index_that_is_lost_damaged_or_behind_gives_the_same_answers")),
    (Journal,     Lost, How::Elsewhere("evidence/erasures.rs", "an_erasure_that_can_t_be_noted_outside_is_tried_again")),
    (Journal,     Died, How::Elsewhere("evidence/erasures.rs", "an_erasure_that_was_cut_short_is_named_and_done_at_the_next_start")),
    (LeftOver,    Lost, How::NotTried("A full disk: the words are named as erased and are there, the error is logged, and it is tried again after ten minutes and at the next start.")),
    (LeftOver,    Died, How::Elsewhere("crash/steps.rs", "an_erasure_is_carried_out_to_its_end_wherever_it_broke_off")),
    (Without,     Lost, How::NotTried("A full disk before anything is recorded: the error is logged, what was made is thrown away, and it is tried again after ten minutes.")),
    (Without,     Died, How::NotTried("What was made lies beside the database, and the next erasure throws it away.")),
    (TakeOver,    Lost, How::NotTried("SQLite takes back what wasn't committed: the words are named as erased and are there, the error is logged, and it is tried again after ten minutes and at the next start.")),
    (TakeOver,    Died, How::Elsewhere("crash/steps.rs", "an_erasure_is_carried_out_to_its_end_wherever_it_broke_off")),
    (Waiting,     Lost, How::NotTried("A full disk: the bundle isn't handed over, and whoever asked is told that the bot is at fault.")),
    (Waiting,     Died, How::NotTried("It lies there until it is a day old, and is swept with the next export. Nobody knows its address.")),
    (Noted,       Lost, How::NotTried("The command says that the export stands in no ledger.")),
    (Noted,       Died, How::Elsewhere("hostile.rs", "an_export_at_the_command_line_is_recorded")),
    (Swept,       Lost, How::NotTried("The error names the file and is logged: it stays until somebody removes it.")),
    (Swept,       Died, How::NotTried("A file that no entry names any more stays in `blobs/`, or in the bucket.")),
];

// ── The driver ─────────────────────────────────────────────────────────────────────────────────────────────────────

impl Act {
    /// Who says what.
    const fn line(self) -> (&'static str, &'static str) {
        match self {
            Note | Head => ("maya", "/approval note APR-1 the drift report"),
            Request => ("maya", "/approval request lending \"Ship it\""),
            Decide => ("dev", "/approval approve APR-1"),
            Open => ("maya", "/incident open fraud sev1 \"Scores drift\""),
        }
    }

    /// What came of it on the platform, where that is a message or a card.
    fn taken(self, fake: &Fake) -> Vec<Taken> {
        let mut taken = fake.taken(LENDING);
        taken.retain(|it| match self {
            Note | Head => is_message(&it.nonce) && it.text.contains("the drift report"),
            Request => !is_message(&it.nonce),
            Decide | Open => false,
        });
        taken
    }

    /// How often the platform was asked for what comes of it on a lane: beside a message, its case's card may be changed.
    fn asked(self, fake: &Fake, lane: &str) -> usize {
        match self {
            Note | Head | Request => fake.tries(lane).len(),
            Decide | Open => fake.asked(lane),
        }
    }

    fn there(self, scene: &Scene) -> usize {
        match self {
            Note | Head | Request => self.taken(&scene.fake).len(),
            // Beside the card, messages that asked are changed.
            Decide => scene.fake.changed_to(LENDING).iter().filter(|text| text.contains("\nState: ")).count(),
            Open => scene.fake.made(OWN),
        }
    }
}

/// Something is told to the database behind the bot's back.
async fn sql(data: &Path, statement: String) {
    let mut db = super::database(data).await;
    sqlx::query(AssertSqlSafe(statement)).execute(&mut db).await.expect("it is done");
    db.close().await.expect("closed");
}

async fn hurts(scene: &mut Scene, hurt: Hurt) {
    match hurt {
        Disk(what) => {
            let refuse = "begin select raise(abort, 'the disk refuses'); end";
            sql(scene.folder.path(), format!("create trigger refused before {what} {refuse}")).await;
        }
        Blocked(file) => std::fs::create_dir(scene.folder.path().join(file)).expect("a folder"),
        Platform(ill, lane) => scene.fake.falls_ill(lane, ill),
        NoCourier => scene.house.lose_courier().await,
    }
}

/// The head in its file: how much of the ledger it covers.
fn head_in_file(scene: &Scene) -> i64 {
    let head = std::fs::read_to_string(scene.folder.path().join("checkpoint")).unwrap_or_default();
    head.lines().nth(1).map_or(0, |size| size.parse().expect("a size"))
}

/// What is cut off in the middle elsewhere, where nothing hurts, would be counted too.
async fn others_rest(scene: &Scene, case: &Case) {
    let lane = |hurt: &Hurt| match hurt {
        Platform(_, lane) => Some(lane.parse().expect("a lane")),
        Disk(_) | Blocked(_) | NoCourier => None,
    };
    let Some(ill) = case.hurts.iter().map(lane).collect::<Option<Vec<_>>>() else { return };
    until("the others rest", async || {
        let next = scene.house.reader.outbox_next(&ill).await.expect("a moment");
        next.is_none_or(|at| at > scene.clock.now())
    })
    .await;
}

/// Whether what was said is heard, and this write that follows from it is done. For what a platform is asked for see
/// [`is_struck`].
async fn is_done(scene: &Scene, write: Write) -> bool {
    let written = Written::of(&scene.house.reader).await;
    let Some(said) = written.entries.iter().find(|it| is_said(&it.record, &key_of_said(scene))).map(|it| it.seq) else {
        return false;
    };
    let head_in_row = async || scene.house.reader.last_checkpoint().await.expect("a head").map_or(0, |(size, ..)| size);
    match write {
        Turn => true,
        HeadFile => head_in_file(scene) > said && head_in_row().await <= said,
        HeadRow => head_in_row().await > said,
        Sending | CardSending | Post | CardPost | CardEdit | Channel => true,
        Call | CallRow => panic!("nobody calls a machine in a scene"),
        Witnessed | CosignatureRow | CosignedFile | HeadPublished | Stamp => panic!("nobody witnesses a scene"),
        ChannelRow => written.count("case.channel") == 1 && !scene.fake.tries(OWN).is_empty(),
        Receipt => written.entries.iter().any(|it| it.seq > said && it.kind == "told.message"),
        GivenUp => written.count("told.undeliverable") == 1,
        PutOff => {
            let mut db = super::database(scene.folder.path()).await;
            let put_off = "select count(*) from outbox where state = 'waiting' and attempts > 0";
            sqlx::query_scalar::<_, i64>(put_off).fetch_one(&mut db).await.expect("a number") == 1
        }
        Blob | BucketFile | Keys | KeyChange | Lock | Tokens | PolicyFile | Migration | Draft | Swap | Recovery
        | Bag | Unpacked | Imported | Journal | LeftOver | Without | TakeOver | Waiting | Noted | Swept | Backup
        | Index => {
            panic!("{write:?} is no write of a scene")
        }
    }
}

/// The key under which the ledger knows what was said.
fn key_of_said(scene: &Scene) -> String {
    Causes::new(cause_secret(scene.folder.path()).expect("the secret")).key_of("said")
}

fn is_said(record: &Record, key: &str) -> bool {
    matches!(record, Record::Heard(heard) if heard.key == key)
}

async fn heals(data: &Path, fake: &Fake, hurt: Hurt) {
    match hurt {
        Disk(_) => sql(data, "drop trigger refused".to_owned()).await,
        Blocked(file) => std::fs::remove_dir(data.join(file)).expect("it goes"),
        Platform(_, lane) => fake.is_well(lane),
        NoCourier => {}
    }
}

/// Waits until it hurt, and health says so.
async fn is_struck(scene: &Scene, case: &Case, asked: &[usize]) {
    for (hurt, asked) in case.hurts.iter().zip(asked) {
        match hurt {
            Platform(ill, lane) => {
                until("the platform is asked", async || case.act.asked(&scene.fake, lane) > *asked).await;
                if matches!(ill, TakesAndIsSilent | TakesCardsAndIsSilent | ChangesAndIsSilent) {
                    until("the platform has it", async || case.act.there(scene) > 0).await;
                }
            }
            Disk(_) | Blocked(_) | NoCourier => {}
        }
    }
    let look = async || scene.house.health.look().await;
    match case.health {
        Well => {}
        Trouble => until("health says so", async || look().await.trouble.is_some()).await,
        Unsigned => until("health says so", async || look().await.unsigned.is_some()).await,
    }
    if case.health == Well {
        let report = look().await;
        assert!(report.trouble.is_none() && report.unsigned.is_none(), "{report:?}");
    }
}

async fn drive(write: Write, fate: Fate, case: &Case) {
    let mut scene = Scene::new().await;
    match case.act {
        Note | Head | Decide => scene.request("lending", "Ship it").await,
        Request | Open => {}
    }
    // Direct messages wait a little for company. From here on the ledger grows only by what is done here.
    scene.quiet().await;
    scene.pass(Span::minutes(4)).await;
    assert_eq!(case.act.there(&scene), 0);
    let heard_before = scene.fake.words(OPS).len();
    let asked_before = |hurt: &Hurt| match hurt {
        Platform(_, lane) => case.act.asked(&scene.fake, lane),
        Disk(_) | Blocked(_) | NoCourier => 0,
    };
    let asked: Vec<usize> = case.hurts.iter().map(asked_before).collect();
    for hurt in case.hurts {
        hurts(&mut scene, *hurt).await;
    }
    let (who, line) = case.act.line();
    let say = async |scene: &Scene| {
        scene.house.hear("said", who, "local/room", What::Command { text: line.to_owned() }).await
    };
    let answer = say(&scene).await;
    assert_eq!(answer.is_err(), case.is_refused, "{answer:?}");
    if case.act == Head {
        scene.quiet().await;
        scene.clock.move_to(scene.clock.now() + Span::minutes(2));
    }
    is_struck(&scene, case, &asked).await;
    if fate == Died {
        until("it is done", async || is_done(&scene, write).await).await;
        others_rest(&scene, case).await;
    }
    // A process that died is followed by another; until then nothing gets well.
    let Scene { folder, fake, clock, house } = scene;
    let living = match fate {
        Lost => Some(house),
        Died => {
            house.die().await;
            let left = Written::read(folder.path()).await;
            assert_eq!(left.count("bot.stopped"), 0, "nothing followed");
            None
        }
    };
    for hurt in case.hurts {
        heals(folder.path(), &fake, *hurt).await;
    }
    let house = match living {
        Some(house) => house,
        None => open(folder.path(), &fake, &clock).await,
    };
    let scene = Scene { folder, fake, clock, house };
    // Whoever got no answer says it again; here everybody does.
    let again = say(&scene).await.expect("an answer");
    assert!(matches!(again, Handled::Answer(_)), "{again:?}");
    if let Ok(answer) = answer {
        assert_eq!(answer, again, "the stored answer");
    }
    scene.quiet().await;
    // Whatever was put off has its time.
    scene.pass(Span::minutes(3)).await;
    until("it is well again by itself", async || {
        let report = scene.house.health.look().await;
        report.trouble.is_none() && report.unsigned.is_none()
    })
    .await;
    assert_eq!(case.act.there(&scene), case.there, "how often it is there");
    let heard = scene.fake.words(OPS).split_off(heard_before);
    match case.operators {
        "" => assert!(heard.is_empty(), "{heard:?}"),
        words => assert!(heard.len() == 1 && heard[0].contains(words), "{heard:?}"),
    }
    let taken = case.act.taken(&scene.fake);
    if let (true, Some(last)) = (case.perhaps, taken.last()) {
        assert!(last.perhaps_sent, "the adapter is told to look first: {taken:?}");
        assert!(taken.iter().all(|it| it.nonce == last.nonce && it.text == last.text), "{taken:?}");
    }
    let key = key_of_said(&scene);
    let written = scene.end().await;
    assert_eq!(written.entries.iter().filter(|it| is_said(&it.record, &key)).count(), 1, "heard once");
    assert_eq!(written.count("bot.started"), if fate == Died { 2 } else { 1 });
    let perhaps = written.told().filter(|told| told.perhaps_twice).count();
    assert_eq!(perhaps, usize::from(case.perhaps), "recorded as there perhaps twice, and nothing else is");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_write_fails_it_goes_on_and_somebody_is_told() {
    let mut wrong = Vec::new();
    for (write, fate, how) in TABLE {
        let How::Here(case) = how else { continue };
        let row = format!("{write:?} {fate:?}: {:?} while {:?}", case.hurts, case.act);
        println!("{row}");
        if AssertUnwindSafe(drive(*write, *fate, case)).catch_unwind().await.is_err() {
            wrong.push(row);
        }
    }
    assert!(wrong.is_empty(), "not as the table says; each said above why: {wrong:#?}");
}

// ── That nothing is missing ────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_write_has_a_row_for_each_fate() {
    for write in Write::VARIANTS {
        for fate in [Lost, Died] {
            let rows = TABLE.iter().filter(|(of, then, _)| of == write && *then == fate).count();
            assert!(rows > 0, "{write:?} has no row for {fate:?}");
        }
    }
    for (write, fate, how) in TABLE {
        match how {
            How::Here(_) => {}
            How::Elsewhere(file, test) => {
                let text = std::fs::read_to_string(root().join("tests").join(file)).expect("a file of tests");
                let before = text.split_once(&format!("fn {test}(")).map_or("", |(before, _)| before);
                let attributes = before.rsplit("\n\n").next().unwrap_or_default();
                let is_run = attributes.contains("#[test]") || attributes.contains("#[tokio::test");
                assert!(is_run, "{write:?} {fate:?}: {file} has no test {test}");
            }
            How::NotTried(why) => println!("NOT TRIED: {write:?} {fate:?}. {why}"),
        }
    }
}

/// What the process hands to its disk or a platform stands in these functions, each of which makes these writes.
const PLACES: &[(&str, &str, &[Write])] = &[
    ("src/app/people.rs", "replace", &[PolicyFile]),
    ("src/blobs/bucket.rs", "keep", &[Blob]),
    ("src/blobs/folder.rs", "keep_as", &[Blob]),
    ("src/blobs/mod.rs", "remove", &[Swept]),
    ("src/blobs/place.rs", "settle", &[BucketFile]),
    ("src/blobs/signed.rs", "lock", &[Blob]),
    ("src/blobs/signed.rs", "delete", &[Swept]),
    ("src/chat/tokens.rs", "hold", &[Tokens]),
    ("src/evidence/backup.rs", "backup", &[Backup]),
    ("src/evidence/erasure/journal.rs", "note", &[Journal]),
    ("src/evidence/erasure/left_over.rs", "end", &[LeftOver]),
    ("src/evidence/erasure/left_over.rs", "put", &[LeftOver]),
    ("src/evidence/backup.rs", "copy_all", &[Backup]),
    ("src/evidence/exports.rs", "forget", &[Waiting]),
    ("src/evidence/exports.rs", "note", &[Noted]),
    ("src/evidence/exports.rs", "record_noted", &[Noted]),
    ("src/evidence/exports.rs", "sweep", &[Waiting]),
    ("src/evidence/exports.rs", "take", &[Waiting]),
    ("src/evidence/bundle/draft.rs", "begin", &[Bag]),
    ("src/evidence/bundle/draft.rs", "sweep", &[Bag]),
    ("src/evidence/bundle/draft.rs", "keep", &[Bag]),
    ("src/evidence/bundle/draft.rs", "drop", &[Bag]),
    ("src/evidence/bundle/draft.rs", "private_folder", &[Bag, Unpacked]),
    ("src/evidence/bundle/sink.rs", "put", &[Bag]),
    ("src/evidence/bundle/sink.rs", "nameless", &[Bag]),
    ("src/evidence/bundle/unpack.rs", "make", &[Unpacked]),
    ("src/evidence/bundle/unpack.rs", "file", &[Unpacked]),
    ("src/chat/courier/case_channel.rs", "ensure_channel", &[Channel]),
    ("src/chat/courier/lane.rs", "deliver_elsewhere", &[Post]),
    ("src/chat/courier/lane.rs", "send", &[Post, CardPost, CardEdit]),
    (
        "src/desk/turn.rs",
        "commit",
        &[Turn, Sending, CardSending, ChannelRow, CallRow, Receipt, GivenUp, PutOff, CosignatureRow],
    ),
    ("src/desk/head.rs", "sign", &[HeadFile, HeadRow]),
    ("src/evidence/keys.rs", "end", &[KeyChange]),
    ("src/ledger/folder/change.rs", "destroying", &[KeyChange]),
    ("src/ledger/folder/change.rs", "remove", &[KeyChange]),
    ("src/ledger/folder/change.rs", "take_next_keys", &[KeyChange]),
    ("src/ledger/folder/change.rs", "take_place", &[KeyChange]),
    ("src/ledger/folder.rs", "begin_new_log", &[Recovery]),
    ("src/ledger/folder.rs", "keep_cosigned", &[CosignedFile]),
    ("src/ledger/folder.rs", "keep_witnessed", &[Witnessed]),
    ("src/ledger/folder.rs", "lock", &[Lock]),
    ("src/ledger/folder.rs", "make_private_folder", &[Keys, Blob]),
    (
        "src/ledger/folder.rs",
        "replace",
        &[HeadFile, Keys, KeyChange, Recovery, Witnessed, HeadPublished, Stamp, LeftOver],
    ),
    ("src/ledger/folder.rs", "require_own_vkey", &[Keys]),
    ("src/ledger/folder.rs", "swap_checkpoint", &[HeadFile, Recovery]),
    ("src/ledger/folder.rs", "sweep_blobs", &[Blob]),
    ("src/ledger/folder.rs", "write_through", &[HeadFile, Keys, KeyChange, Blob, Recovery, CosignedFile, Witnessed]),
    ("src/ledger/folder/keys.rs", "create_cosigner", &[Keys]),
    ("src/ledger/folder/keys.rs", "create_keys", &[Keys]),
    ("src/ledger/folder/keys.rs", "encrypt_files", &[Keys]),
    ("src/ledger/folder/passphrase.rs", "seal_keys", &[Keys]),
    ("src/evidence/rebuild/mod.rs", "drop", &[Draft]),
    ("src/evidence/rebuild/mod.rs", "elsewhere", &[Draft]),
    ("src/evidence/rebuild/mod.rs", "of", &[Draft]),
    ("src/evidence/rebuild/mod.rs", "replace", &[Swap]),
    ("src/evidence/import/mod.rs", "keep_day", &[Imported]),
    ("src/evidence/rebuild/recover.rs", "append_to", &[Recovery]),
    ("src/evidence/rebuild/recover.rs", "go_on", &[Recovery]),
    ("src/evidence/rebuild/without.rs", "begin", &[Without]),
    ("src/evidence/rebuild/without.rs", "forget_earlier", &[Swept]),
    ("src/store/mod.rs", "copy", &[Backup]),
    ("src/store/mod.rs", "migrate", &[Migration]),
    ("src/store/remake.rs", "write", &[Draft]),
    ("src/store/search.rs", "add", &[Index]),
    ("src/store/search.rs", "delete", &[Index]),
    (
        "src/store/write.rs",
        "commit",
        &[Turn, Sending, CardSending, ChannelRow, CallRow, Receipt, GivenUp, PutOff, HeadRow, CosignatureRow],
    ),
    ("src/stamp/kept.rs", "keep", &[Stamp]),
    ("src/store/write.rs", "become_copy_of", &[TakeOver]),
    ("src/webhook/caller.rs", "tried", &[Call]),
    ("src/witness/publish.rs", "call", &[HeadPublished]),
    ("src/witness/publish.rs", "write", &[HeadPublished]),
];

/// What a write looks like in the source.
const CALLS: [&str; 25] = [
    "writer.commit(",
    "all.commit(",
    "in_one_transaction(db, ",
    "MIGRATOR.run(",
    "Backup::new(",
    "folder.swap_checkpoint(",
    "folder.begin_new_log(",
    "fs::write(",
    "fs::rename(",
    "fs::copy(",
    "fs::hard_link(",
    "fs::remove_file(",
    "fs::create_dir",
    "File::create",
    "OpenOptions::new(",
    "DirBuilder::new(",
    " replace(&",
    "folder::replace(&",
    "chat.post(",
    "chat.edit(",
    "chat.ensure_channel(",
    "sender.send(&",
    "store.put_opts(",
    "ask(\"PUT\"",
    "ask(\"DELETE\"",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if path.file_name().is_some_and(|name| name == "tests") => {}
            true => sources(&path, all),
            false if path.file_name().is_some_and(|name| name != "tests.rs") => all.push(path),
            false => {}
        }
    }
}

/// Up to the module of tests that stands at a file's end. `mod tests;` near its top ends nothing.
fn without_tests(text: &str) -> &str {
    let mut begins = text.match_indices("#[cfg(test)]\n").map(|(at, _)| at);
    let is_here = |line: &str| line.contains("mod ") && line.ends_with('{');
    begins.find(|at| text[*at..].lines().nth(1).is_some_and(is_here)).map_or(text, |at| &text[..at])
}

#[test]
fn a_file_is_read_to_its_end() {
    let write = "fn keep() {\n    fs::write(path, bytes)\n}\n";
    let (apart, within) = ("#[cfg(test)]\nmod tests;\n", "#[cfg(test)]\nmod tests {\n");
    assert_eq!(functions_that_write(&format!("{apart}{write}")), ["keep"]);
    assert_eq!(functions_that_write(&format!("#[cfg(test)]\nuse x::y;\n{write}")), ["keep"]);
    assert_eq!(functions_that_write(&format!("{within}{write}}}\n")), [""; 0]);
    assert_eq!(functions_that_write(&format!("{write}{within}{}", write.replace("keep", "other"))), ["keep"]);
}

/// The functions of a file that write, without its tests.
fn functions_that_write(text: &str) -> Vec<String> {
    let mut functions: Vec<String> = Vec::new();
    let mut function = String::new();
    for line in without_tests(text).lines() {
        let code = line.split("//").next().unwrap_or_default();
        if let Some((_, rest)) = code.split_once("fn ")
            && code.trim_start().starts_with(['f', 'p', 'a', 'u', 'c'])
        {
            function = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
        }
        if CALLS.iter().any(|call| code.contains(call)) && functions.last() != Some(&function) {
            functions.push(function.clone());
        }
    }
    functions
}

#[test]
fn every_write_of_the_source_has_its_rows() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut found: Vec<(String, String)> = Vec::new();
    // Beside them lies the font of the charts.
    for path in files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")) {
        let name = path.strip_prefix(root()).expect("a file below").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a file");
        found.extend(functions_that_write(&text).into_iter().map(|function| (name.clone(), function)));
    }
    found.sort();
    found.dedup();
    let known: Vec<(String, String)> =
        PLACES.iter().map(|(file, function, _)| ((*file).to_owned(), (*function).to_owned())).collect();
    let unknown: Vec<_> = found.iter().filter(|place| !known.contains(place)).collect();
    assert!(unknown.is_empty(), "these write, and no row of the table says what happens when that fails: {unknown:#?}");
    let gone: Vec<_> = known.iter().filter(|place| !found.contains(place)).collect();
    assert!(gone.is_empty(), "these don't write any more: {gone:#?}");
    let made = |write: &Write| PLACES.iter().any(|(_, _, writes)| writes.contains(write));
    assert!(Write::VARIANTS.iter().all(made), "a row of the table is about something that nobody writes");
}

/// Which writes these fields are made for.
fn made_for<const FIELDS: usize>(_fields: [&dyn std::any::Any; FIELDS], writes: &[Write]) -> Vec<Write> {
    writes.to_vec()
}

/// What the desk's loop commits, by the table of places.
fn committed_by_the_desk() -> Vec<Write> {
    let of_the_desk = PLACES.iter().filter(|(file, ..)| file.starts_with("src/desk/"));
    let mut writes: Vec<Write> = of_the_desk.flat_map(|(.., writes)| writes.iter().copied()).collect();
    // The file isn't committed.
    writes.retain(|it| *it != HeadFile);
    writes
}

fn must_be_in_the_table(writes: &[Write]) {
    for write in writes {
        for fate in [Lost, Died] {
            let is_there = TABLE.iter().any(|(of, then, _)| of == write && *then == fate);
            assert!(is_there, "nobody says what happens when {write:?} is {fate:?}");
        }
    }
}

/// Whoever adds something to a commit is asked here which rows of the table are about it.
#[test]
fn every_part_of_a_commit_is_a_write_with_rows() {
    let Commit {
        entries,
        nodes,
        cases,
        bot,
        tries,
        policies,
        subjects,
        causes,
        outbox,
        delivered,
        asked_anew,
        left_as_they_are,
        postponed,
        edits_postponed,
        cards,
        cards_sending,
        cards_shown,
        cards_postponed,
        messages,
        message_parts,
        message_changes,
        duties,
        checkpoints,
        cosignatures,
        purged,
        wake_holders,
        cards_gone,
        case_channels,
    } = Commit::default();
    let made = [
        made_for([&entries, &nodes, &subjects], &[Turn, ChannelRow, CallRow, Receipt, GivenUp]),
        made_for(
            [&cases, &bot, &policies, &causes, &outbox, &asked_anew, &cards, &duties, &wake_holders],
            &[Turn, CallRow, GivenUp],
        ),
        made_for([&messages, &message_parts, &message_changes], &[Turn, Receipt]),
        // Only after a turn that failed.
        made_for([&tries], &[Turn]),
        made_for([&delivered], &[Sending, Receipt, GivenUp]),
        made_for([&postponed, &edits_postponed, &cards_postponed], &[PutOff]),
        made_for([&cards_sending], &[CardSending]),
        made_for([&cards_shown, &cards_gone, &left_as_they_are], &[Receipt]),
        made_for([&checkpoints], &[HeadRow]),
        made_for([&cosignatures], &[CosignatureRow]),
        made_for([&purged], &[Turn]),
        made_for([&case_channels], &[Turn, ChannelRow]),
    ]
    .concat();
    must_be_in_the_table(&made);
    let committed = committed_by_the_desk();
    assert!(made.iter().all(|it| committed.contains(it)), "PLACES doesn't say that the desk commits one of {made:?}");
    assert!(committed.iter().all(|it| made.contains(it)), "no field of a commit is for one of {committed:?}");
}

/// Likewise for what the courier reports.
#[test]
fn every_report_is_a_write_with_rows() {
    let write = |report: &Report| match report {
        Report::Sending(_) => Sending,
        Report::CardSending { .. } => CardSending,
        Report::Told(_) | Report::CardGone { .. } | Report::LeftAsItIs(_) => Receipt,
        Report::NotTold { .. } => GivenUp,
        Report::ChannelMade { .. } => ChannelRow,
        Report::Cosigned(_) => CosignatureRow,
        Report::Postponed(_) | Report::EditPostponed(_) | Report::CardPostponed(_) => PutOff,
    };
    let case: CaseId = "INC-1".parse().expect("a case");
    let lane = || OWN.parse().expect("a lane");
    let outbox = OutboxId { entry: 1, place: 0 };
    fn put_off<Of>(of: Of) -> Postponed<Of> {
        Postponed { of, attempts: 1, not_before: At(0), perhaps_sent: false }
    }
    let reports = [
        Report::Sending(Vec::new()),
        Report::CardSending { case, lane: lane() },
        Report::Told(Vec::new()),
        Report::CardGone { case, lane: lane() },
        Report::NotTold { case: None, not_told: NotTold { outbox, lane: lane(), why: NotToldBecause::Answered } },
        Report::ChannelMade { case, made: ChannelMade { lane: lane(), channel: "C1".to_owned() } },
        Report::Postponed(put_off(outbox)),
        Report::CardPostponed(put_off((case, lane()))),
        Report::EditPostponed(put_off((lane(), "m".to_owned()))),
        Report::LeftAsItIs(vec![(outbox, 1)]),
        Report::Cosigned(store::CosignatureRow {
            origin: "example.com/log".to_owned(),
            size: 1,
            name: "witness.example".to_owned(),
            line: String::new(),
            at_us: 0,
        }),
    ];
    let reported: Vec<Write> = reports.iter().map(write).collect();
    must_be_in_the_table(&reported);
    // What a call came to is said to it as a command of the case.
    let by_the_desk_itself = [Turn, HeadRow, CallRow];
    for committed in committed_by_the_desk() {
        let is_known = reported.contains(&committed) || by_the_desk_itself.contains(&committed);
        assert!(is_known, "nobody reports {committed:?}");
    }
}

// ── What needs more than a row ─────────────────────────────────────────────────────────────────────────────────────

/// Two trees could be signed under one name otherwise. People are answered all the same; the next start is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_somebody_else_wrote_is_not_signed_over() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.pass(Span::minutes(2)).await;
    let head = scene.folder.path().join("checkpoint");
    until("a head is signed", async || head.exists()).await;
    std::fs::write(&head, "somebody else's").expect("written");
    scene.house.command("n", "maya", "/approval note APR-1 the drift report").await;
    scene.clock.move_to(scene.clock.now() + Span::minutes(2));
    until("health says so", async || scene.house.health.look().await.unsigned.is_some()).await;
    scene.house.command("n2", "maya", "/approval note APR-1 and the bias report").await;
    scene.pass(Span::minutes(20)).await;
    assert!(scene.house.health.look().await.unsigned.is_some(), "it stays so");
    let Scene { folder, fake: _, clock, house } = scene;
    house.stop().await;
    assert_eq!(std::fs::read_to_string(&head).expect("a file"), "somebody else's");
    let refused = House::try_open(folder.path(), POLICY, clock, |_| countersign::chat::Chats::default()).await;
    let error = refused.err().expect("it is refused").to_string();
    assert!(error.contains("countersign recover"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_kept_is_told_to_whoever_sent_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let bot = super::Bot::start(&data);
    let upload = async || {
        let boundary = "edge";
        let part = |name: &str, value: &str| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rates.csv\"\r\n\r\npune;0.31\r\n--{boundary}--\r\n"
        );
        let body = [part("as", "maya"), part("channel", "credit-ai"), part("key", "k"), file].concat();
        let sent = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client")
            .post(format!("{}/room/api/upload", bot.room.base))
            .header("content-type", format!("multipart/form-data; boundary={boundary}"))
            .body(body)
            .send()
            .await
            .expect("an answer");
        (sent.status().as_u16(), sent.text().await.expect("text"))
    };
    let blobs = data.join("blobs");
    std::fs::remove_dir(&blobs).expect("it is empty");
    std::fs::write(&blobs, "in the way").expect("a file");
    let (status, said) = upload().await;
    assert!(status == 503 && said.contains("could not be kept. Reference "), "{status} {said}");
    let reference = said.split("Reference ").nth(1).and_then(|rest| rest.split('.').next()).expect("a reference");
    until("the operator finds it in the log", async || bot.logged().contains(reference)).await;
    std::fs::remove_file(&blobs).expect("it goes");
    for _ in 0..2 {
        let (status, said) = upload().await;
        assert_eq!(status, 200, "{said}");
    }
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    super::written::verifies(&data).await;
    let written = super::Written::read(&data).await;
    assert_eq!(written.heard().filter(|heard| !heard.what.files().is_empty()).count(), 1);
    assert_eq!(written.count("files.not-kept"), 1, "the operators heard of it");
}

/// The seed comes last: a folder without one has no ledger yet, and gets keys that fit together.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_keys_are_half_made_is_made_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, keys) = (folder.path().join("data"), folder.path().join("data/keys"));
    std::fs::create_dir_all(&keys).expect("folders");
    std::fs::write(keys.join("origin"), "countersign.local/00000000").expect("written");
    std::fs::write(keys.join("ledger.vkey"), "of another").expect("written");
    let bot = super::Bot::start(&data);
    super::request(&bot.room, "Ship v1", "k1").await.expect("an answer").ok();
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    super::written::verifies(&data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_left_behind_is_thrown_away() {
    let (_folder, data) = super::lived_in().await;
    for (command, draft) in [(&["rebuild", "--compare"][..], "compared"), (&["rebuild"], "rebuilt")] {
        let draft = data.join(format!("{}.{draft}", Folder::DATABASE));
        std::fs::write(&draft, "half a database").expect("written");
        let done = super::bot::run(&[command, &["--data", super::text(&data)]].concat());
        assert!(done.status.success() && !draft.exists(), "{}", super::bot::words(&done));
    }
    super::written::verifies(&data).await;
}

/// The head is copied last, so a copy without one isn't whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_broke_off_is_refused() {
    let (_folder, data) = super::lived_in().await;
    let out = tempfile::tempdir().expect("a folder");
    let copy = out.path().join("copy");
    let run = |args: &[&str]| super::bot::run(args);
    let done = run(&["backup", super::text(&copy), "--data", super::text(&data)]);
    assert!(done.status.success(), "{}", super::bot::words(&done));
    super::written::verifies(&copy).await;
    let again = run(&["backup", super::text(&copy), "--data", super::text(&data)]);
    assert!(!again.status.success() && super::bot::words(&again).contains("isn't empty"));
    std::fs::remove_file(copy.join("checkpoint")).expect("it was there");
    let verified = run(&["verify", "--data", super::text(&copy)]);
    assert!(!verified.status.success(), "{}", super::bot::words(&verified));
    let (status, log) = super::Bot::try_start(&copy, &[]).map_or_else(|it| (it.status, it.log), super::Bot::stop);
    assert!(!status.success() && log.contains("checkpoint is missing"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_names_are_the_old_database_where_a_rebuild_died_before_its_last_step() {
    let (_folder, data) = super::lived_in().await;
    let kept = data.join(format!("{}.before-rebuild", Folder::DATABASE));
    std::fs::hard_link(data.join(Folder::DATABASE), &kept).expect("a second name");
    let draft = data.join(format!("{}.rebuilt", Folder::DATABASE));
    std::fs::write(&draft, "half a database").expect("written");
    let done = super::bot::run(&["rebuild", "--data", super::text(&data)]);
    assert!(done.status.success() && !draft.exists(), "{}", super::bot::words(&done));
    assert!(data.join(format!("{}.before-rebuild.2", Folder::DATABASE)).exists(), "the older one is kept as well");
    super::written::verifies(&data).await;
    let (status, log) = super::Bot::start(&data).stop();
    assert!(status.success(), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_cannot_be_made_replaces_nothing() {
    let (_folder, data) = super::lived_in().await;
    let draft = data.join(format!("{}.rebuilt", Folder::DATABASE));
    std::fs::create_dir(&draft).expect("a folder");
    let before = super::listing(&data);
    let done = super::bot::run(&["rebuild", "--data", super::text(&data)]);
    let said = super::bot::words(&done);
    assert!(
        !done.status.success() && said.contains(super::text(&draft)) && said.contains("Nothing was replaced"),
        "{said}"
    );
    assert_eq!(super::listing(&data), before);
}

/// Each of its files in turn can't be written: what came before that is done, as if it had died there.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_broke_off_is_refused_or_whole() {
    for (blocked, goes_on) in [("keys/origin.new", false), ("keys/ledger.new", false), ("checkpoint.new", true)] {
        let (folder, data) = super::lived_in().await;
        let backup = folder.path().join("backup.db");
        std::fs::copy(data.join(Folder::DATABASE), &backup).expect("a copy");
        let bot = super::Bot::start(&data);
        super::request(&bot.room, "Ship v2", "k2").await.expect("an answer").ok();
        bot.stop();
        std::fs::copy(&backup, data.join(Folder::DATABASE)).expect("a copy");
        std::fs::create_dir(data.join(blocked)).expect("a folder");
        let recover = || super::bot::run(&["recover", "--accept-loss", "--data", super::text(&data)]);
        let broke_off = recover();
        let said = super::bot::words(&broke_off);
        assert!(!broke_off.status.success() && said.contains(&blocked[..blocked.len() - 4]), "{blocked}: {said}");
        std::fs::remove_dir(data.join(blocked)).expect("it goes");
        if !goes_on {
            let refused = super::refused(&data, &["--clock", "manual"]);
            assert!(refused.log.contains("countersign recover"), "{blocked}: {}", refused.log);
            let recovered = recover();
            assert!(recovered.status.success(), "{blocked}: {}", super::bot::words(&recovered));
        }
        let (status, log) = super::Bot::start(&data).stop();
        assert!(status.success(), "{blocked}: {log}");
        super::written::verifies(&data).await;
        let written = super::Written::read(&data).await;
        assert!(written.count("bot.recovered") >= 1 && super::requests(&written, "Ship v1") == 1, "{blocked}");
    }
}

/// Its files are written one after another, the list of all lists last: whatever is lacking from some file on is noticed, and
/// the same bundle can be had again elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_broke_off_is_noticed() {
    let (folder, data) = super::lived_in().await;
    let case: CaseId = "APR-1".parse().expect("a case");
    let whole = folder.path().join("whole");
    bundle::export(&data, case, &whole).await.expect("a bundle");
    let name = |path: &std::path::PathBuf| path.strip_prefix(&whole).expect("a file below").to_owned();
    let mut files: Vec<_> = super::listing(&whole).keys().filter(|path| path.is_file()).map(name).collect();
    let turn = |path: &std::path::PathBuf| (!path.starts_with("data"), path.starts_with("tagmanifest-sha256.txt"));
    files.sort_by_key(|path| (turn(path), path.clone()));
    let half = folder.path().join("half");
    for file in &files {
        if half.exists() {
            let verdict = bundle::verify(&half, None);
            assert!(verdict.is_err() || verdict.is_ok_and(|it| !it.is_good()), "{} is lacking", file.display());
            let refused = bundle::export(&data, case, &half).await;
            assert!(matches!(refused, Err(bundle::BundleError::NotEmpty(_))));
        }
        let copy = half.join(file);
        std::fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        std::fs::copy(whole.join(file), copy).expect("a copy");
    }
    let good = bundle::verify(&half, None).expect("a verdict");
    assert!(good.is_good(), "{good}");
    let again = folder.path().join("again");
    bundle::export(&data, case, &again).await.expect("a bundle");
    for file in &files {
        let read = |folder: &Path| std::fs::read(folder.join(file)).expect("a file");
        assert_eq!(read(&again), read(&whole), "{}", file.display());
    }
}
