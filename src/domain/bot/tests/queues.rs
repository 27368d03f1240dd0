//! Queues: what is counted of them, when one gets worse, and when it is well again.

use proptest::prelude::*;

use super::*;
use crate::domain::bot::queues::{Alarm, Event as OfQueue, Figures, Mood, Outlook, Passed, Queues, Turn};
use crate::domain::kinds::Began;
use crate::domain::kinds::exception::{self, Exception, Raised};
use crate::domain::policy::{QueueRule, Windows};
use crate::domain::{Body, CaseId, CaseKind, QueueId};

const WINDOWS: Windows = Windows { short: Span::hours(1), long: Span::hours(12) };
const RULE: QueueRule = QueueRule {
    windows: WINDOWS,
    at_least: 3,
    ahead: Span::hours(8),
    recovered_after: Span::hours(1),
    severity: Severity::Sev3,
};

fn queue() -> QueueId {
    QueueId::Exceptions("credit".into())
}

fn with_rule() -> Policy {
    let mut policy = policy();
    policy.exceptions.queue = Some(RULE);
    policy
}

/// An exception of the watched queue that was raised at a minute.
fn raised(number: u32, minutes: i64) -> (Case, Event) {
    let began = Began {
        by: Some(p("maya")),
        workflow: "credit".into(),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: "p1".into(),
        title: "Late".to_owned(),
        restricted: false,
        converted: None,
        from: None,
    };
    let raised =
        Raised { began, class: "late".into(), reason: None, until: None, on: None, watch: Some(WINDOWS), usual: None };
    let event = Event::from(exception::Event::Raised(Box::new(raised)));
    let id = CaseId { kind: CaseKind::Exception, number };
    (Case::begin(id, &event, at(minutes)).unwrap(), event)
}

/// Its answer is due at a minute.
fn with_due(mut case: Case, due: i64) -> Case {
    use crate::domain::obligation::{Change, Holder, Opened, Terms};
    let opened = Opened {
        duty: crate::domain::Duty::RuleException,
        about: None,
        holder: Holder::Roles(vec![r("head")]),
        party: None,
        held_by: Vec::new(),
        delegations: Vec::new(),
        terms: Terms::until(at(due), case.opened),
    };
    let event = crate::domain::kinds::DutyEvent { number: 1, change: Change::Opened(Box::new(opened)) };
    case.apply(&event.into(), case.opened);
    case
}

/// Somebody withdraws it.
fn withdrawn(case: &Case, minutes: i64) -> (Case, Event) {
    let event = Event::from(exception::Event::Withdrawn { by: p("maya"), reason: "x".to_owned() });
    let mut after = case.clone();
    after.apply(&event, at(minutes));
    (after, event)
}

/// A queue and those that wait in it.
#[derive(Default)]
struct Line {
    queues: Queues,
    waiting: Vec<Case>,
    numbers: u32,
}

impl Line {
    fn comes(&mut self, minutes: i64, due: i64) {
        self.numbers += 1;
        let (case, event) = raised(self.numbers, minutes);
        let case = with_due(case, due);
        self.queues.observe(&case, &event, None, at(minutes));
        self.waiting.push(case);
    }

    fn goes(&mut self, minutes: i64, which: usize) {
        let case = self.waiting.remove(which);
        let (after, event) = withdrawn(&case, minutes);
        self.queues.observe(&after, &event, case.waits(), at(minutes));
    }

    fn outlook(&self, minutes: i64) -> Outlook {
        self.queues.figures[&queue()].outlook(at(minutes))
    }

    fn turn(&self, minutes: i64) -> Option<Turn> {
        self.queues.turn(&queue(), &with_rule(), at(minutes))
    }
}

#[test]
fn a_queue_gets_worse_when_both_windows_agree_and_the_first_missed_deadline_is_near() {
    let mut line = Line::default();
    for (minute, turn) in [(0, None), (10, None), (20, Some(Turn::GetsWorse))] {
        line.comes(minute, minute + 240);
        assert_eq!(line.turn(minute), turn, "at {minute}");
    }
    let outlook = line.outlook(20);
    assert_eq!((outlook.depth, outlook.short, outlook.drained_in), (3, Passed { came: 3, left: 0 }, None));
    assert_eq!(outlook.first_breach, Some(at(240)), "nobody answers, so the first that is due is missed");
    // Answered as fast as they come, nothing is missed.
    line.goes(25, 0);
    line.goes(26, 0);
    line.goes(27, 0);
    line.comes(30, 270);
    line.comes(31, 271);
    line.comes(32, 272);
    let outlook = line.outlook(32);
    assert_eq!((outlook.depth, outlook.short), (3, Passed { came: 6, left: 3 }));
    assert_eq!(outlook.drained_in, None, "twice as many come as leave");
    line.goes(40, 0);
    line.goes(41, 0);
    line.goes(42, 0);
    assert_eq!((line.turn(42), line.outlook(42).first_breach), (None, None), "never at this rate");
    // As fast as more leave than come.
    (50..54).for_each(|minute| line.comes(minute, 500));
    assert_eq!(line.outlook(60).drained_in, None, "more come than leave");
    line.goes(170, 0);
    line.goes(171, 0);
    assert_eq!((line.outlook(171).depth, line.outlook(171).drained_in), (2, Some(Span::hours(1))));
}

#[test]
fn far_away_or_few_is_no_alarm() {
    let mut far = Line::default();
    (0..3).for_each(|minute| far.comes(minute, 60 * 24));
    assert_eq!(far.turn(3), None, "the first missed deadline is tomorrow");
    assert_eq!(
        far.queues.wake(&with_rule()),
        Some(at(60 * 16)),
        "it is looked at when that is near, although nothing happens"
    );
    assert_eq!(far.turn(60 * 16), Some(Turn::GetsWorse), "nobody has answered since: tomorrow all of them are late");
    far.queues.apply(&OfQueue::Looked { queue: queue() }, at(60 * 16));
    assert_eq!(far.queues.wake(&with_rule()), Some(at(60 * 17)), "once in a short window");
    let mut few = Line::default();
    (0..2).for_each(|minute| few.comes(minute, 60));
    assert_eq!(few.turn(3), None);
    let nobody = Queues::default();
    assert_eq!(nobody.turn(&queue(), &with_rule(), at(0)), None);
}

#[test]
fn it_has_recovered_only_when_that_has_held() {
    let mut line = Line::default();
    (0..3).for_each(|minute| line.comes(minute, 240));
    let incident = CaseId { kind: CaseKind::Incident, number: 1 };
    line.queues.incidents.insert(queue(), Alarm { case: incident, mood: Mood::Worse });
    assert_eq!(line.turn(5), None, "there is an incident about it");
    line.goes(10, 0);
    assert_eq!(line.turn(10), Some(Turn::Eases), "fewer than a queue");
    line.queues.apply(&OfQueue::Eased { queue: queue(), holds_at: at(70) }, at(10));
    assert_eq!((line.queues.wake(&with_rule()), line.turn(69)), (Some(at(70)), None));
    assert_eq!(line.turn(70), Some(Turn::Recovers));
    let mut again = Line { queues: line.queues.clone(), waiting: line.waiting.clone(), numbers: line.numbers };
    (20..24).for_each(|minute| again.comes(minute, 240));
    assert_eq!(again.turn(24), Some(Turn::Relapses), "before it has held");
    again.queues.apply(&OfQueue::Relapsed { queue: queue() }, at(24));
    assert_eq!((again.queues.wake(&with_rule()), again.turn(24)), (None, None));
    line.queues.apply(&OfQueue::Recovered { queue: queue() }, at(70));
    assert_eq!((line.queues.wake(&with_rule()), line.turn(100)), (None, None), "said once");
}

/// What lies there untouched has not recovered, and what is late hasn't either.
#[test]
fn a_queue_in_which_nothing_happens_does_not_recover() {
    let mut line = Line::default();
    (0..4).for_each(|minute| line.comes(minute, 240));
    let incident = CaseId { kind: CaseKind::Incident, number: 1 };
    line.queues.incidents.insert(queue(), Alarm { case: incident, mood: Mood::Worse });
    for hours in [2, 5, 14, 48] {
        assert_eq!(line.turn(60 * hours), None, "after {hours} h");
    }
    assert_eq!(line.queues.wake(&with_rule()), None, "there is an incident about it");
    // Answered as fast as they come: it doesn't get worse, but isn't well while somebody waits too long.
    let figures = line.queues.figures.get_mut(&queue()).unwrap();
    figures.late = 1;
    line.goes(60 * 48, 0);
    assert_eq!(line.outlook(60 * 48).depth, 3);
    assert_eq!(line.turn(60 * 48), None);
    line.queues.figures.get_mut(&queue()).unwrap().late = 0;
    assert_eq!(line.turn(60 * 48), Some(Turn::Eases));
}

#[test]
fn what_is_paused_is_no_deadline_and_what_is_late_comes_first() {
    let mut figures = Queues::default();
    let (case, event) = raised(1, 0);
    figures.observe(&case, &event, None, at(0));
    let outlook = figures.figures[&queue()].outlook(at(1));
    assert_eq!((outlook.depth, outlook.late, outlook.first_breach), (1, 0, None), "no clock runs");
    let due = with_due(case.clone(), 30);
    let waits = due.waits();
    figures.observe(&due, &event, case.waits(), at(1));
    assert_eq!(figures.figures[&queue()].outlook(at(1)).first_breach, Some(at(30)));
    let mut late = due.clone();
    let passed = late.obligations[0].step(at(31), || crate::domain::obligation::Attribution::Requester).unwrap();
    late.obligations[0].apply(&passed.change(), at(31));
    figures.observe(&late, &event, waits, at(31));
    let outlook = figures.figures[&queue()].outlook(at(31));
    assert_eq!((outlook.depth, outlook.late, outlook.first_breach), (1, 1, None));
    let Body::Exception(Exception { watch: Some(_), .. }) = &late.body else { panic!() };
}

#[derive(Clone, Debug)]
enum Step {
    Comes(i64),
    Goes(usize),
}

proptest! {
    /// The running figures are those that one gets by counting everybody who waits.
    #[test]
    fn the_figures_are_what_counting_gives(
        steps in prop::collection::vec((0..200i64, prop_oneof![
            3 => (1..3_000i64).prop_map(Step::Comes),
            2 => (0..100usize).prop_map(Step::Goes),
        ]), 1..150),
    ) {
        let mut line = Line::default();
        let (mut now, mut came, mut left) = (0, Vec::new(), Vec::new());
        for (minutes, step) in steps {
            now += minutes;
            match step {
                Step::Comes(after) => {
                    line.comes(now, now + after);
                    came.push(now);
                }
                Step::Goes(_) if line.waiting.is_empty() => continue,
                Step::Goes(which) => {
                    line.goes(now, which % line.waiting.len());
                    left.push(now);
                }
            }
            let figures: &Figures = &line.queues.figures[&queue()];
            let outlook = figures.outlook(at(now));
            prop_assert_eq!(outlook.depth as usize, line.waiting.len());
            let oldest = line.waiting.iter().map(|case| case.opened).min();
            // A step is as long as it had to be for all that ever waited.
            let step = Span((at(now) - at(came[0])).0 / 32) + Span::minutes(2);
            prop_assert!(match (oldest, outlook.oldest) {
                (Some(oldest), Some(shown)) => shown <= oldest && oldest - shown <= step,
                (oldest, shown) => oldest == shown,
            }, "{:?} is shown as {:?}", oldest, outlook.oldest);
            for (window, passed) in [(60, outlook.short), (12 * 60, outlook.long)] {
                let (all, whole) = (|times: &[i64], back: i64| times.iter().filter(|it| now - **it < back).count() as u32, window);
                let (least, most) = (whole - whole / 12, whole);
                prop_assert!((all(&came, least)..=all(&came, most)).contains(&passed.came), "{:?} of {:?}", passed, came);
                prop_assert!((all(&left, least)..=all(&left, most)).contains(&passed.left), "{:?} of {:?}", passed, left);
            }
            let kept = serde_json::to_string(&line.queues).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Queues>(&kept).unwrap(), &line.queues);
            prop_assert!(kept.len() < 4_000, "what is kept doesn't grow with the queue: {} bytes", kept.len());
        }
    }
}
