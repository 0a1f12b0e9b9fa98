//! Test runs: contract, sections 6, 6.1 and 6.2.

use reqwest::Method;
use serde_json::json;

use super::ProjectClient;
use crate::Error;
use crate::http::Repeat;
use crate::testsigma::{CreateRun, Pages, Run, RunCase, UpdateRun};

impl ProjectClient {
    /// The runs of the project.
    pub fn runs(&self) -> Pages<Run> {
        self.pages(&["test_runs"])
    }

    /// Creates a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; an answer without an `id` is [`Error::Unreadable`], since nothing could be written to it.
    pub async fn create_run(&self, run: &CreateRun) -> Result<Run, Error> {
        self.create(&["test_runs"], run).await
    }

    /// One run, by UUID or human id.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn run(&self, id: &str) -> Result<Run, Error> {
        self.get(&["test_runs", id]).await
    }

    /// Changes a run, and answers it where the service does.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn update_run(&self, id: &str, changes: &UpdateRun) -> Result<Option<Run>, Error> {
        self.update(&["test_runs", id], changes).await
    }

    /// Deletes a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn delete_run(&self, id: &str) -> Result<(), Error> {
        let request = self.client().request(Method::DELETE, &self.path(&["test_runs", id]))?;
        self.client().send(request, Repeat::Always).await?.done()
    }

    /// The cases of a run, and how each stands.
    pub fn run_cases(&self, run: &str) -> Pages<RunCase> {
        self.pages(&["test_runs", run, "test_cases"])
    }

    /// Says who is to execute a case of a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn assign_user(&self, run: &str, case: &str, user: &str) -> Result<(), Error> {
        let path = self.path(&["test_runs", run, "assign_user"]);
        let body = json!({ "user_id": user, "test_case_id": case });
        let request = self.client().request(Method::PUT, &path)?.json(&body);
        self.client().send(request, Repeat::Always).await?.done()
    }
}
