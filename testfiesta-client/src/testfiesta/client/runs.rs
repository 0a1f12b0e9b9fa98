//! Runs: contract, section 3.2.

use super::ProjectClient;
use crate::Error;
use crate::testfiesta::{CreateRun, Deleted, Pages, Run, Uid, UpdateRun};

impl ProjectClient {
    /// The runs of the project.
    pub fn runs(&self) -> Pages<Run> {
        self.pages("runs")
    }

    /// Creates a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; an answer without a `uid` is [`Error::Unreadable`], since nothing could be reported to it.
    /// [`Error::Refused`] with `existing` where a run has this `source` and `externalId` already.
    pub async fn create_run(&self, run: &CreateRun) -> Result<Run, Error> {
        self.create(&["runs"], run).await
    }

    /// One run.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn run(&self, uid: Uid) -> Result<Run, Error> {
        self.entity("runs", uid).await
    }

    /// Changes a run, and answers it where the service does.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn update_run(&self, uid: Uid, changes: &UpdateRun) -> Result<Option<Run>, Error> {
        self.update(&["runs", &uid.to_string()], changes).await
    }

    /// Deletes a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn delete_run(&self, uid: Uid) -> Result<Deleted, Error> {
        self.delete(&["runs", &uid.to_string()]).await
    }
}
