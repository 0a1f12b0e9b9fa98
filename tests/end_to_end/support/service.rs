//! A real TestFiesta for every test: its own store, port 0, real HTTP.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::{Router, http::Method, response::Redirect};
use tempfile::TempDir;
use testfiesta_client::{
    BaseUrl, Token,
    testfiesta::{
        Case, CaseData, Client, CreateProject, DataImport, Entities, Execution, Folder, ProjectClient, Run,
        Uid, UpdateRun,
    },
};
use testfiesta_server::{
    App, Store, app,
    faults::Faults,
    keys,
    testsigma::{Seed, SeedCase, SeedProject, seed},
};
use tokio::net::TcpListener;

use super::{
    front::{Front, Told},
    runtime::{block_on, runtime},
};

/// The project that tests report to.
pub(crate) const PROJECT: &str = "PR";

/// A server, a key to it, and a client with that key.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) client: ProjectClient,
    store: Store,
    front: Front,
    faults: Faults,
    _directory: Option<TempDir>,
}

impl Service {
    /// With an empty project.
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let service = Self { _directory: None, ..Self::of(directory.path(), PROJECT) };
        let project = CreateProject { name: "Probe".into(), key: PROJECT.into(), ..CreateProject::default() };
        let organization = client_of(&service.url, &service.token);
        block_on(organization.create_project(&project)).expect("a project");
        Self { _directory: Some(directory), ..service }
    }

    /// Another project here, made when it is first asked for.
    pub(crate) fn project(&self, key: &str) -> ProjectClient {
        let organization = client_of(&self.url, &self.token);
        let project = CreateProject { name: key.into(), key: key.into(), ..CreateProject::default() };
        // It may be there.
        let _ = block_on(organization.create_project(&project));
        organization.project(key)
    }

    /// With a project of three cases, which have the numbers 1 to 3.
    pub(crate) fn with_cases() -> Self {
        let service = Self::start();
        let case = |number: usize| CaseData {
            name: format!("case {number}"),
            external_id: format!("by-hand-{number}"),
            source: "hand".into(),
            ..CaseData::default()
        };
        let entities = Entities { cases: (1..=3).map(case).collect(), ..Entities::default() };
        block_on(service.client.import(&DataImport { entities, run_id: None })).expect("cases");
        let uids: Vec<_> = service.cases().iter().map(|case| case.uid.get()).collect();
        assert_eq!(uids, [1, 2, 3], "the numbers in the annotations");
        service
    }

    /// With an empty project, and from now on with this fault.
    pub(crate) fn failing(fault: &str) -> Self {
        let service = Self::start();
        service.fail(fault);
        service
    }

    /// At an address where nobody listens.
    pub(crate) fn gone() -> Self {
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        Self { url, ..Self::start() }
    }

    /// From now on it listens where it was [gone](Self::gone).
    pub(crate) fn come_back(&self) {
        let address = self.url.strip_prefix("http://").expect("http");
        let listener = block_on(TcpListener::bind(address)).expect("its port");
        let routes = self.front.of(app(App::new(self.store.clone())));
        runtime().spawn(async { axum::serve(listener, routes).await });
    }

    /// At an address that points to another host, whatever is asked for.
    pub(crate) fn redirecting() -> Self {
        let elsewhere = async || Redirect::temporary("https://elsewhere.example/");
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        runtime().spawn(async move { axum::serve(listener, Router::new().fallback(elsewhere)).await });
        Self { url, ..Self::start() }
    }

    /// Serves what is in `directory`, where a command left it.
    pub(crate) fn of(directory: &Path, project: &str) -> Self {
        let store = Store::open(directory).expect("a store");
        let token = key(&store, keys::NewKey::named("end to end"));
        let (front, faults) = (Front::default(), Faults::default());
        let routes = front.of(app(App::new(store.clone()).with_faults(faults.clone())));
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        runtime().spawn(async { axum::serve(listener, routes).await });
        let client = client_of(&url, &token).project(project);
        Self { url, token, client, store, front, faults, _directory: None }
    }

    /// A key that allows no more than this.
    pub(crate) fn key_that_allows(&self, permission: keys::Permission) -> String {
        let permissions = vec![permission];
        key(&self.store, keys::NewKey { permissions, ..keys::NewKey::named("less") })
    }

    /// Takes back the key that this service began with.
    pub(crate) fn revoke_key(&self) {
        keys::revoke(&self.store, "end to end").expect("revoked");
    }

    /// From now on, this goes wrong, and nothing else: a fault as `cargo testfiesta serve --fault` takes it.
    pub(crate) fn fail(&self, fault: &str) {
        self.faults.set([fault.parse().expect(fault)]);
    }

    /// From now on, nothing goes wrong.
    pub(crate) fn heal(&self) {
        self.faults.set([]);
    }

    /// With a project of this prefix and its cases, numbered from 1, for Testsigma's API.
    pub(crate) fn with_testsigma_cases(self, prefix: &str, count: usize) -> Self {
        let case = |n| SeedCase { human_id: format!("{prefix}-{n}"), title: None };
        let project = SeedProject {
            name: "Probe".into(),
            prefix: prefix.into(),
            cases: (1..=count).map(case).collect(),
            ..SeedProject::default()
        };
        seed(&self.store, &Seed { projects: vec![project], ..Seed::default() }).expect("cases");
        self
    }

    /// The settings that lead to Testsigma's API here.
    pub(crate) fn testsigma_settings(&self) -> Vec<(&'static str, String)> {
        vec![("TESTSIGMA_URL", self.url.clone()), ("TESTSIGMA_TOKEN", self.token.clone())]
    }

    /// The half of the token that is secret.
    pub(crate) fn secret(&self) -> &str {
        self.token.rsplit('.').next().expect("a part")
    }

    /// The settings that lead here.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TESTFIESTA_URL", self.url.clone()),
            ("TESTFIESTA_TOKEN", self.token.clone()),
            ("TESTFIESTA_HANDLE", "local".to_owned()),
            ("TESTFIESTA_PROJECT", PROJECT.to_owned()),
        ]
    }

    /// Every request that changes something, but for the project that this service began with.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told = self.front.told();
        told.retain(|told| told.method != Method::GET && !told.path.ends_with("/projects"));
        told
    }

    pub(crate) fn runs(&self) -> Vec<Run> {
        block_on(self.client.runs().all()).expect("runs")
    }

    /// The one run that there is.
    #[track_caller]
    pub(crate) fn the_run(&self) -> Run {
        let runs = self.runs();
        let names: Vec<_> = runs.iter().map(|run| &run.name).collect();
        assert_eq!(runs.len(), 1, "{names:?}");
        runs.into_iter().next().expect("a run")
    }

    /// Puts the one run into the archive, or takes it back.
    pub(crate) fn archive_the_run(&self, archive: bool) {
        let changes = UpdateRun { archive: Some(archive), ..UpdateRun::default() };
        block_on(self.client.update_run(self.the_run().uid, &changes)).expect("changed");
    }

    /// Deletes the one run with all that it holds, as somebody may who is allowed to.
    pub(crate) fn delete_the_run(&self) {
        let token = self.key_that_allows(keys::Permission::ActivitiesDelete);
        let project = client_of(&self.url, &token).project(PROJECT);
        block_on(project.delete_run(self.the_run().uid)).expect("deleted");
    }

    pub(crate) fn executions(&self) -> Vec<Execution> {
        block_on(self.client.executions().all()).expect("executions")
    }

    /// `test: status` of every execution, sorted.
    pub(crate) fn verdicts(&self) -> Vec<String> {
        let executions = self.executions();
        let verdict = |execution: &Execution| {
            let test = execution.custom_fields["test"].as_str().unwrap_or_default().to_owned();
            format!("{test}: {}", execution.status_text.as_deref().unwrap_or_default())
        };
        let mut verdicts: Vec<_> = executions.iter().map(verdict).collect();
        verdicts.sort();
        verdicts
    }

    /// Where the bytes of an attachment lie.
    pub(crate) fn attachment(&self, key: &str) -> PathBuf {
        self.store.directory().join("attachments").join(key)
    }

    /// The bytes of every attachment, whatever it belongs to.
    pub(crate) fn attachments(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.store.directory().join("attachments")).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }

    pub(crate) fn cases(&self) -> Vec<Case> {
        block_on(self.client.cases().all()).expect("cases")
    }

    pub(crate) fn folders(&self) -> Vec<Folder> {
        block_on(self.client.folders().all()).expect("folders")
    }

    pub(crate) fn execution_count(&self, run: Uid) -> usize {
        block_on(self.client.executions().filter("runUid", run).all()).expect("executions").len()
    }
}

/// A new key to what is in a store.
fn key(store: &Store, new: keys::NewKey) -> String {
    keys::create(store, new).expect("a key").0.reveal().to_owned()
}

/// A client of the organization at this address.
pub(crate) fn client_of(url: &str, token: &str) -> Client {
    let token = Token::new(token).expect("a token");
    Client::new(BaseUrl::parse(url).expect("an address"), "local", token).expect("a client")
}
