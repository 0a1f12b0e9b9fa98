//! JUnit imports: contract, section 7.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::ProjectClient;
use crate::Error;
use crate::http::{Form, Repeat};
use crate::testsigma::{Import, Single};

impl ProjectClient {
    /// Sends a JUnit report for a run. How its elements find their cases is documented nowhere.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn import_junit(&self, run: &str, xml: &str) -> Result<Import, Error> {
        let form = Form::new().file("junit_xml", "junit.xml", "application/xml", xml.as_bytes());
        let (content_type, body) = form.finish();
        let path = self.path(&["junit-import", "test-run", run]);
        let request =
            self.client().request(Method::POST, &path)?.header(CONTENT_TYPE, content_type).body(body);
        let Single(import) = self.client().send(request, Repeat::IfNothingWasDone).await?.json()?;
        Ok(import)
    }

    /// How far an import is.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn import_status(&self, id: &str) -> Result<Import, Error> {
        self.get(&["junit-imports", id, "status"]).await
    }
}
