//! Brings a database to the schema that this version speaks.

use rusqlite::{Connection, TransactionBehavior};

use super::error::{Error, Result};

/// In order; the position of a migration is the `user_version` that it leads to, less one. Never edit one that was
/// released: add another.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
];

/// Leaves the connection to follow references.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    // A table that is made anew takes nothing with it that refers to the old one. Within a transaction it cannot be set.
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = migrate_at_once(connection);
    connection.pragma_update(None, "foreign_keys", true)?;
    migrated
}

fn migrate_at_once(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let missing = MIGRATIONS.get(done..).ok_or(Error::Newer { found })?;
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    if !missing.is_empty() {
        transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    }
    Ok(transaction.commit()?)
}
