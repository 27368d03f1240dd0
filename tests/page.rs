//! The room's page in headless Chromium, as people use it: two windows are two people, and nothing is reloaded.
//!
//! Needs Debian's `chromium` and `chromium-driver`. Where they are missing the tests say so and pass.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::key::Key;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};

use countersign::app::config::{Config, Given};
use countersign::app::serve::{self, Running};
use countersign::domain::At;

/// How long a page may take to show something on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(40);
/// A Monday, 09:00 UTC: what people are told follows from their working hours and quiet hours.
const MONDAY: At = At(1_795_424_400_000_000);

/// The steps of the README's “See a nudge in a minute”.
#[test]
fn a_newcomer_sees_a_nudge_and_its_evidence_within_a_few_clicks() {
    in_a_browser(async |browser| {
        let page = browser.open("/").await;
        page.click("persona-maya").await;
        page.click("channel-credit-ai").await;
        page.click("try-approval-request").await;
        page.presses("composer", Key::Enter).await;
        page.types("field-title", "Ship v7").await;
        page.sees("form-submit", "Request approval").await;
        page.click("form-submit").await;
        page.sees("card", "APR-1 · “Ship v7”").await;
        page.sees("card", "You asked for this").await;
        page.gone("button-approve:APR-1:1").await;
        page.sees("skip-wake", "Skip to the next event").await;
        page.moves("skip-wake").await;
        page.click("replies").await;
        page.sees("thread", "APR-1 · decision is due at").await;
        for _ in 0..3 {
            page.moves("skip-wake").await;
        }
        page.sees("card", "late").await;
        page.sees("thread", "APR-1 · decision is late, due").await;
        page.sees("thread", "escalated to").await;
        page.click("thread-close").await;
        page.click("persona").await;
        page.click("persona-priya").await;
        page.click("button-approve:APR-1:1").await;
        page.sees("card", "1 of 2").await;
        page.click("persona").await;
        page.click("persona-tomas").await;
        page.click("button-approve:APR-1:1").await;
        page.sees("card", "approved ·").await;
        page.says("/sla digest").await;
        page.sees("answer", "In time: 0 of 1 (0 %)").await;
        page.sees("card-picture", "").await;
        page.says("/sla mine").await;
        page.sees("answer", "You owe nothing").await;
        let out = browser.folder.path().join("APR-1");
        let data = browser.folder.path().join("data");
        let run = |arguments: &[&std::ffi::OsStr]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
            let done = tokio::task::block_in_place(|| command.args(arguments).output()).expect("the program runs");
            assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        };
        run(&["export".as_ref(), "APR-1".as_ref(), "--data".as_ref(), data.as_ref(), "--out".as_ref(), out.as_ref()]);
        run(&["verify".as_ref(), out.as_ref()]);
    });
}

#[test]
fn whoever_comes_for_the_first_time_begins_where_the_newest_case_is() {
    in_a_browser(async |browser| {
        let jonas = browser.open("/?as=jonas&channel=credit-ai").await;
        jonas.says("/approval request credit-scoring \"Ship v7\"").await;
        jonas.sees("card", "APR-1 · “Ship v7”").await;
        let page = browser.open("/").await;
        // Without a choice there is no page: not even after a second Escape, which the browser lets through.
        for _ in 0..3 {
            page.sees("personas", "who are you in this room?").await;
            page.presses_anywhere(Key::Escape).await;
        }
        page.sees("persona-henrik", "Chief risk office").await;
        page.click("persona-maya").await;
        page.sees("card", "APR-1 · “Ship v7”").await;
        assert_eq!(page.run("return location.search", vec![]).await, "?as=maya&channel=credit-ai");
        // Where somebody has been, they go on.
        page.click("channel-countersign-ops").await;
        let again = browser.open("/?as=maya").await;
        again.sees("#head", "countersign-ops").await;
    });
}

/// A card says to each reader what it is to them, and offers what the rules would let them do.
#[test]
fn a_card_offers_each_reader_what_is_theirs_to_press() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/approval request credit-scoring \"Ship v7\"").await;
        maya.sees("for-you", "You asked for this").await;
        maya.gone("button-approve:APR-1:1").await;
        maya.sees("asked", "waiting on").await;

        let priya = browser.open("/?as=priya&channel=credit-ai").await;
        priya.sees("for-you", "Waiting on you: decision by").await;
        priya.sees("owed-APR-1", "also").await;
        let names = "return [...document.querySelectorAll('#log .card .buttons button')].map(it => it.getAttribute('aria-label'))";
        let names = priya.run(names, vec![]).await;
        assert_eq!(names, json!(["Approve APR-1", "Decline APR-1", "Ask a question APR-1", "Timeline APR-1"]));
        priya.click("button-approve:APR-1:1").await;
        priya.sees("for-you", "You approved at ").await;
        priya.gone("button-approve:APR-1:1").await;
        priya.gone("owed-APR-1").await;
        // A slip of the thumb is undone where it was made.
        priya.click("button-take-back:APR-1").await;
        priya.sees("card", "0 of 2").await;
        priya.sees("for-you", "Waiting on you: decision by").await;
        priya.sees("owed-APR-1", "decision").await;

        // Dev decides nothing here; who does is said by the rules.
        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        dev.sees("for-you", "is for model-risk").await;
        dev.gone("button-approve:APR-1:1").await;
        dev.says("/incident open credit-scoring sev2 Scores drift").await;
        dev.sees("owed-INC-1", "also Lena Hoffmann").await;
        // What a case waits for from one person stands together.
        let lena = browser.open("/?as=lena&channel=credit-ai").await;
        lena.sees("owed-INC-1", "answers").await;
        let owed = "return [...document.querySelectorAll('[data-testid=owed] > .duty')].map(it => it.querySelectorAll('.duty-answers li').length > 1)";
        assert_eq!(lena.run(owed, vec![]).await, json!([true]));
        // Who stands in for somebody may, from then on: the page hears of it.
        priya.says("/approval delegate @dev tomorrow 18:00 on the road").await;
        dev.sees("button-approve:APR-1:1", "Approve").await;
    });
}

#[test]
fn what_was_typed_into_a_form_is_there_after_the_page_was_closed() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/incident open").await;
        maya.types("field-title", "Scores drift").await;
        maya.chooses("field-severity", "sev1").await;
        maya.presses("field-title", Key::Escape).await;
        maya.gone("form-submit").await;
        let again = browser.open("/?as=maya&channel=credit-ai").await;
        again.sees("empty", "Nothing has been said").await;
        // What is said anew counts more than what was kept.
        again.says("/incident open claims-triage").await;
        again.sees("restored", "What you typed here before is still in the form").await;
        again.holds("field-title", "Scores drift").await;
        again.holds("field-severity", "sev1").await;
        again.holds("field-workflow", "claims-triage").await;
        again.click("form-anew").await;
        again.gone("restored").await;
        again.holds("field-title", "").await;
        again.holds("field-workflow", "claims-triage").await;
        again.types("field-title", "Scores drift again").await;
        again.chooses("field-severity", "sev2").await;
        again.click("form-submit").await;
        again.gone("form-submit").await;
        // It was taken, so nothing of it is kept; and it is nobody else's.
        again.says("/incident open").await;
        again.sees("form", "Governance severity").await;
        again.gone("restored").await;
        again.types("field-title", "Hers alone").await;
        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        dev.says("/incident open").await;
        dev.sees("form", "Governance severity").await;
        dev.gone("restored").await;
        dev.holds("field-title", "").await;
    });
}

#[test]
fn a_browser_that_keeps_nothing_keeps_a_draft_for_the_visit() {
    in_a_browser(async |browser| {
        let refuse = "for (const name of ['getItem', 'setItem', 'removeItem']) Storage.prototype[name] = () => { throw new DOMException('off', 'SecurityError'); };";
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": refuse })).await;
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/incident open").await;
        maya.types("field-title", "Scores drift").await;
        maya.presses("field-title", Key::Escape).await;
        maya.gone("form-submit").await;
        maya.says("/incident open").await;
        maya.sees("restored", "is still in the form").await;
        maya.holds("field-title", "Scores drift").await;
        maya.chooses("field-workflow", "credit-scoring").await;
        maya.chooses("field-severity", "sev3").await;
        maya.click("form-submit").await;
        maya.sees("card", "INC-1 · “Scores drift”").await;
    });
}

#[test]
fn a_file_that_is_too_large_is_turned_down_before_it_is_sent() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.sees("empty", "Nothing has been said").await;
        let drop = "const files = new DataTransfer();
             files.items.add(new File([new Uint8Array(26 * 1024 * 1024)], 'scores.csv'));
             files.items.add(new File(['small'], 'notes.txt'));
             document.getElementById('floor').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));";
        maya.run(drop, vec![]).await;
        maya.sees("refusal", "“scores.csv” has 26 MiB: a file takes 25 MiB at most").await;
        maya.sees("#composer", "notes.txt").await;
        maya.click("send").await;
        maya.sees("message", "notes.txt").await;
        maya.never_saw("message", "scores.csv").await;
        // Whoever sends it all the same, as a script does, is told the same.
        let send = "const body = new FormData();
             for (const [name, value] of [['as', 'maya'], ['channel', 'credit-ai']]) body.set(name, value);
             body.set('file', new File([new Uint8Array(26 * 1024 * 1024)], 'scores.csv'));
             return (await (await fetch('/room/api/upload', { method: 'POST', body })).json()).sentence";
        let told = maya.run_async(send).await;
        assert_eq!(told, "files take 25 MiB at most. Make it smaller, or put it elsewhere and say where it is.");
        browser.expects("413 (Payload Too Large)");
    });
}

/// Any channel, case or direct messages, from the keyboard alone.
#[test]
fn somebody_goes_anywhere_by_typing_a_part_of_its_name() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/approval request credit-scoring \"Ship v7\"").await;
        maya.sees("card", "APR-1").await;
        let control = |letter: char| format!("{}{letter}{}", char::from(Key::Control), char::from(Key::Null));
        maya.types("composer", &control('k')).await;
        maya.sees("switcher", "claims-pilot").await;
        maya.types("switcher-input", "pilot").await;
        let chosen = "const input = document.activeElement; return [input.getAttribute('role'), document.getElementById(input.getAttribute('aria-activedescendant')).innerText.split('\\n')[1], document.querySelectorAll('#switcher [role=option]').length]";
        maya.until("one place is found", async || {
            Ok((maya.run(chosen, vec![]).await == json!(["combobox", "claims-pilot", 1])).then_some(()))
        })
        .await;
        maya.presses("switcher-input", Key::Enter).await;
        maya.sees("empty", "Nothing has been said in #claims-pilot").await;
        // A case is found by its title, and its card comes into sight.
        maya.types("composer", &control('k')).await;
        maya.types("switcher-input", "ship").await;
        maya.presses("switcher-input", Key::Enter).await;
        maya.sees("card", "APR-1").await;
        maya.types("#composer textarea", &control('k')).await;
        maya.types("switcher-input", "direct").await;
        maya.presses("switcher-input", Key::Enter).await;
        maya.sees("empty", "speaks to you alone").await;
        maya.types("composer", &control('k')).await;
        maya.types("switcher-input", "nonsense").await;
        maya.sees("switcher", "Nothing here has these words").await;
        maya.presses("switcher-input", Key::Enter).await;
        maya.presses("switcher-input", Key::Escape).await;
        maya.gone("switcher-input").await;
        let focused = maya.run("return document.activeElement.dataset.testid", vec![]).await;
        assert_eq!(focused, "composer", "the focus is where it was");
    });
}

#[test]
fn what_is_new_in_all_channels_is_asked_for_with_one_call() {
    in_a_browser(async |browser| {
        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        dev.sees("empty", "Nothing has been said").await;
        let asked = "return ['messages', 'news'].map(name => performance.getEntriesByType('resource').filter(it => it.name.includes(`/room/api/${name}`)).length)";
        dev.until("one call for this channel, one for all others", async || {
            Ok((dev.run(asked, vec![]).await == json!([1, 1])).then_some(()))
        })
        .await;
        let maya = browser.open("/?as=maya&channel=claims-pilot").await;
        maya.says("Has anybody seen the claims?").await;
        maya.says("@dev you have").await;
        // He hears of it where he isn't, without reading what was said there.
        dev.sees("[data-testid=channel-claims-pilot] .badge", "2").await;
        assert_eq!(dev.run("return document.querySelectorAll('.badge.named').length", vec![]).await, 1);
        assert_eq!(dev.run(asked, vec![]).await[0], 1);
        dev.click("channel-claims-pilot").await;
        dev.sees("new-line", "New").await;
        dev.sees("message", "Has anybody seen").await;
        dev.click("channel-credit-ai").await;
        dev.never_saw("channel-claims-pilot", "unread").await;
        // Another tab of his begins where he left off.
        maya.says("And now?").await;
        let again = browser.open("/?as=dev&channel=credit-ai").await;
        again.sees("[data-testid=channel-claims-pilot] .badge", "1").await;
    });
}

#[test]
fn private_answers_stay_where_they_were_given() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=claims-pilot").await;
        maya.says("/sla mine").await;
        maya.sees("answer", "You owe nothing").await;
        maya.says("/sla status").await;
        maya.sees("answer", "Nobody owes anything").await;
        maya.says("Good morning").await;
        maya.sees("message", "Good morning").await;
        let order = "return [...document.querySelectorAll('#log > *')].map(it => it.dataset.testid ?? it.localName)";
        assert_eq!(maya.run(order, vec![]).await, json!(["h2", "answer", "answer", "message"]));
    });
}

#[test]
fn a_thread_that_isnt_there_is_left_and_one_on_a_phone_is_the_page() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai&thread=b123").await;
        maya.sees("toast", "There is no such thread here").await;
        maya.gone("thread").await;
        assert_eq!(maya.run("return location.search", vec![]).await, "?as=maya&channel=credit-ai");
        maya.says("/incident open credit-scoring sev3 Scores drift").await;
        maya.sees("card", "INC-1 · “Scores drift").await;
        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        browser.devtools("Emulation.setDeviceMetricsOverride", phone).await;
        let parts = "const seen = (part) => [...document.querySelectorAll(part)].filter(it => it.checkVisibility({ visibilityProperty: true })).map(it => it.id || it.innerText);
             return [seen('main, [role=main]'), seen('h1, [aria-level=\"1\"]')]";
        assert_eq!(maya.run(parts, vec![]).await, json!([["floor"], ["#credit-ai"]]));
        maya.tool("INC-1 · “Scores drift", "tool-reply").await;
        maya.sees("thread", "Thread").await;
        assert_eq!(maya.run(parts, vec![]).await, json!([["thread"], ["Thread"]]));
        browser.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
        maya.until("beside the channel it is no page of its own", async || {
            Ok((maya.run(parts, vec![]).await == json!([["floor"], ["#credit-ai"]])).then_some(()))
        })
        .await;
    });
}

/// On paper: the words with their day and year, threads under what they are about, and where they come from. Nothing to press.
#[test]
fn a_channel_can_be_printed() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/approval request credit-scoring \"Ship v7\"").await;
        maya.sees("card", "APR-1").await;
        maya.moves("skip-wake").await;
        maya.sees("replies", "repl").await;
        browser.house.desk.checkpoint().await.expect("it is signed");
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.sees("card", "APR-1").await;
        // The page knows the head once everything else is there.
        maya.until("the head is asked for", async || {
            let asked = "return performance.getEntriesByType('resource').some(it => it.name.includes('/room/api/head') && it.responseEnd)";
            Ok((maya.run(asked, vec![]).await == Value::Bool(true)).then_some(()))
        })
        .await;
        browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        let printed = "dispatchEvent(new Event('beforeprint'));
             const seen = (part) => [...document.querySelectorAll(part)].filter(it => it.checkVisibility({ visibilityProperty: true })).length;
             const day = getComputedStyle(document.querySelector('.day span'), '::after').content;
             return [seen('button:not(.case, .line), textarea, .skip, .countdown'), seen('.message.reply') > 0, /[0-9]{4}/.test(day), document.getElementById('paper').innerText];";
        let printed = maya.run(printed, vec![]).await;
        assert_eq!((&printed[0], &printed[1], &printed[2]), (&json!(0), &json!(true), &json!(true)), "{printed}");
        let paper = printed[3].as_str().expect("words");
        for part in [
            "#credit-ai, as Maya Krishnan reads it",
            "which is not the real time",
            "head ",
            "/?as=maya&channel=credit-ai",
        ] {
            assert!(paper.contains(part), "{part}: {paper}");
        }
        browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
        maya.run("dispatchEvent(new Event('afterprint'))", vec![]).await;
        maya.sees("replies", "repl").await;
        maya.gone(".message.reply").await;
    });
}

#[test]
fn an_incident_is_opened_by_form_and_acknowledged_in_another_window() {
    in_a_browser(async |browser| {
        // Whoever comes without a name is asked who they are.
        let maya = browser.open("/").await;
        maya.click("persona-maya").await;
        maya.sees("persona", "Maya Krishnan").await;
        maya.click("channel-credit-ai").await;
        maya.sees("empty", "Nothing has been said in #credit-ai").await;

        maya.says("/incident open").await;
        // A form that lacks something stays open and says what.
        maya.click("form-submit").await;
        maya.sees("form", "This is needed").await;
        maya.types("field-title", "Scores drift for <b>new</b> customers").await;
        maya.chooses("field-workflow", "credit-scoring").await;
        maya.chooses("field-severity", "sev1").await;
        maya.chooses("field-impact", "unclear").await;
        maya.click("form-submit").await;
        maya.gone("form-submit").await;
        maya.sees("card", "INC-1 · “Scores drift for <b>new</b> customers”").await;

        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        dev.sees("owed-INC-1", "acknowledge").await;
        dev.sees("card", "INC-1 · “Scores drift").await;
        dev.click("button-ack:INC-1").await;
        dev.gone("button-ack:INC-1").await;
        maya.sees("card", "acknowledged").await;
        // Priya is of model risk: the impact is hers to assess, and the acknowledgement never was.
        let priya = browser.open("/?as=priya&channel=credit-ai").await;
        priya.sees("owed-INC-1", "assess").await;
        priya.never_saw("owed-INC-1", "acknowledge").await;
    });
}

#[test]
fn a_long_channel_is_read_back_to_its_beginning() {
    in_a_browser(async |browser| {
        let page = browser.open("/?as=maya&channel=claims-pilot").await;
        page.sees("empty", "Nothing has been said").await;
        // In parts: a script has to end in its time, also on a machine that has other work.
        for hundred in 0..11 {
            let said = page
                .run_async(&format!(
                    "for (let nth = {hundred} * 100; nth < {hundred} * 100 + 100; nth++) {{
                       const body = JSON.stringify({{ as: 'maya', channel: 'claims-pilot', text: `line ${{nth}} of many` }});
                       await fetch('/room/api/say', {{ method: 'POST', headers: {{ 'content-type': 'application/json' }}, body }});
                     }}
                     return 'said';"
                ))
                .await;
            assert_eq!(said, "said");
        }
        let page = browser.open("/?as=jonas&channel=claims-pilot").await;
        page.sees("earlier", "Show 400 earlier messages").await;
        page.click("earlier").await;
        page.click("earlier").await;
        page.sees("earlier", "Earlier messages").await;
        page.never_saw("#log", "line 0 of many").await;
        page.click("earlier").await;
        page.gone("earlier").await;
        page.sees("#log", "line 0 of many").await;
        page.sees("#log", "line 1099 of many").await;
    });
}

#[test]
fn an_approval_is_nudged_and_pressed_by_two_others() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7 --all\"").await;
        maya.sees("card", "deploy scoring:v7 --all").await;
        // Whoever asks can't approve: there is nothing to press, and who types it all the same is told why.
        maya.gone("button-approve:APR-1:1").await;
        maya.says("/approval approve APR-1").await;
        maya.sees("answer", "somebody else decides").await;

        let priya = browser.open("/?as=priya&channel=credit-ai").await;
        priya.sees("card", "0 of 2").await;
        priya.click("button-approve:APR-1:1").await;
        priya.sees("card", "1 of 2").await;
        priya.gone("owed-APR-1").await;

        let tomas = browser.open("/?as=tomas&channel=credit-ai").await;
        tomas.sees("owed-APR-1", "1 of 2").await;
        tomas.moves("skip-wake").await;
        // First in the case's thread …
        tomas.click("replies").await;
        tomas.sees("thread", "1 of 2").await;
        tomas.sees("thread", "1 h left").await;
        tomas.click("thread-close").await;
        // … and nearer to the deadline in his own direct messages.
        tomas.moves("skip-wake").await;
        tomas.click("channel-@tomas").await;
        tomas.sees("message", "APR-1 · decision is due at").await;
        // Priya has answered before she was even asked by direct message: nobody disturbs her any more.
        priya.click("channel-@priya").await;
        priya.never_saw("log", "APR-1").await;

        tomas.click("button-approve:APR-1:1").await;
        tomas.gone("owed-APR-1").await;
        maya.sees("card", "approved ·").await;
        maya.sees("card", "Tomáš Novák approved").await;
        maya.gone("button-approve:APR-1:1").await;
    });
}

#[test]
fn what_nobody_answers_becomes_late_when_the_time_passes() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/approval request credit-scoring \"Ship v7\"").await;
        maya.sees("card", "APR-1 · “Ship v7”").await;
        for _ in 0..3 {
            maya.moves("plus-hour").await;
        }
        maya.sees("card", "late, due").await;
        // Widened to the chief risk office, as the policy says; one of them can decide from his direct messages.
        let henrik = browser.open("/?as=henrik&channel=@henrik").await;
        henrik.sees("message", "APR-1").await;
        henrik.sees("owed-APR-1", "decision").await;
        henrik.click("button-approve:APR-1:1").await;
        maya.sees("card", "1 of 2").await;
    });
}

#[test]
fn commands_are_completed_from_the_keyboard() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.types("composer", "/inc").await;
        maya.sees("completion", "/incident").await;
        maya.presses("composer", Key::Tab).await;
        maya.holds("composer", "/incident ").await;
        maya.types("composer", "decl").await;
        // An alias finds its verb.
        maya.sees("completion", "open").await;
        maya.presses("composer", Key::Enter).await;
        maya.holds("composer", "/incident open ").await;
        maya.sees("completion", "which AI system").await;
        maya.types("composer", "cred").await;
        maya.presses("composer", Key::Tab).await;
        maya.holds("composer", "/incident open credit-scoring ").await;
        maya.presses("composer", Key::Down).await;
        maya.presses("composer", Key::Down).await;
        maya.presses("composer", Key::Enter).await;
        maya.holds("composer", "/incident open credit-scoring sev2 ").await;
        maya.types("composer", "Scores drift").await;
        maya.presses("composer", Key::Escape).await;
        maya.gone("completion").await;
        maya.presses("composer", Key::Enter).await;
        maya.sees("card", "INC-1 · “Scores drift").await;
        maya.holds("composer", "").await;
    });
}

#[test]
fn edits_and_deletions_are_seen_live_and_private_answers_are_not() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        let markup = "<img src=x onerror=alert(1)> *bold* @dev";
        maya.says(markup).await;
        dev.sees("message", "<img src=x onerror=alert(1)> *bold*").await;
        assert_eq!(dev.run("return document.querySelectorAll('.log img').length", vec![]).await, 0);

        maya.says("The overnight batch loks fine").await;
        dev.sees("message", "The overnight batch loks fine").await;
        maya.tool("The overnight batch", "tool-edit").await;
        maya.sees("#composer", "Editing your message").await;
        maya.holds("composer", "The overnight batch loks fine").await;
        maya.replaces("composer", "The overnight batch looks fine").await;
        maya.presses("composer", Key::Enter).await;
        dev.sees("message", "The overnight batch looks fine").await;
        dev.sees("message", "edited").await;
        assert!(!dev.shows("log", "loks").await, "the old wording is in the ledger, not on the page");

        maya.tool("The overnight batch", "tool-bin").await;
        maya.click("confirm-delete").await;
        dev.sees("message", "message deleted").await;
        dev.never_saw("log", "The overnight batch").await;

        maya.says("/sla mine").await;
        maya.sees("answer", "Only you can see this").await;
        // Said later, seen by both: by then a leak would have been seen too.
        maya.says("That is all").await;
        dev.sees("message", "That is all").await;
        dev.never_saw("log", "Only you can see this").await;

        // Dev may not touch what is Maya's.
        let tools = "return [...document.querySelectorAll('.message')].at(-1).querySelectorAll('[data-tool=edit], [data-tool=bin]').length";
        assert_eq!(dev.run(tools, vec![]).await, 0);
    });
}

#[test]
fn threads_and_files_work() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/incident open credit-scoring sev3 Scores drift").await;
        maya.sees("card", "INC-1 · “Scores drift").await;
        let dev = browser.open("/?as=dev&channel=credit-ai").await;
        dev.sees("card", "INC-1 · “Scores drift").await;
        dev.tool("INC-1 · “Scores drift", "tool-reply").await;
        dev.sees("thread", "Thread").await;
        // In a case's own thread its id may be left out, and a mention is a command.
        dev.types("thread-composer", "@countersign ack I am on it").await;
        dev.presses("thread-composer", Key::Enter).await;
        maya.sees("card", "acknowledged").await;

        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("figures & <notes>.csv");
        std::fs::write(&file, "branch,declined\nPune,31\n").expect("it can be written");
        maya.attaches("composer-file", &file.display().to_string()).await;
        maya.click("send").await;
        dev.sees("message", "figures & <notes>.csv").await;
        let download = "const a = document.querySelector('a.file'); const r = await fetch(a.href); \
                        return [await r.text(), r.headers.get('content-disposition').split(';')[0]]";
        let body = dev.run_async(download).await;
        assert_eq!(body, json!(["branch,declined\nPune,31\n", "attachment"]));
    });
}

#[test]
fn a_phone_shows_everything_without_sideways_scroll() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        browser.devtools("Emulation.setDeviceMetricsOverride", phone).await;
        maya.fits().await;
        let long = "a".repeat(300);
        maya.says(&format!("/approval request credit-scoring \"Ship v7\" action=\"deploy {long}\"")).await;
        maya.sees("card", "APR-1 · “Ship v7”").await;
        maya.says(&format!("https://example.org/{long}?and=so&on")).await;
        maya.sees("message", "https://example.org/").await;
        maya.fits().await;
        maya.says("/incident open").await;
        maya.sees("form", "Governance severity").await;
        maya.fits().await;
        maya.click("form-cancel").await;
        maya.gone("form-cancel").await;
        maya.click("menu").await;
        maya.sees("channel-claims-pilot", "claims-pilot").await;
        maya.fits().await;
        maya.click("channel-claims-pilot").await;
        maya.sees("empty", "Nothing has been said in").await;
        maya.click("owed-button").await;
        maya.sees("panel", "What I asked for").await;
        maya.fits().await;
        maya.sees("panel", "APR-1").await;
        maya.closes_drawer().await;
        maya.moves("skip-wake").await;
        maya.fits().await;
        browser.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    });
}

/// The page is made by the server: it works where scripts don't, and shows words of people as words.
#[test]
fn what_was_said_is_searched_and_nothing_of_it_is_markup() {
    in_a_browser(async |browser| {
        let maya = browser.open("/?as=maya&channel=credit-ai").await;
        maya.says("/incident open credit-scoring sev2 \"Scores <b>drift</b>\"").await;
        maya.sees("card", "INC-1").await;
        maya.says("<img src=x onerror=\"document.title='taken'\"> the vendor's drift & \"more\"").await;
        maya.sees("message", "the vendor's drift").await;
        maya.click("search-open").await;
        maya.sees("[name=q]", "").await;
        // A browser that runs no script of a page fills in and sends the form all the same.
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        let words = browser.client.find(Locator::Css("[name=q]")).await.expect("the field");
        words.send_keys("vend* drift\u{e007}").await.expect("it is typed");
        let hit = browser.client.wait().at_most(PATIENCE).for_element(Locator::Css("[data-testid=hit]")).await;
        let hit = hit.expect("something is found").text().await.expect("its words");
        assert!(hit.contains("<img src=x onerror=\"document.title='taken'\"> the vendor's drift & \"more\""), "{hit}");
        let marks = browser.client.find_all(Locator::Css("mark")).await.expect("what was searched for");
        assert_eq!(marks.len(), 2);
        assert!(browser.client.find(Locator::Css("main img")).await.is_err(), "people's words are no markup");
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
        let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
        // It counts for the page that is open.
        let maya = browser.open("/search?as=maya&q=drift").await;
        browser.devtools("Emulation.setDeviceMetricsOverride", phone.clone()).await;
        maya.sees(".said", "2 found for “drift”.").await;
        maya.sees(".group h2", "INC-1").await;
        maya.sees(".group h2", "Scores <b>drift</b>").await;
        maya.fits().await;
        // The field for the day can't show it.
        browser.expects("does not conform to the required format");
        let wrong = browser.open("/search?as=maya&q=drift&since=monday&in=INC-1").await;
        wrong.sees(".said", "“monday” is no day").await;
        let nobody = browser.open("/search?as=jonas&q=%22%3Cscript%3Ealert(1)%3C/script%3E").await;
        browser.devtools("Emulation.setDeviceMetricsOverride", phone).await;
        nobody.sees(".said", "Nothing that you can see has").await;
        nobody.fits().await;
        browser.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await;
    });
}

// ── The browser ────────────────────────────────────────────────────────────────────────────────────────────────────

/// Tells a story in a browser of its own, to a house of its own whose time stands still. At the end the console must be
/// empty: no error, no warning, no violation of the page's content policy.
fn in_a_browser(story: impl AsyncFnOnce(&Browser)) {
    let (Some(chromium), Some(driver)) = (found("chromium"), found("chromedriver")) else {
        use std::io::Write;
        // Past the test runner's capture, so that it is seen.
        let _unheard =
            std::io::stderr().write_all(b"\nSKIPPED: no chromium (Debian packages chromium, chromium-driver)\n");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("the system gives threads");
    runtime.block_on(async {
        let browser = Browser::start(&chromium, &driver).await;
        story(&browser).await;
        browser.finish().await;
    });
}

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

struct Browser {
    client: Client,
    windows: std::sync::atomic::AtomicUsize,
    house: Running,
    /// What the console may say, since the test provokes it.
    expected: std::sync::Mutex<Vec<&'static str>>,
    // Dropped in this order: the driver goes before the folders that it writes to.
    _driver: Driver,
    folder: tempfile::TempDir,
}

/// The driver and the browser that it starts: one process group, which ends with the test, however that ends.
struct Driver {
    process: Child,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        // Already gone is as good.
        let _gone = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _reaped = self.process.wait();
    }
}

impl Driver {
    /// Starts the driver on a port that the system chooses. Returns its address too. Another program may take that port before it
    /// does: then it is started once more.
    fn start(program: &PathBuf, folder: &std::path::Path) -> (Driver, String) {
        let log = folder.join("driver.log");
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            let mut driver = Driver::spawned(program, &log);
            while since.elapsed() < PATIENCE {
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                if let Some(port) = said.split("successfully on port ").nth(1).and_then(|rest| rest.split('.').next()) {
                    return (driver, format!("http://127.0.0.1:{port}"));
                }
                if driver.process.try_wait().expect("a process").is_some() {
                    break;
                }
                std::thread::sleep(STEP);
            }
        }
        panic!("chromedriver does not say its port: {}", std::fs::read_to_string(&log).unwrap_or_default());
    }

    fn spawned(program: &PathBuf, log: &std::path::Path) -> Driver {
        use std::os::unix::process::CommandExt;
        let output = std::fs::File::create(log).expect("the log can be written");
        let mut command = Command::new(program);
        command.arg("--port=0").stdin(Stdio::null()).stdout(output).stderr(Stdio::null()).process_group(0);
        Driver { process: command.spawn().expect("chromedriver starts") }
    }
}

impl Browser {
    async fn start(chromium: &PathBuf, driver: &PathBuf) -> Browser {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let given = Given {
            data: Some(folder.path().join("data")),
            listen: Some("127.0.0.1:0".parse().expect("an address")),
            ..Given::default()
        };
        let config = Config::read(None, |_| None, given).expect("the settings are right");
        let house = serve::start_at(&config, MONDAY).await.expect("the house starts");
        let (driver, address) = Driver::start(driver, folder.path());
        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1360,860",
            &profile,
        ];
        let wanted = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": chromium, "args": arguments },
            // A machine that has other work is slow, not wrong.
            "timeouts": { "script": 120_000 },
        });
        let capabilities = wanted.as_object().expect("an object").clone();
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&address).await;
        let client = client.expect("chromium starts");
        Browser { client, windows: 0.into(), house, expected: std::sync::Mutex::default(), _driver: driver, folder }
    }

    /// Opens a page of the room in a window of its own.
    async fn open(&self, path: &str) -> Window<'_> {
        let first = self.windows.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let handle = match first {
            true => self.client.window().await.expect("a window"),
            false => self.client.new_window(false).await.expect("another window").handle,
        };
        let window = Window { browser: self, handle };
        window.front().await;
        self.client.goto(&format!("http://{}{path}", self.house.address)).await.expect("the page opens");
        window
    }

    /// A command of the browser's own debugging protocol.
    async fn devtools(&self, command: &str, parameters: Value) {
        let command = Own { path: "goog/cdp/execute", body: json!({ "cmd": command, "params": parameters }) };
        self.client.issue_cmd(command).await.expect("the browser obeys");
    }

    /// The console may say this.
    fn expects(&self, words: &'static str) {
        self.expected.lock().expect("nobody panics with it").push(words);
    }

    async fn finish(self) {
        let log = Own { path: "se/log", body: json!({ "type": "browser" }) };
        let log = self.client.issue_cmd(log).await.expect("the console can be read");
        let lines = log.as_array().cloned().unwrap_or_default();
        let said: Vec<String> = lines
            .iter()
            .filter(|line| matches!(line["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(|line| format!("{} {}", line["level"], line["message"]))
            .filter(|line| {
                !self.expected.lock().expect("nobody panics with it").iter().any(|words| line.contains(words))
            })
            .collect();
        assert!(said.is_empty(), "the console has something to say:\n{}", said.join("\n"));
        self.client.close().await.expect("the browser closes");
        self.house.stop().await.expect("the house stops");
    }
}

/// A command that the WebDriver standard doesn't have.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url_parse::Error> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }
    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// What [`Url`] fails with, by the name of the function that does: the crate isn't ours to name.
mod url_parse {
    pub type Error = <reqwest::Url as std::str::FromStr>::Err;
}

/// One person's window.
struct Window<'a> {
    browser: &'a Browser,
    handle: WindowHandle,
}

/// A part of the page by its `data-testid`; what begins with a bracket or a hash is a selector already.
fn by(part: &str) -> String {
    if part.starts_with(['[', '#', '.']) { part.to_owned() } else { format!("[data-testid=\"{part}\"]") }
}

/// The last message with these words in it.
const MESSAGE: &str = "const found = [...document.querySelectorAll('.message')].filter(it => it.innerText.includes(arguments[0])).at(-1);";

impl Window<'_> {
    async fn front(&self) {
        self.browser.client.switch_to_window(self.handle.clone()).await.expect("the window is there");
    }

    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.front().await;
        self.browser.client.execute(script, arguments).await.expect("the script runs")
    }

    async fn run_async(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})().then(done, (error) => done(String(error)))"
        );
        self.front().await;
        self.browser.client.execute_async(&script, vec![]).await.expect("the script runs")
    }

    /// Tries until it is so. The page is drawn anew all the time, so what was found may be gone a moment later.
    async fn until<T>(&self, what: &str, mut attempt: impl AsyncFnMut() -> Result<Option<T>, CmdError>) -> T {
        self.front().await;
        let since = Instant::now();
        loop {
            match attempt().await {
                Ok(Some(it)) => return it,
                Ok(None) => {}
                Err(CmdError::Standard(error))
                    if matches!(
                        error.error,
                        ErrorStatus::NoSuchElement
                            | ErrorStatus::StaleElementReference
                            | ErrorStatus::ElementNotInteractable
                            | ErrorStatus::ElementClickIntercepted
                    ) => {}
                Err(error) => panic!("{what}: {error}"),
            }
            if since.elapsed() > PATIENCE {
                let page = self.run("return document.body.innerText", vec![]).await;
                panic!("{what}; the page shows:\n{}", page.as_str().unwrap_or_default());
            }
            tokio::time::sleep(STEP).await;
        }
    }

    async fn element(&self, part: &str) -> Result<Option<Element>, CmdError> {
        for element in self.browser.client.find_all(Locator::Css(&by(part))).await? {
            if element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    async fn shows(&self, part: &str, words: &str) -> bool {
        let script = "return [...document.querySelectorAll(arguments[0])].some(it => it.checkVisibility() && it.innerText.includes(arguments[1]))";
        self.run(script, vec![json!(by(part)), json!(words)]).await == Value::Bool(true)
    }

    async fn sees(&self, part: &str, words: &str) {
        let what = format!("“{words}” is not seen in {part}");
        self.until(&what, async || Ok(self.shows(part, words).await.then_some(()))).await;
    }

    /// What must not be here. Only worth something after what would have come with it was seen.
    async fn never_saw(&self, part: &str, words: &str) {
        assert!(!self.shows(part, words).await, "“{words}” is seen in {part}");
    }

    async fn gone(&self, part: &str) {
        let what = format!("{part} is still there");
        self.until(&what, async || Ok(self.element(part).await?.is_none().then_some(()))).await;
    }

    async fn click(&self, part: &str) {
        let what = format!("there is no {part} to click");
        self.until(&what, async || {
            let Some(element) = self.element(part).await? else { return Ok(None) };
            element.click().await.map(Some)
        })
        .await;
    }

    /// Moves the room's time, and waits until everything on the way is told.
    async fn moves(&self, part: &str) {
        self.click(part).await;
        let script = "return document.querySelector(arguments[0]).hasAttribute('aria-busy')";
        let what = format!("{part} stays busy");
        self.until(&what, async || {
            Ok((self.run(script, vec![json!(by(part))]).await == Value::Bool(false)).then_some(()))
        })
        .await;
    }

    async fn types(&self, part: &str, text: &str) {
        let what = format!("there is no {part} to type into");
        self.until(&what, async || {
            let Some(element) = self.element(part).await? else { return Ok(None) };
            element.send_keys(text).await.map(Some)
        })
        .await;
    }

    async fn presses(&self, part: &str, key: Key) {
        self.types(part, &char::from(key).to_string()).await;
    }

    async fn replaces(&self, part: &str, text: &str) {
        self.click(part).await;
        self.types(part, &format!("{}a{}", char::from(Key::Control), char::from(Key::Null))).await;
        self.types(part, text).await;
    }

    /// Types a line and sends it. Completion is closed first: it is a matter of its own.
    async fn says(&self, text: &str) {
        self.types("composer", text).await;
        self.presses("composer", Key::Escape).await;
        self.presses("composer", Key::Enter).await;
        self.holds("composer", "").await;
    }

    async fn chooses(&self, part: &str, value: &str) {
        let what = format!("{part} has no {value}");
        self.until(&what, async || {
            let Some(element) = self.element(part).await? else { return Ok(None) };
            element.select_by_value(value).await.map(Some)
        })
        .await;
    }

    async fn attaches(&self, part: &str, path: &str) {
        self.front().await;
        let input = self.browser.client.find(Locator::Css(&by(part))).await.expect("there is a place for files");
        input.send_keys(path).await.expect("it takes a file");
    }

    async fn holds(&self, part: &str, text: &str) {
        let what = format!("{part} does not hold “{text}”");
        let script = "return document.querySelector(arguments[0]).value";
        self.until(&what, async || Ok((self.run(script, vec![json!(by(part))]).await == text).then_some(()))).await;
    }

    /// Presses a tool of a message, such as `tool-edit`.
    async fn tool(&self, words: &str, tool: &str) {
        let script = format!("{MESSAGE} found.focus(); return found.dataset.id");
        let id = self.run(&script, vec![json!(words)]).await;
        let id = id.as_str().expect("a message has an id");
        self.click(&format!("[data-id=\"{id}\"] {}", by(tool))).await;
    }

    async fn closes_drawer(&self) {
        self.presses_anywhere(Key::Escape).await;
    }

    /// A key for whatever has the focus.
    async fn presses_anywhere(&self, key: Key) {
        self.front().await;
        let focused = self.browser.client.active_element().await.expect("something has the focus");
        focused.send_keys(&char::from(key).to_string()).await.expect("it takes a key");
    }

    /// Nothing reaches over the edge.
    async fn fits(&self) {
        let script = "const page = document.documentElement; return [page.scrollWidth, page.clientWidth, innerWidth]";
        let widths = self.run(script, vec![]).await;
        assert_eq!(widths, json!([390, 390, 390]), "the page is wider than the phone");
    }
}
