//! What an id in an annotation is to a service, as the reporter has it.

use testfiesta_client::{provider::human_id_prefix, testfiesta::Uid};
use testfiesta_harness::settings::{TESTFIESTA, TESTSIGMA};

use super::finding::Kind;

const UNMAPPED: &str = "its outcomes would be unmapped";

/// What an id in an annotation is to a service.
#[derive(Debug, Clone)]
pub(super) enum Matching {
    /// The external id of a case of this source, which is created where there is none.
    ExternalId { source: String },
    /// What ends in the number of a case.
    Uid,
    /// The human id of a case, in the project with this prefix.
    HumanId { prefix: String },
}

/// A case that the service has.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// What the service calls it: `12` at TestFiesta, `TC-12` at Testsigma.
    pub(super) number: String,
    pub(super) title: String,
    /// What it was created under at TestFiesta, and the source that this belongs to.
    pub(super) external_id: Option<String>,
    pub(super) source: Option<String>,
}

impl Held {
    /// As in `the source hand`.
    pub(super) fn of_source(&self) -> String {
        match self.source.as_deref() {
            None | Some("") => "no source".to_owned(),
            Some(source) => format!("the source {source}"),
        }
    }
}

impl Matching {
    /// The service whose ids are meant.
    pub(super) fn service(&self) -> &'static str {
        match self {
            Self::ExternalId { .. } | Self::Uid => TESTFIESTA,
            Self::HumanId { .. } => TESTSIGMA,
        }
    }

    /// What an id is compared by; nothing where it cannot be one of a case.
    pub(super) fn key(&self, id: &str) -> Option<String> {
        match self {
            Self::ExternalId { .. } => Some(id.to_owned()),
            Self::Uid => Uid::at_end_of(id).map(|uid| uid.to_string()),
            Self::HumanId { .. } => Some(id.to_uppercase()),
        }
    }

    /// What a case is compared by; nothing where no id can name it.
    pub(super) fn key_of(&self, case: &Held) -> Option<String> {
        match self {
            Self::ExternalId { .. } => self.external_id_of(case).map(str::to_owned),
            Self::Uid => Some(case.number.clone()),
            Self::HumanId { .. } => Some(case.number.to_uppercase()),
        }
    }

    /// The external id of a case, if that is of our source.
    pub(super) fn external_id_of<'c>(&self, case: &'c Held) -> Option<&'c str> {
        match self {
            Self::ExternalId { source } if case.source.as_ref() == Some(source) => {
                case.external_id.as_deref()
            }
            _ => None,
        }
    }

    /// What it means that no case has this id. Another source may have a case of this external id.
    pub(super) fn without_case(&self, id: &str, of_another_source: Option<&Held>) -> (Kind, String) {
        match self {
            Self::ExternalId { source } => {
                let mut what = format!("the source {source} has no such case: the next report creates it");
                if let Some(case) = of_another_source {
                    what += &format!(", beside case {} of {}", case.number, case.of_source());
                }
                (Kind::New, what)
            }
            Self::Uid => match self.key(id) {
                Some(number) => unknown(&format!("case {number}")),
                None => (Kind::Malformed, format!("does not end in a case's number: {UNMAPPED}")),
            },
            Self::HumanId { prefix } => match human_id_prefix(id) {
                None => (Kind::Malformed, format!("is not of the form {prefix}-12: {UNMAPPED}")),
                // Who does not say what its ids begin with has no others.
                Some(own) if !prefix.is_empty() && !own.eq_ignore_ascii_case(prefix) => {
                    (Kind::Foreign, format!("is not of the project {prefix}: {UNMAPPED}"))
                }
                Some(_) => unknown("such case"),
            },
        }
    }

    /// What a case that no test names goes by, and its title.
    pub(super) fn uncovered<'c>(&self, case: &'c Held) -> (&'c str, String) {
        let Self::ExternalId { .. } = self else { return (&case.number, case.title.clone()) };
        match (self.external_id_of(case), &case.external_id) {
            (Some(id), _) => (id, case.title.clone()),
            (None, Some(id)) => (&case.number, format!("{} ({id} of {})", case.title, case.of_source())),
            (None, None) => (&case.number, format!("{} (it has no external id)", case.title)),
        }
    }
}

fn unknown(what: &str) -> (Kind, String) {
    (Kind::Unknown, format!("the project has no {what}: {UNMAPPED}"))
}
