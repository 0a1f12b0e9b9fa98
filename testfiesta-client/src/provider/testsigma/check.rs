//! Who is to blame for a refusal: what is wrong with the run, or with a setting, is not to be held against results.

use std::collections::HashMap;

use super::{Testsigma, is_uuid, record::Held, setting, submit::Fate};
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
                let mut held = self.hold(run).await;
                self.examine(&project, &mut held, false).await
            }
            None => Ok(()),
        }
    }

    /// Refusals and failures stay with the cases that they are of, unless there is a reason that all cases share.
    pub(super) async fn absolve(
        &self,
        project: &ProjectClient,
        held: &mut Held,
        fates: &mut HashMap<String, Fate>,
    ) {
        let is_doubtful = |fate: &Fate| match fate {
            Fate::Held | Fate::Gone => false,
            Fate::Refused(_) | Fate::Aside(_) => true,
            Fate::Lost(error) => error.is_about_the_content(),
        };
        if !fates.values().any(is_doubtful) {
            return;
        }
        let took_any = fates.values().any(|fate| matches!(fate, Fate::Held));
        if let Err(error) = self.examine(project, held, took_any).await {
            fates
                .values_mut()
                .filter(|fate| is_doubtful(fate))
                .for_each(|fate| *fate = Fate::Lost(error.clone()));
        }
    }

    /// Looks at what all results of a run share. `took_any` says that the run did take some.
    pub(super) async fn examine(
        &self,
        project: &ProjectClient,
        held: &mut Held,
        took_any: bool,
    ) -> Result<(), Error> {
        let found = run_of(project, held).await?;
        must_be_open(&found)?;
        if !took_any {
            must_be_active(&found)?;
        }
        let before = held.record.choices.take();
        self.state().choices = None;
        self.keep(held)?;
        let now = self.choices(None).await?;
        if !took_any {
            self.user_must_be_there(&now.user).await?;
        }
        held.record.choices = Some(now.clone());
        self.keep(held)?;
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

/// The run of a record, as it is now.
pub(super) async fn run_of(project: &ProjectClient, held: &Held) -> Result<testsigma::Run, Error> {
    let Held { record, id, .. } = held;
    let found = project.run(if record.uuid.is_empty() { id } else { &record.uuid }).await;
    found.map_err(|error| match error {
        Error::NotFound { .. } => {
            setting(format!("run {id} is not there any more: TESTSIGMA_RUN_ID can name another"))
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
