//! The local TestFiesta: served by this process, or by the one that already serves the same directory. A command that
//! needs it for its own results only serves it to itself, beside others that do the same: none depends on another's end.

use std::{
    fs::{self, File, TryLockError},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail};
use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    testfiesta::{Client, CreateProject},
};
use testfiesta_harness::settings::{CaseMatch, Secret, Settings, StatusIds, TestFiestaSettings};
use testfiesta_server::{
    App, Store,
    keys::{self, NewKey},
    serve,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use crate::lock;

/// The organization of every local TestFiesta.
pub(crate) const HANDLE: &str = "local";
/// The project that outcomes go to when no other is named.
pub(crate) const PROJECT: &str = "LOCAL";
/// Where `serve` listens, if nobody else does: links to runs stay good from one time to the next.
pub(crate) const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7357);
/// Where it listens else, on this machine.
pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long a key made for one command is good, should the command die before it takes it back.
const KEY_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// How long to wait for a process that is about to serve.
const NEIGHBOUR: Duration = Duration::from_secs(5);
/// How long a server on this machine may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// A directory that this process serves.
pub(crate) struct Serving {
    /// Where it listens for everybody.
    address: SocketAddr,
    /// Where it listens for this machine, to which alone plain http is spoken.
    here: SocketAddr,
    stop: Vec<oneshot::Sender<()>>,
    servers: Vec<JoinHandle<io::Result<()>>>,
    // Held while we serve for others: who comes later uses our server instead of starting another.
    _lock: Option<File>,
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
    /// Serves the directory of this server's store to everybody, unless somebody does.
    pub(crate) async fn open(app: App, listen: &[SocketAddr]) -> Result<Self> {
        let directory = app.store().directory().to_owned();
        let lock = match Directory::of(&directory, File::try_lock).await? {
            Directory::Free(lock) => lock,
            Directory::Served(url) => return Ok(Self::Elsewhere(url)),
        };
        let serving = Serving::start(app, listen, Some(lock)).await?;
        let url_file = url_file(&directory);
        fs::write(&url_file, format!("http://{}", serving.here))
            .with_context(|| format!("{} cannot be written", url_file.display()))?;
        Ok(Self::Here(serving))
    }

    /// Serves the directory of this server's store to this process, unless somebody serves it to everybody.
    pub(crate) async fn open_for_itself(app: App) -> Result<Self> {
        let directory = app.store().directory().to_owned();
        // Shared, and not kept: many may look at the same time.
        match Directory::of(&directory, File::try_lock_shared).await? {
            Directory::Free(_) => Ok(Self::Here(Serving::start(app, &[ANY_PORT], None).await?)),
            Directory::Served(url) => Ok(Self::Elsewhere(url)),
        }
    }

    /// Where this machine reaches it, as in `http://127.0.0.1:7357`.
    pub(crate) fn url(&self) -> String {
        self.url_of(|serving| serving.here)
    }

    /// Where it listens, as it was told to.
    pub(crate) fn listens_at(&self) -> String {
        self.url_of(|serving| serving.address)
    }

    /// Where it can be served once this process is over.
    pub(crate) fn lasting_url(&self) -> String {
        self.url_of(|_| USUAL)
    }

    fn url_of(&self, address: impl FnOnce(&Serving) -> SocketAddr) -> String {
        match self {
            Self::Here(serving) => format!("http://{}", address(serving)),
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
    async fn start(app: App, listen: &[SocketAddr], lock: Option<File>) -> Result<Self> {
        let listener = TcpListener::bind(listen).await;
        let listener = listener.with_context(|| format!("no listening on {}", listen[0]))?;
        let address = listener.local_addr()?;
        let here = match address.ip() {
            ip if ip.is_loopback() => address,
            // This machine's own is one of all addresses.
            IpAddr::V4(ip) if ip.is_unspecified() => (Ipv4Addr::LOCALHOST, address.port()).into(),
            IpAddr::V6(ip) if ip.is_unspecified() => (Ipv6Addr::LOCALHOST, address.port()).into(),
            _ => ANY_PORT,
        };
        let mut serving = Self { address, here, stop: Vec::new(), servers: Vec::new(), _lock: lock };
        if here.port() == 0 {
            let listener = TcpListener::bind(here).await?;
            serving.here = listener.local_addr()?;
            serving.serve(listener, app.clone());
        }
        serving.serve(listener, app);
        Ok(serving)
    }

    fn serve(&mut self, listener: TcpListener, app: App) {
        let (stop, stopped) = oneshot::channel();
        self.stop.push(stop);
        self.servers.push(tokio::spawn(serve(listener, app, async {
            // A sender that is gone means the same as a word to stop.
            let _ = stopped.await;
        })));
    }

    async fn stop(self) -> Result<()> {
        drop(self.stop);
        for server in self.servers {
            server.await??;
        }
        Ok(())
    }
}

/// What a data directory is to who comes to serve it.
enum Directory {
    /// Nobody serves it to everybody, as long as this is locked.
    Free(File),
    /// Somebody does, at this address.
    Served(String),
}

impl Directory {
    /// What it is now. Whoever has it may be about to serve, or only be looking as we do.
    async fn of(directory: &Path, lock: impl Fn(&File) -> Result<(), TryLockError>) -> Result<Self> {
        let file = lock::file(directory, "serve.lock")?;
        let deadline = Instant::now() + NEIGHBOUR;
        while Instant::now() < deadline {
            match lock(&file) {
                Ok(()) => return Ok(Self::Free(file)),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error)
                        .with_context(|| format!("serve.lock in {} cannot be locked", directory.display()));
                }
            }
            if let Ok(url) = fs::read_to_string(url_file(directory))
                && let Some(address) = url.strip_prefix("http://")
                && timeout(ANSWER, answers(address)).await.is_ok_and(|it| it.is_ok())
            {
                return Ok(Self::Served(url));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!(
            "another process has {} but does not answer; end it, or choose another --data",
            directory.display()
        )
    }
}

/// Where `serve` shows a page of a local TestFiesta that a command served to itself; nothing, if it is of another service.
pub(crate) fn lasting_link(destination: &str, link: &str) -> Option<String> {
    let address = destination.strip_suffix(&format!(" {HANDLE} {PROJECT}"))?.strip_prefix("testfiesta ")?;
    let path = link.strip_prefix(address).filter(|_| address.starts_with("http://127.0.0.1:"))?;
    Some(format!("http://{USUAL}{path}"))
}

/// Waits for what a server answers. That it can be connected to proves little: the system does that for a process that
/// is suspended, too.
async fn answers(address: &str) -> io::Result<u8> {
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(format!("HEAD /style.css HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await?;
    connection.read_u8().await
}

fn url_file(directory: &Path) -> PathBuf {
    directory.join("serve.url")
}

/// These settings, but with this local TestFiesta and no other service, whose numbers mean nothing here.
pub(crate) fn settings(settings: Settings, url: &str, key: &BorrowedKey) -> Settings {
    let service = TestFiestaSettings::local(url, Secret::new(&key.token), HANDLE, PROJECT);
    let mut settings = settings.with_service(service);
    settings.case_match = CaseMatch::ExternalId;
    settings.statuses = StatusIds::default();
    settings.run_statuses = StatusIds::default();
    settings.run.tags = Vec::new();
    settings.run.milestone = None;
    // Whoever means one run of another service means one run here, under the key that test processes know it by.
    settings.run.key = settings.run.chosen_key();
    (settings.run.id, settings.run.testsigma_id) = (None, None);
    settings
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
    // What takes longer on this machine does not come: tests wait for it.
    let options = Options {
        connect_timeout: ANSWER,
        request_timeout: ANSWER,
        repeat_after_timeout: false,
        ..Options::default()
    };
    let client = Client::with_options(BaseUrl::parse(url)?, HANDLE, Token::new(token)?, options)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_to_a_local_testfiesta_lead_to_where_it_is_served_by_default() {
        let lasting = |destination: &str, link: &str| lasting_link(destination, link);
        let link = lasting(
            "testfiesta http://127.0.0.1:41234 local LOCAL",
            "http://127.0.0.1:41234/local/LOCAL/runs/1",
        );
        assert_eq!(link.as_deref(), Some("http://127.0.0.1:7357/local/LOCAL/runs/1"));
        assert_eq!(lasting("testfiesta http://127.0.0.1:41234 local SHOP", "http://127.0.0.1:41234/x"), None);
        assert_eq!(lasting("testfiesta https://a.example local LOCAL", "https://a.example/x"), None);
    }
}
