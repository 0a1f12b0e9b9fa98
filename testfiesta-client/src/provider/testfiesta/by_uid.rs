//! Results of cases that exist already, named by their numbers: a run is created with them, and takes one execution after
//! the other.

use std::sync::{MutexGuard, PoisonError};

use super::{TestFiesta, about_the_content, mapping, rivals::may_hide_it, run_uid};
use crate::{
    Error,
    provider::{CaseKey, FAILURES_IN_A_ROW, Receipt, Run, TestResult},
    services::CaseMatch,
    testfiesta::{self, CreateExecution, Uid},
};

/// How many pages of cases are looked at before those that were not found are asked for one by one.
const PAGES: usize = 100;
/// How many cases are asked for by themselves though the whole list has none of them.
const PROBES: usize = 16;

impl TestFiesta {
    /// The numbers of these cases, sorted; none where they are not known by them.
    pub(super) fn known_uids(&self, ids: &[String]) -> Vec<Uid> {
        let mut uids = Vec::new();
        if self.options.case_match == CaseMatch::Uid {
            for uid in ids.iter().filter_map(|id| Uid::at_end_of(id)) {
                if let Err(at) = uids.binary_search(&uid) {
                    uids.insert(at, uid);
                }
            }
        }
        uids
    }

    /// Those of these cases that exist, as far as that can be known.
    pub(super) async fn existing(&self, uids: &[Uid]) -> Option<Vec<Uid>> {
        let mut missing = uids.to_vec();
        let is_all = match self.strike_out_listed(&mut missing).await {
            Ok(is_all) => is_all,
            Err(error) if error.is_retryable() => return None,
            Err(_) => false,
        };
        // A list need not have a case in each of its versions.
        if !is_all || missing.len() <= PROBES {
            for (at, uid) in missing.clone().into_iter().enumerate().rev() {
                match self.project.has_case(uid).await {
                    Ok(()) => drop(missing.remove(at)),
                    Err(Error::NotFound { .. } | Error::Refused { .. }) => {}
                    Err(_) => return None,
                }
            }
        }
        Some(uids.iter().copied().filter(|uid| missing.binary_search(uid).is_err()).collect())
    }

    /// Strikes out the cases that the project lists: a hundred at a call. Answers whether all were looked at.
    async fn strike_out_listed(&self, missing: &mut Vec<Uid>) -> Result<bool, Error> {
        let mut cases = self.project.pages::<testfiesta::Run>("cases");
        for _ in 0..PAGES {
            let Some(page) = cases.next().await? else { return Ok(true) };
            for case in page {
                if let Ok(at) = missing.binary_search(&case.uid) {
                    missing.remove(at);
                }
            }
            if missing.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One execution for each result of a case that exists already. None is created for the others: it would take a number
    /// that an annotation may mean.
    pub(super) async fn execute_all(&self, run: &Run, results: &[TestResult]) -> Result<Vec<Receipt>, Error> {
        let mut receipts = Vec::with_capacity(results.len());
        let mut failures = 0;
        for result in results {
            let CaseKey::Id(id) = &result.case else {
                let why = "the annotation names no case, and none is created where cases are matched by uid";
                receipts.push(Receipt::Unmapped(why.to_owned()));
                continue;
            };
            // One after the other: what was confirmed before a failure stays confirmed.
            match self.execute(run, id, result).await {
                Ok(receipt) => {
                    failures = 0;
                    receipts.push(receipt);
                }
                Err(error) if error.is_about_the_content() => receipts.push(Receipt::Doubtful(error)),
                Err(error) if error.is_internal() && failures < FAILURES_IN_A_ROW => {
                    failures += 1;
                    receipts.push(Receipt::Doubtful(error));
                }
                Err(error) => {
                    receipts.resize(results.len(), Receipt::Undelivered(error));
                    break;
                }
            }
        }
        Ok(receipts)
    }

    /// One execution of one existing case: contract, section 3.3.
    async fn execute(&self, run: &Run, id: &str, result: &TestResult) -> Result<Receipt, Error> {
        let Some(case) = Uid::at_end_of(id) else {
            return Ok(Receipt::Unmapped(format!(
                "`{id}` does not end in a case's number, and cases are matched by uid"
            )));
        };
        let Some(status) = mapping::status(&self.options.statuses, result.verdict) else {
            return Ok(Receipt::Rejected(format!(
                "the settings name no status number for {} (TESTFIESTA_STATUSES)",
                result.verdict.as_str()
            )));
        };
        let execution = CreateExecution {
            custom_fields: mapping::execution_properties(result),
            external_id: Some(result.external_id.clone()),
            source: Some(self.options.source.clone()),
            test_case_uid: Some(case),
            test_run_uid: Some(run_uid(run)?),
            status: Some(status),
            ..CreateExecution::default()
        };
        let (uid, external_id) = (run_uid(run)?, &result.external_id);
        let answer = self.create_execution(uid, external_id, &execution).await;
        match answer {
            Ok(()) => Ok(Receipt::Confirmed),
            Err(error) if error.is_about_the_content() || matches!(error, Error::NotFound { .. }) => {
                // The answer to an earlier attempt may have been lost on the way.
                let is_there = match error {
                    Error::Refused { status: 409, existing: None, .. } => {
                        self.holds(uid, external_id).await?
                    }
                    _ => self.existing_under(external_id, "executions", &error).await?.is_some(),
                };
                if is_there { Ok(Receipt::Confirmed) } else { self.explain(run, case, error).await }
            }
            Err(error) => Err(error),
        }
    }

    /// Creates an execution once. A service may take it twice, so that one whose creation was not answered is looked for before
    /// it is created again.
    async fn create_execution(&self, run: Uid, id: &str, execution: &CreateExecution) -> Result<(), Error> {
        if self.unanswered().iter().any(|it| it == id) && self.holds(run, id).await? {
            return Ok(());
        }
        match self.project.create_execution(execution).await {
            // It cannot be sent in parts, and a gateway that is in trouble may say so of anything.
            Err(Error::TooLarge { .. }) => self.project.create_execution(execution).await,
            Err(error) if !error.nothing_was_done() => {
                let is_first = {
                    let mut unanswered = self.unanswered();
                    unanswered.push(id.to_owned());
                    unanswered.len() == 1
                };
                // The first time, the connection may have been closed before; from then on none is used twice. Who hangs, or
                // fails, is asked later.
                if !(is_first && matches!(error, Error::Interrupted { .. })) {
                    return Err(error);
                }
                match self.holds(run, id).await {
                    Ok(true) => Ok(()),
                    Ok(false) => self.project.create_execution(execution).await,
                    Err(_) => Err(error),
                }
            }
            answer => answer,
        }
    }

    fn unanswered(&self) -> MutexGuard<'_, Vec<String>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the service holds this execution. Where it does not let itself be asked, it is taken to hold none.
    async fn holds(&self, run: Uid, id: &str) -> Result<bool, Error> {
        let executions = self.project.pages("executions").filter("runUid", run);
        match self.newest(id, executions).await {
            Ok((found, _)) => Ok(!found.is_empty()),
            Err(error) if may_hide_it(&error) => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// What a refused execution comes to.
    async fn explain(&self, run: &Run, case: Uid, error: Error) -> Result<Receipt, Error> {
        // First, since a project that is not there has no cases either.
        self.check(run).await?;
        match self.project.has_case(case).await {
            Err(Error::NotFound { .. }) => {
                return Ok(Receipt::Unmapped(format!("the project has no case {case}")));
            }
            Err(other) if other.is_retryable() => return Err(other),
            _ => {}
        }
        if minds_the_status(&error) {
            // No result is wrong because a setting is.
            return Err(Error::setting(format!("{error} (the number comes from TESTFIESTA_STATUSES)")));
        }
        Err(about_the_content(error))
    }
}

/// Whether a refusal names the property `status`.
fn minds_the_status(error: &Error) -> bool {
    error.message().is_some_and(|message| message.split(": ").any(|word| word == "status"))
}

/// Whether a run may be refused because of a case that it is created with: the service says so, or names no other field.
pub(super) fn may_mind_the_cases(error: &Error) -> bool {
    const OTHERS: [&str; 8] =
        ["name", "externalId", "source", "link", "description", "tagUids", "milestoneUids", "configs"];
    let message = error.message().unwrap_or_default();
    let names_cases = message.to_ascii_lowercase().contains("case");
    let mut words = message.split(|c: char| !c.is_alphanumeric());
    match error.status() {
        Some(400 | 422) => names_cases || !words.any(|word| OTHERS.contains(&word)),
        Some(404) => names_cases,
        _ => false,
    }
}
