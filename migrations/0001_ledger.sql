-- The ledger is the truth: what became true and what was said, in the order in which it was recorded. Every other table
-- can be rebuilt from it (`countersign rebuild`). Moments are microseconds since 1970-01-01T00:00:00Z.
--
-- Each commit is synced to the disk, and each b-tree that it touches is pages to write. So tables of short rows are
-- `without rowid`: the primary key is the table, and not an index beside it.

-- One row an entry. `leaf` is the exact text that was hashed; the look-up columns beside it are copies, and
-- `countersign verify` compares them. `facts` stay for ever. `words` and their salt can be erased together: `leaf` holds only
-- the commitments. Entries without words never had any, or had them erased: the leaf tells which.
create table ledger (
    seq        integer not null,
    leaf       text not null,
    hash       blob not null,
    case_id    text,
    case_seq   bigint,
    kind       text not null,
    at_us      bigint not null,
    facts      text not null,
    facts_salt blob not null,
    words      text,
    words_salt blob,
    constraint ledger_pk primary key (seq),
    constraint ledger_case_and_number_go_together check ((case_id is null) = (case_seq is null)),
    constraint ledger_words_and_salt_go_together check ((words is null) = (words_salt is null))
);
-- A case's own story, and the timeline that is drawn from it; its entries are numbered from 1 without gaps.
create unique index ledger_by_case on ledger (case_id, case_seq) where case_id is not null;
-- The entries that say who is meant by a pseudonym, which policy took force, who stands in for whom, whose words were
-- withheld or erased and when the key of the heads was changed: they belong to the evidence of cases.
create index ledger_beside_cases on ledger (seq) where kind in
    ('person.introduced', 'policy.loaded', 'delegation.set', 'delegation.began', 'delegation.ended', 'words.withheld', 'words.erased',
     'key.rotated');

-- When the bot may have missed something, for red flags.
create index ledger_gaps on ledger (seq) where kind = 'capture.gap';
-- Which words were erased or withheld is asked at each start.
create index ledger_erasures on ledger (seq) where kind in ('words.withheld', 'words.erased');
-- Which key signed the heads of which time.
create index ledger_keys on ledger (seq) where kind = 'key.rotated';

-- Words that may be read by nobody and may not be destroyed yet: an erasure was approved, and a hold or the time for which a case is
-- kept keeps them. Their rows in the ledger have none meanwhile, and neither has any other table; `countersign verify` checks them
-- against the same commitments.
create table withheld (
    seq        integer not null,
    words      text not null,
    words_salt blob not null,
    constraint withheld_pk primary key (seq)
);

-- Whom a pseudonym stands for: a person of the policy (`maya`) or an account that it doesn't know (`slack/U024BE7LH`). Without
-- the row, and with the words of the entry that introduced the pseudonym erased, nobody can tell any more.
create table subject (
    pseudonym text not null,
    subject   text not null,
    constraint subject_pk primary key (pseudonym),
    constraint subject_has_one_pseudonym unique (subject)
) without rowid;

-- Hashes of perfect subtrees of 256, 65,536 … leaves (RFC 6962), kept as the tree grows, so that a root or a proof reads
-- a few hundred hashes at most.
create table tree_node (
    height   bigint not null,
    idx      bigint not null,
    hash     blob not null,
    constraint tree_node_pk primary key (height, idx)
) without rowid;

-- Signed heads, oldest first. The last one also lies in a file of its own, apart from this database.
create table checkpoint (
    size     bigint not null,
    at_us    bigint not null,
    note     text not null,
    constraint checkpoint_pk primary key (size, at_us)
) without rowid;

-- What witnesses said of signed heads: the newest of each witness for each size of a log. `name` is that of the witness's key, `line`
-- its signature line as c2sp.org/tlog-cosignature has it; `first_us` is when it first said so, `at_us` when it last did. The ledger knows nothing of them: each would want a new head.
create table cosignature (
    origin   text not null,
    size     bigint not null,
    name     text not null,
    line     text not null,
    first_us bigint not null,
    at_us    bigint not null,
    constraint cosignature_pk primary key (origin, size, name)
) without rowid;

-- A case as its events made it. `wake_us` is when it wants to be woken: a function of the snapshot, written with it. `keep_until_us`
-- is until when it is kept at least, once it is closed; null where nothing says that it may ever go.
create table case_file (
    case_id   text not null,
    kind      text not null,
    number    bigint not null,
    workflow  text not null,
    state     text not null,
    restricted bigint not null,
    opened_us bigint not null,
    closed_us bigint,
    keep_until_us bigint,
    wake_us   bigint,
    snapshot  text not null,
    constraint case_file_pk primary key (case_id)
);
create unique index case_file_by_number on case_file (kind, number);
create index case_file_by_wake on case_file (wake_us) where wake_us is not null;
create index case_file_still_open on case_file (kind, number) where closed_us is null;
create index case_file_restricted on case_file (case_id) where restricted;
create index case_file_by_closing on case_file (closed_us) where closed_us is not null;
create index case_file_by_ending on case_file (keep_until_us) where keep_until_us is not null;

-- Closed cases whose words are gone, and the entry that says so last: what came to a case later is there.
create table purged (
    case_id text not null,
    seq     bigint not null,
    constraint purged_pk primary key (case_id)
) without rowid;

-- What concerns no single case: delegations, digests, the policy in force. One row.
create table bot (
    id       bigint not null,
    snapshot text not null,
    -- Counts the writes that were tried after one had failed, so that each really writes something.
    tried    bigint not null default 0,
    constraint bot_pk primary key (id),
    constraint bot_is_one check (id = 1)
);

-- Every policy that was ever in force: cases keep the terms they were opened under. `body` is null where its text was erased.
create table policy (
    hash      text not null,
    body      text,
    constraint policy_pk primary key (hash)
);

-- One cause, one ruling: what a repetition is recognised by, and the entry that keeps what was heard with the answer that it
-- got. `key` is the first 16 bytes of HMAC-SHA-256 of the platform's own id of it under the data folder's secret, in hexadecimal.
create table cause (
    key      text not null,
    seq      bigint not null,
    constraint cause_pk primary key (key)
) without rowid;

-- What is to be told. A row is written in the commit that made it true; the words are in the ledger entry `entry`, at place
-- `place` among its notices, counted from 0. `state` is waiting, sending, sent, dropped or given-up. A row that is sending may
-- have reached its platform, also while it is put off to `not_before_us`. `lane` is the channel or person: one lane's trouble
-- doesn't hold up another. Once it is sent, it is where it was told, and `message` and `part` are where it stands there.
--
-- Where it asks for answers (`asking` says which), `wanted` is the last ledger entry that changed how one of them stands, and
-- `shown` the one up to which the message says it: a message that was sent and shows less is edited.
create table outbox (
    entry         bigint not null,
    place         bigint not null,
    case_id       text,
    lane          text not null,
    state         text not null,
    made_us       bigint not null,
    -- When it could first have gone out: its age counts from here, however often it is put off.
    free_us       bigint not null,
    not_before_us bigint not null,
    -- Its place in the queue: when it was made or may go out, whichever is later.
    turn_us       bigint not null,
    attempts      bigint not null,
    message       text,
    part          bigint not null default 0,
    why           text,
    wanted        bigint,
    shown         bigint,
    constraint outbox_pk primary key (entry, place)
) without rowid;
create index outbox_waiting on outbox (not_before_us, entry, place) where state = 'waiting';
-- What has waited longest is taken first. Read in this order, the others aren't looked at, however many wait.
create index outbox_in_turn on outbox (turn_us, entry, place) where state = 'waiting';
create index outbox_sending on outbox (entry, place) where state = 'sending';
create index outbox_given_up on outbox (entry, place) where state = 'given-up';
create index outbox_behind on outbox (not_before_us) where state = 'sent' and shown < wanted;
create index outbox_by_message on outbox (lane, message) where message is not null;

-- Which answers are asked for by which messages.
create table asking (
    case_id text not null,
    number  bigint not null,
    entry   bigint not null,
    place   bigint not null,
    constraint asking_pk primary key (case_id, number, entry, place)
) without rowid;

-- The one card of a case in each of its homes, edited in place: `wanted` is the ledger entry that it should show,
-- `shown` the one that it does. `message` is the platform's id, and the root of the case's thread. `sending` is 1 from when it
-- is handed to a platform until its receipt or a refusal is recorded: found at a start, the process died in between.
create table card (
    case_id       text not null,
    lane          text not null,
    wanted        bigint not null,
    shown         bigint,
    message       text,
    sending       bigint not null default 0,
    attempts      bigint not null,
    not_before_us bigint not null,
    constraint card_pk primary key (case_id, lane)
) without rowid;
create index card_behind on card (not_before_us) where shown is null or shown < wanted;
create index card_by_message on card (lane, message) where message is not null;

-- The transcript: what stands in the channels now, people's words and the bot's own. Older wordings and what was deleted
-- are in the ledger. `first` and `last` are the entries that began and last changed a message. A message that tells a person
-- of several cases has as many `parts`: the first stands here, the others in `message_part`; it is of no case itself.
create table message (
    lane      text not null,
    id        text not null,
    thread    text,
    author    text not null,
    person    text,
    body      text not null,
    said_us   bigint not null,
    edited_us bigint,
    deleted_us bigint,
    case_id   text,
    first     bigint not null,
    last      bigint not null,
    parts     bigint not null default 1,
    constraint message_pk primary key (lane, id)
);
create index message_by_id on message (id);
create index message_by_change on message (lane, last);
create index message_by_case on message (case_id, first) where case_id is not null;

-- What a message says of its second case and of those after it, each under the entry that recorded it, so that one case's
-- words can go without the others'. `part` counts from 1.
create table message_part (
    lane      text not null,
    id        text not null,
    part      bigint not null,
    entry     bigint not null,
    body      text not null,
    constraint message_part_pk primary key (lane, id, part)
) without rowid;

-- One row an obligation, for digests and for "what I owe".
create table duty (
    case_id   text not null,
    number    bigint not null,
    workflow  text not null,
    duty      text not null,
    role      text,
    person    text,
    party     text,
    opened_us bigint not null,
    due_us    bigint not null,
    target_us bigint not null,
    took_us   bigint,
    late_us   bigint,
    closed_us bigint,
    state     text not null,
    paused_us bigint not null,
    nudges    bigint not null,
    escalations bigint not null,
    last_told_us bigint,
    attributed text,
    behind_us bigint not null,
    -- An exception stopped its clock at some time.
    excepted  bigint not null,
    constraint duty_pk primary key (case_id, number)
) without rowid;
create index duty_by_opening on duty (opened_us);
create index duty_by_closing on duty (closed_us) where closed_us is not null;
create index duty_still_open on duty (case_id) where closed_us is null;

-- Who owes what now: one row for each role or person that may answer an open obligation, written `role:model-risk` or
-- `person:maya`.
create table owed (
    holder    text not null,
    case_id   text not null,
    number    bigint not null,
    constraint owed_pk primary key (holder, case_id, number)
) without rowid;
create index owed_by_duty on owed (case_id, number);

-- The newest message of a lane is asked for at each start: what came after it was missed.
create index message_by_lane_said on message (lane, said_us);

-- Cases' own channels. A lane such as `slack/inc-12` is the bot's own name for the channel of a case on a platform; which
-- channel that is there, the platform said when it was made, by the entry `since`. The newest is the lane's; what was said
-- before that stands in an older one.
create table case_channel (
    lane    text not null,
    since   bigint not null,
    channel text not null,
    constraint case_channel_pk primary key (lane, since)
) without rowid;
