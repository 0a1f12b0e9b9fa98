//! API keys: made, listed, revoked and verified against a [`Store`].
//!
//! ```
//! use testfiesta_server::{Store, keys};
//!
//! # fn main() -> Result<(), testfiesta_server::Error> {
//! # let directory = tempfile::tempdir().unwrap();
//! let store = Store::open(directory.path())?;
//! let (key, info) = keys::create(&store, keys::NewKey::named("ci"))?;
//! assert!(keys::verify(&store, key.reveal())?.is_ok());
//! keys::revoke(&store, &info.id)?;
//! assert_eq!(keys::verify(&store, key.reveal())?, Err(keys::Denied::Revoked));
//! # Ok(())
//! # }
//! ```
//!
//! Every function blocks on the database.

mod permission;
mod token;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use rusqlite::{OptionalExtension as _, Row, params};
use subtle::ConstantTimeEq as _;

pub use self::{
    permission::{Permission, UnknownPermission},
    token::ApiKey,
};
use crate::{Error, Result, Store, timestamp};

/// How fine the date of last use is: without this every request would also be a write.
const LAST_USED_STEP: Duration = Duration::from_secs(60);

/// What [`create`] needs to know.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What the key is for, in words of whoever makes it. Not empty, without control characters; need not be unique.
    pub name: String,
    /// When it expires, before the year 10000; `None` for never.
    pub expires: Option<SystemTime>,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

impl NewKey {
    /// A key that never expires and allows [`Permission::REPORTING`].
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), expires: None, permissions: Permission::REPORTING.to_vec() }
    }
}

/// What is known of a key: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The public half: 32 hex digits. Names the key in [`revoke`].
    pub id: String,
    /// What the key is for.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub created: SystemTime,
    /// When it expires; `None` for never.
    pub expires: Option<SystemTime>,
    /// When it last opened a door, to the minute; `None` if it never did.
    pub last_used: Option<SystemTime>,
    /// When it was revoked; `None` while it is not.
    pub revoked: Option<SystemTime>,
}

impl KeyInfo {
    /// Whether the key allows this.
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// Why a presented key opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such key: malformed, never made, or with the wrong secret half. Which of them is not told.
    Unknown,
    /// It was valid once.
    Expired,
    /// It was taken back.
    Revoked,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the API key is not valid",
            Self::Expired => "the API key has expired",
            Self::Revoked => "the API key was revoked",
        })
    }
}

impl std::error::Error for Denied {}

/// Makes a key. The [`ApiKey`] is returned here and never again.
///
/// # Errors
///
/// [`Error::Invalid`] for a name that is empty or holds control characters, a date that cannot be written, or no
/// permission at all; otherwise what the database answers.
pub fn create(store: &Store, new: NewKey) -> Result<(ApiKey, KeyInfo)> {
    let name = new.name.trim();
    if name.is_empty() {
        return Err(Error::invalid("name", "an API key needs a name"));
    }
    if name.contains(char::is_control) {
        return Err(Error::invalid("name", "an API key's name is one line without control characters"));
    }
    if !new.expires.is_none_or(timestamp::can_be_written) {
        let message = "expected a date before the year 10000: dates are written with four digits of a year";
        return Err(Error::invalid("expires", message));
    }
    if new.permissions.is_empty() {
        return Err(Error::invalid("permissions", "an API key without a permission opens nothing"));
    }
    let key = ApiKey::generate();
    let permissions = new.permissions.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(" ");
    store.write(|connection| {
        connection.execute(
            "INSERT INTO api_keys (public, secret_hash, name, permissions, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                key.public(),
                key.secret_hash(),
                name,
                permissions,
                timestamp::now(),
                new.expires.map(timestamp::format)
            ],
        )?;
        let info = connection.query_row(
            "SELECT public, name, permissions, created_at, expires_at, last_used_at, revoked_at
             FROM api_keys WHERE public = ?1",
            [key.public()],
            read,
        )?;
        Ok((key, info))
    })
}

/// Every key that was ever made, the oldest first.
///
/// # Errors
///
/// What the database answers.
pub fn list(store: &Store) -> Result<Vec<KeyInfo>> {
    store.read(|connection| {
        let mut statement = connection.prepare(
            "SELECT public, name, permissions, created_at, expires_at, last_used_at, revoked_at
             FROM api_keys ORDER BY created_at, public",
        )?;
        let keys = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        Ok(keys)
    })
}

/// Takes back the keys with this id or this name, at once and for good. Returns how many there were that were not
/// revoked before.
///
/// # Errors
///
/// [`Error::NotFound`] when no key, revoked or not, goes by this; otherwise what the database answers.
pub fn revoke(store: &Store, id_or_name: &str) -> Result<usize> {
    store.write(|connection| {
        let known: i64 = connection.query_row(
            "SELECT count(*) FROM api_keys WHERE public = ?1 OR name = ?1",
            [id_or_name],
            |row| row.get(0),
        )?;
        if known == 0 {
            return Err(Error::not_found("API key with the id or name", id_or_name));
        }
        let revoked = connection.execute(
            "UPDATE api_keys SET revoked_at = ?2 WHERE (public = ?1 OR name = ?1) AND revoked_at IS NULL",
            [id_or_name, &timestamp::now()],
        )?;
        Ok(revoked)
    })
}

/// Whether a presented text is a key that opens something, and which. Notes the use.
///
/// # Errors
///
/// What the database answers.
pub fn verify(store: &Store, presented: &str) -> Result<Result<KeyInfo, Denied>> {
    let Some(key) = ApiKey::parse(presented) else { return Ok(Err(Denied::Unknown)) };
    let found = store.read(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT public, name, permissions, created_at, expires_at, last_used_at, revoked_at, secret_hash
             FROM api_keys WHERE public = ?1",
        )?;
        let found = statement.query_row([key.public()], |row| Ok((read(row)?, row.get::<_, [u8; 32]>(7)?)));
        Ok(found.optional()?)
    })?;
    let Some((info, hash)) = found else { return Ok(Err(Denied::Unknown)) };
    let now = SystemTime::now();
    if !bool::from(hash.ct_eq(&key.secret_hash())) {
        return Ok(Err(Denied::Unknown));
    }
    if info.revoked.is_some() {
        return Ok(Err(Denied::Revoked));
    }
    if info.expires.is_some_and(|at| at <= now) {
        return Ok(Err(Denied::Expired));
    }
    if info.last_used.is_none_or(|at| now.duration_since(at).is_ok_and(|ago| ago >= LAST_USED_STEP)) {
        store.write(|connection| {
            connection.execute(
                "UPDATE api_keys SET last_used_at = ?2 WHERE public = ?1",
                [&info.id, &timestamp::format(now)],
            )?;
            Ok(())
        })?;
    }
    Ok(Ok(info))
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyInfo> {
    // A date that cannot be read must not pass for "never".
    let time = |index| match row.get::<_, Option<String>>(index)? {
        None => Ok(None),
        Some(text) => timestamp::parse(&text).map(Some).ok_or(rusqlite::Error::InvalidQuery),
    };
    Ok(KeyInfo {
        id: row.get(0)?,
        name: row.get(1)?,
        permissions: row.get::<_, String>(2)?.split(' ').filter_map(|it| it.parse().ok()).collect(),
        created: time(3)?.unwrap_or(SystemTime::UNIX_EPOCH),
        expires: time(4)?,
        last_used: time(5)?,
        revoked: time(6)?,
    })
}
