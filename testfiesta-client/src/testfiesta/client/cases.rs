//! Test cases: contract, section 3.6. None can be changed; the import replaces them by external id.

use reqwest::Method;

use super::ProjectClient;
use crate::Error;
use crate::http::Repeat;
use crate::testfiesta::Uid;
#[cfg(feature = "full")]
use crate::testfiesta::{Case, CreateCase, Deleted, Pages};

impl ProjectClient {
    /// Asks for a case, and does not look at it: an answer means that it is there.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::NotFound`] for a case that is not there.
    pub async fn has_case(&self, uid: Uid) -> Result<(), Error> {
        let request = self.request(Method::GET, &["cases", &uid.to_string()])?;
        self.send(request, Repeat::Always).await?.done()
    }
}

#[cfg(feature = "full")]
impl ProjectClient {
    /// The cases of the project. Beyond what all lists have, it can be filtered by `priority` and `tag`.
    pub fn cases(&self) -> Pages<Case> {
        self.pages("cases")
    }

    /// Creates cases, and answers them in the same order.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn create_cases(&self, cases: &[CreateCase]) -> Result<Vec<Case>, Error> {
        self.create(&["cases"], cases).await
    }

    /// One case.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn case(&self, uid: Uid) -> Result<Case, Error> {
        self.get(&["cases", &uid.to_string()]).await
    }

    /// Deletes a case.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn delete_case(&self, uid: Uid) -> Result<Deleted, Error> {
        self.delete(&["cases", &uid.to_string()]).await
    }
}
