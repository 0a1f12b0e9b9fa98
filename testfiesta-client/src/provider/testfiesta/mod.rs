//! TestFiesta as a provider.
//!
//! Results travel in bulk imports, which know cases by external id. With [`CaseMatch::Uid`] every case exists already and is
//! named by its number: the run is created with it, and its outcome is an execution of its own.

mod by_uid;
mod mapping;
mod rivals;

use std::sync::Mutex;

use self::rivals::may_hide_it;
use crate::{
    Error,
    provider::{
        BoxFuture, Closing, FAILURES_IN_A_ROW, File, NewRun, Prepared, Provider, Receipt, ResultKey, Run,
        TestResult, Verdict, of_another_run,
    },
    services::{CaseMatch, RunClose, TESTFIESTA},
    testfiesta::{self, Client, CreateRun, MediaType, ProjectClient, Uid, UpdateRun, UploadFile},
};

/// A function from the name of a verdict to the number of a status.
pub type StatusNumbers = Box<dyn Fn(&str) -> Option<u64> + Send + Sync>;

/// Options of the provider.
pub struct TestFiestaOptions {
    /// The label of everything that is created.
    pub source: String,
    /// What an id in an annotation is.
    pub case_match: CaseMatch,
    /// Numbers of the statuses of executions.
    pub statuses: StatusNumbers,
    /// Numbers of the statuses of runs.
    pub run_statuses: StatusNumbers,
    /// What is done to a run when it is over.
    pub run_close: RunClose,
    /// Whether files are attached to executions.
    pub attachments: bool,
    /// Where people look at runs, if it does not follow from the API's address.
    pub dashboard: Option<crate::BaseUrl>,
}

/// One project of a TestFiesta organization.
pub struct TestFiesta {
    client: Client,
    project: ProjectClient,
    project_key: String,
    destination: String,
    options: TestFiestaOptions,
    /// The external ids of executions whose creation was not answered.
    unanswered: Mutex<Vec<String>>,
}

impl TestFiesta {
    /// Reports to the project with this key.
    #[must_use]
    pub fn new(client: Client, project_key: &str, options: TestFiestaOptions) -> Self {
        let (address, handle) = (client.address(), client.handle());
        Self {
            project: client.project(project_key),
            project_key: project_key.to_owned(),
            destination: format!("{TESTFIESTA} {address} {handle} {project_key}"),
            client,
            options,
            unanswered: Mutex::default(),
        }
    }

    /// The run, and whether it is there since just now.
    async fn create(&self, new: &NewRun) -> Result<(Run, bool), Error> {
        let mut body = CreateRun {
            name: new.name.clone(),
            external_id: Some(new.key.clone()),
            source: Some(self.options.source.clone()),
            link: new.link.clone(),
            description: new.description.clone(),
            tag_uids: new.tags.iter().copied().filter_map(uid).collect(),
            milestone_uids: new.milestone.into_iter().filter_map(uid).collect(),
            configs: new.configurations.clone(),
            case_uids: self.known_uids(&new.case_ids),
            ..CreateRun::default()
        };
        let created = match self.project.create_run(&body).await {
            // Perhaps the service minds a case that does not exist: that must not cost the others their run.
            Err(error) if !body.case_uids.is_empty() && by_uid::may_mind_the_cases(&error) => {
                match self.existing(&body.case_uids).await {
                    Some(existing) if existing != body.case_uids => {
                        body.case_uids = existing;
                        self.project.create_run(&body).await
                    }
                    _ => Err(error),
                }
            }
            created => created,
        };
        // Nobody says that the service keeps an id as it was sent: one that it changes is known by the run's name.
        let is_another = |id: &String| !id.trim().is_empty() && id.trim() != new.key.trim();
        match created {
            Ok(run)
                if run.name.trim() != new.name.trim() && run.external_id.as_ref().is_some_and(is_another) =>
            {
                Err(of_another_run(format!("POST /projects/{}/runs", self.project_key)))
            }
            Ok(run) => Ok((self.run(run.uid, &new.key, &new.name)?, true)),
            // Somebody else was first under this key, unless something else is meant.
            Err(error) => match self.existing_under(&new.key, "runs", &error).await? {
                Some(existing) => Ok((self.run(existing, &new.key, &new.name)?, false)),
                None => Err(error),
            },
        }
    }

    /// What a refusal means by the uid that it names, if that goes by this external id.
    async fn existing_under(&self, id: &str, list: &str, refusal: &Error) -> Result<Option<Uid>, Error> {
        let Error::Refused { status: 409, existing: Some(existing), .. } = *refusal else { return Ok(None) };
        match self.project.entity(list, Uid::new(existing)).await {
            Ok(found) => Ok(self.is_ours(&found, id).then_some(found.uid)),
            Err(error) if may_hide_it(&error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// Whether something goes by this external id, and is labelled as ours as far as it is labelled.
    fn is_ours(&self, entity: &testfiesta::Run, id: &str) -> bool {
        entity.external_id.as_deref() == Some(id)
            && entity.source.as_ref().is_none_or(|source| *source == self.options.source)
    }

    fn run(&self, uid: Uid, key: &str, name: &str) -> Result<Run, Error> {
        let url = self.client.run_page(self.options.dashboard.as_ref(), &self.project_key, uid)?;
        Ok(Run { id: uid.to_string(), key: key.to_owned(), name: name.to_owned(), url: Some(url) })
    }

    /// One import of all results: contract, section 3.4.
    async fn import(
        &self,
        run: &Run,
        results: &[TestResult],
        prepared: Prepared,
    ) -> Result<Vec<Receipt>, Error> {
        let body = match prepared.body {
            Some(body) => body,
            None => self.import_body(run, results)?,
        };
        match self.project.import_json(body).await {
            Err(error @ Error::NotFound { .. }) => {
                self.check(run).await?;
                Err(about_the_content(error))
            }
            answer => answer.map(|()| vec![Receipt::Confirmed; results.len()]),
        }
    }

    fn import_body(&self, run: &Run, results: &[TestResult]) -> Result<String, Error> {
        Ok(mapping::import(run, run_uid(run)?, &self.options.source, results))
    }

    /// Contract, section 7: who is archived takes no results, and may be taken back.
    async fn check(&self, run: &Run) -> Result<(), Error> {
        if self.is_archived(run).await? {
            return Err(Error::setting(format!("run {} is archived: take it out of the archive", run.id)));
        }
        Ok(())
    }

    async fn is_archived(&self, run: &Run) -> Result<bool, Error> {
        match self.project.run(run_uid(run)?).await {
            Ok(found) => Ok(found.archived_at.is_some()),
            Err(error) if error.is_retryable() || matches!(error, Error::NotFound { .. }) => Err(error),
            // Who may write results need not be allowed to read runs.
            Err(_) => Ok(false),
        }
    }

    /// File by file: what a service minds of one costs no other, nor does what it fails at.
    async fn attach_all(&self, run: &Run, result: &ResultKey, files: &[File]) -> Result<Vec<Receipt>, Error> {
        let uid = run_uid(run)?;
        let mut receipts = Vec::with_capacity(files.len());
        let mut failures = 0;
        for file in files {
            let answer = self.attach_one(uid, result, file).await;
            // What is wrong with the run is not to be held against the file.
            if answer.as_ref().is_err_and(Error::is_about_the_content)
                && let Err(error) = self.check(run).await
            {
                receipts.resize(files.len(), Receipt::Undelivered(error));
                break;
            }
            match answer {
                Err(error) if error.is_about_the_content() => {
                    failures = 0;
                    receipts.push(Receipt::Rejected(error.to_string()));
                }
                Err(error) if error.is_about_the_service() || failures == FAILURES_IN_A_ROW => {
                    receipts.resize(files.len(), Receipt::Undelivered(error));
                    break;
                }
                Err(error) => {
                    failures += 1;
                    receipts.push(Receipt::Undelivered(error));
                }
                Ok(()) => {
                    failures = 0;
                    receipts.push(Receipt::Confirmed);
                }
            }
        }
        Ok(receipts)
    }

    /// Contract, sections 3.5 and 6: the service says where, and is then given the bytes.
    async fn attach_one(&self, run: Uid, result: &ResultKey, file: &File) -> Result<(), Error> {
        let announced = UploadFile {
            file_name: file.name.clone(),
            file_type: file.media_type.clone(),
            size: file.content.len() as u64,
            external_id: result.external_id.clone(),
            run_id: run,
            media_type: Some(MediaType::Attachment),
            ..UploadFile::default()
        };
        let signed = self.project.upload_urls(vec![announced]).await?;
        let signed =
            signed.files.first().ok_or_else(|| Error::setting("the service names no place for the file"))?;
        self.project.upload(signed, &file.media_type, file.content.clone()).await
    }

    async fn close(&self, run: &Run, closing: Closing) -> Result<(), Error> {
        let verdict = if closing.failed { Verdict::Failed } else { Verdict::Passed };
        let changes = match self.options.run_close {
            RunClose::Never => return Ok(()),
            RunClose::Status => UpdateRun::default(),
            // An archived run takes no more results.
            RunClose::Archive => {
                UpdateRun { archive: closing.is_final.then_some(true), ..UpdateRun::default() }
            }
        };
        let changes = UpdateRun { status: mapping::status(&self.options.run_statuses, verdict), ..changes };
        if changes == UpdateRun::default() {
            return Ok(());
        }
        match self.project.update_run(run_uid(run)?, &changes).await {
            // The answer to an earlier attempt may have been lost, and what is archived cannot be edited.
            Err(Error::Refused { .. } | Error::Forbidden { .. })
                if self.is_archived(run).await.unwrap_or_default() =>
            {
                Ok(())
            }
            answer => answer.map(drop),
        }
    }
}

impl Provider for TestFiesta {
    fn service(&self) -> &'static str {
        TESTFIESTA
    }

    fn destination(&self) -> String {
        self.destination.clone()
    }

    fn needs_case_ids(&self) -> bool {
        self.options.case_match == CaseMatch::Uid
    }

    fn batch_limit(&self) -> usize {
        match self.options.case_match {
            CaseMatch::ExternalId => 1000,
            // Each result is a request of its own: what was confirmed should soon be on record.
            CaseMatch::Uid => 20,
        }
    }

    fn create_run<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Option<Run>> {
        Box::pin(async move { self.create_once(run).await.map(Some) })
    }

    fn find_run<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Run>> {
        Box::pin(self.find(key))
    }

    fn join_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Run> {
        Box::pin(async move {
            let uid = id.parse().map_err(|_| {
                Error::setting(format!("TESTFIESTA_RUN_ID is `{id}`: expected the number of a run"))
            })?;
            let run = self.project.run(uid).await?;
            self.run(uid, run.external_id.as_deref().unwrap_or(id), &run.name)
        })
    }

    fn prepare(&self, run: Option<&Run>, results: &[TestResult]) -> Prepared {
        let body = match (run, self.options.case_match) {
            (Some(run), CaseMatch::ExternalId) => self.import_body(run, results).ok(),
            // By their uids, results go one by one; without a run, nowhere.
            _ => None,
        };
        Prepared { body }
    }

    fn submit<'a>(
        &'a self,
        run: Option<&'a Run>,
        results: &'a [TestResult],
        prepared: Prepared,
    ) -> BoxFuture<'a, Vec<Receipt>> {
        match (run, self.options.case_match) {
            (None, _) => Box::pin(async { Err(Error::setting("a result needs a run")) }),
            (Some(run), CaseMatch::ExternalId) => Box::pin(self.import(run, results, prepared)),
            (Some(run), CaseMatch::Uid) => Box::pin(self.execute_all(run, results)),
        }
    }

    fn check_run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, ()> {
        Box::pin(self.check(run))
    }

    fn takes_attachments(&self) -> bool {
        self.options.attachments
    }

    fn attach<'a>(
        &'a self,
        run: &'a Run,
        result: &'a ResultKey,
        files: &'a [File],
    ) -> BoxFuture<'a, Vec<Receipt>> {
        Box::pin(self.attach_all(run, result, files))
    }

    fn is_over<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, bool> {
        Box::pin(self.is_archived(run))
    }

    fn shuts_attachments_out(&self, closing: Closing) -> bool {
        closing.is_final && self.options.run_close == RunClose::Archive
    }

    fn close_run<'a>(&'a self, run: &'a Run, closing: Closing) -> BoxFuture<'a, ()> {
        Box::pin(self.close(run, closing))
    }
}

/// Where the run is there, what was not found is something that the body names.
fn about_the_content(error: Error) -> Error {
    match error {
        Error::NotFound { call, message } => Error::Refused { call, status: 404, message, existing: None },
        other => other,
    }
}

fn run_uid(run: &Run) -> Result<Uid, Error> {
    run.id.parse().map_err(|_| Error::setting(format!("`{}` is not the number of a run", run.id)))
}

fn uid(number: u64) -> Option<Uid> {
    i64::try_from(number).ok().map(Uid::new)
}
