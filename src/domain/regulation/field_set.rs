//! What authorities ask in their forms, field by field, and which fact of an incident answers each. A field without such a fact is
//! a gap that somebody fills in; nothing is guessed.
//!
//! DORA: numbers and keys of Annex I and the JSON of the ESAs (Implementing Regulation (EU) 2025/302, "IR-1.2"). AI Act Art. 73: there
//! is no final form yet, so the working set of its draft guidance, with numbers of our own. GDPR: what Art. 33(3) asks.

use super::Which;

/// A form's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSet {
    Dora,
    AiAct,
    Gdpr,
}

/// One field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// As the form numbers it.
    pub number: &'static str,
    /// Where its value stands in the JSON: names with dots between them, `[]` where it is in a list.
    pub key: &'static str,
    /// What is asked.
    pub about: &'static str,
    /// What answers it; `None`: nothing that the ledger or the policy knows.
    pub answer: Option<Answer>,
}

/// What answers a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Which report of the law is next.
    Report,
    /// What the policy says of whoever reports, by its name there.
    Entity(&'static str),
    /// The legal name of whoever reports, where the policy says that they are this under the AI Act.
    EntityAs(&'static str),
    Moment(Which),
    /// What it is called, and what was found out of its impact.
    Description,
    /// What was found out of its impact.
    Impact,
    /// The AI system, as the policy calls it.
    System,
    Class,
    Harm,
    /// Where it comes from somebody else's model, data or service.
    ThirdParty,
    /// Something contained it, and what.
    IsContained,
    Containment,
    /// How it was resolved, and when.
    Resolution,
    ResolvedAt,
    /// How long it took, or has taken so far.
    Duration,
    DurationIs,
    /// Reports to other authorities.
    OtherReports,
    /// What of it the ledger keeps.
    Evidence,
    /// By which the incident goes here: `INC-1`.
    OwnCode,
    /// Why a report is late.
    Delay,
}

impl FieldSet {
    /// What can be typed.
    pub const WORDS: &'static [&'static str] = &["dora", "ai-act", "gdpr"];

    pub fn read(word: &str) -> Option<FieldSet> {
        match word {
            "dora" => Some(FieldSet::Dora),
            "ai-act" => Some(FieldSet::AiAct),
            "gdpr" => Some(FieldSet::Gdpr),
            _ => None,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            FieldSet::Dora => "dora",
            FieldSet::AiAct => "ai-act",
            FieldSet::Gdpr => "gdpr",
        }
    }

    /// The law whose form it is.
    pub const fn regime(self) -> &'static str {
        match self {
            FieldSet::Dora => "dora",
            FieldSet::AiAct => "ai-act-73",
            FieldSet::Gdpr => "gdpr-33",
        }
    }

    /// The form, with its edition.
    pub const fn form(self) -> &'static str {
        match self {
            FieldSet::Dora => "Implementing Regulation (EU) 2025/302, Annex I (JSON IR-1.2)",
            FieldSet::AiAct => {
                "working field set for Art. 73 after the draft guidance of 2025-09-26; there is no final form"
            }
            FieldSet::Gdpr => "what Art. 33(3) asks",
        }
    }

    pub const fn rows(self) -> &'static [FieldRow] {
        match self {
            FieldSet::Dora => DORA,
            FieldSet::AiAct => AI_ACT,
            FieldSet::Gdpr => GDPR,
        }
    }
}

macro_rules! rows {
    ($($number:literal $key:literal: $about:literal $(= $answer:expr)?;)*) => {
        &[$(FieldRow { number: $number, key: $key, about: $about, answer: rows!(@ $($answer)?) },)*]
    };
    (@ $answer:expr) => { Some($answer) };
    (@) => { None };
}

use Answer as A;

const DORA: &[FieldRow] = rows! {
    "1.1" "incidentSubmission": "type of submission" = A::Report;
    "1.2" "submittingEntity.name": "name of the entity that submits" = A::Entity("name");
    "1.3" "submittingEntity.code": "its code" = A::Entity("code");
    "1.4" "affectedEntity[].affectedEntityType[]": "type of the financial entity" = A::Entity("type");
    "1.5" "affectedEntity[].name": "name of the financial entity" = A::Entity("name");
    "1.6" "affectedEntity[].LEI": "LEI of the financial entity" = A::Entity("lei");
    "1.7" "primaryContact.name": "primary contact" = A::Entity("contact_name");
    "1.8" "primaryContact.email": "e-mail of the primary contact" = A::Entity("contact_email");
    "1.9" "primaryContact.phone": "telephone of the primary contact" = A::Entity("contact_phone");
    "1.10" "secondaryContact.name": "second contact";
    "1.11" "secondaryContact.email": "e-mail of the second contact";
    "1.12" "secondaryContact.phone": "telephone of the second contact";
    "1.13" "ultimateParentUndertaking.name": "ultimate parent undertaking";
    "1.14" "ultimateParentUndertaking.LEI": "LEI of the ultimate parent undertaking";
    "1.15" "reportCurrency": "currency of amounts" = A::Entity("currency");
    "2.1" "incident.financialEntityCode": "code that the financial entity gives the incident" = A::OwnCode;
    "2.2" "incident.detectionDateTime": "when it was detected" = A::Moment(Which::Detected);
    "2.3" "incident.classificationDateTime": "when it was classified as major" = A::Moment(Which::Classified);
    "2.4" "incident.incidentDescription": "description" = A::Description;
    "2.5" "incident.classificationTypes[].classificationCriterion": "criteria that made it major";
    "2.6" "incident.classificationTypes[].countryCodeMaterialityThresholds[]": "Member States in which thresholds were met";
    "2.7" "incident.incidentDiscovery": "how it was discovered";
    "2.8" "incident.originatesFromThirdPartyProvider": "whether it comes from a third-party provider" = A::ThirdParty;
    "2.9" "incident.isBusinessContinuityActivated": "whether the business continuity plan was activated";
    "2.10" "incident.otherInformation": "other information" = A::System;
    "3.1" "incident.competentAuthorityCode": "reference code of the competent authority";
    "3.2" "incident.incidentOccurrenceDateTime": "when it occurred" = A::Moment(Which::Occurred);
    "3.3" "impactAssessment.serviceImpact.serviceRestorationDateTime": "when services were restored";
    "3.4" "impactAssessment.affectedAssets.affectedClients.number": "number of clients affected";
    "3.5" "impactAssessment.affectedAssets.affectedClients.percentage": "percentage of clients affected";
    "3.6" "impactAssessment.affectedAssets.affectedFinancialCounterparts.number": "number of financial counterparts affected";
    "3.7" "impactAssessment.affectedAssets.affectedFinancialCounterparts.percentage": "percentage of financial counterparts affected";
    "3.8" "impactAssessment.hasImpactOnRelevantClients": "whether relevant clients are affected";
    "3.9" "impactAssessment.affectedAssets.affectedTransactions.number": "number of transactions affected";
    "3.10" "impactAssessment.affectedAssets.affectedTransactions.percentage": "percentage of transactions affected";
    "3.11" "impactAssessment.affectedAssets.valueOfAffectedTransactions": "value of the transactions affected";
    "3.12" "impactAssessment.affectedAssets.numbersActualEstimate[]": "which of these numbers are estimates";
    "3.13" "impactAssessment.reputationalImpactType[]": "impact on reputation";
    "3.14" "impactAssessment.reputationalImpactDescription": "impact on reputation, described";
    "3.15" "impactAssessment.serviceImpact.incidentDuration": "how long it lasted (ddd:hh:mm)" = A::Duration;
    "3.16" "impactAssessment.serviceImpact.serviceDowntime": "how long services were down (ddd:hh:mm)";
    "3.17" "impactAssessment.serviceImpact.informationDurationServiceDowntimeActualOrEstimate": "whether these are actual or estimated" = A::DurationIs;
    "3.18" "impactAssessment.memberStatesImpactType[]": "impact in other Member States";
    "3.19" "impactAssessment.memberStatesImpactDescription": "impact in other Member States, described";
    "3.20" "impactAssessment.dataLosseMaterialityThresholds[]": "data losses: availability, authenticity, integrity, confidentiality";
    "3.21" "impactAssessment.dataLossesDescription": "data losses, described";
    "3.22" "impactAssessment.criticalServicesAffected": "critical services affected";
    "3.23" "incident.incidentType.incidentClassification[]": "type of incident";
    "3.24" "incident.incidentType.otherIncidentClassification": "other type of incident" = A::Class;
    "3.25" "incident.incidentType.threatTechniques[]": "threats and techniques used";
    "3.26" "incident.incidentType.otherThreatTechniques": "other techniques";
    "3.27" "impactAssessment.affectedFunctionalAreas": "functional areas and business processes affected";
    "3.28" "impactAssessment.isAffectedInfrastructureComponents": "whether infrastructure components are affected";
    "3.29" "impactAssessment.affectedInfrastructureComponents": "infrastructure components affected";
    "3.30" "impactAssessment.isImpactOnFinancialInterest": "whether clients' financial interests are affected";
    "3.31" "reportingToOtherAuthorities[]": "reports to other authorities";
    "3.32" "reportingToOtherAuthoritiesOther": "other authorities" = A::OtherReports;
    "3.33" "incident.isTemporaryActionsMeasuresForRecovery": "whether temporary measures were taken" = A::IsContained;
    "3.34" "incident.descriptionOfTemporaryActionsMeasuresForRecovery": "temporary measures" = A::Containment;
    "3.35" "incident.indicatorsOfCompromise": "indicators of compromise";
    "4.1" "incident.rootCauseHLClassification[]": "root cause, by kind";
    "4.2" "incident.rootCausesDetailedClassification[]": "root cause, in detail";
    "4.3" "incident.rootCausesAdditionalClassification[]": "root cause, further";
    "4.4" "incident.rootCausesOther": "other root causes";
    "4.5" "incident.rootCausesInformation": "root cause, described";
    "4.6" "incident.incidentResolutionSummary": "how it was resolved" = A::Resolution;
    "4.7" "incident.rootCauseAddressingDateTime": "when the root cause was addressed";
    "4.8" "incident.incidentResolutionDateTime": "when it was resolved" = A::ResolvedAt;
    "4.9" "incident.incidentResolutionVsPlannedImplementation": "why it was resolved later than planned";
    "4.10" "incident.assessmentOfRiskToCriticalFunctions": "risk to critical functions for resolution";
    "4.11" "incident.informationRelevantToResolutionAuthorities": "what resolution authorities need to know";
    "4.12" "impactAssessment.economicImpactMaterialityThreshold": "whether the threshold of economic impact is met";
    "4.13" "impactAssessment.grossAmountIndirectDirectCosts": "gross costs and losses";
    "4.14" "impactAssessment.financialRecoveriesAmount": "financial recoveries";
    "4.15" "incident.recurringNonMajorIncidentsDescription": "recurring incidents that weren't major";
    "4.16" "incident.recurringIncidentDate": "when these occurred";
};

const AI_ACT: &[FieldRow] = rows! {
    "A1" "report.kind": "kind of report" = A::Report;
    "A2" "provider.name": "provider" = A::EntityAs("provider");
    "A3" "provider.authorisedRepresentative": "authorised representative";
    "A4" "provider.contact": "contact" = A::Entity("contact_email");
    "B1" "system.name": "AI system" = A::System;
    "B2" "system.version": "version";
    "B3" "system.registration": "registration in the EU database, declaration of conformity";
    "B4" "system.highRiskHeading": "heading of Annex III or I that makes it high-risk";
    "B5" "system.intendedPurpose": "intended purpose";
    "B6" "deployer.name": "deployer" = A::EntityAs("deployer");
    "B7" "deployer.memberState": "Member State where it occurred";
    "C1" "incident.occurred": "when it occurred" = A::Moment(Which::Occurred);
    "C2" "incident.aware": "when provider or deployer became aware" = A::Moment(Which::Aware);
    "C3" "incident.causalLinkEstablished": "when a causal link was established";
    "C4" "incident.harm": "which limb of Art. 3(49)" = A::Harm;
    "C5" "incident.personsAffected": "persons affected";
    "C6" "incident.description": "what happened" = A::Description;
    "C7" "incident.causalAssessment": "cause: established, reasonably likely, open";
    "D1" "measures.containment": "containment" = A::Containment;
    "D2" "measures.corrective": "corrective measures" = A::Resolution;
    "D3" "measures.evidenceKept": "evidence kept" = A::Evidence;
    "D4" "measures.notAltered": "whether the system was altered before the authority was told (Art. 73(6))";
    "E1" "otherNotifications[]": "other notifications (GDPR, NIS2, DORA, MDR)" = A::OtherReports;
    "E2" "attachments[]": "attachments";
};

const GDPR: &[FieldRow] = rows! {
    "0.1" "report.kind": "kind of notification" = A::Report;
    "0.2" "controller.name": "controller" = A::Entity("name");
    "0.3" "controller.contact": "contact" = A::Entity("contact_email");
    "33(1)" "breach.aware": "when the controller became aware" = A::Moment(Which::Aware);
    "33(1) delay" "breach.reasonsForDelay": "reasons, where it is later than 72 hours" = A::Delay;
    "33(3)(a)" "breach.nature": "nature of the breach" = A::Description;
    "33(3)(a) moment" "breach.occurred": "when it occurred" = A::Moment(Which::Occurred);
    "33(3)(a) persons" "breach.dataSubjects": "categories and approximate number of data subjects";
    "33(3)(a) records" "breach.records": "categories and approximate number of records";
    "33(3)(b)" "breach.contactPoint": "data protection officer, or where more is to be had" = A::Entity("dpo");
    "33(3)(c)" "breach.consequences": "likely consequences" = A::Impact;
    "33(3)(d)" "breach.measures": "measures taken or proposed" = A::Resolution;
    "33(3)(d) mitigation" "breach.mitigation": "measures against adverse effects" = A::Containment;
    "0.4" "otherNotifications[]": "other notifications" = A::OtherReports;
};
