//! Writing results: contract, sections 6.3 and 9, step 6.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use super::{
    Testsigma,
    cases::Resolved,
    check::{must_be_open, run_of},
    choices::Choices,
    description::describe,
    outcome::Outcome,
    record::{Content, Held},
};
use crate::{
    Error,
    provider::{CaseKey, FAILURES_IN_A_ROW, REFUSALS_IN_A_ROW, Receipt, Run, TestResult, samples},
    services::Writing,
    testsigma::{CaseResult, CaseResults, ProjectClient, RunCase, UpdateRun},
};

/// For so long a refusal may mean that a run does not know its cases yet (contract, section 6.3).
const FRESH: Duration = Duration::from_secs(15);
/// How often such a refusal is waited out.
const PATIENCE: usize = 2;

/// What became of a case.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    Held,
    Refused(String),
    /// The project does not have it any more.
    Gone,
    /// The service broke over it, and perhaps over none but it.
    Aside(Error),
    Lost(Error),
}

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
        let fates = match run {
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
            receipts.push(match known(result).map(|case| fates.get(case)) {
                None => self.unmapped(result),
                Some(Some(Fate::Held)) => Receipt::Confirmed,
                Some(Some(Fate::Gone)) => self.deleted(&project, result).await,
                Some(Some(Fate::Refused(reason))) => self.refused(&project, result, reason).await,
                Some(Some(Fate::Aside(error))) => Receipt::Doubtful(error.clone()),
                Some(Some(Fate::Lost(error))) => Receipt::Undelivered(error.clone()),
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
    ) -> Result<HashMap<String, Fate>, Error> {
        if results.is_empty() {
            return Ok(HashMap::new());
        }
        let mut held = self.hold(run).await;
        if held.record.uuid.is_empty() {
            let found = run_of(project, &held).await?;
            held.record.selected.extend(found.selected().map(str::to_owned));
            held.record.uuid = found.id;
        }
        let choices = self.choices(held.record.choices.as_ref()).await?;
        held.record.choices = Some(choices.clone());
        let target = Target { project, uuid: held.record.uuid.clone(), choices };

        let mut touched = HashSet::new();
        // In the order of their first results.
        let mut cases = Vec::new();
        for (case, result) in results {
            if touched.insert(case.clone()) {
                cases.push(case.clone());
            }
            let case = held.record.cases.entry(case).or_default();
            case.human_id = id_of(result).unwrap_or_default().to_owned();
            case.add(Outcome::of(result));
        }
        self.keep(&held)?;
        self.settle(&target, &mut held).await?;
        self.select(&target, &mut held, &touched).await?;

        let mut fates = HashMap::new();
        let mut due = Vec::new();
        for case in cases {
            if self.is_gone(&case) {
                fates.insert(case, Fate::Gone);
                continue;
            }
            let known = &held.record.cases[&case];
            let description = describe(&known.outcomes, self.options.description_limit);
            let content = known.content(&target.choices, &description);
            if known.written.as_ref() == Some(&content) {
                fates.insert(case, Fate::Held);
            } else {
                due.push(Due { case, content, description });
            }
        }
        let mut written = match self.options.writing {
            _ if due.is_empty() => return Ok(fates),
            Writing::Direct => self.put_all(&target, &mut held, &due).await,
            Writing::JUnit => match self.import(&target, &mut held, &due).await {
                Err(error) if error.is_about_the_content() => {
                    self.examine(project, &mut held, false).await?;
                    return Err(error);
                }
                imported => imported?,
            },
        };
        self.absolve(project, &mut held, &mut written).await;
        fates.extend(written);
        Ok(fates)
    }

    /// Makes cases part of the run that it was not made of: those of another test binary. There is no call that adds one:
    /// all of them are named again. Answers whether it had to.
    async fn select(
        &self,
        target: &Target<'_>,
        held: &mut Held,
        cases: &HashSet<String>,
    ) -> Result<bool, Error> {
        if cases.is_subset(&held.record.selected) {
            return Ok(false);
        }
        // Processes on other machines add theirs too.
        let now = run_of(target.project, held).await?;
        must_be_open(&now)?;
        let mut all: HashSet<String> = now.selected().map(str::to_owned).collect();
        let mut missing = HashSet::new();
        if !cases.is_subset(&all) {
            missing.extend(cases.iter().chain(&held.record.selected).cloned());
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
        held.record.selected = all;
        self.keep(held)?;
        Ok(has_to)
    }

    /// Looks whether what was sent without an answer arrived.
    async fn settle(&self, target: &Target<'_>, held: &mut Held) -> Result<(), Error> {
        if held.record.cases.values().all(|case| case.sending.is_none()) {
            return Ok(());
        }
        let statuses = self.statuses_in(target).await?;
        for (id, case) in &mut held.record.cases {
            // One that had this status before is taken to be written: the status is right, and writing it again would
            // leave another attempt.
            let arrived = case.sending.as_ref().is_some_and(|sent| statuses.get(id) == Some(&sent.status));
            case.settle(arrived);
        }
        self.keep(held)
    }

    /// The status of each case of the run, both by UUID.
    pub(super) async fn statuses_in(&self, target: &Target<'_>) -> Result<HashMap<String, String>, Error> {
        let entries: Vec<RunCase> = target.project.run_cases(&target.uuid).all().await?;
        Ok(entries.into_iter().filter_map(|entry| Some((entry.test_case.id, entry.status_id?))).collect())
    }

    /// Writes cases, many at once. Where the service refuses them, or breaks over them, those at fault are found by halving.
    async fn put_all(&self, target: &Target<'_>, held: &mut Held, due: &[Due]) -> HashMap<String, Fate> {
        let mut fates = HashMap::new();
        let mut parts = self.parts(due.iter().collect());
        let (mut refusals, mut failures, mut any_held) = (0, 0, false);
        while let Some(part) = parts.pop() {
            // What the service broke over may be there nevertheless, and would get a second attempt.
            let (there, part): (Vec<&Due>, Vec<&Due>) =
                part.into_iter().partition(|due| is_written(held, due));
            let (gone, part): (Vec<&Due>, Vec<&Due>) =
                part.into_iter().partition(|due| self.is_gone(&due.case));
            settle(&mut fates, &there, &Fate::Held);
            settle(&mut fates, &gone, &Fate::Gone);
            any_held |= !there.is_empty();
            let answer = if part.is_empty() { Ok(()) } else { self.put_patiently(target, held, &part).await };
            let Err(error) = answer else {
                (refusals, failures, any_held) = (0, 0, true);
                settle(&mut fates, &part, &Fate::Held);
                continue;
            };
            if part.iter().any(|due| self.is_gone(&due.case)) {
                // Once more without those.
                parts.push(part);
                continue;
            }
            let (first, second) = part.split_at(part.len() / 2);
            let is_refusal = error.is_about_the_content();
            if is_refusal && part.len() > 1 {
                parts.extend([second.to_vec(), first.to_vec()]);
            } else if is_refusal && refusals < REFUSALS_IN_A_ROW {
                refusals += 1;
                settle(&mut fates, &part, &Fate::Refused(error.to_string()));
            } else if may_be_at_fault(held, &part, &error) && failures < FAILURES_IN_A_ROW {
                failures += 1;
                if part.len() == 1 {
                    settle(&mut fates, &part, &Fate::Aside(error));
                } else {
                    // Behind the others, so that those without a culprit come in between.
                    parts.splice(..0, [second.to_vec(), first.to_vec()]);
                }
            } else {
                parts.push(part);
                let mut rest: Vec<&Due> = parts.into_iter().rev().flatten().collect();
                if is_refusal && let Some(welcome) = self.put_a_sample(target, held, &rest).await {
                    (refusals, failures, any_held) = (0, 0, true);
                    settle(&mut fates, &[rest.remove(welcome)], &Fate::Held);
                    parts = self.parts(rest);
                    continue;
                }
                let lost = Fate::Lost(error);
                settle(&mut fates, &rest, &lost);
                if !any_held {
                    // Those that were refused one by one are no more to blame.
                    for fate in fates.values_mut() {
                        *fate = lost.clone();
                    }
                }
                break;
            }
        }
        fates
    }

    /// What is written by one request each, from the last to the first.
    fn parts<'d>(&self, due: Vec<&'d Due>) -> Vec<Vec<&'d Due>> {
        due.chunks(self.options.batch.max(1)).rev().map(<[_]>::to_vec).collect()
    }

    /// Looks whether any case is welcome behind those that were refused, by a few of them. Answers which one was.
    async fn put_a_sample(&self, target: &Target<'_>, held: &mut Held, due: &[&Due]) -> Option<usize> {
        for at in samples(due.len()) {
            match self.put(target, held, &due[at..=at]).await {
                Ok(()) => return Some(at),
                Err(error)
                    if error.is_about_the_content() || may_be_at_fault(held, &due[at..=at], &error) => {}
                Err(_) => return None,
            }
        }
        None
    }

    /// A refusal just after cases were selected may mean that the run does not know them yet.
    async fn put_patiently(&self, target: &Target<'_>, held: &mut Held, part: &[&Due]) -> Result<(), Error> {
        for _ in 0..PATIENCE {
            let fresh = self.state().selected_at.is_some_and(|at| at.elapsed() < FRESH);
            match self.put(target, held, part).await {
                Err(error @ (Error::NotFound { .. } | Error::Refused { .. })) => {
                    // Another machine may have named its cases and, at the same moment, not ours.
                    let cases: HashSet<String> = part.iter().map(|due| due.case.clone()).collect();
                    held.record.selected.retain(|case| !cases.contains(case));
                    let has_changed = self.select(target, held, &cases).await?;
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
        self.put(target, held, part).await
    }

    async fn put(&self, target: &Target<'_>, held: &mut Held, part: &[&Due]) -> Result<(), Error> {
        let of = |due: &&Due| case_result(&due.case, &due.content, &target.choices, due.description.clone());
        let results = CaseResults { test_run_cases: part.iter().map(of).collect() };
        for due in part {
            held.record.cases.entry(due.case.clone()).or_default().sending = Some(due.content.clone());
        }
        self.keep(held)?;
        let answer = target.project.write_results(&target.uuid, &results, &[]).await;
        let known = match &answer {
            Ok(()) => Some(true),
            Err(error) if error.nothing_was_done() => Some(false),
            Err(_) => None,
        };
        if let Some(arrived) = known {
            for due in part {
                held.record.cases.entry(due.case.clone()).or_default().settle(arrived);
            }
            self.keep(held)?;
            return answer;
        }
        self.settle(target, held).await?;
        if part.iter().all(|due| is_written(held, due)) { Ok(()) } else { answer }
    }

    /// A case that is refused may have been deleted since its id was asked for.
    async fn refused(&self, project: &ProjectClient, result: &TestResult, reason: &str) -> Receipt {
        let Some(id) = id_of(result) else { return Receipt::Rejected(reason.to_owned()) };
        match project.case_by_human_id(id).await {
            Ok(None) => self.deleted(project, result).await,
            _ => Receipt::Rejected(reason.to_owned()),
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
fn is_written(held: &Held, due: &Due) -> bool {
    held.record.cases.get(&due.case).is_some_and(|case| case.written.as_ref() == Some(&due.content))
}

/// Whether the service may have broken over what is in these cases, and it is known what of it was written.
fn may_be_at_fault(held: &Held, part: &[&Due], error: &Error) -> bool {
    let is_known = |due: &&Due| held.record.cases.get(&due.case).is_some_and(|case| case.sending.is_none());
    error.is_internal() && part.iter().all(is_known)
}

/// The same became of all of these.
fn settle(fates: &mut HashMap<String, Fate>, part: &[&Due], fate: &Fate) {
    for due in part {
        fates.insert(due.case.clone(), fate.clone());
    }
}

fn id_of(result: &TestResult) -> Option<&str> {
    match &result.case {
        CaseKey::Id(id) => Some(id),
        CaseKey::Own { .. } => None,
    }
}
