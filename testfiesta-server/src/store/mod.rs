//! Everything that is kept: one SQLite file and the attachments beside it.
//!
//! The modules hold the SQL of one resource each, as functions over a [`Connection`] that the caller got from
//! [`Store::read`] or [`Store::write`]; what belongs together is therefore one transaction. Statements keep to the
//! dialect that PostgreSQL shares.

pub(crate) mod attachments;
pub(crate) mod cases;
mod error;
pub(crate) mod executions;
mod fields;
pub(crate) mod folders;
mod identity;
pub(crate) mod import;
mod list;
pub(crate) mod projects;
pub(crate) mod report;
pub(crate) mod runs;
mod schema;
pub(crate) mod statuses;
pub(crate) mod tags;
pub(crate) mod testsigma;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use self::error::{Error, Result};

const DATABASE: &str = "testfiesta.db";

/// The data directory of a local TestFiesta. Cheap to clone; every clone is the same store.
///
/// Several processes may have one directory open: each writes in short transactions and waits for the others.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    /// SQLite lets one connection write at a time. Waiting for it here is fair and needs no polling.
    writers: Mutex<Writers>,
    /// Connections at rest. In WAL mode readers neither wait for the writer nor hold it up.
    readers: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct Writers {
    one: Connection,
    /// Does not look up what rows refer to.
    many: Connection,
}

impl Writers {
    fn of(directory: &Path) -> Result<Self> {
        let mut one = connect(directory)?;
        schema::migrate(&mut one)?;
        let many = connect(directory)?;
        many.pragma_update(None, "foreign_keys", false)?;
        Ok(Self { one, many })
    }
}

impl Store {
    /// Opens `testfiesta.db` in this directory; makes the directory and the database when they are missing.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the directory cannot be made or locked, or the file is not a database that SQLite can use,
    /// [`Error::Newer`] when the database is of a later version.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = directory.as_ref().to_path_buf();
        let file_error = |path: &Path| {
            let path = path.to_path_buf();
            move |source| Error::File { path, source }
        };
        fs::create_dir_all(&directory).map_err(file_error(&directory))?;
        // Turning WAL on cannot wait for another process that does the same, so the first steps are taken one at a
        // time. The lock goes with the file handle.
        let lock_path = directory.join("testfiesta.lock");
        let lock = File::create(&lock_path).map_err(file_error(&lock_path))?;
        lock.lock().map_err(file_error(&lock_path))?;
        let writers = Mutex::new(Writers::of(&directory).map_err(|error| match error {
            // Whoever has to do something about it wants to know where it is.
            Error::Database(source) => file_error(&directory.join(DATABASE))(io::Error::other(source)),
            error => error,
        })?);
        Ok(Self(Arc::new(Inner { directory, writers, readers: Mutex::default() })))
    }

    /// Whether this directory holds one.
    pub fn is_in(directory: &Path) -> bool {
        directory.join(DATABASE).is_file()
    }

    /// The directory that was opened.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Runs `work` on one consistent view of the data. Blocks: keep it off an async runtime's threads.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let at_rest = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = at_rest.map_or_else(|| connect(&self.0.directory), Ok)?;
        let result = {
            let view = connection.transaction()?;
            work(&view)
        };
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        result
    }

    /// Runs `work` as one transaction: all of it is kept, or, when it returns an error, none. Blocks like
    /// [`read`](Self::read).
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        transact(&mut self.writers().one, work)
    }

    /// As [`write`](Self::write), for work that stores thousands of rows, deletes none, and looked up itself whatever
    /// they refer to: SQLite does not do so once more for each, which takes a tenth of an import's time.
    pub(crate) fn write_many<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        transact(&mut self.writers().many, work)
    }

    fn writers(&self) -> MutexGuard<'_, Writers> {
        // A panic while the lock was held rolled its transaction back: the connections are good.
        self.0.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn transact<T>(connection: &mut Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    // Immediate: a transaction that reads first and writes later could not wait for another process.
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

fn connect(directory: &Path) -> Result<Connection> {
    let connection = Connection::open(directory.join(DATABASE))?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // In WAL mode this survives the death of the process at any moment, and waits for the disk at checkpoints only.
    connection.pragma_update(None, "synchronous", "normal")?;
    // In pages. The disk is waited for once in some 30 MiB of imports rather than several times in each run.
    connection.pragma_update(None, "wal_autocheckpoint", 8000)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}
