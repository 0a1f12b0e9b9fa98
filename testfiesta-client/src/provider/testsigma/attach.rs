//! Files: contract, section 6.3. There is no call that adds one to a result that is written: its case is written once
//! more, as it is, and the file comes with it.

use super::{Testsigma, check::run_of, description::describe, setting, submit};
use crate::{
    Error,
    provider::{CaseKey, File, Receipt, ResultKey, Run},
    testsigma::{Attachment, CaseResults},
};

impl Testsigma {
    pub(super) async fn attach_all(
        &self,
        run: &Run,
        result: &ResultKey,
        files: &[File],
    ) -> Result<Vec<Receipt>, Error> {
        let all = |receipt: Receipt| Ok(vec![receipt; files.len()]);
        let CaseKey::Id(id) = &result.case else {
            return all(Receipt::Rejected("its result names no case".to_owned()));
        };
        let Some(project) = self.project_of(&[id]).await? else {
            return all(Receipt::Rejected("its project is not known".to_owned()));
        };
        let locked = self.lock_record(run).await;
        let case = locked
            .record
            .cases
            .iter()
            .find(|(_, case)| case.outcomes.iter().any(|it| it.external_id == result.external_id));
        let (Some((case, known)), Some(choices)) = (case, &locked.record.choices) else {
            return all(Receipt::Rejected("its result was written by another machine".to_owned()));
        };
        let description = describe(&known.outcomes, self.options.description_limit);
        let content = known.content(choices, &description);
        let again = submit::case_result(case, &content, choices, description);
        let attachments: Vec<Attachment> = files.iter().map(attachment).collect();
        let results = CaseResults { test_run_cases: vec![again] };
        match project.write_results(&locked.record.uuid, &results, &attachments).await {
            Ok(()) => all(Receipt::Confirmed),
            Err(error) if error.is_about_the_content() => {
                // What is wrong with the run is not to be held against the file.
                let run = run_of(&project, &locked).await?;
                if run.status == "CLOSED" {
                    let id = run.human_id;
                    return Err(setting(format!(
                        "run {id} is closed, and takes no attachments unless it is opened again"
                    )));
                }
                all(Receipt::Rejected(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }
}

fn attachment(file: &File) -> Attachment {
    Attachment {
        result: 0,
        file_name: file.name.clone(),
        content_type: file.media_type.clone(),
        content: file.content.clone(),
    }
}
