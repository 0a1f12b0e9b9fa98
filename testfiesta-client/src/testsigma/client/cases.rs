//! Test cases: contract, section 6.

use super::ProjectClient;
use crate::Error;
use crate::testsigma::{Case, Pages};

impl ProjectClient {
    /// The cases of the project.
    pub fn cases(&self) -> Pages<Case> {
        self.pages(&["test_cases"])
    }

    /// One case, by UUID or human id.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn case(&self, id: &str) -> Result<Case, Error> {
        self.get(&["test_cases", id]).await
    }

    /// The case with this human id: asked for by it, or else searched for. Every row that a search answers is compared,
    /// since a parameter that the service does not know is ignored, and then it answers everything.
    ///
    /// # Errors
    ///
    /// Any [`Error`], but for 404, 400 and 422, which begin the search.
    pub async fn case_by_human_id(&self, human_id: &str) -> Result<Option<Case>, Error> {
        let is_it = |case: &Case| case.human_id.eq_ignore_ascii_case(human_id);
        match self.case(human_id).await {
            Ok(case) if is_it(&case) => return Ok(Some(case)),
            Ok(_) | Err(Error::NotFound { .. } | Error::Refused { status: 400 | 422, .. }) => {}
            Err(error) => return Err(error),
        }
        // One page: a case that is there is among the first that a search finds.
        let mut found = self.cases().filter("search", human_id);
        Ok(found.next().await?.and_then(|cases| cases.into_iter().find(is_it)))
    }
}
