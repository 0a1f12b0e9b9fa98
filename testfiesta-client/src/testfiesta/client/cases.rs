//! Test cases: contract, section 3.6. None can be changed; the import replaces them by external id.

use super::ProjectClient;
use crate::Error;
use crate::testfiesta::{Case, CreateCase, Deleted, Pages, Uid};

impl ProjectClient {
    /// The cases of the project. Beyond what all lists have, it can be filtered by `priority` and `tag`.
    pub fn cases(&self) -> Pages<Case> {
        self.pages("cases")
    }

    /// Creates cases, and answers them in the same order.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn create_cases(&self, cases: &[CreateCase]) -> Result<Vec<Case>, Error> {
        self.create(&["cases"], cases).await
    }

    /// One case.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn case(&self, uid: Uid) -> Result<Case, Error> {
        self.get(&["cases", &uid.to_string()]).await
    }

    /// Deletes a case.
    ///
    /// # Errors
    ///
    /// Those of a call.
    pub async fn delete_case(&self, uid: Uid) -> Result<Deleted, Error> {
        self.delete(&["cases", &uid.to_string()]).await
    }
}
