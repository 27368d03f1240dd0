//! Hand-made obligations with figures that were counted by hand.

use proptest::prelude::*;

use super::figures::Tally;
use super::*;
use crate::domain::Duty;
use crate::domain::obligation::State;
use crate::store::{CaseRow, Commit, DutyRow};

const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

/// Monday, 16 November 2026, 00:00 UTC.
const MONDAY: i64 = 1_794_787_200_000_000;

fn row(case: &str, number: u32) -> DutyFigures {
    DutyFigures {
        case: case.parse().expect("a case"),
        number,
        workflow: "credit-scoring".into(),
        duty: Duty::Acknowledge,
        role: Some("triage".to_owned()),
        person: None,
        party: Some("operations".to_owned()),
        opened_us: MONDAY,
        due_us: MONDAY + 15 * MINUTE,
        target_us: 15 * MINUTE,
        took_us: None,
        late_us: None,
        closed_us: None,
        state: State::Owed,
        paused_us: 0,
        nudges: 0,
        escalations: 0,
        last_told_us: None,
        attributed: None,
        behind_us: 0,
        excepted: false,
    }
}

fn met(case: &str, opened: i64, took: i64) -> DutyFigures {
    let late = took > 15 * MINUTE;
    DutyFigures {
        opened_us: opened,
        due_us: opened + 15 * MINUTE,
        closed_us: Some(opened + took),
        took_us: Some(took),
        late_us: late.then_some(opened + 15 * MINUTE),
        attributed: late.then(|| "operations".to_owned()),
        state: if late { State::MetLate } else { State::Met },
        ..row(case, 1)
    }
}

fn week() -> Period {
    Period { from: At(MONDAY), to: At(MONDAY + 7 * DAY), zone: Tz::UTC, rolling: false }
}

fn tally(rows: &[DutyFigures], as_of: At) -> Digest {
    tally_for(rows, as_of, BTreeSet::new())
}

fn tally_for(rows: &[DutyFigures], as_of: At, seen: BTreeSet<CaseId>) -> Digest {
    let mut tally = Tally::new(week(), as_of, seen);
    for row in rows {
        tally.count(&DutyRead { figures: row.clone(), restricted: row.case.number == 99 });
    }
    tally.digest(&BTreeMap::new(), (0, Unheard::default()), OfLedger { entries: 12, ..OfLedger::default() })
}

#[test]
fn each_obligation_counts_where_it_belongs() {
    let rows = [
        met("INC-1", MONDAY + DAY, 4 * MINUTE),
        met("INC-2", MONDAY + DAY, 10 * MINUTE),
        // Missed and answered in the week.
        met("INC-3", MONDAY + 2 * DAY, 40 * MINUTE),
        // Missed in the week, open at its end.
        DutyFigures {
            nudges: 2,
            escalations: 1,
            behind_us: 47 * MINUTE,
            late_us: Some(MONDAY + 3 * DAY + 15 * MINUTE),
            opened_us: MONDAY + 3 * DAY,
            due_us: MONDAY + 3 * DAY + 15 * MINUTE,
            state: State::Late,
            attributed: Some("vendor".to_owned()),
            ..row("INC-4", 1)
        },
        // Opened before the week, paused, so neither late nor forgotten.
        DutyFigures {
            opened_us: MONDAY - 30 * DAY,
            due_us: MONDAY - 29 * DAY,
            state: State::Paused,
            paused_us: DAY,
            ..row("INC-5", 1)
        },
        // Let go.
        DutyFigures { closed_us: Some(MONDAY + DAY), state: State::Waived, ..row("INC-6", 1) },
        DutyFigures { closed_us: Some(MONDAY + DAY), state: State::Void, ..row("INC-7", 1) },
        // The week before: one kept, one late.
        met("INC-8", MONDAY - 2 * DAY, 12 * MINUTE),
        met("INC-9", MONDAY - 2 * DAY, 60 * MINUTE),
        // Another duty has a line of its own, with its own target.
        DutyFigures { duty: Duty::Resolve, target_us: 8 * 60 * MINUTE, ..met("INC-1", MONDAY + DAY, 4 * MINUTE) },
        DutyFigures { duty: Duty::Resolve, target_us: 24 * 60 * MINUTE, ..met("INC-2", MONDAY + DAY, 5 * MINUTE) },
        // Not yet there.
        met("INC-10", MONDAY + 8 * DAY, MINUTE),
    ];
    let digest = tally(&rows, week().to - Span(1));
    assert_eq!(digest.workflows.len(), 1);
    let [acknowledge, resolve] = &digest.workflows[0].lines[..] else { panic!("{:?}", digest.workflows[0].lines) };
    assert_eq!((acknowledge.duty.as_str(), resolve.duty.as_str()), ("acknowledge", "resolve"));
    let expected = Line {
        layer: Layer::Incidents,
        kind: "incident".to_owned(),
        duty: "acknowledge".to_owned(),
        // INC-6 and INC-7 were opened at the very beginning of the week.
        opened: 6,
        kept: 2,
        kept_excepted: 0,
        kept_paused: 0,
        late: 2,
        late_excepted: 0,
        late_paused: 0,
        met_late: 1,
        open: 2,
        near_misses: 0,
        waived: 1,
        void: 1,
        latency: Some(Latency { answers: 3, p50: Span::minutes(10), p90: Span::minutes(40), p99: Span::minutes(40) }),
        target: Some(Target { shortest: Span::minutes(15), longest: Span::minutes(15) }),
        paused: Span::days(1),
        nudges: 2,
        escalations: 1,
        attributed: BTreeMap::from([("operations".to_owned(), 1), ("vendor".to_owned(), 1)]),
        before: Some(Before {
            kept: 1,
            late: 1,
            latency: Some(Latency {
                answers: 2,
                p50: Span::minutes(12),
                p90: Span::minutes(60),
                p99: Span::minutes(60),
            }),
        }),
    };
    assert_eq!(acknowledge, &expected);
    assert_eq!(resolve.target, Some(Target { shortest: Span::hours(8), longest: Span::hours(24) }));
    assert_eq!((resolve.kept, resolve.before), (2, None));
    assert!(!digest.quiet);
    assert_eq!((digest.bot.told_late, digest.bot.worst), (1, Span::minutes(47)));
    let old: Vec<String> =
        digest.old.items.iter().map(|item| format!("{} {:?} {}", item.case, item.late_by, item.paused)).collect();
    let late_by = Span(4 * DAY - 15 * MINUTE - 1);
    assert_eq!(old, [format!("INC-4 {:?} false", Some(late_by)), "INC-5 None true".to_owned()]);
}

#[test]
fn what_came_later_is_not_known_yet() {
    let answered_late = met("INC-1", MONDAY + DAY, 60 * MINUTE);
    let at = |minutes: i64| tally(std::slice::from_ref(&answered_late), At(MONDAY + DAY + minutes * MINUTE));
    let line = |digest: &Digest| digest.workflows.first().map(|it| it.lines[0].clone()).unwrap_or_default();
    assert_eq!(line(&at(-1)), Line::default(), "not opened yet");
    let before = line(&at(10));
    assert_eq!((before.opened, before.open, before.late, before.met_late), (1, 1, 0, 0));
    assert_eq!(at(10).old.count, 0);
    let late = line(&at(30));
    assert_eq!((late.open, late.late, late.met_late, late.latency), (1, 1, 0, None));
    assert_eq!(at(30).old.items[0].late_by, Some(Span::minutes(15)));
    let after = line(&at(60));
    assert_eq!((after.open, after.late, after.met_late), (0, 1, 1));
}

#[test]
fn a_deadline_is_missed_even_while_the_bot_is_down() {
    let unrecorded = row("INC-1", 1);
    let digest = tally(&[unrecorded], At(MONDAY + 20 * MINUTE));
    assert_eq!(digest.workflows[0].lines[0].attributed, BTreeMap::from([("open".to_owned(), 1)]));
    assert_eq!(digest.old.items[0].late_by, Some(Span::minutes(5)));
}

#[test]
fn restricted_cases_are_neither_counted_nor_named() {
    let rows = [row("INC-99", 1), row("INC-1", 1)];
    let digest = tally(&rows, week().to);
    assert_eq!((digest.old.count, digest.old.items.len(), digest.workflows[0].lines[0].opened), (1, 1, 1));
    let all = format!("{}{}{}{:?}", digest.text(Tz::UTC), digest.json(), digest.csv(), digest.card("/"));
    assert!(all.contains("INC-1") && !all.contains("INC-99") && !all.contains("number: 99"), "{all}");
}

/// Whoever may see a restricted case has it counted, and is told so.
#[test]
fn a_restricted_case_counts_for_whoever_may_see_it() {
    let rows = [row("INC-99", 1), row("INC-1", 1)];
    let digest = tally_for(&rows, week().to, BTreeSet::from(["INC-99".parse().unwrap(), "INC-7".parse().unwrap()]));
    assert_eq!((digest.old.count, digest.workflows[0].lines[0].opened, digest.restricted), (2, 2, 1));
    let said = "One restricted case that you may see is counted here";
    assert!(digest.text(Tz::UTC).contains(said) && digest.card("/").plain(Tz::UTC, week().to).contains(said));
    assert!(!tally(&rows, week().to).text(Tz::UTC).contains("restricted"));
}

#[test]
fn the_share_is_said_with_and_without_what_stopped_clocks_or_was_let_go() {
    let rows = [
        met("INC-1", MONDAY + DAY, 4 * MINUTE),
        met("INC-2", MONDAY + DAY, 40 * MINUTE),
        DutyFigures { excepted: true, paused_us: MINUTE, ..met("INC-3", MONDAY + DAY, 4 * MINUTE) },
        DutyFigures { paused_us: MINUTE, ..met("INC-4", MONDAY + DAY, 5 * MINUTE) },
        DutyFigures { paused_us: MINUTE, ..met("INC-5", MONDAY + DAY, 50 * MINUTE) },
        DutyFigures { closed_us: Some(MONDAY + DAY), state: State::Waived, ..row("INC-6", 1) },
    ];
    let text = tally(&rows, week().to).text(Tz::UTC);
    for said in [
        "\nIn time: 3 of 5 (60 %)\n",
        "\nIn time without 1 whose clock an exception stopped: 2 of 4 (50 %)\n",
        "\nIn time without 2 whose clock a pause stopped: 2 of 3 (67 %)\n",
        "\nIn time with 1 that was waived counted as late: 3 of 6 (50 %)\n",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let excepted = [DutyFigures { excepted: true, ..met("INC-3", MONDAY + DAY, 4 * MINUTE) }];
    let all = tally(&excepted, week().to).text(Tz::UTC);
    assert!(all.contains("Of the one an exception stopped the clock."), "{all}");
    // Nearly all is not all.
    let mut many: Vec<DutyFigures> = (1..=999).map(|n| met(&format!("INC-{n}"), MONDAY + DAY, MINUTE)).collect();
    many.retain(|row| row.case.number != 99);
    many.push(met("INC-1000", MONDAY + DAY, 60 * MINUTE));
    let nearly = tally(&many, week().to).text(Tz::UTC);
    assert!(nearly.contains("In time: 998 of 999 (99 %)"), "{nearly}");
}

/// By rule, and the first is what concerns most answers; a digest without trouble has nothing to say.
#[test]
fn what_would_help_most_is_said_by_rule() {
    let day = MONDAY + DAY;
    let late_by =
        |case: &str, whose: &str| DutyFigures { attributed: Some(whose.to_owned()), ..met(case, day, 40 * MINUTE) };
    let rules = |rows: &[DutyFigures]| {
        let next = tally(rows, week().to).next;
        next.iter().map(|it| format!("{} {}", it.rule, it.answers)).collect::<Vec<_>>()
    };
    assert_eq!(rules(&[]), [""; 0]);
    assert_eq!(rules(&[met("INC-1", day, MINUTE)]), [""; 0]);
    let mostly =
        [late_by("INC-1", "vendor"), late_by("INC-2", "vendor"), late_by("INC-3", "risk"), met("INC-4", day, MINUTE)];
    assert_eq!(rules(&mostly), ["late-by-one 3"]);
    let said = &tally(&mostly, week().to).next[0].words;
    assert_eq!(
        said,
        "Acknowledgement of credit-scoring (90 % within 40 min, promised 15 min): 3 of 4 came too late, 2 of them by vendor. Agree with \
         vendor on who answers, or on more people for it."
    );
    let divided = [late_by("INC-1", "vendor"), late_by("INC-2", "risk")];
    assert_eq!(rules(&divided), ["late 2"]);
    let unsaid = [late_by("INC-1", "open"), late_by("INC-2", "open")];
    assert_eq!(rules(&unsaid), ["late 2", "unattributed 2"]);
    // Still owed and late stands first, where as many are concerned.
    let owed = [row("INC-1", 1), row("INC-2", 1)];
    assert_eq!(rules(&owed)[0], "late-now 2");
    let paused = [DutyFigures { paused_us: MINUTE, ..met("INC-1", day, MINUTE) }];
    assert_eq!(rules(&paused), ["paused 1"]);
    // Three at most.
    let behind = DutyFigures { behind_us: MINUTE, ..row("INC-3", 1) };
    let all = [&owed[..], &unsaid[..], &[behind]].concat();
    assert_eq!(rules(&all).len(), 3);
}

/// Week by week against a count of each row by itself.
#[test]
fn weeks_stand_side_by_side() {
    let rows: Vec<DutyFigures> =
        (0..90).map(|n| met(&format!("INC-{}", n + 100), MONDAY - (n - 6) * DAY, (n % 40) * MINUTE)).collect();
    let digest = tally(&rows, week().to);
    assert_eq!(digest.weeks.len(), 8);
    for (nth, week) in digest.weeks.iter().enumerate() {
        assert_eq!(week.to, At(MONDAY + 7 * DAY - 7 * DAY * (7 - nth as i64)));
        assert_eq!(week.to - week.from, Span::days(7));
        let within = |at: i64| (week.from.0..week.to.0).contains(&at);
        let answered = || rows.iter().filter(|row| within(row.closed_us.unwrap_or(0)));
        let kept = answered().filter(|row| row.late_us.is_none()).count() as u64;
        let late = rows.iter().filter(|row| row.late_us.is_some_and(within)).count() as u64;
        let took: Vec<i64> = answered().map(|row| row.took_us.unwrap_or(0) * 1000 / row.target_us).collect();
        let [of] = &week.layers[..] else { panic!("{week:?}") };
        let expected = (Layer::Incidents, kept, late, took.len() as u64, Some(naive(&took, 90) as u64));
        assert_eq!((of.layer, of.kept, of.late, of.answers, of.p90_permille), expected, "week {nth}");
    }
    // The last week is the period's own.
    let last = digest.weeks.last().map(|week| week.layers[0]).unwrap();
    let line = &digest.workflows[0].lines[0];
    assert_eq!((last.kept, last.late, last.answers), (line.kept, line.late, line.latency.map_or(0, |it| it.answers)));
}

#[test]
fn a_chart_is_drawn_of_what_there_is() {
    use super::chart::{Chart, Palette};
    let rows = [met("INC-1", MONDAY + DAY, 4 * MINUTE), met("INC-2", MONDAY - 9 * DAY, 40 * MINUTE)];
    let digest = tally(&rows, week().to);
    assert_eq!(Chart::of(&tally(&[], week().to), Tz::UTC), None, "nothing to draw");
    let chart = Chart::of(&digest, Tz::UTC).unwrap();
    assert_eq!(
        chart.words(),
        "Answers week by week; each week begins on the day below it (UTC). Incident response: from 2 Nov 0 in time, 1 late, 90 % took at \
         most 267 % of the time; from 16 Nov 1 in time, 0 late, 90 % took at most 27 % of the time."
    );
    let (light, dark, png) = (chart.svg(Palette::Light), chart.svg(Palette::Dark), chart.png());
    let (light, dark, png) = (light.unwrap(), dark.unwrap(), png.unwrap());
    assert!(light.contains("Incident response") && light.contains("267 %") && light != dark, "{light}");
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!((chart.svg(Palette::Light).unwrap(), chart.png().unwrap()), (light, png), "the same each time");
}

#[test]
fn a_page_and_markdown_say_the_same_figures() {
    let rows = [
        met("INC-1", MONDAY + DAY, 4 * MINUTE),
        DutyFigures { workflow: "<b>x</b>".into(), ..met("INC-2", MONDAY + DAY, 40 * MINUTE) },
        row("INC-3", 1),
    ];
    let digest = tally(&rows, week().to);
    let (html, markdown) = (digest.html(Tz::UTC).unwrap(), digest.markdown(Tz::UTC).unwrap());
    for said in ["In time: 1 of 3 (33 %)", "What would help most", "Incident response: 1 of 2 (50 %) in time", "INC-3"]
    {
        assert!(html.contains(said), "{said}: {html}");
        assert!(markdown.contains(said), "{said}: {markdown}");
    }
    assert!(html.contains("<svg") && html.contains("&lt;b&gt;x") && !html.contains("<b>x"), "{html}");
    assert!(!html.contains("{{") && !html.contains("undefined"), "{html}");
    // A table of Markdown is one only without an empty line in it.
    let header = markdown.lines().position(|line| line.starts_with("| Answer |")).expect("a table");
    let table: Vec<&str> = markdown.lines().skip(header).take_while(|line| !line.is_empty()).collect();
    let cells = |line: &str| line.matches('|').count();
    assert!(table.len() >= 3 && table.iter().all(|line| cells(line) == cells(table[0])), "{markdown}");
}

#[test]
fn a_quiet_week_says_so() {
    let digest = tally(&[], week().to);
    assert!(digest.quiet);
    let text = digest.text(Tz::UTC);
    assert!(text.contains("A quiet week: nothing was opened, answered or missed, and nothing is late."), "{text}");
    assert!(digest.card("/").plain(Tz::UTC, week().to).contains("A quiet week"));
    let old =
        tally(&[DutyFigures { opened_us: MONDAY - 9 * DAY, due_us: MONDAY - 8 * DAY, ..row("INC-3", 1) }], week().to);
    assert!(old.quiet && old.text(Tz::UTC).contains("What follows is older."), "{}", old.text(Tz::UTC));
    assert!(!old.text(Tz::UTC).contains("nothing is late"));
    // Before there was a ledger, nobody knows whether it was quiet.
    let before = Digest { ledger: OfLedger::default(), ..digest }.text(Tz::UTC);
    assert!(before.contains("The ledger begins later: nothing is known of this time."), "{before}");
    assert!(!before.contains("quiet"), "{before}");
}

#[test]
fn the_latest_old_items_are_named_and_the_others_counted() {
    let rows: Vec<DutyFigures> = (1..=1000)
        .map(|n| DutyFigures { due_us: MONDAY + i64::from((n * 7919) % 1000) * MINUTE, ..row(&format!("INC-{n}"), 1) })
        .collect();
    let digest = tally(&rows, week().to);
    // INC-99 is restricted.
    assert_eq!((digest.old.count, digest.old.items.len()), (999, OldItems::NAMED));
    assert!(digest.old.items.is_sorted_by_key(|item| item.due) && digest.old.items[0].due == At(MONDAY));
    let card = digest.card("/cs-").plain(Tz::UTC, week().to);
    assert!(card.contains("… and 989 more; /cs-sla status shows them."), "{card}");
}

#[test]
fn periods_are_read_and_shown() {
    let at = |text: &str| At(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros());
    let as_of = at("2026-11-23T09:00:00Z");
    let check = |text: &str, zone: Tz, from: &str, to: &str, words: &str| {
        let period = Period::read(text, as_of, zone).unwrap();
        assert_eq!((period.from, period.to), (at(from), at(to)), "{text}");
        let shown = Digest { period, ..tally(&[], as_of) }.card("/").plain(Tz::UTC, as_of);
        assert!(shown.contains(words), "{shown}");
    };
    let kolkata = chrono_tz::Asia::Kolkata;
    check("month", kolkata, "2026-09-30T18:30:00Z", "2026-10-31T18:30:00Z", "Thu 1 Oct – Sat 31 Oct 2026");
    check("quarter", Tz::UTC, "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z", "Wed 1 Jul – Wed 30 Sep 2026");
    check(
        "2025-12-29..2026-01-04",
        Tz::UTC,
        "2025-12-29T00:00:00Z",
        "2026-01-05T00:00:00Z",
        "Mon 29 Dec 2025 – Sun 4 Jan 2026",
    );
    check(
        "week",
        kolkata,
        "2026-11-16T09:00:00.000001Z",
        "2026-11-23T09:00:00.000001Z",
        "SLA digest · last 7 days, Mon 16 Nov 2026 14:30 – Mon 23 Nov 2026 14:30 (Asia/Kolkata)",
    );
    let week = Period::read("week", as_of, Tz::UTC).unwrap();
    assert!(week.holds(as_of.0) && !week.holds((as_of - Span::days(7)).0) && week.to - week.from == Span::days(7));
    for wrong in ["", "fortnight", "2026-11-30..2026-11-01", "2026-11-01..", "2026-02-30..2026-03-01"] {
        assert!(Period::read(wrong, as_of, Tz::UTC).unwrap_err().contains("2026-11-01..2026-11-30"), "{wrong}");
    }
}

#[test]
fn cells_of_the_csv_are_never_formulas() {
    let digest = tally(&[DutyFigures { workflow: "=cmd|calc".into(), ..met("INC-1", MONDAY, MINUTE) }], week().to);
    let csv = digest.csv();
    assert!(csv.contains(",'=cmd|calc,Incident response,incident,acknowledge,1,1,0,0,0,0,"), "{csv}");
    assert!(csv.lines().all(|line| line.split(',').count() == 32), "{csv}");
}

#[tokio::test]
async fn a_digest_is_drawn_from_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, reader) = store::open(&folder.path().join("test.db"), true).await.unwrap();
    let mut commit = Commit::default();
    for (case, number) in [("INC-1", 1), ("INC-2", 2)] {
        commit.cases.push(CaseRow {
            case: case.to_owned(),
            kind: "incident",
            number,
            workflow: "credit-scoring".to_owned(),
            state: "open",
            restricted: case == "INC-2",
            opened_us: MONDAY,
            closed_us: None,
            keep_until_us: None,
            wake_us: None,
            snapshot: "{}".to_owned(),
        });
        commit.duties.push(DutyRow { figures: row(case, 1), holders: Vec::new() });
    }
    writer.commit(commit).await.unwrap();
    let computed = async |workflow: &[WorkflowId]| compute(&reader, &week(), workflow, week().to).await.unwrap();
    // What opened after the week is nothing to it, whenever somebody asks.
    let mut commit = Commit::default();
    let later = DutyFigures { opened_us: MONDAY + 8 * DAY, due_us: MONDAY + 8 * DAY, nudges: 3, ..row("INC-1", 2) };
    commit.duties.push(DutyRow { figures: later, holders: Vec::new() });
    writer.commit(commit).await.unwrap();
    let much_later = compute(&reader, &week(), &[], week().to + Span::days(30)).await.unwrap();
    assert_eq!(much_later, computed(&[]).await);
    let digest = computed(&[]).await;
    assert_eq!((digest.workflows[0].lines[0].opened, digest.old.count, digest.old.items.len()), (1, 1, 1));
    assert_eq!(digest.ledger.entries, 0);
    assert_eq!(computed(&[WorkflowId::from("credit-scoring")]).await, digest);
    assert!(computed(&[WorkflowId::from("claims-triage")]).await.quiet);
}

/// Nearest rank as the textbook says it, without a formula for the place: the smallest value that enough others don't exceed.
fn naive(values: &[i64], percent: usize) -> i64 {
    let enough = |value: &&i64| values.iter().filter(|other| other <= value).count() * 100 >= values.len() * percent;
    *values.iter().filter(enough).min().unwrap()
}

#[test]
fn the_share_that_came_in_time_is_the_first_figure() {
    let rows = [
        met("INC-1", MONDAY + DAY, 4 * MINUTE),
        met("INC-2", MONDAY + DAY, 10 * MINUTE),
        met("INC-3", MONDAY + DAY, 40 * MINUTE),
        met("INC-8", MONDAY - 2 * DAY, 12 * MINUTE),
        met("INC-9", MONDAY - 2 * DAY, 60 * MINUTE),
    ];
    let said = tally(&rows, week().to).text(Tz::UTC);
    assert!(said.contains("\nIn time: 2 of 3 (67 %); 50 % in the time before\n"), "{said}");
    assert!(!tally(&[], week().to).text(Tz::UTC).contains("In time"), "nothing of nothing is no share");
}

proptest! {
    #[test]
    fn percentiles_are_those_of_a_naive_count(mut took in prop::collection::vec(0..500_i64, 1..120)) {
        let expected = [50, 90, 99].map(|percent| Span(naive(&took, percent)));
        let latency = Latency::of(&mut took).unwrap();
        prop_assert_eq!([latency.p50, latency.p90, latency.p99], expected);
        prop_assert_eq!(latency.answers, took.len() as u64);
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing(
        rows in prop::collection::vec((0..14_i64, 0..120_i64, 1..40_u32, any::<bool>()), 0..60), seed in any::<u64>(),
    ) {
        let rows: Vec<DutyFigures> = rows.into_iter().zip(1..).map(|((day, took, case, open), number)| {
            let met = met(&format!("INC-{case}"), MONDAY + (day - 7) * DAY, took * MINUTE);
            let closed_us = met.closed_us.filter(|_| !open);
            DutyFigures { number, closed_us, took_us: met.took_us.filter(|_| !open), ..met }
        }).collect();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (u64::from(row.number)).wrapping_mul(seed | 1));
        let (one, other) = (tally(&rows, week().to), tally(&shuffled, week().to));
        prop_assert_eq!(one.json(), other.json());
        prop_assert_eq!(one.text(Tz::UTC), other.text(Tz::UTC));
        let read: Digest = serde_json::from_str(&one.json()).unwrap();
        prop_assert_eq!(read, one);
    }
}
