//! The cases that a service has in its project. It is only read.

use std::collections::HashSet;

use testfiesta_client::{
    Error, Options,
    provider::shared_prefix,
    testfiesta::{Case, ProjectClient, Uid},
    testsigma,
};
use testfiesta_harness::{
    case_ids,
    settings::{CaseMatch, Settings, TESTSIGMA, TestFiestaSettings, TestsigmaSettings},
};

use super::{
    compare::missing,
    matching::{Held, Matching},
    named::Test,
};
use crate::clients::{self, Trouble};

/// How many cases a page is to have; who has smaller ones answers fewer.
const PER_PAGE: u64 = 500;
/// The same at Testsigma: the most that a public client was seen to be granted.
const TESTSIGMA_PER_PAGE: usize = 200;
/// How many ids are asked for by themselves that the list does not have.
const PROBES: usize = 16;

/// What ids are there, and the cases.
pub(super) type Project = (Matching, Vec<Held>);

/// A call may be one of hundreds.
fn options() -> Options {
    Options { retries: 3, ..Options::default() }
}

pub(super) async fn testfiesta(
    settings: &Settings,
    service: &TestFiestaSettings,
    tests: &[Test],
) -> Result<Project, Trouble> {
    let client = clients::testfiesta(service, options())?;
    let project = client.project(&service.project);
    let cases = match listed(&project).await {
        Err(error @ Error::NotFound { .. }) => {
            return Err(match client.projects().all().await {
                Ok(known) if known.iter().all(|project| project.key != service.project) => {
                    Trouble::no_project(service, &known)
                }
                _ => error.into(),
            });
        }
        cases => cases?,
    };
    // A list that changes while it is read may have one twice.
    let mut known = HashSet::new();
    let is_in_use = |case: &Case| case.deleted_at.is_none() && case.active != Some(false);
    let mut held: Vec<Held> =
        cases.into_iter().filter(|case| is_in_use(case) && known.insert(case.uid)).map(Held::from).collect();
    let matching = match settings.case_match {
        CaseMatch::ExternalId => Matching::ExternalId { source: settings.source.clone() },
        CaseMatch::Uid => Matching::Uid,
    };
    let missing = missing(&matching, tests, &held);
    // A list need not have a case in each of its versions.
    if settings.case_match == CaseMatch::Uid && missing.len() <= PROBES {
        for uid in missing.into_iter().filter_map(Uid::at_end_of) {
            match project.case(uid).await {
                Ok(case) => held.extend((case.deleted_at.is_none()).then(|| Held::from(case))),
                Err(Error::NotFound { .. } | Error::Refused { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok((matching, held))
}

async fn listed(project: &ProjectClient) -> Result<Vec<Case>, Error> {
    match project.cases().per_page(PER_PAGE).all().await {
        // Nobody says how large a page may be.
        Err(Error::Refused { .. } | Error::Unreadable { .. }) => project.cases().all().await,
        cases => cases,
    }
}

impl From<Case> for Held {
    fn from(case: Case) -> Self {
        Self {
            number: case.uid.to_string(),
            title: case.name,
            external_id: case.external_id.filter(|id| !id.is_empty()),
            source: case.source,
        }
    }
}

pub(super) async fn testsigma(service: &TestsigmaSettings, tests: &[Test]) -> Result<Project, Trouble> {
    let ids: Vec<&str> = tests.iter().flat_map(|test| case_ids::of_service(&test.ids, TESTSIGMA)).collect();
    let wanted = match &service.project {
        Some(project) => Some(project.clone()),
        None => shared_prefix(&ids)?,
    };
    let Some(wanted) = wanted else {
        return Err(Trouble::Other {
            what: "no test names a case whose id says which project is meant".to_owned(),
            remedy: "Set TESTSIGMA_PROJECT, or `testsigma-project` in testfiesta.toml".to_owned(),
        });
    };
    let client = clients::testsigma(service, options())?;
    let projects = client.projects().all().await?;
    let Some(found) = testsigma::Project::meant_by(&wanted, &projects) else {
        return Err(Trouble::no_testsigma_project(&wanted, &projects));
    };
    let project = client.project(&found.id);
    let cases = match project.cases().per_page(TESTSIGMA_PER_PAGE).all().await {
        Err(Error::Refused { .. }) => project.cases().all().await?,
        cases => cases?,
    };
    let mut held: Vec<Held> = cases.into_iter().map(Held::from).collect();
    let matching = Matching::HumanId { prefix: found.human_id_prefix.clone() };
    let missing = missing(&matching, tests, &held);
    // How a list goes on is not documented: it may have ended early.
    if missing.len() <= PROBES {
        for id in missing {
            held.extend(project.case_by_human_id(id).await?.map(Held::from));
        }
    }
    Ok((matching, held))
}

impl From<testsigma::Case> for Held {
    fn from(case: testsigma::Case) -> Self {
        Self { number: case.human_id, title: case.title, ..Self::default() }
    }
}
