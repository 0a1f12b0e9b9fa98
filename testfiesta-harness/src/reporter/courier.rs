//! One destination: its run, what is sent there, and when it is left alone.

use std::{collections::HashSet, sync::Arc};

use testfiesta_client::{
    Error,
    provider::{Closing, NewRun, Provider, Run},
};

use super::{
    delivery::{Delivery, Notes, Standing, Supply},
    failures::Failures,
    load::Load,
    open::{OpenError, open_run},
    outages::Outages,
    uploads::Uploads,
};
use crate::{
    case_ids,
    event::now,
    run_file::RunFile,
    settings::{TESTSIGMA, variable},
    summary::Attachments,
};

/// Brings results to one service.
///
/// A service that does not answer, or answers that it cannot or will not, is left alone for a while.
pub struct Courier {
    provider: Arc<dyn Provider>,
    run_file: RunFile,
    new_run: NewRun,
    /// The ids that are in it.
    expected: HashSet<String>,
    join: Option<String>,
    run: Option<Run>,
    /// Whether the service has none of the cases, and therefore no run.
    is_caseless: bool,
    pub(super) failures: Failures,
    /// What it fails at, though not at the rest.
    aside: Option<String>,
    standing: Standing,
    /// From the first file on.
    uploads: Option<Uploads>,
    /// Whether the run was found to be deleted, since that was last asked.
    lost: bool,
}

impl Courier {
    /// A courier to the run that `new_run` describes, or that `join` names.
    pub fn new(
        provider: Box<dyn Provider>,
        run_file: RunFile,
        mut new_run: NewRun,
        join: Option<String>,
    ) -> Self {
        let case_ids = std::mem::take(&mut new_run.case_ids);
        let mut courier = Self {
            provider: Arc::from(provider),
            run_file,
            new_run,
            expected: HashSet::new(),
            join,
            run: None,
            is_caseless: false,
            failures: Failures::default(),
            aside: None,
            standing: Standing::default(),
            uploads: None,
            lost: false,
        };
        courier.expect_cases(case_ids.iter().map(String::as_str).collect());
        courier
    }

    /// This courier, which tells those of other processes when the service is down, and believes them.
    #[must_use]
    pub(super) fn sharing(mut self, outages: Outages) -> Self {
        self.failures.share(outages);
        self
    }

    /// Adds cases that will be reported, for a run that is still to be created: those of the ids that are meant for this
    /// service.
    pub(super) fn expect_cases(&mut self, ids: Vec<&str>) {
        if !self.provider.needs_case_ids() {
            return;
        }
        for id in case_ids::of_service(&ids, self.provider.service()) {
            if !self.expected.contains(id) {
                self.expected.insert(id.to_owned());
                self.new_run.case_ids.push(id.to_owned());
            }
        }
    }

    /// Whether results should wait until the tests are over.
    pub(super) fn gathers(&self) -> bool {
        self.provider.gathers()
    }

    /// How many results travel together.
    pub(super) fn batch_limit(&self) -> usize {
        self.provider.batch_limit()
    }

    /// The service's name.
    pub(super) fn service(&self) -> &'static str {
        self.provider.service()
    }

    /// Where it brings results.
    pub fn destination(&self) -> String {
        self.provider.destination()
    }

    /// The run, once there is one.
    pub(super) fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Why not everything got there: why the last call did not succeed, or what else did not.
    pub fn trouble(&self) -> Option<&str> {
        self.failures.trouble().or(self.aside.as_deref())
    }

    /// What people should know of where it brings results.
    pub(super) fn note(&self) -> Option<String> {
        self.provider.note()
    }

    /// Where files are brought there too: why the last ones were not. How many there are is in the list.
    pub(super) fn attachments(&self) -> Option<Attachments> {
        let trouble = self.uploads.as_ref().and_then(Uploads::trouble);
        self.takes_attachments().then(|| Attachments { trouble, ..Attachments::default() })
    }

    /// Whether files are brought there too.
    pub(super) fn takes_attachments(&self) -> bool {
        self.provider.takes_attachments()
    }

    /// Finds or creates the run, unless the service is to be left alone.
    pub async fn open(&mut self) -> Option<&Run> {
        if self.run.is_none() && self.may_try() {
            let Self { provider, run_file, new_run, join, failures, .. } = self;
            let outages = failures.outages();
            new_run.may_exist |= outages.is_some_and(|outages| outages.current().is_some());
            match open_run(&**provider, run_file, new_run, join.as_deref(), outages).await {
                Ok(run) => {
                    self.failures.end();
                    self.is_caseless = run.is_none();
                    self.run = run;
                }
                Err(OpenError::Service(error)) => {
                    self.new_run.may_exist = true;
                    self.failures.add(&error, false);
                }
                Err(OpenError::Outage(outage)) => self.failures.believe(outage),
            }
        }
        self.run.as_ref()
    }

    /// Delivers what it can of a load, unless the service is to be left alone. The load is supplied with more meanwhile.
    pub(super) async fn deliver(&mut self, load: &mut Load, notes: &mut dyn Notes, supply: &mut Supply<'_>) {
        if load.is_empty() {
            return;
        }
        if self.run.is_none() {
            self.expect_cases(load.case_ids());
        }
        let is_open = self.open().await.is_some();
        if !(is_open || self.is_caseless) || !self.may_try() {
            return;
        }
        let is_known = self.is_known_to_take_results();
        self.standing.takes_results = is_known;
        if let Err(error) = self.send_all(load, notes, supply).await {
            // What stands behind results that are refused may be welcome, and so may all be in another run.
            let is_about_some = self.run.is_some() && error.is_about_the_content();
            let more = self.forget_run_if_gone(&error).await || is_about_some;
            self.failures.add(&error, more);
        }
        if self.standing.takes_results && !is_known {
            self.tell_that_it_takes_results();
        }
        self.aside = load.set_aside();
    }

    /// Whether the run took a result, from this process or another one.
    fn is_known_to_take_results(&self) -> bool {
        let taking = || self.run_file.read().ok()?.taking.remove(&self.destination());
        self.standing.takes_results || self.run.as_ref().is_some_and(|run| taking().as_ref() == Some(&run.id))
    }

    fn tell_that_it_takes_results(&self) {
        let Some(run) = &self.run else { return };
        let (destination, run) = (self.destination(), run.id.clone());
        // Should this fail, others keep what they might reject.
        let _ = self.run_file.update(|record| drop(record.taking.insert(destination, run)));
    }

    async fn send_all(
        &mut self,
        load: &mut Load,
        notes: &mut dyn Notes,
        supply: &mut Supply<'_>,
    ) -> Result<(), Error> {
        let provider = Arc::clone(&self.provider);
        let run = self.run.clone();
        let mut delivery = Delivery::new(&*provider, run.as_ref(), notes, self.standing);
        while load.has_results() {
            let sent = delivery.send_next(load, supply).await;
            self.standing = delivery.standing;
            sent?;
            self.failures.end();
            self.attach(load);
        }
        delivery.note(load);
        self.attach(load);
        Ok(())
    }

    /// A run that somebody deleted is not gone back to: who delivers next finds another under its key, or makes one. Which run
    /// it is to be is the user's to say where the user named it. What the old one held is to be in the other one, too.
    async fn forget_run_if_gone(&mut self, error: &Error) -> bool {
        let (None, Some(run)) = (&self.join, &self.run) else { return false };
        // Taken first: answers for one that is named alike come later.
        let (at, run) = (now(), run.id.clone());
        if !self.is_gone(&run, error).await {
            return false;
        }
        let destination = self.provider.destination();
        // Should this fail, the next finds out again.
        let _ = self.run_file.update(|record| record.lose(destination, run, at));
        (self.run, self.uploads, self.standing) = (None, None, Standing::default());
        self.new_run.may_exist = true;
        self.lost = true;
        true
    }

    /// Whether there is no such run any more: by this error, it may be something else that was not found.
    async fn is_gone(&self, run: &str, error: &Error) -> bool {
        if !matches!(error, Error::NotFound { .. })
            || !matches!(self.provider.join_run(run).await, Err(Error::NotFound { .. }))
        {
            return false;
        }
        // A proxy finds nothing at all while the service behind it is replaced; and what is listed is there.
        match self.provider.find_run(&self.new_run.key).await {
            Ok(found) => found.is_none_or(|found| found.id != run),
            // Who has no list for us is there, too.
            Err(error) => {
                matches!(error, Error::Forbidden { .. } | Error::Refused { .. } | Error::Setting { .. })
            }
        }
    }

    /// Whether the run was lost since this was last asked: what it held is to be read again.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// Hands files whose results are settled to who brings them there.
    fn attach(&mut self, load: &mut Load) {
        let Some(run) = &self.run else { return };
        for parcel in load.parcels.take_due() {
            let begin = || Uploads::begin(Arc::clone(&self.provider), run.clone());
            self.uploads.get_or_insert_with(begin).send(parcel);
        }
    }

    /// Waits for the files that are under way.
    pub(super) async fn finish_uploads(&self) {
        if let Some(uploads) = &self.uploads {
            uploads.finish().await;
        }
    }

    /// Whether the run takes no more attachments once it is ended so.
    pub(super) fn shuts_attachments_out(&self, closing: Closing) -> bool {
        self.provider.shuts_attachments_out(closing)
    }

    /// Ends the run, as far as the settings ask for it.
    ///
    /// # Errors
    ///
    /// Why it could not be ended.
    pub async fn close(&self, closing: Closing) -> Result<(), String> {
        let Some(run) = &self.run else { return Ok(()) };
        let closed = self.provider.close_run(run, closing).await;
        // One that is gone is not to be tried again and again.
        let is_over = match &closed {
            Ok(()) => true,
            Err(error) => self.is_gone(&run.id, error).await,
        };
        if is_over {
            let (destination, run) = (self.destination(), run.id.clone());
            // Should this fail, it is closed once more.
            let _ = self.run_file.update(|record| drop(record.closed.insert(destination, run)));
        }
        closed.map_err(|error| format!("the run could not be closed: {error}; {}", self.later()))
    }

    /// How the run is closed later.
    pub(super) fn later(&self) -> String {
        let (setting, run) = match &self.join {
            Some(run) if self.service() == TESTSIGMA => ("testsigma-run-id", run),
            Some(run) => ("run-id", run),
            None => ("run-key", &self.new_run.key),
        };
        let quote = if run.contains(' ') { "'" } else { "" };
        format!("close it with `{}={quote}{run}{quote} cargo testfiesta run close`", variable(setting))
    }

    fn may_try(&self) -> bool {
        self.failures.pause().is_zero()
    }
}

#[cfg(test)]
impl Courier {
    /// To an address where nobody listens.
    pub(super) fn to_nobody(directory: &std::path::Path) -> Self {
        use crate::settings::{Secret, Settings, Sources, TestFiestaSettings};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let service = TestFiestaSettings::local(&url, Secret::new("testfiesta_x.y"), "local", "PR");
        let settings = Settings::from_sources(Sources::empty()).with_service(service);
        let provider = super::providers(&settings).expect("usable").remove(0);
        Self::new(provider, RunFile::new(directory, "key"), NewRun::default(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_nobody_is_there_for_is_down_after_one_call() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut courier = Courier::to_nobody(directory.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        assert!(runtime.block_on(courier.open()).is_none());
        assert!(courier.failures.is_down(), "{:?}", courier.trouble());
    }
}
