//! Executions: contract, section 3.3. None can be deleted.

use super::ProjectClient;
use crate::Error;
use crate::testfiesta::{CreateExecution, Execution, Pages, Uid, UpdateExecution};

impl ProjectClient {
    /// The executions of the project, of all its runs: the contract declares no filter by run.
    pub fn executions(&self) -> Pages<Execution> {
        self.pages("executions")
    }

    /// Puts a case into a run.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn create_execution(&self, execution: &CreateExecution) -> Result<Execution, Error> {
        self.create(&["executions"], execution).await
    }

    /// One execution.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn execution(&self, uid: Uid) -> Result<Execution, Error> {
        self.get(&["executions", &uid.to_string()]).await
    }

    /// Changes an execution.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn update_execution(&self, uid: Uid, changes: &UpdateExecution) -> Result<Execution, Error> {
        self.update(&["executions", &uid.to_string()], changes).await
    }
}
