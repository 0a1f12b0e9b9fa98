//! Who is to blame for a refusal: what is wrong with the run, or with a setting, is not to be held against results.

use std::collections::HashMap;

use super::{Testsigma, case_state::CaseState, is_uuid, record::LockedRecord, setting};
use crate::{
    Error,
    provider::Run,
    testsigma::{self, ProjectClient},
};

impl Testsigma {
    /// Whether this run takes results, as they are written here.
    pub(super) async fn check(&self, run: &Run) -> Result<(), Error> {
        match self.project_of(&[&run.id]).await? {
            Some(project) => {
                let mut locked = self.lock_record(run).await;
                self.examine(&project, &mut locked, false).await
            }
            None => Ok(()),
        }
    }

    /// Refusals and failures stay with the cases that they are of, unless there is a reason that all cases share. Where the run
    /// holds no case there may be one that nobody can look up.
    pub(super) async fn blame_shared_causes(
        &self,
        project: &ProjectClient,
        locked: &mut LockedRecord,
        states: &mut HashMap<String, CaseState>,
    ) {
        if !states.values().any(CaseState::is_doubtful) {
            return;
        }
        let took_any = states.values().any(|state| matches!(state, CaseState::Written));
        if let Err(error) = self.examine(project, locked, took_any).await {
            states
                .values_mut()
                .filter(|state| state.is_doubtful())
                .for_each(|state| *state = CaseState::Undelivered(error.clone()));
        } else if !locked.record.holds_any() {
            for state in states.values_mut() {
                if let CaseState::Refused(error) = state {
                    *state = CaseState::Doubted(error.clone());
                }
            }
        }
    }

    /// Looks at what all results of a run share. `took_any` says that the run did take some.
    pub(super) async fn examine(
        &self,
        project: &ProjectClient,
        locked: &mut LockedRecord,
        took_any: bool,
    ) -> Result<(), Error> {
        let found = run_of(project, locked).await?;
        must_be_open(&found)?;
        if !took_any {
            must_be_active(&found)?;
        }
        let before = locked.record.choices.take();
        self.state().choices = None;
        self.keep(locked)?;
        let now = self.choices(None).await?;
        if !took_any {
            self.user_must_be_there(&now.user).await?;
        }
        locked.record.choices = Some(now.clone());
        self.keep(locked)?;
        match before {
            Some(before) if before != now => Err(setting(
                "the service's statuses or users are others than when the run began: `cargo testfiesta resend` looks \
                 them up anew",
            )),
            _ => Ok(()),
        }
    }

    /// The UUID of a user is taken as it is set, to spare a request; once all is refused it is worth one.
    async fn user_must_be_there(&self, user: &str) -> Result<(), Error> {
        if !self.options.user.as_deref().is_some_and(is_uuid) {
            return Ok(());
        }
        match self.client.users().await {
            Ok(users) if users.iter().all(|it| !it.id.eq_ignore_ascii_case(user)) => {
                Err(setting(format!("TESTSIGMA_USER is `{user}`, and no user has this id")))
            }
            Err(error) if error.is_retryable() => Err(error),
            // Who may write results need not be allowed to read users.
            _ => Ok(()),
        }
    }
}

/// The run of a record, as it is now. That it is not there has to be told from other errors: one that was made here is then
/// made anew.
pub(super) async fn run_of(project: &ProjectClient, locked: &LockedRecord) -> Result<testsigma::Run, Error> {
    let LockedRecord { record, id, .. } = locked;
    let found = project.run(if record.uuid.is_empty() { id } else { &record.uuid }).await;
    found.map_err(|error| match error {
        Error::NotFound { call, .. } => {
            let message = format!("run {id} is not there any more: TESTSIGMA_RUN_ID can name another");
            Error::NotFound { call, message }
        }
        other => other,
    })
}

/// Documents know more states than were ever seen: nothing is known against one in which results are taken.
fn must_be_active(run: &testsigma::Run) -> Result<(), Error> {
    let testsigma::Run { human_id, status, .. } = run;
    match &**status {
        "ACTIVE" | "" => Ok(()),
        _ => Err(setting(format!("run {human_id} is {status}, and took none of its results"))),
    }
}

pub(super) fn must_be_open(run: &testsigma::Run) -> Result<(), Error> {
    if run.status != "CLOSED" {
        return Ok(());
    }
    let id = &run.human_id;
    Err(setting(format!(
        "run {id} is closed, and takes no results any more: TESTSIGMA_RUN_ID can name another"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_in_a_state_that_nobody_knows_is_to_blame_where_nothing_was_taken() {
        let run = |status: &str| testsigma::Run {
            human_id: "TC-R-7".into(),
            status: status.into(),
            ..testsigma::Run::default()
        };
        assert_eq!((must_be_active(&run("ACTIVE")), must_be_active(&run(""))), (Ok(()), Ok(())));
        assert_eq!(must_be_open(&run("ABORTED")), Ok(()));
        let error = must_be_active(&run("ABORTED")).unwrap_err();
        assert_eq!(error.to_string(), "run TC-R-7 is ABORTED, and took none of its results");
    }
}
