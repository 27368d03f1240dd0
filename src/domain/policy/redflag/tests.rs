use super::super::{EXAMPLE, Policy};
use super::owed::longest_common_quiet;
use super::{RedFlag, flags};

fn policy(text: &str) -> Policy {
    Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("policy.toml")))
}

/// The example with pieces of it replaced, each once; a piece that isn't there is a mistake of the test.
fn example_but(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(EXAMPLE.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "the example has no {from:?}");
        text.replacen(from, to, 1)
    })
}

fn without<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("the example has no {from:?}"));
    &text[start..start + text[start..].find(to).unwrap_or_else(|| panic!("no {to:?} after {from:?}"))]
}

/// The example is clean. Each change raises its flag, on a line that holds these words.
#[test]
fn each_unwise_thing_is_flagged_where_it_stands() {
    let target = |start: &str| {
        let at = EXAMPLE.find(start).unwrap_or_else(|| panic!("the example has no {start:?}"));
        without(&EXAMPLE[at..], "[[targets]]", "\n\n")
    };
    let review = target("[[targets]]\nduty = \"review\"");
    let assess_grave = target("[[targets]]\nduty = \"assess\"\nstage = \"production\"\nseverity");
    let assess = target("[[targets]]\nduty = \"assess\"\nstage = \"production\"\nholder");
    let update = target("[[targets]]\nduty = \"update\"\nstage = \"production\"\nseverity = \"sev1\"");
    let rest = target("[[targets]]\nduty = \"acknowledge\"\nstage = \"production\"\nholder");
    let resolve = target("[[targets]]\nduty = \"resolve\"\nstage = \"production\"\nholder");
    let answer = target("[[targets]]\nduty = \"answer-question\"");
    let look = target("[[targets]]\nduty = \"review-break-glass\"");
    let working = target("[[targets]]\nduty = \"still-working\"");
    let triage_exception = target("[[targets]]\nduty = \"triage-exception\"");
    let recommend = target("[[targets]]\nduty = \"recommend\"");
    let ruling = target("[[targets]]\nduty = \"rule-exception\"");
    let expiry = target("[[targets]]\nduty = \"answer-expiry\"");
    let accept = target("[[targets]]\nduty = \"accept-handoff\"");
    let place = target("[[targets]]\nduty = \"place-refused\"");
    let take = target("[[targets]]\nduty = \"review-take\"");
    let classes = without(EXAMPLE, "[exceptions.classes.late-report]", "# ── Who may do what");
    let queue = without(EXAMPLE, "queue = { short", "\n\n[exceptions.classes");
    let scoring_path = "approval_path = \"model-change\"\n";
    let triage = "members = [\"dev\", \"lena\"]";
    let quorum = "role = \"model-risk\"\nquorum = 2\nwithin = \"2h\"";
    let dev_zone = "party = \"operations\"\nzone = \"Asia/Kolkata\"\n\n[people.lena]";
    let sev2_contain = "severity = \"sev2\"\nholder = \"vendor-engineering\"\nwithin = \"8h\"";
    let kept = "keep_evidence_days = 2555 ";

    type Change<'t> = &'t [(&'t str, &'t str)];
    let table: &[(&str, &str, Change<'_>)] = &[
        ("no-operators-channel", "[policy]", &[("operators_channel = \"countersign-ops\"\n", "")]),
        ("anyone-may", "[may]", &[("waive_duty = \"governance-lead\"\n", "")]),
        ("anyone-may", "reload_policy", &[("reload_policy = \"governance-lead\"", "reload_policy = \"anyone\"")]),
        (
            "anyone-may",
            "may = { waive_duty = \"anyone\" }",
            &[("[workflows.claims-triage]", "[workflows.claims-triage]\nmay = { waive_duty = \"anyone\" }")],
        ),
        ("single-holder", "[roles.triage]", &[(triage, "members = [\"dev\"]")]),
        (
            "empty-role",
            "[roles.spare]",
            &[("[roles.triage]", "[roles.spare]\nname = \"Spare\"\nparty = \"risk\"\nmembers = []\n\n[roles.triage]")],
        ),
        (
            "members-of-another-party",
            "members = [\"ravi\", \"dev\", \"priya\"]",
            &[("members = [\"ravi\", \"elena\"]", "members = [\"ravi\", \"dev\", \"priya\"]")],
        ),
        (
            "person-as-role",
            "[roles.dev]",
            &[(
                "[roles.triage]",
                "[roles.dev]\nname = \"Dev\"\nparty = \"risk\"\nmembers = [\"dev\", \"lena\"]\n\n[roles.triage]",
            )],
        ),
        ("no-acknowledge-duty", "[workflows.credit-scoring]", &[(rest, "")]),
        ("no-resolve-duty", "[workflows.credit-scoring]", &[(resolve, "")]),
        ("no-approval-duty", "[workflows.credit-scoring]", &[(scoring_path, "")]),
        ("no-assess-duty", "[workflows.credit-scoring]", &[(assess_grave, ""), (assess, "")]),
        ("no-update-duty", "[workflows.credit-scoring]", &[(update, "")]),
        ("no-review-duty", "[workflows.credit-scoring]", &[(review, "")]),
        (
            "mostly-uptime",
            "[workflows.credit-scoring]",
            &[(review, ""), (assess_grave, ""), (assess, ""), (scoring_path, "")],
        ),
        ("evidence-retention-absent", "[workflows.credit-scoring]", &[(kept, "# ")]),
        ("evidence-retention-short", "keep_evidence_days = 182", &[(kept, "keep_evidence_days = 182 ")]),
        (
            "severity-without-words",
            "[severities.sev1]",
            &[(without(EXAMPLE, "[severities.sev3]", "[severities.sev4]"), "")],
        ),
        ("ladder-without-nudge", "[ladders.gentle]", &[("nudge_at_percent = [80]", "nudge_at_percent = []")]),
        (
            "ladder-without-escalation",
            "[[targets]]",
            &[
                ("[ladders.fast]", "[ladders.alone]\nnudge_at_percent = [50]\n\n[ladders.fast]"),
                (
                    sev2_contain,
                    "severity = \"sev2\"\nholder = \"vendor-engineering\"\nwithin = \"8h\"\nladder = \"alone\"",
                ),
            ],
        ),
        (
            "silence-approves",
            "when_time_is_up = \"approve\"",
            &[("when_time_is_up = { widen = \"chief-risk\" }", "when_time_is_up = \"approve\"")],
        ),
        (
            "widen-adds-nobody",
            "when_time_is_up",
            &[("when_time_is_up = { widen = \"chief-risk\" }", "when_time_is_up = { widen = \"model-risk\" }")],
        ),
        (
            "approval-owed-by-client-alone",
            "[paths.model-change]",
            &[
                ("widen = \"chief-risk\"", "widen = \"product-owner\""),
                (quorum, "role = \"product-owner\"\nquorum = 1\nwithin = \"2h\""),
            ],
        ),
        (
            "own-role-approves",
            "[[paths.model-change.stages]]",
            &[
                ("[\"product-owner\", \"vendor-engineering\", \"incident-command\"]", "\"model-risk\""),
                (quorum, "role = \"model-risk\"\nwithin = \"2h\""),
            ],
        ),
        (
            "quorum-needs-everybody",
            "[[paths.model-change.stages]]",
            &[(quorum, "role = \"model-risk\"\nquorum = 3\nwithin = \"2h\"")],
        ),
        (
            "question-pauses-without-cap",
            "[[paths.model-change.stages]]",
            &[("pause = { reasons = [\"waiting on the requester\"], at_most = \"8h\" }", "")],
        ),
        ("question-without-clock", "[paths.model-change]", &[(answer, "")]),
        ("break-glass-without-review", "[paths.model-change]", &[(look, "")]),
        ("expiry-without-question", "[[targets]]", &[(working, "")]),
        (
            "ladder-ends-where-it-began",
            "[[targets]]",
            &[("members = [\"henrik\", \"anika\"]", "members = [\"priya\", \"anika\"]")],
        ),
        (
            "ladder-ends-where-it-began",
            "[[targets]]",
            &[(
                "holder = \"chief-risk\"\nwithin = \"24h\"\nladder = \"approvals\"",
                "holder = \"chief-risk\"\nwithin = \"24h\"",
            )],
        ),
        (
            "one-person-on-every-rung",
            "[[targets]]",
            &[
                (triage, "members = [\"dev\"]"),
                (
                    "[ladders.gentle]\nnudge_at_percent = [80]\nescalate = [{ after = \"9h\", tell = \"product-owner\" }]",
                    "[ladders.gentle]\nnudge_at_percent = [80]\nescalate = [{ after = \"9h\", tell = \"triage\" }]",
                ),
            ],
        ),
        (
            "days-in-business-time",
            "within = \"1d\"",
            &[("within = \"9h\"\ncalendar = \"mumbai\"", "within = \"1d\"\ncalendar = \"mumbai\"")],
        ),
        (
            "quiet-to-the-end",
            "[[targets]]",
            &[
                (
                    dev_zone,
                    "party = \"operations\"\nzone = \"Asia/Kolkata\"\nquiet_hours = \"22:00-09:00\"\n\n[people.lena]",
                ),
                (
                    "ladder = \"fast\"\nurgent = true                       # nudges",
                    "ladder = \"fast\"                       # nudges",
                ),
            ],
        ),
        ("names-look-the-same", "name = \"Tomáš Novák\"", &[("name = \"Priya Iyer\"", "name = \"Тomáš Novák\"")]),
        ("names-look-the-same", "name = \"arjun  nair\"", &[("name = \"Dev Malhotra\"", "name = \"arjun  nair\"")]),
        (
            "workflows-share-a-channel",
            "[workflows.credit-scoring]",
            &[("channel = \"claims-pilot\"", "channel = \"credit-ai\"")],
        ),
        (
            "calendar-without-holidays",
            "[calendars.nights]",
            &[(
                "[ladders.fast]",
                "[calendars.nights]\nzone = \"UTC\"\nhours = { mon-sun = \"00:00-06:00\" }\n\n[ladders.fast]",
            )],
        ),
        ("no-exception-classes", "[exceptions]", &[(classes, "")]),
        ("no-control-owner", "[exceptions]", &[("control_owner = \"governance-lead\"", "")]),
        ("exception-queue-unwatched", "[exceptions]", &[(queue, "")]),
        (
            "exceptions-owed-by-client-alone",
            "[exceptions]",
            &[
                ("rules = [\"governance-lead\"]\nlongest = \"14d\"", "rules = [\"product-owner\"]\nlongest = \"14d\""),
                ("rules = [\"chief-risk\"]\nlongest = \"30d\"", "rules = [\"product-owner\"]\nlongest = \"30d\""),
                ("rules = [\"governance-lead\"]\nlongest = \"5d\"", "rules = [\"product-owner\"]\nlongest = \"5d\""),
            ],
        ),
        (
            "exception-without-end",
            "until_revoked = \"chief-risk\"",
            &[("past_renewals = \"chief-risk\"", "until_revoked = \"chief-risk\"\npast_renewals = \"chief-risk\"")],
        ),
        (
            "exception-ends-unwarned",
            "about = \"credit decisions go out without the second reader\"",
            &[("warn_before = [\"7d\", \"3d\", \"1d\"]\n", "")],
        ),
        (
            "specialists-rule",
            "rules = [\"chief-risk\"]",
            &[("members = [\"henrik\", \"anika\"]", "members = [\"priya\", \"anika\"]")],
        ),
        ("no-triage-of-exceptions", "[workflows.credit-scoring]", &[(triage_exception, "")]),
        ("no-ruling-duty", "[workflows.credit-scoring]", &[(ruling, "")]),
        ("no-recommend-duty", "[workflows.credit-scoring]", &[(recommend, "")]),
        ("no-expiry-duty", "[workflows.credit-scoring]", &[(expiry, "")]),
        (
            "handoff-undefined",
            "knowledge = { claims-triage",
            &[("credit-scoring = [\"how a score is rolled back\", \"whom the vendor has on call\"], ", "")],
        ),
        ("no-acceptance-duty", "[workflows.credit-scoring]", &[(accept, "")]),
        ("refused-handoff-without-holder", "[workflows.credit-scoring]", &[(place, "")]),
        ("take-without-review", "[workflows.credit-scoring]", &[(take, "")]),
        (
            "zone-without-a-place",
            "zone = \"EST\"",
            &[("zone = \"Asia/Kolkata\"\n\n[people.lena]", "zone = \"EST\"\n\n[people.lena]")],
        ),
        ("digest-at-odd-times", "cron = \"* * * * * *\"", &[("cron = \"0 0 9 * * Mon\"", "cron = \"* * * * * *\"")]),
        ("digest-at-odd-times", "cron = \"0 0 9 30 2 *\"", &[("cron = \"0 0 9 * * Mon\"", "cron = \"0 0 9 30 2 *\"")]),
        (
            "digest-at-odd-times",
            "cron = \"0 0 9 1 1 * 1999\"",
            &[("cron = \"0 0 9 * * Mon\"", "cron = \"0 0 9 1 1 * 1999\"")],
        ),
    ];
    for (id, words, changes) in table {
        let text = example_but(changes);
        let found = flags(&policy(&text), Some(&text));
        let flag = found.iter().find(|flag| flag.id == *id).unwrap_or_else(|| panic!("no {id} in {found:#?}"));
        let line =
            flag.line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_else(|| panic!("{flag:?} has no line"));
        assert!(line.contains(words), "{id} points at line {:?}, {line:?}", flag.line);
        assert!(!flag.why.is_empty() && !flag.write.is_empty() && flag.why.ends_with('.'), "{flag:?}");
    }
}

/// What is to be written instead names roles of the very file, not of the example.
#[test]
fn advice_names_what_the_file_has() {
    let text = example_but(&[
        ("waive_duty = \"governance-lead\"\n", ""),
        ("[ladders.fast]", "[ladders.alone]\nnudge_at_percent = [50]\n\n[ladders.fast]"),
        (
            "severity = \"sev2\"\nholder = \"vendor-engineering\"\nwithin = \"8h\"",
            "severity = \"sev2\"\nholder = \"vendor-engineering\"\nwithin = \"8h\"\nladder = \"alone\"",
        ),
        ("members = [\"ravi\", \"elena\"]", "members = [\"dev\", \"lena\"]"),
    ]);
    let text = text.replace("governance-lead", "kahuna").replace("incident-command", "bridge");
    let found = flags(&policy(&text), Some(&text));
    let write = |id: &str| found.iter().find(|flag| flag.id == id).map_or("nothing", |flag| &flag.write);
    assert_eq!(write("anyone-may"), "waive_duty = [\"kahuna\"] under [may]");
    assert_eq!(
        write("ladder-without-escalation"),
        "escalate = [{ after = \"30m\", tell = \"bridge\" }] in the ladder, or another ladder"
    );
    assert_eq!(write("members-of-another-party"), "party = \"operations\"");
}

/// What must not be flagged: a pilot may be light, and quiet hours of one of two people leave the other.
#[test]
fn what_is_allowed_is_not_flagged() {
    let pilot_without_evidence = example_but(&[("keep_evidence_days = 365\n", "")]);
    let exactly_half_a_year = example_but(&[("keep_evidence_days = 2555 ", "keep_evidence_days = 183 ")]);
    let patient = example_but(&[("quiet_hours = \"22:00-07:00\"", "quiet_hours = \"07:00-22:00\"")]);
    // Everybody of triage sleeps at the same time, but what they owe at night is urgent, and the rest is business time.
    let asleep = example_but(&[(
        "zone = \"Asia/Kolkata\"\n\n[people.lena]",
        "zone = \"Asia/Kolkata\"\nquiet_hours = \"22:00-09:00\"\n\n[people.lena]",
    )]);
    for text in [pilot_without_evidence, exactly_half_a_year, patient, asleep] {
        let found = flags(&policy(&text), Some(&text));
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn a_flag_shows_where_what_why_and_what_to_write() {
    let text = example_but(&[("when_time_is_up = \"lapse\"", "when_time_is_up = \"approve\"")]);
    let line = 1 + text
        .lines()
        .position(|line| line.contains("\"approve\"\n") || line == "when_time_is_up = \"approve\"")
        .expect("it was put there");
    let found = flags(&policy(&text), Some(&text));
    let shown: Vec<String> = found.iter().map(RedFlag::to_string).collect();
    let expected = format!(
        "policy.toml:{line}: silence approves on the path go-live\n    An approval that nobody gave is no control, and an auditor will say so.\n    write “hold”, “lapse” or {{ widen = \"…\" }}"
    );
    assert_eq!(shown, [expected]);
    // Without the text a path's own line is all that is known.
    let header = 1 + text.lines().position(|line| line == "[paths.go-live]").expect("the example has it");
    assert_eq!(flags(&policy(&text), None)[0].line, Some(header));
}

/// The two zones are far enough apart that nights meet for a part only.
#[test]
fn quiet_hours_of_two_zones_are_compared_on_one_clock() {
    let text = example_but(&[(
        "zone = \"Asia/Kolkata\"\n\n[people.lena]",
        "zone = \"Asia/Kolkata\"\nquiet_hours = \"22:00-09:00\"\n\n[people.lena]",
    )]);
    let policy = policy(&text);
    let people = ["dev", "lena"].map(|name| &policy.people[name]);
    // Berlin's 22:30 to 06:30 is 21:30 to 05:30 UTC in January, and an hour earlier in July; Kolkata's 22:00 to 09:00 is
    // 16:30 to 03:30 UTC. In July they share 20:30 to 03:30.
    assert_eq!(longest_common_quiet(&people), Some(7 * 60));
    assert_eq!(longest_common_quiet(&[people[0], &policy.people["maya"]]), Some(9 * 60));
    assert_eq!(longest_common_quiet(&[people[0], &policy.people["arjun"]]), None);
}
