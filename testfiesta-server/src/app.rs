//! What the server is made of, and how it runs.

use std::{
    future::{self, Future, IntoFuture as _},
    io,
    sync::Arc,
    time::Duration,
};

use axum::{Router, middleware::from_fn_with_state};
use rusqlite::Connection;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, oneshot},
};
use tower::ServiceExt as _;

use crate::{
    Result, Store, api,
    api::testsigma::Limit,
    faults::{Faults, interfere},
    pages,
    store::{projects, runs},
};

/// A local TestFiesta: a store, and the name of its one organization. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    store: Store,
    handle: Arc<str>,
    is_on_loopback: bool,
    faults: Option<Faults>,
    testsigma_limit: Option<Arc<Limit>>,
    /// Every one at work may hold a connection, and a process may hold only so many files.
    workers: Arc<Semaphore>,
}

/// How many requests use the store at the same time.
const WORKERS: usize = 32;

impl App {
    /// Serves this store to the organization `local`.
    pub fn new(store: Store) -> Self {
        let workers = Arc::new(Semaphore::new(WORKERS));
        Self {
            store,
            handle: "local".into(),
            is_on_loopback: false,
            faults: None,
            testsigma_limit: None,
            workers,
        }
    }

    /// Names the organization otherwise. It is the first segment of every path, so keep to letters, digits and `-`.
    #[must_use]
    pub fn with_handle(self, handle: &str) -> Self {
        Self { handle: handle.into(), ..self }
    }

    /// Fails on purpose, as long as there are any of these. The pages are spared.
    #[must_use]
    pub fn with_faults(self, faults: Faults) -> Self {
        Self { faults: Some(faults), ..self }
    }

    /// Answers no more than so many calls a second in Testsigma's API, and refuses the others as the service does: the
    /// service's limit is 10 (its contract, section 2).
    #[must_use]
    pub fn with_testsigma_limit(self, calls: usize) -> Self {
        Self { testsigma_limit: Some(Arc::new(Limit::new(calls))), ..self }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The handle of the organization.
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// Where the page of this run is, as in `/local/SHOP/runs/7/folders`; or of the newest run of all projects. `None`
    /// where there is no such run.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn run_page(&self, run: Option<i64>) -> Result<Option<String>> {
        let place = self.read(move |connection| runs::place(connection, run)).await?;
        Ok(place.map(|(project, uid)| pages::of_run(&self.handle, &project, uid)))
    }

    pub(crate) fn testsigma_limit(&self) -> Option<&Limit> {
        self.testsigma_limit.as_deref()
    }

    /// Whether nobody but this machine can connect.
    pub(crate) fn is_on_loopback(&self) -> bool {
        self.is_on_loopback
    }

    /// Reads one consistent view, off the runtime's threads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.blocking(|store| store.read(work)).await
    }

    /// Runs one transaction, off the runtime's threads.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.blocking(|store| store.write(work)).await
    }

    /// Reads what there is in a project, of which `work` is told the uid.
    pub(crate) async fn read_in<T: Send + 'static>(
        &self,
        project: String,
        work: impl FnOnce(&Connection, i64) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.read(move |connection| work(connection, projects::uid(connection, &project)?)).await
    }

    /// Runs one transaction in a project, of which `work` is told the uid.
    pub(crate) async fn write_in<T: Send + 'static>(
        &self,
        project: String,
        work: impl FnOnce(&Connection, i64) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write(move |connection| work(connection, projects::uid(connection, &project)?)).await
    }

    /// Runs one transaction of many rows, off the runtime's threads.
    pub(crate) async fn write_many<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.blocking(|store| store.write_many(work)).await
    }

    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = self.store.clone();
        // They are never closed; were they, the work would be done without one.
        let permit = Arc::clone(&self.workers).acquire_owned().await.ok();
        let work = move || {
            // Kept by the work itself, which goes on when its caller hangs up.
            let _permit = permit;
            work(&store)
        };
        tokio::task::spawn_blocking(work).await?
    }
}

/// The routes: the API, and the pages that show what it was told. Unless [`serve`] knows that the listener is on
/// loopback, the pages ask for an API key too.
pub fn app(state: App) -> Router {
    let mut api = api::routes(&state);
    if let Some(faults) = state.faults.clone() {
        api = api.layer(from_fn_with_state(faults, interfere));
    }
    let routes = api.merge(pages::routes(&state)).with_state(state);
    // A base address that ends in a slash gives the official client `//v1/…` (contract, section 6).
    Router::new().fallback_service(routes.map_request(api::without_doubled_slash))
}

/// How long a request may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `shutdown` is ready, then lets the requests under way come to their end, for 10 seconds at most.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: App,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let is_on_loopback = listener.local_addr()?.ip().is_loopback();
    let state = App { is_on_loopback, ..state };
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        shutdown.await;
        let _ = stop.send(());
    };
    let server = axum::serve(listener, app(state)).with_graceful_shutdown(shutdown);
    let overtime = async {
        // A shutdown that will never come leaves the server to end by itself.
        if stopped.await.is_err() {
            future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = overtime => Ok(()),
    }
}
