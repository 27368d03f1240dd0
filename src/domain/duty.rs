//! The kinds of answer that somebody can owe, one row each: what it is called, whose it is, and how it is answered. Policy,
//! rules, cards, help and digests read this table, so a new duty is a new row and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kinds::CaseKind;

/// What is the same for every obligation of one duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutyRow {
    /// The key in policies, commands and tables.
    pub word: &'static str,
    /// How people call the answer: “the acknowledgement of INC-1”.
    pub noun: &'static str,
    /// The kind of case that owes it.
    pub kind: CaseKind,
    pub owed: Owed,
    /// The verb that answers it.
    pub verb: &'static str,
    /// What is said of it once it is answered: `acknowledged`.
    pub done: &'static str,
    pub answer: AnsweredBy,
}

/// Who owes a duty, as far as the policy has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// By the role that the policy's target names.
    ByHolder,
    /// By whoever it was given to, in these words.
    ByThem(&'static str),
    /// The terms stand in an approval path, not in a target.
    InPaths,
    /// With a day of its own each time.
    ByPromise,
    /// By the roles of the policy's `[rollback]`, on its terms.
    InPlans,
    /// By the role that the policy's `[regulation]` names, on the terms of the law.
    ByLaw,
}

/// What it takes to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// One press.
    Press,
    /// Words, so a form.
    Words,
    /// Approve or decline, bound to what is shown.
    Vote,
    /// A draft is shown first; accepting it is a second press.
    Draft,
    /// Taking one of the case's seats, which the obligation names.
    Seat,
    /// Words about one of several, which the obligation names.
    Named,
    /// Yes or no to what the obligation names: one press, or another verb with a reason.
    Either,
}

macro_rules! duties {
    ($($kind:ident as $own:ident in $of:ident {
        $($(#[$doc:meta])* $duty:ident = $word:literal, $noun:literal, $owed:expr, $verb:literal, $done:literal, $answer:ident;)*
    })*) => {
        /// The kinds of answer that somebody can owe. Targets in the policy are written for each.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, schemars::JsonSchema, strum::EnumString)]
        #[serde(rename_all = "kebab-case")]
        pub enum Duty {
            $($($(#[$doc])* #[strum(serialize = $word)] $duty,)*)*
        }

        $(
            /// Those that a case of this kind owes: its rules say something of each of them, and of no other.
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub enum $own {
                $($(#[$doc])* $duty,)*
            }

            impl $own {
                const ALL: [(Duty, $own); [$($own::$duty),*].len()] = [$((Duty::$duty, $own::$duty)),*];
            }
        )*

        impl Duty {
            pub const ALL: [Duty; [$($(Duty::$duty,)*)*].len()] = [$($(Duty::$duty,)*)*];

            $(
                /// As one of those of this kind of case; `None`: it is another kind's.
                pub fn $of(self) -> Option<$own> {
                    $own::ALL.into_iter().find(|(duty, _)| *duty == self).map(|(_, own)| own)
                }
            )*

            pub const fn row(self) -> &'static DutyRow {
                match self {
                    $($(Duty::$duty => &DutyRow {
                        word: $word,
                        noun: $noun,
                        kind: CaseKind::$kind,
                        owed: $owed,
                        verb: $verb,
                        done: $done,
                        answer: AnsweredBy::$answer,
                    },)*)*
                }
            }
        }
    };
}

duties! {
    Incident as IncidentDuty in of_incident {
        /// Somebody has seen the incident and has it in hand.
        Acknowledge = "acknowledge", "acknowledgement", Owed::ByHolder, "ack", "acknowledged", Press;
        /// Say what an unclear impact really is.
        Assess = "assess", "impact assessment", Owed::ByHolder, "assess", "impact assessed", Words;
        Contain = "contain", "containment", Owed::ByHolder, "contain", "contained", Words;
        /// Say how it stands, again and again while the incident is open.
        Update = "update", "update", Owed::ByHolder, "update", "updated", Words;
        Resolve = "resolve", "resolution", Owed::ByHolder, "resolve", "resolved", Words;
        /// Accept the post-incident review.
        Review = "review", "review", Owed::ByHolder, "review", "reviewed", Draft;
        /// Take an empty seat of the incident (lead, communications, scribe).
        FillSeat = "fill-seat", "taking a seat", Owed::ByHolder, "role", "seat taken", Seat;
        /// Do what a follow-up promised.
        FollowUp = "follow-up", "follow-up", Owed::ByPromise, "done", "follow-up done", Words;
        /// Say whether the acknowledged work still goes on.
        StillWorking = "still-working", "answer to “still working on it?”",
            Owed::ByThem("the person who acknowledged"), "working", "answered", Press;
        /// Answer a page: a role was called in by hand.
        AnswerPage = "answer-page", "answer to the page", Owed::ByThem("the role that was paged"), "here", "page answered", Press;
        /// Report the incident to an authority, as a law asks.
        ReportToAuthority = "report-to-authority", "report to the authority", Owed::ByLaw, "submitted", "reported", Named;
        /// Say whether a law asks for a report at all, before the time for that report runs out.
        SayWhetherOwed = "say-whether-owed", "word on whether a report is owed", Owed::ByLaw, "applies", "said", Either;
        /// Hand the lead of an incident to somebody else: whoever has it for long is tired.
        HandOverLead = "hand-over-lead", "handover of the seat", Owed::ByThem("whoever leads"), "role", "lead handed over", Words;
    }
    Approval as ApprovalDuty in of_approval {
        /// Approve or decline.
        Decide = "decide", "decision", Owed::InPaths, "approve", "decided", Vote;
        /// The requester answers an approver's question.
        AnswerQuestion = "answer-question", "answer to the question", Owed::ByThem("the requester"), "answer", "question answered", Words;
        /// Look at a break-glass approval after the fact.
        ReviewBreakGlass = "review-break-glass", "break-glass review", Owed::ByHolder, "glass-review", "break-glass reviewed", Words;
        /// Erase words that somebody asked to have erased. The bot does it once it is approved and nothing keeps them.
        Erase = "erase", "erasure", Owed::ByHolder, "carry-out", "erased", Press;
    }
    Exception as ExceptionDuty in of_exception {
        /// Confirm what an exception is, so that it goes to those who rule on it.
        TriageException = "triage-exception", "triage", Owed::ByHolder, "triage", "triaged", Press;
        /// A specialist says whether an exception should be granted. That rules on nothing.
        Recommend = "recommend", "recommendation",
            Owed::ByThem("the specialist of its class"), "recommend", "recommended", Words;
        /// Grant an exception or its renewal, refuse it, or have what is wrong corrected.
        RuleException = "rule-exception", "ruling",
            Owed::ByThem("the role that rules on its class"), "grant", "ruled", Words;
        /// Show that the compensating control of an exception works, again and again while that is in force.
        ProveControl = "prove-control", "proof of the control",
            Owed::ByThem("the role that holds the control"), "proof", "control proven", Words;
        /// An exception has run out: renew it, or close it.
        AnswerExpiry = "answer-expiry", "answer to the expiry",
            Owed::ByThem("whoever raised it"), "renew", "expiry answered", Words;
        /// Put right what an exception was asked for.
        CorrectException = "correct-exception", "correction",
            Owed::ByThem("whoever raised it"), "close", "corrected", Words;
    }
    Handoff as HandoffDuty in of_handoff {
        /// Accept what somebody hands over, or refuse it.
        AcceptHandoff = "accept-handoff", "acceptance", Owed::ByThem("the receiver"), "accept", "accepted", Words;
        /// Be there for questions after a handoff, and say whether it was understood.
        StayReachable = "stay-reachable", "word that it was understood",
            Owed::ByThem("whoever handed over"), "confirm", "confirmed", Press;
        /// Say what becomes of what nobody took over.
        PlaceRefused = "place-refused", "place for what was refused", Owed::ByHolder, "place", "placed", Words;
        /// Look at what somebody took over in an emergency.
        ReviewTake = "review-take", "review of the takeover", Owed::ByHolder, "take-review", "takeover reviewed", Words;
    }
    Rollback as RollbackDuty in of_rollback {
        /// Authorise a rollback, or refuse it.
        AuthoriseRollback = "authorise-rollback", "authorisation", Owed::InPlans, "authorise", "authorised", Words;
        /// A party says whether it goes along. Silence is never go.
        SayGo = "say-go", "go or no-go", Owed::InPlans, "go", "go said", Press;
        /// Start what is authorised, once every party goes along.
        StartRollback = "start-rollback", "start", Owed::InPlans, "start", "started", Press;
        /// Say what becomes of a rollback that is authorised and that a party doesn't go along with.
        AnswerNoGo = "answer-no-go", "answer to the no-go", Owed::InPlans, "withdraw", "no-go answered", Words;
        /// Agree once more, before a step after which there is no way back.
        AgreePoint = "agree-point", "agreement to the step", Owed::InPlans, "agree-point", "agreed", Words;
        /// Do a step of a rollback.
        DoStep = "do-step", "step", Owed::InPlans, "done", "step done", Press;
        /// Say what becomes of calls, jobs and agents that are under way.
        AnswerInFlight = "answer-in-flight", "answer on what is in flight", Owed::InPlans, "in-flight", "answered", Words;
        /// Confirm that a system downstream goes on with what runs now.
        ConfirmDownstream = "confirm-downstream", "confirmation from downstream", Owed::InPlans,
            "downstream", "confirmed", Words;
        /// Say which decisions the bad version made.
        LookBack = "look-back", "look-back", Owed::InPlans, "look-back", "looked back", Words;
        /// Say what a system downstream does about these decisions.
        AnswerLookBack = "answer-look-back", "answer to the look-back", Owed::InPlans, "looked-at", "answered", Words;
        /// Confirm that nothing leads back to the bad version.
        ConfirmSource = "confirm-source", "source of truth", Owed::InPlans, "source", "confirmed", Words;
        /// Hold a drill that is due.
        HoldDrill = "hold-drill", "drill", Owed::InPlans, "plan", "drill held", Press;
        /// Close a gap that a rollback or a drill showed.
        CloseGap = "close-gap", "gap to close", Owed::ByPromise, "gap-closed", "gap closed", Words;
        /// Say what a rollback came to.
        ConfirmRollback = "confirm-rollback", "confirmation", Owed::InPlans, "confirm", "confirmed", Words;
    }
}

impl Duty {
    /// The key in policies, commands and tables: `fill-seat`.
    pub const fn word(self) -> &'static str {
        self.row().word
    }

    /// How people call the answer: `taking a seat`.
    pub const fn noun(self) -> &'static str {
        self.row().noun
    }

    /// The answer in a sentence: `the acknowledgement`.
    pub fn the(self) -> String {
        // Something that somebody does, and nothing that there is.
        let article = if self == Duty::FillSeat { "" } else { "the " };
        format!("{article}{}", self.noun())
    }

    /// Whether it is a decision that the policy keeps to the people of its roles: nobody else comes into it with a case that they
    /// receive or take over, but with a seat in the role alone.
    pub const fn is_kept_to_its_roles(self) -> bool {
        matches!(
            self,
            Duty::Decide
                | Duty::ReviewBreakGlass
                | Duty::Recommend
                | Duty::RuleException
                | Duty::AuthoriseRollback
                | Duty::SayGo
                | Duty::AgreePoint
        )
    }

    /// Whether targets for it can differ by severity: those of kinds of case that have one.
    pub const fn has_severity(self) -> bool {
        self.row().kind.has_severity()
    }

    pub fn read(word: &str) -> Option<Duty> {
        Duty::ALL.into_iter().find(|duty| duty.word().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duty_is_written_as_it_is_called_and_reads_back() {
        for duty in Duty::ALL {
            assert_eq!(serde_json::to_string(&duty).unwrap(), format!("\"{}\"", duty.word()));
            assert_eq!(Duty::read(&duty.word().to_uppercase()), Some(duty));
        }
        assert_eq!(Duty::read("acknowledgement"), None);
    }
}
