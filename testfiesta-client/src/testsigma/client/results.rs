//! Results: contract, section 6.3.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use super::ProjectClient;
use crate::Error;
use crate::http::{Form, Repeat};
use crate::testsigma::CaseResults;

/// A file that belongs to a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The result, by its place among those that it is sent with.
    pub result: usize,
    /// Name.
    pub file_name: String,
    /// Content type.
    pub content_type: String,
    /// Content.
    pub content: Vec<u8>,
}

impl ProjectClient {
    /// Writes what became of cases of a run, with files that belong to it. Each write is an attempt of its own in the
    /// service's history, hence it is repeated only where it was refused untouched. Nobody has been seen attaching files
    /// with success (contract, section 6.3).
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn write_results(
        &self,
        run: &str,
        results: &CaseResults,
        attachments: &[Attachment],
    ) -> Result<(), Error> {
        let data = serde_json::to_string(results).expect("texts are JSON");
        let mut form = Form::new().text("data", &data);
        for (at, file) in attachments.iter().enumerate() {
            let earlier = attachments[..at].iter().filter(|other| other.result == file.result).count();
            let name = format!("attachments_{}_{earlier}", file.result);
            form = form.file(&name, &file.file_name, &file.content_type, &file.content);
        }
        let (content_type, body) = form.finish();
        let path = self.path(&["test_runs", run, "test_cases"]);
        let request =
            self.client().request(Method::PUT, &path)?.header(CONTENT_TYPE, content_type).body(body);
        self.client().send(request, Repeat::IfNothingWasDone).await?.done()
    }
}
