//! Executions: contract, section 3.3. None can be deleted.

use reqwest::Method;

use super::ProjectClient;
use crate::Error;
use crate::http::Repeat;
use crate::testfiesta::CreateExecution;
#[cfg(feature = "full")]
use crate::testfiesta::{Execution, Pages, Uid, UpdateExecution};

impl ProjectClient {
    /// Puts a case into a run. No answer of it is on record, so none is read: an execution that is not understood is
    /// there all the same, and must not be created again.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn create_execution(&self, execution: &CreateExecution) -> Result<(), Error> {
        let request = self.request(Method::POST, &["executions"])?.json(execution);
        self.send(request, Repeat::IfNothingWasDone).await?.done()
    }
}

#[cfg(feature = "full")]
impl ProjectClient {
    /// The executions of the project, of all its runs: the contract declares no filter by run.
    pub fn executions(&self) -> Pages<Execution> {
        self.pages("executions")
    }

    /// One execution.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn execution(&self, uid: Uid) -> Result<Execution, Error> {
        self.get(&["executions", &uid.to_string()]).await
    }

    /// Changes an execution, and answers it where the service does.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn update_execution(
        &self,
        uid: Uid,
        changes: &UpdateExecution,
    ) -> Result<Option<Execution>, Error> {
        self.update(&["executions", &uid.to_string()], changes).await
    }
}
