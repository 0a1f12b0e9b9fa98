//! The local TestFiesta: served by this process, or by the one that already serves the same directory.

use std::{
    fs::{self, File, TryLockError},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use testfiesta_client::{
    BaseUrl, Error, Token,
    testfiesta::{Client, CreateProject},
};
use testfiesta_server::{
    App, Store,
    keys::{self, NewKey},
    serve,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// The organization of every local TestFiesta.
pub(crate) const HANDLE: &str = "local";
/// The project that outcomes go to when no other is named.
pub(crate) const PROJECT: &str = "LOCAL";
/// Where `serve` listens, if nobody else does: links to runs stay good from one time to the next.
pub(crate) const PORT: u16 = 7357;

/// How long a key made for one command is good, should the command die before it takes it back.
const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How long to wait for a process that is about to serve.
const NEIGHBOUR: Duration = Duration::from_secs(5);

/// A directory that this process serves.
pub(crate) struct Serving {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    // Held while we serve: who comes later uses our server instead of starting another.
    _lock: File,
}

/// A directory, and who serves it.
pub(crate) enum Served {
    /// This process.
    Here(Serving),
    /// Another one, at this address.
    Elsewhere(String),
}

/// The server of a store.
pub(crate) fn app(store: Store) -> App {
    App::new(store).with_handle(HANDLE)
}

impl Served {
    /// Serves the directory of this server's store, unless somebody does.
    pub(crate) async fn open(app: App, listen: impl Fn() -> Vec<SocketAddr>) -> Result<Self> {
        let directory = app.store().directory().to_owned();
        let lock_path = directory.join("serve.lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.with_context(|| format!("{} cannot be opened", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Here(Serving::start(app, &listen(), lock).await?)),
            Err(TryLockError::WouldBlock) => Ok(Self::Elsewhere(neighbour(&directory).await?)),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", lock_path.display()))
            }
        }
    }

    /// Where it is served, as in `http://127.0.0.1:7357`.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Here(serving) => format!("http://{}", serving.address),
            Self::Elsewhere(url) => url.clone(),
        }
    }

    /// Lets requests under way end, and stops if it was this process that served.
    pub(crate) async fn close(self) -> Result<()> {
        match self {
            Self::Here(serving) => serving.stop().await,
            Self::Elsewhere(_) => Ok(()),
        }
    }
}

impl Serving {
    async fn start(app: App, listen: &[SocketAddr], lock: File) -> Result<Self> {
        let url_file = url_file(app.store().directory());
        let listener = TcpListener::bind(listen).await;
        let listener = listener.with_context(|| format!("no listening on {}", listen[0]))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, app, async {
            // A sender that is gone means the same as a word to stop.
            let _ = stopped.await;
        }));
        fs::write(&url_file, format!("http://{address}"))
            .with_context(|| format!("{} cannot be written", url_file.display()))?;
        Ok(Self { address, stop, server, _lock: lock })
    }

    async fn stop(self) -> Result<()> {
        let _ = self.stop.send(());
        self.server.await??;
        Ok(())
    }
}

/// The address of the process that serves this directory.
async fn neighbour(directory: &Path) -> Result<String> {
    let path = url_file(directory);
    let deadline = Instant::now() + NEIGHBOUR;
    while Instant::now() < deadline {
        if let Ok(url) = fs::read_to_string(&path)
            && let Some(address) = url.strip_prefix("http://")
            && tokio::net::TcpStream::connect(address).await.is_ok()
        {
            return Ok(url);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("another process has {} but does not answer; end it, or choose another --data", directory.display())
}

fn url_file(directory: &Path) -> PathBuf {
    directory.join("serve.url")
}

/// A key of the local TestFiesta for as long as this command runs.
pub(crate) struct BorrowedKey {
    store: Store,
    id: String,
    /// What is sent.
    pub(crate) token: String,
}

impl BorrowedKey {
    pub(crate) fn make(store: &Store, purpose: &str) -> Result<Self> {
        let new = NewKey { expires: Some(SystemTime::now() + KEY_LIFETIME), ..NewKey::named(purpose) };
        let (key, info) = keys::create(store, new)?;
        Ok(Self { store: store.clone(), id: info.id, token: key.reveal().to_owned() })
    }
}

impl Drop for BorrowedKey {
    fn drop(&mut self) {
        // It expires by itself, should this fail.
        let _ = keys::revoke(&self.store, &self.id);
    }
}

/// Makes the project, unless it is there.
pub(crate) async fn ensure_project(url: &str, token: &str, key: &str, name: &str) -> Result<()> {
    let client = Client::new(BaseUrl::parse(url)?, HANDLE, Token::new(token)?)?;
    let known = client.projects().all().await?;
    if known.iter().any(|project| project.key == key) {
        return Ok(());
    }
    let project = CreateProject { name: name.to_owned(), key: key.to_owned(), ..CreateProject::default() };
    match client.create_project(&project).await {
        Ok(_) | Err(Error::Refused { status: 409, .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
