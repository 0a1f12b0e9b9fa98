//! Writing results: contract, sections 6.3 and 9, step 6.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use super::{
    Testsigma,
    case_state::CaseState,
    cases::Resolved,
    check::{must_be_open, run_of},
    choices::Choices,
    description::describe,
    outcome::Outcome,
    record::{Content, LockedRecord, Record},
};
use crate::{
    Error,
    provider::{CaseKey, Receipt, Run, TestResult},
    services::Writing,
    testsigma::{CaseResult, CaseResults, ProjectClient, RunCase, UpdateRun},
};

/// For so long a refusal may mean that a run does not know its cases yet (contract, section 6.3).
const FRESH: Duration = Duration::from_secs(15);
/// How often such a refusal is waited out.
const PATIENCE: usize = 2;

/// A case that is to be written.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) case: String,
    pub(super) content: Content,
    pub(super) description: String,
}

/// The run that is written to.
pub(super) struct Target<'a> {
    pub(super) project: &'a ProjectClient,
    pub(super) uuid: String,
    pub(super) choices: Choices,
}

impl Testsigma {
    pub(super) async fn write(
        &self,
        run: Option<&Run>,
        results: &[TestResult],
    ) -> Result<Vec<Receipt>, Error> {
        let ids: Vec<&str> = results.iter().filter_map(id_of).collect();
        let Some(project) = self.project_of(&ids).await? else {
            return Ok(results.iter().map(|result| self.unmapped(result)).collect());
        };
        let Resolved { cases, aside } = self.resolve(&project, &ids).await?;
        let known = |result: &TestResult| id_of(result).and_then(|id| cases.get(id));
        let states = match run {
            Some(run) => {
                let mapped = results.iter().filter_map(|result| Some((known(result)?.clone(), result)));
                self.write_cases(&project, run, mapped.collect()).await?
            }
            // None was created, since none of the cases was known.
            None => HashMap::new(),
        };
        let mut receipts = Vec::with_capacity(results.len());
        for result in results {
            if let Some((_, error)) = aside.iter().find(|(id, _)| id_of(result) == Some(id)) {
                receipts.push(Receipt::Doubtful(error.clone()));
                continue;
            }
            receipts.push(match known(result).map(|case| states.get(case)) {
                None => self.unmapped(result),
                Some(Some(CaseState::Written)) => Receipt::Confirmed,
                Some(Some(CaseState::Gone)) => self.deleted(&project, result).await,
                Some(Some(CaseState::Refused(error))) => {
                    self.unless_deleted(&project, result, Receipt::Rejected(error.to_string())).await
                }
                Some(Some(CaseState::Doubted(error))) => {
                    self.unless_deleted(&project, result, Receipt::Doubtful(error.clone())).await
                }
                Some(Some(CaseState::Undelivered(error))) => Receipt::Undelivered(error.clone()),
                Some(None) => Receipt::Undelivered(Error::setting("there is no run for this result yet")),
            });
        }
        Ok(receipts)
    }

    /// Adds these results to what is known of their cases, and writes the cases that are not written so.
    async fn write_cases(
        &self,
        project: &ProjectClient,
        run: &Run,
        results: Vec<(String, &TestResult)>,
    ) -> Result<HashMap<String, CaseState>, Error> {
        if results.is_empty() {
            return Ok(HashMap::new());
        }
        let mut locked = self.lock_record(run).await;
        let target = self.target(project, &mut locked).await?;
        let cases = add_results(&mut locked.record, results);
        self.keep(&locked)?;
        self.look_up_unanswered(&target, &mut locked).await?;
        self.add_to_run(&target, &mut locked, &cases.iter().cloned().collect()).await?;

        let (mut states, due) = self.compare(&target, &locked, cases);
        let mut written = match self.options.writing {
            _ if due.is_empty() => return Ok(states),
            Writing::Direct => self.write_in_parts(&target, &mut locked, &due).await,
            Writing::JUnit => match self.import(&target, &mut locked, &due).await {
                Err(error) if error.is_about_the_content() => {
                    self.examine(project, &mut locked, false).await?;
                    return Err(error);
                }
                imported => imported?,
            },
        };
        self.blame_shared_causes(project, &mut locked, &mut written).await;
        states.extend(written);
        Ok(states)
    }

    /// The run of a record, and the ids that every result in it needs: what is not known of them is asked for.
    async fn target<'a>(
        &self,
        project: &'a ProjectClient,
        locked: &mut LockedRecord,
    ) -> Result<Target<'a>, Error> {
        if locked.record.uuid.is_empty() {
            let found = run_of(project, locked).await?;
            locked.record.selected.extend(found.selected().map(str::to_owned));
            locked.record.uuid = found.id;
        }
        let choices = self.choices(locked.record.choices.as_ref()).await?;
        locked.record.choices = Some(choices.clone());
        Ok(Target { project, uuid: locked.record.uuid.clone(), choices })
    }

    /// Which of these cases are to be written, and what is known of the others.
    fn compare(
        &self,
        target: &Target<'_>,
        locked: &LockedRecord,
        cases: Vec<String>,
    ) -> (HashMap<String, CaseState>, Vec<Due>) {
        let (mut states, mut due) = (HashMap::new(), Vec::new());
        for case in cases {
            if self.is_gone(&case) {
                states.insert(case, CaseState::Gone);
                continue;
            }
            let known = &locked.record.cases[&case];
            let description = describe(&known.outcomes, self.options.description_limit);
            let content = known.content(&target.choices, &description);
            if known.written.as_ref() == Some(&content) {
                states.insert(case, CaseState::Written);
            } else {
                due.push(Due { case, content, description });
            }
        }
        (states, due)
    }

    /// Makes cases part of the run that it was not made of: those of another test binary. There is no call that adds one:
    /// all of them are named again. Answers whether it had to.
    async fn add_to_run(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        cases: &HashSet<String>,
    ) -> Result<bool, Error> {
        if cases.is_subset(&locked.record.selected) {
            return Ok(false);
        }
        // Processes on other machines add theirs too.
        let now = run_of(target.project, locked).await?;
        must_be_open(&now)?;
        let mut all: HashSet<String> = now.selected().map(str::to_owned).collect();
        let mut missing = HashSet::new();
        if !cases.is_subset(&all) {
            missing.extend(cases.iter().chain(&locked.record.selected).cloned());
            missing.retain(|case| !all.contains(case) && !self.is_gone(case));
        }
        while !missing.is_empty() {
            let change = UpdateRun::cases(all.iter().chain(&missing).cloned().collect());
            let Err(error) = target.project.update_run(&target.uuid, &change).await else {
                self.state().selected_at = Some(Instant::now());
                break;
            };
            // One that was deleted must not keep the others out.
            if !self.find_gone(target.project, &missing, &error).await? {
                return Err(error);
            }
            missing.retain(|case| !self.is_gone(case));
        }
        let has_to = !missing.is_empty();
        all.extend(missing);
        locked.record.selected = all;
        self.keep(locked)?;
        Ok(has_to)
    }

    /// Looks whether what was sent without an answer arrived.
    async fn look_up_unanswered(&self, target: &Target<'_>, locked: &mut LockedRecord) -> Result<(), Error> {
        if locked.record.cases.values().all(|case| case.sending.is_none()) {
            return Ok(());
        }
        let statuses = self.statuses_in(target).await?;
        for (id, case) in &mut locked.record.cases {
            // One that had this status before is taken to be written: the status is right, and writing it again would
            // leave another attempt.
            let arrived = case.sending.as_ref().is_some_and(|sent| statuses.get(id) == Some(&sent.status));
            case.settle(arrived);
        }
        self.keep(locked)
    }

    /// The status of each case of the run, both by UUID.
    pub(super) async fn statuses_in(&self, target: &Target<'_>) -> Result<HashMap<String, String>, Error> {
        let entries: Vec<RunCase> = target.project.run_cases(&target.uuid).all().await?;
        Ok(entries.into_iter().filter_map(|entry| Some((entry.test_case.id, entry.status_id?))).collect())
    }

    /// A refusal just after cases were selected may mean that the run does not know them yet.
    pub(super) async fn write_despite_lag(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        part: &[&Due],
    ) -> Result<(), Error> {
        for _ in 0..PATIENCE {
            let fresh = self.state().selected_at.is_some_and(|at| at.elapsed() < FRESH);
            match self.write_batch(target, locked, part).await {
                Err(error @ (Error::NotFound { .. } | Error::Refused { .. })) => {
                    // Another machine may have named its cases and, at the same moment, not ours.
                    let cases: HashSet<String> = part.iter().map(|due| due.case.clone()).collect();
                    locked.record.selected.retain(|case| !cases.contains(case));
                    let has_changed = self.add_to_run(target, locked, &cases).await?;
                    if !(has_changed || fresh) || cases.iter().any(|case| self.is_gone(case)) {
                        return Err(error);
                    }
                    if fresh {
                        tokio::time::sleep(self.options.lag).await;
                    }
                }
                Ok(()) => {
                    self.state().selected_at = None;
                    return Ok(());
                }
                error => return error,
            }
        }
        // Whatever is refused from here on is not refused for being new.
        self.state().selected_at = None;
        self.write_batch(target, locked, part).await
    }

    pub(super) async fn write_batch(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        part: &[&Due],
    ) -> Result<(), Error> {
        let of = |due: &&Due| case_result(&due.case, &due.content, &target.choices, due.description.clone());
        let results = CaseResults { test_run_cases: part.iter().map(of).collect() };
        for due in part {
            locked.record.cases.entry(due.case.clone()).or_default().sending = Some(due.content.clone());
        }
        self.keep(locked)?;
        let answer = target.project.write_results(&target.uuid, &results, &[]).await;
        let known = match &answer {
            Ok(()) => Some(true),
            Err(error) if error.nothing_was_done() => Some(false),
            Err(_) => None,
        };
        if let Some(arrived) = known {
            for due in part {
                locked.record.cases.entry(due.case.clone()).or_default().settle(arrived);
            }
            self.keep(locked)?;
            return answer;
        }
        self.look_up_unanswered(target, locked).await?;
        if part.iter().all(|due| is_written(locked, due)) { Ok(()) } else { answer }
    }

    /// A case that is refused may have been deleted since its id was asked for.
    async fn unless_deleted(
        &self,
        project: &ProjectClient,
        result: &TestResult,
        receipt: Receipt,
    ) -> Receipt {
        let Some(id) = id_of(result) else { return receipt };
        match project.case_by_human_id(id).await {
            Ok(None) => self.deleted(project, result).await,
            _ => receipt,
        }
    }

    async fn deleted(&self, project: &ProjectClient, result: &TestResult) -> Receipt {
        if let Some(id) = id_of(result) {
            self.cache.forget_cases(project.id(), &[id]).await;
        }
        self.unmapped(result)
    }

    fn unmapped(&self, result: &TestResult) -> Receipt {
        Receipt::Unmapped(match (id_of(result), &self.options.project) {
            (Some(id), Some(project)) => format!("the project {project} has no case {id}"),
            (Some(id), None) => format!("the project has no case {id}"),
            (None, _) => "the annotation names no case, and Testsigma takes no result without one".to_owned(),
        })
    }
}

/// Adds results to what is known of their cases. Answers which these are, in the order of their first results.
fn add_results(record: &mut Record, results: Vec<(String, &TestResult)>) -> Vec<String> {
    let (mut touched, mut cases) = (HashSet::new(), Vec::new());
    for (case, result) in results {
        if touched.insert(case.clone()) {
            cases.push(case.clone());
        }
        let case = record.cases.entry(case).or_default();
        case.human_id = id_of(result).unwrap_or_default().to_owned();
        case.add(Outcome::of(result));
    }
    cases
}

/// A case as it is written.
pub(super) fn case_result(
    case: &str,
    content: &Content,
    choices: &Choices,
    description: String,
) -> CaseResult {
    CaseResult {
        test_case_id: case.to_owned(),
        test_run_status_id: content.status.clone(),
        user_id: choices.user.clone(),
        description,
    }
}

/// Whether the service holds this of its case.
pub(super) fn is_written(locked: &LockedRecord, due: &Due) -> bool {
    locked.record.cases.get(&due.case).is_some_and(|case| case.written.as_ref() == Some(&due.content))
}

fn id_of(result: &TestResult) -> Option<&str> {
    match &result.case {
        CaseKey::Id(id) => Some(id),
        CaseKey::Own { .. } => None,
    }
}
