//! Creating, finding and closing runs: contract, sections 6.1 and 9, steps 5 and 7.

use std::{collections::HashMap, time::Instant};

use super::{
    Testsigma,
    cases::Resolved,
    check::must_be_open,
    rivals::{Existing, rank},
    setting,
};
use crate::{
    Error,
    provider::{NewRun, Run, of_another_run},
    short_name,
    testsigma::{self, CreateRun, ProjectClient, RunStatus, Time, UpdateRun},
};

/// How many characters of a name go into a title: no limit is known.
const LONGEST_NAME: usize = 200;
/// What is to be known where a run was created that another machine may have created too.
const DOUBT: &str = "the service's list of runs could not be searched to its end, so there may be another run under this \
    key: `TESTSIGMA_RUN_ID` names one for all machines";

impl Testsigma {
    /// None where the project has none of the cases: an empty run would say that nothing ran.
    pub(super) async fn create(&self, new: &NewRun) -> Result<Option<Run>, Error> {
        let ids: Vec<&str> = new.case_ids.iter().map(String::as_str).collect();
        let project = match self.project_of(&ids).await? {
            Some(project) => project,
            None if new.may_be_empty => {
                return Err(setting(
                    "a run without cases does not say which project it is of: set TESTSIGMA_PROJECT",
                ));
            }
            None => return Ok(None),
        };
        let Resolved { cases, aside } = self.resolve(&project, &ids).await?;
        if cases.is_empty() && !new.may_be_empty {
            // The project may have those of which it did not say.
            return aside.into_iter().next().map_or(Ok(None), |(_, error)| Err(error));
        }
        let choices = self.choices(None).await?;
        let marker = &short_name(&new.key)[..8];
        let mut existing = self.existing(&project, marker, new.may_exist).await?;
        let open = existing.open.take();
        let is_new = open.is_none();
        let found = match open {
            Some(run) => run,
            None => {
                if new.may_exist && existing.is_doubtful {
                    self.state().doubt = Some(DOUBT.to_owned());
                }
                let title = title(&new.name, marker, existing.closed.len());
                let in_order = |cases: &HashMap<String, String>| {
                    new.case_ids.iter().filter_map(|id| cases.get(id)).cloned().collect()
                };
                let request = |cases: &HashMap<String, String>| CreateRun {
                    assignee_id: Some(choices.user.clone()),
                    description: described(new),
                    start_date: Some(Time::from(std::time::SystemTime::now())),
                    ..CreateRun::of(title.clone(), project.id(), in_order(cases))
                };
                self.make(&project, marker, new, request, cases, existing).await?
            }
        };
        let run = named(&found, &new.key);
        self.note(&found, &run, Some(choices), is_new).await?;
        Ok(Some(run))
    }

    /// Creates the run that `request` makes of cases, unless another machine does so at the same moment.
    async fn make(
        &self,
        project: &ProjectClient,
        marker: &str,
        new: &NewRun,
        request: impl Fn(&HashMap<String, String>) -> CreateRun,
        mut cases: HashMap<String, String>,
        before: Existing,
    ) -> Result<testsigma::Run, Error> {
        let mut created = create_run(project, request(&cases), marker).await;
        if created.as_ref().is_err_and(Error::is_about_the_content) {
            // Perhaps there is a run of this title by now.
            if let Some(first) = self.existing(project, marker, new.may_exist).await?.open {
                return Ok(first);
            }
            // Perhaps a case that we knew of is gone: it must not cost the others their run.
            let ids: Vec<&str> = new.case_ids.iter().map(String::as_str).collect();
            self.cache.forget_cases(project.id(), &ids).await;
            let known = self.resolve(project, &ids).await?.cases;
            if known != cases && !known.is_empty() {
                cases = known;
                created = create_run(project, request(&cases), marker).await;
            }
        }
        match created {
            Ok(run) => {
                let own = self.with_selection(run, cases.into_values());
                Ok(if new.may_exist { self.give_way(project, marker, before, own).await } else { own })
            }
            // It may be there nevertheless, and must not be there twice.
            Err(error) if !error.nothing_was_done() => {
                let found = self.existing(project, marker, true).await;
                found.ok().and_then(|existing| existing.open).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The open run that was created under a key, or else the last one that was closed.
    pub(super) async fn find(&self, key: &str) -> Result<Option<Run>, Error> {
        let project = self.project_of(&[]).await?;
        let project = project
            .ok_or_else(|| setting("a key does not say which project it is: set TESTSIGMA_PROJECT"))?;
        let Existing { open, closed, .. } = self.existing(&project, &short_name(key)[..8], true).await?;
        let found = open.or_else(|| closed.into_iter().max_by(|a, b| rank(a).cmp(&rank(b))));
        Ok(found.map(|found| named(&found, key)))
    }

    pub(super) async fn by_id(&self, id: &str) -> Result<testsigma::Run, Error> {
        let project = self.project_of(&[id]).await?;
        let project = project.ok_or_else(|| {
            setting(format!("`{id}` does not say which project the run is of: set TESTSIGMA_PROJECT"))
        })?;
        project.run(id).await
    }

    pub(super) async fn join(&self, id: &str) -> Result<Run, Error> {
        let found = self.by_id(id).await?;
        must_be_open(&found)?;
        let run = named(&found, id);
        self.note(&found, &run, None, false).await?;
        Ok(run)
    }

    pub(super) async fn close(&self, run: &Run) -> Result<(), Error> {
        let Some(project) = self.project_of(&[&run.id]).await? else { return Ok(()) };
        let uuid = self.uuid(&project, run).await?;
        match project.update_run(&uuid, &UpdateRun::status(RunStatus::Closed)).await {
            Ok(_) => Ok(()),
            // The answer to an earlier attempt was lost, and what is closed cannot be closed again.
            Err(error @ Error::Refused { .. }) if project.run(&uuid).await?.status != "CLOSED" => Err(error),
            Err(Error::Refused { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The run's UUID. Public clients go by it alone, though its human id is documented to do.
    pub(super) async fn uuid(&self, project: &ProjectClient, run: &Run) -> Result<String, Error> {
        let known = self.lock_record(run).await.record.uuid;
        if known.is_empty() { Ok(project.run(&run.id).await?.id) } else { Ok(known) }
    }

    /// The new run, with its cases where the answer does not tell them.
    fn with_selection(&self, run: testsigma::Run, cases: impl Iterator<Item = String>) -> testsigma::Run {
        self.state().selected_at = Some(Instant::now());
        if run.selected().next().is_some() {
            return run;
        }
        let selection = vec![testsigma::Selection::of(cases.collect())];
        testsigma::Run { static_selection_filters: selection, ..run }
    }
}

/// A title may have been cut; another run's does not begin like this one, nor hold its marker.
async fn create_run(
    project: &ProjectClient,
    request: CreateRun,
    marker: &str,
) -> Result<testsigma::Run, Error> {
    let run = project.create_run(&request).await?;
    let is_ours = run.title.contains(marker)
        || request.title.starts_with(run.title.trim().trim_end_matches(['.', '…']));
    if is_ours { Ok(run) } else { Err(of_another_run(format!("POST /projects/{}/test_runs", project.id()))) }
}

/// People know a run by its human id, and so does the next process.
pub(super) fn named(found: &testsigma::Run, key: &str) -> Run {
    let id = if found.human_id.is_empty() { &found.id } else { &found.human_id };
    Run { id: id.clone(), key: key.to_owned(), name: found.title.clone(), url: None }
}

/// A title that no other run has, by which this one is found again: `nightly [1a2b3c4d]`, and where that is closed
/// `nightly [1a2b3c4d-2]`.
fn title(name: &str, marker: &str, closed: usize) -> String {
    let name: String = name.chars().take(LONGEST_NAME).collect();
    if closed == 0 { format!("{name} [{marker}]") } else { format!("{name} [{marker}-{}]", closed + 1) }
}

/// Whether this is a [`title`] with this marker.
pub(super) fn is_marked(title: &str, marker: &str) -> bool {
    let Some((_, end)) = title.rsplit_once(&format!("[{marker}")) else { return false };
    let number = end.strip_suffix(']').map(|number| number.strip_prefix('-').unwrap_or(number));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn described(new: &NewRun) -> Option<String> {
    let mut parts = Vec::from_iter(new.link.as_deref());
    parts.extend(new.description.as_deref());
    (!parts.is_empty()).then(|| parts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_again_by_its_marker() {
        for closed in [0, 1, 12] {
            assert!(is_marked(&title("nightly [x]", "1a2b3c4d", closed), "1a2b3c4d"));
        }
        for other in ["nightly", "1a2b3c4d", "nightly [1a2b3c4dx]", "nightly [1a2b3c4d] again"] {
            assert!(!is_marked(other, "1a2b3c4d"), "{other}");
        }
    }
}
