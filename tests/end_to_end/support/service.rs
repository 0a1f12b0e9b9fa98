//! A real TestFiesta for every test: its own store, port 0, real HTTP. Faults are put in front of it, not in its place.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tempfile::TempDir;
use testfiesta_client::{
    BaseUrl, Token,
    testfiesta::{Case, Client, CreateProject, Execution, Folder, ProjectClient, Run, Uid},
};
use testfiesta_server::{App, Store, app, keys};
use tokio::net::TcpListener;

use super::runtime::{block_on, runtime};

/// The project that tests report to.
pub(crate) const PROJECT: &str = "PR";

/// What stands between a client and the service.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    None,
    /// Requests of this method, with a path that ends so, get this answer.
    Answers {
        method: &'static str,
        path: &'static str,
        status: u16,
    },
    /// An import that mentions this is refused with 422.
    Refuses(&'static str),
}

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Value,
}

#[derive(Clone)]
struct Front {
    fault: Arc<Mutex<Fault>>,
    told: Arc<Mutex<Vec<Told>>>,
}

pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) client: ProjectClient,
    store: Store,
    front: Front,
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

    /// Serves what is in `directory`, where a command left it.
    pub(crate) fn of(directory: &Path, project: &str) -> Self {
        let store = Store::open(directory).expect("a store");
        let token = key(&store, keys::NewKey::named("end to end"));
        let front = Front { fault: Arc::new(Mutex::new(Fault::None)), told: Arc::default() };
        let routes = app(App::new(store.clone())).layer(from_fn_with_state(front.clone(), in_front));
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        runtime().spawn(async { axum::serve(listener, routes).await });
        let client = client_of(&url, &token).project(project);
        Self { url, token, client, store, front, _directory: None }
    }

    /// A key that allows no more than this.
    pub(crate) fn key_that_allows(&self, permission: keys::Permission) -> String {
        let permissions = vec![permission];
        key(&self.store, keys::NewKey { permissions, ..keys::NewKey::named("less") })
    }

    /// Takes a key back: it opens nothing from now on.
    pub(crate) fn revoke_all_keys(&self) {
        keys::revoke(&self.store, "end to end").expect("revoked");
    }

    /// From now on, this is in the way.
    pub(crate) fn set_fault(&self, fault: Fault) {
        *self.front.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// The settings that lead here.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        settings(&self.url, &self.token)
    }

    /// Every request so far, the ones that made this service and read it left out.
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = self.front.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter()
            .filter(|told| told.method != Method::GET && !told.path.ends_with("/projects"))
            .cloned()
            .collect()
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

    pub(crate) fn executions(&self) -> Vec<Execution> {
        block_on(self.client.executions().all()).expect("executions")
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

/// The settings that lead to a service at this address.
pub(crate) fn settings(url: &str, token: &str) -> Vec<(&'static str, String)> {
    let handle = ("TESTFIESTA_HANDLE", "local".to_owned());
    let project = ("TESTFIESTA_PROJECT", PROJECT.to_owned());
    vec![("TESTFIESTA_URL", url.to_owned()), ("TESTFIESTA_TOKEN", token.to_owned()), handle, project]
}

/// A client of the organization at this address.
pub(crate) fn client_of(url: &str, token: &str) -> Client {
    let token = Token::new(token).expect("a token");
    Client::new(BaseUrl::parse(url).expect("an address"), "local", token).expect("a client")
}

async fn in_front(State(front): State<Front>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    front.told.lock().unwrap_or_else(PoisonError::into_inner).push(Told {
        method: head.method.clone(),
        path: head.uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let fault = *front.fault.lock().unwrap_or_else(PoisonError::into_inner);
    match refusal(fault, &head.method, head.uri.path(), &body) {
        Some(status) => (status, axum::Json(serde_json::json!({ "message": "not today" }))).into_response(),
        None => next.run(Request::from_parts(head, Body::from(body))).await,
    }
}

fn refusal(fault: Fault, method: &Method, path: &str, body: &Bytes) -> Option<StatusCode> {
    match fault {
        Fault::None => None,
        Fault::Answers { method: of, path: end, status } => (method.as_str() == of && path.ends_with(end))
            .then(|| StatusCode::from_u16(status).expect("a status")),
        Fault::Refuses(word) => (path.ends_with("/data") && String::from_utf8_lossy(body).contains(word))
            .then_some(StatusCode::UNPROCESSABLE_ENTITY),
    }
}
