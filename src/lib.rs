//! Countersign keeps the clock on every answer that somebody owes to a team that runs AI systems: who must answer, by when,
//! who hears when the answer doesn't come, and evidence of all of it. This page is the map of the source; [words](#words) are at its end.
//!
//! **The one idea.** An incident, an approval and what follows later are the same thing: *somebody owes an answer by a
//! moment, and if it doesn't come, word goes up a ladder.* Only an [`Obligation`](domain::Obligation) has a clock. Cases are
//! small state machines that open and discharge obligations, so that nudges, lateness, escalations, latency figures and digests
//! are written once.
//!
//! ```text
//!  person ─▶ web / chat ─Heard─▶ reception ─▶ desk ─▶ grammar ─▶ Command ┐       wake due ─▶ desk ─▶ Command::Wake ┐
//!                                                                        ▼                                         ▼
//!   ONE TRANSACTION   cause seen before? ─▶ load Case ─▶ domain::decide(case, ask, world) ─▶ Ruling: events, notices
//!                     record ─▶ ledger += entry ─▶ projection: case and its wake · outbox · transcript · duties · cause → answer
//!                                                       │ store commits (many asks in one commit under load)
//!  person ◀─ the answer, in private               ◀─────┤
//!  person ◀─ chat ◀─ courier ◀─ outbox ◀────────────────┘
//!                      └─ Report ─▶ desk ─▶ ledger      what was said, and when it arrived, is evidence too
//!  manager ◀─ digest ◀─ store::View          auditor ◀─ bundle, audit ◀─ ledger ─▶ seal
//! ```
//!
//! # The rooms
//!
//! Rules, which know nothing of the outside:
//!
//! - [`domain`]: what becomes true when somebody asks something at a moment; cases, obligations, calendars, the policy.
//!   [`domain::kinds`] has a room for each kind of case, [`domain::every_case`] what is the same for all of them,
//!   [`domain::bot`] what concerns no single case, [`domain::rota`] who is on shift at a moment, [`domain::regulation`] what laws
//!   ask to be reported and until when: data in `packs/`, one file for each law.
//! - [`grammar`]: what people type, press and fill in, and what it means; a table of verbs for each kind of case.
//! - [`seal`]: leaf bytes, Merkle tree, signed heads, proofs, and the check of it all.
//! - [`card`]: what the bot says, as words and buttons that know no platform; texts come from `templates/`, a folder for each
//!   kind of case.
//!
//! The loop and what it writes:
//!
//! - [`desk`]: the one loop that decides, and commits what it decided.
//! - [`ledger`]: from a record to a stored row, with its leaf, its facts and words and its place in the tree, and back.
//!   - [`ledger::heard`]: what platforms hand in, and the private answer to it.
//!   - [`ledger::record`]: what an entry says: something heard, a ruling, what became of a message, who somebody is.
//!   - [`ledger::projection`]: from a record to the rows of every other table; the desk and a rebuild run the same.
//!   - [`ledger::folder`]: the data folder: lock, keys, files, and the last signed head, apart from the database.
//! - [`blobs`]: the files that came with messages, in the data folder or in a bucket of an S3-compatible server; encrypted, where that is asked for.
//! - [`store`]: the only SQL: one writer, many readers. What rows mean is written in `migrations/`.
//! - [`clock`]: the only place that reads the time; everybody who waits, waits there.
//!
//! Between the loop and people:
//!
//! - [`chat`]: what platforms are asked to post, and the kit that every adapter is built from: trying again, rosters, files,
//!   how far was heard, a message's menu, how much of one account is answered ([`chat::quota`]), whether the bot is in the
//!   policy's channels ([`chat::membership`]), what it lacks there ([`chat::lacks`]), which rights it asks for ([`chat::rights`]),
//!   tokens that run out ([`chat::tokens`]); [`chat::local`] is the room as a platform.
//!   - [`chat::slack`], [`chat::discord`]: the platforms; each knows the room's own words, and no rule.
//!   - [`chat::reception`]: where what was heard is handed in and the answer comes back; reads the policy file again.
//!   - [`chat::courier`]: from the outbox to the platforms, and the receipt back to the desk; groups that follow a role.
//! - [`answers`]: questions about what is, read from what is committed: lists, timelines, what I owe and asked for, what an open
//!   case is to its reader, review drafts.
//! - [`web`]: the local room's page and API, who may reach it ([`web::guard`]), health; [`web::listener`] keeps whoever
//!   holds connections open from keeping others out.
//! - [`webhook`]: calls to machines outside: how they are signed, where they may go, and when one is tried again.
//! - [`stamp`]: a time-stamping authority is asked when a bundle or a head was there, and again before its certificate ends.
//! - [`witness`]: this bot's heads cosigned by others, and others' heads by this bot; what it cosigned last lies apart from the database.
//!
//! From the ledger to readers:
//!
//! - [`digest`]: how the SLA was kept, as of a moment: figures layer by layer, what would help most by rule, and the weeks before as a
//!   picture ([`digest::chart`]).
//! - [`evidence`]: what an auditor is given.
//!   - [`evidence::bundle`]: evidence of a case, a workflow or a period as a bag that is checked without Countersign.
//!   - [`evidence::audit`]: `verify`: is everything as it was recorded, and is everything there.
//!   - [`evidence::backup`]: a copy of the data folder that a bot can go on from.
//!   - [`evidence::exports`]: bundles that are asked for in chat, recorded and fetched once; what was exported at the command line.
//!   - [`evidence::import`]: what was said before the bot was there, from an export of a platform.
//!   - [`evidence::rebuild`]: every table but the ledger made anew; going on after a backup was restored.
//!   - [`evidence::erasure`]: what an erasure would take, how it is carried out under a working bot, and what a start makes up for.
//!   - [`evidence::keys`]: other keys for heads and bundles, each handed on to the next.
//!   - [`evidence::attest`]: an approval as a statement that others' gates read (in-toto), also with a receipt of the ledger (SCITT).
//! - [`csv`]: tables that a spreadsheet doesn't run.
//!
//! The front door:
//!
//! - [`app`]: the program around the bot.
//!   - [`app::config`]: the operator's settings, as written and as meant.
//!   - [`app::adapters`]: the platforms that the program was built with; the features `slack` and `discord` bring them in.
//!   - [`app::serve`]: the bot put together ([`Assembly`](app::serve::Assembly)), started, and stopped again in the order in
//!     which nothing is lost.
//!   - [`app::health`]: how the bot itself is; the watchdog, what platforms lack for some time, and the heartbeat.
//!   - [`app::process`]: what the program asks of the system: files that are its owner's alone, how many it may open, no image of its memory.
//!   - [`app::doctor`]: whether this machine keeps secrets to the bot; platforms are looked at by their adapters.
//!   - [`app::people`]: who and what there is on a platform, as lines for the policy.
//!   - [`app::webhooks`]: what calls to machines are signed with.
//!   - [`app::demo`]: a day of one workflow, told through the same API that scripts use.
//!
//! Arrows point at [`domain`]; `tests/house.rs` holds the table of who may know whom, and fails on a stray one.
//!
//! # What always holds
//!
//! 1. A rule never reads a clock, a table or a platform: it is handed all three as data
//!    ([`Ask`](domain::Ask), [`Case`](domain::Case), [`World`](domain::World)).
//! 2. Only the desk decides; only the store speaks SQL; only the courier posts; only [`clock`] knows the time.
//! 3. Whatever people are told is the stored answer to a cause, a reading of what is committed, or a row of the outbox,
//!    written in the commit that made it true.
//! 4. Wakes are derived: one per case, [`Case::wake`](domain::Case::wake), written with the case. None can leak.
//! 5. Terms are stamped when an obligation opens. A new policy moves no deadline that was announced; a case goes on under
//!    the policy whose hash it carries, or, where that one's text was erased, under the one in force then.
//! 6. One cause, one ruling: what a platform tells again gets the stored answer.
//! 7. The seal covers an entry as the exact bytes stored. Other columns are copies, and [`audit`](evidence::audit) compares them. The ledger
//!    is the truth: every other table can be rebuilt from it, and from its facts alone once words were erased.
//! 8. A chain proves nothing about its own end: the head is signed, lies apart from the database, and leaves the building
//!    with every digest and bundle.
//! 9. Nothing waits for the network inside a transaction. The commit is the moment of truth; every answer and effect follows it.
//! 10. A restricted case doesn't exist for people who aren't its own: no answer, list or channel names it, and a digest only
//!     counts it. Where it was told in the open before, its number stands and that it is restricted, and no more.
//!
//! # A word typed in the room becomes a ledger entry and a nudge
//!
//! Maya types `/approval request credit-scoring "Ship v7"`. The page posts it to `/room/api/say`; [`web::guard`] has turned
//! foreign `Host` and `Origin` headers away, and the room knows that she may speak in that channel. It becomes a
//! [`Heard`](ledger::heard::Heard) with a cause of its own, and goes through [`Reception::hear`](chat::reception::Reception::hear) into
//! the desk's inbox.
//!
//! The desk takes what is waiting, up to 256 at once, and makes one turn of it. First the cases whose time has come are woken,
//! so that who is late is late before the next word counts. Then each word in order: was its cause answered before? Then the
//! stored answer is the answer. Otherwise [`grammar`] reads the line against its verbs and the policy's names, and
//! [`domain::open`] rules: a [`Ruling`](domain::Ruling) with events (the approval was requested; a decision is owed by
//! `model-risk`), notices (ask them), and perhaps something that follows for another case or the bot itself. A
//! [`Refusal`](domain::Refusal) would have become her answer instead, and nothing else.
//!
//! Two records are appended: [`Record::Heard`](ledger::record::Record::Heard), her words as she typed them with the answer that she
//! gets, and [`Record::Ruled`](ledger::record::Record::Ruled), the events and to which lanes they are told. The [`ledger`] takes
//! each apart into facts and words, and gives it salts, commitments, a leaf and its place in the tree; who is mentioned for the
//! first time gets an entry of their own before it. [`Projection::fold`](ledger::projection::Projection::fold) turns the same records
//! into rows: the case with its derived wake, the outbox, the duty, the wanted card. [`store`] writes all of it in one
//! transaction, and only when that is on the disk Maya gets her private answer. If it fails, nothing happened: she gets a
//! reference, and the operator the reason.
//!
//! The [`courier`](chat::courier) sees the commit. It draws the case's card and the notices from what is true *now*, so a nudge whose answer
//! came meanwhile is dropped, and hands them to the platform, a lane at a time. The receipt goes back to the desk as
//! [`Report::Told`](desk::Report::Told): an entry again, one for each case that it speaks of, and the transcript's row is
//! written with it. The room's page hears over `/room/api/events` that the channel changed, and fetches what is new.
//!
//! # The same word, typed in Slack or on Discord
//!
//! [`slack`](chat::slack) keeps a connection to Slack open, or is called through [`web::slack`]; [`discord`](chat::discord) listens to the gateway. Each
//! makes the same [`Heard`](ledger::heard::Heard) of what it is told, with the platform's own id as its cause, so that a redelivery, a
//! mention told twice and a message found in history count once. Where a form will be wanted,
//! [`Reception::peek`](chat::reception::Reception::peek) says so without any work, since a platform opens one at once or not at all. Names
//! of accounts are turned into persons by the policy; whom it doesn't know is heard, and not obeyed.
//!
//! A lane is the bot's name of a conversation: `slack/C024BE91L`, `discord/@80351110224678912`, and `slack/inc-12` for the channel
//! that INC-12 has of its own there. Which channel that is, the adapter says when it has made it
//! ([`Chat::ensure_channel`](chat::Chat::ensure_channel)), and a [`ChannelMade`](ledger::record::ChannelMade) records it; one
//! in which people talked before the case names by itself ([`Case::converted`](domain::Case::converted)). After a disconnection the gap is an entry in the ledger,
//! and what history still has follows, marked as backfilled. Who is in a user group or has left comes in as a
//! [`Roster`](chat::roster::Roster): the policy with the members of its groups
//! ([`Bot::with_group_members`](domain::Bot::with_group_members)) follows from it.
//!
//! # Time passes
//!
//! Nobody says anything. The desk waits on the [`clock`] for the earliest of three: the first wake among the cases, the
//! bot's own (a digest, the end of a delegation), the next signed head. An hour later, at half of the two hours that the
//! policy gives, the case is due: [`Wake`](domain::every_case::Command::Wake) goes through the same [`domain::decide`] as
//! a person's word. The obligation's ladder says which rungs have passed; the last one that still matters is told, one true
//! thing instead of several stale ones, and how late the bot itself is stands in the event. The case's wake is derived anew,
//! and the nudge takes the way of every notice: outbox, courier, receipt. Nudges to one person that fall due close together
//! wait for each other and go as one message; quiet hours hold a direct message back until morning.
//!
//! At the deadline the breach is recorded, once, with the party that it is put down to; then it escalates to the next
//! role, and the path's `when_time_is_up` decides what else. What follows for the bot, such as a queue that gets worse,
//! is decided in the same transaction. When the bot starts and when it stops, every minute of a growing ledger and a tenth as often when it
//! is idle, by the machine's own time, the head is signed: first the entries are on the disk, then the file `checkpoint` is swapped, then the database has it
//! too, so that dying anywhere in between leaves a head of this very ledger. A start compares the database with that file
//! and refuses to go on over one that is older or disagrees.
//!
//! Meanwhile [`health`](app::health) looks every quarter of a minute. If wakes or messages are a minute behind, it says so, in the ledger and
//! in the operators' channel, and the outside heartbeat falls silent.
//!
//! # Where a rule reaches beyond its own case
//!
//! A rule is handed its case, who asks and when. Three things are more than that, and each is data that the rule asks for and
//! somebody else brings:
//!
//! - **Other cases.** A handoff of all that somebody holds must see those cases. The command says which
//!   ([`Reach`](domain::kinds::Reach)), the desk reads them in the same turn and decides the command with them in it. What follows for
//!   them is decided in the same transaction ([`HandOver`](domain::every_case::HandOver)), so that everything moves or nothing does.
//! - **A signed head.** Starting a rollback wants the evidence sealed first ([`Seal`](domain::kinds::Seal)). The desk tries whether
//!   everything else is in order, signs a head, and decides the command with its size and root in it; where the head can't be signed,
//!   nothing starts.
//! - **A machine outside.** A case says what it wants a machine told, and from when on ([`Call`](domain::Call)); nothing else remembers
//!   it. The [`webhook::caller`] sees the commit, makes the call, and hands in what came of it ([`Called`](domain::Called)) as a command
//!   of its own, as does [`web`] when a machine answers later. A process that dies in between calls again under the same id. A rule that
//!   doesn't wait for that answer any more refuses it.
//!
//! # A new kind of case
//!
//! A kind is a row of the table in [`domain::kinds`] and a folder beside the others: its opening, commands, events and
//! tellings, its state, and its rules ([`Kind`](domain::kinds::Kind)). The compiler then asks for its verbs
//! ([`grammar::verbs`]) and its card; a test asks for the text of each telling, for a sample of each card and for an entry of
//! each event in the golden ledger. Its duties are rows of [`domain::duty`]. The desk, the ledger, the courier, the digest, the
//! web and the adapters name no kind: they go by the table. Elsewhere a kind is named where something is its own alone: an
//! approval that is slow, exceptions that recur, what waits in queues and the absence that `/approval delegate` records
//! ([`domain::bot`]), the review of an incident and how exceptions wait ([`answers`]), its seats ([`card`]), who broke the glass in whose seat and how clocks of law ran ([`evidence::bundle`]), and what its verbs take ([`grammar`]) and refusals and the policy's hints tell to type.
//!
//! # Words
//!
//! Where the field has a word, it is used as the field uses it. These carry the design and mean here exactly one thing:
//!
//! | word | here | elsewhere |
//! |---|---|---|
//! | [obligation](domain::Obligation) | somebody owes an answer by a moment; the only thing with a clock | a task with an SLA timer |
//! | [duty](domain::Duty) | the kind of answer that is owed: acknowledge, decide, review … | SLA metric |
//! | [case](domain::Case) | an incident, an approval, an exception, a rollback, a handoff: what obligations belong to | incident, ticket, request |
//! | [in force](domain::kinds::exception::in_force) | granted, not yet ended and not suspended, at a moment; any doubt is no | active, valid |
//! | [way](domain::policy::Way) | a way out of harm: back to an older version, switched off, on to a newer one, or nothing | remediation |
//! | [sealed](domain::kinds::Seal) | a head of the ledger was signed before something is altered | snapshot, evidence hold |
//! | [freeze](domain::bot::releases) | changes of a workflow that go into production are held; going back stays possible | change freeze, deployment freeze |
//! | [drill](domain::kinds::rollback::Drill) | a rollback for practice: the same in everything but its name | exercise, game day |
//! | [call, webhook](domain::Call) | what a case wants a machine outside to be told; the place in the policy that is told it | outbound webhook |
//! | [queue](domain::bot::queues) | what waits for one answer: the exceptions of a workflow, the requests on a path | backlog |
//! | [say-back](domain::kinds::handoff::SaidBack) | what whoever accepts a handoff says of it, held against what is so | read-back |
//! | [handoff](domain::kinds::handoff) | what somebody holds goes to somebody else, at one moment, once that one accepts | handover, transfer |
//! | [ladder, rung](domain::policy::Ladder) | who hears next while no answer comes, and when; a rung is one step of it | escalation policy, escalation step |
//! | [ask](domain::Ask), [command](domain::Command) | who asks at which moment, and what | command |
//! | [ruling](domain::Ruling), [refusal](domain::Refusal) | what the rules make of it: events and notices, or a reason why not | decision, rejection |
//! | [wake](domain::Case::wake) | when a case next wants to be looked at by the rules; derived, never scheduled by hand | timer |
//! | [scene](domain::Scene) | what a rule looks at: the case, who asks, when, the policy and the people | context |
//! | [telling](domain::Telling), [notice](domain::Notice) | what is said, as data; and to whom | notification |
//! | [heard](ledger::heard::Heard) | something said or done on a platform, as it came in | inbound event |
//! | [cause](ledger::heard::Heard::cause) | the platform's own id of what was heard: a repetition has the same and gets the same answer | idempotency key |
//! | [audience](domain::Audience) | whom a lane is for: who may read what stands in it | visibility, ACL |
//! | [lane](domain::Lane) | a channel or a person's direct messages; what is told to one arrives in order | conversation |
//! | [roster](chat::roster::Roster) | who is in which group of a platform, and who is gone | directory sync |
//! | [desk](desk::Desk) | the one loop that decides and commits | command handler, single writer |
//! | [courier](chat::courier) | from the outbox to the platforms | outbox relay |
//! | [reception](chat::reception::Reception) | where what was heard is handed in | inbound port |
//! | [transcript](store::MessageRead) | what stands in the channels now | |
//! | [pack, clock of law](domain::regulation) | what one law asks to be reported, as data; how long a report has, and from which moment | regulatory deadline |
//! | [leaf](seal), [facts, words](ledger) | the envelope that is hashed; the parts of an entry that stay, and that can be erased | |
//! | [head](seal) | a signed size and root of the ledger's tree | checkpoint, signed tree head |
//! | [bot](domain::Bot) | what concerns no single case: delegations, digests, the policy in force, platforms | |

#![forbid(unsafe_code)]

pub mod answers;
pub mod app;
pub mod blobs;
pub mod card;
pub mod chat;
pub mod clock;
pub mod csv;
pub mod desk;
pub mod digest;
pub mod domain;
pub mod evidence;
pub mod grammar;
pub mod ledger;
pub mod seal;
pub mod stamp;
pub mod store;
pub mod web;
pub mod webhook;
pub mod witness;
